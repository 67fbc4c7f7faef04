"""The register as every service keeps it: who held which post, was whose member, stood under whom, on a day.

A read model of catalogue's events. Start at :meth:`Register.standing`, which is asked for every request. What
changes rarely is kept in memory as a :class:`Structure`; a row of ``changes`` tells every process whether to read it
again. Where the process follows catalogue itself (:meth:`Register.followed`) that row is asked for when something was
applied here, and otherwise every :data:`ASK_SECONDS`, since another process may have applied it; elsewhere, always.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from threading import Lock, Thread
from time import monotonic

from sqlalchemy import Connection, Engine, Select, Table, or_, select
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import business_day
from shared.identity import OVERSEERS, PostHeld, PostKind, Standing
from shared.identity.register_loading import load_structure
from shared.identity.register_tables import RegisterTables
from shared.identity.structure import Above, Org, Span, Structure, Town, value_at
from shared.parameters import PARAMETERS, value_of
from shared.workdays import Calendar

PEOPLE_MAX = 100_000
STANDINGS_MAX = 20_000
TRUST_SECONDS = 1.0  # how late a change that another process of this service has applied may be seen here
ASK_SECONDS = 0.2  # how old the last answer may become, before it is asked for again beside the requests
FIRST_PERSONS = (PostKind.SECRETARY, PostKind.COMMITTEE_SECRETARY, PostKind.CDI_SECRETARY)  # ORG-07


@dataclass(frozen=True, slots=True)
class Person:
    person: str
    name_zh: str
    name_en: str
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Belonging:
    """A person in an organisation for a time: its Party member, or of its unit's staff."""

    organisation: str
    member: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one person over all time, and the change after which it was read."""

    change: int
    person: Person | None
    belongings: tuple[Belonging, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """The row of changes, when it was asked for, and how far this process had applied catalogue's events before."""

    changes: Mapping[str, int]
    at: float
    applied: int


