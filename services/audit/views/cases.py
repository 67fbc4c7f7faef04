"""The town's audits of changes: what waits for one, until when, and what was decided (CAT-17)."""

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, Column, Connection, Date, Integer, RowMapping, String, Text, select, update

from services.audit.events import (
    REGISTRY,
    CaseDueMoved,
    CaseEvent,
    CaseFact,
    CaseFellOverdue,
    CaseOpened,
    ChangeAudited,
    ChangeAuditReturned,
)
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

OWN = frozenset(fact.__name__ for fact in get_args(CaseEvent))
OPENING = ("town", "organisation", "round", "lines", "reason", "unit", "requested_by", "approved_by", "due")


class Cases(View):
    name: ClassVar[str] = "cases"
    hears: ClassVar[tuple[str, ...]] = ("audit",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"audit": OWN}

    def define(self, table: TableMaker) -> None:
        def text(name: str, length: int = 100) -> "Column[str]":
            return Column(name, String(length), nullable=False, default="")

        self.rows = table(
            "cases",
            Column("change", String(40), primary_key=True),
            *(text(name, 40) for name in ("town", "organisation", "stage")),
            *(text(name) for name in ("unit", "requested_by", "approved_by", "decided_by")),
            Column("round", Integer, nullable=False),
            Column("lines", JSON, nullable=False),
            Column("reason", Text, nullable=False),
            Column("opened_on", Date, nullable=False),
            Column("due", JSON, nullable=False),
            Column("due_on", Date, nullable=False),
            Column("moves", JSON, nullable=False),
            Column("overdue_from", Date),
            Column("decided_on", Date),
            Column("note", Text, nullable=False, default=""),
            Column("version", Integer, nullable=False),
            index=(("town", "stage"), ("organisation",), ("stage", "due_on")),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in OWN:
            return
        fact = REGISTRY.read(event)
        if isinstance(fact, CaseOpened):
            kept = fact.model_dump(mode="json", include=set(OPENING))
            fresh: dict[str, Any] = {
                "stage": "open",
                "moves": [],
                "overdue_from": None,
                "decided_on": None,
                "decided_by": "",
                "note": "",
            }
            days = {"opened_on": fact.on, "due_on": fact.due.due, "version": event.version}
            upsert(tx, self.rows, {"change": fact.change}, kept | fresh | days)
        elif isinstance(fact, CaseFact):
            own = self.rows.c.change == fact.change
            values = self._values(tx, fact) | {"version": event.version}
            tx.execute(update(self.rows).where(own).values(**values))

    def _values(self, tx: Connection, fact: CaseFact) -> dict[str, Any]:
        match fact:
            case ChangeAudited():
                return {"stage": "audited", "decided_by": fact.by, "decided_on": fact.on, "note": fact.note}
            case ChangeAuditReturned():
                return {"stage": "returned", "decided_by": fact.by, "decided_on": fact.on, "note": fact.reason}
            case CaseDueMoved():
                before = tx.scalar(select(self.rows.c.moves).where(self.rows.c.change == fact.change)) or []
                due = {"due": fact.due.model_dump(mode="json"), "due_on": fact.due.due, "overdue_from": None}
                return due | {"moves": [*before, fact.was.isoformat()]}
            case CaseFellOverdue():
                return {"overdue_from": fact.from_day}
            case _:
                return {}

    def one(self, change: str) -> RowMapping | None:
        with self.reading() as connection:
            return connection.execute(select(self.rows).where(self.rows.c.change == change)).mappings().one_or_none()

    def listed(self, *, organisation: str = "", town: str = "", stage: str = "") -> list[RowMapping]:
        """By due day."""
        table = self.rows
        query = select(table).order_by(table.c.due_on, table.c.change)
        for column, value in (("organisation", organisation), ("town", town), ("stage", stage)):
            query = query.where(table.c[column] == value) if value else query
        with self.reading() as connection:
            return list(connection.execute(query).mappings())
