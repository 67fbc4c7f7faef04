"""What the archive reads of publication and feedback: what was shown, approved, said and answered."""

from datetime import date, datetime
from typing import Any, ClassVar

from shared.events import Heard


class _OfDisclosure(Heard):
    SERVICE: ClassVar[str] = "publication"
    disclosure: str
    town: str
    organisation: str
    item: str
    version: int
    title: str


class DisclosureApproved(_OfDisclosure):
    EVENT: ClassVar[str] = "DisclosureApproved"
    approver: str
    author: str
    reviewer: str
    attested_by: tuple[str, ...]
    register_number: str
    content_digest: str


class Released(_OfDisclosure):
    text: str
    summary: str
    attachments: tuple[dict[str, Any], ...]
    at: datetime
    audiences: tuple[str, ...]
    channels: tuple[dict[str, Any], ...]
    content_digest: str
    register_number: str
    replaces: int
    note: str


class DisclosureReleasedInside(Released):
    EVENT: ClassVar[str] = "DisclosureReleasedInside"


class DisclosureReleasedOutside(Released):
    """``shortened``: it says less than what was shown inside (A-05)."""

    EVENT: ClassVar[str] = "DisclosureReleasedOutside"
    shortened: bool = False


class EvidenceAdded(Heard):
    """What came later of a release's channel: taken down, minuted, read (A-29)."""

    SERVICE: ClassVar[str] = "publication"
    EVENT: ClassVar[str] = "EvidenceAdded"
    disclosure: str
    town: str
    organisation: str
    version: int
    side: str
    place: int
    channel: str
    removed_at: datetime | None
    minutes: str
    access_log: str
    link: str
    reads: tuple[dict[str, Any], ...]
    document: dict[str, Any] | None
    by: str
    at: datetime


class VersionCorrected(_OfDisclosure):
    EVENT: ClassVar[str] = "VersionCorrected"
    replaces: int
    note: str
    at: datetime
    audiences: tuple[str, ...]


class VersionRedisclosed(VersionCorrected):
    """Superseded because of opinions, not wrong (PUB-30)."""

    EVENT: ClassVar[str] = "VersionRedisclosed"


class RedisclosureDecided(Heard):
    """What became of the opinions on a disclosure: shown anew, or why that is not necessary (PUB-30)."""

    SERVICE: ClassVar[str] = "publication"
    EVENT: ClassVar[str] = "RedisclosureDecided"
    disclosure: str
    town: str
    organisation: str
    opinions: tuple[str, ...]
    choice: str
    reason: str
    by: str
    on: date


class _OfMatter(Heard):
    SERVICE: ClassVar[str] = "publication"
    matter: str
    town: str
    organisation: str
    item: str
    title: str
    title_en: str = ""


class MatterOpened(_OfMatter):
    EVENT: ClassVar[str] = "MatterOpened"
    starts: date
    ends: date
    milestones: tuple[dict[str, Any], ...]
    opened_by: str


class MatterReplanned(_OfMatter):
    EVENT: ClassVar[str] = "MatterReplanned"
    moved: tuple[dict[str, Any], ...]
    added: tuple[dict[str, Any], ...]
    ends: date
    ended_before: date
    reason: str
    by: str


class MatterClosed(_OfMatter):
    """From ``on`` its papers are to be filed; ``summary`` and ``stages`` are the disclosures that made it public."""

    EVENT: ClassVar[str] = "MatterClosed"
    on: date
    summary: str
    stages: tuple[str, ...]


class _OfOpinion(Heard):
    SERVICE: ClassVar[str] = "feedback"
    opinion: str
    receipt_number: str
    town: str
    organisation: str
    disclosure: str
    at: datetime


class OpinionReceived(_OfOpinion):
    """Without its giver: the file keeps what was said, not who said it (FBK-11)."""

    EVENT: ClassVar[str] = "OpinionReceived"
    title: str
    version: int
    channel: str
    giver_kind: str
    text: str


class OpinionDecided(_OfOpinion):
    EVENT: ClassVar[str] = "OpinionDecided"
    disposition: str
    reason: str
    by: str


class OpinionReplied(_OfOpinion):
    EVENT: ClassVar[str] = "OpinionReplied"
    title: str
    text: str
    general: bool
    by: str
