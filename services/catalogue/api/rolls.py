"""HTTP to the rolls: who is a Party member of which organisation, from when until when (ORG-11, A-24).

Names are for those who work there, the supervisors, the members themselves and the town's oversight; nobody else learns
who is a member.
"""

from datetime import date
from typing import Annotated

from fastapi import Query

from services.catalogue.api.bodies import Body, LeavingBody, RollBody, Slug
from services.catalogue.api.homes import members_elsewhere, must_be_of_town, of_county_office
from services.catalogue.api.pages import PersonNamed
from services.catalogue.api.parts import Parts
from services.catalogue.domain.organisation import ORGANISATION, Organisation
from services.catalogue.domain.roll import (
    AdmitMembers,
    MemberLeaves,
    ReceiveMember,
    RecordStaff,
    StaffLeaves,
    TransferMember,
)
from shared.decider import Refused
from shared.fields import Day
from shared.handling import Do
from shared.web import Api, CommandDesk, Done, Page, Reader


class TransferBody(Body):
    """``to`` may lie in another town of the county."""

    to: Slug
    on: Day


class MemberPage(PersonNamed):
    person: str
    since: date
    until: date | None


def add(router: Api, parts: Parts) -> None:
    for more in (_keeping, _moving, _reading):
        more(router, parts)


def _keeping(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/members", action="register.keep", status_code=201)
    def admit_members(organisation: str, body: RollBody, desk: CommandDesk) -> Done:
        """A whole roll as one: those who are not registered yet are, all become members, or none."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        joining = {p.person: (f"/persons/{n}", body.on) for n, p in enumerate(body.persons)}
        new = {person: at for person, at in joining.items() if not state.roll.open_period(person)}
        must_be_of_town(parts, desk.standing, state.town, new)
        command = AdmitMembers(organisation, tuple(joining), body.on, members_elsewhere(parts, organisation, new))
        dos = (Do(ORGANISATION, organisation, command), *parts.registering(body.persons, body.on))
        return desk.handle(*dos, acting=acting, town=state.town)

    @router.post("/organisations/{organisation}/staff", action="register.keep", status_code=201)
    def record_staff(organisation: str, body: RollBody, desk: CommandDesk) -> Done:
        """People of the unit or village who are not Party members here."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        command = RecordStaff(organisation, tuple(p.person for p in body.persons), body.on)
        dos = (Do(ORGANISATION, organisation, command), *parts.registering(body.persons, body.on))
        return desk.handle(*dos, acting=acting, town=state.town)


def _moving(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/members/{person}/leaving", action="register.keep", status_code=201)
    def member_leaves(organisation: str, person: str, body: LeavingBody, desk: CommandDesk) -> Done:
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        command = MemberLeaves(organisation, person, body.on)
        return desk.handle(Do(ORGANISATION, organisation, command), acting=acting, town=state.town)

    @router.post("/organisations/{organisation}/staff/{person}/leaving", action="register.keep", status_code=201)
    def staff_leaves(organisation: str, person: str, body: LeavingBody, desk: CommandDesk) -> Done:
        """Who works there or lives there no more reads no longer what is for the unit's people."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        do = Do(ORGANISATION, organisation, StaffLeaves(organisation, person, body.on))
        return desk.handle(do, acting=acting, town=state.town)

    @router.post("/organisations/{organisation}/members/{person}/transfer", action="register.keep", status_code=201)
    def transfer_member(organisation: str, person: str, body: TransferBody, desk: CommandDesk) -> Done:
        """Leaves here and joins there on the same day, in one act; to another town by the county office alone."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        other: Organisation = parts.handler.state(ORGANISATION, body.to)[1]
        if not other.registered or body.on < other.since:
            raise Refused("UNKNOWN_CODE", f"There is no {body.to} on that day.", pointer="/to")
        _must_be_at_home_in(other.town, state.town, desk)
        command = TransferMember(organisation, state.town, body.to, other.town, person, body.on)
        asked = ReceiveMember(body.to, other.town, person, body.on, expected=True)
        dos = (Do(ORGANISATION, organisation, command), Do(ORGANISATION, body.to, asked))
        return desk.handle(*dos, acting=acting, town=state.town)


def _must_be_at_home_in(town: str, own: str, desk: CommandDesk) -> None:
    """Who keeps the rolls of one town alone makes nobody a member in another (ORG-11, ORG-16)."""
    if town != own and not of_county_office(desk.standing):
        raise Refused("NOT_YOUR_REMIT", "Another town's roll is not yours to change.", "the county office", "/to")


def _reading(router: Api, parts: Parts) -> None:
    @router.get("/organisations/{organisation}/members", action="roll.read")
    def members(organisation: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> Page[MemberPage]:
        """The Party members on a day (today), with the days they came and left."""
        reader.may(organisation, parts.register.structure().town_of(organisation))
        state = parts.organisation(organisation)
        day = on or reader.today
        known = [(p, period) for p, periods in state.roll.members.items() for period in periods]
        held = sorted((p, s, u) for p, (s, u) in known if s <= day and (u is None or day < u))
        return reader.page((_page(parts, *line) for line in held), lambda page: page.person)


def _page(parts: Parts, person: str, since: date, until: date | None) -> MemberPage:
    known = parts.register.person(person)
    names = {"name_zh": known.name_zh, "name_en": known.name_en} if known else {"name_zh": "", "name_en": ""}
    return MemberPage(person=person, since=since, until=until, **names)
