"""A cadre matter goes its fixed stages, each for its full period, whatever the calendar (PUB-18, A-26, P-06, P-07)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.publication.domain.cadre import CADRE
from services.publication.domain.cadre_commands import (
    CadreCommand,
    Count,
    DecideAppointment,
    DraftStage,
    EndPublicity,
    HoldInspection,
    MovePublicity,
    OpenMatter,
    PutUpAgain,
    ReceiveObjection,
    SettleObjection,
    ShowStage,
    TakeDown,
    WithdrawCandidate,
)
from services.publication.domain.counted_days import whole_days
from services.publication.domain.procedure import must_be_a_stage
from services.publication.events.cadre import (
    AppointmentDecided,
    CadreEvent,
    CadreMatterEnded,
    Candidate,
    CandidateWithdrawn,
    InspectionHeld,
    ObjectionReceived,
    ObjectionSettled,
    PublicityBegan,
    PublicityEnded,
    PublicityMoved,
    PublicityTakenDown,
)
from shared import calendars
from shared.clock import at, business_day
from shared.decider import Refused
from shared.testing import scenario
from shared.workdays import Calendar, CalendarYear

SUN, CALENDAR = "sun-wei", calendars.load_all()
COUNT = Count(5, CALENDAR)
LI, WU = Candidate(number=1, name="李强", meant_post="副镇长"), Candidate(number=2, name="吴敏", meant_post="党委委员")
APRIL_27, APRIL_28, APRIL_30 = date(2026, 4, 27), date(2026, 4, 28), date(2026, 4, 30)
UP, MAY_12 = at(APRIL_30, 8), date(2026, 5, 12)

OPEN = OpenMatter("k1", "fengyang", "FY-R1", "FY-DJB", "appointment", (LI, WU), SUN, APRIL_27)
NOTICE = ShowStage("inspection-notice", "n1", 1, "staff:FY-R1", True, at(APRIL_27, 9), APRIL_27, SUN, COUNT)
INSPECTED = HoldInspection(APRIL_28, APRIL_28, 1, 3, CALENDAR, SUN)
PUBLICITY = ShowStage("publicity", "p1", 1, "society", True, UP, APRIL_30, SUN, COUNT)
APPOINT = DecideAppointment(COUNT, SUN, date(2026, 5, 10))
SHOWN = ShowStage("appointment", "a1", 1, "society", True, at(MAY_12, 9), MAY_12, SUN, COUNT)
RUNNING = (OPEN, NOTICE, INSPECTED, PUBLICITY)


def moment(month: int, day: int, hour: int) -> datetime:
    return at(date(2026, month, day), hour)


def corrected(*holidays: date, make_up: tuple[date, ...] = ()) -> Calendar:
    """The year's notice issued again, with these days and no make-up Saturday but those named."""
    year = CALENDAR.years[2026]
    again = CalendarYear(
        2026, year.version + 1, "again", (year.holidays | {*holidays}) - {*make_up}, frozenset(make_up)
    )
    return Calendar.of([again])


def after(*commands: CadreCommand) -> list[CadreEvent]:
    facts: list[CadreEvent] = []
    for command in commands:
        facts += CADRE.decide(CADRE.replay(facts), command)
    return facts


def refused(*given: CadreCommand, when: CadreCommand, code: str, **facts: Any) -> None:
    scenario(CADRE, given=after(*given), when=when, then=Refused(code, ""))
    with pytest.raises(Refused) as refusal:
        CADRE.decide(CADRE.replay(after(*given)), when)
    assert refusal.value.facts.items() >= facts.items()


def test_the_publicity_over_may_day_counts_the_make_up_saturday() -> None:  # A-26, P-06
    began = after(*RUNNING)[-1]
    assert isinstance(began, PublicityBegan)
    counted = [row.day.isoformat() for row in began.reckoning if row.kind in ("workday", "make-up")]
    assert counted == ["2026-04-30", "2026-05-06", "2026-05-07", "2026-05-08", "2026-05-09"]
    assert (began.first_day, began.last_day) == (APRIL_30, date(2026, 5, 9))


