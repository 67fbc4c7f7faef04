"""A dossier, the file of one staged matter: owed once the matter has closed, and filed as one, P-20 working days later
at most (ARC-05).

At filing it is checked whether it is complete, intact and readable; what is missing takes a note that says why. Once
filed it is consulted, and each time that is logged (ARC-06). Numbers run on in the organisation's files of the year
in which the matter closed (ARC-01, decision 0049). Start at :func:`decide`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, assert_never

from services.archive.domain.file import RUNNING
from services.archive.events import (
    DossierConsulted,
    DossierDueMoved,
    DossierEvent,
    DossierFact,
    DossierFellOverdue,
    DossierFiled,
    DossierNumberGiven,
    DossierOwed,
    DossierPaper,
    Kind,
)
from shared.decider import Decider, Refused
from shared.due_days import DueDay
from shared.workdays import Calendar

ONE_DAY = timedelta(days=1)
OF_A_DISCLOSURE: tuple[Kind, ...] = ("approval", "version", "channel-evidence")  # what each must have left (ARC-02)


@dataclass(frozen=True)
class PaperFound:
    """A paper that belongs to the matter, as it lies in a running file now."""

    paper: DossierPaper
    disclosure: str
    intact: bool = True  # bears the digest that its content has
    readable: bool = True


@dataclass(frozen=True)
class OweDossier:
    matter: str
    town: str
    organisation: str
    item: str
    title: str
    title_en: str
    closed_on: date
    disclosures: tuple[str, ...]
    due: DueDay


@dataclass(frozen=True)
class MoveDossierDue:
    due: DueDay


@dataclass(frozen=True)
class MarkDossierOverdue:
    today: date


@dataclass(frozen=True)
class FileDossier:
    """``number`` is the next of the organisation's year, entered in the same breath."""

    number: str
    papers: tuple[PaperFound, ...]
    note: str
    calendar: Calendar
    by: str
    today: date


@dataclass(frozen=True)
class ConsultDossier:
    purpose: str
    by: str
    at: datetime


DossierCommand = OweDossier | MoveDossierDue | MarkDossierOverdue | FileDossier | ConsultDossier


@dataclass(frozen=True)
class Dossier:
    """``noticed`` is the due day that was noticed as missed."""

    stage: Literal["unknown", "owed", "filed"] = "unknown"
    owed: DossierOwed | None = None
    due: DueDay | None = None
    noticed: date | None = None
    number: str = ""

    @property
    def opening(self) -> DossierOwed:
        if self.owed is None:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return self.owed


def decide(dossier: Dossier, command: DossierCommand) -> list[DossierEvent]:
    match command:
        case OweDossier():
            return owe(dossier, command)
        case MoveDossierDue():
            return move_due(dossier, command)
        case MarkDossierOverdue():
            return mark_overdue(dossier, command)
        case FileDossier():
            return file_dossier(dossier, command)
        case ConsultDossier():
            return consult(dossier, command)
        case _:
            assert_never(command)


def owe(dossier: Dossier, command: OweDossier) -> list[DossierEvent]:  # ARC-05
    if dossier.owed is not None:
        return []
    return [DossierOwed(**{name: getattr(command, name) for name in command.__dataclass_fields__})]


def move_due(dossier: Dossier, command: MoveDossierDue) -> list[DossierEvent]:
    """A calendar or the parameter changed while it was owed (requirements 3.7)."""
    if dossier.stage != "owed" or dossier.due is None or not dossier.due.differs(command.due):
        return []
    return [DossierDueMoved(**_of(dossier), was=dossier.due.due, due=command.due)]


def mark_overdue(dossier: Dossier, command: MarkDossierOverdue) -> list[DossierEvent]:
    """Once for each due day that was missed, whenever that is noticed."""
    if dossier.stage != "owed" or dossier.due is None:
        return []
    due = dossier.due.due
    if command.today <= due or dossier.noticed == due:
        return []
    return [DossierFellOverdue(**_of(dossier), due=due, from_day=due + ONE_DAY)]


