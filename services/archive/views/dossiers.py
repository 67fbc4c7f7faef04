"""The dossiers of staged matters: which are owed and by when, which are filed under which number, who consulted them.

What their papers say stands in the running files; here is which papers belong to a dossier, in its order.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, Column, Connection, Date, Integer, RowMapping, String, Text, func, insert, select, update

from services.archive.events import (
    REGISTRY,
    DossierConsulted,
    DossierDueMoved,
    DossierEvent,
    DossierFact,
    DossierFellOverdue,
    DossierFiled,
    DossierOwed,
)
from shared.clock import business_day
from shared.columns import Instant
from shared.due_days import DueDay
from shared.events import Recorded
from shared.follow import TableMaker, View

OWN = frozenset(fact.__name__ for fact in get_args(DossierEvent))
OWED, FILED = "owed", "filed"


class Dossiers(View):
    name: ClassVar[str] = "dossiers"
    hears: ClassVar[tuple[str, ...]] = ("archive",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"archive": OWN}

    def define(self, table: TableMaker) -> None:
        def text(name: str, length: int = 100) -> "Column[str]":
            return Column(name, String(length), nullable=False, default="")

        self.rows = table(
            "dossiers",
            Column("matter", String(100), primary_key=True),
            *(text(name) for name in ("town", "organisation", "item", "stage", "number", "filed_by")),
            *(text(name, 400) for name in ("title", "title_en")),
            Column("closed_on", Date, nullable=False),
            Column("disclosures", JSON, nullable=False),
            Column("due", JSON, nullable=False),
            Column("due_on", Date, nullable=False),
            Column("moves", JSON, nullable=False),
            Column("overdue_from", Date),
            Column("filed_on", Date),
            Column("late_workdays", Integer),
            Column("defects", JSON, nullable=False),
            Column("note", Text, nullable=False, default=""),
            Column("version", Integer, nullable=False),
            index=(("organisation",), ("town",), ("stage", "due_on")),
        )
        self.papers = table(
            "papers",
            Column("matter", String(100), primary_key=True),
            Column("place", Integer, primary_key=True),
            *(text(name) for name in ("town", "file")),
            Column("serial", Integer, nullable=False),
            text("ref", 160),
        )
        self.consultations = table(
            "consultations",
            Column("matter", String(100), primary_key=True),
            Column("place", Integer, primary_key=True),
            *(text(name) for name in ("town", "by")),
            Column("purpose", Text, nullable=False),
            Column("on", Date, nullable=False),
            Column("at", Instant(), nullable=False),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in OWN:
            return
        fact = REGISTRY.read(event)
        assert isinstance(fact, DossierFact)  # noqa: S101 - the names above are its kinds
        if isinstance(fact, DossierOwed):
            row = fact.model_dump(include={"matter", "town", "organisation", "item", "title", "title_en", "closed_on"})
            more = {"disclosures": list(fact.disclosures), "stage": OWED, "moves": [], "defects": []}
            tx.execute(insert(self.rows).values(**row, **more, **_due(fact.due), version=event.version))
            return
        own = self.rows.c.matter == fact.matter
        tx.execute(update(self.rows).where(own).values(**self._changes(tx, fact), version=event.version))
        if isinstance(fact, DossierFiled):
            self._put_papers(tx, fact)
        if isinstance(fact, DossierConsulted):
            said = fact.model_dump(include={"matter", "town", "by", "purpose", "at"})
            tx.execute(insert(self.consultations).values(**said, place=event.version, on=business_day(fact.at)))

    def _changes(self, tx: Connection, fact: DossierFact) -> dict[str, Any]:
        match fact:
            case DossierDueMoved():
                moves = tx.scalar(select(self.rows.c.moves).where(self.rows.c.matter == fact.matter)) or []
                return _due(fact.due) | {"moves": [*moves, fact.was.isoformat()], "overdue_from": None}
            case DossierFellOverdue():
                return {"overdue_from": fact.from_day}
            case DossierFiled():
                kept = fact.model_dump(include={"number", "note", "late_workdays"})
                more = {"filed_by": fact.by, "filed_on": fact.on, "defects": list(fact.defects)}
                return kept | more | {"stage": FILED}
            case _:
                return {}

    def _put_papers(self, tx: Connection, fact: DossierFiled) -> None:
        for place, paper in enumerate(fact.papers, start=1):
            where = {"file": paper.file, "serial": paper.serial, "ref": paper.ref}
            tx.execute(insert(self.papers).values(matter=fact.matter, place=place, town=fact.town, **where))

    # --- questions ---

    def one(self, matter: str) -> RowMapping | None:
        with self.reading() as connection:
            return connection.execute(select(self.rows).where(self.rows.c.matter == matter)).mappings().first()

    def listed(self, *, organisation: str = "", town: str = "", stage: str = "") -> list[RowMapping]:
        """By the day on which they are due."""
        r = self.rows.c
        query = select(self.rows).order_by(r.due_on, r.matter)
        for column, value in ((r.organisation, organisation), (r.town, town), (r.stage, stage)):
            query = query.where(column == value) if value else query
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def places(self, matter: str) -> dict[tuple[str, int], int]:
        """Of a filed dossier: where each of its papers lies, and its place in the dossier."""
        p = self.papers.c
        with self.reading() as connection:
            rows = connection.execute(select(p.file, p.serial, p.place).where(p.matter == matter))
            return {(row.file, row.serial): row.place for row in rows}

    def counts(self, matters: Sequence[str]) -> dict[str, int]:
        """How many papers each of them holds."""
        p = self.papers.c
        question = select(p.matter, func.count().label("papers")).where(p.matter.in_(matters)).group_by(p.matter)
        with self.reading() as connection:
            return {row.matter: row.papers for row in connection.execute(question)}

    def consulted(self, matter: str, person: str, day: date) -> bool:
        """Whether this person's consultation of that day is in the log."""
        c = self.consultations.c
        question = select(func.count()).where(c.matter == matter, c.by == person, c.on == day)
        with self.reading() as connection:
            return bool(connection.scalar(question))

    def consultations_of(self, matter: str) -> list[RowMapping]:
        """Who looked into it and what for, the latest first."""
        c = self.consultations.c
        question = select(self.consultations).where(c.matter == matter).order_by(c.place.desc())
        with self.reading() as connection:
            return list(connection.execute(question).mappings())


def _due(due: DueDay) -> dict[str, Any]:
    return {"due": due.model_dump(mode="json"), "due_on": due.due}
