"""Questions across catalogues: what two versions say otherwise, and a whole town's catalogue with who wrote what."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from services.catalogue.api.parts import Parts
from services.catalogue.domain import codes, differences
from services.catalogue.events import Exclusion, Item, OrganisationType
from services.catalogue.views.catalogues import Row
from shared.decider import Refused
from shared.fields import Day, VersionNumber
from shared.web import Api, Page, Reader


class FieldChange(BaseModel):
    """One field of an item as it was and as it became."""

    field: str
    old: Any
    new: Any


class ItemChange(BaseModel):
    sub_item: str
    fields: list[FieldChange]


class DifferencesPage(BaseModel):
    organisation: str
    town: str
    old: int
    new: int
    added: list[Item]
    removed: list[Item]
    changed: list[ItemChange]
    newly_excluded: list[Exclusion]
    no_longer_excluded: list[Exclusion]


class TownItem(BaseModel):
    """An item of one organisation's catalogue; ``unit`` is in charge of its category and wrote it (CAT-01)."""

    type: str
    organisation: str
    version: int
    effective: date
    sub_item: str
    category: str
    unit: str
    title_zh: str
    title_en: str
    scope: str
    kind: str
    cycle: str


def add(router: Api, parts: Parts) -> None:
    _differences(router, parts)
    _town(router, parts)


def _differences(router: Api, parts: Parts) -> None:
    @router.get("/organisations/{organisation}/catalogue/differences", action="catalogue.read")
    def catalogue_differences(
        organisation: str, old: VersionNumber, new: VersionNumber, reader: Reader
    ) -> DifferencesPage:
        """Between two adopted versions, of the items that the asker may see."""
        reader.may(organisation)
        versions = {row["version"]: row for row in parts.catalogues.history(organisation)}
        if old not in versions or new not in versions:
            raise Refused("NOT_FOUND", "There is no such version.")
        sides = [(_seen(parts, versions[n], reader.audiences), _excluded(parts, versions[n])) for n in (old, new)]
        (old_items, was), (new_items, now) = sides
        found = differences.between(old_items, new_items, was, now)
        where = {"organisation": organisation, "town": versions[new]["town"], "old": old, "new": new}
        return DifferencesPage.model_validate(where | asdict(found))


def _seen(parts: Parts, version: Row, audiences: frozenset[str]) -> list[Item]:
    return parts.catalogues.items_of(version, audiences)


def _excluded(parts: Parts, version: Row) -> list[Exclusion]:
    return [Exclusion.model_validate(row) for row in parts.catalogues.exclusions_of(version)]


def _town(router: Api, parts: Parts) -> None:
    @router.get("/towns/{town}/catalogue", action="catalogue.read")
    def town_catalogue(
        town: str,
        reader: Reader,
        type: Annotated[OrganisationType | None, Query()] = None,  # noqa: A002 - the word of the address
        on: Annotated[Day | None, Query()] = None,
    ) -> Page[TownItem]:
        """The union of what the units wrote, in force on a day (today): by type, then in the order of the code list."""
        reader.may()
        parts.town(town)
        types = {o.organisation: o.type for o in parts.register.organisations(town)}
        lines = [
            _line(version, types[version["organisation"]], item)
            for version in parts.catalogues.in_force_of_town(town, on or reader.today)
            if type is None or types.get(version["organisation"]) == type
            for item in parts.catalogues.items_of(version, reader.audiences)
        ]
        return reader.page(lines, _place)


def _line(version: Row, organisation_type: str, item: Item) -> TownItem:
    same = ("sub_item", "category", "unit", "title_zh", "title_en", "scope", "kind", "cycle")
    return TownItem(
        type=organisation_type,
        organisation=version["organisation"],
        version=version["version"],
        effective=version["effective"],
        **{name: getattr(item, name) for name in same},
    )


def _place(line: TownItem) -> tuple[str, int, int, str]:
    return (line.type, *codes.place_of(line.sub_item), line.organisation)
