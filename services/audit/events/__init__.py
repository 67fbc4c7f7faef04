"""The facts of audit: the town's audit of a change, and every filing for the record with its receipt.

Each carries what a follower needs to place it; none holds what is withheld or a new wording.
"""

from typing import get_args

from services.audit.events.appraisals import AppraisalEvent
from services.audit.events.cases import (
    CaseDueMoved,
    CaseEvent,
    CaseFact,
    CaseFellOverdue,
    CaseLine,
    CaseOpened,
    ChangeAudited,
    ChangeAuditReturned,
)
from services.audit.events.filings import (
    FilingAbout,
    FilingDueMoved,
    FilingEvent,
    FilingFact,
    FilingNumberGiven,
    FilingReceived,
    FilingReturned,
    FilingSubmitted,
)
from shared.events import Registry

REGISTRY = Registry(
    "audit", [*get_args(CaseEvent), *get_args(FilingEvent), FilingNumberGiven, *get_args(AppraisalEvent)]
)

__all__ = [
    "REGISTRY",
    "AppraisalEvent",
    "CaseDueMoved",
    "CaseEvent",
    "CaseFact",
    "CaseFellOverdue",
    "CaseLine",
    "CaseOpened",
    "ChangeAuditReturned",
    "ChangeAudited",
    "FilingAbout",
    "FilingDueMoved",
    "FilingEvent",
    "FilingFact",
    "FilingNumberGiven",
    "FilingReceived",
    "FilingReturned",
    "FilingSubmitted",
]
