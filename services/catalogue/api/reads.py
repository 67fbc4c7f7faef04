"""Questions to the register and the catalogues. What an asker may not see is not there (ORG-11)."""

from datetime import date
from typing import Annotated

from fastapi import Query

from services.catalogue.api.changes import bound_of
from services.catalogue.api.pages import (
    CataloguePage,
    CategoryPage,
    ChannelPage,
    CodesPage,
    DivisionPage,
    Holder,
    MePage,
    OrganisationPage,
    PostPage,
    SubItemPage,
    TemplateHead,
    TemplateLine,
    TemplatePage,
    TownPage,
    VersionPage,
)
from services.catalogue.api.parts import Parts
from services.catalogue.domain import advice, codes
from services.catalogue.events import Exclusion, Item, OrganisationType
from services.catalogue.views.catalogues import Row
from shared import scope
from shared.clock import at
from shared.decider import Refused
from shared.fields import Day
from shared.identity import PostKind, Standing
from shared.identity.structure import Org
from shared.web import Api, Page, Reader


def add(router: Api, parts: Parts) -> None:
    _code_list(router)
    _me(router)
    for more in (_register, _division, _templates, _catalogue, _items):
        more(router, parts)


def _nothing() -> Refused:
    return Refused("NOT_FOUND", "There is no such thing here.")


def _code_list(router: Api) -> None:
    @router.get("/codes", action="catalogue.read")
    def code_list(reader: Reader) -> CodesPage:
        """The eight categories with their sub-items, and the channels."""
        reader.may()
        categories = [
            CategoryPage(code=code, name_zh=zh, name_en=en, sub_items=_sub_items(code))
            for code, (zh, en) in codes.CATEGORIES.items()
        ]
        known = [(codes.INSIDE_CHANNELS, "inside"), (codes.PUBLIC_CHANNELS, "public")]
        channels = [
            ChannelPage(code=code, name_zh=name, reach=reach) for names, reach in known for code, name in names.items()
        ]
        return CodesPage(categories=categories, channels=channels)


def _sub_items(category: str) -> list[SubItemPage]:
    return [_usual(sub_item) for sub_item in codes.SUB_ITEMS.values() if sub_item.category == category]


def _usual(sub_item: codes.SubItem) -> SubItemPage:
    kind = advice.content_type(sub_item.code)
    return SubItemPage(
        code=sub_item.code,
        name_zh=sub_item.title_zh,
        name_en=sub_item.title_en,
        kind=sub_item.kind,
        kinds=list(advice.usual_kinds(sub_item.code)),
        suitable_kinds=sorted(advice.SUITABLE[kind] | set(advice.usual_kinds(sub_item.code))),
        content_type=kind,
        scope=sub_item.scope,
        cycle=sub_item.cycle,
        audience_outside=None if sub_item.scope == "inside" else codes.usual_outside(sub_item.code),
    )


