"""An organisation has one type, a dated place in the tree, dated posts with one holder each, and dated members.

Exactly one person is first responsible at any instant (ORG-07): a successor takes the post when the predecessor
has left it, or names whom they succeed. Nothing that was is changed by what comes later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import assert_never

from services.catalogue.domain.roll import (
    AdmitMembers,
    MemberLeaves,
    ReceiveMember,
    RecordStaff,
    Roll,
    StaffLeaves,
    TakeOverRoll,
    TransferMember,
    admit_members,
    member_leaves,
    receive_member,
    record_staff,
    staff_leaves,
    take_over_roll,
    transfer_member,
)
from services.catalogue.domain.supervisor import (
    AppointSupervisor,
    RemoveSupervisor,
    appoint_supervisor,
    must_not_supervise_own_work,
    remove_supervisor,
    removed_with_membership,
)
from services.catalogue.domain.tenure import (
    LeavePost,
    TakePost,
    TakePosts,
    Tenure,
    leave_post,
    left,
    must_not_rewrite,
    take_post,
)
from services.catalogue.domain.tree import KeepPlace, PlaceOrganisation, Upper, must_fit, place
from services.catalogue.domain.vacancy import NoteVacancies, Vacancies, note_vacancies
from services.catalogue.events import (
    Level,
    MemberAdmitted,
    MemberLeft,
    MemberTransferred,
    OrganisationPlaced,
    OrganisationRegistered,
    OrganisationType,
    PostLeft,
    PostTaken,
    StaffLeft,
    StaffRecorded,
    SupervisorAppointed,
    SupervisorRemoved,
    VacancyEnded,
    VacancyFound,
)
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class RegisterOrganisation:
    """``superior`` is the next higher organisation from the same day; only the county's top has none.

    ``above``: the superior and those above it, as :class:`~services.catalogue.domain.tree.PlaceOrganisation` has them.
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
    above: Mapping[str, Upper] = field(default_factory=dict)
    posts: tuple[TakePost, ...] = ()


StaffCommand = RecordStaff | StaffLeaves
RollCommand = AdmitMembers | TakeOverRoll | MemberLeaves | TransferMember | ReceiveMember
PostCommand = TakePosts | LeavePost | AppointSupervisor | RemoveSupervisor | NoteVacancies
OrganisationCommand = RegisterOrganisation | PlaceOrganisation | KeepPlace | RollCommand | StaffCommand | PostCommand
RollEvent = MemberAdmitted | MemberLeft | MemberTransferred | StaffRecorded | StaffLeft
PostEvent = PostTaken | PostLeft | SupervisorAppointed | SupervisorRemoved | VacancyFound | VacancyEnded
OrganisationEvent = OrganisationRegistered | OrganisationPlaced | RollEvent | PostEvent


@dataclass(frozen=True)
class Organisation:
    """``town`` and ``type`` are empty until it is registered. Tenures and members are kept for ever, with dates."""

    town: str = ""
    type: str = ""
    level: str = ""
    name_zh: str = ""
    since: date = date.min
    placements: tuple[tuple[date, str], ...] = ()
    tenures: tuple[Tenure, ...] = ()
    roll: Roll = field(default_factory=Roll)
    vacancies: Vacancies = ()

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
            own = organisation
            return [*place(own.town, own.level, own.since, own.placements, command)]
        case KeepPlace():
            return keep_place(organisation, command)
        case TakePosts() | LeavePost() | AppointSupervisor() | RemoveSupervisor() | NoteVacancies():
            return [*_decide_on_posts(organisation, command)]
        case RecordStaff() | StaffLeaves():
            return [*_decide_on_staff(organisation.roll, command)]
        case AdmitMembers() | TakeOverRoll() | MemberLeaves() | TransferMember() | ReceiveMember():
            return [*_decide_on_roll(organisation, command)]
        case _:
            assert_never(command)


def _decide_on_posts(organisation: Organisation, command: PostCommand) -> Sequence[OrganisationEvent]:
    match command:
        case TakePosts():
            return take_posts(organisation, command)
        case LeavePost():
            return leave_post(organisation.tenures, command)
        case AppointSupervisor():
            return appoint_supervisor(organisation.tenures, organisation.roll, command)
        case RemoveSupervisor():
            return remove_supervisor(organisation.tenures, command)
        case NoteVacancies():
            known = organisation.vacancies
            return note_vacancies(organisation.tenures, organisation.level, organisation.since, known, command)
        case _:
            assert_never(command)


