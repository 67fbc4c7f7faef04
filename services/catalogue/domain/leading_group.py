"""A leading group answers for openness in a town, or in one body of it: a head, members, and an office (ORG-05).

The head is the body's principal person on that day. The office is an organisation of the town; where none is named it
is the town's CDI, which takes the lead in coordination (A-18). Every line is dated and none is ever changed.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.catalogue.events import (
    LeadingGroupDissolved,
    LeadingGroupEvent,
    LeadingGroupFormed,
    LeadingGroupHeadChanged,
    LeadingGroupMembersChanged,
    LeadingGroupOfficeSet,
)
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class FormLeadingGroup:
    """``principal``: the body's principal person on the day, or ''; ``usual_office``: the town's CDI."""

    body: str
    town: str
    head: str
    members: tuple[str, ...]
    office: str
    on: date
    principal: str
    usual_office: str = ""


@dataclass(frozen=True)
class ChangeHead:
    head: str
    on: date
    principal: str


@dataclass(frozen=True)
class ChangeMembers:
    joined: tuple[str, ...]
    left: tuple[str, ...]
    on: date


@dataclass(frozen=True)
class SetOffice:
    office: str
    on: date


@dataclass(frozen=True)
class DissolveLeadingGroup:
    on: date


LeadingGroupCommand = FormLeadingGroup | ChangeHead | ChangeMembers | SetOffice | DissolveLeadingGroup


@dataclass(frozen=True)
class Standing:
    """How the group stood from a day on; without a head it had been dissolved."""

    since: date
    head: str = ""
    members: frozenset[str] = frozenset()
    office: str = ""


@dataclass(frozen=True)
class LeadingGroup:
    body: str = ""
    town: str = ""
    history: tuple[Standing, ...] = ()

    @property
    def now(self) -> Standing:
        return self.history[-1] if self.history else Standing(date.min)

    @property
    def stands(self) -> bool:
        return bool(self.now.head)

    def on(self, day: date) -> Standing | None:
        """How it stood on a day; None before it was formed and after it was dissolved."""
        held = next((s for s in reversed(self.history) if s.since <= day), None)
        return held if held and held.head else None


def decide(group: LeadingGroup, command: LeadingGroupCommand) -> list[LeadingGroupEvent]:
    if group.history and command.on < group.now.since:
        raise Refused("WRONG_DATE", f"It was changed on {group.now.since}.", "that day or later", "/on")
    if not isinstance(command, FormLeadingGroup) and not group.stands:
        raise Refused("NOT_FOUND", "There is no leading group there.")
    match command:
        case FormLeadingGroup():
            return form_leading_group(group, command)
        case ChangeHead():
            return change_head(group, command)
        case ChangeMembers():
            return change_members(group, command)
        case SetOffice():
            return set_office(group, command)
        case DissolveLeadingGroup():
            return [LeadingGroupDissolved(body=group.body, town=group.town, on=command.on)]
        case _:
            assert_never(command)


def form_leading_group(group: LeadingGroup, command: FormLeadingGroup) -> list[LeadingGroupEvent]:  # ORG-05
    if group.stands:
        raise Refused("ALREADY_REGISTERED", f"{command.body} has a leading group since {group.history[0].since}.")
    _must_be_principal(command.head, command.principal)
    office = command.office or command.usual_office
    if not office:
        raise Refused("MISSING_FIELD", "A leading group has an office.", "an organisation of the town", "/office")
    return [
        LeadingGroupFormed(
            body=command.body,
            town=command.town,
            on=command.on,
            head=command.head,
            members=tuple(dict.fromkeys(m for m in command.members if m != command.head)),
            office=office,
        )
    ]


def change_head(group: LeadingGroup, command: ChangeHead) -> list[LeadingGroupEvent]:
    """The next head follows the body's next principal person; who headed it before did so until that day."""
    _must_be_principal(command.head, command.principal)
    if command.head == group.now.head:
        return []
    return [LeadingGroupHeadChanged(body=group.body, town=group.town, on=command.on, head=command.head)]


def change_members(group: LeadingGroup, command: ChangeMembers) -> list[LeadingGroupEvent]:
    strangers = [m for m in command.left if m not in group.now.members]
    if strangers:
        raise Refused("NOT_A_MEMBER", f"{strangers[0]} is not of the group.", pointer="/left")
    joined = tuple(dict.fromkeys(m for m in command.joined if m not in group.now.members | {group.now.head}))
    if not joined and not command.left:
        return []
    left = tuple(dict.fromkeys(command.left))
    return [LeadingGroupMembersChanged(body=group.body, town=group.town, on=command.on, joined=joined, left=left)]


def set_office(group: LeadingGroup, command: SetOffice) -> list[LeadingGroupEvent]:
    if not command.office:
        raise Refused("MISSING_FIELD", "A leading group has an office.", "an organisation of the town", "/office")
    if command.office == group.now.office:
        return []
    return [LeadingGroupOfficeSet(body=group.body, town=group.town, on=command.on, office=command.office)]


def _must_be_principal(head: str, principal: str) -> None:
    if head != principal:
        detail = f"The body's principal person is {principal or 'not appointed'}."
        raise Refused("NOT_ELIGIBLE", detail, "the body's principal person on that day", "/head")


def evolve(group: LeadingGroup, event: LeadingGroupEvent) -> LeadingGroup:
    now = group.now
    match event:
        case LeadingGroupFormed():
            stood = Standing(event.on, event.head, frozenset(event.members), event.office)
            return LeadingGroup(event.body, event.town, (*group.history, stood))
        case LeadingGroupHeadChanged():
            return _from(group, replace(now, since=event.on, head=event.head, members=now.members - {event.head}))
        case LeadingGroupMembersChanged():
            members = (now.members | frozenset(event.joined)) - frozenset(event.left)
            return _from(group, replace(now, since=event.on, members=members))
        case LeadingGroupOfficeSet():
            return _from(group, replace(now, since=event.on, office=event.office))
        case LeadingGroupDissolved():
            return _from(group, Standing(event.on))
        case _:
            assert_never(event)


def _from(group: LeadingGroup, standing: Standing) -> LeadingGroup:
    return replace(group, history=(*group.history, standing))


LEADING_GROUP: Decider[LeadingGroup, LeadingGroupCommand, LeadingGroupEvent] = Decider(
    "group", LeadingGroup(), decide, evolve
)
