"""HTTP to appraisals: scheduled by an organisation, seen as owed, scheduled or overdue, their results told (PUB-21)."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.audit.api.casework import nothing
from services.audit.domain.appraisal import (
    APPRAISAL,
    AppraisalCommand,
    CancelAppraisal,
    Place,
    PublishResults,
    ScheduleAppraisal,
)
from services.audit.views.appraisals import Appraisals, Row
from services.audit.views.releases import Releases
from shared.clock import at
from shared.due_days import DueDay
from shared.fields import Day, Year
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.scope import members
from shared.web import Api, CommandDesk, Done, Reader
from shared.web.reader import Reading

REASON_MAX = 500
Number = Annotated[int, Path(ge=1, le=100)]


@dataclass(frozen=True)
class AppraisalParts:
    handler: Handler
    register: Register
    appraisals: Appraisals
    releases: Releases

    def place(self, organisation: str, year: int) -> Place:
        known = self.register.organisation(organisation)
        return Place(organisation, known.town if known else "", year)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ScheduleBody(Body):
    year: Year
    opens: Day
    closes: Day


class CancelBody(Body):
    reason: str = Field(max_length=REASON_MAX)


class ResultsBody(Body):
    disclosure: str = Field(max_length=100, description="It has shown the results to the organisation's members.")


class AppraisalRow(BaseModel):
    number: int
    opens: date
    closes: date
    results_due: DueDay
    cancelled: bool
    disclosure: str
    published_on: date | None
    late_workdays: int | None
    results_overdue: bool


class AppraisalYearRow(BaseModel):
    """``state``: overdue, owed, scheduled or held, on the day of asking; ``due`` is the year's last day."""

    organisation: str
    town: str
    year: int
    required: int
    scheduled: int
    held: int
    due: date
    state: str
    version: int
    appraisals: list[AppraisalRow]


def appraisal_routes(parts: AppraisalParts) -> Api:
    router = Api("audit")
    _commands(router, parts)
    _questions(router, parts)
    return router


def _commands(router: Api, parts: AppraisalParts) -> None:
    path = "/organisations/{organisation}/appraisals"

    @router.post(path, action="appraisal.schedule", status_code=201)
    def schedule_appraisal(organisation: str, body: ScheduleBody, desk: CommandDesk) -> Done:
        """Within its year; its results are due P-19.results working days after it closes."""
        place = parts.place(organisation, body.year)
        workdays = parts.register.parameter(place.town, "P-19.results", desk.now)
        due = DueDay.of(parts.register.calendar().add(body.closes, workdays), "P-19.results")
        command = ScheduleAppraisal(place, body.opens, body.closes, due, desk.standing.person, desk.today)
        return _done(desk, command)

    @router.post(f"{path}/{{year}}/{{number}}/cancellation", action="appraisal.schedule", versioned=True)
    def cancel_appraisal(organisation: str, year: Year, number: Number, body: CancelBody, desk: CommandDesk) -> Done:
        place = parts.place(organisation, year)
        return _done(desk, CancelAppraisal(place, number, body.reason, desk.standing.person, desk.today))

    @router.post(f"{path}/{{year}}/{{number}}/results", action="appraisal.schedule", versioned=True)
    def publish_results(organisation: str, year: Year, number: Number, body: ResultsBody, desk: CommandDesk) -> Done:
        """That they were published, by a disclosure that the members have been shown."""
        release = parts.releases.shown(body.disclosure, [members(organisation)])
        own = release is not None and release.event.data.get("organisation") == organisation
        shown = date.fromisoformat(release.event.data["on"]) if release and own else None
        version, calendar = release.version if release else 0, parts.register.calendar()
        told = (body.disclosure, version, shown, calendar, desk.standing.person, desk.today)
        return _done(desk, PublishResults(parts.place(organisation, year), number, *told))


def _done(desk: CommandDesk, command: AppraisalCommand) -> Done:
    place = command.place
    acting = desk.may(place.organisation, place.town)
    if not place.town:
        raise nothing()
    return desk.handle(Do(APPRAISAL, place.identity, command), acting=acting, town=place.town)


def _questions(router: Api, parts: AppraisalParts) -> None:
    @router.get("/appraisals", action="appraisal.read")
    def appraisals(
        reader: Reader,
        year: Annotated[Year, Query()],
        organisation: Annotated[str, Query(max_length=40)] = "",
        town: Annotated[str, Query(max_length=40)] = "",
    ) -> list[AppraisalYearRow]:
        """Of one organisation, or of a town for those who oversee it: what is owed for the year and what was held."""
        known = parts.register.organisation(organisation) if organisation else None
        town = known.town if known else town
        reader.may(organisation, town)
        if organisation and known is None:
            raise nothing()
        return _of_year(parts, reader, year, organisation, town)


def _of_year(parts: AppraisalParts, reader: Reading, year: int, organisation: str, town: str) -> list[AppraisalYearRow]:
    rows = parts.appraisals.scheduled(organisation=organisation, town=town, year=year)
    versions = parts.appraisals.versions(year)
    found = []
    for owing in parts.appraisals.owed(organisation=organisation, town=town):
        if owing["from_year"] <= year:
            required = parts.register.parameter(owing["town"], "P-19", at(date(year, 12, 31)))
            own = [row for row in rows if row["organisation"] == owing["organisation"]]
            found.append(_year(owing, year, required, own, reader.today, versions.get(owing["organisation"], 0)))
    return found


def _year(owing: Row, year: int, required: int, rows: list[Row], today: date, version: int) -> AppraisalYearRow:
    standing = [row for row in rows if not row["cancelled"]]
    held, due = sum(row["closes"] < today for row in standing), date(year, 12, 31)
    late = "overdue" if today > due else "scheduled" if len(standing) >= required else "owed"
    return AppraisalYearRow(
        organisation=owing["organisation"],
        town=owing["town"],
        year=year,
        required=required,
        scheduled=len(standing),
        held=held,
        due=due,
        state="held" if held >= required else late,
        version=version,
        appraisals=[AppraisalRow.model_validate(row | _lateness(row, today)) for row in rows],
    )


def _lateness(row: Row, today: date) -> Row:
    waiting = row["published_on"] is None and not row["cancelled"]
    return {"results_overdue": waiting and row["due_on"] < today}
