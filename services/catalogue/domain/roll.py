"""The roll of an organisation: its Party members with the days they came and left, and its unit's other people.

Membership has dates, so what someone could read on a past day can be answered (A-24). Who is a member is not also
recorded as staff: members hear what staff hear.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from services.catalogue.events import MemberAdmitted, MemberLeft, StaffRecorded
from shared.decider import Refused


@dataclass(frozen=True)
class AdmitMembers:
    """A whole roll at once; whoever is a member already stays one."""

    organisation: str
    persons: tuple[str, ...]
    on: date


@dataclass(frozen=True)
class MemberLeaves:
    """The last day of membership is the one before ``on``."""

    organisation: str
    person: str
    on: date


@dataclass(frozen=True)
class RecordStaff:
    organisation: str
    persons: tuple[str, ...]
    on: date


Period = tuple[date, date | None]


@dataclass(frozen=True)
class Roll:
    members: Mapping[str, tuple[Period, ...]] = field(default_factory=dict)
    staff: frozenset[str] = frozenset()

    def open_period(self, person: str) -> Period | None:
        periods = self.members.get(person, ())
        return periods[-1] if periods and periods[-1][1] is None else None

    def admitted(self, event: MemberAdmitted) -> "Roll":
        periods = (*self.members.get(event.person, ()), (event.on, None))
        return replace(self, members={**self.members, event.person: periods})

    def departed(self, event: MemberLeft) -> "Roll":
        *earlier, (since, _) = self.members[event.person]
        return replace(self, members={**self.members, event.person: (*earlier, (since, event.on))})

    def joined_staff(self, event: StaffRecorded) -> "Roll":
        return replace(self, staff=self.staff | {event.person})


def admit_members(roll: Roll, command: AdmitMembers) -> list[MemberAdmitted]:
    facts = []
    for number, person in enumerate(dict.fromkeys(command.persons)):
        if roll.open_period(person):
            continue
        periods = roll.members.get(person, ())
        if periods and periods[-1][1] and periods[-1][1] > command.on:
            raise Refused("WRONG_DATE", f"{person} is a member until {periods[-1][1]}.", pointer=f"/persons/{number}")
        facts.append(MemberAdmitted(organisation=command.organisation, person=person, on=command.on))
    return facts


def member_leaves(roll: Roll, command: MemberLeaves) -> list[MemberLeft]:
    period = roll.open_period(command.person)
    if period is None:
        raise Refused("NOT_A_MEMBER", f"{command.person} is not a member here.", pointer="/person")
    if command.on <= period[0]:
        raise Refused("WRONG_DATE", f"{command.person} became a member on {period[0]}.", "a later day", "/on")
    return [MemberLeft(organisation=command.organisation, person=command.person, on=command.on)]


def record_staff(roll: Roll, command: RecordStaff) -> list[StaffRecorded]:
    return [
        StaffRecorded(organisation=command.organisation, person=person, on=command.on)
        for person in dict.fromkeys(command.persons)
        if person not in roll.staff
    ]
