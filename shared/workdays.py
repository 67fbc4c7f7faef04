"""Working days: due dates reckoned day by day over public holidays and make-up workdays (调休).

The day of receipt is day 0. Calendars are data with a version and a source; in a year without one, Monday
to Friday count and whatever was reckoned through it is provisional (requirements 3.7). Start at
:meth:`Calendar.add`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, Self

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class DayKind(StrEnum):
    RECEIPT = "receipt-day"
    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make-up"


@dataclass(frozen=True, slots=True)
class DayCount:
    """One row of a reckoning: ``count`` is how many working days have been counted by the end of the day."""

    day: date
    kind: DayKind
    count: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How a due date came about, day by day, and under which calendars (``2026/1``: year and version).

    ``provisional``: some day of it lies in a year whose notice is not out yet.
    """

    start: date
    workdays: int
    due: date
    days: tuple[DayCount, ...]
    provisional: bool
    calendar_versions: tuple[str, ...]


class Published(Protocol):
    """What a calendar is made from: catalogue's ``CalendarPublished``, or a :class:`CalendarYear`."""

    @property
    def year(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def holidays(self) -> Iterable[date]: ...
    @property
    def make_up_workdays(self) -> Iterable[date]: ...


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One State Council notice. It may also name days at the edges of the neighbouring years."""

    year: int
    version: int
    source: str
    holidays: frozenset[date]
    make_up_workdays: frozenset[date]

    def __post_init__(self) -> None:
        if both := self.holidays & self.make_up_workdays:
            raise ValueError(f"both holiday and workday: {', '.join(map(str, sorted(both)))}")

    @classmethod
    def of(cls, notice: Published) -> Self:
        holidays, make_up = frozenset(notice.holidays), frozenset(notice.make_up_workdays)
        return cls(notice.year, notice.version, notice.source, holidays, make_up)


@dataclass(frozen=True)
class Calendar:
    """All years known at some moment; of each, the latest version."""

    years: Mapping[int, CalendarYear] = field(default_factory=dict)
    holidays: frozenset[date] = field(init=False, repr=False)
    make_up_workdays: frozenset[date] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        known = self.years.values()
        object.__setattr__(self, "holidays", frozenset().union(*(y.holidays for y in known)))
        object.__setattr__(self, "make_up_workdays", frozenset().union(*(y.make_up_workdays for y in known)))

    @classmethod
    def of(cls, published: Iterable[Published]) -> Self:
        """The calendar after these notices, in any order: the highest version of a year holds."""
        latest: dict[int, CalendarYear] = {}
        for notice in published:
            if notice.year not in latest or latest[notice.year].version < notice.version:
                latest[notice.year] = CalendarYear.of(notice)
        return cls(latest)

    def kind(self, day: date) -> DayKind:
        if day in self.holidays:
            return DayKind.HOLIDAY
        if day in self.make_up_workdays:
            return DayKind.MAKE_UP
        return DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKDAY

    def is_workday(self, day: date) -> bool:
        return self.kind(day) in (DayKind.WORKDAY, DayKind.MAKE_UP)

    def knows(self, day: date) -> bool:
        """Whether the notice for the day's year is out."""
        return day.year in self.years

    def add(self, start: date, n: int) -> Reckoning:
        """``n`` working days after ``start``, the day of receipt, which is day 0 whatever its kind."""
        if n < 0:
            raise ValueError("working days are counted forward")
        rows = [DayCount(start, DayKind.RECEIPT, 0)]
        while rows[-1].count < n:
            rows.append(self._next(rows[-1]))
        return self._reckoning(start, n, rows)

    def on_or_after(self, day: date) -> Reckoning:
        """A duty for a fixed day: that day, or the first working day after it, with the days passed over."""
        rows = [DayCount(day, self.kind(day), int(self.is_workday(day)))]
        while not rows[-1].count:
            rows.append(self._next(rows[-1]))
        return self._reckoning(day, 0, rows)

    def roll_forward(self, day: date) -> date:
        """The day itself if it is a working day, else the next that is."""
        return next(d for d in _from(day, ONE_DAY) if self.is_workday(d))

    def roll_back(self, day: date) -> date:
        """The day itself if it is a working day, else the last before it that was."""
        return next(d for d in _from(day, -ONE_DAY) if self.is_workday(d))

    def subtract(self, end: date, n: int) -> date:
        """The latest day that leaves ``n`` working days until ``end``: to give so much notice."""
        if n < 0:
            raise ValueError("working days are counted back")
        day, left = end, n
        while left:
            left -= self.is_workday(day)
            day -= ONE_DAY
        return day

    def workdays_between(self, after: date, until: date) -> int:
        """Working days after the one day, up to and with the other: how late it is if ``after`` was due."""
        return sum(self.is_workday(after + timedelta(days=n)) for n in range(1, (until - after).days + 1))

    def _next(self, row: DayCount) -> DayCount:
        day = row.day + ONE_DAY
        return DayCount(day, self.kind(day), row.count + self.is_workday(day))

    def _reckoning(self, start: date, n: int, rows: list[DayCount]) -> Reckoning:
        touched = sorted({row.day.year for row in rows})
        versions = tuple(f"{y}/{self.years[y].version}" for y in touched if y in self.years)
        provisional = any(y not in self.years for y in touched)
        return Reckoning(start, n, rows[-1].day, tuple(rows), provisional, versions)


def _from(day: date, step: timedelta) -> Iterator[date]:
    while True:
        yield day
        day += step
