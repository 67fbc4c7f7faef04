"""A matter that is not suitable, or temporarily not, to be made public is filed with the next higher organisation.

The duty is suspended, not deleted (CAT-15): a temporary withholding ends by itself on the day after its last, and is
renewed by filing anew. Ground and citation are named, the content never. Start at :func:`decide`; how it comes to be
filed is in ``domain/withholding_review.py``.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never

from services.catalogue.domain import withholding_review as review
from services.catalogue.domain.withholding_review import ConfirmWithholding, ProposeWithholding, RefuseWithholding
from services.catalogue.domain.withholding_state import Withholding, evolve
from services.catalogue.events import (
    Ending,
    WithholdingEnded,
    WithholdingEvent,
    WithholdingFact,
    WithholdingFiled,
    WithholdingReceipted,
)
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class WithdrawWithholding:
    """What stands ends; a proposal that nobody has reviewed is taken back."""

    by: str
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


Reviewing = ProposeWithholding | ConfirmWithholding | RefuseWithholding
WithholdingCommand = Reviewing | WithdrawWithholding | ReplaceWithholding | ExpireWithholding | HearWithholdingReceipt


def decide(withholding: Withholding, command: WithholdingCommand) -> list[WithholdingEvent]:
    match command:
        case ProposeWithholding():
            return review.propose(withholding, command)
        case ConfirmWithholding():
            return review.confirm(withholding, command)
        case RefuseWithholding():
            return review.refuse(withholding, command)
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


def withdraw(withholding: Withholding, command: WithdrawWithholding) -> list[WithholdingEvent]:
    match withholding.stage:
        case "unknown":
            raise Refused("NOT_FOUND", "There is no such thing here.")
        case "proposed":
            return review.take_back(withholding, command.by, command.on)
        case "standing":
            return end(withholding, "withdrawn", command.on)
        case _:
            raise Refused("STEP_OUT_OF_ORDER", "This withholding has ended.", accepted="one that stands")


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
    names = _names(withholding.filing)
    return [WithholdingReceipted(**names, number=command.number, deemed=command.deemed, on=command.on)]


def _ended(withholding: Withholding, reason: Ending, on: date) -> WithholdingEnded:
    return WithholdingEnded(**_names(withholding.filing), reason=reason, on=on)


def _names(filed: WithholdingFiled) -> dict[str, str]:
    return {name: getattr(filed, name) for name in WithholdingFact.model_fields}


WITHHOLDING: Decider[Withholding, WithholdingCommand, WithholdingEvent] = Decider(
    "withholding", Withholding(), decide, evolve
)