def _decide_on_roll(organisation: Organisation, command: RollCommand) -> Sequence[OrganisationEvent]:
    roll, tenures = organisation.roll, organisation.tenures
    match command:
        case AdmitMembers():
            return admit_members(roll, command)
        case TakeOverRoll():
            return take_over_members(organisation, command)
        case MemberLeaves(here, person, on):
            gone = removed_with_membership(tenures, here, person, "membership-ended", on)
            return [*member_leaves(roll, command), *gone]
        case TransferMember(organisation=here, person=person, on=on):
            gone = removed_with_membership(tenures, here, person, "transferred", on)
            return [*transfer_member(roll, command), *gone]
        case ReceiveMember():
            return receive_member(roll, command)
        case _:
            assert_never(command)


def _decide_on_staff(roll: Roll, command: StaffCommand) -> Sequence[OrganisationEvent]:
    match command:
        case RecordStaff():
            return record_staff(roll, command)
        case StaffLeaves():
            return staff_leaves(roll, command)
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
        move = PlaceOrganisation(command.organisation, command.superior, command.on, command.above)
        must_fit(command.organisation, command.town, command.level, move)
        facts.append(OrganisationPlaced(organisation=command.organisation, superior=command.superior, on=command.on))
    return [*facts, *take_posts(organisation, TakePosts(command.posts))]


def keep_place(organisation: Organisation, command: KeepPlace) -> list[OrganisationEvent]:
    if organisation.placements != command.placements:
        raise Refused("WRONG_SUPERIOR", "Those above it have just been moved.", "the same once more", "/superior")
    return []


def take_over_members(organisation: Organisation, command: TakeOverRoll) -> list[OrganisationEvent]:
    """A roll that says when members left ends what they supervised, too (ORG-14)."""
    facts: list[OrganisationEvent] = []
    for fact in take_over_roll(organisation.roll, command):
        told: list[OrganisationEvent] = [fact]
        if isinstance(fact, MemberLeft):
            here, person, on = fact.organisation, fact.person, fact.on
            told += removed_with_membership(organisation.tenures, here, person, "membership-ended", on)
        organisation = reduce(evolve, told, organisation)
        facts += told
    return facts


def take_posts(organisation: Organisation, command: TakePosts) -> list[OrganisationEvent]:
    facts: list[OrganisationEvent] = []
    known = organisation.tenures
    for post in command.posts:
        if command.today is not None:
            must_not_rewrite(known, post, command.today)
        must_not_supervise_own_work(organisation.tenures, post)
        taken = take_post(organisation.tenures, post)
        organisation = reduce(evolve, taken, organisation)
        facts += taken
    return facts


def evolve(organisation: Organisation, event: OrganisationEvent) -> Organisation:
    match event:
        case OrganisationRegistered(town=town, type=kind, level=level, name_zh=name, on=on):
            return replace(organisation, town=town, type=kind, level=level, name_zh=name, since=on)
        case OrganisationPlaced():
            return replace(organisation, placements=(*organisation.placements, (event.on, event.superior)))
        case PostTaken():
            tenure = Tenure(event.post, event.kind, event.person, event.on, term=event.term)
            return replace(organisation, tenures=(*organisation.tenures, tenure))
        case PostLeft():
            return replace(organisation, tenures=left(organisation.tenures, event))
        case MemberAdmitted():
            return replace(organisation, roll=organisation.roll.admitted(event))
        case MemberLeft() | MemberTransferred():
            return replace(organisation, roll=organisation.roll.departed(event))
        case StaffRecorded():
            return replace(organisation, roll=organisation.roll.joined_staff(event))
        case StaffLeft():
            return replace(organisation, roll=organisation.roll.left_staff(event))
        case VacancyFound(since=since):
            return replace(organisation, vacancies=(*organisation.vacancies, (since, None)))
        case VacancyEnded(since=since, until=until):
            kept = tuple((s, until) if s == since else (s, u) for s, u in organisation.vacancies)
            return replace(organisation, vacancies=kept)
        case SupervisorAppointed() | SupervisorRemoved():
            return organisation  # the post itself is taken and left
        case _:
            assert_never(event)


ORGANISATION: Decider[Organisation, OrganisationCommand, OrganisationEvent] = Decider(
    "organisation", Organisation(), decide, evolve
)
