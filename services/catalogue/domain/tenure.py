"""Who holds which post from when until when. A post has one holder; an organisation has one first person responsible.

A tenure runs from the start of ``since`` until the end of the day before ``until``; an open one has no end yet, or
ends by itself when its term is over. Who held a post on a day that has passed stays who held it (ORG-07, ORG-15).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.catalogue.events import PostLeft, PostTaken
from shared.decider import Refused

FIRST_PERSON_KINDS = frozenset({"secretary", "committee-secretary", "cdi-secretary"})
HEADS_A_UNIT = "unit-officer"  # the principal person of a unit that has no secretary


@dataclass(frozen=True)
class Tenure:
    post: str
    kind: str
    person: str
    since: date
    until: date | None = None
    term: date | None = None

    @property
    def end(self) -> date | None:
        """When it was left, else when its term is over."""
        return self.until or self.term

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class TakePost:
    """``succeeds`` names the present holder, who leaves on the same day; empty: the post must be free."""

    organisation: str
    post: str
    kind: str
    title_zh: str
    title_en: str
    person: str
    on: date
    succeeds: str = ""
    term: date | None = None


@dataclass(frozen=True)
class LeavePost:
    """The holder's last day is the one before ``on``; with ``today``, no earlier day, and no later than was planned."""

    organisation: str
    post: str
    person: str
    on: date
    today: date | None = None


@dataclass(frozen=True)
class TakePosts:
    """Several at once, in order; all or none. With ``today``, what was held until then stays as it was."""

    posts: tuple[TakePost, ...]
    today: date | None = None


def take_post(tenures: Iterable[Tenure], command: TakePost) -> list[PostLeft | PostTaken]:  # ORG-07
    if command.kind == "supervisor" and command.term is None:
        raise Refused("NOT_ELIGIBLE", "A supervisor is a member, appointed for a term.", "an appointment", "/kind")
    taken = PostTaken(
        organisation=command.organisation,
        post=command.post,
        kind=command.kind,
        title_zh=command.title_zh,
        title_en=command.title_en,
        person=command.person,
        on=command.on,
        term=command.term,
    )
    rivals = [tenure for tenure in tenures if _rival(tenure, command)]
    if any(t.post == command.post and t.person == command.person and t.since == command.on for t in rivals):
        return []
    if not rivals:
        return [taken]
    rival = rivals[0]
    if len(rivals) == 1 and rival.person == command.succeeds and rival.since < command.on and not rival.end:
        return [
            PostLeft(organisation=command.organisation, post=rival.post, person=rival.person, on=command.on),
            taken,
        ]
    raise Refused(
        "POST_HELD",
        f"{rival.post} is held from {rival.since} by {rival.person}.",
        accepted="a day after the holder has left, or the holder's name in succeeds",
        pointer="/on",
    )


def _rival(tenure: Tenure, command: TakePost) -> bool:
    """A tenure that would run at the same time, in the same post or as another first person responsible."""
    same_time = tenure.end is None or tenure.end > command.on
    return same_time and (tenure.post == command.post or _both_first(tenure, command))


def _both_first(tenure: Tenure, command: TakePost) -> bool:
    return tenure.kind in FIRST_PERSON_KINDS and command.kind in FIRST_PERSON_KINDS


def leave_post(tenures: Iterable[Tenure], command: LeavePost) -> list[PostLeft]:
    same = [t for t in tenures if t.post == command.post and t.person == command.person]
    held = [t for t in same if _still_held(t, command)]
    if not held:
        raise Refused("NOT_IN_POST", f"{command.person} does not hold {command.post}.", pointer="/person")
    if command.on <= held[0].since:
        raise Refused("WRONG_DATE", f"The post was taken on {held[0].since}.", "a later day", "/on")
    if command.today is not None and command.on < command.today:
        raise Refused("WRONG_DATE", "Who held it on a past day stays who held it.", "today or a later day", "/on")
    return [PostLeft(organisation=command.organisation, post=command.post, person=command.person, on=command.on)]


def _still_held(tenure: Tenure, command: LeavePost) -> bool:
    """What ended by itself is not left; what is to end on a later day can be left before it."""
    if tenure.until is not None:
        return command.today is not None and command.today < tenure.until and command.on < tenure.until
    return tenure.term is None or command.on < tenure.term


def must_not_rewrite(held: Iterable[Tenure], command: TakePost, today: date) -> None:  # ORG-07 ORG-15
    """A post that somebody had passes on from today on; the first who is known to have had it may have long before."""
    known = [t for t in held if t.post == command.post or _both_first(t, command)]
    again = any((t.post, t.person, t.since) == (command.post, command.person, command.on) for t in known)
    if known and not again and command.on < today:
        raise Refused("WRONG_DATE", "Who held it on a past day stays who held it.", "today or a later day", "/on")


def left(tenures: tuple[Tenure, ...], event: PostLeft) -> tuple[Tenure, ...]:
    """The tenures after someone left: the open one of that person in that post ends, or a planned end comes sooner."""
    return tuple(replace(t, until=event.on) if _left_by(t, event) else t for t in tenures)


def _left_by(tenure: Tenure, event: PostLeft) -> bool:
    """Of a term that had run out by then nothing is cut off; one that was to begin later never does."""
    if (tenure.post, tenure.person) != (event.post, event.person):
        return False
    if tenure.until is not None:
        return tenure.since < event.on < tenure.until
    return tenure.since <= event.on if tenure.term is None else event.on < tenure.term


def first_persons(tenures: Iterable[Tenure], day: date) -> list[str]:
    """Those first responsible on a day: one, or none while the post is vacant."""
    return [t.person for t in tenures if t.kind in FIRST_PERSON_KINDS and t.covers(day)]


def principal(tenures: Iterable[Tenure], day: date) -> str:
    """The principal person of a body on a day: the first responsible, else who heads the unit; '' for none (ORG-05)."""
    known = tuple(tenures)
    heads = [t.person for t in known if t.kind == HEADS_A_UNIT and t.covers(day)]
    return next(iter([*first_persons(known, day), *heads]), "")


def vacancies(tenures: Iterable[Tenure], begins: date, today: date) -> list[tuple[date, date | None]]:
    """When nobody was first responsible, from the day an organisation began until today (ORG-07).

    Each from its first day until the day on which somebody was again; the last has no end while it lasts.
    """
    held = sorted((t for t in tenures if t.kind in FIRST_PERSON_KINDS), key=lambda t: t.since)
    gaps: list[tuple[date, date | None]] = []
    free: date | None = begins
    for tenure in held:
        if free is None:
            break
        if tenure.since > free and free <= today:
            gaps.append((free, tenure.since if tenure.since <= today else None))
        free = None if tenure.end is None else max(free, tenure.end)
    if free is not None and free <= today and not (gaps and gaps[-1][1] is None):
        gaps.append((free, None))
    return gaps
