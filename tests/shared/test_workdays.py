"""Due dates: the examples of the requirements, and what holds for every date and every number of days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.events import CalendarPublished
from shared.calendars import load_all, load_calendar, years
from shared.workdays import Calendar, CalendarYear, DayCount, DayKind

KNOWN = load_all()
TWO_YEARS = st.dates(date(2025, 1, 1), date(2026, 10, 31))
BEYOND = st.dates(date(2024, 1, 1), date(2028, 12, 31))
FEW = st.integers(0, 40)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2026, 9, 24), 3, date(2026, 9, 30)),
        (date(2026, 5, 6), 3, date(2026, 5, 9)),  # a Saturday that is worked
        (date(2026, 2, 1), 20, date(2026, 3, 5)),
        (date(2026, 5, 18), 20, date(2026, 6, 15)),
        (date(2026, 6, 26), 20, date(2026, 7, 24)),
        (date(2026, 5, 2), 0, date(2026, 5, 2)),
    ],
)
def test_working_days_are_counted_over_holidays_and_make_up_days(start: date, n: int, due: date) -> None:  # 3.7
    assert KNOWN.add(start, n).due == due


def test_a_duty_for_a_day_off_is_due_on_the_next_working_day() -> None:  # P-02, S02 May
    assert KNOWN.roll_forward(date(2026, 5, 10)) == date(2026, 5, 11)
    assert KNOWN.roll_forward(date(2026, 5, 9)) == date(2026, 5, 9)
    assert KNOWN.roll_back(date(2026, 5, 10)) == date(2026, 5, 9)
    assert [row.kind for row in KNOWN.on_or_after(date(2026, 5, 10)).days] == [DayKind.WEEKEND, DayKind.WORKDAY]


def test_lateness_is_counted_in_working_days_after_the_due_day() -> None:  # S02 June
    assert KNOWN.workdays_between(date(2026, 6, 10), date(2026, 6, 12)) == 2
    assert KNOWN.workdays_between(date(2026, 6, 12), date(2026, 6, 10)) == 0


def test_every_day_of_a_reckoning_is_accounted_for() -> None:  # 3.7
    assert KNOWN.add(date(2026, 5, 8), 2).days == (
        DayCount(date(2026, 5, 8), DayKind.RECEIPT, 0),
        DayCount(date(2026, 5, 9), DayKind.MAKE_UP, 1),
        DayCount(date(2026, 5, 10), DayKind.WEEKEND, 1),
        DayCount(date(2026, 5, 11), DayKind.WORKDAY, 2),
    )


def test_a_due_date_is_provisional_only_if_it_runs_through_an_unknown_year() -> None:  # 3.7
    inside, across = KNOWN.add(date(2026, 12, 1), 5), KNOWN.add(date(2026, 12, 28), 5)
    assert not inside.provisional
    assert inside.calendar_versions == ("2026/1",)
    assert across.provisional
    assert across.due == date(2027, 1, 4)  # Monday to Friday, no holiday known
    assert across.calendar_versions == ("2026/1",)


def test_a_newly_loaded_notice_moves_the_date_and_ends_the_doubt() -> None:  # 3.7
    notice = CalendarPublished(year=2027, version=1, source="notice", holidays=(date(2027, 1, 1),), make_up_workdays=())
    across = Calendar.of([*KNOWN.years.values(), notice]).add(date(2026, 12, 28), 5)
    assert (across.due, across.provisional) == (date(2027, 1, 5), False)
    assert across.calendar_versions == ("2026/1", "2027/1")


def test_of_two_notices_for_a_year_the_higher_version_holds_in_any_order() -> None:
    first = load_calendar(2026)
    second = CalendarYear(2026, 2, "amended", first.holidays | {date(2026, 9, 3)}, first.make_up_workdays)
    for notices in ([first, second], [second, first]):
        assert not Calendar.of(notices).is_workday(date(2026, 9, 3))


def test_a_day_cannot_be_both_holiday_and_make_up_day() -> None:
    with pytest.raises(ValueError, match="2026-05-09"):
        CalendarYear(2026, 1, "wrong", frozenset({date(2026, 5, 9)}), frozenset({date(2026, 5, 9)}))


def test_the_calendar_of_2026_is_the_one_in_the_requirements() -> None:  # section 8
    year = load_calendar(2026)
    assert len(year.holidays) == 33
    assert [f"{day:%m-%d}" for day in sorted(year.make_up_workdays)] == [
        "01-04", "02-14", "02-28", "05-09", "09-20", "10-10",
    ]  # fmt: skip


@pytest.mark.parametrize("year", years())
def test_every_calendar_file_is_sound(year: int) -> None:
    notice = load_calendar(year)
    assert (notice.year, notice.version >= 1, bool(notice.source)) == (year, True, True)
    assert all(day.weekday() >= 5 for day in notice.make_up_workdays)
    assert {day.year for day in notice.holidays | notice.make_up_workdays} == {year}


@given(TWO_YEARS, st.integers(1, 40))
def test_no_day_off_is_ever_a_due_date(start: date, n: int) -> None:
    assert KNOWN.is_workday(KNOWN.add(start, n).due)


@given(BEYOND, FEW)
def test_counting_back_from_the_due_date_gives_the_days_again(start: date, n: int) -> None:
    due = KNOWN.add(start, n).due
    assert KNOWN.workdays_between(start, due) == n
    assert KNOWN.workdays_between(KNOWN.subtract(due, n), due) == n
    assert KNOWN.subtract(due, n) >= start


@given(BEYOND, FEW, FEW)
def test_more_days_or_a_later_start_never_fall_due_earlier(start: date, n: int, more: int) -> None:
    due = KNOWN.add(start, n).due
    assert KNOWN.add(start, n + more).due >= due
    assert KNOWN.add(start + timedelta(days=more), n).due >= due


@given(BEYOND, FEW)
def test_the_day_table_runs_without_a_hole_and_adds_up(start: date, n: int) -> None:
    reckoning = KNOWN.add(start, n)
    rows = reckoning.days
    assert [row.day for row in rows] == [start + timedelta(days=i) for i in range(len(rows))]
    assert sum(row.kind in (DayKind.WORKDAY, DayKind.MAKE_UP) for row in rows) == n == rows[-1].count
    assert rows[-1].day == reckoning.due
    assert reckoning.provisional == any(row.day.year not in years() for row in rows)


@given(BEYOND)
def test_rolling_changes_no_working_day_and_never_passes_one(day: date) -> None:
    forward, back = KNOWN.roll_forward(day), KNOWN.roll_back(day)
    assert KNOWN.is_workday(forward)
    assert KNOWN.is_workday(back)
    assert KNOWN.workdays_between(day - timedelta(days=1), forward) == 1
    assert (forward == day) == (back == day) == KNOWN.is_workday(day)


@pytest.mark.parametrize("count", [KNOWN.add, KNOWN.subtract])
def test_days_are_not_counted_in_negative_numbers(count) -> None:  # type: ignore[no-untyped-def]  # two shapes
    with pytest.raises(ValueError, match="working days"):
        count(date(2026, 4, 1), -1)
