"""What comes later of a release's channels: a notice taken down, a photo, minutes, the reading room's register (A-29).

It is added as a fact of its own (:class:`EvidenceAdded`); what was said when it was shown stays as it was.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.publication.domain import conditions
from services.publication.domain.channels import CLOCKS_APART, Side, code_of
from services.publication.domain.drafting import names
from services.publication.domain.evidence_words import MENDED
from services.publication.domain.versions import Disclosure, Shown
from services.publication.events import DisclosureEvent, EvidenceAdded
from services.publication.events.parts import ActivityRoomBoard, Attachment, ChannelEvidence, PublicColumn, ReadEntry
from shared.decider import Refused
from shared.personal_data.gate import Found, find, must_hold_nothing_personal

PHOTOGRAPHED = ("activity-room-board", "public-column", "led", "touch-screen", "meeting", "reading-room")
FIELDS: dict[str, tuple[str, ...]] = {
    "meeting": ("minutes",),
    "intranet": ("access_log",),
    "activity-room-board": ("removed_at",),
    "public-column": ("removed_at",),
    "reading-room": ("reads",),
    "news-media": ("link", "document"),
}


@dataclass(frozen=True)
class AddEvidence:
    """To the ``place``-th channel of a version's release; ``found`` is what the gate saw in the document."""

    version: int
    side: Side
    place: int
    by: str
    at: datetime
    removed_at: datetime | None = None
    minutes: str = ""
    access_log: str = ""
    link: str = ""
    reads: tuple[ReadEntry, ...] = ()
    document: Attachment | None = None
    found: tuple[Found, ...] = ()


def add_evidence(disclosure: Disclosure, command: AddEvidence) -> list[DisclosureEvent]:
    release = _release(disclosure, command)
    evidence = _channel(release, command)
    must_hold_nothing_personal(command.found, "/file")
    said = _said(command)
    words = [(name, value) for name, value in said.items() if isinstance(value, str)]
    must_hold_nothing_personal(find(words), "", MENDED)
    if command.side == "outside" and disclosure.drafted:
        conditions.must_hold_for(disclosure.drafted.conditions, words)
    if not said:
        raise Refused("MISSING_FIELD", "Say what came of it.", accepted=", ".join(fields_of(code_of(evidence))))
    for name in said:
        if name not in fields_of(code_of(evidence)):
            detail = f"The evidence of {code_of(evidence)} has no {name}."
            raise Refused("INVALID", detail, ", ".join(fields_of(code_of(evidence))), f"/{name}")
    _must_be_later(evidence, command)
    about = names(disclosure) | {"version": command.version}
    place = {"side": command.side, "place": command.place, "channel": code_of(evidence)}
    return [EvidenceAdded(**about, **place, **said, by=command.by, at=command.at)]


def fields_of(channel: str) -> tuple[str, ...]:
    """What may be added for a channel; a town's own takes a document."""
    fields = FIELDS.get(channel, ())
    photo = ("document",) if channel in PHOTOGRAPHED or channel not in FIELDS else ()
    return tuple(dict.fromkeys((*fields, *photo)))


def _release(disclosure: Disclosure, command: AddEvidence) -> Shown:
    known = 1 <= command.version <= len(disclosure.versions)
    shown: Shown | None = getattr(disclosure.version(command.version), command.side) if known else None
    if shown is None:
        detail = "Evidence is of a release that has happened."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted=f"a version shown {command.side}", pointer="/version")
    return shown


def _channel(release: Shown, command: AddEvidence) -> ChannelEvidence:
    if not 0 <= command.place < len(release.evidence):
        accepted = f"0 to {len(release.evidence) - 1}"
        raise Refused("INVALID", "The release has no such channel.", accepted=accepted, pointer="/place")
    return release.evidence[command.place]


def _said(command: AddEvidence) -> dict[str, Any]:
    names_of = ("removed_at", "minutes", "access_log", "link", "reads", "document")
    said = {name: getattr(command, name) for name in names_of}
    return {name: value.strip() if isinstance(value, str) else value for name, value in said.items() if value}


def _must_be_later(evidence: ChannelEvidence, command: AddEvidence) -> None:
    removed = command.removed_at
    if removed is None or not isinstance(evidence, ActivityRoomBoard | PublicColumn):
        return
    if not evidence.posted_at < removed <= command.at + CLOCKS_APART:
        detail = "A notice is taken down after it was posted, and is so already."
        raise Refused("INVALID", detail, pointer="/removed_at")
