"""The facts of the register: county, towns, organisations in their tree, posts, members, division, calendars.

A post is held from the start of the day it was taken until the end of the day before it was left. Start at
:class:`OrganisationRegistered`.
"""

from datetime import date
from typing import Literal

from shared.events import Event

OrganisationType = Literal["enterprise", "rural", "organ", "school", "hospital", "social", "other"]
RemovalGround = Literal["own-request", "neglect", "membership-ended", "transferred", "health", "other-office"]
Level = Literal["county", "town-committee", "organ", "general-branch", "branch", "unit"]


class CountyFounded(Event):
    county: str
    name_zh: str
    name_en: str
    office_person: str


class TownRegistered(Event):
    """``on``: the day it joined the deployment; not recorded of those that were there before days were."""

    town: str
    name_zh: str
    name_en: str
    on: date | None = None


class OrganisationRegistered(Event):
    """``town`` is empty for the county's own organs."""

    organisation: str
    town: str
    type: OrganisationType
    level: Level
    name_zh: str
    name_en: str
    on: date


class OrganisationPlaced(Event):
    """From ``on``, ``superior`` is the next higher organisation (ORG-02)."""

    organisation: str
    superior: str
    on: date


class PostTaken(Event):
    organisation: str
    post: str
    kind: str  # a shared.identity.PostKind
    title_zh: str
    title_en: str
    person: str
    on: date
    term: date | None = None  # the post ends by itself on this day (ORG-14); without it, when it is left


class PostLeft(Event):
    organisation: str
    post: str
    person: str
    on: date


class MemberAdmitted(Event):
    organisation: str
    person: str
    on: date


class MemberLeft(Event):
    organisation: str
    person: str
    on: date


class MemberTransferred(Event):
    """Leaves one organisation and joins another on the same day (ORG-11); the other's own stream is told by
    MemberAdmitted, in the words of its own town.
    """

    organisation: str
    town: str
    to_organisation: str
    to_town: str
    person: str
    on: date


class StaffRecorded(Event):
    """A person of the organisation's unit or village who is not its Party member."""

    organisation: str
    person: str
    on: date


class StaffLeft(Event):
    """From ``on`` they are none of the unit's people any more (ORG-11)."""

    organisation: str
    person: str
    on: date


class DivisionSet(Event):
    """From ``on``, ``unit`` is in charge of ``category`` in the town (ORG-08)."""

    town: str
    category: str
    unit: str
    on: date


class ParameterSet(Event):
    town: str
    parameter: str
    value: str
    on: date


class CalendarPublished(Event):
    """A later version of a year replaces the earlier one whole, and what is open moves (requirements 3.7)."""

    year: int
    version: int
    source: str
    holidays: tuple[date, ...]
    make_up_workdays: tuple[date, ...]


class VacancyFound(Event):
    """Nobody has been first responsible since ``since`` (ORG-07); what others did before stays theirs."""

    organisation: str
    town: str
    since: date


class VacancyEnded(Event):
    """From ``until`` on somebody is first responsible again; if it is ``since``, it was filled after the fact."""

    organisation: str
    town: str
    since: date
    until: date


class SupervisorAppointed(Event):
    """A member hired to supervise, for a term that ends by itself on ``until`` (ORG-14, P-13)."""

    organisation: str
    post: str
    person: str
    term: int  # 1 is the first, 2 the first renewal
    on: date
    until: date


class SupervisorRemoved(Event):
    organisation: str
    post: str
    person: str
    ground: RemovalGround
    on: date
