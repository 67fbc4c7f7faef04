"""The facts of the register and of the catalogues: who exists, in which post, what each organisation owes.

Business dates (``on``, ``effective``) are Shanghai days; a post is held from the start of the day it was taken
until the end of the day before it was left. Start at :class:`Item` for what a catalogue line says.
"""

from datetime import date, datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict

from shared.events import Event, Registry
from shared.personal_data import Personal
from shared.scope import Scope

OrganisationType = Literal["enterprise", "rural", "organ", "school", "hospital", "social", "other"]
Level = Literal["county", "town-committee", "organ", "general-branch", "branch", "unit"]
LimitKind = Literal["long-term", "periodic", "staged", "immediate"]
HoldGround = Literal["discipline", "court", "archive", "complaint"]
ErasureGround = Literal[
    "purpose-ended", "retention-ended", "consent-withdrawn", "unlawful-processing", "other-law"
]  # PIPL Art. 47
Cycle = Literal["", "monthly", "quarterly", "half-yearly", "yearly"]


class Item(BaseModel):
    """One line of a catalogue: content, scope, methods and time limit of what is owed (CAT-03).

    ``scope`` is ``inside``, ``inside-then-outside`` or ``outside``; the audiences say how wide each goes, and
    an item that goes outside has both, because it is heard inside first (PUB-04). ``cycle`` is only for
    periodic items. ``limit_days`` narrows the kind's limit in working days; 0 leaves the town's parameter.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str  # "FY-R1/3.9"
    sub_item: str  # "3.9"
    category: str  # "C3"
    title_zh: str
    title_en: str
    content: str
    basis: str
    scope: Literal["inside", "inside-then-outside", "outside"]
    audience_inside: Scope
    audience_outside: Scope | None
    methods: tuple[str, ...]
    kind: LimitKind
    cycle: Cycle = ""
    fine_tune: Literal["monthly"] | None = None
    limit_days: int = 0
    unit: str  # the member unit in charge of the category (ORG-09)
    summary: str = ""


class Exclusion(BaseModel):
    """A sub-item that a type of organisation does not have, and why (CAT-02)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sub_item: str
    reason: str


class TemplateItem(BaseModel):
    """An item as every organisation of a type gets it; drafting a catalogue makes an :class:`Item` of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sub_item: str
    title_zh: str
    title_en: str
    content: str
    basis: str
    scope: Literal["inside", "inside-then-outside", "outside"]
    audience_inside: Scope
    audience_outside: Scope | None
    methods: tuple[str, ...]
    kind: LimitKind
    cycle: Cycle = ""
    fine_tune: Literal["monthly"] | None = None
    limit_days: int = 0


# The register.


class CountyFounded(Event):
    county: str
    name_zh: str
    name_en: str
    office_person: str


class TownRegistered(Event):
    town: str
    name_zh: str
    name_en: str


class OrganisationRegistered(Event):
    """``town`` is empty for the county's own organs."""

    organisation: str
    town: str
    type: OrganisationType
    level: Level
    name_zh: str
    name_en: str
    on: date


class OrganisationPlaced(Event):
    """From ``on``, ``superior`` is the next higher organisation (ORG-02)."""

    organisation: str
    superior: str
    on: date


class PersonRegistered(Event):
    person: str
    name_zh: Annotated[str, Personal(of="person")]
    name_en: Annotated[str, Personal(of="person")]
    on: date


class OfPerson(Event):
    person: str


class HoldPlaced(OfPerson):
    """What is known of the person is evidence: it must not be erased until the hold is lifted."""

    hold: str
    ground: HoldGround
    reason: Annotated[str, Personal(of="person")]
    by: str
    on: date


class HoldLifted(OfPerson):
    hold: str
    reason: Annotated[str, Personal(of="person")]
    by: str
    on: date


class PersonRestricted(OfPerson):
    """Kept and kept safe, and otherwise not used any more (PIPL Art. 47)."""

    ground: ErasureGround
    by: str
    on: date


