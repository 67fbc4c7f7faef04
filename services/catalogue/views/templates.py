"""Templates as they are read: what each type of organisation in a town makes public, and what it does not and why."""

import json
from typing import Any, ClassVar

from sqlalchemy import Column, Connection, Integer, String, Text, select

from services.catalogue.domain import codes
from services.catalogue.events import (
    REGISTRY,
    TemplateCompleted,
    TemplateItemExcluded,
    TemplateItemSet,
    TemplateStarted,
)
from shared import walls
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]
_PLACES = {code: place for place, code in enumerate(codes.SUB_ITEMS)}


class Templates(View):
    name: ClassVar[str] = "templates"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    revision: ClassVar[int] = 2

    def define(self, table: TableMaker) -> None:
        self.templates = table(
            "templates",
            Column("town", String(40), primary_key=True),
            Column("type", String(20), primary_key=True),
            Column("version", Integer, nullable=False),
            Column("stream_version", Integer, nullable=False),
            open_to=walls.signed_in(),  # towns learn from each other's templates
        )
        self.lines = table(
            "lines",
            Column("town", String(40), primary_key=True),
            Column("type", String(20), primary_key=True),
            Column("sub_item", String(10), primary_key=True),
            Column("place", Integer, nullable=False),
            Column("unit", String(40), nullable=False),
            Column("reason", Text, nullable=False),
            Column("item", Text, nullable=False),
            open_to=walls.signed_in(),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if not event.name.startswith("Template"):
            return
        fact = REGISTRY.read(event)
        match fact:
            case TemplateStarted():
                self._head(tx, event, fact.town, fact.type, {"version": 0})
            case TemplateItemSet():
                values = {"unit": fact.unit, "reason": fact.reason, "item": fact.item.model_dump_json()}
                self._line(tx, event, fact, fact.item.sub_item, values)
            case TemplateItemExcluded():
                values = {"unit": fact.unit, "reason": fact.exclusion.reason, "item": ""}
                self._line(tx, event, fact, fact.exclusion.sub_item, values)
            case TemplateCompleted():
                self._head(tx, event, fact.town, fact.type, {"version": fact.version})
            case _:
                pass

    def _head(self, tx: Connection, event: Recorded, town: str, kind: str, values: Row) -> None:
        upsert(tx, self.templates, {"town": town, "type": kind}, {**values, "stream_version": event.version})

    def _line(
        self,
        tx: Connection,
        event: Recorded,
        fact: TemplateItemSet | TemplateItemExcluded,
        sub_item: str,
        values: Row,
    ) -> None:
        key = {"town": fact.town, "type": fact.type}
        upsert(tx, self.lines, {**key, "sub_item": sub_item}, {**values, "place": _place(sub_item)})
        table = self.templates
        tx.execute(
            table.update()
            .where(table.c.town == fact.town, table.c.type == fact.type)
            .values(stream_version=event.version)
        )

    def of_town(self, town: str) -> list[Row]:
        table = self.templates
        with self.reading() as connection:
            query = select(table).where(table.c.town == town).order_by(table.c.type)
            return [dict(row._mapping) for row in connection.execute(query)]

    def one(self, town: str, kind: str) -> Row | None:
        """A template with its lines in the order of the code list, each included or excluded with its reason."""
        table, lines = self.templates, self.lines
        with self.reading() as connection:
            head = connection.execute(select(table).where(table.c.town == town, table.c.type == kind)).first()
            if head is None:
                return None
            query = select(lines).where(lines.c.town == town, lines.c.type == kind).order_by(lines.c.place)
            found = [_line(dict(row._mapping)) for row in connection.execute(query)]
        return {**head._mapping, "lines": sorted(found, key=lambda line: codes.place_of(line["sub_item"]))}


def _place(sub_item: str) -> int:
    """Behind the listed ones stands what a unit has added."""
    category, number = codes.place_of(sub_item)
    return _PLACES.get(sub_item, len(_PLACES) + 100 * category + number)


def _line(row: Row) -> Row:
    included = bool(row["item"])
    return {
        "sub_item": row["sub_item"],
        "unit": row["unit"],
        "included": included,
        "reason": row["reason"],
        "item": json.loads(row["item"]) if included else None,
    }
