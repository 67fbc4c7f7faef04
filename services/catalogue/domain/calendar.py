"""A year's holidays and make-up workdays are published as the notice says, and again when it is corrected.

Calendars are data with a version and a source; nothing computes them (requirements 3.7).
"""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from services.catalogue.events import CalendarPublished
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class PublishCalendar:
    year: int
    source: str
    holidays: frozenset[date]
    make_up_workdays: frozenset[date]


@dataclass(frozen=True)
class Calendar:
    latest: CalendarPublished | None = None


def decide(calendar: Calendar, command: PublishCalendar) -> list[CalendarPublished]:
    _must_be_sound(command)
    published = CalendarPublished(
        year=command.year,
        version=calendar.latest.version + 1 if calendar.latest else 1,
        source=command.source,
        holidays=tuple(sorted(command.holidays)),
        make_up_workdays=tuple(sorted(command.make_up_workdays)),
    )
    if calendar.latest and calendar.latest == published.model_copy(update={"version": calendar.latest.version}):
        return []
    return [published]


def _must_be_sound(command: PublishCalendar) -> None:
    if not command.source.strip():
        raise Refused("MISSING_FIELD", "A calendar names the notice it follows.", pointer="/source")
    strangers = [day for day in command.holidays | command.make_up_workdays if day.year != command.year]
    if strangers:
        raise Refused("WRONG_DATE", f"{min(strangers)} is not a day of {command.year}.", pointer="/holidays")
    both = command.holidays & command.make_up_workdays
    if both:
        raise Refused("WRONG_DATE", f"{min(both)} cannot be both.", pointer="/make_up_workdays")


def evolve(_: Calendar, event: CalendarPublished) -> Calendar:
    match event:
        case CalendarPublished():
            return Calendar(event)
        case _:
            assert_never(event)


CALENDAR: Decider[Calendar, PublishCalendar, CalendarPublished] = Decider("calendar", Calendar(), decide, evolve)
