"""Days as a procedure counts them: calendar days for opinions (P-15), whole office days for a publicity (P-06, A-26).

Each count can be shown day by day. Start at :func:`calendar_days` and :func:`whole_days`.
"""

from datetime import date, datetime, time, timedelta, timezone

from services.publication.domain.schedule import Reckoned
from services.publication.events.parts import CountedDay
from shared.workdays import Calendar, DayKind

SHANGHAI = timezone(timedelta(hours=8))  # which keeps no summer time
OPENS, CLOSES = time(8, 30), time(17, 30)  # office hours of every town (decision 0043)
ONE_DAY = timedelta(days=1)


def calendar_days(opens: date, days: int, calendar: Calendar) -> tuple[CountedDay, ...]:
    """``opens`` is day 0; the last is the ``days``-th day after it, whatever kind of day it is."""
    start = CountedDay(day=opens, kind=DayKind.RECEIPT, count=0)
    counted = ((opens + n * ONE_DAY, n) for n in range(1, days + 1))
    return (start, *(CountedDay(day=day, kind=calendar.kind(day), count=n) for day, n in counted))


def whole_days(visible_from: datetime, days: int, calendar: Calendar) -> Reckoned:
    """The ``days``-th working day on which what is visible from then on is visible in all office hours (A-26).

    A day counts if it was visible before the office opened; else it is day 0.
    """
    local = visible_from.astimezone(SHANGHAI)
    start = local.date() if local.time() > OPENS else local.date() - ONE_DAY
    reckoning = calendar.add(start, days)
    rows = tuple(CountedDay(day=row.day, kind=row.kind, count=row.count) for row in reckoning.days)
    return Reckoned(reckoning.due, "P-06", reckoning.provisional, reckoning.calendar_versions, rows)


def closing_of(day: date) -> datetime:
    """When the office closes on a day."""
    return datetime.combine(day, CLOSES, SHANGHAI)


def first_whole_day(reckoned: Reckoned) -> date:
    """The first day that counts."""
    return next((row.day for row in reckoned.days if row.count), reckoned.due)
