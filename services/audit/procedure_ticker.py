"""What falls due of appraisals: a year that ended with too few, results that were not published; each told once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from services.audit.domain.appraisal import APPRAISAL, MoveResultsDue, NoticeOverdue, Place
from services.audit.views.appraisals import Appraisals, Row
from shared.clock import at, business_day
from shared.due_days import DueDay
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Ticker


def appraisals_moved(appraisals: Appraisals, register: Register) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        calendar = register.calendar()
        for row in appraisals.scheduled():
            if row["published_on"] is None and not row["cancelled"]:
                was = DueDay.model_validate(row["results_due"])
                new = was.again(calendar, register.parameter(row["town"], "P-19.results", now))
                if new.differs(was):
                    place = Place(row["organisation"], row["town"], row["year"])
                    key = f"moved/{place.identity}/{row['number']}/{new.due}/{new.provisional}/{was.due}"
                    command = MoveResultsDue(place, row["number"], new)
                    yield Do(APPRAISAL, place.identity, command, key=key, town=place.town)

    return Ticker("appraisal-results-moved", due)


def appraisals_overdue(appraisals: Appraisals, register: Register) -> Ticker:
    """Looks through the years that are over, and through results whose day is."""

    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        yield from _late_results(appraisals, today)
        rounds, noticed = _by_year(appraisals.scheduled()), appraisals.noticed()
        for owing in appraisals.owed():
            for year in range(owing["from_year"], today.year):
                place = Place(owing["organisation"], owing["town"], year)
                required = register.parameter(place.town, "P-19", at(date(year, 12, 31)))
                held = sum(not row["cancelled"] for row in rounds[place.organisation, year])
                if held < required and (place.organisation, year) not in noticed:
                    key = f"year-overdue/{place.identity}"
                    command = NoticeOverdue(place, required, today)
                    yield Do(APPRAISAL, place.identity, command, key=key, town=place.town)

    return Ticker("appraisals-overdue", due)


def _late_results(appraisals: Appraisals, today: date) -> Iterable[Do]:
    for row in appraisals.scheduled():
        waiting = row["published_on"] is None and not row["cancelled"] and row["overdue_from"] is None
        if waiting and row["due_on"] < today:
            place = Place(row["organisation"], row["town"], row["year"])
            key = f"results-overdue/{place.identity}/{row['number']}/{row['due_on']}"
            yield Do(APPRAISAL, place.identity, NoticeOverdue(place, 0, today), key=key, town=place.town)


def _by_year(rows: Iterable[Row]) -> dict[tuple[str, int], list[Row]]:
    found: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["organisation"], row["year"]].append(row)
    return found
