"""Commands to catalogues: drafted from a template or imported from a sheet, then adopted with an effective day."""

from dataclasses import replace
from typing import Annotated

from fastapi import File, Query, UploadFile

from services.catalogue.api import workbook
from services.catalogue.api.bodies import AdoptionBody
from services.catalogue.api.exporting import SHEET_TITLE_MAX
from services.catalogue.api.parts import Parts
from services.catalogue.domain import codes, sheet
from services.catalogue.domain.catalogue import CATALOGUE, AdoptCatalogue, DraftCatalogue
from services.catalogue.domain.importing import Imported, Importer, items_of
from services.catalogue.domain.item import item_of
from services.catalogue.domain.sheet import BadCell, Reading
from services.catalogue.domain.template import TEMPLATE, Template, identity
from shared.decider import Refused
from shared.handling import Do
from shared.identity import PostKind
from shared.policy import Acting
from shared.web import Api, CommandDesk, Done


def add(router: Api, parts: Parts) -> None:
    _drafting(router, parts)
    _adopting(router, parts)


def _drafting(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/catalogue/draft", action="catalogue.draft", status_code=201)
    def draft_catalogue(organisation: str, desk: CommandDesk) -> Done:
        """From the completed template of the organisation's type."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        importer = _importer(parts, organisation, state.town, desk, acting)
        template: Template = parts.handler.state(TEMPLATE, identity(state.town, state.type))[1]
        command = _from_template(template, importer, state.town, state.type)
        command = replace(command, seen=desk.expected_version is not None)
        return desk.handle(Do(CATALOGUE, organisation, command), acting=acting, town=state.town)

    @router.post("/organisations/{organisation}/catalogue/import", action="catalogue.draft", status_code=201)
    def import_catalogue(
        organisation: str,
        file: Annotated[UploadFile, File(description="An .xlsx in the officials' column layout.")],
        desk: CommandDesk,
        dry_run: Annotated[bool, Query(description="Say what would happen, and change nothing.")] = False,
    ) -> Done:
        """All of the sheet becomes the draft, or none: every bad cell is named in `errors`."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        content = file.file.read(workbook.SHEET_BYTES_MAX + 1)
        template: Template = parts.handler.state(TEMPLATE, identity(state.town, state.type))[1]
        majors = frozenset(sub_item for sub_item, item in template.items.items() if item.major)
        hours = {sub_item: item.limit_hours for sub_item, item in template.items.items()}
        importer = replace(_importer(parts, organisation, state.town, desk, acting), majors=majors, hours=hours)
        imported = items_of(_reading(content, importer), importer)
        if imported.bad:
            raise _import_refused(imported.bad)
        source = parts.documents.put(content) if not dry_run else "dry-run"
        command = _draft(importer, state.town, imported, source)
        command = replace(command, seen=desk.expected_version is not None)
        result = _told(imported, dry_run)
        if dry_run:
            return _rehearsed(parts, organisation, command, result)
        do = Do(CATALOGUE, organisation, command)
        return desk.handle(do, acting=acting, result=result, town=state.town)


def _importer(parts: Parts, organisation: str, town: str, desk: CommandDesk, acting: Acting) -> Importer:
    """The leading group's office compiles all units' parts; a unit speaks for its own categories (CAT-01)."""
    kinds = {post.post: post.kind for post in desk.standing.posts}
    whole = kinds.get(acting.post) == PostKind.LEADING_GROUP_OFFICE
    known = parts.register.organisations(town)
    return Importer(
        organisation=organisation,
        unit="" if whole else acting.organisation,
        in_charge=parts.in_charge(town, desk.today),
        channels=parts.town(town).channels(desk.today),
        names={o.organisation: (o.name_zh, o.name_en) for o in known},
    )


def _from_template(template: Template, importer: Importer, town: str, type_: str) -> DraftCatalogue:
    if template.open or not template.version:
        raise Refused("TEMPLATE_INCOMPLETE", f"The template for {type_} is not completed.", "a completed one")
    own = importer.categories
    items = (i for i in template.items.values() if codes.category_of(i.sub_item) in own)
    excluded = (e for e in template.exclusions.values() if codes.category_of(e.sub_item) in own)
    in_charge = importer.in_charge
    imported = Imported(
        [item_of(importer.organisation, i, in_charge[codes.category_of(i.sub_item)]) for i in items],
        list(excluded),
    )
    return _draft(importer, town, imported, f"template:{type_}/{template.version}")


def _draft(importer: Importer, town: str, imported: Imported, source: str) -> DraftCatalogue:
    return DraftCatalogue(
        organisation=importer.organisation,
        town=town,
        items=tuple(imported.items),
        exclusions=tuple(imported.exclusions),
        source=source,
        categories=importer.categories,
    )


def _reading(content: bytes, importer: Importer) -> Reading:
    """The sheet that bears the organisation's id, as a town's workbook has them; else the first with a header."""
    own = importer.organisation[:SHEET_TITLE_MAX]
    for page in sorted(workbook.sheets(content), key=lambda page: page.title != own):
        reading = sheet.read(page.grid, importer.channels, page.banners)
        if reading is None:
            continue
        absent = sheet.missing_columns(page.grid)
        if absent:
            raise _import_refused([BadCell("A1", "MISSING_FIELD", f"The header lacks {'、'.join(absent)}.")])
        return reading
    words = "、".join(sheet.HEADERS[name][0] for name in sheet.NEEDED)
    raise _import_refused([BadCell("A1", "MISSING_FIELD", f"No row is a header with {words}.")])


def _import_refused(bad: list[BadCell]) -> Refused:
    errors = [{"pointer": b.cell, "detail": f"{b.code}: {b.detail}"} for b in bad]
    return Refused(
        "IMPORT_REFUSED",
        f"{len(bad)} cells cannot be taken over; nothing was imported.",
        accepted="the sheet with these cells put right",
        facts={"errors": errors},
    )


def _told(imported: Imported, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "items": len(imported.items),
        "exclusions": len(imported.exclusions),
        "not_covered": imported.not_covered,
    }


def _rehearsed(parts: Parts, organisation: str, command: DraftCatalogue, result: dict[str, object]) -> Done:
    """What the import would do, by the same rules, without doing it."""
    version, state = parts.handler.state(CATALOGUE, organisation)
    CATALOGUE.decide(state, command)
    position = f"catalogue:{parts.handler.journal.head()}"
    stream = CATALOGUE.stream(organisation)
    return Done(id=organisation, stream=stream, version=version, position=position, result=result)


def _adopting(router: Api, parts: Parts) -> None:
    @router.post(
        "/organisations/{organisation}/catalogue/adoption",
        action="catalogue.adopt",
        status_code=201,
        versioned=True,
    )
    def adopt_catalogue(organisation: str, body: AdoptionBody, desk: CommandDesk) -> Done:
        """On behalf of the town committee; in force from the effective day on (CAT-03)."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        command = AdoptCatalogue(
            effective=body.effective,
            adopted_by=acting.person,
            on_behalf_of=acting.organisation,
            on=desk.today,
        )
        return desk.handle(Do(CATALOGUE, organisation, command), acting=acting, town=state.town)