class Register(RegisterTables):
    def __init__(self, engine: Engine, generation: str = "") -> None:
        super().__init__(engine, generation)
        self._lock = Lock()
        self._structure: tuple[int, Structure] = (-1, Structure())
        self._people: OrderedDict[str, Known] = OrderedDict()
        self._standings: OrderedDict[tuple[str, date], tuple[Structure, Known, Standing]] = OrderedDict()
        self._applied: Callable[[], int] | None = None
        self._asked: Asked | None = None
        self._being_asked: Asked | None = None
        self._asking = Lock()

    def followed(self, applied: Callable[[], int]) -> None:
        """From now on believe what is in memory as long as ``applied``, the last position of catalogue that this
        process has applied here, stays what it was, and no longer than :data:`TRUST_SECONDS`.
        """
        self._applied = applied

    def standing(self, person: str, at: datetime) -> Standing:
        """What someone is at an instant. A person the register does not know is only themselves."""
        return self._standing(*self._read(person), person, at)

    def remembered(self, person: str, at: datetime) -> Standing | None:
        """The same from memory alone; None where the database must be asked."""
        trusted = self._trusted()
        if trusted is None:
            return None
        self._ask_in_time()
        read = self._in_memory(trusted, person)
        return self._standing(*read, person, at) if read else None

    def _standing(self, structure: Structure, known: Known, person: str, at: datetime) -> Standing:
        day = business_day(at)
        with self._lock:
            kept = self._standings.get((person, day))
        if kept and kept[0] is structure and kept[1] is known:
            return kept[2]
        standing = _standing_of(structure, known, person, at)
        with self._lock:
            self._standings[person, day] = (structure, known, standing)
            while len(self._standings) > STANDINGS_MAX:
                self._standings.popitem(last=False)
        return standing

    def structure(self) -> Structure:
        """The county as of the last change this process has read."""
        return self._current()[1]

    def organisation(self, organisation: str) -> Org | None:
        return self.structure().organisations.get(organisation)

    def organisations(self, town: str = "") -> list[Org]:
        orgs = self.structure().organisations.values()
        return sorted((o for o in orgs if not town or o.town == town), key=lambda o: o.organisation)

    def towns_known(self) -> list[Town]:
        return sorted(self.structure().towns.values(), key=lambda t: t.town)

    def superiors(self, organisation: str, at: datetime) -> tuple[str, ...]:
        """Nearest first (ORG-02)."""
        return self.structure().superiors(organisation, business_day(at))

    def subordinates(self, organisation: str, at: datetime) -> tuple[str, ...]:
        return self.structure().subordinates(organisation, business_day(at))

    def holder(self, kind: PostKind, organisation: str, at: datetime) -> str | None:
        """Who holds such a post there; of several, the one longest in office."""
        return next(iter(self.holders(kind, organisation, at)), None)

    def holders(self, kind: PostKind, organisation: str, at: datetime) -> tuple[str, ...]:
        return self.structure().holders(kind, organisation, business_day(at))

    def first_person(self, organisation: str, at: datetime) -> str | None:
        """The first person responsible (ORG-07), or None while the post is vacant."""
        structure, day = self.structure(), business_day(at)
        return next((p for kind in FIRST_PERSONS for p in structure.holders(kind, organisation, day)), None)

    def division(self, town: str, category: str, at: datetime) -> str | None:
        """The unit in charge of a category (ORG-08)."""
        return value_at(self.structure().divisions.get((town, category), ()), business_day(at))

    def parameter(self, town: str, parameter: str, at: datetime) -> int:
        """The town's own value, else the county's, else the default. ``KeyError`` for an unknown id."""
        known, day = self.structure().parameters, business_day(at)
        for place in (town, ""):
            value = value_at(known.get((place, parameter), ()), day)
            if value is not None:
                return value_of(parameter, value)
        return PARAMETERS[parameter].default

    def calendar(self, at: datetime | None = None) -> Calendar:
        """The working days as known at an instant; without one, as known now."""
        return self.structure().calendar(at)

    def person(self, person: str) -> Person | None:
        return self._read(person)[1].person

    def belonging_of(self, person: str) -> tuple[Belonging, ...]:
        """Of which organisations someone ever was, is or is to be, in order of days."""
        return self._read(person)[1].belongings

    def persons(self) -> list[Person]:
        with self.reading() as connection:
            rows = connection.execute(select(self.people).order_by(self.people.c.person))
            return [Person(r.person, r.name_zh, r.name_en, r.erased) for r in rows]

    def members(self, organisation: str, at: datetime) -> tuple[str, ...]:
        """Who was a Party member of the organisation at that instant."""
        return self._belonging(organisation, business_day(at), member=True)

    def staff(self, organisation: str, at: datetime) -> tuple[str, ...]:
        return self._belonging(organisation, business_day(at), member=False)

    def _belonging(self, organisation: str, day: date, *, member: bool) -> tuple[str, ...]:
        table = self.belongings
        query = select(table.c.person).where(
            table.c.organisation == organisation,
            table.c.member.is_(member),
            table.c.since <= day,
            or_(table.c.until.is_(None), table.c.until > day),
        )
        with self.reading() as connection:
            return tuple(connection.scalars(query.distinct().order_by(table.c.person)))

    # Its memory.

    def _read(self, person: str) -> tuple[Structure, Known]:
        changes, structure = self._current()
        known = self._people.get(person)
        if known is not None and known.change == changes.get(self.PEOPLE, 0):
            return structure, known
        with self.reading() as connection:
            return structure, self._fresh_person(connection, changes, person)

    def _current(self) -> tuple[Mapping[str, int], Structure]:
        """What the row of changes says, and the county as of it. Of many who would ask at once, one does."""
        with self._asking:
            trusted = self._trusted()
            change, structure = self._structure
            if trusted is not None and trusted.get(self.STRUCTURE, 0) == change:
                return trusted, structure
            with self.reading() as connection:
                changes = self._changes(connection)
                return changes, self._fresh_structure(connection, changes)

    def _ask_in_time(self) -> None:
        """Before what is remembered is too old to be believed, so that nobody waits for the answer."""
        asked = self._asked
        if asked is None or asked is self._being_asked or monotonic() - asked.at < ASK_SECONDS:
            return
        self._being_asked = asked
        Thread(target=self._ask_again, name="register", daemon=True).start()

    def _ask_again(self) -> None:
        with suppress(SQLAlchemyError), self.reading() as connection:  # who asks next sees what is wrong
            self._changes(connection)

    def _trusted(self) -> Mapping[str, int] | None:
        """What the row of changes said, as long as that can be believed."""
        asked = self._asked
        if asked is None or self._applied is None or self._applied() != asked.applied:
            return None
        return asked.changes if monotonic() - asked.at < TRUST_SECONDS else None

    def _in_memory(self, changes: Mapping[str, int], person: str) -> tuple[Structure, Known] | None:
        (change, structure), known = self._structure, self._people.get(person)
        if known is None or known.change != changes.get(self.PEOPLE, 0) or change != changes.get(self.STRUCTURE, 0):
            return None
        return structure, known

    def _changes(self, connection: Connection) -> Mapping[str, int]:
        applied, at = self._applied() if self._applied else 0, monotonic()
        rows = connection.execute(_changes_of(self.changes))
        changes = {row.topic: row.position for row in rows}
        self._asked = Asked(changes, at, applied)
        return changes

    def _fresh_structure(self, connection: Connection, changes: Mapping[str, int]) -> Structure:
        change = changes.get(self.STRUCTURE, 0)
        known, structure = self._structure
        if known != change:
            structure = load_structure(connection, self)
            self._structure = (change, structure)
        return structure

    def _fresh_person(self, connection: Connection, changes: Mapping[str, int], person: str) -> Known:
        change = changes.get(self.PEOPLE, 0)
        with self._lock:
            known = self._people.get(person)
        if known is None or known.change != change:
            known = self._load_person(connection, change, person)
            with self._lock:
                self._people[person] = known
                self._people.move_to_end(person)
                while len(self._people) > PEOPLE_MAX:
                    self._people.popitem(last=False)
        return known

    def _load_person(self, connection: Connection, change: int, person: str) -> Known:
        row = connection.execute(select(self.people).where(self.people.c.person == person)).one_or_none()
        table = self.belongings
        belongings = connection.execute(
            select(table).where(table.c.person == person).order_by(table.c.since, table.c.organisation)
        )
        return Known(
            change,
            Person(row.person, row.name_zh, row.name_en, row.erased) if row else None,
            tuple(Belonging(b.organisation, b.member, Span(b.since, b.until)) for b in belongings),
        )


