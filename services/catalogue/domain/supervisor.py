"""A supervisor is a Party member of the organisation, hired for a term that ends by itself; it can be renewed (ORG-14).

The same appointment makes them a channel of opinions and a supervisor (A-23). How long a term is and how often it can
be renewed are parameters of the town (P-13) and come in with the command.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.catalogue.domain.roll import Roll
from services.catalogue.domain.tenure import LeavePost, TakePost, Tenure, leave_post, take_post
from services.catalogue.events import PostLeft, PostTaken, RemovalGround, SupervisorAppointed, SupervisorRemoved
from shared.decider import Refused

SUPERVISOR = "supervisor"
# nobody supervises what they do themselves
SUPERVISED = frozenset({"secretary", "committee-secretary", "clerk", "secrecy-reviewer"})


@dataclass(frozen=True)
class AppointSupervisor:
    """``years`` and ``renewals`` are P-13 as the town has set it on that day."""

    organisation: str
    post: str
    title_zh: str
    title_en: str
    person: str
    on: date
    years: int
    renewals: int


@dataclass(frozen=True)
class RemoveSupervisor:
    """Before the term is over; the last day is the one before ``on``."""

    organisation: str
    post: str
    person: str
    ground: RemovalGround
    on: date


def appoint_supervisor(
    tenures: tuple[Tenure, ...], roll: Roll, command: AppointSupervisor
) -> list[SupervisorAppointed | PostLeft | PostTaken]:  # ORG-14, P-13
    if any(t.kind == SUPERVISOR and t.person == command.person and t.since == command.on for t in tenures):
        return []
    _must_be_eligible(tenures, roll, command)
    served = [t for t in tenures if t.kind == SUPERVISOR and t.person == command.person]
    if any(t.end is None or t.end > command.on for t in served):
        raise Refused("WRONG_DATE", "The present term is not over.", f"{served[-1].end}, when it ends", "/on")
    if len(served) > command.renewals:
        raise Refused("NOT_ELIGIBLE", f"{len(served)} terms were served; {command.renewals} renewals are allowed.")
    until = years_after(command.on, command.years)
    appointed = SupervisorAppointed(
        organisation=command.organisation,
        post=command.post,
        person=command.person,
        term=len(served) + 1,
        on=command.on,
        until=until,
    )
    taking = TakePost(
        command.organisation,
        command.post,
        SUPERVISOR,
        command.title_zh,
        command.title_en,
        command.person,
        command.on,
        term=until,
    )
    return [appointed, *take_post(tenures, taking)]


def _must_be_eligible(tenures: Iterable[Tenure], roll: Roll, command: AppointSupervisor) -> None:
    if not roll.member_on(command.person, command.on):
        raise Refused("NOT_A_MEMBER", f"{command.person} is no Party member here on {command.on}.", pointer="/person")
    working = [t for t in tenures if t.kind in SUPERVISED and t.person == command.person]
    over = years_after(command.on, command.years)
    if any(t.since < over and (t.end is None or t.end > command.on) for t in working):
        raise Refused("NOT_ELIGIBLE", "Who works on the disclosures does not supervise them.", pointer="/person")


def must_not_supervise_own_work(tenures: Iterable[Tenure], command: TakePost) -> None:
    """A supervisor whose term runs on from that day takes no supervised post: the supervision ends first (ORG-14)."""
    serving = [t for t in tenures if t.kind == SUPERVISOR and t.person == command.person]
    if command.kind in SUPERVISED and any(t.end is None or t.end > command.on for t in serving):
        detail = "Who works on the disclosures does not supervise them."
        raise Refused("NOT_ELIGIBLE", detail, "a day after the supervision has ended", "/person")


def remove_supervisor(tenures: Iterable[Tenure], command: RemoveSupervisor) -> list[SupervisorRemoved | PostLeft]:
    left = leave_post(tenures, LeavePost(command.organisation, command.post, command.person, command.on))
    removed = SupervisorRemoved(
        organisation=command.organisation,
        post=command.post,
        person=command.person,
        ground=command.ground,
        on=command.on,
    )
    return [removed, *left]


def removed_with_membership(
    tenures: tuple[Tenure, ...], organisation: str, person: str, ground: RemovalGround, on: date
) -> list[SupervisorRemoved | PostLeft]:
    """Only a member supervises: who leaves the organisation is no supervisor of it from the same day on."""
    serving = [t for t in tenures if t.kind == SUPERVISOR and t.person == person and not t.until]
    serving = [t for t in serving if t.term is None or on < t.term]
    return [
        fact
        for post in dict.fromkeys(t.post for t in serving)
        for fact in (
            SupervisorRemoved(organisation=organisation, post=post, person=person, ground=ground, on=on),
            PostLeft(organisation=organisation, post=post, person=person, on=on),
        )
    ]


def years_after(day: date, years: int) -> date:
    """The same day of a later year; of a year without a 29 February, the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
