"""HTTP to the working days: each year's notice with its versions, and each day as it counts (requirements 3.7)."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel

from services.catalogue.api.parts import Parts
from shared.decider import Refused
from shared.identity.structure import Notice
from shared.web import Api, Page, Reader
from shared.workdays import CalendarYear

SATURDAY = 5
Kind = Literal["workday", "make-up-workday", "weekend", "holiday"]


class NoticePage(BaseModel):
    """One version of a year; the highest holds, and what was reckoned before it can still be told."""

    year: int
    version: int
    source: str
    recorded_at: datetime
    holidays: list[date]
    make_up_workdays: list[date]


class DayPage(BaseModel):
    day: date
    kind: Kind
    counts: bool


class YearPage(NoticePage):
    days: list[DayPage]


def add(router: Api, parts: Parts) -> None:
    @router.get("/calendars", action="catalogue.read")
    def calendars(reader: Reader) -> Page[NoticePage]:
        """Every version of every year."""
        reader.may()
        pages = [NoticePage(**_head(notice)) for notice in parts.register.structure().notices]
        return reader.page(pages, lambda page: [page.year, page.version])

    @router.get("/calendars/{year}", action="catalogue.read")
    def calendar(
        year: Annotated[int, Path(ge=2000, le=2100)],
        reader: Reader,
        version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    ) -> YearPage:
        """A year day by day, as its latest notice counts it, or an earlier one."""
        reader.may()
        known = [n for n in parts.register.structure().notices if n.year.year == year]
        found = [n for n in known if version in (None, n.year.version)]
        if not found:
            raise Refused("NOT_FOUND", f"No such notice for {year} is recorded.")
        return YearPage(**_head(found[-1]), days=_days(found[-1].year))


def _head(notice: Notice) -> dict[str, object]:
    known = notice.year
    return {
        "year": known.year,
        "version": known.version,
        "source": known.source,
        "recorded_at": notice.recorded_at,
        "holidays": sorted(known.holidays),
        "make_up_workdays": sorted(known.make_up_workdays),
    }


def _days(year: CalendarYear) -> list[DayPage]:
    first, last = date(year.year, 1, 1), date(year.year, 12, 31)
    all_days = (first + timedelta(n) for n in range((last - first).days + 1))
    kinds = ((day, _kind(year, day)) for day in all_days)
    return [DayPage(day=day, kind=kind, counts=kind in ("workday", "make-up-workday")) for day, kind in kinds]


def _kind(year: CalendarYear, day: date) -> Kind:
    if day in year.holidays:
        return "holiday"
    if day in year.make_up_workdays:
        return "make-up-workday"
    return "weekend" if day.weekday() >= SATURDAY else "workday"
