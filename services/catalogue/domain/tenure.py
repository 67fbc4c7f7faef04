"""Who holds which post from when until when. A post has one holder; an organisation has one first person responsible.

A tenure runs from the start of ``since`` until the end of the day before ``until``; an open one has no end yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.catalogue.events import PostLeft, PostTaken
from shared.decider import Refused

FIRST_PERSON_KINDS = frozenset({"secretary", "committee-secretary"})


@dataclass(frozen=True)
class Tenure:
    post: str
    kind: str
    person: str
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


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


@dataclass(frozen=True)
class LeavePost:
    """The holder's last day is the one before ``on``."""

    organisation: str
    post: str
    person: str
    on: date


@dataclass(frozen=True)
class TakePosts:
    """Several at once, in order; all or none."""

    posts: tuple[TakePost, ...]


def take_post(tenures: Iterable[Tenure], command: TakePost) -> list[PostLeft | PostTaken]:  # ORG-07
    taken = PostTaken(
        organisation=command.organisation,
        post=command.post,
        kind=command.kind,
        title_zh=command.title_zh,
        title_en=command.title_en,
        person=command.person,
        on=command.on,
    )
    rivals = [tenure for tenure in tenures if _rival(tenure, command)]
    if any(t.post == command.post and t.person == command.person and t.since == command.on for t in rivals):
        return []
    if not rivals:
        return [taken]
    rival = rivals[0]
    if len(rivals) == 1 and rival.person == command.succeeds and rival.since < command.on and not rival.until:
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
    both_first = tenure.kind in FIRST_PERSON_KINDS and command.kind in FIRST_PERSON_KINDS
    same_time = tenure.until is None or tenure.until > command.on
    return same_time and (tenure.post == command.post or both_first)


def leave_post(tenures: Iterable[Tenure], command: LeavePost) -> list[PostLeft]:
    held = [t for t in tenures if t.post == command.post and t.person == command.person and t.until is None]
    if not held:
        raise Refused("NOT_IN_POST", f"{command.person} does not hold {command.post}.", pointer="/person")
    if command.on <= held[0].since:
        raise Refused("WRONG_DATE", f"The post was taken on {held[0].since}.", "a later day", "/on")
    return [PostLeft(organisation=command.organisation, post=command.post, person=command.person, on=command.on)]


def left(tenures: tuple[Tenure, ...], event: PostLeft) -> tuple[Tenure, ...]:
    """The tenures after someone left: only the open one of that person in that post ends."""
    return tuple(
        replace(t, until=event.on) if t.post == event.post and t.person == event.person and t.until is None else t
        for t in tenures
    )


def first_persons(tenures: Iterable[Tenure], day: date) -> list[str]:
    """Those first responsible on a day: one, or none while the post is vacant."""
    return [t.person for t in tenures if t.kind in FIRST_PERSON_KINDS and t.covers(day)]
