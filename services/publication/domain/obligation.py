"""A duty to make something public: raised from a catalogue item in force, met, fallen overdue, or moved.

It is raised once and met once; falling overdue is recorded once for each due day, and a moved day keeps the
old one in history (PUB-01, PUB-33). The days themselves come from ``domain/schedule.py``; what interrupts or ends it
is in ``suspension``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

from services.publication.domain.duty import Obligation, evolve, names, standing
from services.publication.domain.schedule import ItemInForce, Planned, Reckoned
from services.publication.domain.suspension import (
    EndObligation,
    MarkOverdue,
    Resume,
    Suspend,
    end,
    mark_overdue,
    resume,
    suspend,
)
from services.publication.events import (
    Duty,
    NoChangeAttested,
    ObligationDueMoved,
    ObligationEvent,
    ObligationFulfilled,
    ObligationRaised,
)
from shared.decider import Decider, Refused
from shared.workdays import Calendar

ATTESTABLE = (Duty.FINE_TUNE, Duty.EXISTENCE_CHECK)


@dataclass(frozen=True)
class RaiseObligation:
    item: ItemInForce
    planned: Planned


@dataclass(frozen=True)
class MoveDue:
    """``today``: a move makes nothing late that was not; None: whenever that is."""

    reckoned: Reckoned
    reason: str
    today: date | None = None


@dataclass(frozen=True)
class AttestNoChange:
    """``shown`` is the disclosure that an existence check looked at, empty if nothing of the item is shown."""

    by: str
    on: date
    calendar: Calendar
    shown: str = ""


@dataclass(frozen=True)
class Fulfil:
    """``at`` is the instant, for duties of hours."""

    disclosure: str
    version: int
    on: date
    calendar: Calendar
    at: datetime | None = None


Standing = RaiseObligation | MoveDue | AttestNoChange | Fulfil
Interrupting = MarkOverdue | Suspend | Resume | EndObligation
ObligationCommand = Standing | Interrupting


def obligation_id(item: ItemInForce, planned: Planned) -> str:
    return f"{item.item}/{planned.duty}/{planned.key or planned.period}"


def decide(obligation: Obligation, command: ObligationCommand) -> list[ObligationEvent]:
    match command:
        case RaiseObligation():
            return raise_obligation(obligation, command)
        case MoveDue():
            return move_due(obligation, command)
        case AttestNoChange():
            return attest_no_change(obligation, command)
        case Fulfil():
            return fulfil(obligation, command)
        case MarkOverdue() | Suspend() | Resume() | EndObligation():
            return interrupt(obligation, command)
        case _:
            assert_never(command)


def interrupt(obligation: Obligation, command: Interrupting) -> list[ObligationEvent]:
    match command:
        case MarkOverdue():
            return mark_overdue(obligation, command)
        case Suspend():
            return suspend(obligation, command)
        case Resume():
            return resume(obligation, command)
        case EndObligation():
            return end(obligation, command)
        case _:
            assert_never(command)


def raise_obligation(obligation: Obligation, command: RaiseObligation) -> list[ObligationEvent]:
    """Once (PUB-01); one that ended with its item is raised anew if the item comes back."""
    if obligation.raised and not (obligation.stage == "ended" and command.planned.raised_from >= obligation.ended_on):
        return []
    item, planned = command.item, command.planned
    reckoned = planned.reckoned
    own = {name: getattr(planned, name) for name in ("duty", "period", "trigger", "matter", "milestone", "cause")}
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
            due=reckoned.due,
            parameter=reckoned.parameter,
            provisional=reckoned.provisional,
            calendars=reckoned.calendars,
            reckoning=reckoned.days,
            limit_hours=planned.limit_hours,
            due_at=reckoned.due_at,
            **own,
        )
    ]


def move_due(obligation: Obligation, command: MoveDue) -> list[ObligationEvent]:
    """A new calendar, parameter or limit moves what is open; a met duty was met on the day it had then.

    A provisional day that turns out as reckoned is recorded too, as no longer provisional. No move makes a duty late:
    a day that would lie in the past stays where it was (A-19).
    """
    new = command.reckoned
    if obligation.stage != "open" or (obligation.due, obligation.provisional) == (new.due, new.provisional):
        return []
    if command.today and new.due < min(obligation.due, command.today):
        return []
    return [
        ObligationDueMoved(
            **names(obligation),
            was=obligation.due,
            due=command.reckoned.due,
            reason=command.reason,
            provisional=command.reckoned.provisional,
            calendars=command.reckoned.calendars,
            reckoning=command.reckoned.days,
        )
    ]


def attest_no_change(obligation: Obligation, command: AttestNoChange) -> list[ObligationEvent]:
    """A fine-tune (PUB-25) or an existence check (PUB-22) may find nothing to change; nothing else may (A-06)."""
    raised = standing(obligation)
    if raised.duty not in ATTESTABLE:
        detail = "Only a monthly fine-tune or a yearly look may be met by attesting no change."
        raise Refused("STEP_OUT_OF_ORDER", detail)
    if obligation.stage not in ("open", "suspended"):
        raise Refused("STEP_OUT_OF_ORDER", "This duty has been met already, or is owed no more.")
    if command.on < raised.trigger:
        detail = "Of a month that has not begun nobody knows that nothing changed."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted=f"from {raised.trigger} on")
    if not command.shown:
        detail = "Nothing of this item is shown that could be looked at."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="a disclosure for this duty")
    attested = NoChangeAttested(**names(obligation), by=command.by, on=command.on, disclosure=command.shown)
    return [attested, _fulfilled(obligation, Fulfil("", 0, command.on, command.calendar))]


def fulfil(obligation: Obligation, command: Fulfil) -> list[ObligationEvent]:
    """Once, by the first disclosure shown inside for it; what is shown though it was withheld meets it too."""
    if obligation.stage not in ("open", "suspended"):
        return []
    return [_fulfilled(obligation, command)]


def _fulfilled(obligation: Obligation, command: Fulfil) -> ObligationFulfilled:
    late = obligation.late_workdays(command.on, command.calendar, command.at)
    said = {name: getattr(command, name) for name in ("disclosure", "version", "on")}
    return ObligationFulfilled(**names(obligation), **said, due=obligation.due, late_workdays=late)


OBLIGATION: Decider[Obligation, ObligationCommand, ObligationEvent] = Decider(
    "obligation", Obligation(), decide, evolve
)