def test_a_day_on_which_it_went_up_after_opening_does_not_count() -> None:
    late = after(OPEN, NOTICE, INSPECTED, replace(PUBLICITY, at=at(APRIL_30, 9)))[-1]
    assert isinstance(late, PublicityBegan)
    assert (late.first_day, late.last_day) == (date(2026, 5, 6), date(2026, 5, 11))
    punctual = after(OPEN, NOTICE, INSPECTED, replace(PUBLICITY, at=at(APRIL_30, 8, 30)))[-1]
    assert isinstance(punctual, PublicityBegan)
    assert punctual.first_day == APRIL_30


def test_an_appointment_within_the_publicity_comes_too_soon() -> None:  # PUB-18, P-06
    for day in (APRIL_30, date(2026, 5, 8), date(2026, 5, 9)):
        early = replace(APPOINT, on=day)
        refused(*RUNNING, when=early, code="PERIOD_TOO_SHORT", earliest="2026-05-10", last_day="2026-05-09")
    assert isinstance(after(*RUNNING, APPOINT)[-1], AppointmentDecided)


def test_no_stage_can_be_skipped() -> None:  # PUB-18
    refused(when=NOTICE, code="NOT_FOUND")
    refused(OPEN, when=INSPECTED, code="STEP_OUT_OF_ORDER")
    refused(OPEN, NOTICE, when=PUBLICITY, code="STEP_OUT_OF_ORDER")
    refused(OPEN, NOTICE, INSPECTED, when=APPOINT, code="STEP_OUT_OF_ORDER")
    refused(OPEN, NOTICE, INSPECTED, when=SHOWN, code="STEP_OUT_OF_ORDER")
    refused(*RUNNING, when=replace(SHOWN, on=date(2026, 5, 8)), code="PERIOD_TOO_SHORT", earliest="2026-05-10")
    refused(*RUNNING, when=SHOWN, code="STEP_OUT_OF_ORDER")
    assert after(*RUNNING, APPOINT, SHOWN)[-1] != after(*RUNNING, APPOINT)[-1]


def test_a_notice_shown_to_some_only_begins_nothing() -> None:  # PUB-18, A-26
    inside_only = replace(PUBLICITY, complete=False)
    assert after(OPEN, NOTICE, INSPECTED, inside_only) == after(OPEN, NOTICE, INSPECTED)
    refused(OPEN, replace(NOTICE, complete=False), when=INSPECTED, code="STEP_OUT_OF_ORDER")


def test_an_inspection_is_announced_before_it_is_held() -> None:  # P-07
    refused(OPEN, NOTICE, when=replace(INSPECTED, on=APRIL_27), code="PERIOD_TOO_SHORT", earliest="2026-04-28")
    refused(OPEN, NOTICE, when=replace(INSPECTED, least=3), code="PERIOD_TOO_SHORT", earliest="2026-04-30")
    refused(OPEN, NOTICE, when=replace(INSPECTED, on=APRIL_30), code="WRONG_DATE")
    late = after(OPEN, NOTICE, replace(INSPECTED, on=date(2026, 5, 8), today=date(2026, 5, 8)))[-1]
    assert isinstance(late, InspectionHeld)
    assert (late.notice_workdays, late.beyond_most) == (6, True)


def test_a_holiday_declared_meanwhile_prolongs_the_publicity() -> None:  # PUB-18, 3.7
    later = Count(5, corrected(date(2026, 5, 8), make_up=(date(2026, 5, 9),)))
    moved = after(*RUNNING, MovePublicity(later))[-1]
    assert isinstance(moved, PublicityMoved)
    assert (moved.was, moved.last_day, moved.reason) == (date(2026, 5, 9), date(2026, 5, 11), "calendar")
    refused(*RUNNING, when=replace(APPOINT, count=later), code="PERIOD_TOO_SHORT", earliest="2026-05-12")
    scenario(CADRE, given=after(*RUNNING, MovePublicity(later)), when=MovePublicity(later), then=[])


def test_a_saturday_that_is_no_workday_after_all_prolongs_it_too() -> None:  # PUB-18, A-26
    refused(
        *RUNNING, when=replace(APPOINT, count=Count(5, corrected())), code="PERIOD_TOO_SHORT", last_day="2026-05-11"
    )


