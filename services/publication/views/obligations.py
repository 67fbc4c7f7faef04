"""Duties as they stand: due, overdue or met, with the reckoning of the due day and what it was before.

Timeliness is counted here too: by duties, never by how much was published (PUB-33, PUB-36).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    RowMapping,
    String,
    case,
    func,
    select,
    update,
)

from services.publication.events import (
    REGISTRY,
    NoChangeAttested,
    ObligationDueMoved,
    ObligationEvent,
    ObligationFellOverdue,
    ObligationFulfilled,
    ObligationRaised,
)
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

OPEN, FULFILLED = "open", "fulfilled"


@dataclass(frozen=True)
class Timeliness:
    """``overdue`` and ``late`` count duties; lateness is in working days."""

    organisation: str
    met_on_time: int
    met_late: int
    overdue: int
    not_yet_due: int
    late_workdays: int


class Obligations(View):
    name: ClassVar[str] = "obligations"
    hears: ClassVar[tuple[str, ...]] = ("publication",)

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

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.stream.startswith("obligation-"):
            fact = REGISTRY.read(event)
            values = self._change(tx, fact)  # type: ignore[arg-type]  # the stream holds nothing else
            self._set(tx, event.identity, values | {"version": event.version})

    def _change(self, tx: Connection, fact: ObligationEvent) -> dict[str, Any]:
        match fact:
            case ObligationRaised():
                row = fact.model_dump(mode="json", exclude={"obligation", "trigger", "due"})
                more = {"trigger": fact.trigger, "due": fact.due, "state": OPEN, "moves": [], "version": 0}
                upsert(tx, self.rows, {"obligation": fact.obligation}, row | more)
                return {}
            case ObligationDueMoved():
                return self._moved(tx, fact)
            case ObligationFellOverdue():
                return {"overdue_from": fact.from_day}
            case NoChangeAttested():
                return {"attested_by": fact.by}
            case ObligationFulfilled():
                return {
                    "state": FULFILLED,
                    "disclosure": fact.disclosure,
                    "fulfilled_on": fact.on,
                    "late_workdays": fact.late_workdays,
                }

    def _moved(self, tx: Connection, fact: ObligationDueMoved) -> dict[str, Any]:
        query = select(self.rows.c.moves).where(self.rows.c.obligation == fact.obligation)
        moves = [*(tx.scalar(query) or []), {"was": fact.was.isoformat(), "reason": fact.reason}]
        changed = fact.model_dump(mode="json", include={"provisional", "calendars", "reckoning"})
        if fact.was != fact.due:
            changed["overdue_from"] = None
        return changed | {"due": fact.due, "moves": moves}

    def _set(self, tx: Connection, obligation: str, values: dict[str, Any]) -> None:
        tx.execute(update(self.rows).where(self.rows.c.obligation == obligation).values(**values))

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
