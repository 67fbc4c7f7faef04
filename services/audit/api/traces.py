"""HTTP to the accountability traces, for those whose post lets them look (SUP-01, ORG-15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from services.audit.api import traces_of_deeds
from services.audit.api.trace_steps import StepsPage, page_of
from services.audit.views.deeds import Deeds
from services.audit.views.trace import Row, Trace
from shared.decider import Refused
from shared.identity.register import Register
from shared.personal_data import Clear
from shared.policy import permits
from shared.web import Api, Page, Reader
from shared.web.reader import Reading

Kind = Literal["disclosure", "change", "withholding", "plan", "matter", "decision", "cadre"]


@dataclass(frozen=True)
class Parts:
    register: Register
    trace: Trace
    deeds: Deeds


class TracePage(StepsPage):
    disclosure: str


class TraceRow(BaseModel):
    """``subject`` is what it is the trace of; ``disclosure`` the same, if it is one, else empty."""

    kind: Kind = "disclosure"
    subject: str
    disclosure: str
    title: Clear
    version: int
    steps: int
    first_at: datetime
    last_at: datetime


def routes(parts: Parts) -> Api:
    router = Api("audit")

    @router.get("/traces", action="trace.read")
    def traces(organisation: str, reader: Reader, kind: Kind = "disclosure") -> Page[TraceRow]:
        """An organisation's disclosures, or what else it is answered for, the one touched last first."""
        known = parts.register.organisation(organisation)
        reader.may(organisation, known.town if known else "", hidden=True)
        if kind == "disclosure":
            found = _named(parts, reader, organisation, parts.trace.of_organisation(organisation))
            rows = [TraceRow.model_validate({"subject": row["disclosure"], **row}) for row in found]
        else:
            rows = [TraceRow.model_validate(row) for row in traces_of_deeds.listed(parts.deeds, reader, known, kind)]
        return reader.page(rows, lambda row: (row.last_at, row.subject), descending=True)

    @router.get("/traces/{disclosure}", action="trace.read")
    def trace(disclosure: str, reader: Reader) -> TracePage:
        """Who proposed, reviewed, approved, released, corrected and replied, in which post, and when."""
        steps = parts.trace.of(disclosure)
        first = steps[0] if steps else {"organisation": "", "town": ""}
        reader.may(first["organisation"], first["town"], hidden=True)
        if not steps:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        named = _named(parts, reader, first["organisation"], steps)
        return TracePage(disclosure=disclosure, **page_of(parts.register, named))

    traces_of_deeds.add(router, parts.register, parts.deeds)
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
