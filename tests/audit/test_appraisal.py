"""Each organisation holds its members' appraisal within the year and publishes the results in time (PUB-21, P-19)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.domain.appraisal import (
    APPRAISAL,
    AppraisalCommand,
    CancelAppraisal,
    MoveResultsDue,
    NoticeOverdue,
    Place,
    PublishResults,
    ScheduleAppraisal,
)
from services.audit.events.appraisals import (
    AppraisalEvent,
    AppraisalResultsDueMoved,
    AppraisalResultsFellOverdue,
    AppraisalResultsPublished,
    AppraisalScheduled,
    AppraisalYearFellOverdue,
)
from services.audit.main import build
from services.catalogue import events as c
from shared import calendars
from shared.decider import Refused
from shared.due_days import DueDay
from shared.testing import scenario
from tests.feedback.world import World, noon, released
from tests.publication.liushu import adopted

CALENDAR = calendars.load_all()
PLACE = Place("FY-R1", "fengyang", 2026)
NOV_2, NOV_6, NOV_12, NOV_20 = (date(2026, 11, day) for day in (2, 6, 12, 20))
DUE = DueDay.of(CALENDAR.add(NOV_6, 10), "P-19.results")
SCHEDULE = ScheduleAppraisal(PLACE, NOV_2, NOV_6, DUE, "ma-xiaoyan", date(2026, 10, 12))
PUBLISH = PublishResults(PLACE, 1, "d1", 1, NOV_12, CALENDAR, "ma-xiaoyan", NOV_12)
NEW_YEAR = date(2027, 1, 1)


def after(*commands: AppraisalCommand) -> list[AppraisalEvent]:
    facts: list[AppraisalEvent] = []
    for command in commands:
        facts += APPRAISAL.decide(APPRAISAL.replay(facts), command)
    return facts


def refused(*given: AppraisalCommand, when: AppraisalCommand, code: str) -> None:
    scenario(APPRAISAL, given=after(*given), when=when, then=Refused(code, ""))


def test_results_are_due_ten_working_days_after_closing() -> None:  # PUB-21, P-19, S09
    scheduled = after(SCHEDULE)[0]
    assert isinstance(scheduled, AppraisalScheduled)
    assert (scheduled.number, scheduled.results_due.due) == (1, NOV_20)
    published = after(SCHEDULE, PUBLISH)[-1]
    assert isinstance(published, AppraisalResultsPublished)
    assert published.late_workdays == 0
    late = after(SCHEDULE, replace(PUBLISH, shown=date(2026, 11, 24), today=date(2026, 11, 30)))[-1]
    assert isinstance(late, AppraisalResultsPublished)
    assert late.late_workdays == 2


def test_an_appraisal_lies_in_its_year_and_ahead() -> None:  # PUB-21
    refused(when=replace(SCHEDULE, closes=date(2026, 11, 1)), code="WRONG_DATE")
    refused(when=replace(SCHEDULE, closes=date(2027, 1, 5)), code="WRONG_DATE")
    refused(when=replace(SCHEDULE, today=date(2026, 11, 3)), code="WRONG_DATE")
    refused(SCHEDULE, when=SCHEDULE, code="WRONG_DATE")


def test_results_come_after_closing_and_were_shown_to_the_members() -> None:  # PUB-21, A-13
    refused(SCHEDULE, when=replace(PUBLISH, today=NOV_6), code="STEP_OUT_OF_ORDER")
    refused(SCHEDULE, when=replace(PUBLISH, shown=None), code="STEP_OUT_OF_ORDER")
    refused(SCHEDULE, PUBLISH, when=PUBLISH, code="STEP_OUT_OF_ORDER")
    refused(SCHEDULE, when=replace(PUBLISH, number=2), code="NOT_FOUND")


def test_an_appraisal_has_results_of_its_own_shown_after_it_closed() -> None:  # PUB-21, SUP-11, P-19
    refused(SCHEDULE, when=replace(PUBLISH, shown=NOV_6), code="STEP_OUT_OF_ORDER")
    opens, closes = date(2026, 11, 9), date(2026, 11, 10)
    second = replace(SCHEDULE, opens=opens, closes=closes)
    refused(SCHEDULE, second, PUBLISH, when=replace(PUBLISH, number=2), code="STEP_OUT_OF_ORDER")


def test_what_has_opened_is_not_called_off() -> None:  # PUB-21
    cancel = CancelAppraisal(PLACE, 1, "防汛", "ma-xiaoyan", date(2026, 10, 30))
    refused(SCHEDULE, when=replace(cancel, reason=" "), code="REASON_REQUIRED")
    refused(SCHEDULE, when=replace(cancel, today=NOV_2), code="STEP_OUT_OF_ORDER")
    refused(SCHEDULE, cancel, when=PUBLISH, code="STEP_OUT_OF_ORDER")
    assert isinstance(after(SCHEDULE, cancel, SCHEDULE)[-1], AppraisalScheduled)


def test_a_year_that_ended_without_one_is_overdue_once() -> None:  # PUB-21, P-19
    notice = NoticeOverdue(PLACE, 1, NEW_YEAR)
    missed = after(notice, notice)
    assert [type(fact) for fact in missed] == [AppraisalYearFellOverdue]
    scenario(APPRAISAL, given=[], when=replace(notice, today=date(2026, 12, 31)), then=[])
    assert not any(isinstance(fact, AppraisalYearFellOverdue) for fact in after(SCHEDULE, PUBLISH, notice))


def test_results_that_are_late_are_noticed_once() -> None:  # PUB-21
    notice = NoticeOverdue(PLACE, 0, date(2026, 11, 21))
    late = [fact for fact in after(SCHEDULE, notice, notice) if isinstance(fact, AppraisalResultsFellOverdue)]
    assert [(fact.due, fact.from_day) for fact in late] == [(NOV_20, date(2026, 11, 21))]


def test_a_new_calendar_moves_the_day_of_the_results() -> None:  # PUB-21, 3.7
    later = DueDay.of(CALENDAR.add(NOV_6, 11), "P-19.results")
    moved = after(SCHEDULE, MoveResultsDue(PLACE, 1, later))[-1]
    assert isinstance(moved, AppraisalResultsDueMoved)
    assert (moved.was, moved.results_due.due) == (NOV_20, date(2026, 11, 23))
    scenario(APPRAISAL, given=after(SCHEDULE, PUBLISH), when=MoveResultsDue(PLACE, 1, later), then=[])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(range(4)), st.integers(0, 400)), max_size=8))
def test_no_year_is_both_held_and_overdue(history: list[tuple[int, int]]) -> None:  # PUB-21
    state, facts, today = APPRAISAL.initial, list[AppraisalEvent](), date(2026, 1, 5)
    for kind, days in history:
        today += timedelta(days=days)
        tried: list[AppraisalCommand] = [
            replace(SCHEDULE, opens=today, closes=today + timedelta(days=4), today=today),
            replace(PUBLISH, today=today),
            CancelAppraisal(PLACE, 1, "防汛", "ma-xiaoyan", today),
            NoticeOverdue(PLACE, 1, today),
        ]
        before = state
        try:
            new = APPRAISAL.decide(state, tried[kind])
        except Refused:
            assert state == before
            continue
        if any(isinstance(fact, AppraisalYearFellOverdue) for fact in new):
            assert before.held_by(today) == 0
        facts, state = [*facts, *new], APPRAISAL.replay(new, state)
    assert sum(isinstance(fact, AppraisalYearFellOverdue) for fact in facts) <= 1
    assert state == APPRAISAL.replay(facts)


# --- over HTTP ---


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(build, tmp_path, noon(10, 12, 9))
    made.tell(c.REGISTRY, "catalogue-FY-R1", adopted())
    yield made
    made.close()


def of_year(world: World, person: str, **params: Any) -> dict[str, Any]:
    answer = world.ask(person, "/appraisals", year=2026, **params)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()
    return rows[0]


def test_the_year_s_duty_shows_from_the_catalogue_on(world: World) -> None:  # PUB-21
    assert of_year(world, "chen-xiuying", organisation="FY-R1")["state"] == "owed"
    body = {"year": 2026, "opens": "2026-11-02", "closes": "2026-11-06"}
    done = world.do("ma-xiaoyan", "/organisations/FY-R1/appraisals", body)
    assert done.status_code == 201, done.text
    year = of_year(world, "li-min", town="fengyang")
    assert (year["state"], year["due"], year["appraisals"][0]["results_due"]["due"]) == (
        "scheduled", "2026-12-31", "2026-11-20",
    )  # fmt: skip
    results = "/organisations/FY-R1/appraisals/2026/1/results"
    world.clock.instant = noon(11, 12)
    unseen = world.do("ma-xiaoyan", results, {"disclosure": "results"}, version=1)
    assert (unseen.status_code, unseen.json()["code"]) == (409, "STEP_OUT_OF_ORDER")
    world.tell(*released(True, ["members:FY-R1"], disclosure="results", at=noon(11, 12)))
    told = world.do("ma-xiaoyan", results, {"disclosure": "results"}, version=1)
    assert told.status_code == 200, told.text
    year = of_year(world, "ma-xiaoyan", organisation="FY-R1")
    assert (year["state"], year["appraisals"][0]["published_on"]) == ("held", "2026-11-12")


def test_a_year_without_an_appraisal_stands_on_the_town_s_list(world: World) -> None:  # PUB-21
    world.clock.instant = noon(12, 31) + timedelta(days=1)
    assert world.tick().count("AppraisalYearFellOverdue") == 1
    assert "AppraisalYearFellOverdue" not in world.tick()
    assert of_year(world, "li-min", town="fengyang")["state"] == "overdue"


def test_only_the_organisation_and_those_above_schedule_and_read(world: World) -> None:  # PUB-21, ORG-11
    body = {"year": 2026, "opens": "2026-11-02", "closes": "2026-11-06"}
    for stranger in ("chen-xiuying", "wu-gang", "zhou-dahai"):
        refusal = world.do(stranger, "/organisations/FY-R1/appraisals", body)
        assert refusal.json()["code"] == "NOT_YOUR_REMIT"
    assert world.ask("zhou-dahai", "/appraisals", year=2026, organisation="FY-R1").status_code == 403
