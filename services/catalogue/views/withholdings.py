"""Withholdings as they stand: filed, receipted, ended (CAT-15). No row holds anything of what is withheld."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, ClassVar, get_args

from sqlalchemy import Boolean, Column, Connection, Date, Integer, RowMapping, String, Text, select, update

from services.catalogue.events import (
    REGISTRY,
    WithholdingEnded,
    WithholdingEvent,
    WithholdingFiled,
    WithholdingReceipted,
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
            *(text(name, 40) for name in ("town", "organisation", "kind", "ground", "addressed_to")),
            *(text(name, 100) for name in ("item", "sub_item", "reviewer", "filed_by", "number")),
            Column("citation", Text, nullable=False),
            Column("late_workdays", Integer, nullable=False),
            Column("filed_on", Date, nullable=False),
            Column("until", Date),
            Column("received_on", Date),
            Column("deemed", Boolean, nullable=False, default=False),
            text("ended", 20),
            Column("ended_on", Date),
            Column("version", Integer, nullable=False),
            index=(("organisation", "filed_on"), ("item",), ("ended", "until")),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in self.heeds["catalogue"]:
            return
        rows, fact = self.rows, REGISTRY.read(event)
        match fact:
            case WithholdingFiled():
                values = fact.model_dump(exclude={"withholding", "on"})
                upsert(
                    tx,
                    rows,
                    {"withholding": fact.withholding},
                    values | {"filed_on": fact.on, "version": event.version},
                )
            case WithholdingReceipted():
                self._set(tx, fact.withholding, event, number=fact.number, deemed=fact.deemed, received_on=fact.on)
            case WithholdingEnded():
                self._set(tx, fact.withholding, event, ended=fact.reason, ended_on=fact.on)
            case _:
                pass

    def _set(self, tx: Connection, withholding: str, event: Recorded, **values: Any) -> None:
        own = self.rows.c.withholding == withholding
        tx.execute(update(self.rows).where(own).values(version=event.version, **values))

    # Questions.

    def listed(self, *, organisation: str = "", town: str = "", standing: bool = False) -> list[RowMapping]:
        """Latest first."""
        table = self.rows
        query = select(table).order_by(table.c.filed_on.desc(), table.c.withholding.desc())
        for column, value in (("organisation", organisation), ("town", town)):
            query = query.where(table.c[column] == value) if value else query
        query = query.where(table.c.ended == "") if standing else query
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def one(self, withholding: str) -> RowMapping | None:
        with self.reading() as connection:
            found = select(self.rows).where(self.rows.c.withholding == withholding)
            return connection.execute(found).mappings().one_or_none()

    def standing_over(self, today: date) -> list[RowMapping]:
        """Those that still stand though their last day is over."""
        table = self.rows
        over = select(table.c.withholding, table.c.town).where(table.c.ended == "", table.c.until < today)
        with self.reading() as connection:
            return list(connection.execute(over.order_by(table.c.withholding)).mappings())

    def of_items(self, items: Collection[str]) -> list[RowMapping]:
        """What stands of these items today."""
        table = self.rows
        found = select(table).where(table.c.item.in_(sorted(items)), table.c.ended == "").order_by(table.c.item)
        with self.reading() as connection:
            return list(connection.execute(found).mappings())
