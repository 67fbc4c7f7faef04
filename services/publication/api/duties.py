"""HTTP to duties: lists with their state, one with its reckoning, attesting no change, timeliness, the register."""

from dataclasses import asdict
from typing import Literal

from services.publication.api.pages import ApprovalRow, DutyPage, DutyRow, TimelinessRow
from services.publication.api.parts import Parts, nothing
from services.publication.domain.obligation import OBLIGATION, AttestNoChange
from services.publication.views.obligations import Timeliness
from shared.fields import Year
from shared.handling import Do
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.web.reader import Reading

State = Literal["", "open", "overdue", "fulfilled"]


def add(router: Api, parts: Parts) -> None:
    _duties(router, parts)
    _figures(router, parts)


def _duties(router: Api, parts: Parts) -> None:
    @router.get("/obligations", action="obligation.read")
    def obligations(reader: Reader, organisation: str = "", town: str = "", state: State = "") -> Page[DutyRow]:
        """Of one organisation, or of a town for those who oversee it; by due day."""
        town = _place(parts, reader, organisation, town)
        rows = parts.obligations.listed(organisation=organisation, town=town, state=state, today=reader.today)
        return reader.page((DutyRow.of(row, reader.today) for row in rows), lambda d: (d.due, d.obligation))

    @router.get("/obligations/{obligation:path}", action="obligation.read")
    def obligation(obligation: str, reader: Reader) -> DutyPage:
        """One duty, with the reckoning of its due day."""
        row = parts.obligations.one(obligation)
        if row is None:
            reader.may(hidden=True)
            raise nothing()
        reader.may(row["organisation"], row["town"], hidden=True)
        reader.etag(row["version"])
        return DutyPage.of(row, reader.today)

    @router.post("/obligations/{obligation:path}/no-change", action="disclosure.draft", versioned=True)
    def attest_no_change(obligation: str, desk: CommandDesk) -> Done:
        """A monthly fine-tune that found nothing to change, attested by whoever sends this (PUB-25)."""
        raised = parts.obligation(obligation).raised
        if raised is None:
            raise nothing()
        acting = desk.may(raised.organisation, raised.town, hidden=True)
        command = AttestNoChange(desk.standing.person, desk.today, parts.register.calendar())
        return desk.handle(Do(OBLIGATION, obligation, command), acting=acting, town=raised.town)


def _figures(router: Api, parts: Parts) -> None:
    @router.get("/timeliness", action="obligation.read")
    def timeliness(reader: Reader, organisation: str = "", town: str = "") -> list[TimelinessRow]:
        """On-time rate and lateness in working days; publishing more improves nothing (PUB-33, PUB-36)."""
        town = _place(parts, reader, organisation, town)
        rows = parts.obligations.timeliness(reader.today, organisation=organisation, town=town)
        return [_timeliness(row) for row in rows]

    @router.get("/register", action="file.read")
    def register(reader: Reader, organisation: str, year: Year) -> Page[ApprovalRow]:
        """The register of approvals of an organisation's year, newest first; not for the county (ORG-16)."""
        _place(parts, reader, organisation, "")
        rows = (ApprovalRow.model_validate(dict(row)) for row in parts.approvals.of(organisation, year))
        return reader.page(rows, lambda row: row.number, descending=True)


def _place(parts: Parts, reader: Reading, organisation: str, town: str) -> str:
    """Whether the asker may ask of it; the town of an organisation is known, whatever was asked."""
    known = parts.register.organisation(organisation) if organisation else None
    if known is not None:
        reader.may(known.organisation, known.town)
        return known.town
    reader.may("", town)
    if organisation:
        raise nothing()
    return town


def _timeliness(row: Timeliness) -> TimelinessRow:
    over = row.met_on_time + row.met_late + row.overdue
    rate = round(row.met_on_time / over, 4) if over else None
    return TimelinessRow(**asdict(row), on_time_rate=rate)
