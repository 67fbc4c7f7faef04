"""What the catalogue does to a duty that stands: a withholding suspends it (CAT-15), its end resumes it, and an item
that leaves the catalogue ends it (A-19). None of them makes a lateness that was not there, or takes one away.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from services.publication.domain.duty import Obligation, names
from services.publication.events import (
    ObligationEnded,
    ObligationEvent,
    ObligationFellOverdue,
    ObligationResumed,
    ObligationSuspended,
)
from shared.workdays import Calendar

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class MarkOverdue:
    """``past_hours``: the instant of a duty of hours is over, whatever the day."""

    today: date
    past_hours: bool = False


@dataclass(frozen=True)
class Suspend:
    """``on`` is the day of filing, ``until`` the last day of a temporary withholding."""

    withholding: str
    kind: str
    on: date
    until: date | None
    calendar: Calendar


@dataclass(frozen=True)
class Resume:
    """From ``on`` the duty stands again; a withholding that expired ended with its own last day, whenever told."""

    withholding: str
    reason: str
    on: date


@dataclass(frozen=True)
class EndObligation:
    """``on`` is the first day on which the item is in force no more."""

    changes: tuple[str, ...]
    on: date
    calendar: Calendar


def mark_overdue(obligation: Obligation, command: MarkOverdue) -> list[ObligationEvent]:
    """Once for each day from which it is late; a suspended duty is not overdue (PUB-01, SUP-15)."""
    by_hours = command.past_hours and obligation.due_at is not None
    over = command.today > obligation.late_from or by_hours
    if obligation.stage != "open" or obligation.overdue or not over:
        return []
    from_day = obligation.due if obligation.due_at is not None else obligation.late_from + ONE_DAY
    return [ObligationFellOverdue(**names(obligation), due=obligation.due, from_day=from_day)]


def suspend(obligation: Obligation, command: Suspend) -> list[ObligationEvent]:
    """Suspended, not deleted; filed late, the days it was late by then stay (S05, 07-16).

    A further withholding takes the place of the one before.
    """
    if obligation.stage not in ("open", "suspended") or obligation.withholding == command.withholding:
        return []
    overdue = mark_overdue(obligation, MarkOverdue(command.on))
    suspended = ObligationSuspended(
        **names(obligation),
        withholding=command.withholding,
        kind=command.kind,
        on=command.on,
        until=command.until,
        due=obligation.due,
        late_workdays=obligation.late_workdays(command.on, command.calendar),
    )
    return [*overdue, suspended]


def resume(obligation: Obligation, command: Resume) -> list[ObligationEvent]:
    """With the due day it had; what fell due meanwhile is late from the day after the withholding (S05, 10-09)."""
    if obligation.stage != "suspended" or obligation.withholding != command.withholding:
        return []
    until = obligation.withheld_until
    last_day = until if command.reason == "expired" and until else command.on - ONE_DAY
    return [
        ObligationResumed(
            **names(obligation),
            withholding=command.withholding,
            reason=command.reason,
            on=last_day + ONE_DAY,
            due=obligation.due,
            late_from=max(obligation.due, last_day),
        )
    ]


def end(obligation: Obligation, command: EndObligation) -> list[ObligationEvent]:
    """Nothing is owed of an item that is in force no more; what was overdue by then is told as missed (PUB-36)."""
    if obligation.stage not in ("open", "suspended"):
        return []
    eve = command.on - ONE_DAY
    return [
        *mark_overdue(obligation, MarkOverdue(eve)),
        ObligationEnded(
            **names(obligation),
            reason="item-dropped",
            changes=command.changes,
            on=command.on,
            due=obligation.due,
            late_workdays=obligation.late_workdays(eve, command.calendar),
        ),
    ]
