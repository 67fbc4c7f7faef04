"""What was done to staged matters, and which duties a withholding suspended."""

from datetime import date
from typing import ClassVar

from services.audit.heard.deeds import Deed


class _OfSuspension(Deed):
    SERVICE: ClassVar[str] = "publication"
    KIND = "withholding"
    ID = "withholding"
    REFERENCE = "obligation"
    withholding: str
    obligation: str
    on: date


class ObligationSuspended(_OfSuspension):
    EVENT: ClassVar[str] = "ObligationSuspended"
    STEP = "duty-suspended"


class ObligationResumed(_OfSuspension):
    EVENT: ClassVar[str] = "ObligationResumed"
    STEP = "duty-resumed"


class MatterDeed(Deed):
    SERVICE: ClassVar[str] = "publication"
    KIND = "matter"
    ID = "matter"
    matter: str
    title: str
    on: date


class MatterOpened(MatterDeed):
    EVENT: ClassVar[str] = "MatterOpened"
    STEP = "matter-opened"


class MatterReplanned(MatterDeed):
    EVENT: ClassVar[str] = "MatterReplanned"
    STEP = "matter-replanned"


class MilestoneReached(MatterDeed):
    EVENT: ClassVar[str] = "MilestoneReached"
    STEP = "milestone-reached"
    REFERENCE = "name"
    name: str


class MatterEnded(MatterDeed):
    EVENT: ClassVar[str] = "MatterEnded"
    STEP = "matter-ended"


class MatterMadePublic(MatterDeed):
    EVENT: ClassVar[str] = "MatterMadePublic"
    STEP = "matter-made-public"
    REFERENCE = "disclosure"
    disclosure: str


class MatterClosed(MatterDeed):
    EVENT: ClassVar[str] = "MatterClosed"
    STEP = "matter-closed"


MATTER_DEEDS: tuple[type[Deed], ...] = (
    ObligationSuspended,
    ObligationResumed,
    MatterOpened,
    MatterReplanned,
    MilestoneReached,
    MatterEnded,
    MatterMadePublic,
    MatterClosed,
)
