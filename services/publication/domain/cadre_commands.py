"""A cadre matter as it stands, and what may be asked of it. Days, calendar and parameters come in with the command."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import assert_never

from services.publication.events.cadre import (
    AppointmentDecided,
    CadreEvent,
    CadreKind,
    CadreMatterEnded,
    CadreMatterOpened,
    CadreStageShown,
    Candidate,
    CandidateWithdrawn,
    InspectionHeld,
    ObjectionReceived,
    ObjectionSettled,
    Outcome,
    PublicityBegan,
    PublicityEnded,
    PublicityMoved,
    PublicityTakenDown,
)
from shared.workdays import Calendar


@dataclass(frozen=True)
class Objection:
    candidate: int
    opinion: str
    outcome: Outcome | None = None
    late: bool = False  # heard of only after the appointment was decided


@dataclass(frozen=True)
class Publicity:
    """The notice, up from ``at`` until ``down_at``, and the days that this makes as last reckoned."""

    disclosure: str
    at: datetime
    workdays: int
    first_day: date
    last_day: date
    provisional: bool
    down_at: datetime | None = None
    ended: bool = False


@dataclass(frozen=True)
class Cadre:
    opened: CadreMatterOpened | None = None
    noticed: date | None = None
    inspected: date | None = None
    publicity: Publicity | None = None
    objections: tuple[Objection, ...] = field(default=())
    withdrawn: frozenset[int] = frozenset()
    decided_on: date | None = None
    ended: bool = False

    @property
    def decided(self) -> bool:
        return self.decided_on is not None

    @property
    def standing(self) -> tuple[int, ...]:
        """The candidates who have not withdrawn, by number."""
        candidates = self.opened.candidates if self.opened else ()
        return tuple(c.number for c in candidates if c.number not in self.withdrawn)


@dataclass(frozen=True)
class Count:
    """What a publicity is reckoned with: the town's P-06 and the calendar as known now."""

    workdays: int
    calendar: Calendar


@dataclass(frozen=True)
class OpenMatter:
    cadre: str
    town: str
    organisation: str
    unit: str
    kind: CadreKind
    candidates: tuple[Candidate, ...]
    by: str
    on: date


@dataclass(frozen=True)
class DraftStage:
    """A disclosure is about to be drafted as a stage of it."""

    stage: str
    item: str


@dataclass(frozen=True)
class ShowStage:
    """A disclosure of it is about to be shown, in the same transaction; ``complete``: to all whom its item means."""

    stage: str
    disclosure: str
    version: int
    audience: str
    complete: bool
    at: datetime
    on: date
    by: str
    count: Count


@dataclass(frozen=True)
class HoldInspection:
    """``least`` and ``most`` are the town's P-07."""

    on: date
    today: date
    least: int
    most: int
    calendar: Calendar
    by: str


@dataclass(frozen=True)
class MovePublicity:
    count: Count


@dataclass(frozen=True)
class EndPublicity:
    today: date


@dataclass(frozen=True)
class TakeDown:
    at: datetime
    now: datetime
    reason: str
    by: str


@dataclass(frozen=True)
class PutUpAgain:
    at: datetime
    count: Count
    version: int
    audience: str
    by: str


@dataclass(frozen=True)
class ReceiveObjection:
    """``on``: the day it was given. ``shown``: its notice had been shown to somebody by then, be it inside only.

    ``owner`` answers for it if it is heard of too late.
    """

    on: date
    by: str = ""
    candidate: int = 0
    objector: str = ""
    text: str = ""
    opinion: str = ""
    shown: bool = False
    owner: str = ""


@dataclass(frozen=True)
class SettleObjection:
    """``candidate``: whom it concerns, where the objection named nobody."""

    number: int
    outcome: Outcome
    reason: str
    by: str
    on: date
    candidate: int = 0


@dataclass(frozen=True)
class WithdrawCandidate:
    candidate: int
    reason: str
    by: str
    on: date


@dataclass(frozen=True)
class DecideAppointment:
    """``on`` is today: nobody is appointed ahead."""

    count: Count
    by: str
    on: date


CadreCommand = (
    OpenMatter
    | DraftStage
    | ShowStage
    | HoldInspection
    | MovePublicity
    | EndPublicity
    | TakeDown
    | PutUpAgain
    | ReceiveObjection
    | SettleObjection
    | WithdrawCandidate
    | DecideAppointment
)


def evolve(cadre: Cadre, event: CadreEvent) -> Cadre:
    match event:
        case CadreMatterOpened():
            return Cadre(event)
        case CadreStageShown():
            return replace(cadre, noticed=event.on) if event.stage == "inspection-notice" else cadre
        case InspectionHeld():
            return replace(cadre, inspected=event.on)
        case PublicityBegan() | PublicityMoved() | PublicityTakenDown() | PublicityEnded():
            return replace(cadre, publicity=_publicity(cadre.publicity, event))
        case ObjectionReceived():
            objected = Objection(event.candidate, event.opinion, late=event.late)
            return replace(cadre, objections=(*cadre.objections, objected))
        case ObjectionSettled():
            objection = cadre.objections[event.number - 1]
            settled = replace(objection, candidate=event.candidate or objection.candidate, outcome=event.outcome)
            before, after = cadre.objections[: event.number - 1], cadre.objections[event.number :]
            return replace(cadre, objections=(*before, settled, *after))
        case CandidateWithdrawn():
            return replace(cadre, withdrawn=cadre.withdrawn | {event.candidate})
        case AppointmentDecided():
            return replace(cadre, decided_on=event.on)
        case CadreMatterEnded():
            return replace(cadre, ended=True)
        case _:
            assert_never(event)


def _publicity(
    was: Publicity | None, event: PublicityBegan | PublicityMoved | PublicityTakenDown | PublicityEnded
) -> Publicity | None:
    if isinstance(event, PublicityBegan):
        days = (event.workdays, event.first_day, event.last_day, event.provisional)
        return Publicity(event.disclosure, event.at, *days)
    if was is None:
        return None
    match event:
        case PublicityMoved():
            moved = replace(was, workdays=event.workdays, first_day=event.first_day, last_day=event.last_day)
            return replace(moved, provisional=event.provisional, ended=False)
        case PublicityTakenDown():
            return replace(was, down_at=event.at)
        case PublicityEnded():
            return replace(was, ended=True)
        case _:
            assert_never(event)
