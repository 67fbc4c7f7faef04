"""An organisation has one type, a dated place in the tree, dated posts with one holder each, and dated members.

Exactly one person is first responsible at any instant (ORG-07): a successor takes the post when the predecessor
has left it, or names whom they succeed. Nothing that was is changed by what comes later.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import assert_never

from services.catalogue.domain.roll import (
    AdmitMembers,
    MemberLeaves,
    RecordStaff,
    Roll,
    admit_members,
    member_leaves,
    record_staff,
)
from services.catalogue.domain.tenure import (
    LeavePost,
    TakePost,
    TakePosts,
    Tenure,
    leave_post,
    left,
    take_post,
)
from services.catalogue.events import (
    Level,
    MemberAdmitted,
    MemberLeft,
    OrganisationPlaced,
    OrganisationRegistered,
    OrganisationType,
    PostLeft,
    PostTaken,
    StaffRecorded,
)
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class RegisterOrganisation:
    """``superior`` is the next higher organisation from the same day; only the county's top has none.

    ``posts`` are taken along with it.
    """

    organisation: str
    town: str
    type: OrganisationType
    level: Level
    name_zh: str
    name_en: str
    on: date
    superior: str = ""
    posts: tuple[TakePost, ...] = ()


@dataclass(frozen=True)
class PlaceOrganisation:
    organisation: str
    superior: str
    on: date


OrganisationCommand = (
    RegisterOrganisation | PlaceOrganisation | TakePosts | LeavePost | AdmitMembers | MemberLeaves | RecordStaff
)
OrganisationEvent = (
    OrganisationRegistered | OrganisationPlaced | PostTaken | PostLeft | MemberAdmitted | MemberLeft | StaffRecorded
)


@dataclass(frozen=True)
class Organisation:
    """``town`` and ``type`` are empty until it is registered. Tenures and members are kept for ever, with dates."""

    town: str = ""
    type: str = ""
    level: str = ""
    name_zh: str = ""
    placements: tuple[tuple[date, str], ...] = ()
    tenures: tuple[Tenure, ...] = ()
    roll: Roll = field(default_factory=Roll)

    @property
    def registered(self) -> bool:
        return bool(self.type)


def decide(organisation: Organisation, command: OrganisationCommand) -> list[OrganisationEvent]:
    if not isinstance(command, RegisterOrganisation) and not organisation.registered:
        raise Refused("NOT_FOUND", "There is no such organisation.")
    match command:
        case RegisterOrganisation():
            return register_organisation(organisation, command)
        case PlaceOrganisation():
            return place_organisation(organisation, command)
        case TakePosts():
            return take_posts(organisation, command)
        case LeavePost():
            return [*leave_post(organisation.tenures, command)]
        case AdmitMembers():
            return [*admit_members(organisation.roll, command)]
        case MemberLeaves():
            return [*member_leaves(organisation.roll, command)]
        case RecordStaff():
            return [*record_staff(organisation.roll, command)]
        case _:
            assert_never(command)


def register_organisation(
    organisation: Organisation, command: RegisterOrganisation
) -> list[OrganisationEvent]:  # ORG-01, ORG-02
    if organisation.registered:
        raise Refused("ALREADY_REGISTERED", f"{command.organisation} is registered.")
    if not command.name_zh.strip():
        raise Refused("MISSING_FIELD", "An organisation has a name.", pointer="/name_zh")
    if not command.superior and command.level != "county":
        raise Refused("MISSING_FIELD", "Only the county committee has no superior.", pointer="/superior")
    facts: list[OrganisationEvent] = [
        OrganisationRegistered(
            organisation=command.organisation,
            town=command.town,
            type=command.type,
            level=command.level,
            name_zh=command.name_zh,
            name_en=command.name_en,
            on=command.on,
        )
    ]
    if command.superior:
        _must_not_be_itself(command.organisation, command.superior)
        facts.append(OrganisationPlaced(organisation=command.organisation, superior=command.superior, on=command.on))
    return [*facts, *take_posts(organisation, TakePosts(command.posts))]


def place_organisation(organisation: Organisation, command: PlaceOrganisation) -> list[OrganisationEvent]:
    _must_not_be_itself(command.organisation, command.superior)
    if organisation.placements and organisation.placements[-1] == (command.on, command.superior):
        return []
    if organisation.placements and command.on < organisation.placements[-1][0]:
        raise Refused("WRONG_DATE", "It was placed elsewhere on a later day.", pointer="/on")
    return [OrganisationPlaced(organisation=command.organisation, superior=command.superior, on=command.on)]


def take_posts(organisation: Organisation, command: TakePosts) -> list[OrganisationEvent]:
    facts: list[OrganisationEvent] = []
    for post in command.posts:
        taken = take_post(organisation.tenures, post)
        organisation = reduce(evolve, taken, organisation)
        facts += taken
    return facts


def evolve(organisation: Organisation, event: OrganisationEvent) -> Organisation:
    match event:
        case OrganisationRegistered():
            return replace(organisation, town=event.town, type=event.type, level=event.level, name_zh=event.name_zh)
        case OrganisationPlaced():
            return replace(organisation, placements=(*organisation.placements, (event.on, event.superior)))
        case PostTaken():
            tenure = Tenure(event.post, event.kind, event.person, event.on)
            return replace(organisation, tenures=(*organisation.tenures, tenure))
        case PostLeft():
            return replace(organisation, tenures=left(organisation.tenures, event))
        case MemberAdmitted():
            return replace(organisation, roll=organisation.roll.admitted(event))
        case MemberLeft():
            return replace(organisation, roll=organisation.roll.departed(event))
        case StaffRecorded():
            return replace(organisation, roll=organisation.roll.joined_staff(event))
        case _:
            assert_never(event)


def _must_not_be_itself(organisation: str, superior: str) -> None:
    if organisation == superior:
        raise Refused("WRONG_SUPERIOR", "Nothing is its own superior.", pointer="/superior")


ORGANISATION: Decider[Organisation, OrganisationCommand, OrganisationEvent] = Decider(
    "organisation", Organisation(), decide, evolve
)
