"""The rules of a session (PUB-20): members ask, someone answers on the spot or promises it in writing, all is read.

A written answer is due P-11.answer working days after the session's day. Read ``decide`` for what may be asked.
"""

from datetime import timedelta
from typing import assert_never

from services.feedback.domain.opinion import counted
from services.feedback.domain.session_commands import (
    AnswerQuestion,
    AskQuestion,
    CancelSession,
    MoveAnswerDue,
    NoticeAnswersOverdue,
    PromiseAnswer,
    PublishRecord,
    Question,
    ScheduleSession,
    Session,
    SessionCommand,
    evolve,
)
from services.feedback.events.sessions import (
    AnswerDueMoved,
    AnswerFellOverdue,
    QuestionAnswered,
    QuestionAsked,
    SessionCancelled,
    SessionEvent,
    SessionRecordPublished,
    SessionScheduled,
    WrittenAnswerPromised,
)
from shared.decider import Decider, Refused
from shared.personal_data import gate
from shared.scope import staff

AHEAD_MAX = timedelta(days=366)


def decide(state: Session, command: SessionCommand) -> list[SessionEvent]:
    match command:
        case ScheduleSession():
            return schedule(state, command)
        case CancelSession():
            return cancel(state, command)
        case AskQuestion():
            return ask(state, command)
        case AnswerQuestion():
            return answer(state, command)
        case PromiseAnswer():
            return promise(state, command)
        case MoveAnswerDue():
            return move_answer_due(state, command)
        case NoticeAnswersOverdue():
            return notice_answers_overdue(state, command)
        case PublishRecord():
            return publish_record(state, command)
        case _:
            assert_never(command)


def schedule(state: Session, command: ScheduleSession) -> list[SessionEvent]:
    if state.scheduled:
        raise Refused("STEP_OUT_OF_ORDER", "This session has been scheduled already.")
    if not command.topic.strip():
        raise Refused("MISSING_FIELD", "A session has a topic.", pointer="/topic")
    last = command.today + AHEAD_MAX
    if not command.today <= command.on <= last:
        accepted = f"from {command.today} to {last}"
        raise Refused("WRONG_DATE", "A session is scheduled ahead, for a day within a year.", accepted, "/on")
    _must_hold_nothing_personal("topic", command.topic)
    return [
        SessionScheduled(
            session=command.session,
            town=command.town,
            organisation=command.organisation,
            kind=command.kind,
            topic=command.topic.strip(),
            on=command.on,
            place=command.place.strip(),
            audience=command.audience,
            by=command.by,
        )
    ]


def cancel(state: Session, command: CancelSession) -> list[SessionEvent]:
    _standing(state)
    if state.published:
        raise Refused("STEP_OUT_OF_ORDER", "Its record is published.")
    if any(question.answered or question.due for question in state.questions):
        raise Refused("STEP_OUT_OF_ORDER", "It has been held.", accepted="publishing its record")
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "Say why it is called off.", "a reason", "/reason")
    return [SessionCancelled(**_of(state), reason=command.reason.strip(), by=command.by)]


def ask(state: Session, command: AskQuestion) -> list[SessionEvent]:
    """By Party members of the organisation, or of one below it; from the day it is scheduled until its record."""
    _standing(state)
    if not command.is_member:
        raise Refused("NOT_A_MEMBER", "Party members of the organisation ask here.", accepted="an opinion")
    if state.published:
        raise Refused("STEP_OUT_OF_ORDER", "Its record is published.", accepted="an opinion")
    if not command.text.strip():
        raise Refused("MISSING_FIELD", "There is no question.", pointer="/text")
    _must_hold_nothing_personal("text", command.text)
    number = len(state.questions) + 1
    return [
        QuestionAsked(
            **_of(state),
            question=command.question,
            number=number,
            asker=command.asker,
            text=command.text.strip(),
            at=command.at,
        )
    ]


def answer(state: Session, command: AnswerQuestion) -> list[SessionEvent]:
    """Once, by a named person; on the spot not before the day of the session."""
    scheduled, question = _open(state, command.number)
    if command.on < scheduled.on:
        detail = f"The session is on {scheduled.on}."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted=f"from {scheduled.on} on")
    if not command.text.strip():
        raise Refused("MISSING_FIELD", "There is no answer.", pointer="/text")
    _must_hold_nothing_personal("text", command.text)
    if state.published and question.due is None:
        raise Refused("STEP_OUT_OF_ORDER", "Its record is published.")
    late = command.calendar.workdays_between(question.due, command.on) if question.due else 0
    return [
        QuestionAnswered(
            **_of(state),
            question=question.question,
            number=command.number,
            answered_by=command.answered_by,
            in_writing=question.due is not None,
            text=command.text.strip(),
            late_workdays=late,
            by=command.by,
            at=command.at,
        )
    ]


