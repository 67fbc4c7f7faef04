"""The facts of a change to a catalogue in force: requested, approved, audited, filed, announced, and only then bound.

Stream ``change-<id>``; what audit decides is heard and recorded here too, so that the order of the four steps stands in
one place. While a change is under way its items are lodged in the stream of their catalogue. Start at
:class:`ChangeRequested`.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.catalogue.events.catalogues import Item
from shared.due_days import DueDay
from shared.events import Event
from shared.scope import rank

ChangeKind = Literal["add", "change", "revoke", "terminate"]
Side = Literal["inside", "outside"]


class ItemChange(BaseModel):
    """One item of a change (A-19): ``was`` as in force, ``becomes`` as it is to read; one of them may be missing.

    ``reason`` is why this one, where that is not the reason of the whole change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ChangeKind
    item: str  # "FY-R1/3.9"
    sub_item: str
    was: Item | None = None
    becomes: Item | None = None
    reason: str = ""

    @property
    def announced_as(self) -> Item:
        """The terms of its announcement: of old and new wording whichever reaches further, on each side (CAT-19)."""
        wordings = [wording for wording in (self.was, self.becomes) if wording is not None]
        furthest = max(wordings, key=lambda wording: rank(wording.audience_outside))
        inside = max((wording.audience_inside for wording in wordings), key=rank)
        return furthest.model_copy(update={"audience_inside": inside})

    @property
    def sides(self) -> tuple[Side, ...]:
        """Inside first, then outside where the item goes outside (PUB-04, A-20)."""
        return ("inside",) if self.announced_as.audience_outside is None else ("inside", "outside")


class ItemAnnounced(BaseModel):
    """What the readers of one item are told of it: why, and by which disclosures it was announced (A-19)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str
    reason: str
    disclosures: tuple[str, ...]


class ChangeFact(Event):
    change: str
    town: str
    organisation: str


class ChangeRequested(ChangeFact):
    """Step 1 begins (CAT-16). ``round`` counts the requests: a returned change is requested again.

    ``unit`` is in charge of the items' categories and approves on behalf of the town committee (A-02).
    """

    round: int = 1
    base_version: int
    lines: tuple[ItemChange, ...]
    reason: str
    unit: str
    on_behalf_of: str
    requested_by: str
    on: date


class ChangeApproved(ChangeFact):
    """Step 1 is done; the town's audit is due (CAT-17)."""

    round: int
    lines: tuple[ItemChange, ...]
    reason: str
    unit: str
    on_behalf_of: str
    requested_by: str
    approved_by: str
    earlier: tuple[str, ...] = ()  # who asked for it or approved it in an earlier round: they do not audit it
    on: date


class ChangeRefused(ChangeFact):
    reason: str
    unit: str
    refused_by: str
    on: date


class ChangePassedAudit(ChangeFact):
    """Step 2 is done, as audit told; the county has it for the record."""

    audited_by: str
    on: date


class ChangeReturned(ChangeFact):
    """The town's audit sent it back: it is requested again, or refused."""

    reason: str
    returned_by: str
    on: date


class ChangeFiled(ChangeFact):
    """Step 3 is done, as audit told: receipted, or deemed so. From here on it may be announced (A-04).

    ``persons`` have taken a step already; the announcement is another's (A-21).
    """

    lines: tuple[ItemChange, ...]
    reason: str
    filing: str
    number: str
    deemed: bool
    received_by: str
    persons: tuple[str, ...]
    announce: DueDay
    on: date


class ChangeShown(ChangeFact):
    """The announcement of one of its items was released on one side."""

    item: str
    disclosure: str
    side: Side
    released_by: str
    post: str = ""
    on: date


class ChangeAnnounced(ChangeFact):
    """Step 4 is done: everything was announced in the scope of the items. Only now does the change bind (CAT-19).

    ``items``: what is told of each; a change that was announced before this was kept has none.
    """

    lines: tuple[ItemChange, ...]
    reason: str
    filing: str
    number: str
    disclosures: tuple[str, ...]
    approved_by: str
    announced_by: tuple[str, ...]
    on: date
    items: tuple[ItemAnnounced, ...] = ()

    def told_of(self, item: str) -> ItemAnnounced:
        """Of one of its items; where nothing is kept of it, the whole change's."""
        known = next((told for told in self.items if told.item == item), None)
        return known or ItemAnnounced(item=item, reason=self.reason, disclosures=self.disclosures)


class AnnouncementDueMoved(ChangeFact):
    was: date
    announce: DueDay


class AnnouncementFellOverdue(ChangeFact):
    due: date
    from_day: date


# --- in the stream of the catalogue ---


class ItemsLodged(Event):
    """While ``change`` is under way nobody else changes these items."""

    organisation: str
    town: str
    change: str
    items: tuple[str, ...]


class ItemsFreed(Event):
    """The change came to nothing."""

    organisation: str
    town: str
    change: str


ChangeEvent = (
    ChangeRequested
    | ChangeApproved
    | ChangeRefused
    | ChangePassedAudit
    | ChangeReturned
    | ChangeFiled
    | ChangeShown
    | ChangeAnnounced
    | AnnouncementDueMoved
    | AnnouncementFellOverdue
)
LodgingEvent = ItemsLodged | ItemsFreed
