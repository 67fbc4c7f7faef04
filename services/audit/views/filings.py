"""The register of filings for the record: what was filed with whom, its number, what is missing (CAT-18, CAT-15, A-04).

Items stand in it by their codes. The county's figures are counted here, and hold nothing of any content (ORG-16).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, get_args

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    RowMapping,
    String,
    Text,
    case,
    func,
    select,
    update,
)

from services.audit.events import (
    REGISTRY,
    FilingDueMoved,
    FilingEvent,
    FilingFact,
    FilingReceived,
    FilingReturned,
    FilingSubmitted,
)
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

OWN = frozenset(fact.__name__ for fact in get_args(FilingEvent))
SUBMISSION = (
    "about", "reference", "town", "organisation", "addressed_to", "round", "items", "matter", "ground",
    "late_workdays", "supplement", "submitted_by", "due",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """Of one town and one kind of filing."""

    town: str
    about: str
    submitted: int
    received: int
    deemed: int
    returned: int
    late: int


class Filings(View):
    name: ClassVar[str] = "filings"
    hears: ClassVar[tuple[str, ...]] = ("audit",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"audit": OWN}

    def define(self, table: TableMaker) -> None:
        def text(name: str, length: int = 120) -> "Column[str]":
            return Column(name, String(length), nullable=False, default="")

        self.rows = table(
            "filings",
            Column("filing", String(120), primary_key=True),
            *(
                text(name, 40)
                for name in ("about", "town", "organisation", "addressed_to", "stage", "matter", "ground")
            ),
            *(text(name) for name in ("reference", "submitted_by", "number", "received_by")),
            Column("round", Integer, nullable=False),
            Column("items", JSON, nullable=False),
            Column("late_workdays", Integer, nullable=False),
            Column("supplement", Text, nullable=False),
            Column("submitted_on", Date, nullable=False),
            Column("due", JSON, nullable=False),
            Column("due_on", Date, nullable=False),
            Column("moves", JSON, nullable=False),
            Column("received_on", Date),
            Column("deemed", Boolean, nullable=False, default=False),
            Column("missing", Text, nullable=False, default=""),
            Column("version", Integer, nullable=False),
            index=(("addressed_to", "submitted_on"), ("town", "about"), ("organisation",), ("stage", "due_on")),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in OWN:
            return
        fact = REGISTRY.read(event)
        if isinstance(fact, FilingSubmitted):
            kept = fact.model_dump(mode="json", include=set(SUBMISSION))
            days = {"submitted_on": fact.on, "due_on": fact.due.due, "version": event.version}
            fresh: dict[str, Any] = {
                "stage": "submitted",
                "moves": [],
                "received_on": None,
                "deemed": False,
                "missing": "",
            }
            upsert(tx, self.rows, {"filing": fact.filing}, kept | days | fresh)
        elif isinstance(fact, FilingFact):
            own = self.rows.c.filing == fact.filing
            tx.execute(update(self.rows).where(own).values(**self._values(tx, fact), version=event.version))

    def _values(self, tx: Connection, fact: FilingFact) -> dict[str, Any]:
        """That it was once deemed received stays flagged when its number comes."""
        match fact:
            case FilingReceived(deemed=True):
                return {"stage": "received", "deemed": True, "received_on": fact.on}
            case FilingReceived():
                before = select(self.rows.c.received_on).where(self.rows.c.filing == fact.filing)
                received_on = tx.scalar(before) or fact.on
                return {"stage": "received", "number": fact.number, "received_by": fact.by, "received_on": received_on}
            case FilingReturned():
                return {"stage": "returned", "missing": fact.missing}
            case FilingDueMoved():
                before_moves = tx.scalar(select(self.rows.c.moves).where(self.rows.c.filing == fact.filing)) or []
                moves = [*before_moves, fact.was.isoformat()]
                return {"due": fact.due.model_dump(mode="json"), "due_on": fact.due.due, "moves": moves}
            case _:
                return {}

    def one(self, filing: str) -> RowMapping | None:
        with self.reading() as connection:
            return connection.execute(select(self.rows).where(self.rows.c.filing == filing)).mappings().one_or_none()

    def listed(self, **wanted: str) -> list[RowMapping]:
        """Latest first; ``wanted`` names columns and the value each must have, '' for any."""
        table = self.rows
        query = select(table).order_by(table.c.submitted_on.desc(), table.c.filing.desc())
        for column, value in wanted.items():
            query = query.where(table.c[column] == value) if value else query
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def figures(self, organisation: str = "", town: str = "") -> list[Figures]:
        c = self.rows.c

        def counted(condition: Any) -> Any:
            return func.sum(case((condition, 1), else_=0))

        query = select(
            c.town,
            c.about,
            func.count(),
            counted(c.stage == "received"),
            counted(c.deemed),
            counted(c.stage == "returned"),
            counted(c.late_workdays > 0),
        ).group_by(c.town, c.about)
        query = query.where(c.organisation == organisation) if organisation else query
        query = query.where(c.town == town) if town else query
        with self.reading() as connection:
            return [Figures(*row) for row in connection.execute(query.order_by(c.town, c.about))]
