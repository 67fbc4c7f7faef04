"""An organisation's catalogue is drafted, adopted with an effective day, and from that day on in force as a version.

Nothing of an adopted version is ever edited in place: what is in force changes only by the four steps of CAT-16 to
CAT-19, and every version stays answerable (CAT-21).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from services.catalogue.events import (
    CatalogueAdopted,
    CatalogueDrafted,
    Exclusion,
    Item,
    ItemChange,
    ItemsFreed,
    ItemsLodged,
)
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class DraftCatalogue:
    """``categories``: those whose items this draft replaces; what the draft before it said of others stays.

    ``seen``: whoever drafts has named the version of the catalogue that they saw.
    """

    organisation: str
    town: str
    items: tuple[Item, ...]
    exclusions: tuple[Exclusion, ...]
    source: str
    categories: frozenset[str]
    seen: bool = True


@dataclass(frozen=True)
class AdoptCatalogue:
    """``effective`` is the first day in force; ``on_behalf_of`` the town committee (A-02)."""

    effective: date
    adopted_by: str
    on_behalf_of: str
    on: date


@dataclass(frozen=True)
class LodgeItems:
    """For a change that was requested: until it is bound or comes to nothing, nobody else changes these items."""

    change: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class FreeItems:
    change: str


@dataclass(frozen=True)
class BindChange:
    """All four steps of the change are done; from ``on`` it is in force as the next version (CAT-19)."""

    change: str
    lines: tuple[ItemChange, ...]
    by: str
    on: date


CatalogueCommand = DraftCatalogue | AdoptCatalogue | LodgeItems | FreeItems | BindChange
CatalogueEvent = CatalogueDrafted | CatalogueAdopted | ItemsLodged | ItemsFreed


@dataclass(frozen=True)
class Catalogue:
    """``draft`` waits for adoption; ``versions`` are all adopted ones, oldest first; ``lodged``: item to change."""

    draft: CatalogueDrafted | None = None
    versions: tuple[CatalogueAdopted, ...] = ()
    lodged: Mapping[str, str] = field(default_factory=dict)

    def in_force(self, day: date) -> CatalogueAdopted:
        """The version in force on a day; refuses NOT_IN_FORCE when there is none."""
        holding = [version for version in self.versions if version.effective <= day]
        if not holding:
            raise Refused("NOT_IN_FORCE", f"No catalogue is in force on {day}.")
        return max(holding, key=lambda version: (version.effective, version.version))


def decide(catalogue: Catalogue, command: CatalogueCommand) -> list[CatalogueEvent]:
    match command:
        case DraftCatalogue():
            return draft_catalogue(catalogue, command)
        case AdoptCatalogue():
            return adopt_catalogue(catalogue, command)
        case LodgeItems():
            return lodge_items(catalogue, command)
        case FreeItems():
            return free_items(catalogue, command)
        case BindChange():
            return bind_change(catalogue, command)
        case _:
            assert_never(command)


def draft_catalogue(catalogue: Catalogue, command: DraftCatalogue) -> list[CatalogueEvent]:
    if catalogue.versions:  # CAT-16
        raise Refused(
            "STEP_OUT_OF_ORDER",
            "This catalogue has been adopted; it is not edited in place.",
            accepted="a change: request, approval, audit, filing, announcement",
        )
    if not (command.items or command.exclusions):  # a unit may have nothing but what does not apply (CAT-02)
        detail = "A catalogue has at least one item or exclusion."
        raise Refused("MISSING_FIELD", detail, pointer="/items")
    drafted = CatalogueDrafted(
        catalogue=command.organisation,
        organisation=command.organisation,
        town=command.town,
        version=1,
        items=_in_order((*_kept_items(catalogue, command), *command.items)),
        exclusions=(*_kept_exclusions(catalogue, command), *command.exclusions),
        source=command.source,
    )
    if drafted == catalogue.draft:
        return []
    _must_have_seen(catalogue, command)
    return [drafted]


def _must_have_seen(catalogue: Catalogue, command: DraftCatalogue) -> None:
    """What somebody has drafted of the same categories is replaced only by who has seen it (CAT-21)."""
    before = catalogue.draft
    drafted = {i.category for i in before.items} | {_category(e) for e in before.exclusions} if before else set()
    written = sorted(drafted & command.categories)
    if written and not command.seen:
        detail = f"Drafted already: {', '.join(written)}."
        raise Refused("VERSION_NEEDED", detail, 'If-Match: "<version>"', facts={"written": written})


def _category(exclusion: Exclusion) -> str:
    return f"C{exclusion.sub_item.split('.')[0]}"


def _kept_items(catalogue: Catalogue, command: DraftCatalogue) -> list[Item]:
    before = catalogue.draft.items if catalogue.draft else ()
    return [item for item in before if item.category not in command.categories]


def _kept_exclusions(catalogue: Catalogue, command: DraftCatalogue) -> list[Exclusion]:
    before = catalogue.draft.exclusions if catalogue.draft else ()
    return [e for e in before if _category(e) not in command.categories]


def _in_order(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: [int(part) for part in item.sub_item.split(".")]))


def adopt_catalogue(catalogue: Catalogue, command: AdoptCatalogue) -> list[CatalogueEvent]:
    draft = catalogue.draft
    if draft is None:
        raise Refused("STEP_OUT_OF_ORDER", "There is no draft to adopt.", accepted="a draft first")
    if not draft.items:
        raise Refused("MISSING_FIELD", "A catalogue has at least one item.", pointer="/items")
    if command.effective < command.on:
        raise Refused("WRONG_DATE", "It cannot be in force before its adoption.", str(command.on), "/effective")
    return [
        CatalogueAdopted(
            catalogue=draft.catalogue,
            organisation=draft.organisation,
            town=draft.town,
            version=draft.version,
            items=draft.items,
            exclusions=draft.exclusions,
            effective=command.effective,
            adopted_by=command.adopted_by,
            on_behalf_of=command.on_behalf_of,
            on=command.on,
        )
    ]


def lodge_items(catalogue: Catalogue, command: LodgeItems) -> list[CatalogueEvent]:
    """Of two who would change the same item, the second waits and loses nothing (CAT-21)."""
    latest = catalogue.versions[-1]
    taken = sorted(item for item in command.items if catalogue.lodged.get(item, "") not in ("", command.change))
    if taken:
        raise Refused(
            "VERSION_CONFLICT",
            f"A change of {', '.join(taken)} is under way.",
            accepted=f"a change to version {latest.version}, once that one is bound or refused",
            facts={"version": latest.version, "changes": sorted({catalogue.lodged[item] for item in taken})},
        )
    names = {"organisation": latest.organisation, "town": latest.town, "change": command.change}
    return [ItemsLodged(**names, items=command.items)]


def free_items(catalogue: Catalogue, command: FreeItems) -> list[CatalogueEvent]:
    if command.change not in catalogue.lodged.values():
        return []
    latest = catalogue.versions[-1]
    return [ItemsFreed(organisation=latest.organisation, town=latest.town, change=command.change)]


def bind_change(catalogue: Catalogue, command: BindChange) -> list[CatalogueEvent]:
    """The next version: the latest, with what was announced. The old one stays answerable (CAT-19, CAT-21)."""
    if any(command.change in version.changes for version in catalogue.versions):
        return []
    if command.change not in catalogue.lodged.values():
        raise Refused("STEP_OUT_OF_ORDER", "No such change of this catalogue is under way.")
    latest = catalogue.versions[-1]
    touched = {line.sub_item for line in command.lines}
    new = [line.becomes for line in command.lines if line.becomes is not None]
    kept = [item for item in latest.items if item.sub_item not in touched]
    fields = {
        "version": latest.version + 1,
        "items": _in_order((*kept, *new)),
        "exclusions": tuple(e for e in latest.exclusions if e.sub_item not in {item.sub_item for item in new}),
        "effective": max(command.on, latest.effective),
        "adopted_by": command.by,
        "on": command.on,
        "changes": (command.change,),
    }
    return [latest.model_copy(update=fields)]


def evolve(catalogue: Catalogue, event: CatalogueEvent) -> Catalogue:
    match event:
        case CatalogueDrafted():
            return replace(catalogue, draft=event)
        case CatalogueAdopted():
            still = {item: change for item, change in catalogue.lodged.items() if change not in event.changes}
            return replace(catalogue, draft=None, versions=(*catalogue.versions, event), lodged=still)
        case ItemsLodged():
            return replace(_freed(catalogue, event.change), lodged=_lodged(catalogue, event))
        case ItemsFreed():
            return _freed(catalogue, event.change)
        case _:
            assert_never(event)


def _lodged(catalogue: Catalogue, event: ItemsLodged) -> dict[str, str]:
    return {**_freed(catalogue, event.change).lodged, **dict.fromkeys(event.items, event.change)}


def _freed(catalogue: Catalogue, change: str) -> Catalogue:
    return replace(catalogue, lodged={item: by for item, by in catalogue.lodged.items() if by != change})


CATALOGUE: Decider[Catalogue, CatalogueCommand, CatalogueEvent] = Decider("catalogue", Catalogue(), decide, evolve)