def test_nobody_is_appointed_on_days_of_a_year_without_a_calendar() -> None:  # PUB-18, 3.7
    known = Count(5, Calendar({year: days for year, days in CALENDAR.years.items() if year == 2026}))
    december = date(2026, 12, 28)
    up = replace(PUBLICITY, at=at(december, 8), on=december, count=known)
    soon = replace(APPOINT, count=known, on=date(2027, 1, 3))
    refused(OPEN, NOTICE, INSPECTED, up, when=soon, code="STEP_OUT_OF_ORDER", expected="the calendar of the year")
    year = CalendarYear(2027, 1, "issued", frozenset({date(2027, 1, 1)}), frozenset())
    issued = Count(5, Calendar({**known.calendar.years, 2027: year}))
    counted = replace(soon, count=issued, on=date(2027, 1, 5))
    assert isinstance(after(OPEN, NOTICE, INSPECTED, up, counted)[-1], AppointmentDecided)


def test_a_higher_parameter_moves_what_runs() -> None:  # P-06, 3.7
    moved = after(*RUNNING, MovePublicity(Count(7, CALENDAR)))[-1]
    assert isinstance(moved, PublicityMoved)
    assert (moved.reason, moved.last_day) == ("parameter", date(2026, 5, 12))


def test_a_notice_taken_down_early_begins_anew() -> None:  # PUB-18, A-26
    down = TakeDown(at(date(2026, 5, 7), 12), at(date(2026, 5, 7), 18), "大风吹落", SUN)
    refused(*RUNNING, when=replace(down, reason=" "), code="REASON_REQUIRED")
    refused(*RUNNING, when=replace(down, at=at(date(2026, 5, 8))), code="WRONG_DATE")
    refused(*RUNNING, down, when=replace(APPOINT, on=MAY_12), code="STEP_OUT_OF_ORDER")
    again = PutUpAgain(at(date(2026, 5, 8), 8), COUNT, 1, "society", SUN)
    refused(*RUNNING, when=again, code="STEP_OUT_OF_ORDER")
    began = after(*RUNNING, down, again)[-1]
    assert isinstance(began, PublicityBegan)
    assert (began.first_day, began.last_day) == (date(2026, 5, 8), date(2026, 5, 13))


def test_a_notice_taken_down_after_its_last_office_hour_was_up_long_enough() -> None:
    last = date(2026, 5, 9)
    early, late = at(last, 17), at(last, 17, 30)
    refused(*RUNNING, TakeDown(early, late, "收存", SUN), when=APPOINT, code="STEP_OUT_OF_ORDER")
    facts = after(*RUNNING, TakeDown(late, late, "收存", SUN), EndPublicity(date(2026, 5, 10)), APPOINT)
    assert [type(fact) for fact in facts[-3:]] == [PublicityTakenDown, PublicityEnded, AppointmentDecided]


def test_other_words_are_another_notice() -> None:  # PUB-18, PUB-31
    corrected_notice = replace(PUBLICITY, version=2, at=at(date(2026, 5, 7), 8), on=date(2026, 5, 7))
    refused(*RUNNING, corrected_notice, when=APPOINT, code="PERIOD_TOO_SHORT", earliest="2026-05-13")


def test_every_objection_is_dealt_with_before_the_appointment() -> None:  # PUB-18
    objected = ReceiveObjection(date(2026, 5, 7), SUN, 1, "某某", "曾受处分")
    settled = SettleObjection(1, "not-established", "查无此事", SUN, date(2026, 5, 8))
    refused(OPEN, NOTICE, INSPECTED, when=objected, code="STEP_OUT_OF_ORDER")
    refused(*RUNNING, objected, when=APPOINT, code="STEP_OUT_OF_ORDER", objections=[1])
    refused(*RUNNING, objected, when=replace(settled, reason=""), code="REASON_REQUIRED")
    refused(*RUNNING, objected, when=replace(settled, number=2), code="NOT_FOUND")
    assert isinstance(after(*RUNNING, objected, settled, APPOINT)[-1], AppointmentDecided)


def test_an_objection_that_bars_a_candidate_ends_the_candidacy_first() -> None:  # PUB-18
    objected = ReceiveObjection(date(2026, 5, 7), SUN, 1, "某某", "曾受处分")
    barred = SettleObjection(1, "established-bars", "属实", SUN, date(2026, 5, 8))
    refused(*RUNNING, objected, barred, when=APPOINT, code="STEP_OUT_OF_ORDER")
    withdrawn = WithdrawCandidate(1, "经核实", SUN, date(2026, 5, 9))
    decided = after(*RUNNING, objected, barred, withdrawn, APPOINT)[-1]
    assert isinstance(decided, AppointmentDecided)
    assert decided.candidates == (2,)


