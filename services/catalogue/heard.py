"""What the catalogue hears: audit's decisions on changes and filings, and publication's duties and announcements."""

from datetime import date
from typing import ClassVar

from shared.due_days import DueDay
from shared.events import Heard


class OfAudit(Heard):
    SERVICE: ClassVar[str] = "audit"
    town: str
    organisation: str
    on: date


class OfCase(OfAudit):
    change: str
    round: int


class CaseOpened(OfCase):
    EVENT: ClassVar[str] = "CaseOpened"
    due: DueDay


class ChangeAudited(OfCase):
    EVENT: ClassVar[str] = "ChangeAudited"
    note: str
    by: str


class ChangeAuditReturned(OfCase):
    EVENT: ClassVar[str] = "ChangeAuditReturned"
    reason: str
    by: str


class OfFiling(OfAudit):
    filing: str
    about: str
    reference: str
    addressed_to: str


class FilingSubmitted(OfFiling):
    EVENT: ClassVar[str] = "FilingSubmitted"
    submitted_by: str
    supplement: str
    due: DueDay


class FilingReceived(OfFiling):
    EVENT: ClassVar[str] = "FilingReceived"
    number: str
    deemed: bool
    by: str


class FilingReturned(OfFiling):
    EVENT: ClassVar[str] = "FilingReturned"
    missing: str
    by: str


class CaseDueMoved(Heard):
    SERVICE: ClassVar[str] = "audit"
    EVENT: ClassVar[str] = "CaseDueMoved"
    change: str
    town: str
    organisation: str
    was: date
    due: DueDay


class CaseFellOverdue(Heard):
    SERVICE: ClassVar[str] = "audit"
    EVENT: ClassVar[str] = "CaseFellOverdue"
    change: str
    town: str
    organisation: str
    from_day: date


class FilingDueMoved(Heard):
    SERVICE: ClassVar[str] = "audit"
    EVENT: ClassVar[str] = "FilingDueMoved"
    about: str
    reference: str
    town: str
    organisation: str
    was: date
    due: DueDay


OF_A_CHANGE: tuple[type[Heard], ...] = (
    CaseOpened,
    ChangeAudited,
    ChangeAuditReturned,
    FilingSubmitted,
    FilingReceived,
    FilingReturned,
    CaseDueMoved,
    CaseFellOverdue,
    FilingDueMoved,
)


class Released(Heard):
    """``announces`` is the change that the disclosure announces, or ''."""

    SERVICE: ClassVar[str] = "publication"
    SIDE: ClassVar[str]
    disclosure: str
    town: str
    item: str
    announces: str = ""
    released_by: str
    on: date


class ReleasedInside(Released):
    EVENT: ClassVar[str] = "DisclosureReleasedInside"
    SIDE: ClassVar[str] = "inside"


class ReleasedOutside(Released):
    EVENT: ClassVar[str] = "DisclosureReleasedOutside"
    SIDE: ClassVar[str] = "outside"


class OfDuty(Heard):
    SERVICE: ClassVar[str] = "publication"
    obligation: str
    town: str
    organisation: str
    item: str


class DutyRaised(OfDuty):
    EVENT: ClassVar[str] = "ObligationRaised"
    due: date


class DutyMoved(OfDuty):
    EVENT: ClassVar[str] = "ObligationDueMoved"
    due: date


class DutyMet(OfDuty):
    EVENT: ClassVar[str] = "ObligationFulfilled"


class DutyEnded(OfDuty):
    EVENT: ClassVar[str] = "ObligationEnded"
