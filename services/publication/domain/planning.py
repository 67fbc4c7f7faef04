"""A release planned for an instant: everything it needs is asked again when its time has come (PUB-04, PUB-35).

It then happens as if somebody had done it, or is missed, and somebody must see to it: nothing is shown by a plan alone.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from services.publication.domain import channels, lead, procedure, release
from services.publication.domain.channels import Side, TownChannels
from services.publication.domain.conditions import LookedThrough
from services.publication.domain.drafting import names
from services.publication.domain.evidence_words import must_name_nothing_personal
from services.publication.domain.present import Present
from services.publication.domain.release import NO_OWN, ReleaseInside, ReleaseOutside
from services.publication.domain.versions import Disclosure, Version
from services.publication.events import (
    DisclosureDrafted,
    DisclosureEvent,
    ReleaseScheduleCancelled,
    ReleaseScheduled,
    ScheduledReleaseMissed,
)
from services.publication.events.parts import ChannelEvidence, Meeting
from shared.decider import Refused

PROMPT = timedelta(minutes=1)  # whoever runs plans looks now and then; so long it counts as shown at its instant
GRACE = timedelta(hours=2)  # later than this a plan is missed: who made it decides anew


@dataclass(frozen=True)
class ScheduleRelease:
    """``at`` is when it is to be shown; ``now`` and ``today`` when that is said."""

    schedule: str
    side: Side
    at: datetime
    channels: tuple[ChannelEvidence, ...]
    by: str
    now: datetime
    today: date
    lead: timedelta
    immediate_lead: timedelta = timedelta()
    lead_reason: str = ""
    named: tuple[str, ...] = ()
    ground: str = ""
    citation: str = ""
    town: TownChannels = NO_OWN


@dataclass(frozen=True)
class CancelSchedule:
    side: Side
    by: str


@dataclass(frozen=True)
class RunSchedule:
    """Its time has come. ``present``: the item on that day; ``owner``: who answers for it if it is missed.

    ``still_may``: whoever planned it might release it by hand today (ORG-15).
    """

    schedule: str
    now: datetime
    today: date
    lead: timedelta
    immediate_lead: timedelta
    present: Present | None
    owner: str
    still_may: bool = True
    town: str = ""  # whose ticker sends it
    channels: TownChannels = NO_OWN
    looked: LookedThrough = field(default_factory=dict)


def schedule(disclosure: Disclosure, command: ScheduleRelease) -> list[DisclosureEvent]:
    drafted, version = release.approved(disclosure)
    procedure.must_not_be_planned(drafted)
    if command.at <= command.now:
        raise Refused("INVALID", "A plan is for later.", accepted=f"after {command.now.isoformat()}", pointer="/at")
    if getattr(version, command.side) or disclosure.planned(command.side):
        raise Refused("STEP_OUT_OF_ORDER", f"It has been shown {command.side}, or is planned to be.")
    _must_not_foretell(command)
    if command.side == "outside":
        release.must_go_outside(drafted)
        release.must_have_led_text(version, command.channels)
        _must_wait_for_inside(disclosure, drafted, version, command)
    allowed = command.town.allowed(command.side, drafted.methods)
    channels.must_fit(command.channels, allowed, command.at, lead.day_of(command.at))
    must_name_nothing_personal(command.channels)
    return [
        ReleaseScheduled(
            **names(disclosure),
            schedule=command.schedule,
            side=command.side,
            at=command.at,
            channels=command.channels,
            named=command.named,
            ground=command.ground,
            citation=command.citation,
            lead_reason=command.lead_reason,
            by=command.by,
        )
    ]


def _must_not_foretell(command: ScheduleRelease) -> None:
    """Who was present at a meeting is known once it was held."""
    for number, evidence in enumerate(command.channels):
        if isinstance(evidence, Meeting) and evidence.on > command.today:
            detail = "Who is present is known once the meeting was held; release it there."
            raise Refused("INVALID", detail, pointer=f"/channels/{number}/on")


def _must_wait_for_inside(
    disclosure: Disclosure, drafted: DisclosureDrafted, version: Version, command: ScheduleRelease
) -> None:
    """It is shown inside already, or planned to be, long enough before."""
    planned = disclosure.planned("inside")
    inside = version.inside.at if version.inside else planned.at if planned else None
    if inside is None:
        detail = "Nothing is planned outside before it is shown or planned inside."
        raise Refused("INSIDE_FIRST", detail, accepted="an inside release, or a plan of one, first")
    needed = lead.lead_of(drafted, replace(command, at=command.at))
    if command.at < inside + max(needed, lead.INSTANT):
        raise Refused(
            "LEAD_TOO_SHORT",
            f"At least {lead.in_hours(needed)} must lie between inside and outside release.",
            accepted=f"from {(inside + needed).isoformat(timespec='minutes')} on",
            pointer="/at",
        )


def cancel(disclosure: Disclosure, command: CancelSchedule) -> list[DisclosureEvent]:
    planned = disclosure.planned(command.side)
    if planned is None:
        raise Refused("STEP_OUT_OF_ORDER", "No such release is planned.")
    about = names(disclosure) | {"version": planned.version}
    return [ReleaseScheduleCancelled(**about, schedule=planned.schedule, side=command.side, by=command.by)]


def run(disclosure: Disclosure, command: RunSchedule) -> list[DisclosureEvent]:
    """Shows it, or says why not. A plan that was called off or has happened is no longer there."""
    planned = next((p for v in disclosure.versions for p in v.planned if p.schedule == command.schedule), None)
    if planned is None or planned.at > command.now:
        return []
    try:
        return _shown(disclosure, planned, command)
    except Refused as refusal:
        about = names(disclosure) | {"version": planned.version}
        missed = {"schedule": planned.schedule, "side": planned.side, "at": planned.at}
        return [ScheduledReleaseMissed(**about, **missed, reason=refusal.code, owner=command.owner)]


def _shown(disclosure: Disclosure, planned: ReleaseScheduled, command: RunSchedule) -> list[DisclosureEvent]:
    if planned.version != disclosure.current.number:
        raise Refused("STEP_OUT_OF_ORDER", "Another version has taken its place.")
    if command.now > planned.at + GRACE:
        raise Refused("PLAN_LAPSED", "Its time was over before anything could be shown.")
    if not command.still_may:
        raise Refused("NOT_YOUR_REMIT", "Whoever planned it is no longer in a post that releases it.")
    late = command.now > planned.at + PROMPT
    at, today = (command.now, command.today) if late else (planned.at, lead.day_of(planned.at))
    common = (planned.by, at, today, planned.channels)
    if planned.side == "inside":
        why = (planned.named, planned.ground, planned.citation)
        inside = ReleaseInside(*common, *why, command.channels, present=command.present)
        return release.release_inside(disclosure, inside)
    leads = (command.lead, command.immediate_lead, planned.lead_reason)
    outside = ReleaseOutside(*common, *leads, command.channels, looked=command.looked, present=command.present)
    return release.release_outside(disclosure, outside)
