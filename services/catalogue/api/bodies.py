"""What the catalogue's commands are sent, field by field, with the limits on each."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.catalogue.domain.item import HOURS_MAX, LEFT_OUT, ExclusionDraft, ItemDraft
from services.catalogue.events import Level, OrganisationType
from shared.fields import Day
from shared.identity import PostKind

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
PersonId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
PostId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}/[a-z0-9-]{1,40}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(max_length=4000)]
Short = Annotated[str, StringConstraints(max_length=200)]
ROLL_MAX = 2000


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FoundBody(Body):
    """The county, its top organisation, and the person who keeps its register from then on."""

    county: Slug
    name_zh: Name
    name_en: Name
    organisation: Slug
    organisation_name_zh: Name
    organisation_name_en: Name
    office_person: PersonId
    office_person_name_zh: Name
    office_person_name_en: Name


class TownBody(Body):
    """``on``: the day it joins the deployment (today)."""

    town: Slug
    name_zh: Name
    name_en: Name
    on: Day | None = None


class PlacementBody(Body):
    superior: Slug
    on: Day


class PersonBody(Body):
    """Someone by their short name; with a name they are registered if they are not yet."""

    person: PersonId
    name_zh: Annotated[str, StringConstraints(max_length=120)] = ""
    name_en: Annotated[str, StringConstraints(max_length=120)] = ""


class PersonsBody(Body):
    town: Annotated[str, StringConstraints(max_length=40)] = ""
    persons: list[PersonBody] = Field(min_length=1, max_length=ROLL_MAX)
    on: Day


class RollBody(Body):
    persons: list[PersonBody] = Field(min_length=1, max_length=ROLL_MAX)
    on: Day


class PostBody(PersonBody):
    """``post`` is the seat's id; empty: organisation and kind. ``succeeds`` names the holder who leaves."""

    post: PostId | None = None
    kind: PostKind
    title_zh: Name
    title_en: Name
    on: Day
    succeeds: Annotated[str, StringConstraints(max_length=60)] = ""


class OrganisationBody(Body):
    organisation: Slug
    type: OrganisationType
    level: Level
    name_zh: Name
    name_en: Name
    superior: Slug
    on: Day
    posts: list[PostBody] = Field(default_factory=list, max_length=100)


class OrganisationsBody(Body):
    """Organisations of one town, or of the county if ``town`` is empty; a superior may stand in the same list."""

    town: Annotated[str, StringConstraints(max_length=40)] = ""
    organisations: list[OrganisationBody] = Field(min_length=1, max_length=200)


class PostsBody(Body):
    posts: list[PostBody] = Field(min_length=1, max_length=100)


class PostLeftBody(Body):
    post: PostId
    person: PersonId
    on: Day


class LeavingBody(Body):
    on: Day


class DivisionBody(Body):
    units: dict[str, Slug] = Field(min_length=1, max_length=8)
    on: Day


class ParametersBody(Body):
    values: dict[Annotated[str, StringConstraints(max_length=40)], Short] = Field(min_length=1, max_length=100)
    on: Day


class CalendarBody(Body):
    """With holidays: the notice as given. Without: the one that comes with the program for that year."""

    year: int = Field(ge=2000, le=2100)
    source: Short = ""
    holidays: list[Day] = Field(default_factory=list, max_length=366)
    make_up_workdays: list[Day] = Field(default_factory=list, max_length=100)


class ItemBody(Body):
    """An item as a unit writes it. What is left empty is refused by name, not here (CAT-03).

    Where the item stands already, a field that may be null stays as it was if it is left out, and is cleared by null.
    """

    sub_item: Annotated[str, StringConstraints(max_length=10)]
    title_zh: Short | None = ""
    title_en: Short | None = ""
    content: Text = ""
    basis: Short | None = ""
    scope: Short = ""
    audience_inside: Short | None = ""
    audience_outside: Short | None = ""
    methods: list[Short] = Field(default_factory=list, max_length=20)
    kind: Short = ""
    cycle: Short = ""
    fine_tune: Short | None = ""
    limit_days: int | None = Field(0, ge=0, le=366)
    limit_hours: int | None = Field(
        0, ge=0, le=HOURS_MAX, description="Of an immediate item, instead of days; 0 leaves the town's P-04 (PUB-29)."
    )
    reason: Text | None = Field("", description="Why kind, cycle or scope are not the usual ones (CAT-13).")
    major: bool | None = Field(
        None,
        description="A major decision: members are notified, opinions solicited (PUB-17). Null: it is none.",
    )

    def draft(self) -> ItemDraft:
        said = {name: value for name, value in self.model_dump(exclude_unset=True).items() if value is not None}
        unsaid = frozenset(LEFT_OUT) - self.model_fields_set
        major = None if "major" in unsaid else bool(self.major)
        return ItemDraft(**(said | {"methods": tuple(self.methods), "major": major, "unsaid": unsaid}))


class ExclusionBody(Body):
    sub_item: Annotated[str, StringConstraints(max_length=10)]
    reason: Text = ""

    def draft(self) -> ExclusionDraft:
        return ExclusionDraft(self.sub_item, self.reason)


class TemplateBody(Body):
    items: list[ItemBody] = Field(default_factory=list, max_length=60)
    exclusions: list[ExclusionBody] = Field(default_factory=list, max_length=60)


class AdoptionBody(Body):
    effective: Day
