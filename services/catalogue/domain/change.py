"""A catalogue in force changes in four steps, in this order, each by another person (CAT-16 to CAT-19, A-21).

Requested and approved; audited by the town; filed with the county; announced inside and then outside. Only the last
makes it bind. Audit's decisions and publication's releases come in as commands. Start at :func:`decide`; what is asked
of the items is in ``domain/change_lines.py``.
"""

from datetime import date, timedelta
from typing import assert_never

from services.catalogue.domain.change_commands import (
    ApproveChange,
    ChangeCommand,
    HearAudit,
    HearReceipt,
    HearRelease,
    MarkAnnouncementOverdue,
    MoveAnnouncement,
    RefuseChange,
    RequestChange,
)
from services.catalogue.domain.change_lines import lines_of, unit_of
from services.catalogue.domain.change_state import Change, evolve
from services.catalogue.domain.item import must_say_nothing_personal
from services.catalogue.events import (
    AnnouncementDueMoved,
    AnnouncementFellOverdue,
    ChangeAnnounced,
    ChangeApproved,
    ChangeEvent,
    ChangeFact,
    ChangeFiled,
    ChangePassedAudit,
    ChangeRefused,
    ChangeRequested,
    ChangeReturned,
    ChangeShown,
    ItemAnnounced,
    ItemChange,
)
from shared.decider import Decider, Refused


def decide(change: Change, command: ChangeCommand) -> list[ChangeEvent]:
    match command:
        case RequestChange():
            return request_change(change, command)
        case ApproveChange():
            return approve_change(change, command)
        case RefuseChange():
            return refuse_change(change, command)
        case HearAudit():
            return hear_audit(change, command)
        case HearReceipt():
            return hear_receipt(change, command)
        case HearRelease():
            return hear_release(change, command)
        case MoveAnnouncement():
            return move_announcement(change, command)
        case MarkAnnouncementOverdue():
            return mark_announcement_overdue(change, command)
        case _:
            assert_never(command)


def request_change(change: Change, command: RequestChange) -> list[ChangeEvent]:  # CAT-16
    if change.stage not in ("unknown", "returned"):
        raise _out_of_order(change, "a request of its own")
    _must_say_why(command)
    lines = lines_of(command.drafts, command.basis)
    unit = unit_of(lines, command.basis.in_charge)
    if command.acting_unit not in (command.basis.organisation, unit):
        raise Refused("NOT_YOUR_REMIT", f"{unit} is in charge of these items, not {command.acting_unit}.")
    return [
        ChangeRequested(
            change=command.change,
            town=command.town,
            organisation=command.basis.organisation,
            round=change.requested.round + 1 if change.requested else 1,
            base_version=command.basis.base_version,
            lines=lines,
            reason=command.reason.strip(),
            unit=unit,
            on_behalf_of=command.on_behalf_of,
            requested_by=command.by,
            on=command.on,
        )
    ]


def approve_change(change: Change, command: ApproveChange) -> list[ChangeEvent]:  # CAT-16, A-02
    request = change.request
    _must_be_another(change, command.by)
    if command.by in change.askers:  # an earlier round counts, too
        raise Refused("SELF_APPROVAL", "Nobody decides on their own request.", accepted="another person")
    _must_be_in_charge(command.unit, command.in_charge)
    if change.stage != "requested":
        raise _out_of_order(change, "a request that waits for its approval")
    return [
        ChangeApproved(
            **_of(change),
            round=request.round,
            lines=request.lines,
            reason=request.reason,
            unit=command.unit,
            on_behalf_of=request.on_behalf_of,
            requested_by=request.requested_by,
            approved_by=command.by,
            earlier=change.earlier,
            on=command.on,
        )
    ]


def refuse_change(change: Change, command: RefuseChange) -> list[ChangeEvent]:
    _must_be_in_charge(command.unit, command.in_charge)
    if change.stage not in ("requested", "returned"):
        raise _out_of_order(change, "a request that waits for its approval")
    _must_say_why(command)
    if command.by in (change.request.requested_by, *change.askers):
        raise Refused("SELF_APPROVAL", "Nobody decides on their own request.", accepted="another person")
    reason = command.reason.strip()
    return [ChangeRefused(**_of(change), reason=reason, unit=command.unit, refused_by=command.by, on=command.on)]


def hear_audit(change: Change, command: HearAudit) -> list[ChangeEvent]:  # CAT-17
    if command.round < change.request.round or change.stage not in ("approved", "requested"):
        return []
    if change.stage == "requested":
        raise _out_of_order(change, "the approval first")
    _must_be_another(change, command.by)
    if not command.passed:
        reason = command.reason.strip()
        return [ChangeReturned(**_of(change), reason=reason, returned_by=command.by, on=command.on)]
    return [ChangePassedAudit(**_of(change), audited_by=command.by, on=command.on)]


