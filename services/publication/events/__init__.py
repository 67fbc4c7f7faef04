"""The facts of publication: duties raised and met, disclosures drafted, examined, shown and corrected.

Archive, audit and feedback hear them, so each carries what a follower needs to place it without asking back.
An event that ends in ``Inside`` or ``Outside`` holds the whole text that was shown, and to which audiences.
"""

from typing import get_args

from services.publication.events.cadre import CadreEvent
from services.publication.events.decisions import (
    DecisionEvent,
)
from services.publication.events.disclosures import (
    LED_TEXT_MAX,
    SUMMARY_MAX,
    TEXT_MAX,
    TITLE_MAX,
    AttachmentAdded,
    AttachmentRemoved,
    CorrectionOpened,
    DisclosureApproved,
    DisclosureDrafted,
    DisclosureEvent,
    DisclosureFact,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    DisclosureReturned,
    DisclosureRevised,
    DisclosureSubmitted,
    EvidenceAdded,
    RegisterEntered,
    Released,
    ReleaseScheduleCancelled,
    ReleaseScheduled,
    ScheduledReleaseMissed,
    SecrecyCleared,
    SecrecyRefused,
    Side,
    Unshown,
    VersionCorrected,
    Written,
)
from services.publication.events.duties import (
    Duty,
    NoChangeAttested,
    ObligationDueMoved,
    ObligationEvent,
    ObligationFact,
    ObligationFellOverdue,
    ObligationFulfilled,
    ObligationRaised,
)
from services.publication.events.notices import NoticeChannelsChosen, NoticeEvent
from shared.events import Registry

REGISTRY = Registry(
    "publication",
    [
        *get_args(ObligationEvent),
        *get_args(DisclosureEvent),
        RegisterEntered,
        *get_args(DecisionEvent),
        *get_args(CadreEvent),
        *get_args(NoticeEvent),
        NoticeChannelsChosen,
    ],
)

__all__ = [
    "LED_TEXT_MAX",
    "REGISTRY",
    "SUMMARY_MAX",
    "TEXT_MAX",
    "TITLE_MAX",
    "AttachmentAdded",
    "AttachmentRemoved",
    "CadreEvent",
    "CorrectionOpened",
    "DecisionEvent",
    "DisclosureApproved",
    "DisclosureDrafted",
    "DisclosureEvent",
    "DisclosureFact",
    "DisclosureReleasedInside",
    "DisclosureReleasedOutside",
    "DisclosureReturned",
    "DisclosureRevised",
    "DisclosureSubmitted",
    "Duty",
    "EvidenceAdded",
    "NoChangeAttested",
    "ObligationDueMoved",
    "ObligationEvent",
    "ObligationFact",
    "ObligationFellOverdue",
    "ObligationFulfilled",
    "ObligationRaised",
    "RegisterEntered",
    "ReleaseScheduleCancelled",
    "ReleaseScheduled",
    "Released",
    "ScheduledReleaseMissed",
    "SecrecyCleared",
    "SecrecyRefused",
    "Side",
    "Unshown",
    "VersionCorrected",
    "Written",
]
