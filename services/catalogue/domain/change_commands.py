"""What may be asked of a change: the four steps as persons take them, or as audit and publication tell them."""

from dataclasses import dataclass
from datetime import date

from services.catalogue.domain.change_lines import Basis, LineDraft
from services.catalogue.events import Side
from shared.due_days import DueDay


@dataclass(frozen=True)
class RequestChange:
    """``acting_unit`` is the organisation itself, or the unit in charge of the items."""

    change: str
    town: str
    drafts: tuple[LineDraft, ...]
    basis: Basis
    reason: str
    on_behalf_of: str
    acting_unit: str
    by: str
    on: date


@dataclass(frozen=True)
class ApproveChange:
    """``unit`` is in whose name the approver acts; ``in_charge`` the unit in charge of the items today."""

    unit: str
    in_charge: str
    by: str
    on: date


@dataclass(frozen=True)
class RefuseChange:
    reason: str
    unit: str
    in_charge: str
    by: str
    on: date


@dataclass(frozen=True)
class HearAudit:
    """What the town's audit decided of a round; ``reason`` why it was returned."""

    round: int
    passed: bool
    reason: str
    by: str
    on: date


@dataclass(frozen=True)
class HearReceipt:
    """``announce`` is the last day for the announcement (P-18)."""

    filing: str
    number: str
    deemed: bool
    by: str
    announce: DueDay
    on: date


@dataclass(frozen=True)
class HearRelease:
    """A disclosure that announces the change was released for one of its items."""

    item: str
    disclosure: str
    side: Side
    by: str
    post: str
    on: date


@dataclass(frozen=True)
class MoveAnnouncement:
    announce: DueDay


@dataclass(frozen=True)
class MarkAnnouncementOverdue:
    today: date


ChangeCommand = (
    RequestChange
    | ApproveChange
    | RefuseChange
    | HearAudit
    | HearReceipt
    | HearRelease
    | MoveAnnouncement
    | MarkAnnouncementOverdue
)
