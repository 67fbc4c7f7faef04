"""Showing: inside the Party first, then outside it, the same content, after the town's lead (PUB-04, A-05).

A release names its channels with their evidence; a correction repeats the channels of what it corrects.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from services.publication.domain import channels
from services.publication.domain.drafting import names
from services.publication.domain.versions import Disclosure, Shown, Version
from services.publication.events import (
    DisclosureDrafted,
    DisclosureEvent,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    VersionCorrected,
)
from services.publication.events.parts import Attachment, ChannelEvidence
from shared import scope
from shared.decider import Refused
from shared.scope import Scope

BEFORE_APPROVAL = ("draft", "submitted", "refused", "cleared")


@dataclass(frozen=True)
class ReleaseInside:
    """``named`` are the persons meant, where the item's scope is named persons."""

    by: str
    at: datetime
    on: date
    channels: tuple[ChannelEvidence, ...]
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReleaseOutside:
    """``lead`` is the town's P-01 at that instant."""

    by: str
    at: datetime
    on: date
    channels: tuple[ChannelEvidence, ...]
    lead: timedelta


def release_inside(disclosure: Disclosure, command: ReleaseInside) -> list[DisclosureEvent]:
    drafted, version = _approved(disclosure)
    if version.inside:
        raise Refused("STEP_OUT_OF_ORDER", "This version has been shown inside already.")
    channels.must_fit(command.channels, channels.INSIDE)
    channels.must_repeat(command.channels, _channels(disclosure, "inside"))
    audiences = inside_audiences(drafted, command.named)
    shown = DisclosureReleasedInside(**_showing(disclosure, command, audiences))
    return [shown, *_correction(disclosure, command.at, audiences)]


def release_outside(disclosure: Disclosure, command: ReleaseOutside) -> list[DisclosureEvent]:
    drafted, version = _approved(disclosure)
    if drafted.item_scope == "inside" or drafted.audience_outside is None:
        detail = "The item is for inside the Party only."
        raise Refused("CHANNEL_NOT_FOR_SCOPE", detail, accepted=", ".join(channels.INSIDE))
    if version.outside:
        raise Refused("STEP_OUT_OF_ORDER", "This version has been shown outside already.")
    _must_be_inside_first(version, command)
    channels.must_fit(command.channels, channels.OUTSIDE)
    _must_have_led_text(version, command)
    channels.must_repeat(command.channels, _channels(disclosure, "outside"))
    audiences = outside_audiences(drafted)
    shown = DisclosureReleasedOutside(**_showing(disclosure, command, audiences))
    return [shown, *_correction(disclosure, command.at, audiences)]


def earliest_outside(version: Version, lead: timedelta) -> datetime | None:
    """From when on a version may be shown outside; None while it has not been shown inside."""
    if version.inside is None:
        return None
    return version.inside.at + max(lead, timedelta(microseconds=1))


def inside_audiences(drafted: DisclosureDrafted, named: tuple[str, ...]) -> tuple[str, ...]:
    """Those the item means, and those who see everything by duty: the desk and the town's overseers."""
    meant = Scope(drafted.audience_inside)
    if meant is Scope.NAMED and not named:
        raise Refused("MISSING_FIELD", "Name the persons it is for.", pointer="/named")
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


def _approved(disclosure: Disclosure) -> tuple[DisclosureDrafted, Version]:
    """Examined, registered, and only then made public (先审核、后登记、再公开)."""
    if disclosure.drafted is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    version = disclosure.current
    if version.stage in BEFORE_APPROVAL:
        detail = f"The version is {version.stage}, not approved."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="approved", facts={"stage": version.stage})
    return disclosure.drafted, version


def _must_be_inside_first(version: Version, command: ReleaseOutside) -> None:
    """The same content, inside, strictly earlier; then the lead (A-05)."""
    inside = version.inside
    if inside is None or inside.digest != version.digest or inside.at >= command.at:
        detail = "The same content must have been shown inside the Party earlier."
        raise Refused("INSIDE_FIRST", detail, accepted="an inside release of this version first")
    earliest = earliest_outside(version, command.lead)
    if earliest and command.at < earliest:
        raise Refused(
            "LEAD_TOO_SHORT",
            f"At least {in_hours(command.lead)} must lie between inside and outside release.",
            accepted=f"from {earliest.isoformat(timespec='minutes')} on",
            facts={"earliest": earliest.isoformat(), "inside_at": inside.at.isoformat()},
        )


def in_hours(lead: timedelta) -> str:
    """>>> in_hours(timedelta(days=1))
    '24 h'
    """
    return f"{lead.total_seconds() / 3600:g} h"


def _must_have_led_text(version: Version, command: ReleaseOutside) -> None:
    if "led" in channels.kinds(command.channels) and not version.content.led_text:
        detail = "An LED screen shows the short text that was approved; this version has none."
        raise Refused("MISSING_FIELD", detail, accepted="another channel, or a version with led_text")


def _channels(disclosure: Disclosure, side: Literal["inside", "outside"]) -> tuple[str, ...]:
    """Through which the version that readers of a side still have reached them: not each one comes outside."""
    earlier: list[Shown | None] = [getattr(version, side) for version in disclosure.versions[:-1]]
    return next((shown.channels for shown in reversed(earlier) if shown), ())


def _showing(
    disclosure: Disclosure, command: ReleaseInside | ReleaseOutside, audiences: tuple[str, ...]
) -> dict[str, Any]:
    drafted, version, content = disclosure.drafted, disclosure.current, disclosure.current.content
    return {
        **names(disclosure),
        **{name: getattr(content, name) for name in ("title", "text", "summary", "led_text")},
        "attachments": tuple(shown(attachment) for attachment in content.attachments),
        "at": command.at,
        "on": command.on,
        "audiences": audiences,
        "channels": command.channels,
        "content_digest": version.digest,
        "register_number": version.register_number,
        "obligation": drafted.obligation if drafted else None,
        "duty": drafted.duty if drafted else None,
        "period": drafted.period if drafted else "",
        "replaces": version.replaces,
        "note": version.note,
        "released_by": command.by,
    }


def shown(attachment: Attachment) -> Attachment:
    """As readers get it: kept in clear, under the digest of the document itself."""
    return attachment.model_copy(update={"digest": attachment.clear or attachment.digest, "clear": ""})


def _correction(disclosure: Disclosure, at: datetime, audiences: tuple[str, ...]) -> list[DisclosureEvent]:
    version = disclosure.current
    if not version.replaces:
        return []
    title, note, replaces = version.content.title, version.note, version.replaces
    return [
        VersionCorrected(**names(disclosure), title=title, replaces=replaces, note=note, at=at, audiences=audiences)
    ]
