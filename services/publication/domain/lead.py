"""How long inside must precede outside: strictly earlier always, then the town's lead, which an immediate matter need
not wait where a reason is given (A-05, P-01).
"""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from services.publication.domain import channels
from services.publication.domain.versions import Version
from services.publication.events import DisclosureDrafted
from services.publication.events.parts import ChannelEvidence
from shared.decider import Refused

LOCAL = timedelta(hours=8)  # Asia/Shanghai, where a day of an evidence is a day
INSTANT = timedelta(microseconds=1)


class Leads(Protocol):
    """What a command says of the lead: the usual one, and that of an immediate matter for which a reason is given."""

    @property
    def at(self) -> datetime: ...
    @property
    def lead(self) -> timedelta: ...
    @property
    def immediate_lead(self) -> timedelta: ...
    @property
    def lead_reason(self) -> str: ...


def is_waived(drafted: DisclosureDrafted, command: Leads) -> bool:  # P-01.immediate
    return drafted.kind == "immediate" and bool(command.lead_reason.strip())


def lead_of(drafted: DisclosureDrafted, command: Leads) -> timedelta:
    return command.immediate_lead if is_waived(drafted, command) else command.lead


def earliest_outside(version: Version, lead: timedelta) -> datetime | None:
    """From when on a version may be shown outside; None while it has not been shown inside."""
    if version.inside is None:
        return None
    return version.inside.at + max(lead, INSTANT)


def must_be_inside_first(version: Version, at: datetime) -> None:
    """The same content, inside, strictly earlier (PUB-04)."""
    inside = version.inside
    if inside is None or inside.digest != version.digest or inside.at >= at:
        detail = "The same content must have been shown inside the Party earlier."
        raise Refused("INSIDE_FIRST", detail, accepted="an inside release of this version first")


def must_have_passed(drafted: DisclosureDrafted, version: Version, command: Leads) -> datetime | None:
    """From when on it may be shown outside, which is not later than the command."""
    lead = lead_of(drafted, command)
    earliest = earliest_outside(version, lead)
    if earliest and version.inside and command.at < earliest:
        raise Refused(
            "LEAD_TOO_SHORT",
            f"At least {in_hours(lead)} must lie between inside and outside release.",
            accepted=f"from {earliest.isoformat(timespec='minutes')} on",
            facts={"earliest": earliest.isoformat(), "inside_at": version.inside.at.isoformat()},
        )
    return earliest


def must_not_have_begun(shown_in: tuple[ChannelEvidence, ...], earliest: datetime | None) -> None:
    """No public channel showed it before it might be shown, whenever the release was written down."""
    for number, evidence in enumerate(shown_in):
        begun = channels.begins(evidence)
        if begun is None or earliest is None:
            continue
        early = begun < earliest if isinstance(begun, datetime) else begun < day_of(earliest)
        if early:
            raise Refused(
                "LEAD_TOO_SHORT",
                "A public channel showed it before the lead had passed.",
                accepted=f"from {earliest.isoformat(timespec='minutes')} on",
                pointer=f"/channels/{number}",
                facts={"earliest": earliest.isoformat()},
            )


def day_of(begun: datetime | date) -> date:
    """The day in the county on which something began."""
    if not isinstance(begun, datetime):
        return begun
    return (begun.astimezone(UTC) + LOCAL).date()


def in_hours(lead: timedelta) -> str:
    """>>> in_hours(timedelta(days=1))
    '24 h'
    """
    return f"{lead.total_seconds() / 3600:g} h"
