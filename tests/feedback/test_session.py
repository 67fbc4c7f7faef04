"""Members ask in a session; each question is answered on the spot or in writing in time; all of it is read (PUB-20)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogue import events as c
from services.feedback.domain.session import SESSION
from services.feedback.domain.session_commands import (
    AnswerQuestion,
    AskQuestion,
    CancelSession,
    MoveAnswerDue,
    NoticeAnswersOverdue,
    PromiseAnswer,
    PublishRecord,
    ScheduleSession,
    SessionCommand,
)
from services.feedback.events.sessions import (
    AnswerDueMoved,
    AnswerFellOverdue,
    QuestionAnswered,
    SessionEvent,
    SessionRecordPublished,
    WrittenAnswerPromised,
)
from services.feedback.main import build
from shared import calendars
from shared.clock import at
from shared.decider import Refused
from shared.testing import scenario
from tests.feedback.world import World, noon

CALENDAR = calendars.load_all()
DAY, LATER = date(2026, 9, 10), date(2026, 10, 9)
WANG, MA = "wang-jianjun", "ma-xiaoyan"
SCHEDULE = ScheduleSession("s1", "fengyang", "FY-R1", "inquiry", "村务", DAY, "活动室", "members:FY-R1", MA, DAY)
ASK = AskQuestion("q1", "chen-xiuying", True, "为何推迟？", at(DAY, 9))
ANSWER = AnswerQuestion(1, WANG, "因汛期。", CALENDAR, "ma-xiaoyan", at(DAY, 10), DAY)
PROMISE = PromiseAnswer(1, WANG, CALENDAR.add(DAY, 15), "ma-xiaoyan", DAY)
PUBLISH = PublishRecord("ma-xiaoyan", at(DAY, 18), DAY, timedelta(hours=24))


def after(*commands: SessionCommand) -> list[SessionEvent]:
    facts: list[SessionEvent] = []
    for command in commands:
        facts += SESSION.decide(SESSION.replay(facts), command)
    return facts


def refused(*given: SessionCommand, when: SessionCommand, code: str) -> None:
    scenario(SESSION, given=after(*given), when=when, then=Refused(code, ""))


def test_members_ask_and_nobody_else() -> None:  # PUB-20
    refused(SCHEDULE, when=replace(ASK, is_member=False), code="NOT_A_MEMBER")
    refused(SCHEDULE, when=replace(ASK, text=" "), code="MISSING_FIELD")
    refused(when=ASK, code="NOT_FOUND")
    refused(when=replace(SCHEDULE, topic=""), code="MISSING_FIELD")
    refused(SCHEDULE, CancelSession("改期", WANG), when=ASK, code="STEP_OUT_OF_ORDER")


def test_an_answer_is_given_on_the_day_and_once() -> None:  # PUB-20
    refused(SCHEDULE, ASK, when=replace(ANSWER, on=date(2026, 9, 9)), code="STEP_OUT_OF_ORDER")
    refused(SCHEDULE, ASK, ANSWER, when=ANSWER, code="STEP_OUT_OF_ORDER")
    refused(SCHEDULE, ASK, when=replace(ANSWER, number=2), code="NOT_FOUND")
    answered = after(SCHEDULE, ASK, ANSWER)[-1]
    assert isinstance(answered, QuestionAnswered)
    assert (answered.in_writing, answered.answered_by) == (False, WANG)


def test_what_is_promised_in_writing_is_due_fifteen_working_days_later() -> None:  # PUB-20, P-11
    promised = after(SCHEDULE, ASK, PROMISE)[-1]
    assert isinstance(promised, WrittenAnswerPromised)
    assert (promised.due, promised.reckoning[-1].count) == (date(2026, 10, 8), 15)
    refused(SCHEDULE, ASK, PROMISE, when=PROMISE, code="STEP_OUT_OF_ORDER")
    late = after(SCHEDULE, ASK, PROMISE, PUBLISH, replace(ANSWER, on=LATER, at=at(LATER)))[-1]
    assert isinstance(late, QuestionAnswered)
    assert (late.in_writing, late.late_workdays) == (True, 1)


def test_a_session_is_scheduled_ahead() -> None:  # PUB-20
    for day in (date(2020, 1, 1), date(2026, 9, 9), date(2027, 9, 12)):
        refused(when=replace(SCHEDULE, on=day), code="WRONG_DATE")
    for day in (DAY, date(2027, 9, 11)):
        assert after(replace(SCHEDULE, on=day))


def test_no_persons_number_gets_into_a_record() -> None:  # PUB-20, PUB-35
    refused(when=replace(SCHEDULE, topic="电话13812345678"), code="PERSONAL_DATA_FOUND")
    refused(SCHEDULE, when=replace(ASK, text="身份证110101199003074514"), code="PERSONAL_DATA_FOUND")
    refused(SCHEDULE, ASK, when=replace(ANSWER, text="请打13912345678"), code="PERSONAL_DATA_FOUND")


def test_a_missed_promise_is_noticed_once_for_each_day_it_was_due() -> None:  # PUB-20
    facts = after(SCHEDULE, ASK, PROMISE, NoticeAnswersOverdue(LATER), NoticeAnswersOverdue(LATER))
    missed = [fact for fact in facts if isinstance(fact, AnswerFellOverdue)]
    assert [(fact.due, fact.from_day) for fact in missed] == [(date(2026, 10, 8), LATER)]
    scenario(SESSION, given=after(SCHEDULE, ASK, PROMISE), when=NoticeAnswersOverdue(date(2026, 10, 8)), then=[])


def test_a_new_calendar_moves_what_is_promised() -> None:  # PUB-20, 3.7
    moved = after(SCHEDULE, ASK, PROMISE, MoveAnswerDue(1, CALENDAR.add(DAY, 16)))[-1]
    assert isinstance(moved, AnswerDueMoved)
    assert (moved.due_before, moved.due) == (date(2026, 10, 8), LATER)
    scenario(SESSION, given=after(SCHEDULE, ASK, ANSWER), when=MoveAnswerDue(1, PROMISE.answer_by), then=[])


def test_a_record_is_published_when_every_question_has_an_answer_or_its_promise() -> None:  # PUB-20
    refused(SCHEDULE, ASK, when=PUBLISH, code="REPLY_MISSING")
    refused(SCHEDULE, when=replace(PUBLISH, on=date(2026, 9, 9)), code="STEP_OUT_OF_ORDER")
    published = after(SCHEDULE, ASK, PROMISE, PUBLISH)[-1]
    assert isinstance(published, SessionRecordPublished)
    assert (published.questions, published.answered) == (1, 0)
    refused(SCHEDULE, PUBLISH, when=ASK, code="STEP_OUT_OF_ORDER")


def test_what_was_held_is_not_called_off() -> None:  # PUB-20
    refused(SCHEDULE, when=CancelSession("", WANG), code="REASON_REQUIRED")
    refused(SCHEDULE, ASK, ANSWER, when=CancelSession("改期", WANG), code="STEP_OUT_OF_ORDER")
    refused(SCHEDULE, PUBLISH, when=CancelSession("改期", WANG), code="STEP_OUT_OF_ORDER")


@st.composite
def histories(draw: st.DrawFn) -> list[SessionCommand]:
    today, chosen = date(2026, 9, 8), list[SessionCommand]()
    for _ in range(draw(st.integers(1, 14))):
        today += timedelta(days=draw(st.sampled_from([0, 0, 1, 30])))
        number = draw(st.integers(1, 3))
        dated: list[SessionCommand] = [
            SCHEDULE,
            replace(ASK, is_member=draw(st.booleans())),
            replace(ANSWER, number=number, on=today),
            replace(PROMISE, number=number, on=today),
            replace(PUBLISH, on=today),
            NoticeAnswersOverdue(today),
            MoveAnswerDue(number, CALENDAR.add(DAY, draw(st.integers(10, 20)))),
        ]
        chosen.append(dated[0] if not chosen else draw(st.sampled_from(dated)))
    return chosen


@settings(max_examples=100, deadline=None)
@given(histories())
def test_no_history_publishes_a_question_without_answer_or_promise(history: list[SessionCommand]) -> None:  # PUB-20
    state, facts = SESSION.initial, list[SessionEvent]()
    for command in history:
        before = state
        try:
            new = SESSION.decide(state, command)
        except Refused:
            assert state == before
            continue
        if any(isinstance(fact, SessionRecordPublished) for fact in new):
            assert all(question.answered or question.due for question in before.questions)
        facts, state = [*facts, *new], SESSION.replay(new, state)
    assert state == SESSION.replay(facts)


# --- over HTTP ---


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(build, tmp_path, noon(9, 7, 9))
    year = CALENDAR.years[2026]
    days = {"holidays": tuple(sorted(year.holidays)), "make_up_workdays": tuple(sorted(year.make_up_workdays))}
    notice = c.CalendarPublished.model_validate({"year": 2026, "version": 2, "source": "State Council", **days})
    made.tell(c.REGISTRY, "calendar-2026", notice)
    yield made
    made.close()


def done(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def step(world: World, session: str, act: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    version = world.service.handler.journal.stream(f"session-{session}")[-1].version
    return done(world.do("ma-xiaoyan", f"/sessions/{session}/{act}", body, version=version))


def scheduled(world: World, **more: str) -> str:
    body = {"kind": "inquiry", "topic": "活动室开放时间", "on": "2026-09-10", "place": "活动室"} | more
    return str(done(world.do("ma-xiaoyan", "/organisations/FY-R1/sessions", body), 201)["id"])


def test_five_questions_four_answered_at_once_and_one_in_writing(world: World) -> None:  # PUB-20, S08
    session = scheduled(world)
    world.clock.instant = at(DAY, 9)
    for number in range(1, 6):
        asked = {"text": f"问题{number}", "anonymous": number == 2}
        done(world.do("chen-xiuying", f"/sessions/{session}/questions", asked), 201)
    for number in range(1, 5):
        step(world, session, f"questions/{number}/answer", {"text": f"答复{number}", "answered_by": WANG})
    early = world.do("ma-xiaoyan", f"/sessions/{session}/record", version=10)
    assert (early.status_code, early.json()["code"]) == (409, "REPLY_MISSING")
    step(world, session, "questions/5/promise", {"answered_by": WANG})
    unread = world.ask("hu-ping", f"/sessions/{session}").json()
    assert unread["questions"] == []
    step(world, session, "record")
    page = world.ask("hu-ping", f"/sessions/{session}").json()
    assert [q["answer"] for q in page["questions"]] == ["答复1", "答复2", "答复3", "答复4", ""]
    assert (page["questions"][4]["due"], page["questions"][4]["own"]) == ("2026-10-08", False)
    assert "chen-xiuying" not in str(page)
    world.clock.instant = at(LATER, 9)
    assert world.tick() == ["AnswerFellOverdue"]
    assert world.tick() == []
    assert [row["number"] for row in world.ask(WANG, "/organisations/FY-R1/owed-answers").json()] == [5]
    step(world, session, "questions/5/answer", {"text": "已调整", "answered_by": WANG})
    last = world.ask("chen-xiuying", f"/sessions/{session}").json()["questions"][4]
    assert (last["answer"], last["late_workdays"], last["own"]) == ("已调整", 1, True)
    assert world.ask(WANG, "/organisations/FY-R1/owed-answers").json() == []


def test_for_whom_a_session_is_not_there_is_none_and_others_are_no_members(world: World) -> None:  # PUB-20, ORG-11
    inside, wider = scheduled(world), scheduled(world, scope="unit-staff")
    assert world.ask("zhou-dahai", f"/sessions/{inside}").status_code == 404
    asked = {"text": "为何？"}
    assert world.do("zhou-dahai", f"/sessions/{inside}/questions", asked).json()["code"] == "NOT_FOUND"
    assert world.do("zhou-dahai", f"/sessions/{wider}/questions", asked).json()["code"] == "NOT_A_MEMBER"
    assert world.do("li-min", f"/sessions/{inside}/questions", asked).json()["code"] == "NOT_A_MEMBER"
    assert [row["session"] for row in world.ask("zhou-dahai", "/sessions").json()["items"]] == [wider]
    assert world.ask("", "/sessions").json()["items"] == []


def test_a_record_for_the_staff_is_read_by_the_members_first(world: World) -> None:  # PUB-20, PUB-04, P-01
    session = scheduled(world, scope="unit-staff")
    world.clock.instant = at(DAY, 9)
    done(world.do("chen-xiuying", f"/sessions/{session}/questions", {"text": "为何？"}), 201)
    step(world, session, "questions/1/answer", {"text": "因汛期。"})
    step(world, session, "record")
    read = {who: world.ask(who, f"/sessions/{session}").json()["questions"] for who in ("hu-ping", "zhou-dahai")}
    assert [q["answer"] for q in read["hu-ping"]] == ["因汛期。"]
    assert read["zhou-dahai"] == []
    world.clock.instant = at(DAY + timedelta(days=1), 9)
    assert len(world.ask("zhou-dahai", f"/sessions/{session}").json()["questions"]) == 1


def test_what_was_asked_lies_sealed(world: World) -> None:  # PUB-20
    session = scheduled(world)
    done(world.do("chen-xiuying", f"/sessions/{session}/questions", {"text": "机密的问题"}), 201)
    kept = str([event.data for event in world.service.handler.journal.stream(f"session-{session}")])
    assert "机密的问题" not in kept
    assert "sealed:1:" in kept
    assert world.ask("chen-xiuying", f"/sessions/{session}").json()["questions"][0]["text"] == "机密的问题"


def test_a_calendar_issued_again_moves_the_written_answer(world: World) -> None:  # PUB-20, 3.7
    session = scheduled(world)
    world.clock.instant = datetime.fromisoformat("2026-09-10T10:00:00+08:00")
    done(world.do("chen-xiuying", f"/sessions/{session}/questions", {"text": "问"}), 201)
    step(world, session, "questions/1/promise", {})
    year = CALENDAR.years[2026]
    days = {"holidays": tuple(sorted(year.holidays | {date(2026, 9, 11)})), "make_up_workdays": (date(2026, 9, 20),)}
    again = c.CalendarPublished.model_validate({"year": 2026, "version": 3, "source": "again", **days})
    world.tell(c.REGISTRY, "calendar-2026", again)
    assert world.tick() == ["AnswerDueMoved"]
    assert world.tick() == []
    assert world.ask(WANG, f"/sessions/{session}").json()["questions"][0]["due"] == "2026-10-09"
