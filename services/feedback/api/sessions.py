"""HTTP to sessions: scheduled by the desk, asked in by members, answered, and read by whom they are for (PUB-20)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, Field

from services.feedback.domain.session import SESSION
from services.feedback.domain.session_commands import (
    AnswerQuestion,
    AskQuestion,
    CancelSession,
    PromiseAnswer,
    PublishRecord,
    ScheduleSession,
    Session,
    SessionCommand,
)
from services.feedback.events import CountedDay
from services.feedback.events.sessions import SessionKind, SessionScheduled
from services.feedback.views.pages import Body
from services.feedback.views.sessions import Row, Sessions
from shared import scope
from shared.decider import Refused
from shared.fields import Day
from shared.handling import Do, Handler
from shared.identity import DESK
from shared.identity.register import Register
from shared.personal_data import Clear
from shared.scope import Scope
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.web.reader import Reading

TEXT_MAX = 4000
Number = Annotated[int, Path(ge=1, le=10_000)]


@dataclass(frozen=True)
class SessionParts:
    handler: Handler
    register: Register
    sessions: Sessions

    def session(self, session: str) -> tuple[Session, SessionScheduled]:
        state: Session = self.handler.state(SESSION, session)[1]
        if state.scheduled is None:
            raise nothing()
        return state, state.scheduled


class ScheduleBody(Body):
    kind: SessionKind
    topic: str = Field(max_length=200)
    on: Day
    place: str = Field(default="", max_length=200)
    scope: Literal["members", "unit-staff", "town-members"] = "members"


class CancelBody(Body):
    reason: str = Field(max_length=TEXT_MAX)


class AskBody(Body):
    text: str = Field(max_length=TEXT_MAX)
    anonymous: bool = False


class AnswerBody(Body):
    text: str = Field(max_length=TEXT_MAX)
    answered_by: str = Field(default="", max_length=80, description="Who answers; empty: whoever enters it.")


class PromiseBody(Body):
    answered_by: str = Field(default="", max_length=80)


class SessionRow(BaseModel):
    session: str
    organisation: str
    kind: str
    topic: Clear
    place: Clear
    on: date
    audience: str
    stage: str
    published_at: datetime | None
    outside_from: datetime | None = None
    version: int


class QuestionRow(BaseModel):
    """``own``: the asker reads it; nobody else is told who asked."""

    number: int
    text: Clear
    at: datetime
    own: bool
    answer: Clear
    answered_by: str
    answered_at: datetime | None
    in_writing: bool
    due: date | None
    provisional: bool
    reckoning: list[CountedDay]
    overdue_from: date | None
    late_workdays: int


class SessionPage(SessionRow):
    """The record for whom it is for, once published, outside the Party from ``outside_from`` on; before that each
    reads their own questions, the desk all.
    """

    questions: list[QuestionRow]


class OwedRow(BaseModel):
    session: str
    number: int
    answered_by: str
    due: date


def session_routes(parts: SessionParts) -> Api:
    router = Api("feedback")
    for add in (_holding, _answering, _reading):
        add(router, parts)
    return router


def _holding(router: Api, parts: SessionParts) -> None:
    @router.post("/organisations/{organisation}/sessions", action="session.keep", status_code=201)
    def schedule_session(organisation: str, body: ScheduleBody, desk: CommandDesk) -> Done:
        """WRONG_DATE for a day that is past, or more than a year ahead."""
        known = parts.register.organisation(organisation)
        acting = desk.may(organisation, known.town if known else "")
        if known is None:
            raise nothing()
        made, place = desk.new_id(), {"organisation": organisation, "town": known.town}
        audience = scope.audience_of(Scope(body.scope), **place)
        said = (body.kind, body.topic, body.on, body.place, audience, desk.standing.person, desk.today)
        command = ScheduleSession(made, known.town, organisation, *said)
        return desk.handle(Do(SESSION, made, command), acting=acting, town=known.town)

    @router.post("/sessions/{session}/cancellation", action="session.keep", versioned=True)
    def cancel_session(session: str, body: CancelBody, desk: CommandDesk) -> Done:
        return _done(parts, desk, session, CancelSession(body.reason, desk.standing.person))

    @router.post("/sessions/{session}/questions", action="session.ask", status_code=201)
    def ask_question(session: str, body: AskBody, desk: CommandDesk) -> Done:
        """NOT_A_MEMBER to others who may know of it; for whom it is not, there is none."""
        scheduled, standing = parts.session(session)[1], desk.standing
        if not standing.sees(scheduled.audience, scheduled.town):
            raise nothing()
        member = scheduled.organisation in standing.member_of | standing.member_under
        if body.anonymous:  # the envelope must not say what the question does not
            desk.standing = replace(standing, person="")
        acting = desk.may(scheduled.organisation, scheduled.town)
        command = AskQuestion(desk.new_id(), desk.standing.person, member, body.text, desk.now)
        return desk.handle(Do(SESSION, session, command), acting=acting, town=scheduled.town)


def _answering(router: Api, parts: SessionParts) -> None:
    path = "/sessions/{session}/questions/{number}"

    @router.post(f"{path}/answer", action="session.keep", versioned=True)
    def answer_question(session: str, number: Number, body: AnswerBody, desk: CommandDesk) -> Done:
        """On the spot, or in writing what was promised."""
        by, calendar = desk.standing.person, parts.register.calendar()
        _must_keep(parts, desk, session)
        who = _answering_person(parts, body.answered_by or by)
        command = AnswerQuestion(number, who, body.text, calendar, by, desk.now, desk.today)
        return _done(parts, desk, session, command)

    @router.post(f"{path}/promise", action="session.keep", versioned=True)
    def promise_answer(session: str, number: Number, body: PromiseBody, desk: CommandDesk) -> Done:
        """In writing, due P-11.answer working days after the session."""
        scheduled, by = _must_keep(parts, desk, session), desk.standing.person
        workdays = parts.register.parameter(scheduled.town, "P-11.answer", desk.now)
        due = parts.register.calendar().add(scheduled.on, workdays)
        who = _answering_person(parts, body.answered_by or by)
        return _done(parts, desk, session, PromiseAnswer(number, who, due, by, desk.today))

    @router.post("/sessions/{session}/record", action="session.keep", versioned=True)
    def publish_record(session: str, desk: CommandDesk) -> Done:
        """REPLY_MISSING while a question has neither an answer nor the promise of one."""
        scheduled, by = _must_keep(parts, desk, session), desk.standing.person
        lead = timedelta(hours=parts.register.parameter(scheduled.town, "P-01", desk.now))
        return _done(parts, desk, session, PublishRecord(by, desk.now, desk.today, lead))


def _must_keep(parts: SessionParts, desk: CommandDesk, session: str) -> SessionScheduled:
    """Asked before anything else of the command, so that a stranger learns nothing from what is wrong with it."""
    scheduled = parts.session(session)[1]
    desk.may(scheduled.organisation, scheduled.town, hidden=True)
    return scheduled


def _answering_person(parts: SessionParts, person: str) -> str:
    if parts.register.person(person) is None:
        raise Refused("INVALID", "The register knows no such person.", "a person of the register", "/answered_by")
    return person


def _done(parts: SessionParts, desk: CommandDesk, session: str, command: SessionCommand) -> Done:
    scheduled = parts.session(session)[1]
    acting = desk.may(scheduled.organisation, scheduled.town, hidden=True)
    return desk.handle(Do(SESSION, session, command), acting=acting, town=scheduled.town)


def _reading(router: Api, parts: SessionParts) -> None:
    @router.get("/sessions", action="session.read")
    def sessions(reader: Reader, organisation: Annotated[str, Query(max_length=40)] = "") -> Page[SessionRow]:
        """Those that the asker may know of, latest first."""
        rows = parts.sessions.seen(reader.audiences, organisation)
        found = [SessionRow.model_validate(row) for row in rows]
        return reader.page(found, lambda row: (row.on, row.session), descending=True)

    @router.get("/sessions/{session}", action="session.read")
    def session(session: str, reader: Reader) -> SessionPage:
        row = parts.sessions.one(session)
        if row is None or not reader.sees(row["audience"], row["town"]):
            raise nothing()
        reader.etag(row["version"])
        person, whole = reader.standing.person, _reads_all(row, reader)
        asked = [q for q in parts.sessions.asked_in(session) if whole or (person and q["asker"] == person)]
        return SessionPage.model_validate(row | {"questions": [_question(q, person) for q in asked]})

    @router.get("/organisations/{organisation}/owed-answers", action="session.owed")
    def owed_answers(organisation: str, reader: Reader) -> list[OwedRow]:
        """Written answers that were promised and whose day is over."""
        known = parts.register.organisation(organisation)
        reader.may(organisation, known.town if known else "", hidden=True)
        return [OwedRow.model_validate(row) for row in parts.sessions.overdue(organisation, reader.today)]


def _reads_all(row: Row, reader: Reading) -> bool:
    """The record once it is published, the members before the rest of its audience (PUB-04)."""
    works_there = any(p.kind in DESK and p.organisation == row["organisation"] for p in reader.standing.posts)
    inside = row["outside_from"] is None or scope.members(row["organisation"]) in reader.audiences
    return works_there or (row["stage"] == "published" and (inside or row["outside_from"] <= reader.now))


def _question(row: Row, person: str) -> dict[str, Any]:
    own = bool(person) and row["asker"] == person
    return row | {"own": own, "reckoning": row["reckoning"] or []}


def nothing() -> Refused:
    return Refused("NOT_FOUND", "There is no such thing here.")
