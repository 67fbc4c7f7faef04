"""A supervisor's duty log: entries are added in office, numbered, and never changed (ORG-14)."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from services.catalogue.events import DutyKind, DutyLogged
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class LogDuty:
    """By a supervisor in office in ``post``; ``today`` is the day of the entry."""

    organisation: str
    town: str
    supervisor: str
    post: str
    kind: DutyKind
    subject: str
    note: str
    on: date
    today: date


@dataclass(frozen=True)
class DutyLog:
    entries: tuple[DutyLogged, ...] = ()


def decide(log: DutyLog, command: LogDuty) -> list[DutyLogged]:
    if command.on > command.today:
        raise Refused("WRONG_DATE", "What is to come has not been done.", "today or earlier", "/on")
    if not command.subject.strip() and not command.note.strip():
        raise Refused("MISSING_FIELD", "An entry says what it was about.", pointer="/note")
    return [
        DutyLogged(
            organisation=command.organisation,
            town=command.town,
            entry=len(log.entries) + 1,
            supervisor=command.supervisor,
            post=command.post,
            kind=command.kind,
            subject=command.subject.strip(),
            note=command.note.strip(),
            on=command.on,
        )
    ]


def evolve(log: DutyLog, event: DutyLogged) -> DutyLog:
    match event:
        case DutyLogged():
            return DutyLog((*log.entries, event))
        case _:
            assert_never(event)


SUPERVISION: Decider[DutyLog, LogDuty, DutyLogged] = Decider("supervision", DutyLog(), decide, evolve)
