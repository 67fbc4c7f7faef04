"""Through which channels a disclosure may go: six inside the Party, five outside it (PUB-05 to PUB-15)."""

from collections.abc import Iterable

from services.publication.events.parts import ChannelEvidence, Meeting
from shared.decider import Refused

INSIDE = ("meeting", "document", "briefing", "intranet", "activity-room-board", "reading-room")
OUTSIDE = ("public-column", "website", "led", "touch-screen", "news-media")


def kinds(channels: Iterable[ChannelEvidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(evidence.channel for evidence in channels))


def must_fit(channels: tuple[ChannelEvidence, ...], allowed: tuple[str, ...]) -> None:
    """A channel of the other side would show it to too many, or to the wrong people; and evidence is possible."""
    if not channels:
        raise Refused(
            "MISSING_FIELD",
            "A release names at least one channel.",
            accepted=", ".join(allowed),
            pointer="/channels",
        )
    for number, evidence in enumerate(channels):
        if evidence.channel not in allowed:
            raise Refused(
                "CHANNEL_NOT_FOR_SCOPE",
                f"{evidence.channel} is not a channel for this release.",
                accepted=", ".join(allowed),
                pointer=f"/channels/{number}",
            )
        if isinstance(evidence, Meeting):
            _must_have_been_held(evidence, f"/channels/{number}")


def _must_have_been_held(meeting: Meeting, pointer: str) -> None:
    if meeting.present > meeting.of:
        detail = "More were present than there are members."
        raise Refused("INVALID", detail, accepted=f"at most {meeting.of}", pointer=f"{pointer}/present")


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
