"""A session as it stands, and what may be asked of it. Days are reckoned outside and come in with the command."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import assert_never

from services.feedback.events.sessions import (
    AnswerDueMoved,
    AnswerFellOverdue,
    QuestionAnswered,
    QuestionAsked,
    SessionCancelled,
    SessionEvent,
    SessionKind,
    SessionRecordPublished,
    SessionScheduled,
    WrittenAnswerPromised,
)
from shared.workdays import Calendar, Reckoning


@dataclass(frozen=True)
class Question:
    question: str
    answered: bool = False
    due: date | None = None
    provisional: bool = False
    noticed: date | None = None  # the due day that was noticed as missed


@dataclass(frozen=True)
class Session:
    scheduled: SessionScheduled | None = None
    questions: tuple[Question, ...] = field(default=())
    cancelled: bool = False
    published: bool = False


@dataclass(frozen=True)
class ScheduleSession:
    session: str
    town: str
    organisation: str
    kind: SessionKind
    topic: str
    on: date
    place: str
    audience: str
    by: str
    today: date


@dataclass(frozen=True)
class CancelSession:
    reason: str
    by: str


@dataclass(frozen=True)
class AskQuestion:
    question: str
    asker: str
    is_member: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class AnswerQuestion:
    number: int
    answered_by: str
    text: str
    calendar: Calendar
    by: str
    at: datetime
    on: date


@dataclass(frozen=True)
class PromiseAnswer:
    number: int
    answered_by: str
    answer_by: Reckoning
    by: str
    on: date


@dataclass(frozen=True)
class MoveAnswerDue:
    number: int
    answer_by: Reckoning


@dataclass(frozen=True)
class NoticeAnswersOverdue:
    today: date


@dataclass(frozen=True)
class PublishRecord:
    """``lead`` is the town's P-01: how long the members read it before others do."""

    by: str
    at: datetime
    on: date
    lead: timedelta


SessionCommand = (
    ScheduleSession
    | CancelSession
    | AskQuestion
    | AnswerQuestion
    | PromiseAnswer
    | MoveAnswerDue
    | NoticeAnswersOverdue
    | PublishRecord
)


def evolve(state: Session, event: SessionEvent) -> Session:
    match event:
        case SessionScheduled():
            return Session(event)
        case SessionCancelled():
            return replace(state, cancelled=True)
        case QuestionAsked():
            return replace(state, questions=(*state.questions, Question(event.question)))
        case SessionRecordPublished():
            return replace(state, published=True)
        case QuestionAnswered() | WrittenAnswerPromised() | AnswerDueMoved() | AnswerFellOverdue():
            at = event.number - 1
            changed = _changed(state.questions[at], event)
            return replace(state, questions=(*state.questions[:at], changed, *state.questions[at + 1 :]))
        case _:
            assert_never(event)


def _changed(
    question: Question, event: QuestionAnswered | WrittenAnswerPromised | AnswerDueMoved | AnswerFellOverdue
) -> Question:
    match event:
        case QuestionAnswered():
            return replace(question, answered=True)
        case WrittenAnswerPromised() | AnswerDueMoved():
            return replace(question, due=event.due, provisional=event.provisional)
        case AnswerFellOverdue():
            return replace(question, noticed=event.due)
        case _:
            assert_never(event)
