"""An organisation's register of opinions for a year gives receipt numbers 1, 2, 3 ..., each once (FBK-07)."""

from dataclasses import dataclass

from services.feedback.events import ReceiptNumberGiven
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class Receipts:
    last: int = 0


@dataclass(frozen=True)
class GiveNumber:
    """``short`` is the organisation's one-character name (柳); ``number`` must be the next one."""

    organisation: str
    short: str
    year: int
    number: int
    opinion: str


def receipt_number(short: str, year: int, number: int) -> str:
    """As officials write it: 柳意〔2026〕3号."""
    return f"{short}意〔{year}〕{number}号"


def identity_of(organisation: str, year: int) -> str:
    return f"{organisation}/{year}"


def decide(receipts: Receipts, command: GiveNumber) -> list[ReceiptNumberGiven]:
    """The number comes in with the command, so that the opinion can bear it; a taken one is refused."""
    if command.number != receipts.last + 1:
        raise Refused("VERSION_CONFLICT", "Another opinion took this number.", accepted=str(receipts.last + 1))
    return [
        ReceiptNumberGiven(
            organisation=command.organisation,
            year=command.year,
            number=command.number,
            receipt_number=receipt_number(command.short, command.year, command.number),
            opinion=command.opinion,
        )
    ]


def evolve(receipts: Receipts, event: ReceiptNumberGiven) -> Receipts:
    return Receipts(max(receipts.last, event.number))


RECEIPTS: Decider[Receipts, GiveNumber, ReceiptNumberGiven] = Decider("register", Receipts(), decide, evolve)
