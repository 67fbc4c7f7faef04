"""HTTP to leading groups: formed with a head, members and an office, changed with a day, and as they stood on a day."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from services.catalogue.api.affairs_views import Views
from services.catalogue.api.bodies import Body, PersonId
from services.catalogue.api.homes import towns_of
from services.catalogue.api.parts import Parts
from services.catalogue.domain.leading_group import (
    LEADING_GROUP,
    ChangeHead,
    ChangeMembers,
    DissolveLeadingGroup,
    FormLeadingGroup,
    LeadingGroup,
    LeadingGroupCommand,
    SetOffice,
)
from services.catalogue.domain.organisation import ORGANISATION
from services.catalogue.domain.tenure import principal
from shared.clock import at
from shared.decider import Refused
from shared.fields import Day
from shared.handling import Do
from shared.identity import PostKind
from shared.web import Api, CommandDesk, Done, Page, Reader

Office = Annotated[str, Field(max_length=40)]
PATH = "/organisations/{organisation}/leading-group"


class FormBody(Body):
    """``office``: an organisation of the town; without one, the town's CDI (A-18)."""

    head: PersonId
    members: list[PersonId] = Field(default_factory=list, max_length=100)
    office: Office = ""
    on: Day


class HeadBody(Body):
    head: PersonId
    on: Day


class MembersBody(Body):
    joined: list[PersonId] = Field(default_factory=list, max_length=100)
    left: list[PersonId] = Field(default_factory=list, max_length=100)
    on: Day


class OfficeBody(Body):
    office: Office
    on: Day


class DissolutionBody(Body):
    on: Day


class GroupPage(BaseModel):
    """As it stood on a day. ``head_is_principal``: whether the head still is the body's principal person."""

    body: str
    town: str
    on: date
    since: date
    head: str
    members: list[str]
    office: str
    head_is_principal: bool


class GroupHead(BaseModel):
    body: str
    town: str
    formed_on: date
    head: str
    office: str


def add(router: Api, parts: Parts, views: Views) -> None:
    _forming(router, parts)
    _changing(router, parts)
    _reading(router, parts, views)


def principal_of(parts: Parts, organisation: str, on: date) -> str:
    return principal(parts.handler.state(ORGANISATION, organisation)[1].tenures, on)


def cdi_of(parts: Parts, town: str, on: date) -> str:
    """The town's commission for discipline inspection: where its secretary sits."""
    known = (o.organisation for o in parts.register.organisations(town))
    return next((o for o in known if parts.register.holder(PostKind.CDI_SECRETARY, o, at(on))), "")


def _forming(router: Api, parts: Parts) -> None:
    @router.post(PATH, action="register.keep", status_code=201)
    def form_leading_group(organisation: str, body: FormBody, desk: CommandDesk) -> Done:
        """Headed by the body's principal person on that day (ORG-05)."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        _must_be_of_town(parts, body.office, state.town)
        _must_be_people_of(parts, state.town, body.members, body.on, "/members")
        command = FormLeadingGroup(
            body=organisation,
            town=state.town,
            head=body.head,
            members=tuple(body.members),
            office=body.office,
            on=body.on,
            principal=principal_of(parts, organisation, body.on),
            usual_office=cdi_of(parts, state.town, body.on),
        )
        return desk.handle(Do(LEADING_GROUP, organisation, command), acting=acting, town=state.town)


def _changing(router: Api, parts: Parts) -> None:
    def done(organisation: str, desk: CommandDesk, command: LeadingGroupCommand) -> Done:
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        return desk.handle(Do(LEADING_GROUP, organisation, command), acting=acting, town=state.town)

    @router.post(f"{PATH}/head", action="register.keep", versioned=True)
    def change_head(organisation: str, body: HeadBody, desk: CommandDesk) -> Done:
        """The body's next principal person heads its group."""
        command = ChangeHead(body.head, body.on, principal_of(parts, organisation, body.on))
        return done(organisation, desk, command)

    @router.post(f"{PATH}/members", action="register.keep", versioned=True)
    def change_members(organisation: str, body: MembersBody, desk: CommandDesk) -> Done:
        _must_be_people_of(parts, parts.organisation(organisation).town, body.joined, body.on, "/joined")
        return done(organisation, desk, ChangeMembers(tuple(body.joined), tuple(body.left), body.on))

    @router.post(f"{PATH}/office", action="register.keep", versioned=True)
    def set_office(organisation: str, body: OfficeBody, desk: CommandDesk) -> Done:
        """Where the group's work is done (A-18)."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        _must_be_of_town(parts, body.office, state.town)
        command = SetOffice(body.office, body.on)
        return desk.handle(Do(LEADING_GROUP, organisation, command), acting=acting, town=state.town)

    @router.post(f"{PATH}/dissolution", action="register.keep", versioned=True)
    def dissolve(organisation: str, body: DissolutionBody, desk: CommandDesk) -> Done:
        return done(organisation, desk, DissolveLeadingGroup(body.on))


def _must_be_of_town(parts: Parts, office: str, town: str) -> None:
    if office and parts.handler.state(ORGANISATION, office)[1].town != town:
        raise Refused("UNKNOWN_CODE", f"{office} is no organisation of the town.", pointer="/office")


def _must_be_people_of(parts: Parts, town: str, persons: list[str], on: date, pointer: str) -> None:  # ORG-05
    """Who is of the group is registered, and a member or in post in the town; whatever else, one answer (ORG-16)."""
    for number, person in enumerate(persons):
        if town not in towns_of(parts, person, on):
            detail = f"{person} is no member and holds no post in the town."
            raise Refused("NOT_ELIGIBLE", detail, "a person of the town", f"{pointer}/{number}")


def _reading(router: Api, parts: Parts, views: Views) -> None:
    @router.get(PATH, action="register.read")
    def leading_group(organisation: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> GroupPage:
        """As it stood on a day (today)."""
        reader.may(organisation)
        version, group = parts.handler.state(LEADING_GROUP, organisation)
        day = on or reader.today
        found = _page(parts, organisation, group, day)
        if found is None:
            raise Refused("NOT_FOUND", "There is no leading group there on that day.")
        if on is None:
            reader.etag(version)
        return found

    @router.get("/towns/{town}/leading-groups", action="register.read")
    def leading_groups(town: str, reader: Reader) -> Page[GroupHead]:
        """The bodies of the town that have one."""
        reader.may(town=town)
        pages = [GroupHead(**{n: row[n] for n in GroupHead.model_fields}) for row in views.groups.of_town(town)]
        return reader.page(pages, lambda page: page.body)


def _page(parts: Parts, organisation: str, group: LeadingGroup, day: date) -> GroupPage | None:
    stood = group.on(day)
    if stood is None:
        return None
    return GroupPage(
        body=organisation,
        town=group.town,
        on=day,
        since=stood.since,
        head=stood.head,
        members=sorted(stood.members),
        office=stood.office,
        head_is_principal=stood.head == principal_of(parts, organisation, day),
    )
