"""HTTP to rolls as sheets: members and organisations from an .xlsx, rehearsed first, all of it or nothing."""

from collections.abc import Mapping
from typing import Annotated, cast

from fastapi import File, Query, UploadFile

from services.catalogue.api import workbook
from services.catalogue.api.homes import members_elsewhere, must_be_of_town
from services.catalogue.api.parts import Parts
from services.catalogue.api.register import above_of
from services.catalogue.domain.organisation import ORGANISATION, Organisation, RegisterOrganisation
from services.catalogue.domain.person import PERSON, RegisterPerson
from services.catalogue.domain.roll import RollLine, TakeOverRoll
from services.catalogue.domain.roll_sheet import Grid, Listed, Member, Read, members_in, organisations_in
from services.catalogue.domain.sheet import BadCell
from services.catalogue.domain.tree import Upper
from services.catalogue.events import Level, OrganisationType
from shared.decider import Refused
from shared.handling import Do
from shared.web import Api, CommandDesk, Done

Rehearsal = Annotated[bool, Query(description="Say what would happen, and change nothing.")]
Sheet = Annotated[UploadFile, File(description="An .xlsx with one line each, below a header.")]


def add(router: Api, parts: Parts) -> None:
    _members(router, parts)
    _organisations(router, parts)


def _members(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/members/import", action="register.keep", status_code=201)
    def import_members(organisation: str, file: Sheet, desk: CommandDesk, dry_run: Rehearsal = False) -> Done:
        """编号, 姓名, 转入日期, 转出日期 of each member; every bad cell is named, nothing half imported (A-24)."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        read = members_in(
            _grid(file),
            state.roll,
            lambda p: parts.handler.state(PERSON, p)[1].registered,
            lambda p: members_elsewhere(parts, organisation, [p]).get(p, ()),
        )
        lines = tuple(member.line for member in read.lines)
        new = {m.line.person: (m.cells["person"], m.line.since) for m in read.lines if _is_new(state, m.line)}
        must_be_of_town(parts, desk.standing, state.town, new)
        _must_be_sound(read)
        told = {"lines": len(read.lines), "dry_run": dry_run}
        take_over = TakeOverRoll(organisation, lines, members_elsewhere(parts, organisation, new))
        do = Do(ORGANISATION, organisation, take_over)
        if dry_run:
            return _rehearsed(parts, do, told | {"facts": len(ORGANISATION.decide(state, take_over))})
        return desk.handle(do, *_persons(read.lines), acting=acting, town=state.town, result=told)


def _is_new(state: Organisation, line: RollLine) -> bool:
    return all(since != line.since for since, _ in state.roll.members.get(line.person, ()))


def _persons(members: list[Member]) -> list[Do]:
    """Those who come with a name are registered, if they are not yet."""
    named = {m.line.person: m for m in reversed(members) if m.name_zh}
    return [
        Do(PERSON, person, RegisterPerson(person, m.name_zh, m.name_en or m.name_zh, m.line.since))
        for person, m in sorted(named.items())
    ]


def _organisations(router: Api, parts: Parts) -> None:
    @router.post("/towns/{town}/organisations/import", action="register.keep", status_code=201)
    def import_organisations(town: str, file: Sheet, desk: CommandDesk, dry_run: Rehearsal = False) -> Done:
        """编号, 名称, 类型, 层级, 上级, 成立日期 of each organisation; all are registered, or none (ORG-01, ORG-02)."""
        acting = desk.may(town=town)
        parts.town(town)
        read = organisations_in(_grid(file))
        dos = _registrations(parts, town, read)
        _must_be_sound(read)
        told = {"lines": len(read.lines), "dry_run": dry_run}
        if dry_run:
            return _rehearsed(parts, dos[0], told)
        return desk.handle(*dos, acting=acting, town=town, result=told)


def _registrations(parts: Parts, town: str, read: Read[Listed]) -> list[Do]:
    """The commands for all lines; what a rule says against one is a fault of its cell."""
    planned = {o.organisation: Upper(town, o.level, o.since, ((o.since, o.superior),)) for o in read.lines}
    dos = []
    for listed in read.lines:
        command = RegisterOrganisation(
            organisation=listed.organisation,
            town=town,
            type=cast("OrganisationType", listed.type),
            level=cast("Level", listed.level),
            name_zh=listed.name_zh,
            name_en=listed.name_en,
            on=listed.since,
            superior=listed.superior,
            above=above_of(parts, listed.superior, listed.since, planned),
        )
        try:
            ORGANISATION.decide(parts.handler.state(ORGANISATION, listed.organisation)[1], command)
        except Refused as refusal:
            column = "superior" if refusal.pointer == "/superior" else "organisation"
            read.bad.append(BadCell(listed.cells[column], refusal.code, refusal.detail))
        dos.append(Do(ORGANISATION, listed.organisation, command))
    return dos


def _grid(file: UploadFile) -> Grid:
    """The first sheet of the workbook."""
    return workbook.sheets(file.file.read(workbook.SHEET_BYTES_MAX + 1))[0].grid


def _must_be_sound(read: Read[Member] | Read[Listed]) -> None:
    if read.bad:
        raise Refused(
            "IMPORT_REFUSED",
            f"{len(read.bad)} cells cannot be taken over; nothing was imported.",
            accepted="the sheet with these cells put right",
            facts={"errors": [{"pointer": b.cell, "detail": f"{b.code}: {b.detail}"} for b in read.bad]},
        )


def _rehearsed(parts: Parts, do: Do, told: Mapping[str, object]) -> Done:
    version, _ = parts.handler.state(do.decider, do.identity)
    position = f"catalogue:{parts.handler.journal.head()}"
    return Done(id=do.identity, stream=do.stream, version=version, position=position, result=dict(told))
