"""The facts of a withholding: what is not suitable, or temporarily not, to be made public, filed upward (CAT-15).

Stream ``withholding-<organisation>/<sub-item>/<number>``. No fact of it holds anything of the content.
"""

from datetime import date
from typing import Literal

from shared.events import Event

WithholdingKind = Literal["not-suitable", "temporarily-not"]
Ending = Literal["expired", "withdrawn", "replaced"]


class WithholdingFact(Event):
    withholding: str
    town: str
    organisation: str
    item: str
    sub_item: str


class WithholdingFiled(WithholdingFact):
    """``ground`` is a code of A-11 with its ``citation``; ``reviewer`` confirmed it, ``filed_by`` answers for it.

    ``addressed_to`` is the next higher organisation on that day (A-03); ``late_workdays`` after the item fell due.
    """

    kind: WithholdingKind
    ground: str
    citation: str
    until: date | None
    addressed_to: str
    late_workdays: int
    reviewer: str = ""
    filed_by: str
    on: date


class WithholdingReceipted(WithholdingFact):
    """The superior has it on record, as audit told: under a number, or deemed received (A-04)."""

    number: str
    deemed: bool
    on: date


class WithholdingEnded(WithholdingFact):
    """From ``on`` the duty stands again, or another withholding of the item has taken its place."""

    reason: Ending
    on: date


WithholdingEvent = WithholdingFiled | WithholdingReceipted | WithholdingEnded
