"""The facts of the catalogues: templates for each type of organisation, and what each organisation owes by them.

Start at :class:`Item` for what a catalogue line says.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.catalogue.events.register import OrganisationType
from shared.events import Event
from shared.scope import Scope

LimitKind = Literal["long-term", "periodic", "staged", "immediate"]
Cycle = Literal["", "monthly", "quarterly", "half-yearly", "yearly"]


class Item(BaseModel):
    """One line of a catalogue: content, scope, methods and time limit of what is owed (CAT-03).

    ``scope`` is ``inside``, ``inside-then-outside`` or ``outside``; the audiences say how wide each goes, and
    an item that goes outside has both, because it is heard inside first (PUB-04). ``cycle`` is only for
    periodic items. ``limit_days`` narrows the kind's limit in working days, ``limit_hours`` that of an immediate item
    in hours after what happened (A-08, PUB-29); 0 leaves the town's parameter.
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
    limit_hours: int = 0
    unit: str  # the member unit in charge of the category (ORG-09)
    summary: str = ""
    major: bool = False  # a major decision: solicited on before its result is made public (PUB-17)


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
    limit_hours: int = 0
    major: bool = False


class TemplateStarted(Event):
    town: str
    type: OrganisationType


class TemplateItemSet(Event):
    """``unit`` authored it, being in charge of its category (CAT-01); ``reason``: why it is not as usual (CAT-13)."""

    town: str
    type: OrganisationType
    item: TemplateItem
    unit: str
    reason: str = ""


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
    """In force from the start of ``effective``; ``on_behalf_of`` is the town committee (A-02).

    The first version is adopted from a draft; every later one is bound by the announced ``changes`` (CAT-19).
    """

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
    changes: tuple[str, ...] = ()
