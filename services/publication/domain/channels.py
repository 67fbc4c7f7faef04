"""Through which channels a disclosure may go: six inside the Party, five outside it, and the town's own, each with its
own evidence (PUB-05 to PUB-16).

Start at :func:`must_fit`. What comes later of a channel (a notice taken down, a photo) is in ``evidence``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from services.publication.events.parts import (
    ActivityRoomBoard,
    ChannelEvidence,
    LedScreen,
    Meeting,
    NewsMedia,
    OtherChannel,
    PublicColumn,
    TouchScreen,
    Website,
)
from shared.decider import Refused

Side = Literal["inside", "outside"]
INSIDE = ("meeting", "document", "briefing", "intranet", "activity-room-board", "reading-room")
OUTSIDE = ("public-column", "website", "led", "touch-screen", "news-media")
CLOCKS_APART = timedelta(minutes=5)  # by so much a clerk's watch may be ahead of ours
NOTICES = (ActivityRoomBoard, PublicColumn)


@dataclass(frozen=True)
class OwnChannel:
    """One of the town's own (PUB-16): to whom it goes, and which fields its evidence has."""

    code: str
    audience: Side
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Allowed:
    """What a release may use: of the side it goes to, as the town has it at that instant (PUB-34).

    ``methods`` are the item's; with ``only_methods`` the town holds each release to them.
    """

    side: Side
    own: tuple[OwnChannel, ...] = ()
    methods: tuple[str, ...] = ()
    only_methods: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        own = tuple(o.code for o in self.own if o.audience == self.side)
        every = (*(INSIDE if self.side == "inside" else OUTSIDE), *own)
        if not self.only_methods or not self.methods:
            return every
        return tuple(code for code in every if code in self.methods)


@dataclass(frozen=True)
class TownChannels:
    """The town's own channels and its policy, as they come in with a command."""

    own: tuple[OwnChannel, ...] = field(default=())
    only_methods: bool = False

    def allowed(self, side: Side, methods: tuple[str, ...]) -> Allowed:
        return Allowed(side, self.own, methods, self.only_methods)


def code_of(evidence: ChannelEvidence) -> str:
    """A town's own channel goes by the code that the town gave it."""
    return evidence.code if isinstance(evidence, OtherChannel) else evidence.channel


def kinds(channels: Iterable[ChannelEvidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(code_of, channels)))


def must_fit(channels: tuple[ChannelEvidence, ...], allowed: Allowed, at: datetime, today: date) -> None:
    """A channel of the other side would show it to too many, or to the wrong people; and evidence is possible."""
    if not channels:
        raise Refused(
            "MISSING_FIELD",
            "A release names at least one channel.",
            accepted=", ".join(allowed.codes),
            pointer="/channels",
        )
    for number, evidence in enumerate(channels):
        if code_of(evidence) not in allowed.codes:
            raise Refused(
                "CHANNEL_NOT_FOR_SCOPE",
                f"{code_of(evidence)} is not a channel for this release.",
                accepted=", ".join(allowed.codes),
                pointer=f"/channels/{number}",
            )
        _must_be_possible(evidence, allowed, at, today, f"/channels/{number}")


def _must_be_possible(evidence: ChannelEvidence, allowed: Allowed, at: datetime, today: date, pointer: str) -> None:
    match evidence:
        case Meeting():
            _must_have_been_held(evidence, today, pointer)
        case ActivityRoomBoard() | PublicColumn():
            _must_hang(evidence, at, pointer)
        case LedScreen():
            if evidence.shown_to <= evidence.shown_from:
                raise _impossible("A screen's window ends after it begins.", "shown_to", pointer)
        case NewsMedia():
            if evidence.on > today:
                raise _impossible("What is yet to appear is no evidence.", "on", pointer)
        case OtherChannel():
            own = next(o for o in allowed.own if o.code == evidence.code)
            _must_have_the_towns_fields(evidence, own, pointer)
        case _:
            pass


def _must_have_been_held(meeting: Meeting, today: date, pointer: str) -> None:  # PUB-05
    if meeting.present > meeting.of:
        detail = "More were present than there are members."
        raise Refused("INVALID", detail, accepted=f"at most {meeting.of}", pointer=f"{pointer}/present")
    if meeting.on > today:
        raise _impossible("A meeting that is yet to be held is no evidence.", "on", pointer)


def _must_hang(notice: ActivityRoomBoard | PublicColumn, at: datetime, pointer: str) -> None:  # PUB-09, PUB-11
    if notice.posted_at > at + CLOCKS_APART:
        raise _impossible("What is yet to be posted is no evidence; schedule the release.", "posted_at", pointer)
    if notice.removed_at is not None and not notice.posted_at < notice.removed_at <= at + CLOCKS_APART:
        raise _impossible("A notice is taken down after it was posted, and is so already.", "removed_at", pointer)


def _must_have_the_towns_fields(evidence: OtherChannel, own: OwnChannel, pointer: str) -> None:  # PUB-16
    for name in own.evidence:
        if not evidence.details.get(name, "").strip():
            detail = f"The town's channel {own.code} asks for {name}."
            raise Refused("MISSING_FIELD", detail, pointer=f"{pointer}/details/{name}")
    unknown = sorted(evidence.details.keys() - set(own.evidence))
    if unknown:
        detail = f"The town's channel {own.code} has no field {unknown[0]}."
        raise Refused("INVALID", detail, ", ".join(own.evidence), f"{pointer}/details/{unknown[0]}")


def begins(evidence: ChannelEvidence) -> datetime | date | None:
    """From when on the channel itself shows it, where its evidence says so."""
    match evidence:
        case ActivityRoomBoard() | PublicColumn():
            return evidence.posted_at
        case LedScreen():
            return evidence.shown_from
        case Meeting() | NewsMedia():
            return evidence.on
        case _:
            return None


def completed(evidence: ChannelEvidence, digest: str) -> ChannelEvidence:
    """With what the release itself knows: which content a website renders, what a touch screen reads."""
    match evidence:
        case Website():
            return evidence.model_copy(update={"rendered": digest})
        case TouchScreen() if not evidence.feed:
            return evidence.model_copy(update={"feed": f"/kiosk/{evidence.device}"})
        case _:
            return evidence


def must_repeat(channels: tuple[ChannelEvidence, ...], earlier: tuple[str, ...]) -> None:
    """A correction goes through every channel through which the false version went (PUB-31)."""
    left_out = [kind for kind in earlier if kind not in kinds(channels)]
    if left_out:
        raise Refused(
            "MISSING_FIELD",
            "A correction goes through the same channels as what it corrects.",
            accepted=", ".join(earlier),
            pointer="/channels",
            facts={"left_out": left_out},
        )


def _impossible(detail: str, name: str, pointer: str) -> Refused:
    return Refused("INVALID", detail, pointer=f"{pointer}/{name}")
