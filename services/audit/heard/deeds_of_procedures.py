"""What was done in major decisions and cadre matters.

Nobody who is meant in a cadre matter, or objects, is named here.
"""

from datetime import date, datetime
from typing import ClassVar

from services.audit.heard.deeds import Deed


class DecisionDeed(Deed):
    SERVICE: ClassVar[str] = "publication"
    KIND = "decision"
    ID = "decision"
    decision: str


class MajorDecisionOpened(DecisionDeed):
    EVENT: ClassVar[str] = "MajorDecisionOpened"
    STEP = "decision-opened"
    title: str
    on: date


class MajorDecisionNotified(DecisionDeed):
    EVENT: ClassVar[str] = "MajorDecisionNotified"
    STEP = "decision-notified"
    on: date


class SolicitingOpened(DecisionDeed):
    EVENT: ClassVar[str] = "SolicitingOpened"
    STEP = "soliciting-opened"
    REFERENCE = "round"
    round: str


class SolicitingProlonged(DecisionDeed):
    EVENT: ClassVar[str] = "SolicitingProlonged"
    STEP = "soliciting-prolonged"
    REFERENCE = "round"
    round: str


class SolicitingClosed(DecisionDeed):
    EVENT: ClassVar[str] = "SolicitingClosed"
    STEP = "soliciting-closed"
    REFERENCE = "round"
    round: str
    on: date


class OpinionsSummarised(DecisionDeed):
    EVENT: ClassVar[str] = "OpinionsSummarised"
    STEP = "opinions-summarised"
    on: date


class DecisionResultPublished(DecisionDeed):
    EVENT: ClassVar[str] = "DecisionResultPublished"
    STEP = "result-published"
    REFERENCE = "disclosure"
    NAMED: ClassVar[dict[str, str]] = {"by": "result-published"}
    disclosure: str
    by: str
    on: date


class MajorDecisionDropped(DecisionDeed):
    EVENT: ClassVar[str] = "MajorDecisionDropped"
    STEP = "decision-dropped"
    on: date


class CadreDeed(Deed):
    SERVICE: ClassVar[str] = "publication"
    KIND = "cadre"
    ID = "cadre"
    cadre: str


class CadreMatterOpened(CadreDeed):
    EVENT: ClassVar[str] = "CadreMatterOpened"
    STEP = "cadre-opened"
    on: date


class CadreStageShown(CadreDeed):
    EVENT: ClassVar[str] = "CadreStageShown"
    STEP = "cadre-stage-shown"
    REFERENCE = "stage"
    NAMED: ClassVar[dict[str, str]] = {"by": "cadre-stage-shown"}
    stage: str
    by: str
    on: date


class InspectionHeld(CadreDeed):
    EVENT: ClassVar[str] = "InspectionHeld"
    STEP = "inspection-held"
    on: date


class PublicityBegan(CadreDeed):
    EVENT: ClassVar[str] = "PublicityBegan"
    STEP = "publicity-began"
    REFERENCE = "disclosure"
    NAMED: ClassVar[dict[str, str]] = {"by": "publicity-began"}
    disclosure: str
    by: str
    at: datetime


class PublicityMoved(CadreDeed):
    EVENT: ClassVar[str] = "PublicityMoved"
    STEP = "publicity-moved"
    REFERENCE = "reason"
    reason: str


class PublicityTakenDown(CadreDeed):
    EVENT: ClassVar[str] = "PublicityTakenDown"
    STEP = "publicity-taken-down"
    at: datetime


class PublicityEnded(CadreDeed):
    EVENT: ClassVar[str] = "PublicityEnded"
    STEP = "publicity-ended"


class ObjectionReceived(CadreDeed):
    EVENT: ClassVar[str] = "ObjectionReceived"
    STEP = "objection-received"
    REFERENCE = "number"
    number: int
    on: date


class ObjectionSettled(CadreDeed):
    EVENT: ClassVar[str] = "ObjectionSettled"
    STEP = "objection-settled"
    REFERENCE = "number"
    number: int
    on: date


class CandidateWithdrawn(CadreDeed):
    EVENT: ClassVar[str] = "CandidateWithdrawn"
    STEP = "candidate-withdrawn"
    on: date


class AppointmentDecided(CadreDeed):
    EVENT: ClassVar[str] = "AppointmentDecided"
    STEP = "appointment-decided"
    on: date


class CadreMatterEnded(CadreDeed):
    EVENT: ClassVar[str] = "CadreMatterEnded"
    STEP = "cadre-ended"
    on: date


PROCEDURE_DEEDS: tuple[type[Deed], ...] = (
    MajorDecisionOpened,
    MajorDecisionNotified,
    SolicitingOpened,
    SolicitingProlonged,
    SolicitingClosed,
    OpinionsSummarised,
    DecisionResultPublished,
    MajorDecisionDropped,
    CadreMatterOpened,
    CadreStageShown,
    InspectionHeld,
    PublicityBegan,
    PublicityMoved,
    PublicityTakenDown,
    PublicityEnded,
    ObjectionReceived,
    ObjectionSettled,
    CandidateWithdrawn,
    AppointmentDecided,
    CadreMatterEnded,
)
