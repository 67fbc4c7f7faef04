"""Duties as they stand: due, overdue or met, with the reckoning of the due day and what it was before.

Timeliness is counted here too: by duties, never by how much was published (PUB-33, PUB-36).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
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
    case,
    func,
    select,
)

from services.publication.events import REGISTRY, ObligationEvent, ObligationRaised
from shared.events import Recorded
from shared.facts import Facts
from shared.follow import GatheredView, Key, Store, TableMaker
from shared.rows import Rows

OPEN, FULFILLED = "open", "fulfilled"
FACTS = Facts(REGISTRY)
RAISED = ObligationRaised.__name__


@dataclass(frozen=True)
class Timeliness:
    """``overdue`` and ``late`` count duties; lateness is in working days."""

    organisation: str
    met_on_time: int
    met_late: int
    overdue: int
    not_yet_due: int
    late_workdays: int


_BLANK: dict[str, Any] = {
    "moves": [],
    "state": OPEN,
    "overdue_from": None,
    "disclosure": "",
    "attested_by": "",
    "fulfilled_on": None,
    "late_workdays": None,
}
_day = date.fromisoformat
_CHANGES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "ObligationFellOverdue": lambda fact: {"overdue_from": _day(fact["from_day"])},
    "NoChangeAttested": lambda fact: {"attested_by": fact["by"]},
    "ObligationFulfilled": lambda fact: {
        "state": FULFILLED,
        "disclosure": fact["disclosure"],
        "fulfilled_on": _day(fact["on"]),
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
            fact.update(_BLANK, trigger=_day(fact["trigger"]), due=_day(fact["due"]), version=event.version)
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
        """By due day; ``state`` is open, overdue or fulfilled. Overdue is what stands open after its day."""
        rows = self.rows
        query = select(rows).order_by(rows.c.due, rows.c.obligation)
        for column, value in (("organisation", organisation), ("town", town)):
            if value:
                query = query.where(rows.c[column] == value)
        if state in (OPEN, FULFILLED):
            query = query.where(rows.c.state == state)
        elif state == "overdue":
            query = query.where(rows.c.state == OPEN, rows.c.due < today)
        with self.reading() as connection:
            return iter(connection.execute(query).mappings().all())

    def raised(self) -> frozenset[str]:
        """The ids of all duties there are."""
        with self.reading() as connection:
            return frozenset(connection.scalars(select(self.rows.c.obligation)))

    def open_overdue(self, today: date) -> Iterator[RowMapping]:
        """Those whose day is over and of whom that is not yet recorded."""
        rows = self.rows
        query = select(rows).where(rows.c.state == OPEN, rows.c.due < today, rows.c.overdue_from.is_(None))
        with self.reading() as connection:
            return iter(connection.execute(query.order_by(rows.c.obligation)).mappings().all())

    def overdue_by_town(self, today: date) -> dict[str, int]:
        """Every town that has duties at all, with how many of them stand open after their day."""
        rows = self.rows
        late = func.sum(case(((rows.c.state == OPEN) & (rows.c.due < today), 1), else_=0))
        with self.reading() as connection:
            return dict(connection.execute(select(rows.c.town, late).group_by(rows.c.town)).all())

    def timeliness(self, today: date, *, organisation: str = "", town: str = "") -> list[Timeliness]:
        rows = self.rows
        met, late = rows.c.state == FULFILLED, rows.c.late_workdays > 0
        query = select(
            rows.c.organisation,
            func.sum(case((met & ~late, 1), else_=0)).label("met_on_time"),
            func.sum(case((met & late, 1), else_=0)).label("met_late"),
            func.sum(case((~met & (rows.c.due < today), 1), else_=0)).label("overdue"),
            func.sum(case((~met & (rows.c.due >= today), 1), else_=0)).label("not_yet_due"),
            func.sum(func.coalesce(rows.c.late_workdays, 0)).label("late_workdays"),
        ).group_by(rows.c.organisation)
        if organisation:
            query = query.where(rows.c.organisation == organisation)
        if town:
            query = query.where(rows.c.town == town)
        with self.reading() as connection:
            return [Timeliness(**row) for row in connection.execute(query.order_by(rows.c.organisation)).mappings()]
