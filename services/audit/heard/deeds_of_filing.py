"""What audit itself tells of audits and of filings with their receipts, and the archive of a matter that is filed."""

from datetime import date
from typing import ClassVar, Literal

from services.audit.heard.deeds import Deed, Kind


class OfCase(Deed):
    SERVICE: ClassVar[str] = "audit"
    KIND = "change"
    ID = "change"
    change: str


class ChangeAudited(OfCase):
    EVENT: ClassVar[str] = "ChangeAudited"
    STEP = "change-audited"
    on: date


class ChangeAuditReturned(OfCase):
    EVENT: ClassVar[str] = "ChangeAuditReturned"
    STEP = "change-returned"
    on: date


class CaseFellOverdue(OfCase):
    EVENT: ClassVar[str] = "CaseFellOverdue"
    STEP = "audit-overdue"


class OfFiling(Deed):
    SERVICE: ClassVar[str] = "audit"
    ID = "reference"
    filing: str
    about: Literal["change", "withholding"]
    reference: str
    on: date

    @property
    def kind(self) -> Kind:
        return self.about


class FilingSubmitted(OfFiling):
    EVENT: ClassVar[str] = "FilingSubmitted"
    STEP = "filing-submitted"


class FilingReceived(OfFiling):
    EVENT: ClassVar[str] = "FilingReceived"
    STEP = "filing-received"
    number: str
    deemed: bool

    @property
    def step(self) -> str:
        return "filing-deemed-received" if self.deemed else self.STEP

    @property
    def refers_to(self) -> str:
        return self.number


class FilingReturned(OfFiling):
    EVENT: ClassVar[str] = "FilingReturned"
    STEP = "filing-returned"


class OfDossier(Deed):
    SERVICE: ClassVar[str] = "archive"
    KIND = "matter"
    ID = "matter"
    matter: str
    title: str


class DossierOwed(OfDossier):
    EVENT: ClassVar[str] = "DossierOwed"
    STEP = "dossier-owed"


class DossierFellOverdue(OfDossier):
    EVENT: ClassVar[str] = "DossierFellOverdue"
    STEP = "dossier-overdue"


class DossierFiled(OfDossier):
    EVENT: ClassVar[str] = "DossierFiled"
    STEP = "dossier-filed"
    REFERENCE = "number"
    number: str
    on: date


OWN_DEEDS: tuple[type[Deed], ...] = (
    ChangeAudited,
    ChangeAuditReturned,
    CaseFellOverdue,
    FilingSubmitted,
    FilingReceived,
    FilingReturned,
)
ARCHIVE_DEEDS: tuple[type[Deed], ...] = (DossierOwed, DossierFellOverdue, DossierFiled)
