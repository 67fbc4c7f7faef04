"""An organisation's yearly register of approvals: numbered without a gap, entered with the approval."""

from dataclasses import dataclass
from datetime import date

from services.publication.events import RegisterEntered
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class EnterApproval:
    """``number`` is what the approval was promised; if another took it meanwhile, neither is recorded."""

    register_name: str
    number: int
    register_number: str
    disclosure: str
    town: str
    organisation: str
    item: str
    version: int
    draft: str
    title: str
    approver: str
    on: date


def register_name(organisation: str, on: date) -> str:
    return f"{organisation}/{on.year}"


def register_number(organisation: str, on: date, number: int) -> str:
    return f"{organisation}-{on.year}-{number:04d}"


def decide(entries: int, command: EnterApproval) -> list[RegisterEntered]:
    if command.number != entries + 1:
        raise Refused("VERSION_CONFLICT", "Another approval took this number.", facts={"next": entries + 1})
    fields = {name: getattr(command, name) for name in command.__dataclass_fields__}
    return [RegisterEntered(**fields)]


def evolve(entries: int, event: RegisterEntered) -> int:
    return max(entries, event.number)


APPROVALS: Decider[int, EnterApproval, RegisterEntered] = Decider("register", 0, decide, evolve)
