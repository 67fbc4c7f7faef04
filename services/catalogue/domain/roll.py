"""The roll of an organisation: its Party members with the days they came and left, and its unit's other people.

Membership has dates, so what someone could read on a past day can be answered (A-24). Who is a member is not also
recorded as staff: members hear what staff hear.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from services.catalogue.events import MemberAdmitted, MemberLeft, MemberTransferred, StaffLeft, StaffRecorded
from shared.decider import Refused


@dataclass(frozen=True)
class AdmitMembers:
    """A whole roll at once; whoever is a member already stays one.

    ``elsewhere``: their times in other organisations.
    """

    organisation: str
    persons: tuple[str, ...]
    on: date
    elsewhere: Mapping[str, "tuple[Period, ...]"] = field(default_factory=dict)


@dataclass(frozen=True)
class MemberLeaves:
    """The last day of membership is the one before ``on``."""

    organisation: str
    person: str
    on: date


@dataclass(frozen=True)
class RollLine:
    """One line of a roll: a member from a day on, and if they have left, until when."""

    person: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class TakeOverRoll:
    """A roll with the days of each member; whoever is on it from the same day stays as they are.

    ``elsewhere``: their times in other organisations.
    """

    organisation: str
    lines: tuple[RollLine, ...]
    elsewhere: Mapping[str, "tuple[Period, ...]"] = field(default_factory=dict)


@dataclass(frozen=True)
class TransferMember:
    """To another organisation on a day, in one act (ORG-11)."""

    organisation: str
    town: str
    to_organisation: str
    to_town: str
    person: str
    on: date


@dataclass(frozen=True)
class ReceiveMember:
    """What a transfer brings: the person is a member here from that day on. ``expected``: only ask whether they may."""

    organisation: str
    town: str
    person: str
    on: date
    expected: bool = False


@dataclass(frozen=True)
class RecordStaff:
    organisation: str
    persons: tuple[str, ...]
    on: date


@dataclass(frozen=True)
class StaffLeaves:
    """The last day with the unit is the one before ``on``."""

    organisation: str
    person: str
    on: date


Period = tuple[date, date | None]


@dataclass(frozen=True)
class Roll:
    members: Mapping[str, tuple[Period, ...]] = field(default_factory=dict)
    staff: Mapping[str, tuple[Period, ...]] = field(default_factory=dict)

    def open_period(self, person: str) -> Period | None:
        periods = self.members.get(person, ())
        return periods[-1] if periods and periods[-1][1] is None else None

    def member_on(self, person: str, day: date) -> bool:
        return any(since <= day and (until is None or day < until) for since, until in self.members.get(person, ()))

    def admitted(self, event: MemberAdmitted) -> "Roll":
        periods = (*self.members.get(event.person, ()), (event.on, None))
        return replace(self, members={**self.members, event.person: periods})

    def departed(self, event: MemberLeft | MemberTransferred) -> "Roll":
        *earlier, (since, _) = self.members[event.person]
        return replace(self, members={**self.members, event.person: (*earlier, (since, event.on))})

    def joined_staff(self, event: StaffRecorded) -> "Roll":
        return replace(self, staff={**self.staff, event.person: (*self.staff.get(event.person, ()), (event.on, None))})

    def left_staff(self, event: StaffLeft) -> "Roll":
        *earlier, (since, _) = self.staff[event.person]
        return replace(self, staff={**self.staff, event.person: (*earlier, (since, event.on))})


def take_over_roll(roll: Roll, command: TakeOverRoll) -> list[MemberAdmitted | MemberLeft]:
    """All lines or none; refuses WRONG_DATE for one that contradicts what is recorded, naming its line."""
    facts: list[MemberAdmitted | MemberLeft] = []
    for number, line in enumerate(command.lines):
        told = _line_of_roll(roll, command.organisation, line, f"/lines/{number}")
        if any(isinstance(fact, MemberAdmitted) for fact in told):
            others = command.elsewhere.get(line.person, ())
            _must_be_free(line.person, (line.since, line.until), others, f"/lines/{number}/since")
        for fact in told:
            roll = roll.admitted(fact) if isinstance(fact, MemberAdmitted) else roll.departed(fact)
        facts += told
    return facts


def _line_of_roll(roll: Roll, organisation: str, line: RollLine, at: str) -> list[MemberAdmitted | MemberLeft]:
    periods = roll.members.get(line.person, ())
    known = next((p for p in periods if p[0] == line.since), None)
    if line.until is not None and line.until <= line.since:
        raise Refused("WRONG_DATE", "Nobody leaves before they came.", "a later day", f"{at}/until")
    if known and known[1] == line.until:
        return []
    if known and (known[1] is not None or known != periods[-1]):
        raise Refused("WRONG_DATE", f"Recorded as a member until {known[1]}.", pointer=f"{at}/until")
    if not known and any(until is None or until > line.since for _, until in periods):
        raise Refused("WRONG_DATE", f"Recorded as a member since {periods[-1][0]}.", pointer=f"{at}/since")
    admitted = [] if known else [MemberAdmitted(organisation=organisation, person=line.person, on=line.since)]
    left = [MemberLeft(organisation=organisation, person=line.person, on=line.until)] if line.until else []
    return [*admitted, *left]


def transfer_member(roll: Roll, command: TransferMember) -> list[MemberTransferred]:  # ORG-11
    if command.organisation == command.to_organisation:
        raise Refused("OWN_ORGANISATION", "They are a member there already.", pointer="/to")
    member_leaves(roll, MemberLeaves(command.organisation, command.person, command.on))
    return [
        MemberTransferred(
            organisation=command.organisation,
            town=command.town,
            to_organisation=command.to_organisation,
            to_town=command.to_town,
            person=command.person,
            on=command.on,
        )
    ]


def receive_member(roll: Roll, command: ReceiveMember) -> list[MemberAdmitted]:
    """Asked beforehand, it refuses in one way whatever the roll says: whoever asks need not be one who reads it."""
    admission = AdmitMembers(command.organisation, (command.person,), command.on)
    if not command.expected:
        return admit_members(roll, admission)
    periods = roll.members.get(command.person, ())
    if any(until is None or until > command.on for _, until in periods):  # ORG-16
        raise Refused("ALREADY_REGISTERED", "They cannot join there from that day on.", pointer="/to")
    return []


def admit_members(roll: Roll, command: AdmitMembers) -> list[MemberAdmitted]:
    facts = []
    for number, person in enumerate(dict.fromkeys(command.persons)):
        if roll.open_period(person):
            continue
        periods = roll.members.get(person, ())
        if periods and periods[-1][1] and periods[-1][1] > command.on:
            raise Refused("WRONG_DATE", f"{person} is a member until {periods[-1][1]}.", pointer=f"/persons/{number}")
        _must_be_free(person, (command.on, None), command.elsewhere.get(person, ()), f"/persons/{number}")
        facts.append(MemberAdmitted(organisation=command.organisation, person=person, on=command.on))
    return facts


def _must_be_free(person: str, period: Period, elsewhere: tuple[Period, ...], pointer: str) -> None:  # ORG-11
    """A member belongs to one organisation at a time; the refusal does not say to which."""
    (since, until), last = period, date.max
    if any(other < (until or last) and since < (gone or last) for other, gone in elsewhere):
        detail = f"{person} is a member of another organisation then."
        raise Refused("NOT_ELIGIBLE", detail, "a transfer from there, or a day after they have left it", pointer)


def member_leaves(roll: Roll, command: MemberLeaves) -> list[MemberLeft]:
    period = roll.open_period(command.person)
    if period is None:
        raise Refused("NOT_A_MEMBER", f"{command.person} is not a member here.", pointer="/person")
    if command.on <= period[0]:
        raise Refused("WRONG_DATE", f"{command.person} became a member on {period[0]}.", "a later day", "/on")
    return [MemberLeft(organisation=command.organisation, person=command.person, on=command.on)]


def record_staff(roll: Roll, command: RecordStaff) -> list[StaffRecorded]:
    facts = []
    for number, person in enumerate(dict.fromkeys(command.persons)):
        *_, (_, until) = roll.staff.get(person, ((date.min, date.min),))
        if until is None:
            continue
        if until > command.on:
            raise Refused("WRONG_DATE", f"{person} is with the unit until {until}.", pointer=f"/persons/{number}")
        facts.append(StaffRecorded(organisation=command.organisation, person=person, on=command.on))
    return facts


def staff_leaves(roll: Roll, command: StaffLeaves) -> list[StaffLeft]:  # ORG-11
    *_, (since, until) = roll.staff.get(command.person, ((date.min, date.min),))
    if until is not None:
        raise Refused("NOT_A_MEMBER", f"{command.person} is not recorded with the unit.", pointer="/person")
    if command.on <= since:
        raise Refused("WRONG_DATE", f"{command.person} is with the unit from {since} on.", "a later day", "/on")
    return [StaffLeft(organisation=command.organisation, person=command.person, on=command.on)]
