"""What publication hears: catalogues' items, approved plans, withholdings, channels; and that opinions came in."""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.events import Heard
from shared.scope import rank


class HeardItem(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    sub_item: str
    title_zh: str
    title_en: str
    content: str = ""
    scope: str
    audience_inside: str
    audience_outside: str | None
    methods: tuple[str, ...]
    kind: str
    cycle: str
    fine_tune: str | None
    limit_days: int
    limit_hours: int = 0
    major: bool = False


class HeardLine(BaseModel):
    """What a change asks of one item; ``was`` and ``becomes`` are its wordings, one of which may be missing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    item: str
    was: HeardItem | None = None
    becomes: HeardItem | None = None

    @property
    def announced_as(self) -> HeardItem:
        """Of both wordings whichever reaches further, on each side (CAT-19)."""
        wordings = [wording for wording in (self.was, self.becomes) if wording is not None]
        furthest = max(wordings, key=lambda wording: rank(wording.audience_outside))
        inside = max((wording.audience_inside for wording in wordings), key=rank)
        return furthest.model_copy(update={"audience_inside": inside})


class HeardAnnounced(BaseModel):
    """Why one item of a change was changed, and where that was announced."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    item: str
    reason: str
    disclosures: tuple[str, ...]


class OfChange(Heard):
    SERVICE: ClassVar[str] = "catalogue"
    change: str
    town: str
    organisation: str


class ChangeRequested(OfChange):
    EVENT: ClassVar[str] = "ChangeRequested"


class ChangeRefused(OfChange):
    EVENT: ClassVar[str] = "ChangeRefused"


class ChangeFiled(OfChange):
    EVENT: ClassVar[str] = "ChangeFiled"
    lines: tuple[HeardLine, ...]
    persons: tuple[str, ...]
    on: date


class ChangeAnnounced(OfChange):
    EVENT: ClassVar[str] = "ChangeAnnounced"
    lines: tuple[HeardLine, ...]
    reason: str
    number: str
    disclosures: tuple[str, ...]
    on: date
    items: tuple[HeardAnnounced, ...] = ()

    def told_of(self, item: str) -> HeardAnnounced:
        """Of one of its items; where nothing is kept of it, the whole change's."""
        known = next((told for told in self.items if told.item == item), None)
        return known or HeardAnnounced(item=item, reason=self.reason, disclosures=self.disclosures)


class CatalogueAdopted(Heard):
    SERVICE: ClassVar[str] = "catalogue"
    EVENT: ClassVar[str] = "CatalogueAdopted"

    organisation: str
    town: str
    version: int
    items: tuple[HeardItem, ...]
    effective: date
    changes: tuple[str, ...] = ()


class WithholdingFiled(Heard):
    SERVICE: ClassVar[str] = "catalogue"
    EVENT: ClassVar[str] = "WithholdingFiled"

    withholding: str
    town: str
    organisation: str
    item: str
    kind: str
    on: date
    until: date | None


class WithholdingEnded(Heard):
    """From ``on`` the duty stands again, unless another withholding has taken its place."""

    SERVICE: ClassVar[str] = "catalogue"
    EVENT: ClassVar[str] = "WithholdingEnded"

    withholding: str
    town: str
    organisation: str
    item: str
    reason: str
    on: date


class ChannelDefined(Heard):
    """A town's own channel, or its new terms from a day on (PUB-16)."""

    SERVICE: ClassVar[str] = "catalogue"
    EVENT: ClassVar[str] = "ChannelDefined"

    town: str
    channel: str
    name_zh: str
    name_en: str
    audience: Literal["inside", "outside"]
    evidence: tuple[str, ...]
    on: date


class ChannelWithdrawn(Heard):
    SERVICE: ClassVar[str] = "catalogue"
    EVENT: ClassVar[str] = "ChannelWithdrawn"

    town: str
    channel: str
    on: date


class HeardTerms(BaseModel):
    """What an approved plan says of its matter, which from then on is an item in force."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    scope: str
    audience_inside: str
    audience_outside: str | None
    methods: tuple[str, ...]
    limit_days: int = 0
    trigger: date | None = None


class HeardCondition(BaseModel):
    """``text`` and ``names`` are sealed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    text: str = ""
    names: tuple[str, ...] = ()


class PlanApproved(Heard):
    SERVICE: ClassVar[str] = "catalogue"
    EVENT: ClassVar[str] = "PlanApproved"

    plan: str
    town: str
    organisation: str
    number: int
    title: str
    terms: HeardTerms
    conditions: tuple[HeardCondition, ...] = ()
    on: date


class OpinionReceived(Heard):
    SERVICE: ClassVar[str] = "feedback"
    EVENT: ClassVar[str] = "OpinionReceived"

    opinion: str
    town: str
    organisation: str
    disclosure: str
    version: int
    at: datetime


class OpinionDecided(Heard):
    SERVICE: ClassVar[str] = "feedback"
    EVENT: ClassVar[str] = "OpinionDecided"

    opinion: str
    town: str
    organisation: str
    disclosure: str
    disposition: str
    at: datetime
