"""What the page of a procedure shows beside its stages: who acted, and how far its disclosures have come (ORG-15)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.publication.api.parts import Parts
from shared.personal_data import Clear


class ActRow(BaseModel):
    """``act`` is the name of the fact; ``by`` is '' where it happened by itself; ``note``: the reason given."""

    act: str
    by: str
    by_zh: Clear
    by_en: Clear
    post: str
    at: datetime
    note: Clear


class DraftRow(BaseModel):
    """A disclosure that is part of the procedure, without its words."""

    part: str
    disclosure: str
    stage: str


def of_procedure(parts: Parts, row: Mapping[str, Any]) -> dict[str, Any]:
    """Both, of a procedure's row."""
    drafts = [(draft, parts.work.one(draft["disclosure"])) for draft in row["drafts"]]
    return {
        "acts": [_named(parts, act) for act in row["acts"]],
        "drafts": [draft | {"stage": work["stage"]} for draft, work in drafts if work],
    }


def _named(parts: Parts, act: dict[str, Any]) -> dict[str, Any]:
    person = parts.register.person(act["by"]) if act["by"] else None
    names = (person.name_zh, person.name_en) if person else (act["by"], act["by"])
    return act | {"by_zh": names[0], "by_en": names[1]}