@lru_cache
def _changes_of(table: Table) -> Select[tuple[str, int]]:
    return select(table.c.topic, table.c.position)


def _standing_of(structure: Structure, known: Known, person: str, at: datetime) -> Standing:
    day = business_day(at)
    posts = structure.posts(person, day)
    members = frozenset(b.organisation for b in known.belongings if b.member and b.span.covers(day))
    staff = frozenset(b.organisation for b in known.belongings if not b.member and b.span.covers(day))
    towns = frozenset(structure.town_of(o) for o in members) - {""}
    overseen = (structure.of_town.get(p.town, frozenset()) for p in posts if p.kind in OVERSEERS and p.town)
    return Standing(
        person=person,
        at=at,
        name_zh=known.person.name_zh if known.person else "",
        name_en=known.person.name_en if known.person else "",
        posts=posts,
        member_of=members,
        member_under=_in_town_above(structure, members, day),
        member_towns=towns,
        staff_of=staff,
        overseen=frozenset().union(*overseen),
        town=_home(structure, posts, members, staff),
        erased=bool(known.person and known.person.erased),
        home_towns=frozenset(structure.town_of(o) for o in members | staff if o in structure.organisations),
        ancestors=Above(structure, day),
    )


def _in_town_above(structure: Structure, members: frozenset[str], day: date) -> frozenset[str]:
    """The organisations of the town above a member's own: a branch's member is theirs too."""
    above = {s for o in members for s in structure.superiors(o, day) if structure.town_of(s)}
    return frozenset(s for s in above if any(structure.town_of(s) == structure.town_of(o) for o in members))


def _home(structure: Structure, posts: Sequence[PostHeld], members: frozenset[str], staff: frozenset[str]) -> str:
    """The town someone acts in by default: that of their post, else of their branch, else of their unit."""
    towns = [p.town for p in posts] + [structure.town_of(o) for o in (*sorted(members), *sorted(staff))]
    return next((town for town in towns if town), "")
