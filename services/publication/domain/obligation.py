"""A duty to make something public: raised from a catalogue item in force, met, fallen overdue, or moved.

It is raised once and met once; falling overdue is recorded once for each due day, and a moved day keeps the
old one in history (PUB-01, PUB-33). The days themselves come from ``domain/schedule.py``.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, assert_never

from services.publication.domain.schedule import ItemInForce, Planned, Reckoned
from services.publication.events import (
    Duty,
    NoChangeAttested,
    ObligationDueMoved,
    ObligationEvent,
    ObligationFact,
    ObligationFellOverdue,
    ObligationFulfilled,
    ObligationRaised,
)
from shared.decider import Decider, Refused
from shared.workdays import Calendar


@dataclass(frozen=True)
class Obligation:
    stage: Literal["unknown", "open", "fulfilled"] = "unknown"
    raised: ObligationRaised | None = None
    due: date = date.max
    provisional: bool = False
    overdue: bool = False


@dataclass(frozen=True)
class RaiseObligation:
    item: ItemInForce
    planned: Planned


@dataclass(frozen=True)
class MoveDue:
    reckoned: Reckoned
    reason: str


@dataclass(frozen=True)
class MarkOverdue:
    today: date


@dataclass(frozen=True)
class AttestNoChange:
    by: str
    on: date
    calendar: Calendar


@dataclass(frozen=True)
class Fulfil:
    disclosure: str
    version: int
    on: date
    calendar: Calendar


ObligationCommand = RaiseObligation | MoveDue | MarkOverdue | AttestNoChange | Fulfil


def obligation_id(item: ItemInForce, planned: Planned) -> str:
    return f"{item.item}/{planned.duty}/{planned.period}"


def decide(obligation: Obligation, command: ObligationCommand) -> list[ObligationEvent]:
    match command:
        case RaiseObligation():
            return raise_obligation(obligation, command)
        case MoveDue():
            return move_due(obligation, command)
        case MarkOverdue():
            return mark_overdue(obligation, command)
        case AttestNoChange():
            return attest_no_change(obligation, command)
        case Fulfil():
            return fulfil(obligation, command)
        case _:
            assert_never(command)


def raise_obligation(obligation: Obligation, command: RaiseObligation) -> list[ObligationEvent]:
    if obligation.raised:
        return []
    item, planned = command.item, command.planned
    return [
        ObligationRaised(
            obligation=obligation_id(item, planned),
            town=item.town,
            organisation=item.organisation,
            item=item.item,
            sub_item=item.sub_item,
            title=item.title,
            title_en=item.title_en,
            kind=item.kind,
            duty=planned.duty,
            period=planned.period,
            trigger=planned.trigger,
            due=planned.reckoned.due,
            parameter=planned.reckoned.parameter,
            provisional=planned.reckoned.provisional,
            calendars=planned.reckoned.calendars,
            reckoning=planned.reckoned.days,
        )
    ]


def move_due(obligation: Obligation, command: MoveDue) -> list[ObligationEvent]:
    """A new calendar or parameter moves what is open; a met duty was met on the day it had then.

    A provisional day that turns out as reckoned is recorded too, as no longer provisional.
    """
    new = command.reckoned
    if obligation.stage != "open" or (obligation.due, obligation.provisional) == (new.due, new.provisional):
        return []
    return [
        ObligationDueMoved(
            **_names(obligation),
            was=obligation.due,
            due=command.reckoned.due,
            reason=command.reason,
            provisional=command.reckoned.provisional,
            calendars=command.reckoned.calendars,
            reckoning=command.reckoned.days,
        )
    ]


def mark_overdue(obligation: Obligation, command: MarkOverdue) -> list[ObligationEvent]:
    if obligation.stage != "open" or obligation.overdue or command.today <= obligation.due:
        return []
    from_day = obligation.due + timedelta(days=1)
    return [ObligationFellOverdue(**_names(obligation), due=obligation.due, from_day=from_day)]


def attest_no_change(obligation: Obligation, command: AttestNoChange) -> list[ObligationEvent]:
    """Only a fine-tune may find nothing to change; a replacement is owed whatever happened (A-06)."""
    raised = _standing(obligation)
    if raised.duty != Duty.FINE_TUNE:
        raise Refused("STEP_OUT_OF_ORDER", "Only a monthly fine-tune may be met by attesting no change.")
    if obligation.stage == "fulfilled":
        raise Refused("STEP_OUT_OF_ORDER", "This duty has been met already.")
    if command.on < raised.trigger:
        detail = "Of a month that has not begun nobody knows that nothing changed."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted=f"from {raised.trigger} on")
    attested = NoChangeAttested(**_names(obligation), by=command.by, on=command.on)
    return [attested, _fulfilled(obligation, "", 0, command.on, command.calendar)]


def fulfil(obligation: Obligation, command: Fulfil) -> list[ObligationEvent]:
    if obligation.stage != "open":
        return []
    return [_fulfilled(obligation, command.disclosure, command.version, command.on, command.calendar)]


def _fulfilled(
    obligation: Obligation, disclosure: str, version: int, on: date, calendar: Calendar
) -> ObligationFulfilled:
    late = calendar.workdays_between(obligation.due, on)
    names = _names(obligation)
    return ObligationFulfilled(
        **names, disclosure=disclosure, version=version, due=obligation.due, on=on, late_workdays=late
    )


def _standing(obligation: Obligation) -> ObligationRaised:
    if obligation.raised is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    return obligation.raised


def _names(obligation: Obligation) -> dict[str, str]:
    raised = _standing(obligation)
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
            return replace(obligation, stage="fulfilled")
        case _:
            assert_never(event)


OBLIGATION: Decider[Obligation, ObligationCommand, ObligationEvent] = Decider(
    "obligation", Obligation(), decide, evolve
)
