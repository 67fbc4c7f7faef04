"""The county as the register knows it, held in memory: tree, posts, divisions, parameters, calendars.

Everything is dated by Shanghai days: a thing holds from its first day until the day before its last date. A
:class:`Structure` never changes; the register view makes a new one when what it is made from has changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from shared.identity import PostHeld, PostKind
from shared.workdays import Calendar, CalendarYear


@dataclass(frozen=True, slots=True)
class Org:
    organisation: str
    town: str  # '' for the county's own
    type: str
    level: str
    name_zh: str
    name_en: str
    since: date


@dataclass(frozen=True, slots=True)
class Town:
    town: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Span:
    """From the start of ``since`` to the end of the day before ``until``; without ``until``, still."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Tenure:
    """A person in a post for a time."""

    post: PostHeld
    person: str
    span: Span


@dataclass(frozen=True, slots=True)
class Dated:
    """A value that holds from a day on, until another does."""

    since: date
    value: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A calendar year as published, and when the register learnt of it."""

    year: CalendarYear
    recorded_at: datetime


def value_at(history: Sequence[Dated], day: date) -> str | None:
    """The value that holds on a day, of a history in order of days."""
    return next((dated.value for dated in reversed(history) if dated.since <= day), None)


@dataclass(frozen=True)
class Structure:
    towns: Mapping[str, Town] = field(default_factory=dict)
    organisations: Mapping[str, Org] = field(default_factory=dict)
    placements: Mapping[str, Sequence[Dated]] = field(default_factory=dict)  # organisation -> superiors over time
    tenures: Sequence[Tenure] = ()
    divisions: Mapping[tuple[str, str], Sequence[Dated]] = field(default_factory=dict)  # town, category -> unit
    parameters: Mapping[tuple[str, str], Sequence[Dated]] = field(default_factory=dict)  # town, parameter -> value
    notices: Sequence[Notice] = ()

    @cached_property
    def by_person(self) -> Mapping[str, Sequence[Tenure]]:
        people: dict[str, list[Tenure]] = {}
        for tenure in self.tenures:
            people.setdefault(tenure.person, []).append(tenure)
        return people

    @cached_property
    def by_office(self) -> Mapping[tuple[str, PostKind], Sequence[Tenure]]:
        offices: dict[tuple[str, PostKind], list[Tenure]] = {}
        for tenure in self.tenures:
            offices.setdefault((tenure.post.organisation, tenure.post.kind), []).append(tenure)
        return offices

    @cached_property
    def of_town(self) -> Mapping[str, frozenset[str]]:
        towns: dict[str, set[str]] = {}
        for org in self.organisations.values():
            towns.setdefault(org.town, set()).add(org.organisation)
        return {town: frozenset(orgs) for town, orgs in towns.items()}

    def town_of(self, organisation: str) -> str:
        org = self.organisations.get(organisation)
        return org.town if org else ""

    def superior(self, organisation: str, day: date) -> str | None:
        return value_at(self.placements.get(organisation, ()), day) or None

    def superiors(self, organisation: str, day: date) -> tuple[str, ...]:
        """Nearest first; a ring in the data ends where it would begin again."""
        above: list[str] = []
        upper = self.superior(organisation, day)
        while upper and upper != organisation and upper not in above:
            above.append(upper)
            upper = self.superior(upper, day)
        return tuple(above)

    def subordinates(self, organisation: str, day: date) -> tuple[str, ...]:
        """Everything below an organisation, near or far, in order of ids."""
        return tuple(o for o in sorted(self.placements) if organisation in self.superiors(o, day))

    def posts(self, person: str, day: date) -> tuple[PostHeld, ...]:
        return tuple(t.post for t in self.by_person.get(person, ()) if t.span.covers(day))

    def holders(self, kind: PostKind, organisation: str, day: date) -> tuple[str, ...]:
        """Who holds such a post there, longest in office first."""
        return tuple(t.person for t in self.by_office.get((organisation, kind), ()) if t.span.covers(day))

    def calendar(self, at: datetime | None = None) -> Calendar:
        """As known at an instant: of each year the highest version recorded by then, else the first ever."""
        first: dict[int, Notice] = {}
        for notice in self.notices:
            first.setdefault(notice.year.year, notice)
        known = [n.year for n in self.notices if at is None or n.recorded_at <= at]
        return Calendar.of([*known, *(n.year for y, n in first.items() if y not in {k.year for k in known})])


@dataclass(frozen=True)
class Above(Mapping[str, tuple[str, ...]]):
    """Organisation to its superiors on a day, worked out when asked."""

    structure: Structure
    day: date

    def __getitem__(self, organisation: str) -> tuple[str, ...]:
        if organisation not in self.structure.organisations:
            raise KeyError(organisation)
        return self.structure.superiors(organisation, self.day)

    def __iter__(self) -> Iterator[str]:
        return iter(self.structure.organisations)

    def __len__(self) -> int:
        return len(self.structure.organisations)
