"""The town leading group audits an approved change, within P-18, or returns it with the reason (CAT-17).

Whoever asked for the change or approved it does not audit it; where the town says so, nobody of the approving unit
does (A-21). Start at :func:`decide`.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, assert_never

from services.audit.events import (
    CaseDueMoved,
    CaseEvent,
    CaseFact,
    CaseFellOverdue,
    CaseLine,
    CaseOpened,
    ChangeAudited,
    ChangeAuditReturned,
)
from shared.decider import Decider, Refused
from shared.due_days import DueDay


@dataclass(frozen=True)
class OpenCase:
    change: str
    town: str
    organisation: str
    round: int
    lines: tuple[CaseLine, ...]
    reason: str
    unit: str
    requested_by: str
    approved_by: str
    due: DueDay
    on: date
    earlier: tuple[str, ...] = ()  # who asked for it or approved it in an earlier round


@dataclass(frozen=True)
class AuditChange:
    """``units`` are those in which the auditor holds a post; ``other_unit`` the town's switch (A-21)."""

    note: str
    by: str
    units: tuple[str, ...]
    other_unit: bool
    on: date


@dataclass(frozen=True)
class ReturnChange:
    reason: str
    by: str
    units: tuple[str, ...]
    other_unit: bool
    on: date


@dataclass(frozen=True)
class MoveCaseDue:
    due: DueDay


@dataclass(frozen=True)
class MarkCaseOverdue:
    today: date


CaseCommand = OpenCase | AuditChange | ReturnChange | MoveCaseDue | MarkCaseOverdue


@dataclass(frozen=True)
class Case:
    stage: Literal["unknown", "open", "audited", "returned"] = "unknown"
    opened: CaseOpened | None = None
    due: DueDay | None = None
    overdue: bool = False
    auditor: str = ""

    @property
    def opening(self) -> CaseOpened:
        if self.opened is None:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return self.opened


def decide(case: Case, command: CaseCommand) -> list[CaseEvent]:
    match command:
        case OpenCase():
            return open_case(case, command)
        case AuditChange():
            return audit_change(case, command)
        case ReturnChange():
            return return_change(case, command)
        case MoveCaseDue():
            return move_due(case, command)
        case MarkCaseOverdue():
            return mark_overdue(case, command)
        case _:
            assert_never(command)


def open_case(case: Case, command: OpenCase) -> list[CaseEvent]:
    """With the approval; a returned change comes again in the next round."""
    if case.opened is not None and (command.round <= case.opened.round or case.stage != "returned"):
        return []
    return [CaseOpened(**{name: getattr(command, name) for name in command.__dataclass_fields__})]


def audit_change(case: Case, command: AuditChange) -> list[CaseEvent]:  # CAT-17
    _must_be_open_to(case, command)
    return [ChangeAudited(**_of(case), note=command.note.strip(), by=command.by, on=command.on)]


def return_change(case: Case, command: ReturnChange) -> list[CaseEvent]:
    _must_be_open_to(case, command)
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "Why is it returned?", accepted="a reason", pointer="/reason")
    return [ChangeAuditReturned(**_of(case), reason=command.reason.strip(), by=command.by, on=command.on)]


def _must_be_open_to(case: Case, command: AuditChange | ReturnChange) -> None:
    """What a person may never do comes before what is merely not yet, or no longer, their turn."""
    opened = case.opening
    if command.by in (opened.requested_by, opened.approved_by, *opened.earlier):
        raise Refused("SELF_APPROVAL", "Who asked for or approved it does not audit it.", "another person")
    if command.other_unit and opened.unit in command.units:
        detail = "The town has its audits done outside the approving unit."
        raise Refused("NOT_YOUR_REMIT", detail, accepted=f"a person not of {opened.unit}")
    if case.stage != "open":
        facts = {"stage": case.stage}
        raise Refused("STEP_OUT_OF_ORDER", f"The change is {case.stage}.", "a change to be audited", facts=facts)


def move_due(case: Case, command: MoveCaseDue) -> list[CaseEvent]:
    if case.stage != "open" or case.due is None or not case.due.differs(command.due):
        return []
    return [CaseDueMoved(**_of(case), was=case.due.due, due=command.due)]


def mark_overdue(case: Case, command: MarkCaseOverdue) -> list[CaseEvent]:
    if case.stage != "open" or case.due is None or case.overdue or command.today <= case.due.due:
        return []
    return [CaseFellOverdue(**_of(case), due=case.due.due, from_day=case.due.due + timedelta(days=1))]


def _of(case: Case) -> dict[str, str | int]:
    return {name: getattr(case.opening, name) for name in CaseFact.model_fields}


def evolve(case: Case, event: CaseEvent) -> Case:
    match event:
        case CaseOpened():
            return Case("open", event, event.due)
        case ChangeAudited():
            return replace(case, stage="audited", auditor=event.by)
        case ChangeAuditReturned():
            return replace(case, stage="returned", auditor=event.by)
        case CaseDueMoved():
            return replace(case, due=event.due, overdue=case.overdue and event.due.due == event.was)
        case CaseFellOverdue():
            return replace(case, overdue=True)
        case _:
            assert_never(event)


CASE: Decider[Case, CaseCommand, CaseEvent] = Decider("case", Case(), decide, evolve)
