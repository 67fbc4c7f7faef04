"""Who someone is, and what the register says of them at an instant: posts, memberships, audiences.

The token only names the person (``oidc``). What they may do and see comes from the dated register
(``register``), a read model that every service keeps from catalogue's events, so that the answer for last
April is still there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from shared import scope


class PostKind(StrEnum):
    """What a post is, as far as powers go; its title is free text (requirements 4, IV(一)(二))."""

    COUNTY_OFFICE = "county-office"  # county leading group's office 县领导小组办公室
    COUNTY_CDI = "county-cdi"  # county commission for discipline inspection 县纪委
    COMMITTEE_SECRETARY = "committee-secretary"  # secretary of the town committee 镇党委书记
    LEADING_GROUP_HEAD = "leading-group-head"  # head of the town leading group 镇领导小组组长
    LEADING_GROUP_OFFICE = "leading-group-office"  # clerk of its office 领导小组办公室
    CDI_SECRETARY = "cdi-secretary"  # town commission for discipline inspection 镇纪委书记
    UNIT_OFFICER = "unit-officer"  # officer of a member unit (党政办, 党建办 ...) 成员单位
    SECRETARY = "secretary"  # branch secretary, first person responsible 支部书记、第一责任人
    CLERK = "clerk"  # branch clerk 党务干事
    SECRECY_REVIEWER = "secrecy-reviewer"  # 保密审查人
    SUPERVISOR = "supervisor"  # hired supervisor 党务公开监督员


OVERSEERS = frozenset(
    {
        PostKind.COMMITTEE_SECRETARY,
        PostKind.LEADING_GROUP_HEAD,
        PostKind.LEADING_GROUP_OFFICE,
        PostKind.CDI_SECRETARY,
    }
)
COUNTY_OVERSEERS = frozenset({PostKind.COUNTY_OFFICE, PostKind.COUNTY_CDI})
DESK = frozenset({PostKind.SECRETARY, PostKind.CLERK, PostKind.SECRECY_REVIEWER})


@dataclass(frozen=True)
class PostHeld:
    post: str  # the post's id, such as "FY-R1/secretary"
    kind: PostKind
    title_zh: str
    title_en: str
    organisation: str
    town: str  # '' for the county's own posts


@dataclass(frozen=True)
class Standing:
    """What the register says of one person at one instant. An unknown or absent person stands nowhere."""

    person: str = ""
    at: datetime | None = None
    name_zh: str = ""
    name_en: str = ""
    posts: tuple[PostHeld, ...] = ()
    member_of: frozenset[str] = frozenset()  # organisations whose Party member they are
    member_under: frozenset[str] = frozenset()  # those above in the same town: a branch's member is theirs too
    member_towns: frozenset[str] = frozenset()
    staff_of: frozenset[str] = frozenset()  # organisations to whose unit (staff, villagers) they belong
    overseen: frozenset[str] = frozenset()  # all organisations of the towns they oversee (ORG-03)
    town: str = ""  # the town they act in by default
    erased: bool = False  # nothing more is known of them: they sign in no more
    home_towns: frozenset[str] = frozenset()  # those of the organisations they belong to; '' for the county's own
    ancestors: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)  # to superiors

    def superiors_of(self, organisation: str) -> tuple[str, ...]:
        """The organisations above one, nearest first, at the standing's instant (ORG-02)."""
        return self.ancestors.get(organisation, ())

    def holds(self, kind: PostKind, organisation: str = "") -> bool:
        return any(p.kind == kind and (not organisation or p.organisation == organisation) for p in self.posts)

    @cached_property
    def oversees(self) -> frozenset[str]:
        """The towns nothing of which is hidden from them: read, never edit (ORG-03, ORG-04)."""
        return frozenset(p.town for p in self.posts if p.kind in OVERSEERS and p.town)

    @cached_property
    def towns(self) -> frozenset[str]:
        """Every town in which something could be theirs to see."""
        return self.home_towns | {p.town for p in self.posts}

    @cached_property
    def of_county(self) -> bool:
        """Whether a post of theirs lies above the towns (ORG-16); what they may do there the policy table says."""
        return any(not p.town for p in self.posts)

    @cached_property
    def audiences(self) -> frozenset[str]:
        """Everything this person may see, as audiences (shared.scope): the filter of every read path.

        Members of a branch are members of the organisations above it in their town. Overseers of a town have
        all audiences of its organisations; those of the county only what is meant for the county (ORG-16).
        """
        seen = {scope.SOCIETY}
        if self.person:
            seen.add(scope.named(self.person))
        seen |= {scope.members(o) for o in self.member_of | self.member_under}
        seen |= {scope.staff(o) for o in self.member_of | self.staff_of}
        seen |= {scope.town_members(t) for t in self.member_towns}
        for post in self.posts:
            if post.kind in DESK:
                seen |= scope.within(post.organisation)
            if post.kind == PostKind.SUPERVISOR:
                seen |= {scope.members(post.organisation), scope.staff(post.organisation)}
            if post.kind in COUNTY_OVERSEERS and not post.town:
                seen.add(scope.oversight("county"))
        for organisation in self.overseen:
            seen |= scope.within(organisation)
        for town in self.oversees:
            seen |= {scope.oversight(town), scope.town_members(town)}
        return frozenset(seen)

    def sees(self, audience: str, town: str) -> bool:
        """Whether something of a town, meant for an audience, exists for this person.

        More than ``audience in audiences`` only for what is meant for named persons, which overseers see too.
        """
        return audience in self.audiences or (bool(town) and town in self.oversees)


NOBODY = Standing()


class TokenVerifier(Protocol):
    def subject(self, token: str) -> str:
        """The person a bearer token names. Raises ``Refused('TOKEN_INVALID' | 'TOKEN_EXPIRED')``."""
        ...

    def remembered(self, token: str) -> str:
        """The same from memory alone, as long as it still counts; '' where it must be checked."""
        ...
