"""HTTP to cadre matters: for the unit in charge of C5 (党建办); the days of a notice are for all who may see it."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.publication.api.acts import ActRow, DraftRow, of_procedure
from services.publication.api.bodies import Body
from services.publication.api.parts import Parts, nothing
from services.publication.domain.cadre import CADRE
from services.publication.domain.cadre_commands import (
    Cadre,
    CadreCommand,
    Count,
    DecideAppointment,
    HoldInspection,
    OpenMatter,
    PutUpAgain,
    ReceiveObjection,
    SettleObjection,
    TakeDown,
    WithdrawCandidate,
)
from services.publication.domain.release import outside_audiences
from services.publication.events.cadre import Candidate, Outcome
from services.publication.events.parts import CountedDay
from services.publication.views.almanac import Almanac
from shared.decider import Refused
from shared.fields import Day, Instant
from shared.handling import Do
from shared.identity import PostKind, Standing
from shared.personal_data import Clear
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.web.desk import Desk
from shared.web.reader import Reading

CATEGORY = "C5"
NAME_MAX, TEXT_MAX = 80, 4000


class CandidateBody(Body):
    name: str = Field(max_length=NAME_MAX)
    present_post: str = Field(default="", max_length=200)
    meant_post: str = Field(max_length=200)


class MatterBody(Body):
    organisation: str = Field(max_length=40)
    kind: Literal["appointment", "dismissal"] = "appointment"
    candidates: list[CandidateBody] = Field(max_length=50)


class InspectionBody(Body):
    on: Day


class ObjectionBody(Body):
    text: str = Field(max_length=TEXT_MAX)
    objector: str = Field(default="", max_length=NAME_MAX, description="Empty for one who is not named.")
    candidate: int = Field(default=0, ge=0, le=50, description="0: against all.")


class SettleBody(Body):
    candidate: int = Field(default=0, ge=0, le=50, description="Whom it concerns, if the objection named nobody.")
    outcome: Outcome
    reason: str = Field(max_length=TEXT_MAX)


class WithdrawBody(Body):
    candidate: int = Field(ge=1, le=50)
    reason: str = Field(max_length=TEXT_MAX)


class TakeDownBody(Body):
    at: Instant | None = Field(default=None, description="Now, if not said.")
    reason: str = Field(max_length=TEXT_MAX)


class CandidateRow(BaseModel):
    number: int
    name: Clear
    present_post: Clear
    meant_post: Clear
    withdrawn: bool


class ObjectionRow(BaseModel):
    """``late``: given in time, heard of only after the appointment was decided; ``owner`` answers for it."""

    number: int
    candidate: int
    opinion: str
    objector: Clear
    text: Clear
    on: date
    outcome: str
    reason: Clear
    late: bool = False
    owner: str = ""


class MovedDay(BaseModel):
    was: date
    reason: str


class NoticePage(BaseModel):
    """From the first to the end of the last of these days the notice counts, as printed on it (A-26)."""

    disclosure: str
    first_day: date
    last_day: date
    workdays: int
    provisional: bool
    at: datetime
    down_at: datetime | None
    ended: bool
    reckoning: list[CountedDay]
    moves: list[MovedDay]


class MatterRow(BaseModel):
    cadre: str
    organisation: str
    unit: str
    kind: str
    stage: str
    on: date
    noticed_on: date | None
    inspected_on: date | None
    decided_on: date | None
    notice: str
    version: int


class MatterPage(MatterRow):
    """``earliest``: from when on the appointment may be decided, as far as the days go."""

    candidates: list[CandidateRow]
    objections: list[ObjectionRow]
    publicity: NoticePage | None
    earliest: date | None
    drafts: list[DraftRow]
    acts: list[ActRow]


def add(router: Api, parts: Parts) -> None:
    _keeping(router, parts)
    _publicity(router, parts)
    _objections(router, parts)
    _reading(router, parts)


def _keeping(router: Api, parts: Parts) -> None:
    @router.post("/cadre-matters", action="cadre.keep", status_code=201)
    def open_matter(body: MatterBody, desk: CommandDesk) -> Done:
        """Its notices are drafted as ``cadre-<id>/inspection-notice``, ``/publicity`` and ``/appointment``."""
        known = parts.register.organisation(body.organisation)
        if known is None:
            raise nothing()
        acting, made = desk.may(known.organisation, known.town), desk.new_id()
        _must_be_in_charge(parts, desk, acting.organisation, known.town)
        candidates = tuple(Candidate(number=n, **c.model_dump()) for n, c in enumerate(body.candidates, start=1))
        place = (made, known.town, known.organisation, acting.organisation)
        command = OpenMatter(*place, body.kind, candidates, desk.standing.person, desk.today)
        return desk.handle(Do(CADRE, made, command), acting=acting, town=known.town)

    @router.post("/cadre-matters/{cadre}/inspection", action="cadre.keep", versioned=True)
    def hold_inspection(cadre: str, body: InspectionBody, desk: CommandDesk) -> Done:
        """PERIOD_TOO_SHORT less than P-07 after its notice."""
        almanac = Almanac(parts.register, desk.now)
        town = almanac.parameters(_matter(parts, cadre)[1])
        least, most = town.notice_workdays, town.notice_workdays_most
        command = HoldInspection(body.on, desk.today, least, most, almanac.calendar, desk.standing.person)
        return _done(parts, desk, cadre, command)

    @router.post("/cadre-matters/{cadre}/withdrawal", action="cadre.keep", versioned=True)
    def withdraw_candidate(cadre: str, body: WithdrawBody, desk: CommandDesk) -> Done:
        command = WithdrawCandidate(body.candidate, body.reason, desk.standing.person, desk.today)
        return _done(parts, desk, cadre, command)

    @router.post("/cadre-matters/{cadre}/appointment", action="cadre.keep", versioned=True)
    def decide_appointment(cadre: str, desk: CommandDesk) -> Done:
        """Of those who still stand; PERIOD_TOO_SHORT names the earliest day."""
        command = DecideAppointment(_count(parts, desk, cadre), desk.standing.person, desk.today)
        return _done(parts, desk, cadre, command)


def _publicity(router: Api, parts: Parts) -> None:
    @router.post("/cadre-matters/{cadre}/taking-down", action="cadre.keep", versioned=True)
    def take_down(cadre: str, body: TakeDownBody, desk: CommandDesk) -> Done:
        """The notice came down before its days were over: they begin anew when it is up again."""
        command = TakeDown(body.at or desk.now, desk.now, body.reason, desk.standing.person)
        return _done(parts, desk, cadre, command)

    @router.post("/cadre-matters/{cadre}/putting-up", action="cadre.keep", versioned=True)
    def put_up_again(cadre: str, desk: CommandDesk) -> Done:
        state = _matter(parts, cadre)[0]
        notice = state.publicity.disclosure if state.publicity else ""
        version, audience = _notice_of(parts, notice)
        count = _count(parts, desk, cadre)
        return _done(parts, desk, cadre, PutUpAgain(desk.now, count, version, audience, desk.standing.person))


def _notice_of(parts: Parts, notice: str) -> tuple[int, str]:
    if not notice:
        return 0, ""
    state, drafted = parts.disclosure(notice)
    return state.current.number, outside_audiences(drafted)[0]


def _objections(router: Api, parts: Parts) -> None:
    @router.post("/cadre-matters/{cadre}/objections", action="cadre.keep", versioned=True, status_code=201)
    def receive_objection(cadre: str, body: ObjectionBody, desk: CommandDesk) -> Done:
        """What came in otherwise than through the register of opinions."""
        said = (body.candidate, body.objector, body.text)
        command = ReceiveObjection(desk.today, desk.standing.person, *said, shown=_shown_to_some(parts, cadre, desk))
        return _done(parts, desk, cadre, command)

    @router.post("/cadre-matters/{cadre}/objections/{number}/settlement", action="cadre.keep", versioned=True)
    def settle_objection(cadre: str, number: int, body: SettleBody, desk: CommandDesk) -> Done:
        command = SettleObjection(number, body.outcome, body.reason, desk.standing.person, desk.today, body.candidate)
        return _done(parts, desk, cadre, command)


def _shown_to_some(parts: Parts, cadre: str, desk: Desk) -> bool:
    """Whether a notice of its publicity has been released, be it inside only."""
    row = parts.procedures.cadre.one(cadre)
    drafts = [draft["disclosure"] for draft in row["drafts"] if draft["part"] == "publicity"] if row else []
    return any(parts.disclosure(draft)[0].shown_by(desk.now) for draft in drafts)


def _matter(parts: Parts, cadre: str) -> tuple[Cadre, str]:
    state: Cadre = parts.handler.state(CADRE, cadre)[1]
    return state, state.opened.town if state.opened else ""


def _count(parts: Parts, desk: Desk, cadre: str) -> Count:
    almanac = Almanac(parts.register, desk.now)
    return Count(almanac.parameters(_matter(parts, cadre)[1]).publicity_workdays, almanac.calendar)


def _done(parts: Parts, desk: Desk, cadre: str, command: CadreCommand) -> Done:
    opened = _matter(parts, cadre)[0].opened
    if opened is None:
        desk.may(hidden=True)
        raise nothing()
    acting = desk.may(opened.organisation, opened.town, hidden=True)
    _must_be_near(parts, desk.standing, opened.organisation, opened.town, desk.now)
    _must_be_in_charge(parts, desk, acting.organisation, opened.town)
    return desk.handle(Do(CADRE, cadre, command), acting=acting, town=opened.town)


def _must_be_in_charge(parts: Parts, desk: Desk, unit: str, town: str) -> None:
    """Cadre matters are the work of the unit that has category C5 in the town (ORG-08, ORG-09)."""
    in_charge = parts.register.division(town, CATEGORY, desk.now)
    if in_charge is None:
        raise Refused("CATEGORY_UNASSIGNED", f"No unit is in charge of {CATEGORY}.", "a division")
    if unit != in_charge:
        raise Refused("NOT_YOUR_REMIT", f"{in_charge} is in charge of {CATEGORY}, not {unit}.")


def _reading(router: Api, parts: Parts) -> None:
    @router.get("/cadre-matters", action="cadre.read")
    def cadre_matters(organisation: str, reader: Reader) -> Page[MatterRow]:
        known = parts.register.organisation(organisation)
        _may_read(parts, reader, organisation, known.town if known else "")
        rows = parts.procedures.cadre.of(organisation)
        return reader.page((MatterRow.model_validate(dict(row)) for row in rows), lambda row: row.cadre)

    @router.get("/cadre-matters/{cadre}", action="cadre.read")
    def cadre_matter(cadre: str, reader: Reader) -> MatterPage:
        row = parts.procedures.cadre.one(cadre)
        if row is None:
            reader.may(hidden=True)
            raise nothing()
        _may_read(parts, reader, row["organisation"], row["town"])
        notice = parts.procedures.cadre.notice(row["notice"]) if row["notice"] else None
        return MatterPage.model_validate(dict(row) | of_procedure(parts, dict(row)) | _days(notice))

    @router.get("/shown/{disclosure}/publicity", action="disclosure.read")
    def publicity(disclosure: str, reader: Reader) -> NoticePage:
        """How long the notice counts, day by day, for whoever may see it."""
        shown = parts.shown.one(disclosure, reader.audiences)
        notice = parts.procedures.cadre.notice(disclosure) if shown else None
        if notice is None:
            raise nothing()
        return NoticePage.model_validate(dict(notice))


def _days(notice: RowMapping | None) -> dict[str, object]:
    if notice is None:
        return {"publicity": None, "earliest": None}
    earliest = date.fromordinal(notice["last_day"].toordinal() + 1)
    return {"publicity": dict(notice), "earliest": earliest}


def _may_read(parts: Parts, reader: Reading, organisation: str, town: str) -> None:
    """Of the units, only the one in charge: who is meant is not for all."""
    reader.may(organisation, town, hidden=True)
    _must_be_near(parts, reader.standing, organisation, town, reader.now)


def _must_be_near(parts: Parts, standing: Standing, organisation: str, town: str, now: datetime) -> None:
    """For a unit that is not in charge there is no such matter, whatever it asks or does (PUB-18, ORG-11)."""
    if _is_of_another_unit_only(standing, organisation, parts.register.division(town, CATEGORY, now)):
        raise nothing()


def _is_of_another_unit_only(standing: Standing, organisation: str, unit: str | None) -> bool:
    if organisation in {p.organisation for p in standing.posts} or standing.oversees:
        return False
    return not any(p.kind == PostKind.UNIT_OFFICER and p.organisation == unit for p in standing.posts)