def hear_receipt(change: Change, command: HearReceipt) -> list[ChangeEvent]:  # CAT-18, A-04
    """Once: a number that comes after the filing was deemed received stays in audit's register."""
    if change.stage in ("filed", "announced"):
        return []
    request = change.request
    if change.stage != "audited":
        raise _out_of_order(change, "the town's audit first")
    _must_be_another(change, command.by)
    return [
        ChangeFiled(
            **_of(change),
            lines=request.lines,
            reason=request.reason,
            filing=command.filing,
            number=command.number,
            deemed=command.deemed,
            received_by=command.by,
            persons=tuple(dict.fromkeys(filter(None, (*change.persons.values(), command.by, *change.earlier)))),
            announce=command.announce,
            on=command.on,
        )
    ]


def hear_release(change: Change, command: HearRelease) -> list[ChangeEvent]:  # CAT-19, A-20
    """Each item on each of its sides; with the last of them the change binds."""
    request, filed = change.request, change.filed
    if filed is None:
        raise Refused("FILING_REQUIRED", "It is announced only after the county's receipt.")
    known = {(shown.item, shown.side) for shown in change.shown}
    owed = {(line.item, side) for line in request.lines for side in line.sides}
    if change.stage == "announced" or (command.item, command.side) not in owed - known:
        return []
    _must_be_another(change, command.by)
    shown = ChangeShown(
        **_of(change),
        item=command.item,
        disclosure=command.disclosure,
        side=command.side,
        released_by=command.by,
        post=command.post,
        on=command.on,
    )
    if owed - known != {(command.item, command.side)}:
        return [shown]
    return [shown, _announced(change, filed, (*change.shown, shown), command.on)]


def _announced(change: Change, filed: ChangeFiled, shown: tuple[ChangeShown, ...], on: date) -> ChangeAnnounced:
    return ChangeAnnounced(
        **_of(change),
        lines=change.request.lines,
        reason=change.request.reason,
        filing=filed.filing,
        number=filed.number,
        disclosures=tuple(dict.fromkeys(one.disclosure for one in shown)),
        items=tuple(_item_announced(line, change.request.reason, shown) for line in change.request.lines),
        approved_by=change.persons["approved"],
        announced_by=tuple(dict.fromkeys(one.released_by for one in shown)),
        on=on,
    )


def _item_announced(line: ItemChange, reason: str, shown: tuple[ChangeShown, ...]) -> ItemAnnounced:
    """What is said of one item afterwards: its own reason, and where it was announced (A-19)."""
    disclosures = tuple(dict.fromkeys(one.disclosure for one in shown if one.item == line.item))
    return ItemAnnounced(item=line.item, reason=line.reason or reason, disclosures=disclosures)


def move_announcement(change: Change, command: MoveAnnouncement) -> list[ChangeEvent]:
    if change.stage != "filed" or change.announce is None or not change.announce.differs(command.announce):
        return []
    return [AnnouncementDueMoved(**_of(change), was=change.announce.due, announce=command.announce)]


def mark_announcement_overdue(change: Change, command: MarkAnnouncementOverdue) -> list[ChangeEvent]:
    announce = change.announce
    if change.stage != "filed" or announce is None or change.overdue or command.today <= announce.due:
        return []
    return [AnnouncementFellOverdue(**_of(change), due=announce.due, from_day=announce.due + timedelta(days=1))]


def _of(change: Change) -> dict[str, str]:
    return {name: getattr(change.request, name) for name in ChangeFact.model_fields}


def _out_of_order(change: Change, accepted: str) -> Refused:
    return Refused("STEP_OUT_OF_ORDER", f"The change is {change.stage}.", accepted, facts={"stage": change.stage})


def _must_say_why(command: RequestChange | RefuseChange) -> None:
    """Everyone reads it to whom the change is announced (CAT-19, PUB-31)."""
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "A change is explained.", accepted="a reason", pointer="/reason")
    must_say_nothing_personal(command, ("reason",))


def _must_be_another(change: Change, person: str) -> None:
    """Nobody takes two of the steps (A-21); nobody at all takes one that is deemed done."""
    if person and person in change.persons.values():
        raise Refused("SELF_APPROVAL", "This person has taken an earlier step.", accepted="another person")


def _must_be_in_charge(unit: str, in_charge: str) -> None:
    if unit != in_charge:
        raise Refused("NOT_YOUR_REMIT", f"{in_charge} is in charge of these items, not {unit}.")


CHANGE: Decider[Change, ChangeCommand, ChangeEvent] = Decider("change", Change(), decide, evolve)
