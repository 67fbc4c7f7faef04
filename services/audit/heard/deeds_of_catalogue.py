"""What was done to changes, withholdings and plans, as the catalogue tells it.

What the town's audit and a receipt come to, audit tells itself (``deeds_of_filing``).
"""

from datetime import date
from typing import Any, ClassVar

from services.audit.heard.deeds import Deed


class OfChange(Deed):
    SERVICE: ClassVar[str] = "catalogue"
    KIND = "change"
    ID = "change"
    change: str


class _OfLines(OfChange):
    lines: tuple[dict[str, Any], ...]
    on: date

    @property
    def called(self) -> str:
        return ", ".join(str(line.get("item", "")) for line in self.lines)


class ChangeRequested(_OfLines):
    EVENT: ClassVar[str] = "ChangeRequested"
    STEP = "change-requested"


class ChangeApproved(_OfLines):
    EVENT: ClassVar[str] = "ChangeApproved"
    STEP = "change-approved"


class ChangeRefused(OfChange):
    EVENT: ClassVar[str] = "ChangeRefused"
    STEP = "change-refused"
    on: date


class ChangeShown(OfChange):
    """The announcement was released; who did that, did it in another service."""

    EVENT: ClassVar[str] = "ChangeShown"
    STEP = "change-shown"
    REFERENCE = "disclosure"
    NAMED: ClassVar[dict[str, str]] = {"released_by": "change-shown"}
    disclosure: str
    released_by: str
    on: date


class ChangeAnnounced(OfChange):
    EVENT: ClassVar[str] = "ChangeAnnounced"
    STEP = "change-announced"
    REFERENCE = "number"
    NAMED: ClassVar[dict[str, str]] = {"announced_by": "change-announced"}
    number: str
    announced_by: tuple[str, ...]
    on: date


class AnnouncementFellOverdue(OfChange):
    EVENT: ClassVar[str] = "AnnouncementFellOverdue"
    STEP = "announcement-overdue"


class OfWithholding(Deed):
    SERVICE: ClassVar[str] = "catalogue"
    KIND = "withholding"
    ID = "withholding"
    withholding: str
    item: str
    on: date

    @property
    def called(self) -> str:
        return self.item


class WithholdingProposed(OfWithholding):
    EVENT: ClassVar[str] = "WithholdingProposed"
    STEP = "withholding-proposed"
    REFERENCE = "ground"
    ground: str


class WithholdingConfirmed(OfWithholding):
    EVENT: ClassVar[str] = "WithholdingConfirmed"
    STEP = "withholding-confirmed"


class WithholdingRefused(OfWithholding):
    EVENT: ClassVar[str] = "WithholdingRefused"
    STEP = "withholding-refused"
    REFERENCE = "ground"
    ground: str


class WithholdingTakenBack(OfWithholding):
    EVENT: ClassVar[str] = "WithholdingTakenBack"
    STEP = "withholding-taken-back"


class WithholdingFiled(OfWithholding):
    """Filed when the reviewer confirmed it; before there were proposals, by the filer naming the reviewer."""

    EVENT: ClassVar[str] = "WithholdingFiled"
    STEP = "withholding-filed"
    REFERENCE = "ground"
    NAMED: ClassVar[dict[str, str]] = {"filed_by": "withholding-filed", "reviewer": "withholding-confirmed"}
    ground: str
    filed_by: str
    reviewer: str = ""


class WithholdingEnded(OfWithholding):
    EVENT: ClassVar[str] = "WithholdingEnded"
    STEP = "withholding-ended"
    REFERENCE = "reason"
    reason: str


class OfPlan(Deed):
    """Its words are sealed until it is approved; the trace does without them."""

    SERVICE: ClassVar[str] = "catalogue"
    KIND = "plan"
    ID = "plan"
    plan: str


class PlanSubmitted(OfPlan):
    EVENT: ClassVar[str] = "PlanSubmitted"
    STEP = "plan-submitted"
    on: date


class PlanSecrecyRefused(OfPlan):
    EVENT: ClassVar[str] = "PlanSecrecyRefused"
    STEP = "plan-refused-for-secrecy"
    on: date


class PlanApproved(OfPlan):
    EVENT: ClassVar[str] = "PlanApproved"
    STEP = "plan-approved"
    on: date


class PlanRefused(OfPlan):
    EVENT: ClassVar[str] = "PlanRefused"
    STEP = "plan-refused"
    on: date


class PlanDecisionFellOverdue(OfPlan):
    EVENT: ClassVar[str] = "PlanDecisionFellOverdue"
    STEP = "plan-decision-overdue"


CATALOGUE_DEEDS: tuple[type[Deed], ...] = (
    ChangeRequested,
    ChangeApproved,
    ChangeRefused,
    ChangeShown,
    ChangeAnnounced,
    AnnouncementFellOverdue,
    WithholdingProposed,
    WithholdingConfirmed,
    WithholdingRefused,
    WithholdingTakenBack,
    WithholdingFiled,
    WithholdingEnded,
    PlanSubmitted,
    PlanSecrecyRefused,
    PlanApproved,
    PlanRefused,
    PlanDecisionFellOverdue,
)
