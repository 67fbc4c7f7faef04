"""What the routes of plans are sent and what they answer with."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from services.catalogue.api.bodies import Body, Short, Text
from services.catalogue.domain.plan import PlanDraft
from services.catalogue.events import Condition, ConditionKind, PlanTerms
from shared.fields import Day
from shared.personal_data import Clear, Shown

PlanStage = Literal["", "submitted", "approved", "refused", "secrecy-refused"]
Name = Annotated[str, StringConstraints(max_length=60)]
ClearTexts = Annotated[list[str], Shown()]


class PlanBody(Body):
    """A work plan. What is left empty is refused by name, not here. ``trigger``: the day its duty starts from."""

    category: Annotated[str, StringConstraints(max_length=4)] = Field("", examples=["C6"])
    title: Short = ""
    content: Text = ""
    reason: Text = Field("", description="Why it is made public though the catalogue does not have it.")
    scope: Short = Field("", examples=["inside-then-outside"])
    audience_inside: Short = ""
    audience_outside: Short = ""
    methods: list[Short] = Field(default_factory=list, max_length=20)
    kind: Short = Field("immediate", description="Its time limit: such a matter is made public once, at once.")
    limit_days: int = Field(0, ge=0, le=366, description="Working days; 0 leaves the town's P-04.")
    trigger: Day | None = Field(None, description="The day from which its duty is reckoned; else that of approval.")
    urgent: bool = Field(False, description="Decided within P-16.urgent instead of P-16.")
    names: list[Name] = Field(default_factory=list, max_length=500, description="Persons whom the matter names.")

    def draft(self) -> PlanDraft:
        return PlanDraft(**(self.model_dump() | {"methods": tuple(self.methods), "names": tuple(self.names)}))


class ConditionBody(Body):
    kind: ConditionKind
    text: Text = ""
    names: list[Name] = Field(default_factory=list, max_length=500, description="Besides those the plan has named.")

    def condition(self) -> Condition:
        return Condition(kind=self.kind, text=self.text, names=tuple(self.names))


class ApprovalBody(Body):
    conditions: list[ConditionBody] = Field(default_factory=list, max_length=20)


class PlanRefusalBody(Body):
    reason: Text = ""


class SecrecyRefusalBody(Body):
    ground: Short = ""
    citation: Short = ""


class CountedDayRow(BaseModel):
    day: date
    kind: str
    count: int


class ConditionRow(BaseModel):
    kind: str
    text: Clear
    names: ClearTexts


class Suggestion(BaseModel):
    """A line that the catalogue might get, by the steps of a change, so that the matter is in it next time."""

    category: str
    title: Clear
    content: Clear
    terms: PlanTerms


class PlanPage(BaseModel):
    plan: str
    organisation: str
    town: str
    number: int
    category: str
    unit: str = Field(description="In charge of the category; decides on behalf of the committee (A-02).")
    on_behalf_of: str
    stage: str
    title: Clear
    content: Clear
    reason: Clear
    names: ClearTexts
    terms: PlanTerms
    conditions: list[ConditionRow]
    submitted_by: str
    submitted_on: date
    due: date = Field(description="By when it is or was to be decided (P-16).")
    provisional: bool
    reckoning: list[CountedDayRow]
    overdue: bool
    overdue_from: date | None
    decided_by: str
    decided_on: date | None
    late_workdays: int | None
    refusal: Clear
    suggestion: Suggestion | None = Field(description="What might be added to the catalogue, once it was approved.")
    stream_version: int = Field(description="Send as If-Match with the decision.")


def suggestion_of(row: dict[str, Any], terms: PlanTerms) -> Suggestion | None:
    if row["stage"] != "approved":
        return None
    return Suggestion(category=terms.category, title=row["title"], content=row["content"], terms=terms)
