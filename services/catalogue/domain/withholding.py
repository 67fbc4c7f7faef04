"""A matter that is not suitable, or temporarily not, to be made public is filed with the next higher organisation.

The duty is suspended, not deleted (CAT-15): a temporary withholding ends by itself on the day after its last, and is
renewed by filing anew. Ground and citation are named, the content never. Start at :func:`decide`.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, assert_never, get_args

from services.catalogue.events import (
    Ending,
    Item,
    WithholdingEnded,
    WithholdingEvent,
    WithholdingFact,
    WithholdingFiled,
    WithholdingKind,
    WithholdingReceipted,
)
from shared.decider import Decider, Refused
from shared.grounds import GROUNDS


@dataclass(frozen=True)
class FileWithholding:
    """``item`` is the organisation's item in force, or None; ``superior`` the next higher organisation today (A-03).

    ``days_max`` is P-17; ``late_workdays`` after the day on which the item was due.
    """

    withholding: str
    town: str
    organisation: str
    item: Item | None
    kind: str
    ground: str
    citation: str
    until: date | None
    addressed_to: str
    superior: str
    days_max: int
    late_workdays: int
    reviewer: str
    by: str
    on: date


@dataclass(frozen=True)
class WithdrawWithholding:
    on: date


@dataclass(frozen=True)
class ReplaceWithholding:
    """By a new filing for the same item."""

    on: date


@dataclass(frozen=True)
class ExpireWithholding:
    today: date


@dataclass(frozen=True)
class HearWithholdingReceipt:
    number: str
    deemed: bool
    on: date


WithholdingCommand = (
    FileWithholding | WithdrawWithholding | ReplaceWithholding | ExpireWithholding | HearWithholdingReceipt
)


@dataclass(frozen=True)
class Withholding:
    stage: Literal["unknown", "standing", "ended"] = "unknown"
    filed: WithholdingFiled | None = None
    number: str = ""
    receipted: bool = False
    ended_on: date | None = None

    @property
    def filing(self) -> WithholdingFiled:
        if self.filed is None:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return self.filed

    def ended_by(self, day: date) -> date | None:
        """From which day on it no longer stands, as known on a day: by the rule, whether noticed or not (CAT-15)."""
        if self.ended_on is not None:
            return self.ended_on
        until = self.filing.until
        return until + timedelta(days=1) if until is not None and day > until else None


def decide(withholding: Withholding, command: WithholdingCommand) -> list[WithholdingEvent]:
    match command:
        case FileWithholding():
            return file_withholding(withholding, command)
        case WithdrawWithholding():
            return withdraw(withholding, command)
        case ReplaceWithholding():
            return end(withholding, "replaced", command.on) if withholding.stage == "standing" else []
        case ExpireWithholding():
            return expire(withholding, command)
        case HearWithholdingReceipt():
            return hear_receipt(withholding, command)
        case _:
            assert_never(command)


def file_withholding(withholding: Withholding, command: FileWithholding) -> list[WithholdingEvent]:  # CAT-15
    if withholding.filed is not None:
        raise Refused("VERSION_CONFLICT", "Another filing for this item took this number.")
    if command.item is None:
        raise Refused("OFF_CATALOGUE", "The catalogue in force has no such item.", pointer="/sub_item")
    kind = _kind(command)
    must_have_ground(command.ground, command.citation)
    _must_be_reviewed_by_another(command)
    _must_end_in_time(kind, command)
    if command.addressed_to != command.superior:
        raise Refused(
            "WRONG_SUPERIOR",
            f"{command.addressed_to} is not the next higher organisation.",
            accepted=command.superior,
            pointer="/addressed_to",
        )
    return [
        WithholdingFiled(
            withholding=command.withholding,
            town=command.town,
            organisation=command.organisation,
            item=command.item.id,
            sub_item=command.item.sub_item,
            kind=kind,
            ground=command.ground,
            citation=command.citation.strip(),
            until=command.until,
            addressed_to=command.addressed_to,
            late_workdays=command.late_workdays,
            reviewer=command.reviewer,
            filed_by=command.by,
            on=command.on,
        )
    ]


def must_have_ground(ground: str, citation: str) -> None:
    """What is kept from members has a ground of the list and names the rule it rests on (CAT-14, A-11)."""
    if ground not in GROUNDS:
        raise Refused("UNKNOWN_CODE", "A withholding rests on a coded ground.", ", ".join(GROUNDS), "/ground")
    if not citation.strip():
        raise Refused("REASON_REQUIRED", "Which rule does the ground rest on?", "a citation", "/citation")


def _kind(command: FileWithholding) -> WithholdingKind:
    if command.kind == "not-suitable":
        return "not-suitable"
    if command.kind == "temporarily-not":
        return "temporarily-not"
    raise Refused("UNKNOWN_CODE", f"{command.kind!r} is no kind.", ", ".join(get_args(WithholdingKind)), "/kind")


def _must_be_reviewed_by_another(command: FileWithholding) -> None:
    if not command.reviewer:
        raise Refused("MISSING_FIELD", "A ground is confirmed by a secrecy reviewer.", pointer="/reviewer")
    if command.reviewer == command.by:
        raise Refused("SELF_APPROVAL", "Who files it does not review it.", "another person", "/reviewer")


def _must_end_in_time(kind: WithholdingKind, command: FileWithholding) -> None:
    """A temporary one within P-17 days; what is not suitable has no end of its own."""
    if kind == "not-suitable":
        if command.until is not None:
            raise Refused("INVALID", "What is not suitable has no last day.", "no until", "/until")
        return
    if command.until is None:
        raise Refused("MISSING_FIELD", "Until when is it withheld?", pointer="/until")
    last = command.on + timedelta(days=command.days_max)
    if not command.on <= command.until <= last:
        raise Refused(
            "OUT_OF_RANGE",
            f"A temporary withholding lasts {command.days_max} days at most, until filed anew.",
            accepted=f"{command.on} to {last}",
            pointer="/until",
            facts={"last": last.isoformat()},
        )


def withdraw(withholding: Withholding, command: WithdrawWithholding) -> list[WithholdingEvent]:
    ended = end(withholding, "withdrawn", command.on)
    if withholding.stage == "ended":
        raise Refused("STEP_OUT_OF_ORDER", "This withholding has ended.", accepted="one that stands")
    return ended


def end(withholding: Withholding, reason: Ending, on: date) -> list[WithholdingEvent]:
    """What had run out before that day ended by itself, and no act of a person ends it again (CAT-15)."""
    return expire(withholding, ExpireWithholding(on)) or [_ended(withholding, reason, on)]


def expire(withholding: Withholding, command: ExpireWithholding) -> list[WithholdingEvent]:
    """On the day after the last, whenever it is noticed (CAT-15)."""
    until = withholding.filing.until
    if withholding.stage != "standing" or until is None or command.today <= until:
        return []
    return [_ended(withholding, "expired", until + timedelta(days=1))]


def hear_receipt(withholding: Withholding, command: HearWithholdingReceipt) -> list[WithholdingEvent]:
    """The first receipt; a number that comes after a deemed one is added (A-04)."""
    if withholding.receipted and (withholding.number or not command.number):
        return []
    return [
        WithholdingReceipted(**_of(withholding), number=command.number, deemed=command.deemed, on=command.on),
    ]


def _ended(withholding: Withholding, reason: Ending, on: date) -> WithholdingEnded:
    return WithholdingEnded(**_of(withholding), reason=reason, on=on)


def _of(withholding: Withholding) -> dict[str, str]:
    return {name: getattr(withholding.filing, name) for name in WithholdingFact.model_fields}


def evolve(withholding: Withholding, event: WithholdingEvent) -> Withholding:
    match event:
        case WithholdingFiled():
            return Withholding("standing", event)
        case WithholdingReceipted():
            return replace(withholding, number=event.number, receipted=True)
        case WithholdingEnded():
            return replace(withholding, stage="ended", ended_on=event.on)
        case _:
            assert_never(event)


WITHHOLDING: Decider[Withholding, WithholdingCommand, WithholdingEvent] = Decider(
    "withholding", Withholding(), decide, evolve
)
