"""The facts of a session on inner-Party affairs (党内事务听证/咨询/质询): held, asked, answered, its record published.

Stream ``session-<id>`` (PUB-20). A question's words go with whoever asked it. Start at :class:`SessionScheduled`.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from services.feedback.events.opinions import CountedDay
from shared.events import Event
from shared.personal_data import Personal, Subject

SessionKind = Literal["hearing", "consultation", "inquiry"]  # 听证, 咨询, 质询
InSession = Annotated[str, Personal(of="session", kind=Subject.SESSION)]


class OfSession(Event):
    session: str
    town: str
    organisation: str


class SessionScheduled(OfSession):
    """``audience`` (shared.scope) may know of it, and reads its record."""

    kind: SessionKind
    topic: InSession
    on: date
    place: InSession = ""
    audience: str
    by: str


class SessionCancelled(OfSession):
    reason: InSession
    by: str


class QuestionAsked(OfSession):
    """``question`` is unique in the county; ``number`` counts from 1 within the session. '' asked for nobody named."""

    question: str
    number: int
    asker: str = ""
    text: Annotated[str, Personal(of="question", kind=Subject.QUESTION, owner="asker")]
    at: datetime


class QuestionAnswered(OfSession):
    """By ``answered_by``, on the spot, or in writing after a promise."""

    question: str
    number: int
    answered_by: str
    in_writing: bool
    text: Annotated[str, Personal(of="question", kind=Subject.QUESTION)]
    late_workdays: int = 0
    by: str
    at: datetime


class WrittenAnswerPromised(OfSession):
    """Due ``due``, reckoned from the session's day (P-11.answer)."""

    question: str
    number: int
    answered_by: str
    due: date
    reckoning: tuple[CountedDay, ...] = ()
    provisional: bool = False
    by: str


class AnswerDueMoved(OfSession):
    """A calendar was published that changes the reckoning; the former day stays in history."""

    number: int
    due_before: date
    due: date
    reckoning: tuple[CountedDay, ...] = ()
    provisional: bool = False


class AnswerFellOverdue(OfSession):
    number: int
    due: date
    from_day: date


class SessionRecordPublished(OfSession):
    """From ``at`` on the audience reads the questions and answers; what is promised appears as it is answered.

    ``outside_from``: where the audience is wider than the members, the others in it read them from then on.
    """

    audience: str
    questions: int
    answered: int
    at: datetime
    by: str
    outside_from: datetime | None = None


SessionEvent = (
    SessionScheduled
    | SessionCancelled
    | QuestionAsked
    | QuestionAnswered
    | WrittenAnswerPromised
    | AnswerDueMoved
    | AnswerFellOverdue
    | SessionRecordPublished
)
