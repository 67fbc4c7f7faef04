"""Sessions and the questions asked in them: who may know of them, what is still owed, and the record once published."""

from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Integer, String, Text, select

from services.feedback.events import REGISTRY
from services.feedback.events.sessions import (
    AnswerDueMoved,
    AnswerFellOverdue,
    OfSession,
    QuestionAnswered,
    QuestionAsked,
    SessionCancelled,
    SessionRecordPublished,
    SessionScheduled,
    WrittenAnswerPromised,
)
from shared import walls
from shared.columns import Instant
from shared.events import Event, Recorded
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]


class Sessions(View):
    name: ClassVar[str] = "sessions"
    hears: ClassVar[tuple[str, ...]] = ("feedback",)

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "sessions",
            Column("session", String(40), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("kind", String(20), nullable=False),
            Column("topic", Text, nullable=False),
            Column("place", Text, nullable=False),
            Column("on", Date, nullable=False),
            Column("audience", String(120), nullable=False),
            Column("stage", String(20), nullable=False),
            Column("published_at", Instant()),
            Column("outside_from", Instant()),
            Column("version", Integer, nullable=False),
            index=(("organisation", "on"), ("audience",)),
            open_to=walls.seen_by("audience"),
        )
        self.questions = table(
            "questions",
            Column("session", String(40), primary_key=True),
            Column("number", Integer, primary_key=True),
            Column("town", String(40), nullable=False),
            Column("asker", String(80), nullable=False),
            Column("text", Text, nullable=False),
            Column("at", Instant(), nullable=False),
            Column("answer", Text, nullable=False, default=""),
            Column("answered_by", String(80), nullable=False, default=""),
            Column("answered_at", Instant()),
            Column("in_writing", Boolean, nullable=False, default=False),
            Column("due", Date),
            Column("provisional", Boolean, nullable=False, default=False),
            Column("reckoning", JSON),
            Column("overdue_from", Date),
            Column("late_workdays", Integer, nullable=False, default=0),
            index=(("due",),),
            open_to=walls.along(self.rows, "session"),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != "feedback" or not event.stream.startswith("session-"):
            return
        fact = REGISTRY.read(event)
        if isinstance(fact, SessionScheduled):
            row = fact.model_dump(exclude={"session", "by"}) | {"stage": "scheduled", "version": event.version}
            upsert(tx, self.rows, {"session": fact.session}, row)
        elif isinstance(fact, OfSession):
            changed = {"version": event.version, **_stage(fact)}
            tx.execute(self.rows.update().where(self.rows.c.session == fact.session).values(**changed))
            self._question(tx, fact)

    def _question(self, tx: Connection, fact: OfSession) -> None:
        if isinstance(fact, QuestionAsked):
            row = fact.model_dump(include={"town", "asker", "text", "at"})
            upsert(tx, self.questions, {"session": fact.session, "number": fact.number}, row)
        elif changed := _answered(fact):
            q = self.questions.c
            own = (q.session == fact.session) & (q.number == getattr(fact, "number", 0))
            tx.execute(self.questions.update().where(own).values(**changed))

    # --- questions; those of readers begin with their audiences ---

    def seen(self, audiences: Collection[str], organisation: str = "") -> list[Row]:
        """Latest first."""
        r = self.rows.c
        query = select(self.rows).where(r.audience.in_(sorted(audiences))).order_by(r.on.desc(), r.session.desc())
        return self._all(query.where(r.organisation == organisation) if organisation else query)

    def one(self, session: str) -> Row | None:
        return next(iter(self._all(select(self.rows).where(self.rows.c.session == session))), None)

    def asked_in(self, session: str) -> list[Row]:
        q = self.questions.c
        return self._all(select(self.questions).where(q.session == session).order_by(q.number))

    def promised(self) -> list[Row]:
        """What is still owed in writing, with the day of its session and how far its stream has come."""
        q = self.questions.c
        day = self.rows.c.on.label("held_on")
        query = select(self.questions, day, self.rows.c.version).join(self.rows, self.rows.c.session == q.session)
        return self._all(query.where(q.due.is_not(None), q.answered_at.is_(None)).order_by(q.session, q.number))

    def overdue(self, organisation: str, today: date) -> list[Row]:
        """The written answers of an organisation whose day is over."""
        q = self.questions.c
        query = select(self.questions).join(self.rows, self.rows.c.session == q.session)
        late = (q.due < today) & q.answered_at.is_(None) & (self.rows.c.organisation == organisation)
        return self._all(query.where(late).order_by(q.due, q.session, q.number))

    def _all(self, query: Any) -> list[Row]:
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _stage(fact: Event) -> Row:
    match fact:
        case SessionCancelled():
            return {"stage": "cancelled"}
        case SessionRecordPublished():
            return {"stage": "published", "published_at": fact.at, "outside_from": fact.outside_from}
        case _:
            return {}


def _answered(fact: Event) -> Row:
    match fact:
        case QuestionAnswered():
            told = {"answer": fact.text, "answered_by": fact.answered_by, "answered_at": fact.at}
            return told | {"in_writing": fact.in_writing, "late_workdays": fact.late_workdays}
        case WrittenAnswerPromised() | AnswerDueMoved():
            said = fact.model_dump(mode="json")["reckoning"]
            who = {"answered_by": fact.answered_by} if isinstance(fact, WrittenAnswerPromised) else {}
            return who | {"due": fact.due, "provisional": fact.provisional, "reckoning": said, "overdue_from": None}
        case AnswerFellOverdue():
            return {"overdue_from": fact.from_day}
        case _:
            return {}
