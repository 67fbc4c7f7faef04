"""HTTP to the accountability traces, for those whose post lets them look (SUP-01, ORG-15), and to the transparency
log, for everyone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from services.audit.tlog import receipts
from services.audit.tlog.store import Store
from services.audit.tlog.tiles import Tile, TileWrong, exists, parse
from services.audit.views.entries import Entries
from services.audit.views.trace import Trace
from shared import scope
from shared.decider import Refused
from shared.identity import PostHeld
from shared.identity.register import Register
from shared.transparency.keys import NoteWrong, Signer
from shared.transparency.notes import open_checkpoint
from shared.web import Api, Page, Reader


@dataclass(frozen=True)
class Parts:
    register: Register
    trace: Trace


@dataclass(frozen=True)
class LogParts:
    """``signer`` is None where no key was given: then nothing is published."""

    entries: Entries
    store: Store
    signer: Signer | None


class Step(BaseModel):
    """``at`` is when it held, ``recorded_at`` when it was written down; titles are those of ``at``."""

    step: str
    version: int
    reference: str
    person: str
    person_name_zh: str
    person_name_en: str
    post: str
    post_title_zh: str
    post_title_en: str
    for_organisation: str
    first_person_responsible: str
    at: datetime
    recorded_at: datetime
    service: str
    position: int
    event_id: str
    event_type: str
    command_id: str
    correlation_id: str


class TracePage(BaseModel):
    disclosure: str
    organisation: str
    organisation_name_zh: str
    organisation_name_en: str
    town: str
    title: str
    steps: list[Step]


class TraceRow(BaseModel):
    disclosure: str
    title: str
    version: int
    steps: int
    first_at: datetime
    last_at: datetime


def routes(parts: Parts) -> Api:
    router = Api("audit")

    @router.get("/traces", action="trace.read")
    def traces(organisation: str, reader: Reader) -> Page[TraceRow]:
        """An organisation's disclosures, the one touched last first."""
        known = parts.register.organisation(organisation)
        reader.may(organisation, known.town if known else "", hidden=True)
        rows = [TraceRow.model_validate(row) for row in parts.trace.of_organisation(organisation)]
        return reader.page(rows, lambda row: (row.last_at, row.disclosure), descending=True)

    @router.get("/traces/{disclosure}", action="trace.read")
    def trace(disclosure: str, reader: Reader) -> TracePage:
        """Who proposed, reviewed, approved, released, corrected and replied, in which post, and when."""
        steps = parts.trace.of(disclosure)
        first = steps[0] if steps else {"organisation": "", "town": ""}
        reader.may(first["organisation"], first["town"], hidden=True)
        if not steps:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return _page(parts.register, disclosure, list(steps))

    return router


def _page(register: Register, disclosure: str, steps: list[dict[str, Any]]) -> TracePage:
    known = register.organisation(steps[0]["organisation"])
    return TracePage(
        disclosure=disclosure,
        organisation=steps[0]["organisation"],
        organisation_name_zh=known.name_zh if known else "",
        organisation_name_en=known.name_en if known else "",
        town=steps[0]["town"],
        title=next((step["title"] for step in reversed(steps) if step["title"]), ""),
        steps=[_step(register, step) for step in steps],
    )


def _step(register: Register, step: dict[str, Any]) -> Step:
    held = _post_held(register, step)
    person = register.person(step["person"]) if step["person"] else None
    return Step(
        **{name: step[name] for name in Step.model_fields if name in step and name != "post"},
        person_name_zh=person.name_zh if person else "",
        person_name_en=person.name_en if person else "",
        post=held.post if held else step["post"],
        post_title_zh=held.title_zh if held else "",
        post_title_en=held.title_en if held else "",
        first_person_responsible=register.first_person(step["organisation"], step["at"]) or "",
    )


def _post_held(register: Register, step: dict[str, Any]) -> PostHeld | None:
    """The post acted in, as held then; for someone merely named, the one they held in the organisation."""
    if not step["person"]:
        return None
    posts = register.standing(step["person"], step["at"]).posts
    wanted = [p for p in posts if p.post == step["post"]] if step["post"] else posts
    return next((p for p in wanted if step["post"] or p.organisation == step["organisation"]), None)


def log_routes(parts: LogParts) -> tuple[Api, Api]:
    """The log as C2SP tlog-tiles serves it, and the receipt of an event."""
    return _served(parts), _receipts(parts)


def _served(parts: LogParts) -> Api:
    router = Api("log", prefix="/log")

    @router.get("/checkpoint", action="log.read", response_class=Response)
    def checkpoint() -> Response:
        """How many entries there are and their root, signed: the note is read anew every few seconds."""
        return _text(_published(parts), "public, max-age=2")

    @router.get("/vkey", action="log.read", response_class=Response)
    def vkey() -> Response:
        """The key that verifies checkpoints. Keep a copy: who asks the log for it each time trusts the log."""
        _published(parts)
        return _text(f"{_signer(parts).verifier.vkey}\n".encode(), "public, max-age=300")

    @router.get("/tile/{tile:path}", action="log.read", response_class=Response)
    def tile(tile: str) -> Response:
        """``<level>/<number>`` or ``entries/<number>``, with ``.p/<width>`` for one that is not full yet."""
        try:
            data = _tile(parts, parse(f"tile/{tile}"))
        except (TileWrong, LookupError) as wrong:
            raise Refused("NOT_FOUND", "The log has no such tile.") from wrong
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(data, media_type="application/octet-stream", headers=headers)

    return router


def _receipts(parts: LogParts) -> Api:
    router = Api("audit")

    @router.get("/proofs/{event_id}", action="log.read", response_class=Response)
    def proof(event_id: str, reader: Reader) -> Response:
        """An event's receipt (``.tlog-proof``); with the salt of its digest for those who see the event itself."""
        reader.may()
        entry = parts.entries.of(event_id)
        note = _published(parts)
        size = open_checkpoint(note, _signer(parts).verifier).size
        if entry is None or entry.index >= size:
            raise Refused("NOT_FOUND", "The log has no such event, or not yet: it follows within seconds.")
        salt = entry.salt if reader.sees(scope.desk(entry.organisation), entry.town) else b""
        made = receipts.receipt(parts.store.read, note, size, entry.index, entry.entry, salt)
        answer = _text(made.encoded, "private, no-cache")
        answer.headers["Content-Disposition"] = 'attachment; filename="event.tlog-proof"'
        answer.headers["Vary"] = "Authorization, Gongkai-Acting-As"
        return answer

    return router


def _published(parts: LogParts) -> bytes:
    note = parts.store.checkpoint
    if not note:
        raise Refused("NOT_FOUND", "The log has published nothing yet.")
    return note


def _signer(parts: LogParts) -> Signer:
    if parts.signer is None:
        raise Refused("NOT_FOUND", "The log has no key here.")
    return parts.signer


def _tile(parts: LogParts, wanted: Tile) -> bytes:
    """Only what stands under the published checkpoint. Raises ``LookupError``, :class:`TileWrong`."""
    try:
        size = open_checkpoint(_published(parts), _signer(parts).verifier).size
    except NoteWrong as fault:
        raise LookupError(wanted.path) from fault
    if not exists(wanted, size):
        raise LookupError(wanted.path)
    return parts.store.read(wanted)


def _text(data: bytes, cache: str) -> Response:
    return Response(data, media_type="text/plain; charset=utf-8", headers={"Cache-Control": cache})
