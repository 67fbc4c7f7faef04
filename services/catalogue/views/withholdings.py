"""Withholdings as they stand: proposed, filed, receipted, ended (CAT-15). No row holds anything of what is withheld."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, ClassVar, get_args

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    RowMapping,
    String,
    Text,
    and_,
    select,
    update,
)

from services.catalogue.events import (
    REGISTRY,
    WithholdingEnded,
    WithholdingEvent,
    WithholdingFiled,
    WithholdingProposed,
    WithholdingReceipted,
    WithholdingRefused,
    WithholdingTakenBack,
)
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]


class Withholdings(View):
    name: ClassVar[str] = "withholdings"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "catalogue": frozenset(fact.__name__ for fact in get_args(WithholdingEvent))
    }

    def define(self, table: TableMaker) -> None:
        def text(name: str, length: int) -> "Column[str]":
            return Column(name, String(length), nullable=False, default="")

        self.rows = table(
            "withholdings",
            Column("withholding", String(120), primary_key=True),
            *(
                text(name, 40)
                for name in ("stage", "town", "organisation", "kind", "ground", "addressed_to", "refused_for")
            ),
            *(text(name, 100) for name in ("item", "sub_item", "reviewer", "proposed_by", "filed_by", "number")),
            Column("citation", Text, nullable=False),
            Column("late_workdays", Integer, nullable=False),
            Column("proposed_on", Date, nullable=False),
            Column("filed_on", Date, nullable=False),
            Column("until", Date),
            Column("received_on", Date),
            Column("deemed", Boolean, nullable=False, default=False),
            text("ended", 20),
            Column("ended_on", Date),
            Column("version", Integer, nullable=False),
            index=(("organisation", "proposed_on"), ("item",), ("ended", "until")),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in self.heeds["catalogue"]:
            return
        rows, fact = self.rows, REGISTRY.read(event)
        match fact:
            case WithholdingProposed():
                said = {"stage": "proposed", "late_workdays": 0, "filed_by": fact.proposed_by, "proposed_on": fact.on}
                self._put(tx, event, fact, said)
            case WithholdingRefused():
                self._set(tx, fact.withholding, event, stage="refused", refused_for=fact.ground)
            case WithholdingTakenBack():
                self._set(tx, fact.withholding, event, stage="taken-back")
            case WithholdingFiled():
                own = rows.c.withholding == fact.withholding
                known = tx.execute(select(rows.c.proposed_by, rows.c.proposed_on).where(own)).mappings().one_or_none()
                before = dict(known or {"proposed_by": fact.filed_by, "proposed_on": fact.on})
                self._put(tx, event, fact, before | {"stage": "filed"})
            case WithholdingReceipted():
                self._set(tx, fact.withholding, event, number=fact.number, deemed=fact.deemed, received_on=fact.on)
            case WithholdingEnded():
                self._set(tx, fact.withholding, event, ended=fact.reason, ended_on=fact.on)
            case _:
                pass

    def _put(self, tx: Connection, event: Recorded, fact: WithholdingProposed | WithholdingFiled, values: Row) -> None:
        said = fact.model_dump(exclude={"withholding", "on"})
        when = {"filed_on": fact.on, "version": event.version}
        upsert(tx, self.rows, {"withholding": fact.withholding}, said | values | when)

    def _set(self, tx: Connection, withholding: str, event: Recorded, **values: Any) -> None:
        own = self.rows.c.withholding == withholding
        tx.execute(update(self.rows).where(own).values(version=event.version, **values))

    # Questions.

    @property
    def _stands(self) -> ColumnElement[bool]:
        return and_(self.rows.c.stage == "filed", self.rows.c.ended == "")

    def listed(self, *, organisation: str = "", town: str = "", standing: bool = False) -> list[RowMapping]:
        """Latest first."""
        table = self.rows
        query = select(table).order_by(table.c.proposed_on.desc(), table.c.withholding.desc())
        for column, value in (("organisation", organisation), ("town", town)):
            query = query.where(table.c[column] == value) if value else query
        query = query.where(self._stands) if standing else query
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def one(self, withholding: str) -> RowMapping | None:
        with self.reading() as connection:
            found = select(self.rows).where(self.rows.c.withholding == withholding)
            return connection.execute(found).mappings().one_or_none()

    def standing_over(self, today: date) -> list[RowMapping]:
        """Those that still stand though their last day is over."""
        table = self.rows
        over = select(table.c.withholding, table.c.town).where(self._stands, table.c.until < today)
        with self.reading() as connection:
            return list(connection.execute(over.order_by(table.c.withholding)).mappings())

    def of_items(self, items: Collection[str]) -> list[RowMapping]:
        """What stands of these items today."""
        table = self.rows
        found = select(table).where(table.c.item.in_(sorted(items)), self._stands).order_by(table.c.item)
        with self.reading() as connection:
            return list(connection.execute(found).mappings())
