"""What audit reads of the others: which step of which disclosure, who is named in it, what is filed for the record."""

from datetime import date, datetime
from typing import Any, ClassVar

from shared.events import Heard


class OfDisclosure(Heard):
    """``STEP`` is the word of the trace for it. Who did it stands in the envelope."""

    SERVICE: ClassVar[str] = "publication"
    STEP: ClassVar[str]
    disclosure: str
    town: str
    organisation: str
    version: int


class OfTitled(OfDisclosure):
    title: str


class DisclosureDrafted(OfTitled):
    EVENT: ClassVar[str] = "DisclosureDrafted"
    STEP: ClassVar[str] = "proposed"


class DisclosureRevised(OfTitled):
    EVENT: ClassVar[str] = "DisclosureRevised"
    STEP: ClassVar[str] = "revised"


class AttachmentAdded(OfTitled):
    EVENT: ClassVar[str] = "AttachmentAdded"
    STEP: ClassVar[str] = "attached"


class AttachmentRemoved(OfTitled):
    EVENT: ClassVar[str] = "AttachmentRemoved"
    STEP: ClassVar[str] = "detached"


class DisclosureSubmitted(OfTitled):
    EVENT: ClassVar[str] = "DisclosureSubmitted"
    STEP: ClassVar[str] = "submitted"
    attested_by: tuple[str, ...]


class SecrecyCleared(OfTitled):
    EVENT: ClassVar[str] = "SecrecyCleared"
    STEP: ClassVar[str] = "reviewed"


class SecrecyRefused(OfDisclosure):
    EVENT: ClassVar[str] = "SecrecyRefused"
    STEP: ClassVar[str] = "refused-for-secrecy"


class DisclosureReturned(OfTitled):
    EVENT: ClassVar[str] = "DisclosureReturned"
    STEP: ClassVar[str] = "returned"


class DisclosureApproved(OfTitled):
    EVENT: ClassVar[str] = "DisclosureApproved"
    STEP: ClassVar[str] = "approved"
    register_number: str


class Released(OfTitled):
    at: datetime
    audiences: tuple[str, ...]


class DisclosureReleasedInside(Released):
    EVENT: ClassVar[str] = "DisclosureReleasedInside"
    STEP: ClassVar[str] = "released-inside"


class DisclosureReleasedOutside(Released):
    EVENT: ClassVar[str] = "DisclosureReleasedOutside"
    STEP: ClassVar[str] = "released-outside"
    shortened: bool = False


class EvidenceAdded(OfDisclosure):
    EVENT: ClassVar[str] = "EvidenceAdded"
    STEP: ClassVar[str] = "evidence-added"


class ReleaseScheduled(OfDisclosure):
    EVENT: ClassVar[str] = "ReleaseScheduled"
    STEP: ClassVar[str] = "release-planned"


class ReleaseScheduleCancelled(OfDisclosure):
    EVENT: ClassVar[str] = "ReleaseScheduleCancelled"
    STEP: ClassVar[str] = "plan-cancelled"


class ScheduledReleaseMissed(OfDisclosure):
    EVENT: ClassVar[str] = "ScheduledReleaseMissed"
    STEP: ClassVar[str] = "release-missed"


class CorrectionOpened(OfTitled):
    EVENT: ClassVar[str] = "CorrectionOpened"
    STEP: ClassVar[str] = "correction-proposed"
    found_by: str


class VersionCorrected(OfTitled):
    EVENT: ClassVar[str] = "VersionCorrected"
    STEP: ClassVar[str] = "corrected"
    at: datetime


class RedisclosureOpened(CorrectionOpened):
    EVENT: ClassVar[str] = "RedisclosureOpened"
    STEP: ClassVar[str] = "redisclosure-proposed"


class VersionRedisclosed(VersionCorrected):
    EVENT: ClassVar[str] = "VersionRedisclosed"
    STEP: ClassVar[str] = "redisclosed"


DISCLOSURE_FACTS: tuple[type[OfDisclosure], ...] = (
    DisclosureDrafted,
    DisclosureRevised,
    AttachmentAdded,
    AttachmentRemoved,
    DisclosureSubmitted,
    SecrecyCleared,
    SecrecyRefused,
    DisclosureReturned,
    DisclosureApproved,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    EvidenceAdded,
    ReleaseScheduled,
    ReleaseScheduleCancelled,
    ScheduledReleaseMissed,
    CorrectionOpened,
    VersionCorrected,
    RedisclosureOpened,
    VersionRedisclosed,
)


class OfOpinion(Heard):
    """Without text and giver: the trace tells how an opinion was treated, not who held it (FBK-11)."""

    SERVICE: ClassVar[str] = "feedback"
    STEP: ClassVar[str]
    disclosure: str
    town: str
    organisation: str
    receipt_number: str
    at: datetime


class OpinionReceived(OfOpinion):
    EVENT: ClassVar[str] = "OpinionReceived"
    STEP: ClassVar[str] = "opinion-received"


class OpinionAcknowledged(OfOpinion):
    EVENT: ClassVar[str] = "OpinionAcknowledged"
    STEP: ClassVar[str] = "opinion-acknowledged"


class OpinionAssigned(OfOpinion):
    EVENT: ClassVar[str] = "OpinionAssigned"
    STEP: ClassVar[str] = "opinion-assigned"


class OpinionDecided(OfOpinion):
    EVENT: ClassVar[str] = "OpinionDecided"
    STEP: ClassVar[str] = "opinion-decided"


class OpinionExtended(OfOpinion):
    EVENT: ClassVar[str] = "OpinionExtended"
    STEP: ClassVar[str] = "opinion-extended"


class OpinionReplied(OfOpinion):
    EVENT: ClassVar[str] = "OpinionReplied"
    STEP: ClassVar[str] = "replied"


class OpinionClosed(OfOpinion):
    EVENT: ClassVar[str] = "OpinionClosed"
    STEP: ClassVar[str] = "opinion-closed"


OPINION_FACTS: tuple[type[OfOpinion], ...] = (
    OpinionReceived,
    OpinionAcknowledged,
    OpinionAssigned,
    OpinionDecided,
    OpinionExtended,
    OpinionReplied,
    OpinionClosed,
)


# --- of the catalogue: what the town audits, and what is filed ---


class ChangeApproved(Heard):
    """``lines`` hold the wordings too; audit keeps of each what :class:`services.audit.events.CaseLine` says."""

    SERVICE: ClassVar[str] = "catalogue"
    EVENT: ClassVar[str] = "ChangeApproved"
    change: str
    town: str
    organisation: str
    round: int
    lines: tuple[dict[str, Any], ...]
    reason: str
    unit: str
    requested_by: str
    approved_by: str
    earlier: tuple[str, ...] = ()
    on: date


class WithholdingFiled(Heard):
    SERVICE: ClassVar[str] = "catalogue"
    EVENT: ClassVar[str] = "WithholdingFiled"
    withholding: str
    town: str
    organisation: str
    item: str
    kind: str
    ground: str
    addressed_to: str
    late_workdays: int
    reviewer: str = ""
    filed_by: str
    on: date


class CatalogueAdopted(Heard):
    SERVICE: ClassVar[str] = "catalogue"
    EVENT: ClassVar[str] = "CatalogueAdopted"

    organisation: str
    town: str
    effective: date
