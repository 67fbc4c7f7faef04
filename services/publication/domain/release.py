"""Showing: inside the Party first, then outside it, the same content or a declared shortening of it, after the town's
lead (PUB-04, A-05). A release names its channels with their evidence; a correction repeats those of what it corrects.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from services.publication.domain import channels, conditions, lead, procedure
from services.publication.domain.channels import TownChannels
from services.publication.domain.conditions import LookedThrough
from services.publication.domain.drafting import names
from services.publication.domain.evidence_words import must_name_nothing_personal, words_of
from services.publication.domain.examination import must_have_ground
from services.publication.domain.explaining import must_be_as_the_item
from services.publication.domain.outside_text import as_outside
from services.publication.domain.present import Present, must_still_stand
from services.publication.domain.versions import Content, Disclosure, Shown, Version
from services.publication.events import (
    DisclosureDrafted,
    DisclosureEvent,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    VersionCorrected,
    VersionRedisclosed,
)
from services.publication.events.parts import Attachment, ChannelEvidence
from shared import scope
from shared.decider import Refused
from shared.scope import Scope

NO_OWN = TownChannels()
BEFORE_APPROVAL = ("draft", "submitted", "refused", "cleared")


@dataclass(frozen=True)
class ReleaseInside:
    """``named`` are the persons meant, where the item's scope is named persons, on a coded ``ground`` (CAT-14).

    ``present``: the item on that day, from whoever lets it happen; None where only the disclosure itself is asked.
    """

    by: str
    at: datetime
    on: date
    channels: tuple[ChannelEvidence, ...]
    named: tuple[str, ...] = ()
    ground: str = ""
    citation: str = ""
    town: TownChannels = NO_OWN
    part_of: str = ""
    present: Present | None = None


@dataclass(frozen=True)
class ReleaseOutside:
    """``lead`` is the town's P-01 at that instant, ``immediate_lead`` that of an immediate matter with a reason.

    ``looked``: where in what is attached a name stands that its plan's approval masks (CAT-12).
    """

    by: str
    at: datetime
    on: date
    channels: tuple[ChannelEvidence, ...]
    lead: timedelta
    immediate_lead: timedelta = timedelta()
    lead_reason: str = ""
    town: TownChannels = NO_OWN
    part_of: str = ""
    looked: LookedThrough = field(default_factory=dict)
    present: Present | None = None


def release_inside(disclosure: Disclosure, command: ReleaseInside) -> list[DisclosureEvent]:
    drafted, version = approved(disclosure)
    procedure.must_go_along(drafted, command.part_of)
    if version.inside:
        raise Refused("STEP_OUT_OF_ORDER", "This version has been shown inside already.")
    if command.present:
        must_still_stand(disclosure, drafted, "inside", command.present)
    channels.must_fit(command.channels, command.town.allowed("inside", drafted.methods), command.at, command.on)
    must_name_nothing_personal(command.channels)
    _must_follow_approval(version, command.channels)
    channels.must_repeat(command.channels, _channels(disclosure, "inside"))
    must_be_as_the_item(drafted, command.channels, command.town, "inside", command.by)
    audiences = inside_audiences(drafted, command.named)
    _must_be_narrowed_for_a_ground(drafted, command)
    fields = _showing(disclosure, command, audiences, version.content)
    shown = DisclosureReleasedInside(**fields, ground=command.ground, citation=command.citation.strip())
    return [shown, *_correction(disclosure, command.at, audiences, version.content, version.note)]


def release_outside(disclosure: Disclosure, command: ReleaseOutside) -> list[DisclosureEvent]:
    drafted, version = approved(disclosure)
    must_go_outside(drafted)
    procedure.must_go_along(drafted, command.part_of)
    if version.outside:
        raise Refused("STEP_OUT_OF_ORDER", "This version has been shown outside already.")
    if command.present:
        must_still_stand(disclosure, drafted, "outside", command.present)
    meant, said = as_outside(version.content), words_of(command.channels)
    conditions.must_be_met(drafted.conditions, meant, command.looked, _note_outside(version), said)
    lead.must_be_inside_first(version, command.at)
    earliest = lead.must_have_passed(drafted, version, command)
    channels.must_fit(command.channels, command.town.allowed("outside", drafted.methods), command.at, command.on)
    must_name_nothing_personal(command.channels)
    lead.must_not_have_begun(command.channels, earliest)
    must_have_led_text(version, command.channels)
    channels.must_repeat(command.channels, _channels(disclosure, "outside"))
    must_be_as_the_item(drafted, command.channels, command.town, "outside", command.by)
    audiences, content = outside_audiences(drafted), as_outside(version.content)
    shortened, note = version.content.outside, _note_outside(version)
    fields = _showing(disclosure, command, audiences, content) | {"note": note}
    reason = command.lead_reason.strip() if lead.is_waived(drafted, command) else ""
    shown = DisclosureReleasedOutside(**fields, shortened=shortened is not None, lead_reason=reason)
    return [shown, *_correction(disclosure, command.at, audiences, content, note)]


def _note_outside(version: Version) -> str:
    """What outside readers are told of what was wrong."""
    return version.content.outside.note if version.content.outside else version.note


def inside_audiences(drafted: DisclosureDrafted, named: tuple[str, ...]) -> tuple[str, ...]:
    """Those the item means, and those who see everything by duty: the desk and the town's overseers."""
    meant = Scope(drafted.audience_inside)
    if meant is Scope.NAMED and not named:
        raise Refused("MISSING_FIELD", "Name the persons it is for.", pointer="/named")
    if named and meant is not Scope.NAMED:
        detail = f"The item is for {meant}; fewer are told only after a filing (CAT-15)."
        raise Refused("INVALID", detail, accepted="nobody named", pointer="/named")
    readers = named if meant is Scope.NAMED else ("",)
    return (
        *(_audience(drafted, meant, person) for person in readers),
        scope.desk(drafted.organisation),
        scope.oversight(drafted.town),
    )


