"""Duties: when they fall due and how that was reckoned, raised once, met once, moved with their history."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

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
from services.publication.domain.schedule import ItemInForce, Planned, period_end
from services.publication.domain.suspension import MarkOverdue
from services.publication.events import (
    Duty,
    NoChangeAttested,
    ObligationDueMoved,
    ObligationEvent,
    ObligationFellOverdue,
    ObligationFulfilled,
    ObligationRaised,
)
from shared import calendars, testing
from shared.decider import Refused
from shared.workdays import Calendar, CalendarYear


def scenario(
    *, given: Sequence[ObligationEvent], when: ObligationCommand, then: Sequence[ObligationEvent] | Refused
) -> None:
    testing.scenario(OBLIGATION, given=given, when=when, then=then)


CALENDAR, PARAMETERS = calendars.load_all(), Parameters()


def item(kind: str, since: date = date(2026, 2, 1), **more: Any) -> ItemInForce:
    return ItemInForce("FY-R1/3.9", "3.9", "FY-R1", "fengyang", "党费收缴", "Dues", kind, since, **more)


DUES = item("periodic", cycle="quarterly", fine_tune="monthly")


def planned(of: ItemInForce = DUES, until: date = date(2026, 6, 30), known: Calendar = CALENDAR) -> list[Planned]:
    return list(schedule.duties(of, until=until, calendar=known, parameters=PARAMETERS))


def due_days(of: ItemInForce, until: date) -> dict[str, date]:
    return {f"{p.duty}/{p.period}": p.reckoned.due for p in planned(of, until)}


JUNE = next(p for p in planned() if p.period == "2026-06")
QUARTER = next(p for p in planned() if p.period == "2026-Q1")
RAISED = ObligationRaised(
    obligation="FY-R1/3.9/fine-tune/2026-06",
    town="fengyang",
    organisation="FY-R1",
    item="FY-R1/3.9",
    title="党费收缴",
    title_en="Dues",
    sub_item="3.9",
    kind="periodic",
    duty=JUNE.duty,
    period="2026-06",
    trigger=date(2026, 6, 1),
    due=date(2026, 6, 10),
    parameter="P-02",
    calendars=("2026/1",),
    reckoning=JUNE.reckoned.days,
)
QUARTER_RAISED = OBLIGATION.decide(OBLIGATION.initial, RaiseObligation(DUES, QUARTER))[0]
NAMES = {n: getattr(RAISED, n) for n in ("obligation", "town", "organisation", "item", "title", "title_en")}
OVERDUE = ObligationFellOverdue(**NAMES, due=date(2026, 6, 10), from_day=date(2026, 6, 11))


def fulfilled(on: date, late: int, disclosure: str = "d1", version: int = 1) -> ObligationFulfilled:
    more = {"disclosure": disclosure, "version": version, "due": date(2026, 6, 10)}
    return ObligationFulfilled(**NAMES, **more, on=on, late_workdays=late)


def test_quarter_is_due_on_the_15th_and_fine_tunes_on_the_10th_of_the_other_months() -> None:  # PUB-24, A-06
    assert due_days(DUES, date(2026, 6, 30)) == {
        "replacement/2026-Q1": date(2026, 4, 15),
        "fine-tune/2026-02": date(2026, 2, 10),
        "fine-tune/2026-03": date(2026, 3, 10),
        "replacement/2026-Q2": date(2026, 7, 15),
        "fine-tune/2026-05": date(2026, 5, 11),
        "fine-tune/2026-06": date(2026, 6, 10),
    }


def test_long_term_content_is_due_20_workdays_after_it_came_into_force() -> None:  # PUB-22, A-07
    assert due_days(item("long-term"), date(2026, 2, 1)) == {"first/2026-02-01": date(2026, 3, 5)}


def test_changed_long_term_content_is_due_again_20_workdays_after_the_change() -> None:  # PUB-22
    changed = schedule.reckon(Duty.REPUBLICATION, date(2026, 5, 18), calendar=CALENDAR, parameters=PARAMETERS)
    assert changed.due == date(2026, 6, 15)


def test_an_items_limit_narrows_the_towns_and_never_widens_it() -> None:  # P-04
    for duty, towns in ((Duty.TRIGGERED, 3), (Duty.STAGE, 10), (Duty.REPUBLICATION, 20)):
        for asked, kept in ((2, 2), (300, towns), (0, towns)):
            day = date(2026, 5, 18)
            due = schedule.reckon(duty, day, limit_days=asked, calendar=CALENDAR, parameters=PARAMETERS).due
            assert due == CALENDAR.add(day, kept).due


def test_what_was_due_before_the_item_came_into_force_is_not_owed() -> None:  # PUB-01
    late = item("periodic", date(2026, 2, 20), cycle="quarterly", fine_tune="monthly")
    assert set(due_days(late, date(2026, 3, 31))) == {"replacement/2026-Q1", "fine-tune/2026-03"}


def test_nothing_is_owed_before_the_item_is_in_force() -> None:  # CAT-20
    assert planned(DUES, date(2026, 1, 31)) == []


@pytest.mark.parametrize(
    ("cycle", "period", "due"),
    [
        ("monthly", "2026-02", (2026, 3, 16)),
        ("half-yearly", "2026-H1", (2026, 7, 15)),
        ("yearly", "2026", (2027, 1, 15)),
    ],
)
def test_another_cycle_is_due_in_the_month_after_it(cycle: str, period: str, due: tuple[int, int, int]) -> None:
    """PUB-23."""
    assert due_days(item("periodic", cycle=cycle), date(2026, 2, 1)) == {f"replacement/{period}": date(*due)}


def test_a_due_day_shows_the_days_it_was_rolled_over() -> None:  # PUB-33
    may = next(p for p in planned() if p.period == "2026-05")
    days = [(d.day.isoformat(), d.kind, d.count) for d in may.reckoned.days]
    assert days == [("2026-05-10", "weekend", 0), ("2026-05-11", "workday", 1)]


def test_a_due_day_in_a_year_without_notice_is_provisional() -> None:
    """3.7: the 15 January 2027 lies beyond the calendars known."""
    year_end = planned(item("periodic", date(2026, 10, 1), cycle="quarterly"), date(2026, 12, 31))[0]
    assert (year_end.reckoned.due, year_end.reckoned.provisional) == (date(2027, 1, 15), True)


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("2026-Q1", (2026, 3, 31)),
        ("2026-02", (2026, 2, 28)),
        ("2026-H2", (2026, 12, 31)),
        ("2026", (2026, 12, 31)),
        ("2026-02-01", (2026, 2, 1)),
    ],
)
def test_a_period_ends_on_its_last_day(period: str, end: tuple[int, int, int]) -> None:
    """PUB-24."""
    assert period_end(period) == date(*end)


def test_a_duty_is_raised_with_its_reckoning() -> None:  # PUB-01
    scenario(given=[], when=RaiseObligation(DUES, JUNE), then=[RAISED])


def test_a_duty_is_raised_once() -> None:  # PUB-01
    scenario(given=[RAISED], when=RaiseObligation(DUES, JUNE), then=[])


def test_a_duty_is_not_overdue_on_its_day() -> None:  # PUB-01
    scenario(given=[RAISED], when=MarkOverdue(date(2026, 6, 10)), then=[])


def test_a_duty_is_overdue_from_the_day_after() -> None:  # PUB-01
    scenario(given=[RAISED], when=MarkOverdue(date(2026, 6, 12)), then=[OVERDUE])


def test_falling_overdue_is_recorded_once() -> None:  # PUB-01
    scenario(given=[RAISED, OVERDUE], when=MarkOverdue(date(2026, 6, 13)), then=[])


def test_two_workdays_late_is_counted_as_two() -> None:  # PUB-33
    friday = Fulfil("d1", 1, date(2026, 6, 12), CALENDAR)
    scenario(given=[RAISED, OVERDUE], when=friday, then=[fulfilled(date(2026, 6, 12), 2)])


def test_a_met_duty_stays_as_it_was_met() -> None:  # PUB-33
    met = fulfilled(date(2026, 6, 9), 0)
    scenario(given=[RAISED, met], when=Fulfil("d2", 1, date(2026, 6, 20), CALENDAR), then=[])


def test_no_change_may_be_attested_for_a_fine_tune() -> None:  # PUB-25
    on = date(2026, 6, 9)
    attested = NoChangeAttested(**NAMES, by="ma-xiaoyan", on=on, disclosure="dues")
    when = AttestNoChange("ma-xiaoyan", on, CALENDAR, "dues")
    scenario(given=[RAISED], when=when, then=[attested, fulfilled(on, 0, "", 0)])


def test_no_change_is_not_attested_before_its_month() -> None:  # PUB-25
    when = AttestNoChange("ma-xiaoyan", RAISED.trigger - timedelta(days=1), CALENDAR, "dues")
    scenario(given=[RAISED], when=when, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_no_change_may_not_be_attested_for_a_quarter() -> None:  # PUB-24
    when = AttestNoChange("ma-xiaoyan", date(2026, 4, 9), CALENDAR, "dues")
    scenario(given=[QUARTER_RAISED], when=when, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_a_new_holiday_moves_what_is_open_and_keeps_the_old_day() -> None:  # PUB-01, 3.7
    known = CALENDAR.years[2026]
    more = CalendarYear(2026, 2, "notice", known.holidays | {date(2026, 6, 10)}, known.make_up_workdays)
    june = next(p for p in planned(known=Calendar({2026: more})) if p.period == "2026-06")
    moved = ObligationDueMoved(
        **NAMES,
        was=date(2026, 6, 10),
        due=date(2026, 6, 11),
        reason="calendar",
        calendars=("2026/2",),
        reckoning=june.reckoned.days,
    )
    scenario(given=[RAISED], when=MoveDue(june.reckoned, "calendar"), then=[moved])


def test_a_met_duty_is_not_moved() -> None:  # 3.7
    later = schedule.reckon(JUNE.duty, date(2026, 7, 1), calendar=CALENDAR, parameters=PARAMETERS)
    given: list[ObligationEvent] = [RAISED, fulfilled(date(2026, 6, 9), 0)]
    scenario(given=given, when=MoveDue(later, "calendar"), then=[])
