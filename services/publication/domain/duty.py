"""What a duty is at a moment: open, suspended while its item is withheld, met, or ended with its item.

A day is late after :attr:`Obligation.late_from`: the due day, or the last day of a withholding that outlasted it.
Its rules are in ``obligation`` and ``suspension``.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, assert_never

from services.publication.events import (
    NoChangeAttested,
    ObligationDueMoved,
    ObligationEnded,
    ObligationEvent,
    ObligationFact,
    ObligationFellOverdue,
    ObligationFulfilled,
    ObligationRaised,
    ObligationResumed,
    ObligationSuspended,
)
from shared.decider import Refused
from shared.workdays import Calendar


@dataclass(frozen=True)
class Obligation:
    """``late_before`` are the working days it was late before it was suspended; they stay."""

    stage: Literal["unknown", "open", "suspended", "fulfilled", "ended"] = "unknown"
    raised: ObligationRaised | None = None
    due: date = date.max
    provisional: bool = False
    overdue: bool = False
    excused_until: date = date.min
    late_before: int = 0
    withholding: str = ""
    withheld_until: date | None = None
    ended_on: date = date.max
    met_by: str = ""  # the disclosure that met it; none where no change was attested

    @property
    def late_from(self) -> date:
        return max(self.due, self.excused_until)

    @property
    def due_at(self) -> datetime | None:
        """The instant, for a duty of hours that was never suspended."""
        return self.raised.due_at if self.raised and self.excused_until == date.min else None

    def late_workdays(self, on: date, calendar: Calendar, at: datetime | None = None) -> int:
        """Working days late by a day; where hours count, any delay is one at least (PUB-33)."""
        if self.stage == "suspended":
            return self.late_before
        late = self.late_before + calendar.workdays_between(self.late_from, on)
        missed_by_hours = self.due_at is not None and at is not None and at > self.due_at
        return max(late, 1) if missed_by_hours else late


def standing(obligation: Obligation) -> ObligationRaised:
    if obligation.raised is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    return obligation.raised


def names(obligation: Obligation) -> dict[str, str]:
    raised = standing(obligation)
    return {name: getattr(raised, name) for name in ObligationFact.model_fields}


def evolve(obligation: Obligation, event: ObligationEvent) -> Obligation:
    match event:
        case ObligationRaised():
            return Obligation("open", event, event.due, event.provisional)
        case ObligationDueMoved():
            still = obligation.overdue and event.due == obligation.due
            return replace(obligation, due=event.due, provisional=event.provisional, overdue=still)
        case ObligationFellOverdue():
            return replace(obligation, overdue=True)
        case NoChangeAttested():
            return obligation
        case ObligationFulfilled():
            return replace(obligation, stage="fulfilled", met_by=event.disclosure)
        case ObligationSuspended() | ObligationResumed():
            return _interrupted(obligation, event)
        case ObligationEnded():
            return replace(obligation, stage="ended", ended_on=event.on)
        case _:
            assert_never(event)


def _interrupted(obligation: Obligation, event: ObligationSuspended | ObligationResumed) -> Obligation:
    if isinstance(event, ObligationResumed):
        free = replace(obligation, stage="open", withholding="", withheld_until=None)
        return replace(free, excused_until=event.late_from, overdue=False)
    return replace(
        obligation,
        stage="suspended",
        withholding=event.withholding,
        withheld_until=event.until,
        late_before=event.late_workdays,
    )
