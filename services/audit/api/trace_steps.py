"""How a step of a trace reads: who took it in which post, by the names and titles of that time (ORG-15)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.audit.views.trace import Row
from shared.identity import PostHeld
from shared.identity.register import Register
from shared.personal_data import Clear


class Step(BaseModel):
    """``at`` is when it held, ``recorded_at`` when it was written down; titles are those of ``at``."""

    step: str
    version: int = 0
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


class StepsPage(BaseModel):
    organisation: str
    organisation_name_zh: str
    organisation_name_en: str
    town: str
    title: Clear
    steps: list[Step]


def page_of(register: Register, steps: Sequence[Row]) -> dict[str, Any]:
    """The fields of a :class:`StepsPage`."""
    known = register.organisation(steps[0]["organisation"])
    return {
        "organisation": steps[0]["organisation"],
        "organisation_name_zh": known.name_zh if known else "",
        "organisation_name_en": known.name_en if known else "",
        "town": steps[0]["town"],
        "title": next((step["title"] for step in reversed(steps) if step["title"]), ""),
        "steps": [_step(register, step) for step in steps],
    }


def _step(register: Register, step: Row) -> Step:
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


def _post_held(register: Register, step: Row) -> PostHeld | None:
    """The post acted in, as held then; for someone merely named, the one they held in the organisation."""
    if not step["person"]:
        return None
    posts = register.standing(step["person"], step["at"]).posts
    wanted = [p for p in posts if p.post == step["post"]] if step["post"] else posts
    return next((p for p in wanted if step["post"] or p.organisation == step["organisation"]), None)