def test_an_objection_by_opinion_bars_only_whom_its_settlement_names() -> None:  # PUB-18
    heard = ReceiveObjection(date(2026, 5, 7), opinion="o1")
    barred = SettleObjection(1, "established-bars", "属实", SUN, date(2026, 5, 8))
    refused(*RUNNING, heard, when=barred, code="MISSING_FIELD")
    refused(*RUNNING, heard, when=replace(barred, candidate=3), code="NOT_FOUND")
    named = replace(barred, candidate=1)
    refused(*RUNNING, heard, named, when=APPOINT, code="STEP_OUT_OF_ORDER")
    decided = after(*RUNNING, heard, named, WithdrawCandidate(1, "经核实", SUN, date(2026, 5, 9)), APPOINT)[-1]
    assert isinstance(decided, AppointmentDecided)
    assert decided.candidates == (2,)


def test_one_opinion_is_one_objection() -> None:  # PUB-18
    heard = ReceiveObjection(date(2026, 5, 7), opinion="o1")
    facts = after(*RUNNING, heard, heard)
    assert [type(fact) for fact in facts].count(ObjectionReceived) == 1


def test_an_opinion_on_a_notice_shown_inside_only_is_an_objection() -> None:  # PUB-18
    heard = ReceiveObjection(APRIL_30, opinion="o1")
    refused(OPEN, NOTICE, INSPECTED, when=heard, code="STEP_OUT_OF_ORDER")
    objected = after(OPEN, NOTICE, INSPECTED, replace(heard, shown=True), PUBLICITY)
    assert isinstance(objected[-2], ObjectionReceived)
    refused(*RUNNING, heard, when=APPOINT, code="STEP_OUT_OF_ORDER", objections=[1])


def test_an_objection_heard_of_after_the_appointment_has_an_owner() -> None:  # PUB-18
    heard = ReceiveObjection(date(2026, 5, 8), opinion="o1", owner="lin-hua")
    received = after(*RUNNING, APPOINT, heard, heard)[-1]
    assert isinstance(received, ObjectionReceived)
    assert (received.number, received.late, received.owner, received.on) == (1, True, "lin-hua", date(2026, 5, 8))
    settled = SettleObjection(1, "not-established", "查无此事", SUN, MAY_12)
    assert isinstance(after(*RUNNING, APPOINT, heard, settled)[-1], ObjectionSettled)
    refused(*RUNNING, APPOINT, when=replace(heard, on=date(2026, 5, 11)), code="STEP_OUT_OF_ORDER")
    refused(*RUNNING, heard, settled, APPOINT, when=settled, code="STEP_OUT_OF_ORDER")
    in_time = after(*RUNNING, heard)[-1]
    assert isinstance(in_time, ObjectionReceived)
    assert (in_time.late, in_time.owner) == (False, "")


def test_with_the_last_candidate_the_matter_ends() -> None:  # PUB-18
    both = (WithdrawCandidate(1, "本人意愿", SUN, MAY_12), WithdrawCandidate(2, "本人意愿", SUN, MAY_12))
    facts = after(*RUNNING, *both)
    assert [type(fact) for fact in facts[-2:]] == [CandidateWithdrawn, CadreMatterEnded]
    refused(*RUNNING, *both, when=APPOINT, code="STEP_OUT_OF_ORDER")
    refused(*RUNNING, both[0], when=both[0], code="NOT_FOUND")


def test_a_dismissal_has_the_last_stage_alone() -> None:  # PUB-18
    dismissal = replace(OPEN, kind="dismissal")
    refused(dismissal, when=NOTICE, code="STEP_OUT_OF_ORDER")
    assert isinstance(after(dismissal, replace(APPOINT, on=APRIL_27))[-1], AppointmentDecided)


def test_each_stage_has_its_own_item() -> None:  # PUB-18, requirements 1.2
    scenario(CADRE, given=after(OPEN), when=DraftStage("publicity", "FY-R1/5.5"), then=[])
    refused(OPEN, when=DraftStage("publicity", "FY-R1/5.6"), code="OFF_CATALOGUE")
    refused(OPEN, when=DraftStage("publicity", "FY-E1/5.5"), code="NOT_FOUND")
    refused(when=replace(OPEN, candidates=()), code="MISSING_FIELD")


