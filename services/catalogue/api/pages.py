"""What the catalogue's questions are answered with."""

from datetime import date

from pydantic import BaseModel, Field

from services.catalogue.events import Exclusion, Item, TemplateItem
from shared.personal_data import Clear


class Named(BaseModel):
    name_zh: str
    name_en: str


class PersonNamed(BaseModel):
    """Somebody's names, or the mark that they were erased."""

    name_zh: Clear
    name_en: Clear


class TownPage(Named):
    town: str


class Holder(PersonNamed):
    post: str
    kind: str
    title_zh: str
    title_en: str
    person: str


class OrganisationPage(Named):
    """``superiors``: nearest first. ``posts`` are those held today."""

    organisation: str
    town: str
    type: str
    level: str
    superior: str | None = None
    superiors: list[str] = Field(default_factory=list)
    first_person: str | None = Field(None, description="First person responsible; absent while vacant (ORG-07).")
    posts: list[Holder] = Field(default_factory=list)


class PostPage(BaseModel):
    post: str
    kind: str
    title_zh: str
    title_en: str
    organisation: str
    town: str


class MePage(PersonNamed):
    """What the register says of the asker now; powers follow from ``posts``."""

    person: str
    posts: list[PostPage]
    member_of: list[str]
    staff_of: list[str]


class SubItemPage(Named):
    """What is usual for a sub-item, offered to whoever drafts it (CAT-13, CAT-20)."""

    code: str
    kind: str
    kinds: list[str] = Field(description="The usual ones, the first one first.")
    suitable_kinds: list[str] = Field(description="Those of which nobody is warned.")
    content_type: str = Field(examples=["stable", "regular", "phased", "event", "any"])
    scope: str
    cycle: str
    audience_outside: str | None = Field(None, description="Where the usual scope goes outside the Party.")


class CategoryPage(Named):
    code: str
    sub_items: list[SubItemPage]


class ChannelPage(BaseModel):
    code: str
    name_zh: str
    reach: str = Field(examples=["inside", "public"])


class CodesPage(BaseModel):
    categories: list[CategoryPage]
    channels: list[ChannelPage]


class DivisionPage(BaseModel):
    """``unassigned`` categories are a configuration error: nobody can write their items (A-17)."""

    town: str
    on: date
    units: dict[str, str]
    unassigned: list[str]


class VersionPage(BaseModel):
    organisation: str
    town: str
    version: int
    effective: date
    adopted_on: date
    adopted_by: str
    on_behalf_of: str
    source: str


class BoundChange(BaseModel):
    """What became of an item, and why: for everyone who may know of the item (CAT-19)."""

    change: str
    item: str
    sub_item: str
    kind: str
    title_zh: str
    title_en: str
    reason: str
    number: str
    disclosures: list[str]
    on: date


class CataloguePage(BaseModel):
    """A catalogue as the asker may see it: an outsider's has only the items that go outside the Party."""

    organisation: str
    town: str
    on: date
    stage: str = Field(examples=["adopted", "draft"])
    version: int
    stream_version: int = Field(description="Send as If-Match to adopt the draft.")
    effective: date | None
    adopted_on: date | None
    adopted_by: str
    on_behalf_of: str
    source: str
    items: list[Item]
    exclusions: list[Exclusion]
    changes: list[BoundChange] = Field(
        default_factory=list, description="What was changed, revoked or terminated by then, and why (CAT-19)."
    )


class TemplateHead(BaseModel):
    town: str
    type: str
    version: int = Field(description="How often it was completed; 0: never.")


class TemplateLine(BaseModel):
    sub_item: str
    unit: str
    included: bool
    reason: str
    item: TemplateItem | None


class TemplatePage(TemplateHead):
    lines: list[TemplateLine]
    missing: list[str]
