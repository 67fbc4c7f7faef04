"""A duty that stands is suspended by a withholding, resumed after it, and ended with its item; lateness stays true."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from services.publication.domain import schedule
from services.publication.domain.obligation import (
    OBLIGATION,
    AttestNoChange,
    Fulfil,
    MoveDue,
    ObligationCommand,
    RaiseObligation,
)
from services.publication.domain.parameters import Parameters
from services.publication.domain.schedule import ItemInForce, Planned, Reckoned
from services.publication.domain.suspension import EndObligation, MarkOverdue, Resume, Suspend
from services.publication.events import (
    Duty,
    NoChangeAttested,
    ObligationEnded,
    ObligationEvent,
    ObligationFellOverdue,
    ObligationFulfilled,
    ObligationResumed,
    ObligationSuspended,
)
from shared import calendars, testing
from shared.decider import Refused

CALENDAR = calendars.load_all()
ITEM = ItemInForce("FY-R1/7.7", "7.7", "FY-R1", "fengyang", "案件查处", "Cases", "periodic", date(2026, 2, 1))
DUE, UNTIL, AGAIN = date(2026, 7, 15), date(2026, 10, 8), date(2026, 10, 9)


def planned(duty: Duty, trigger: date, **more: object) -> Planned:
    reckoned = schedule.reckon(duty, trigger, calendar=CALENDAR, parameters=Parameters())
    return Planned(duty, trigger.isoformat(), trigger, trigger, reckoned, **more)  # type: ignore[arg-type]  # changed at will


QUARTER = planned(Duty.REPLACEMENT, date(2026, 6, 30))
(RAISED,) = OBLIGATION.decide(OBLIGATION.initial, RaiseObligation(ITEM, QUARTER))
NAMES = {
    "obligation": "FY-R1/7.7/replacement/2026-06-30",
    "town": "fengyang",
    "organisation": "FY-R1",
    "item": "FY-R1/7.7",
    "title": "案件查处",
    "title_en": "Cases",
}


def suspended(on: date, late: int = 0, withholding: str = "w1", until: date | None = UNTIL) -> ObligationSuspended:
    own = {"withholding": withholding, "kind": "temporarily-not", "until": until, "late_workdays": late}
    return ObligationSuspended(**NAMES, **own, on=on, due=DUE)


def suspend(on: date, withholding: str = "w1", until: date | None = UNTIL) -> Suspend:
    return Suspend(withholding, "temporarily-not", on, until, CALENDAR)


def overdue(from_day: date) -> ObligationFellOverdue:
    return ObligationFellOverdue(**NAMES, due=DUE, from_day=from_day)


RESUMED = ObligationResumed(**NAMES, withholding="w1", reason="expired", on=AGAIN, due=DUE, late_from=UNTIL)
IN_TIME = suspended(date(2026, 7, 10))


def scenario(
    *, given: Sequence[ObligationEvent], when: ObligationCommand, then: Sequence[ObligationEvent] | Refused
) -> None:
    testing.scenario(OBLIGATION, given=given, when=when, then=then)


def met(on: date, late: int) -> ObligationFulfilled:
    return ObligationFulfilled(**NAMES, disclosure="d1", version=1, due=DUE, on=on, late_workdays=late)


def test_a_withholding_suspends_what_is_owed_and_deletes_nothing() -> None:  # CAT-15, S05
    scenario(given=[RAISED], when=suspend(date(2026, 7, 10)), then=[IN_TIME])


def test_a_suspended_duty_is_not_overdue() -> None:  # CAT-15, S05
    scenario(given=[RAISED, IN_TIME], when=MarkOverdue(date(2026, 9, 1)), then=[])


def test_a_withholding_filed_a_day_late_leaves_the_day() -> None:  # CAT-15, S05
    day = date(2026, 7, 16)
    scenario(given=[RAISED], when=suspend(day), then=[overdue(day), suspended(day, late=1)])


def test_the_same_withholding_suspends_once_and_a_further_one_takes_its_place() -> None:  # CAT-15
    scenario(given=[RAISED, IN_TIME], when=suspend(date(2026, 7, 10)), then=[])
    further = suspended(date(2026, 10, 1), withholding="w2", until=None)
    scenario(given=[RAISED, IN_TIME], when=suspend(date(2026, 10, 1), "w2", None), then=[further])
    scenario(given=[RAISED, IN_TIME, further], when=Resume("w1", "expired", AGAIN), then=[])


def test_a_duty_resumes_with_its_day_and_is_overdue_from_the_day_after_the_withholding() -> None:  # CAT-15, S05
    scenario(given=[RAISED, IN_TIME], when=Resume("w1", "expired", date(2026, 10, 12)), then=[RESUMED])
    scenario(given=[RAISED, IN_TIME, RESUMED], when=MarkOverdue(UNTIL), then=[])
    scenario(given=[RAISED, IN_TIME, RESUMED], when=MarkOverdue(AGAIN), then=[overdue(AGAIN)])
    scenario(given=[RAISED, IN_TIME, RESUMED, overdue(AGAIN)], when=MarkOverdue(date(2026, 10, 20)), then=[])


def test_a_withdrawn_withholding_lets_the_duty_stand_from_that_day() -> None:  # CAT-15
    day = date(2026, 8, 3)
    resumed = ObligationResumed(
        **NAMES, withholding="w1", reason="withdrawn", on=day, due=DUE, late_from=date(2026, 8, 2)
    )
    scenario(given=[RAISED, IN_TIME], when=Resume("w1", "withdrawn", day), then=[resumed])


def test_a_duty_withheld_only_before_its_day_keeps_that_day() -> None:  # CAT-15
    early = ObligationResumed(
        **NAMES, withholding="w1", reason="withdrawn", on=date(2026, 7, 13), due=DUE, late_from=DUE
    )
    scenario(given=[RAISED, IN_TIME], when=Resume("w1", "withdrawn", date(2026, 7, 13)), then=[early])


def test_lateness_after_a_withholding_counts_from_its_end_and_adds_what_was_late_before() -> None:  # PUB-33
    day = date(2026, 10, 12)
    fulfil = Fulfil("d1", 1, day, CALENDAR)
    scenario(given=[RAISED, IN_TIME, RESUMED], when=fulfil, then=[met(day, 3)])
    late: list[ObligationEvent] = [overdue(date(2026, 7, 16)), suspended(date(2026, 7, 16), late=1)]
    scenario(given=[RAISED, *late, RESUMED], when=fulfil, then=[met(day, 4)])


def test_what_is_shown_although_withheld_is_met() -> None:  # CAT-15
    day = date(2026, 9, 1)
    scenario(given=[RAISED, IN_TIME], when=Fulfil("d1", 1, day, CALENDAR), then=[met(day, 0)])


def ended(on: date, late: int) -> ObligationEnded:
    return ObligationEnded(**NAMES, reason="item-dropped", changes=("c1",), on=on, due=DUE, late_workdays=late)


def test_a_duty_ends_with_its_item() -> None:  # A-19, CAT-16
    day = date(2026, 7, 1)
    scenario(given=[RAISED], when=EndObligation(("c1",), day, CALENDAR), then=[ended(day, 0)])
    scenario(given=[RAISED, IN_TIME], when=EndObligation(("c1",), day, CALENDAR), then=[ended(day, 0)])


def test_what_was_overdue_when_its_item_left_was_missed() -> None:  # A-19, PUB-36
    day = date(2026, 7, 20)
    missed: list[ObligationEvent] = [overdue(date(2026, 7, 16)), ended(day, 2)]
    scenario(given=[RAISED], when=EndObligation(("c1",), day, CALENDAR), then=missed)


@pytest.mark.parametrize(
    "when",
    [
        EndObligation(("c1",), date(2026, 8, 1), CALENDAR),
        MarkOverdue(date(2027, 1, 1)),
        suspend(date(2026, 8, 1)),
        Fulfil("d1", 1, date(2026, 8, 1), CALENDAR),
        RaiseObligation(ITEM, QUARTER),
    ],
)
def test_an_ended_duty_stays_ended(when: ObligationCommand) -> None:
    scenario(given=[RAISED, ended(date(2026, 7, 1), 0)], when=when, then=[])


def test_an_item_that_comes_back_owes_again() -> None:
    state = OBLIGATION.replay([RAISED, ended(date(2026, 6, 1), 0)])
    assert OBLIGATION.decide(state, RaiseObligation(ITEM, QUARTER)) == [RAISED]


def moved_to(due: date) -> Reckoned:
    return Reckoned(due, "P-02", False, ("2026/2",), ())


def test_no_move_makes_a_duty_late_that_was_not() -> None:  # A-19, 3.7
    today = date(2026, 7, 14)
    scenario(given=[RAISED], when=MoveDue(moved_to(date(2026, 7, 13)), "parameter", today), then=[])
    state = OBLIGATION.replay([RAISED])
    assert OBLIGATION.decide(state, MoveDue(moved_to(today), "parameter", today))


CHECK = planned(Duty.EXISTENCE_CHECK, date(2027, 2, 1))
(CHECK_RAISED,) = OBLIGATION.decide(OBLIGATION.initial, RaiseObligation(ITEM, CHECK))


def test_a_yearly_look_at_long_term_content_is_attested() -> None:  # PUB-22
    on = date(2027, 2, 3)
    names = NAMES | {"obligation": CHECK_RAISED.obligation}
    attested = NoChangeAttested(**names, by="ma-xiaoyan", on=on, disclosure="rules")
    told = ObligationFulfilled(**names, due=CHECK_RAISED.due, on=on, late_workdays=0)  # type: ignore[union-attr]  # it was raised
    scenario(given=[CHECK_RAISED], when=AttestNoChange("ma-xiaoyan", on, CALENDAR, "rules"), then=[attested, told])


def test_nobody_attests_that_what_is_not_shown_is_still_right() -> None:  # PUB-22
    when = AttestNoChange("ma-xiaoyan", date(2027, 2, 3), CALENDAR)
    scenario(given=[CHECK_RAISED], when=when, then=Refused("STEP_OUT_OF_ORDER", ""))


HAPPENED = datetime(2026, 7, 6, 1, tzinfo=UTC)


def by_hours(hours: int) -> ObligationEvent:
    due_at = HAPPENED + timedelta(hours=hours)
    reckoned = Reckoned(due_at.date(), "P-04", False, (), (), due_at)
    own = planned(Duty.TRIGGERED, HAPPENED.date(), key="t1", limit_hours=hours)
    command = RaiseObligation(ITEM, Planned(own.duty, own.period, own.trigger, own.trigger, reckoned, "t1"))
    return OBLIGATION.decide(OBLIGATION.initial, command)[0]


def test_a_duty_of_hours_is_overdue_when_they_are_over() -> None:  # PUB-29, A-08
    raised, day = by_hours(4), HAPPENED.date()
    names = NAMES | {"obligation": "FY-R1/7.7/triggered/t1"}
    told = ObligationFellOverdue(**names, due=day, from_day=day)
    scenario(given=[raised], when=MarkOverdue(day), then=[])
    scenario(given=[raised], when=MarkOverdue(day, past_hours=True), then=[told])


@pytest.mark.parametrize(("hours", "late"), [(3, 0), (5, 1)])
def test_hours_missed_are_a_working_day_late_at_least(hours: int, late: int) -> None:  # PUB-29, PUB-33
    fulfil = Fulfil("d1", 1, HAPPENED.date(), CALENDAR, HAPPENED + timedelta(hours=hours))
    (told,) = OBLIGATION.decide(OBLIGATION.replay([by_hours(4)]), fulfil)
    assert isinstance(told, ObligationFulfilled)
    assert told.late_workdays == late