def test_of_another_organisations_matter_a_draft_learns_nothing() -> None:  # PUB-18, ORG-11
    ended = (WithdrawCandidate(1, "经核实", SUN, APRIL_28), WithdrawCandidate(2, "经核实", SUN, APRIL_28))
    for known in ((), (OPEN,), (OPEN, *ended)):
        refused(*known, when=DraftStage("publicity", "FY-E1/5.5"), code="NOT_FOUND")


def test_a_stage_is_part_of_a_cadre_matter_and_of_nothing_else() -> None:  # PUB-18
    for beside in ("", "decision-d1/result", "cadre"):
        with pytest.raises(Refused, match="stages of a cadre matter"):
            must_be_a_stage("5.6", beside)
    must_be_a_stage("5.6", "cadre-k1/appointment")
    must_be_a_stage("6.5", "decision-d1/result")


DAYS = st.dates(date(2026, 4, 20), date(2026, 5, 31))
CALENDARS = st.builds(
    lambda more, made: corrected(*more, make_up=tuple(made - more)),
    st.frozensets(DAYS, max_size=8),
    st.frozensets(DAYS, max_size=4),
)


@st.composite
def histories(draw: st.DrawFn) -> list[CadreCommand]:
    """Mostly the next right step, at hours that never go back, each under whatever calendar then holds."""
    now, chosen = at(APRIL_27, 8), list[CadreCommand]()
    for _ in range(draw(st.integers(3, 14))):
        now += timedelta(hours=draw(st.sampled_from([1, 9, 24, 60, 170])))
        day, count = business_day(now), Count(draw(st.sampled_from([5, 7])), draw(CALENDARS))
        dated: list[CadreCommand] = [
            replace(OPEN, on=day),
            replace(NOTICE, at=now, on=day),
            replace(INSPECTED, on=day, today=day, calendar=count.calendar),
            replace(PUBLICITY, at=now, on=day, count=count, complete=draw(st.booleans())),
            DecideAppointment(count, SUN, day),
            replace(SHOWN, at=now, on=day, count=count),
            TakeDown(now, now, "风", SUN),
            PutUpAgain(now, count, 1, "society", SUN),
            ReceiveObjection(day, opinion="o1"),
            SettleObjection(1, "not-established", "无", SUN, day),
            MovePublicity(count),
            EndPublicity(day),
        ]
        usual = dated[len(chosen) % 6]
        chosen.append(usual if draw(st.booleans()) else draw(st.sampled_from(dated)))
    return chosen


@settings(max_examples=150, deadline=None)
@given(histories())
def test_no_history_appoints_before_a_full_publicity_under_any_calendar(history: list[CadreCommand]) -> None:  # PUB-18
    facts: list[CadreEvent] = []
    state = CADRE.initial
    for command in history:
        before = state
        try:
            new = CADRE.decide(state, command)
        except Refused:
            assert state == before
            continue
        if new and isinstance(command, DecideAppointment):
            up = next(fact for fact in reversed(facts) if isinstance(fact, PublicityBegan))
            assert _full_days(up.at, _down(facts), command.on, command.count.calendar) >= command.count.workdays
            assert all(each.outcome for each in before.objections)
        facts, state = [*facts, *new], CADRE.replay(new, state)
    assert state == CADRE.replay(facts)


def _down(facts: list[CadreEvent]) -> datetime | None:
    """When the notice that was put up last came down."""
    last = max(n for n, fact in enumerate(facts) if isinstance(fact, PublicityBegan))
    return next((fact.at for fact in facts[last:] if isinstance(fact, PublicityTakenDown)), None)


def _full_days(up: datetime, down: datetime | None, before: date, calendar: Calendar) -> int:
    """Working days before ``before`` in all of whose office hours it was up: counted otherwise than in the code."""
    days = [date(2026, 4, 1) + timedelta(days=n) for n in range(200)]
    return sum(
        calendar.is_workday(day) and up <= at(day, 8, 30) and (down is None or down >= at(day, 17, 30))
        for day in days
        if day < before
    )


@given(st.builds(at, DAYS, st.integers(0, 23), st.sampled_from([0, 30, 31])), CALENDARS)
def test_the_last_of_the_whole_days_is_the_nth_that_counts(up: datetime, calendar: Calendar) -> None:
    last = whole_days(up, 5, calendar).due
    assert _full_days(up, None, last, calendar) == 4
    assert _full_days(up, None, last + timedelta(days=1), calendar) == 5
