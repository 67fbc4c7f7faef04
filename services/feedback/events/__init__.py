"""The facts of feedback: what became of each opinion, and what was asked and answered in each session."""

from typing import get_args

from services.feedback.events.opinions import (
    Channel,
    CountedDay,
    Disposition,
    Duty,
    GiverKind,
    OfOpinion,
    OpinionAcknowledged,
    OpinionAssigned,
    OpinionClosed,
    OpinionDecided,
    OpinionDueMoved,
    OpinionEvent,
    OpinionExtended,
    OpinionFellOverdue,
    OpinionReceived,
    OpinionReplied,
    ReceiptNumberGiven,
)
from services.feedback.events.sessions import SessionEvent
from shared.events import Registry

REGISTRY = Registry("feedback", [ReceiptNumberGiven, *get_args(OpinionEvent), *get_args(SessionEvent)])

__all__ = [
    "REGISTRY",
    "Channel",
    "CountedDay",
    "Disposition",
    "Duty",
    "GiverKind",
    "OfOpinion",
    "OpinionAcknowledged",
    "OpinionAssigned",
    "OpinionClosed",
    "OpinionDecided",
    "OpinionDueMoved",
    "OpinionEvent",
    "OpinionExtended",
    "OpinionFellOverdue",
    "OpinionReceived",
    "OpinionReplied",
    "ReceiptNumberGiven",
    "SessionEvent",
]