def _register(router: Api, parts: Parts) -> None:
    @router.get("/towns", action="catalogue.read")
    def towns(reader: Reader) -> Page[TownPage]:
        reader.may()
        pages = [TownPage(town=t.town, name_zh=t.name_zh, name_en=t.name_en) for t in parts.register.towns_known()]
        return reader.page(pages, lambda page: page.town)

    @router.get("/organisations", action="catalogue.read")
    def organisations(reader: Reader, town: Annotated[str, Query(max_length=40)] = "") -> Page[OrganisationPage]:
        """The organisations with their places in the tree today."""
        reader.may()
        pages = (_organisation(parts, org, reader.today, posts=False) for org in parts.register.organisations(town))
        return reader.page(pages, lambda page: page.organisation)

    @router.get("/organisations/{organisation}", action="catalogue.read")
    def organisation(organisation: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> OrganisationPage:
        """An organisation with its superiors and its posts on a day (today)."""
        reader.may()
        found = parts.register.organisation(organisation)
        if found is None:
            raise _nothing()
        return _organisation(parts, found, on or reader.today, posts=True)


def _me(router: Api) -> None:
    @router.get("/me", action="register.read")
    def me(reader: Reader) -> MePage:
        """Who the asker is and which posts they hold now (ORG-15)."""
        reader.may()
        standing = reader.standing
        return MePage(
            person=standing.person,
            name_zh=standing.name_zh,
            name_en=standing.name_en,
            posts=[PostPage(**{name: getattr(p, name) for name in PostPage.model_fields}) for p in standing.posts],
            member_of=sorted(standing.member_of),
            staff_of=sorted(standing.staff_of),
        )


def _organisation(parts: Parts, org: Org, on: date, *, posts: bool) -> OrganisationPage:
    structure = parts.register.structure()
    superiors = list(structure.superiors(org.organisation, on))
    return OrganisationPage(
        organisation=org.organisation,
        town=org.town,
        type=org.type,
        level=org.level,
        name_zh=org.name_zh,
        name_en=org.name_en,
        superior=superiors[0] if superiors else None,
        superiors=superiors,
        first_person=parts.register.first_person(org.organisation, at(on)),
        posts=_holders(parts, org.organisation, on) if posts else [],
    )


def _holders(parts: Parts, organisation: str, on: date) -> list[Holder]:
    found = []
    for kind in PostKind:
        for person in parts.register.holders(kind, organisation, at(on)):
            known = parts.register.person(person)
            held = [p for p in parts.register.standing(person, at(on)).posts if p.kind == kind]
            found += [
                Holder(
                    post=p.post,
                    kind=p.kind,
                    title_zh=p.title_zh,
                    title_en=p.title_en,
                    person=person,
                    name_zh=known.name_zh if known else "",
                    name_en=known.name_en if known else "",
                )
                for p in held
                if p.organisation == organisation
            ]
    return found


def _division(router: Api, parts: Parts) -> None:
    @router.get("/towns/{town}/division", action="catalogue.read")
    def division(town: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> DivisionPage:
        """Which unit is in charge of which category on a day, and which category has none (ORG-08)."""
        reader.may()
        parts.town(town)
        day = on or reader.today
        found = {c: parts.register.division(town, c, at(day)) for c in codes.CATEGORIES}
        units = {category: unit for category, unit in found.items() if unit}
        return DivisionPage(town=town, on=day, units=units, unassigned=[c for c in found if c not in units])


def _templates(router: Api, parts: Parts) -> None:
    @router.get("/towns/{town}/templates", action="template.read")
    def templates(town: str, reader: Reader) -> Page[TemplateHead]:
        reader.may(town=town)
        heads = [TemplateHead.model_validate(row) for row in parts.templates.of_town(town)]
        return reader.page(heads, lambda head: head.type)

    @router.get("/towns/{town}/templates/{type}", action="template.read")
    def template(town: str, type: OrganisationType, reader: Reader) -> TemplatePage:  # noqa: A002 - the word of the address
        """All 50 sub-items: included, excluded with a reason, or still missing."""
        reader.may(town=town)
        row = parts.templates.one(town, type)
        if row is None:
            raise _nothing()
        reader.etag(row["stream_version"])
        lines = [TemplateLine.model_validate(line) for line in row["lines"]]
        settled = {line.sub_item for line in lines}
        missing = [code for code in codes.SUB_ITEMS if code not in settled]
        return TemplatePage(town=town, type=type, version=row["version"], lines=lines, missing=missing)


def _catalogue(router: Api, parts: Parts) -> None:
    @router.get("/organisations/{organisation}/catalogue", action="catalogue.read")
    def catalogue(organisation: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> CataloguePage:
        """The catalogue in force on a day (today), as far as the asker may see it."""
        reader.may(organisation)
        day = on or reader.today
        version = _in_force(parts, organisation, day)
        return _page(parts, version, day, reader.audiences)

    @router.get("/organisations/{organisation}/catalogue/versions", action="catalogue.read")
    def versions(organisation: str, reader: Reader) -> Page[VersionPage]:
        reader.may(organisation)
        pages = [VersionPage.model_validate(row) for row in parts.catalogues.history(organisation)]
        return reader.page(pages, lambda page: page.version)

    @router.get("/organisations/{organisation}/catalogue/draft", action="catalogue.read")
    def draft(organisation: str, reader: Reader) -> CataloguePage:
        """What waits for adoption; only for those who draft, adopt or oversee."""
        reader.may(organisation)
        version = parts.catalogues.draft(organisation)
        if version is None or not _drafts_seen(reader.standing, version["town"]):
            raise _nothing()
        reader.etag(version["stream_version"])
        return _page(parts, version, reader.today, None)


def _drafts_seen(standing: Standing, town: str) -> bool:
    overseers = {scope.oversight(town), scope.oversight("county")}
    officer = any(p.kind == PostKind.UNIT_OFFICER and p.town == town for p in standing.posts)
    return officer or bool(overseers & standing.audiences)


def _in_force(parts: Parts, organisation: str, day: date) -> Row:
    version = parts.catalogues.in_force(organisation, day)
    if version is None:
        if parts.register.organisation(organisation) is None:
            raise _nothing()
        raise Refused("NOT_IN_FORCE", f"No catalogue of {organisation} is in force on {day}.")
    return version


def _page(parts: Parts, version: Row, day: date, audiences: frozenset[str] | None) -> CataloguePage:
    exclusions = [Exclusion.model_validate(row) for row in parts.catalogues.exclusions_of(version)]
    items = parts.catalogues.items_of(version, audiences)
    bound = [c for c in bound_of(parts, version["organisation"], version["town"], audiences) if c.on <= day]
    return CataloguePage(**version, on=day, items=items, exclusions=exclusions, changes=bound)


def _items(router: Api, parts: Parts) -> None:
    @router.get("/organisations/{organisation}/items", action="catalogue.read")
    def items(organisation: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> Page[Item]:
        """The items in force on a day that the asker may see, in the order of the code list."""
        reader.may(organisation)
        version = _in_force(parts, organisation, on or reader.today)
        return reader.page(parts.catalogues.items_of(version, reader.audiences), _place)

    @router.get("/organisations/{organisation}/items/{sub_item}", action="catalogue.read")
    def item(organisation: str, sub_item: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> Item:
        reader.may(organisation)
        version = _in_force(parts, organisation, on or reader.today)
        seen = parts.catalogues.items_of(version, reader.audiences)
        found = next((i for i in seen if i.sub_item == sub_item), None)
        if found is None:
            raise _nothing()
        return found


def _place(item: Item) -> list[int]:
    return [int(part) for part in item.sub_item.split(".")]
