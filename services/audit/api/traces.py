"""HTTP to the accountability traces, for those whose post lets them look (SUP-01, ORG-15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.audit.views.trace import Row, Trace
from shared.decider import Refused
from shared.identity import PostHeld
from shared.identity.register import Register
from shared.personal_data import Clear
from shared.policy import permits
from shared.web import Api, Page, Reader
from shared.web.reader import Reading


@dataclass(frozen=True)
class Parts:
    register: Register
    trace: Trace


class Step(BaseModel):
    """``at`` is when it held, ``recorded_at`` when it was written down; titles are those of ``at``."""

    step: str
    version: int
    reference: str
    person: str
    person_name_zh: Clear
    person_name_en: Clear
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
    title: Clear
    steps: list[Step]


class TraceRow(BaseModel):
    disclosure: str
    title: Clear
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
        named = _named(parts, reader, organisation, parts.trace.of_organisation(organisation))
        rows = [TraceRow.model_validate(row) for row in named]
        return reader.page(rows, lambda row: (row.last_at, row.disclosure), descending=True)

    @router.get("/traces/{disclosure}", action="trace.read")
    def trace(disclosure: str, reader: Reader) -> TracePage:
        """Who proposed, reviewed, approved, released, corrected and replied, in which post, and when."""
        steps = parts.trace.of(disclosure)
        first = steps[0] if steps else {"organisation": "", "town": ""}
        reader.may(first["organisation"], first["town"], hidden=True)
        if not steps:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return _page(parts.register, disclosure, _named(parts, reader, first["organisation"], steps))

    return router


def _named(parts: Parts, reader: Reading, organisation: str, rows: Sequence[Row]) -> list[Row]:
    """The rows, without the titles of what was neither shown to the reader nor lies on a desk they may look at.

    Who supervises learns who did what, and when; what a draft or an inside matter of a town says is not the
    county's to read (ORG-16), nor a supervisor's before it is shown (ORG-14).
    """
    known = parts.register.organisation(organisation)
    if permits("disclosure.work", reader.standing, organisation, known.town if known else ""):
        return list(rows)
    opened = parts.trace.opened_to({row["disclosure"] for row in rows}, reader.audiences)
    return [row if (row["disclosure"], row["version"]) in opened else {**row, "title": ""} for row in rows]


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
