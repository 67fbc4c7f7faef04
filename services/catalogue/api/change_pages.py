"""What is asked and answered about changes, field by field."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from services.catalogue.api.bodies import Body, ItemBody, Short
from services.catalogue.api.pages import PersonNamed
from services.catalogue.domain.change_lines import LineDraft
from services.catalogue.events import ItemChange
from shared.due_days import DueDay

Reason = Annotated[str, StringConstraints(max_length=1000)]
ChangeStage = Literal["", "requested", "refused", "approved", "returned", "audited", "filed", "announced"]
LINES_MAX = 60


class LineBody(Body):
    """One item: add, change (both with its whole new text), revoke or terminate (A-19)."""

    kind: Short
    sub_item: Annotated[str, StringConstraints(max_length=10)]
    text: ItemBody | None = None
    reason: Reason = Field("", description="Why this item, where that is not the reason of the whole change (A-19).")

    def draft(self) -> LineDraft:
        return LineDraft(self.kind, self.sub_item, self.text.draft() if self.text else None, self.reason)


class ChangeBody(Body):
    """``base_version`` is the version of the catalogue that the writer saw."""

    base_version: int = Field(ge=1, le=1_000_000)
    reason: Reason
    lines: list[LineBody] = Field(max_length=LINES_MAX)


class RefusalBody(Body):
    reason: Reason


class ChangeRow(BaseModel):
    change: str
    town: str
    organisation: str
    stage: str
    unit: str
    round: int
    base_version: int
    lines: list[ItemChange]
    reason: str
    requested_by: str
    requested_on: date
    number: str
    version: int = Field(description="Send as If-Match with the next command.")


class Act(PersonNamed):
    """Who did it, in which post, when; ``post`` is empty for what the platform did by itself (ORG-15)."""

    act: str
    person: str
    post: str
    post_organisation: str
    item: str
    on: date
    note: str


class Step(BaseModel):
    """One of the four. ``due``: with its reckoning day by day; ``moves``: the days it was due before (P-18)."""

    number: int
    name: str = Field(examples=["approval", "audit", "filing", "announcement"])
    state: str = Field(examples=["to come", "waiting", "done"])
    acts: list[Act]
    due: DueDay | None = None
    moves: list[date] = Field(default_factory=list)
    overdue_from: date | None = None


class ChangePage(ChangeRow):
    steps: list[Step]