def file_dossier(dossier: Dossier, command: FileDossier) -> list[DossierEvent]:  # ARC-05, P-20
    """All papers of all stages and of the summary, as one file."""
    opening = dossier.opening
    if dossier.stage == "filed" or dossier.due is None:
        raise Refused("STEP_OUT_OF_ORDER", f"It has been filed as {dossier.number}.", facts={"number": dossier.number})
    defects = defects_of(opening.disclosures, command.papers)
    note = command.note.strip()
    if defects and not note:
        detail = "The file is not complete, intact and readable."
        accepted = "the missing papers, or a note that says why they are missing"
        raise Refused("FILE_INCOMPLETE", detail, accepted, "/note", facts={"defects": list(defects)})
    return [
        DossierFiled(
            **_of(dossier),
            number=command.number,
            year=opening.closed_on.year,
            papers=tuple(found.paper for found in command.papers),
            defects=defects,
            note=note,
            late_workdays=command.calendar.workdays_between(dossier.due.due, command.today),
            by=command.by,
            on=command.today,
        )
    ]


def defects_of(disclosures: Sequence[str], papers: Iterable[PaperFound]) -> tuple[str, ...]:
    """What is not complete, intact or readable, as ``<what> <of which>`` (ARC-05)."""
    found = list(papers)
    there = {(each.disclosure, each.paper.kind) for each in found}
    missing = [f"missing {kind} {d}" for d in disclosures for kind in OF_A_DISCLOSURE if (d, kind) not in there]
    changed = [f"changed {each.paper.ref}" for each in found if not each.intact]
    unreadable = [f"unreadable {each.paper.ref}" for each in found if not each.readable]
    return (*missing, *changed, *unreadable)


def consult(dossier: Dossier, command: ConsultDossier) -> list[DossierEvent]:  # ARC-06
    names = _of(dossier)
    if dossier.stage != "filed":
        raise Refused("STEP_OUT_OF_ORDER", "It has not been filed yet.", accepted="a filed dossier")
    purpose = command.purpose.strip()
    if not purpose:
        raise Refused("REASON_REQUIRED", "Say what it is consulted for.", "a purpose", "/purpose")
    return [DossierConsulted(**names, number=dossier.number, purpose=purpose, by=command.by, at=command.at)]


def _of(dossier: Dossier) -> dict[str, str]:
    return {name: getattr(dossier.opening, name) for name in DossierFact.model_fields}


def evolve(dossier: Dossier, event: DossierEvent) -> Dossier:
    match event:
        case DossierOwed():
            return Dossier("owed", event, event.due)
        case DossierDueMoved():
            return replace(dossier, due=event.due)
        case DossierFellOverdue():
            return replace(dossier, noticed=event.due)
        case DossierFiled():
            return replace(dossier, stage="filed", number=event.number)
        case DossierConsulted():
            return dossier
        case _:
            assert_never(event)


DOSSIER: Decider[Dossier, DossierCommand, DossierEvent] = Decider("dossier", Dossier(), decide, evolve)


# --- numbers ---


@dataclass(frozen=True)
class GiveDossierNumber:
    """``number`` is what the filing was promised; if another took it meanwhile, neither is recorded."""

    organisation: str
    town: str
    year: int
    number: int
    dossier_number: str
    matter: str


def give_number(given: int, command: GiveDossierNumber) -> list[DossierNumberGiven]:
    if command.number != given + 1:
        raise Refused("VERSION_CONFLICT", "Another file took this number.", facts={"next": given + 1})
    return [DossierNumberGiven(**{name: getattr(command, name) for name in command.__dataclass_fields__})]


def number_given(given: int, event: DossierNumberGiven) -> int:
    return max(given, event.number)


DOSSIER_NUMBERS: Decider[int, GiveDossierNumber, DossierNumberGiven] = Decider(
    "dossiers", RUNNING, give_number, number_given
)
