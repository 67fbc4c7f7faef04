"""A due day as facts carry it: the day, the parameter it was counted by, and every day it was counted over (3.7).

What is open is counted anew with :meth:`DueDay.again` when a calendar or a parameter changes.
"""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict

from shared.workdays import Calendar, Reckoning


class CountedDay(BaseModel):
    """One day of a reckoning: its kind (shared.workdays) and how many working days it makes so far."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    kind: str
    count: int


class DueDay(BaseModel):
    """``days`` begins with the day of receipt, which is day 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due: date
    parameter: str
    provisional: bool = False
    calendars: tuple[str, ...] = ()
    days: tuple[CountedDay, ...] = ()

    @classmethod
    def of(cls, reckoning: Reckoning, parameter: str) -> Self:
        days = tuple(CountedDay(day=d.day, kind=d.kind.value, count=d.count) for d in reckoning.days)
        return cls(
            due=reckoning.due,
            parameter=parameter,
            provisional=reckoning.provisional,
            calendars=reckoning.calendar_versions,
            days=days,
        )

    def again(self, calendar: Calendar, workdays: int) -> Self:
        """From the same day on, with the calendar and the parameter as they are now."""
        return self.of(calendar.add(self.days[0].day, workdays), self.parameter)

    def differs(self, other: "DueDay") -> bool:
        return (self.due, self.provisional) != (other.due, other.provisional)
