"""Duties as they stand: due, overdue, met, suspended or ended, with the reckoning of the due day and its history.

Timeliness is counted here too: by duties, never by how much was published (PUB-33, PUB-36).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, get_args

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    RowMapping,
    String,
    Table,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql import ColumnElement

from services.publication.events import REGISTRY, ObligationEvent, ObligationRaised
from shared.columns import Instant
from shared.events import Recorded
from shared.facts import Facts
from shared.follow import GatheredView, Key, Store, TableMaker
from shared.rows import Rows
from shared.workdays import Calendar

OPEN, FULFILLED, SUSPENDED, ENDED = "open", "fulfilled", "suspended", "ended"
FACTS = Facts(REGISTRY)
RAISED = ObligationRaised.__name__
PAGE = 2_000
WIDE = ("reckoning", "moves", "title", "title_en")


@dataclass(frozen=True)
class Timeliness:
    """Counts of duties, each in one of them; lateness is in working days (PUB-33).

    ``missed`` were overdue when their item left the catalogue, ``withheld_late`` when they were withheld; duties
    withheld or ended in time are no fault and no merit. Nothing here counts what was published (PUB-36).
    """

    town: str
    organisation: str
    item: str
    met_on_time: int
    met_late: int
    overdue: int
    missed: int
    withheld_late: int
    withheld: int
    not_yet_due: int
    late_workdays: int

    @property
    def on_time_rate(self) -> float | None:
        """Of the duties whose day is over, how many were met by then; None if there are none."""
        over = self.met_on_time + self.met_late + self.overdue + self.missed + self.withheld_late
        return round(self.met_on_time / over, 4) if over else None


_BLANK: dict[str, Any] = {
    "moves": [],
    "state": OPEN,
    "overdue_from": None,
    "disclosure": "",
    "attested_by": "",
    "fulfilled_on": None,
    "late_workdays": None,
    "excused_until": None,
    "withholding": "",
    "withheld_until": None,
    "ended_on": None,
}
_day = date.fromisoformat


def _day_or_none(text: str | None) -> date | None:
    return _day(text) if text else None


_CHANGES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "ObligationFellOverdue": lambda fact: {"overdue_from": _day(fact["from_day"])},
    "NoChangeAttested": lambda fact: {"attested_by": fact["by"]},
    "ObligationFulfilled": lambda fact: {
        "state": FULFILLED,
        "disclosure": fact["disclosure"],
        "fulfilled_on": _day(fact["on"]),
        "late_workdays": fact["late_workdays"],
    },
    "ObligationSuspended": lambda fact: {
        "state": SUSPENDED,
        "withholding": fact["withholding"],
        "withheld_until": _day_or_none(fact["until"]),
        "late_workdays": fact["late_workdays"] or None,
        "overdue_from": None,
    },
    "ObligationResumed": lambda fact: {
        "state": OPEN,
        "withholding": "",
        "withheld_until": None,
        "excused_until": _day(fact["late_from"]),
    },
    "ObligationEnded": lambda fact: {
        "state": ENDED,
        "ended_on": _day(fact["on"]),
        "late_workdays": fact["late_workdays"],
    },
}


class Obligations(GatheredView):
    """Reads the facts as plain data: they are the service's own, checked when they were recorded."""

    name: ClassVar[str] = "obligations"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "publication": frozenset(fact.__name__ for fact in get_args(ObligationEvent))
    }
    data_alone: ClassVar[bool] = True

    def define(self, table: TableMaker) -> None:
        def text(name: str, length: int) -> "Column[str]":
            return Column(name, String(length), nullable=False, default="")

        self.rows = table(
            "obligations",
            Column("obligation", String(200), primary_key=True),
            *(text(name, 100) for name in ("town", "organisation", "item", "sub_item", "kind", "duty", "period")),
            *(text(name, 400) for name in ("title", "title_en")),
            Column("trigger", Date, nullable=False),
            Column("due", Date, nullable=False),
            text("parameter", 40),
            Column("provisional", Boolean, nullable=False),
            Column("calendars", JSON, nullable=False),
            Column("reckoning", JSON, nullable=False),
            Column("moves", JSON, nullable=False),
            text("state", 20),
            Column("overdue_from", Date),
            text("disclosure", 100),
            text("attested_by", 100),
            Column("fulfilled_on", Date),
            Column("late_workdays", Integer),
            *(text(name, 200) for name in ("matter", "milestone", "cause", "withholding")),
            Column("limit_hours", Integer, nullable=False, default=0),
            Column("due_at", Instant),
            Column("excused_until", Date),
            Column("withheld_until", Date),
            Column("ended_on", Date),
            Column("version", Integer, nullable=False),
            index=(("organisation", "due"), ("state", "due"), ("town", "due")),
        )

    def touched(self, event: Recorded) -> Iterator[tuple[Table, Key]]:
        if event.stream.startswith("obligation-") and event.name != RAISED:
            yield self.rows, (event.identity,)

    def change(self, rows: Store, event: Recorded) -> None:
        name = event.name
        if name not in self.heeds["publication"]:
            return
        fact, own = FACTS.of(event), rows[self.rows]
        if name == RAISED:
            days = {name: _day(fact[name]) for name in ("trigger", "due")}
            due_at = datetime.fromisoformat(fact["due_at"]) if fact["due_at"] else None
            fact.update(_BLANK, **days, due_at=due_at, version=event.version)
            own.put(fact)
        elif name == "ObligationDueMoved":
            self._moved(own, fact, event.version)
        else:
            own.change(event.identity, version=event.version, **_CHANGES[name](fact))

    def _moved(self, rows: Rows, fact: dict[str, Any], version: int) -> None:
        row = rows.get(fact["obligation"])
        if row is None:
            return
        changed = {name: fact[name] for name in ("provisional", "calendars", "reckoning")}
        if fact["was"] != fact["due"]:
            changed["overdue_from"] = None
        moves = [*row["moves"], {"was": fact["was"], "reason": fact["reason"]}]
        rows.change(fact["obligation"], **changed, due=_day(fact["due"]), moves=moves, version=version)

    # --- questions ---

    def one(self, obligation: str) -> RowMapping | None:
        with self.reading() as connection:
            query = select(self.rows).where(self.rows.c.obligation == obligation)
            return connection.execute(query).mappings().first()

    def listed(
        self, *, organisation: str = "", town: str = "", state: str = "", today: date | None = None
    ) -> Iterator[RowMapping]:
        """By due day; ``state`` is open, overdue, suspended, fulfilled or ended. Overdue stands open after its day."""
        rows = self.rows
        query = select(rows).order_by(rows.c.due, rows.c.obligation)
        for column, value in (("organisation", organisation), ("town", town)):
            if value:
                query = query.where(rows.c[column] == value)
        if state in (OPEN, FULFILLED, SUSPENDED, ENDED):
            query = query.where(rows.c.state == state)
        elif state == "overdue" and today:
            query = query.where(self._late(today))
        with self.reading() as connection:
            return iter(connection.execute(query).mappings().all())

    def standing_open(self) -> Iterator[RowMapping]:
        """All that stand open, without their reckoning, history and titles; a page of them in memory at a time."""
        rows, last = self.rows, ""
        columns = [column for column in rows.c if column.name not in WIDE]
        query = select(*columns).where(rows.c.state == OPEN).order_by(rows.c.obligation).limit(PAGE)
        while True:
            with self.reading() as connection:
                found = connection.execute(query.where(rows.c.obligation > last)).mappings().all()
            yield from found
            if len(found) < PAGE:
                return
            last = found[-1]["obligation"]

    def raised(self) -> dict[str, date | None]:
        """The ids of all duties there are, with the day they ended if their item left the catalogue."""
        rows = self.rows
        with self.reading() as connection:
            return dict(connection.execute(select(rows.c.obligation, rows.c.ended_on)).all())

    def of_items(self, items: Collection[str], *states: str) -> list[RowMapping]:
        """What stands of some items, in these states."""
        rows = self.rows
        query = select(rows).where(rows.c.item.in_(sorted(items)), rows.c.state.in_(states)).order_by(rows.c.obligation)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def only_one_of(self, item: str) -> str:
        """The one duty of a plan's matter; empty if it is not raised yet."""
        query = select(self.rows.c.obligation).where(self.rows.c.item == item)
        with self.reading() as connection:
            return connection.scalar(query.order_by(self.rows.c.obligation)) or ""

    def of_matter(self, matter: str) -> list[RowMapping]:
        """Its stages in their order, then its summary."""
        rows = self.rows
        query = select(rows).where(rows.c.matter == matter).order_by(rows.c.trigger, rows.c.obligation)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def _late(self, today: date, now: datetime | None = None) -> ColumnElement[bool]:
        """Open after its day, and after any withholding that outlasted it; or after the instant, where hours count."""
        c = self.rows.c
        excused = or_(c.excused_until.is_(None), c.excused_until < today)
        over = or_(c.due < today, and_(c.due_at < now, c.excused_until.is_(None))) if now else c.due < today
        return and_(c.state == OPEN, or_(and_(over, excused), c.overdue_from.is_not(None)))

    def open_overdue(self, today: date, now: datetime | None = None) -> Iterator[RowMapping]:
        """Those whose day is over and of whom that is not yet recorded."""
        rows = self.rows
        query = select(rows).where(self._late(today, now), rows.c.overdue_from.is_(None))
        with self.reading() as connection:
            return iter(connection.execute(query.order_by(rows.c.obligation)).mappings().all())

    def overdue_by_town(self, today: date) -> dict[str, int]:
        """Every town that has duties at all, with how many of them stand open after their day."""
        rows = self.rows
        late = func.sum(case((self._late(today), 1), else_=0))
        with self.reading() as connection:
            return dict(connection.execute(select(rows.c.town, late).group_by(rows.c.town)).all())

    def timeliness(
        self,
        today: date,
        calendar: Calendar,
        *,
        organisation: str = "",
        town: str = "",
        by: Sequence[str] = ("town", "organisation"),
    ) -> list[Timeliness]:
        """Of each town, organisation or item (``by``), over all of its duties; of overdue ones the lateness so far."""
        c = self.rows.c
        late, overdue, excused = c.late_workdays > 0, self._late(today), func.coalesce(c.excused_until, c.due)
        met, held, gone = c.state == FULFILLED, c.state == SUSPENDED, c.state == ENDED
        counted = {
            "met_on_time": met & ~late,
            "met_late": met & late,
            "overdue": overdue,
            "missed": gone & late,
            "withheld_late": held & late,
            "withheld": held & or_(c.late_workdays.is_(None), ~late),
            "not_yet_due": (c.state == OPEN) & or_(c.due >= today, excused >= today) & ~overdue,
        }
        groups = [c[name] if name in by else literal("").label(name) for name in ("town", "organisation", "item")]
        place = [c[column] == value for column, value in (("organisation", organisation), ("town", town)) if value]
        kept = [func.sum(case((rule, 1), else_=0)).label(name) for name, rule in counted.items()]
        lateness = func.sum(func.coalesce(c.late_workdays, 0)).label("late_workdays")
        query = select(*groups, *kept, lateness).where(*place).group_by(*(c[name] for name in by))
        days = (c.due, c.excused_until)
        open_late = select(*groups, *days, func.count()).where(overdue, *place).group_by(*(c[n] for n in by), *days)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(*(c[name] for name in by))).mappings().all()
            so_far: Counter[tuple[str, ...]] = Counter()
            for *group, due, until, count in connection.execute(open_late):
                so_far[tuple(group)] += count * calendar.workdays_between(max(due, until or due), today)
        figures = (dict(row) for row in rows)
        return [Timeliness(**f | {"late_workdays": f["late_workdays"] + so_far[_group(f)]}) for f in figures]


def _group(figures: Mapping[str, Any]) -> tuple[str, ...]:
    return figures["town"], figures["organisation"], figures["item"]
