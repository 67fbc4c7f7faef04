"""HTTP to duties: lists with their state, one with its reckoning, attesting no change, timeliness, the register."""

from dataclasses import asdict
from datetime import date
from typing import Literal

from sqlalchemy import RowMapping

from services.publication.api.duty_pages import DutyPage, DutyRow, TimelinessRow
from services.publication.api.pages import ApprovalRow
from services.publication.api.parts import Parts, nothing
from services.publication.domain.obligation import OBLIGATION, AttestNoChange
from services.publication.domain.trigger import CONTENT, TRIGGER, Changes
from services.publication.events import Duty, ObligationRaised, TriggerRecorded
from services.publication.views.obligations import Timeliness
from services.publication.views.shown import Filter
from shared.clock import at
from shared.fields import Year
from shared.handling import Do
from shared.policy import permits
from shared.scope import Scope, audience_of, desk
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.web.reader import Reading

State = Literal["", "open", "overdue", "suspended", "fulfilled", "ended"]
By = Literal["town", "organisation", "item"]
GROUPS = {"town": ("town",), "organisation": ("town", "organisation"), "item": ("town", "organisation", "item")}


def add(router: Api, parts: Parts) -> None:
    _duties(router, parts)
    _figures(router, parts)


def _duties(router: Api, parts: Parts) -> None:
    @router.get("/obligations", action="obligation.read")
    def obligations(reader: Reader, organisation: str = "", town: str = "", state: State = "") -> Page[DutyRow]:
        """Of one organisation, or of a town for those who oversee it; by due day."""
        town = _place(parts, reader, organisation, town)
        rows = parts.obligations.listed(organisation=organisation, town=town, state=state, today=reader.today)
        calendar = parts.register.calendar()
        shown = (DutyRow.of(row, reader.today, calendar) for row in rows)
        return reader.page(shown, lambda d: (d.due, d.obligation))

    @router.get("/obligations/{obligation:path}", action="obligation.read")
    def obligation(obligation: str, reader: Reader) -> DutyPage:
        """One duty, with the reckoning of its due day."""
        row = parts.obligations.one(obligation)
        if row is None:
            reader.may(hidden=True)
            raise nothing()
        reader.may(row["organisation"], row["town"], hidden=True)
        reader.etag(row["version"])
        return _page(parts, reader, row)

    @router.post("/obligations/{obligation:path}/no-change", action="disclosure.draft", versioned=True)
    def attest_no_change(obligation: str, desk: CommandDesk) -> Done:
        """A fine-tune (PUB-25) or yearly look (PUB-22) that found nothing to change, attested by whoever sends this."""
        raised = parts.obligation(obligation).raised
        if raised is None:
            raise nothing()
        acting = desk.may(raised.organisation, raised.town, hidden=True)
        shown = _still_shown(parts, raised)
        command = AttestNoChange(desk.standing.person, desk.today, parts.register.calendar(), shown)
        return desk.handle(Do(OBLIGATION, obligation, command), acting=acting, town=raised.town)


def _figures(router: Api, parts: Parts) -> None:
    @router.get("/timeliness", action="obligation.read")
    def timeliness(
        reader: Reader, organisation: str = "", town: str = "", by: By = "organisation"
    ) -> list[TimelinessRow]:
        """On-time rate and lateness in working days; publishing more improves nothing (PUB-33, PUB-36)."""
        town = _place(parts, reader, organisation, town)
        calendar = parts.register.calendar()
        rows = parts.obligations.timeliness(reader.today, calendar, organisation=organisation, town=town, by=GROUPS[by])
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
    return TimelinessRow(**asdict(row), on_time_rate=row.on_time_rate)


def _page(parts: Parts, reader: Reading, row: RowMapping) -> DutyPage:
    """Owned by the organisation; who answers for it is who was first person on the day (ORG-06, ORG-07)."""
    shown = DutyRow.of(row, reader.today, parts.register.calendar()).model_dump()
    settled = row["fulfilled_on"] or row["ended_on"] or reader.today

    def first(day: date) -> str | None:
        return parts.register.first_person(row["organisation"], at(day, 12))

    when_due = first(row["due"]) if row["due"] <= reader.today else None
    persons = {"first_person": first(settled), "first_person_when_due": when_due}
    may_know = permits("file.read", reader.standing, row["organisation"], row["town"])
    return DutyPage.model_validate(dict(row) | shown | persons | {"told": _told(parts, row) if may_know else ""})


def _told(parts: Parts, row: RowMapping) -> str:
    """What has happened (PUB-29) or changed (PUB-22), in the words of whoever told it; nothing else has such words."""
    if not row["cause"]:
        return ""
    if row["duty"] == Duty.TRIGGERED:
        trigger: TriggerRecorded | None = parts.handler.state(TRIGGER, row["cause"])[1]
        return trigger.what if trigger else ""
    changes: Changes = parts.handler.state(CONTENT, row["item"])[1]
    return next((one.what for one in changes if f"{one.item}/{one.number}" == row["cause"]), "")


def _still_shown(parts: Parts, raised: ObligationRaised) -> str:
    """What members see of the item now, or nothing."""
    item = parts.items.item(raised.item, raised.due)
    scope = Scope(item.audience_inside) if item else Scope.MEMBERS
    audience = audience_of(scope, organisation=raised.organisation, town=raised.town)
    rows = parts.shown.listed([audience, desk(raised.organisation)], Filter(item=raised.item, limit=1))
    return rows[0]["disclosure"] if rows else ""
