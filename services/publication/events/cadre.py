"""The facts of a cadre matter: who is meant, the notice before the inspection, the publicity, objections, the decision.

Stream ``cadre-<id>`` (PUB-18). Names and what is said of persons are sealed under the matter's own key; the notices
themselves are disclosures. Start at :class:`CadreMatterOpened`.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from services.publication.events.parts import CountedDay, Value
from shared.events import Event
from shared.personal_data import Personal, Subject

CadreStage = Literal["inspection-notice", "publicity", "appointment"]
CadreKind = Literal["appointment", "dismissal"]
Outcome = Literal["not-established", "established-no-bar", "established-bars"]
OfMatter = Annotated[str, Personal(of="cadre", kind=Subject.CADRE)]


class CadreFact(Event):
    cadre: str
    town: str
    organisation: str


class Candidate(Value):
    """``number`` counts from 1 within the matter."""

    number: int
    name: str
    present_post: str = ""
    meant_post: str


class CadreMatterOpened(CadreFact):
    """``unit`` is in charge of category C5 in the town (党建办); a dismissal has the last stage alone."""

    unit: str
    kind: CadreKind
    candidates: Annotated[
        tuple[Candidate, ...],
        Personal(of="cadre", kind=Subject.CADRE, within=("name", "present_post", "meant_post")),
    ]
    opened_by: str
    on: date


class CadreStageShown(CadreFact):
    """The notice before the inspection, or the appointment, has reached all whom its item means."""

    stage: CadreStage
    disclosure: str
    version: int
    on: date
    by: str


class InspectionHeld(CadreFact):
    """``notice_workdays`` after its notice; ``beyond_most``: more than P-07 foresees."""

    on: date
    notice_workdays: int
    beyond_most: bool
    by: str


class PublicityBegan(CadreFact):
    """The notice is up from ``at`` on; it counts from ``first_day`` to the end of ``last_day`` (A-26)."""

    disclosure: str
    version: int
    audience: str
    at: datetime
    first_day: date
    last_day: date
    workdays: int
    provisional: bool = False
    calendars: tuple[str, ...] = ()
    reckoning: tuple[CountedDay, ...] = ()
    by: str


class PublicityMoved(CadreFact):
    """A calendar or P-06 has changed while it runs; the former last day stays in history."""

    disclosure: str
    was: date
    reason: Literal["calendar", "parameter"]
    first_day: date
    last_day: date
    workdays: int
    provisional: bool = False
    calendars: tuple[str, ...] = ()
    reckoning: tuple[CountedDay, ...] = ()


class PublicityTakenDown(CadreFact):
    disclosure: str
    at: datetime
    reason: OfMatter
    by: str


class PublicityEnded(CadreFact):
    """The notice was up for all its days."""

    disclosure: str
    first_day: date
    last_day: date


class ObjectionReceived(CadreFact):
    """Against candidate ``candidate`` (0: all). One that came through the register of opinions names ``opinion``.

    ``late``: it was given in time and heard of only after the appointment was decided; ``owner``, the first person
    responsible on that day, answers for it.
    """

    number: int
    candidate: int = 0
    opinion: str = ""
    objector: OfMatter = ""
    text: OfMatter = ""
    on: date
    by: str = ""
    late: bool = False
    owner: str = ""


class ObjectionSettled(CadreFact):
    """``candidate`` is whom it turned out to be about; 0: whomever the objection named, or none in particular."""

    number: int
    candidate: int = 0
    outcome: Outcome
    reason: OfMatter
    by: str
    on: date


class CandidateWithdrawn(CadreFact):
    candidate: int
    reason: OfMatter
    by: str
    on: date


class AppointmentDecided(CadreFact):
    """By number, those who are appointed (or dismissed)."""

    candidates: tuple[int, ...]
    by: str
    on: date


class CadreMatterEnded(CadreFact):
    """Without an appointment: nobody is left."""

    on: date


CadreEvent = (
    CadreMatterOpened
    | CadreStageShown
    | InspectionHeld
    | PublicityBegan
    | PublicityMoved
    | PublicityTakenDown
    | PublicityEnded
    | ObjectionReceived
    | ObjectionSettled
    | CandidateWithdrawn
    | AppointmentDecided
    | CadreMatterEnded
)
