"""A due day by what the register knows: the town's parameter on the first day, and the calendar as known now (3.7)."""

from datetime import date

from shared.clock import at
from shared.due_days import DueDay
from shared.identity.register import Register


def due_day(register: Register, town: str, parameter: str, start: date) -> DueDay:
    """So many working days after ``start``, which is day 0."""
    workdays = register.parameter(town, parameter, at(start))
    return DueDay.of(register.calendar().add(start, workdays), parameter)
