"""Which papers a fact of publication or feedback gives to the archive, and what each says (ARC-02 to ARC-04).

Start at :func:`papers_of`. A paper's ``ref`` is the same however often the fact is heard.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.archive.events import Kind, Retention
from services.archive.heard import (
    DisclosureApproved,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    EvidenceAdded,
    MatterOpened,
    MatterReplanned,
    OpinionDecided,
    OpinionReceived,
    OpinionReplied,
    RedisclosureDecided,
    Released,
)
from shared.events import Recorded, hear

RETENTION: Mapping[Kind, Retention] = {
    "version": "permanent",
    "approval": "permanent",
    "channel-evidence": "permanent",
    "opinion": "30-years",
    "handling": "30-years",
    "reply": "30-years",
    "plan": "permanent",
}  # P-21


RELEASES = (DisclosureApproved, DisclosureReleasedInside, DisclosureReleasedOutside, EvidenceAdded)
BESIDE = (RedisclosureDecided, MatterOpened, MatterReplanned)
OPINIONS = (OpinionReceived, OpinionDecided, OpinionReplied)
PAPERS_COME_WITH: Mapping[str, frozenset[str]] = {
    "publication": frozenset(fact.EVENT for fact in (*RELEASES, *BESIDE)),
    "feedback": frozenset(fact.EVENT for fact in OPINIONS),
}


@dataclass(frozen=True)
class Paper:
    kind: Kind
    ref: str
    title: str
    digest: str
    at: datetime
    town: str
    organisation: str
    disclosure: str
    version: int
    content: Mapping[str, Any] = field(compare=False)
    matter: str = ""


def papers_of(event: Recorded) -> list[Paper]:
    match hear(event, *RELEASES) or hear(event, *BESIDE) or hear(event, *OPINIONS):
        case DisclosureApproved() as approved:
            return [_approval(approved, event.recorded_at)]
        case Released() as released:
            return [_version(released), *_evidence(released)]
        case EvidenceAdded() as added:
            return [_later(added, event.version)]
        case RedisclosureDecided() as decided_on:
            return [_redisclosure(decided_on, event)]
        case MatterOpened() | MatterReplanned() as plan:
            return [_plan(plan, event)]
        case OpinionReceived() as opinion:
            content = opinion.model_dump(include={"receipt_number", "channel", "giver_kind", "text"})
            return [_of_opinion("opinion", opinion, opinion.title, opinion.version, content)]
        case OpinionDecided() as decided:
            content = decided.model_dump(include={"receipt_number", "disposition", "reason", "by"})
            return [_of_opinion("handling", decided, decided.receipt_number, 0, content, event.version)]
        case OpinionReplied() as replied:
            content = replied.model_dump(include={"receipt_number", "text", "general", "by"})
            return [_of_opinion("reply", replied, replied.title, 0, content, event.version)]
        case _:
            return []


def _approval(approved: DisclosureApproved, at: datetime) -> Paper:
    """The approval sheet: who wrote, reviewed, attested and approved it, and its number in the register."""
    return Paper(
        kind="approval",
        ref=f"{approved.disclosure}/v{approved.version}/approval",
        title=approved.title,
        digest=_digest(approved.model_dump(mode="json")),
        at=at,
        town=approved.town,
        organisation=approved.organisation,
        disclosure=approved.disclosure,
        version=approved.version,
        content=approved.model_dump(mode="json"),
    )


def _version(released: Released) -> Paper:
    """The same paper whether it goes inside or outside, unless a shortened text went outside (A-05)."""
    content = {"item", "title", "text", "summary", "attachments", "register_number", "replaces", "note"}
    ref = f"{released.disclosure}/v{released.version}"
    if isinstance(released, DisclosureReleasedOutside) and released.shortened:
        ref = f"{ref}/outside"
    dumped = released.model_dump(mode="json", include=content)
    return _of_release("version", released, ref, released.content_digest, dumped)


def _evidence(released: Released) -> Iterable[Paper]:
    side = "inside" if isinstance(released, DisclosureReleasedInside) else "outside"
    for number, channel in enumerate(released.channels, 1):
        name = channel.get("channel", "")
        ref = f"{released.disclosure}/v{released.version}/{side}/{number}-{name}"
        content = {"side": side, "audiences": list(released.audiences), **channel}
        yield _of_release("channel-evidence", released, ref, _digest(channel), content)


def _later(added: EvidenceAdded, number: int) -> Paper:
    """Evidence of a channel that came after its release; what it does not say is left out."""
    said = {name: value for name, value in added.model_dump(mode="json").items() if value not in ("", None, [])}
    place = f"{added.side}/{added.place + 1}-{added.channel}"
    return Paper(
        kind="channel-evidence",
        ref=f"{added.disclosure}/v{added.version}/{place}/{number}",
        title=added.channel,
        digest=_digest(said),
        at=added.at,
        town=added.town,
        organisation=added.organisation,
        disclosure=added.disclosure,
        version=added.version,
        content=said,
    )


def _redisclosure(decided: RedisclosureDecided, event: Recorded) -> Paper:
    """What was done about the opinions of a disclosure is part of their handling (ARC-04)."""
    content = decided.model_dump(mode="json", include={"opinions", "choice", "reason", "by", "on"})
    return Paper(
        kind="handling",
        ref=f"{decided.disclosure}/redisclosure/{event.version}",
        title=decided.choice,
        digest=_digest(content),
        at=event.recorded_at,
        town=decided.town,
        organisation=decided.organisation,
        disclosure=decided.disclosure,
        version=0,
        content=content,
    )


def _plan(plan: MatterOpened | MatterReplanned, event: Recorded) -> Paper:
    """The plan of staged work, and each change of it with its reason."""
    content = plan.model_dump(mode="json", exclude={"town", "organisation", "matter"})
    return Paper(
        kind="plan",
        ref=f"{plan.matter}/plan/{event.version}",
        title=plan.title,
        digest=_digest(content),
        at=event.recorded_at,
        town=plan.town,
        organisation=plan.organisation,
        disclosure="",
        version=0,
        content=content,
        matter=plan.matter,
    )


def digest_of(kind: str, content: Mapping[str, Any]) -> str:
    """What a kept paper's digest must be if nobody touched it; '' for a version, whose digest is publication's."""
    if kind == "version":
        return ""
    of_channel = kind == "channel-evidence" and "audiences" in content
    return _digest({k: v for k, v in content.items() if k not in ("side", "audiences")} if of_channel else content)


def _of_release(kind: Kind, released: Released, ref: str, digest: str, content: Mapping[str, Any]) -> Paper:
    return Paper(
        kind=kind,
        ref=ref,
        title=released.title,
        digest=digest,
        at=released.at,
        town=released.town,
        organisation=released.organisation,
        disclosure=released.disclosure,
        version=released.version,
        content=content,
    )


def _of_opinion(
    kind: Kind,
    said: OpinionReceived | OpinionDecided | OpinionReplied,
    title: str,
    version: int,
    content: Mapping[str, Any],
    step: int = 0,
) -> Paper:
    return Paper(
        kind=kind,
        ref=f"{said.opinion}/{kind}" + (f"/{step}" if step else ""),
        title=title or said.receipt_number,
        digest=_digest(content),
        at=said.at,
        town=said.town,
        organisation=said.organisation,
        disclosure=said.disclosure,
        version=version,
        content=content,
    )


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