class RestrictionLifted(OfPerson):
    by: str
    on: date


class ErasureRequested(OfPerson):
    ground: ErasureGround
    by: str
    on: date


class ErasureWithdrawn(OfPerson):
    by: str
    on: date


class ErasureConfirmed(OfPerson):
    """Decided by two: from here on nothing more is kept of the person, and the keys are being destroyed."""

    ground: ErasureGround
    requested_by: str
    confirmed_by: str
    on: date


class PersonErased(OfPerson):
    """The certificate: how many keys were destroyed, and which, told by a digest over their ids."""

    ground: ErasureGround
    requested_by: str
    confirmed_by: str
    keys: int
    keys_digest: str
    destroyed_at: datetime


PersonEvent = (
    PersonRegistered
    | HoldPlaced
    | HoldLifted
    | PersonRestricted
    | RestrictionLifted
    | ErasureRequested
    | ErasureWithdrawn
    | ErasureConfirmed
    | PersonErased
)


class PostTaken(Event):
    organisation: str
    post: str
    kind: str  # a shared.identity.PostKind
    title_zh: str
    title_en: str
    person: str
    on: date


class PostLeft(Event):
    organisation: str
    post: str
    person: str
    on: date


class MemberAdmitted(Event):
    organisation: str
    person: str
    on: date


class MemberLeft(Event):
    organisation: str
    person: str
    on: date


class StaffRecorded(Event):
    """A person of the organisation's unit or village who is not its Party member."""

    organisation: str
    person: str
    on: date


class DivisionSet(Event):
    """From ``on``, ``unit`` is in charge of ``category`` in the town (ORG-08)."""

    town: str
    category: str
    unit: str
    on: date


class ParameterSet(Event):
    town: str
    parameter: str
    value: str
    on: date


class CalendarPublished(Event):
    """A later version of a year replaces the earlier one whole, and what is open moves (requirements 3.7)."""

    year: int
    version: int
    source: str
    holidays: tuple[date, ...]
    make_up_workdays: tuple[date, ...]


# The catalogues.


class TemplateStarted(Event):
    town: str
    type: OrganisationType


class TemplateItemSet(Event):
    """``unit`` authored it, being in charge of its category (CAT-01)."""

    town: str
    type: OrganisationType
    item: TemplateItem
    unit: str


class TemplateItemExcluded(Event):
    town: str
    type: OrganisationType
    exclusion: Exclusion
    unit: str


class TemplateCompleted(Event):
    """All sub-items are included or excluded with a reason; catalogues may be drafted from it."""

    town: str
    type: OrganisationType
    version: int


class CatalogueDrafted(Event):
    """``source`` is ``template:<type>/<version>`` or the digest of an imported sheet."""

    catalogue: str
    organisation: str
    town: str
    version: int
    items: tuple[Item, ...]
    exclusions: tuple[Exclusion, ...]
    source: str


class CatalogueAdopted(Event):
    """In force from the start of ``effective``; ``on_behalf_of`` is the town committee (A-02)."""

    catalogue: str
    organisation: str
    town: str
    version: int
    items: tuple[Item, ...]
    exclusions: tuple[Exclusion, ...]
    effective: date
    adopted_by: str
    on_behalf_of: str
    on: date


REGISTRY = Registry(
    "catalogue",
    [
        CountyFounded,
        TownRegistered,
        OrganisationRegistered,
        OrganisationPlaced,
        *get_args(PersonEvent),
        PostTaken,
        PostLeft,
        MemberAdmitted,
        MemberLeft,
        StaffRecorded,
        DivisionSet,
        ParameterSet,
        CalendarPublished,
        TemplateStarted,
        TemplateItemSet,
        TemplateItemExcluded,
        TemplateCompleted,
        CatalogueDrafted,
        CatalogueAdopted,
    ],
)