def promise(state: Session, command: PromiseAnswer) -> list[SessionEvent]:
    """In writing, within P-11.answer from the day of the session."""
    scheduled, question = _open(state, command.number)
    if question.due:
        raise Refused("STEP_OUT_OF_ORDER", f"A written answer is due on {question.due}.")
    if command.on < scheduled.on:
        raise Refused("STEP_OUT_OF_ORDER", f"The session is on {scheduled.on}.", f"from {scheduled.on} on")
    return [
        WrittenAnswerPromised(
            **_of(state),
            question=question.question,
            number=command.number,
            answered_by=command.answered_by,
            due=command.answer_by.due,
            reckoning=counted(command.answer_by),
            provisional=command.answer_by.provisional,
            by=command.by,
        )
    ]


def move_answer_due(state: Session, command: MoveAnswerDue) -> list[SessionEvent]:
    """A newly published calendar moves what is still promised (requirements 3.7)."""
    question = next((q for n, q in enumerate(state.questions, start=1) if n == command.number), None)
    new = (command.answer_by.due, command.answer_by.provisional)
    if question is None or question.due is None or question.answered or new == (question.due, question.provisional):
        return []
    return [
        AnswerDueMoved(
            **_of(state),
            number=command.number,
            due_before=question.due,
            due=command.answer_by.due,
            reckoning=counted(command.answer_by),
            provisional=command.answer_by.provisional,
        )
    ]


def notice_answers_overdue(state: Session, command: NoticeAnswersOverdue) -> list[SessionEvent]:
    """Each missed day is noticed once, from the first day it was late."""
    return [
        AnswerFellOverdue(**_of(state), number=number, due=question.due, from_day=question.due + timedelta(days=1))
        for number, question in enumerate(state.questions, start=1)
        if question.due and not question.answered and question.due < command.today
        if question.noticed != question.due
    ]


def publish_record(state: Session, command: PublishRecord) -> list[SessionEvent]:
    """After the session, when every question has its answer or the promise of one.

    What goes outside the Party goes to its members first (PUB-04, P-01).
    """
    scheduled = _standing(state)
    if state.published:
        return []
    if command.on < scheduled.on:
        raise Refused("STEP_OUT_OF_ORDER", f"The session is on {scheduled.on}.", f"from {scheduled.on} on")
    silent = [n for n, q in enumerate(state.questions, start=1) if not q.answered and q.due is None]
    if silent:
        detail = f"{len(silent)} questions have neither an answer nor the promise of one."
        raise Refused("REPLY_MISSING", detail, accepted="an answer, or a promise", facts={"questions": silent})
    return [
        SessionRecordPublished(
            **_of(state),
            audience=scheduled.audience,
            questions=len(state.questions),
            answered=sum(question.answered for question in state.questions),
            at=command.at,
            by=command.by,
            outside_from=command.at + command.lead if scheduled.audience == staff(scheduled.organisation) else None,
        )
    ]


def _must_hold_nothing_personal(field: str, text: str) -> None:
    """What the record will show passes the gate when it is said: numbers of persons are no part of it (PUB-35)."""
    if found := gate.find([(field, text)]):
        places = [{"place": each.place, "kind": each.kind} for each in found]
        detail = "Personal data at " + ", ".join(each.place for each in found) + "."
        raise Refused("PERSONAL_DATA_FOUND", detail, "the same without it", f"/{field}", {"places": places})


def _standing(state: Session) -> SessionScheduled:
    if state.scheduled is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    if state.cancelled:
        raise Refused("STEP_OUT_OF_ORDER", "The session was called off.")
    return state.scheduled


def _open(state: Session, number: int) -> tuple[SessionScheduled, Question]:
    scheduled = _standing(state)
    if not 1 <= number <= len(state.questions):
        raise Refused("NOT_FOUND", "There is no such question.")
    question = state.questions[number - 1]
    if question.answered:
        raise Refused("STEP_OUT_OF_ORDER", "It has been answered.")
    return scheduled, question


def _of(state: Session) -> dict[str, str]:
    scheduled = _standing(state)
    return {"session": scheduled.session, "town": scheduled.town, "organisation": scheduled.organisation}


SESSION: Decider[Session, SessionCommand, SessionEvent] = Decider("session", Session(), decide, evolve)