def outside_audiences(drafted: DisclosureDrafted) -> tuple[str, ...]:
    return (_audience(drafted, Scope(drafted.audience_outside or Scope.SOCIETY)),)


def _audience(drafted: DisclosureDrafted, meant: Scope, person: str = "") -> str:
    return scope.audience_of(meant, organisation=drafted.organisation, town=drafted.town, person=person)


def approved(disclosure: Disclosure) -> tuple[DisclosureDrafted, Version]:
    """Examined, registered, and only then made public (先审核、后登记、再公开)."""
    if disclosure.drafted is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    version = disclosure.current
    if version.stage in BEFORE_APPROVAL:
        detail = f"The version is {version.stage}, not approved."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="approved", facts={"stage": version.stage})
    return disclosure.drafted, version


def must_go_outside(drafted: DisclosureDrafted) -> None:  # PUB-02
    if drafted.item_scope == "inside" or drafted.audience_outside is None:
        detail = "The item is for inside the Party only."
        raise Refused("CHANNEL_NOT_FOR_SCOPE", detail, accepted=", ".join(channels.INSIDE))


def _must_be_narrowed_for_a_ground(drafted: DisclosureDrafted, command: ReleaseInside) -> None:
    """Open to members is the rule; named persons alone take a coded ground that somebody answers for (CAT-14)."""
    if Scope(drafted.audience_inside) is Scope.NAMED:
        must_have_ground(command.ground, command.citation)


def _must_follow_approval(version: Version, shown_in: tuple[ChannelEvidence, ...]) -> None:
    """First examined and registered, then shown (先审核、后登记、再公开): no channel began before that day."""
    for number, evidence in enumerate(shown_in):
        begun = channels.begins(evidence)
        day = lead.day_of(begun) if begun else None
        if day and version.approved_on and day < version.approved_on:
            raise Refused(
                "STEP_OUT_OF_ORDER",
                f"It was approved on {version.approved_on}; a channel showed it before.",
                accepted=f"from {version.approved_on} on",
                pointer=f"/channels/{number}",
            )


def must_have_led_text(version: Version, shown_in: tuple[ChannelEvidence, ...]) -> None:  # PUB-13
    if "led" in channels.kinds(shown_in) and not version.content.led_text:
        detail = "An LED screen shows the short text that was approved; this version has none."
        raise Refused("MISSING_FIELD", detail, accepted="another channel, or a version with led_text")


def _channels(disclosure: Disclosure, side: channels.Side) -> tuple[str, ...]:
    """Through which the version that readers of a side still have reached them: not each one comes outside."""
    earlier: list[Shown | None] = [getattr(version, side) for version in disclosure.versions[:-1]]
    return next((shown.channels for shown in reversed(earlier) if shown), ())


def _showing(
    disclosure: Disclosure, command: ReleaseInside | ReleaseOutside, audiences: tuple[str, ...], content: Content
) -> dict[str, Any]:
    """Under the digest of what readers get, so that a shortened text does not give the longer one away."""
    drafted, version = disclosure.drafted, disclosure.current
    digest = version.digest if content is version.content else content.digest
    return {
        **names(disclosure),
        **{name: getattr(content, name) for name in ("title", "text", "summary", "led_text")},
        "attachments": tuple(shown(attachment) for attachment in content.attachments),
        "at": command.at,
        "on": command.on,
        "audiences": audiences,
        "channels": tuple(channels.completed(evidence, digest) for evidence in command.channels),
        "content_digest": digest,
        "register_number": version.register_number,
        "obligation": drafted.obligation if drafted else None,
        "duty": drafted.duty if drafted else None,
        "period": drafted.period if drafted else "",
        "replaces": version.replaces,
        "note": version.note,
        "opinions": version.opinions,
        "released_by": command.by,
        "announces": drafted.announces if drafted else "",
    }


def shown(attachment: Attachment) -> Attachment:
    """As readers get it: kept in clear, under the digest of the document itself."""
    return attachment.model_copy(update={"digest": attachment.clear or attachment.digest, "clear": ""})


def _correction(
    disclosure: Disclosure, at: datetime, audiences: tuple[str, ...], content: Content, note: str
) -> list[DisclosureEvent]:
    replaces = disclosure.current.replaces
    if not replaces:
        return []
    marked = {"title": content.title, "replaces": replaces, "note": note, "at": at, "audiences": audiences}
    if opinions := disclosure.current.opinions:
        return [VersionRedisclosed(**names(disclosure), **marked, opinions=opinions)]
    return [VersionCorrected(**names(disclosure), **marked)]
