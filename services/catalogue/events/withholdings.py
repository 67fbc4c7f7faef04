"""The facts of a withholding: what is not suitable, or temporarily not, to be made public, filed upward (CAT-15).

Stream ``withholding-<organisation>/<sub-item>/<number>``: proposed, confirmed by a secrecy reviewer, and so
filed. No fact of it holds anything of the content. What was filed before there were proposals begins with its filing.
"""

from datetime import date
from typing import Literal

from shared.events import Event

WithholdingKind = Literal["not-suitable", "temporarily-not"]
Ending = Literal["expired", "withdrawn", "replaced"]
ReviewGround = Literal[
    "ground-does-not-apply", "rule-does-not-say-so", "shorter-time-suffices", "part-may-be-made-public"
]


class WithholdingFact(Event):
    withholding: str
    town: str
    organisation: str
    item: str
    sub_item: str


class WithholdingProposed(WithholdingFact):
    """``ground`` is a code of A-11 with its ``citation``; ``reviewer`` was asked to review it. Nothing waits yet."""

    kind: WithholdingKind
    ground: str
    citation: str
    until: date | None
    addressed_to: str
    reviewer: str
    proposed_by: str
    on: date


class WithholdingConfirmed(WithholdingFact):
    """A secrecy reviewer who did not propose it finds that the ground holds (A-11, A-22); it is filed at once."""

    confirmed_by: str
    on: date


class WithholdingRefused(WithholdingFact):
    """The reviewer finds that it does not hold, for a coded ground: no word of the content is needed to say so."""

    ground: ReviewGround
    refused_by: str
    on: date


class WithholdingTakenBack(WithholdingFact):
    """By the organisation, before anybody had reviewed it."""

    taken_back_by: str
    on: date


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


WithholdingReview = WithholdingProposed | WithholdingConfirmed | WithholdingRefused | WithholdingTakenBack
WithholdingEvent = WithholdingReview | WithholdingFiled | WithholdingReceipted | WithholdingEnded
