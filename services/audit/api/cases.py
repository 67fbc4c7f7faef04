"""HTTP to the town's audits of changes: what waits, one with its reckoning, passing it or sending it back (CAT-17)."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from services.audit.api.casework import Casework, Owed, Someone, nothing
from services.audit.domain.case import CASE, AuditChange, CaseCommand, ReturnChange
from services.audit.events import CaseLine
from shared.handling import Do
from shared.policy import Acting, permits
from shared.web import Api, CommandDesk, Done, Page, Reader

OTHER_UNIT = "P-18.other-unit"
Stage = Literal["", "open", "audited", "returned"]


class AuditBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: str = Field(default="", max_length=1000)


class ReturnBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=1000)


class CaseRow(BaseModel):
    """``overdue_from`` is the first day on which the audit was late."""

    change: str
    town: str
    organisation: str
    round: int
    stage: str
    lines: list[CaseLine]
    unit: str
    opened_on: date
    due_on: date
    overdue_from: date | None
    decided_on: date | None
    version: int = Field(description="Send as If-Match with the next command.")

    @classmethod
    def fields(cls, row: RowMapping) -> dict[str, object]:
        return {name: row[name] for name in cls.model_fields}


class CasePage(CaseRow):
    reason: str
    requested_by: Someone
    approved_by: Someone
    decided_by: Someone
    note: str
    owed: Owed


def add(router: Api, parts: Casework) -> None:
    _reading(router, parts)
    _deciding(router, parts)


def _reading(router: Api, parts: Casework) -> None:
    @router.get("/cases", action="case.read")
    def cases(reader: Reader, organisation: str = "", town: str = "", stage: Stage = "") -> Page[CaseRow]:
        """Of one organisation, or of a town; by due day."""
        known = parts.register.organisation(organisation) if organisation else None
        place = known.town if known else town
        reader.may(organisation if known else "", place, hidden=True)
        if organisation and known is None:
            raise nothing()
        rows = parts.cases.listed(organisation=organisation, town=place, stage=stage)
        pages = (CaseRow.model_validate(CaseRow.fields(row)) for row in rows)
        return reader.page(pages, lambda case: (case.due_on, case.change))

    @router.get("/cases/{change}", action="case.read")
    def case(change: str, reader: Reader) -> CasePage:
        row = parts.cases.one(change)
        if row is None:
            reader.may(hidden=True)
            raise nothing()
        reader.may(row["organisation"], row["town"], hidden=True)
        reader.etag(row["version"])
        said = {name: parts.named(row[name]) for name in ("requested_by", "approved_by", "decided_by")}
        more = {"reason": row["reason"], "note": row["note"], "owed": Owed.of(row)}
        return CasePage.model_validate(CaseRow.fields(row) | said | more)


def _deciding(router: Api, parts: Casework) -> None:
    @router.post("/cases/{change}/audit", action="case.audit", versioned=True)
    def audit_change(change: str, body: AuditBody, desk: CommandDesk) -> Done:
        """By the town leading group: passed, it goes to the county for the record."""
        acting = _acting(desk, change)
        by, units, other = acting.person, _units(desk, acting), _other_unit(desk, acting)
        return _done(desk, acting, change, AuditChange(body.note, by, units, other, desk.today))

    @router.post("/cases/{change}/return", action="case.audit", versioned=True)
    def return_change(change: str, body: ReturnBody, desk: CommandDesk) -> Done:
        """Back to who asked for it, with the reason."""
        acting = _acting(desk, change)
        by, units, other = acting.person, _units(desk, acting), _other_unit(desk, acting)
        return _done(desk, acting, change, ReturnChange(body.reason, by, units, other, desk.today))

    def _acting(desk: CommandDesk, change: str) -> Acting:
        opened = parts.case(change).opened
        place = (opened.organisation, opened.town) if opened else ("", "")
        acting = desk.may(*place, hidden=not permits("case.read", desk.standing, *place))
        if opened is None:
            raise nothing()
        return acting

    def _units(desk: CommandDesk, acting: Acting) -> tuple[str, ...]:
        """Of all their posts, in whichever they act (A-21)."""
        return tuple(post.organisation for post in parts.register.standing(acting.person, desk.now).posts)

    def _other_unit(desk: CommandDesk, acting: Acting) -> bool:
        """The town's switch (A-21)."""
        return parts.register.parameter(acting.town, OTHER_UNIT, desk.now) == 1

    def _done(desk: CommandDesk, acting: Acting, change: str, command: CaseCommand) -> Done:
        return desk.handle(Do(CASE, change, command), acting=acting, town=acting.town)
