"""Catalogues as they are read: every version of every organisation, and which was in force on a day.

An item carries the audiences that may read it, so that an outsider's answer holds only what goes outside (ORG-11).
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Column, Connection, Date, Integer, String, Text, delete, or_, select

from services.catalogue.events import REGISTRY, CatalogueAdopted, CatalogueDrafted, Item
from shared import scope, walls
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]


class Catalogues(View):
    name: ClassVar[str] = "catalogues"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    revision: ClassVar[int] = 2

    def define(self, table: TableMaker) -> None:
        self.versions = table(
            "versions",
            Column("organisation", String(40), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("town", String(40), nullable=False),
            Column("stage", String(10), nullable=False),
            Column("source", String(120), nullable=False),
            Column("stream_version", Integer, nullable=False),
            Column("effective", Date),
            Column("adopted_on", Date),
            Column("adopted_by", String(80), nullable=False),
            Column("on_behalf_of", String(40), nullable=False),
            index=(("town", "stage"),),
            open_to="stage = 'adopted'",  # everyone may know what an organisation owes (ORG-11)
        )
        self.items = table(
            "items",
            Column("organisation", String(40), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("sub_item", String(10), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("place", Integer, nullable=False),
            Column("category", String(4), nullable=False),
            Column("audience_inside", String(120), nullable=False),
            Column("audience_outside", String(120), nullable=False),
            Column("item", Text, nullable=False),
            open_to=walls.seen_by("audience_inside", "audience_outside"),
        )
        self.exclusions = table(
            "exclusions",
            Column("organisation", String(40), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("sub_item", String(10), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("reason", Text, nullable=False),
            open_to=walls.along(self.versions, "organisation", "version"),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.name not in ("CatalogueDrafted", "CatalogueAdopted"):
            return
        match REGISTRY.read(event):
            case CatalogueDrafted() as drafted:
                self._put(tx, drafted, {**_BLANK, "source": drafted.source, "stream_version": event.version})
            case CatalogueAdopted() as adopted:
                values = {
                    "stage": "adopted",
                    "stream_version": event.version,
                    "effective": adopted.effective,
                    "adopted_on": adopted.on,
                    "adopted_by": adopted.adopted_by,
                    "on_behalf_of": adopted.on_behalf_of,
                }
                if adopted.changes:
                    values["source"] = f"change:{adopted.changes[0]}"
                self._put(tx, adopted, values)
            case _:
                pass

    def _put(self, tx: Connection, fact: CatalogueDrafted | CatalogueAdopted, values: Row) -> None:
        key = {"organisation": fact.organisation, "version": fact.version}
        if values.get("stage") == "adopted":
            source = tx.scalar(select(self.versions.c.source).where(*_where(self.versions, key)))
            values = {"source": source or "", **values}
        upsert(tx, self.versions, key, {"town": fact.town, **values})
        for table in (self.items, self.exclusions):
            tx.execute(delete(table).where(*_where(table, key)))
        if fact.items:
            tx.execute(self.items.insert(), [_item_row(fact, n, item) for n, item in enumerate(fact.items)])
        if fact.exclusions:
            rows = [{**key, "town": fact.town, **e.model_dump()} for e in fact.exclusions]
            tx.execute(self.exclusions.insert(), rows)

    # Questions.

    def in_force(self, organisation: str, on: date) -> Row | None:
        """The version in force on a day: the latest effective by then."""
        table = self.versions
        query = (
            select(table)
            .where(table.c.organisation == organisation, table.c.stage == "adopted", table.c.effective <= on)
            .order_by(table.c.effective.desc(), table.c.version.desc())
            .limit(1)
        )
        return self._first(query)

    def draft(self, organisation: str) -> Row | None:
        table = self.versions
        return self._first(select(table).where(table.c.organisation == organisation, table.c.stage == "draft"))

    def history(self, organisation: str) -> list[Row]:
        """All adopted versions, oldest first."""
        table = self.versions
        query = select(table).where(table.c.organisation == organisation, table.c.stage == "adopted")
        with self.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query.order_by(table.c.version))]

    def in_force_of_town(self, town: str, on: date) -> list[Row]:
        """Of each organisation of a town, the version in force on a day."""
        table = self.versions
        query = select(table).where(table.c.town == town, table.c.stage == "adopted", table.c.effective <= on)
        latest = query.order_by(table.c.organisation, table.c.effective, table.c.version)
        with self.reading() as connection:
            found = {row.organisation: dict(row._mapping) for row in connection.execute(latest)}
        return list(found.values())

    def items_of(self, version: Row, audiences: Collection[str] | None) -> list[Item]:
        """The items of a version that these audiences may read; ``None`` stands for all."""
        table = self.items
        query = select(table.c.item).where(*_where(table, version)).order_by(table.c.place)
        if audiences is not None and not sees_all(version, audiences):
            known = sorted(audiences)
            query = query.where(or_(table.c.audience_inside.in_(known), table.c.audience_outside.in_(known)))
        with self.reading() as connection:
            return [Item.model_validate_json(text) for text in connection.scalars(query)]

    def exclusions_of(self, version: Row) -> list[Row]:
        table = self.exclusions
        query = select(table.c.sub_item, table.c.reason).where(*_where(table, version)).order_by(table.c.sub_item)
        with self.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def organisations_in_force(self, town: str, on: date) -> list[str]:
        """The organisations of a town with a catalogue in force on a day (ORG-13)."""
        table = self.versions
        query = select(table.c.organisation).where(
            table.c.town == town, table.c.stage == "adopted", table.c.effective <= on
        )
        with self.reading() as connection:
            return sorted(connection.scalars(query.distinct()))

    def _first(self, query: Any) -> Row | None:
        with self.reading() as connection:
            row = connection.execute(query).first()
        return dict(row._mapping) if row else None


_BLANK: Row = {"stage": "draft", "effective": None, "adopted_on": None, "adopted_by": "", "on_behalf_of": ""}


def _where(table: Any, key: Row) -> Sequence[Any]:
    return (table.c.organisation == key["organisation"], table.c.version == key["version"])


def sees_all(version: Row, audiences: Collection[str]) -> bool:
    """Those who work on it or oversee it see what is kept inside, too."""
    watchers = (scope.desk(version["organisation"]), scope.oversight(version["town"]), scope.oversight("county"))
    return any(watcher in audiences for watcher in watchers)


def _item_row(fact: CatalogueDrafted | CatalogueAdopted, place: int, item: Item) -> Row:
    where = {"organisation": fact.organisation, "town": fact.town}
    outside = scope.audience_of(item.audience_outside, **where) if item.audience_outside else ""
    return {
        **where,
        "version": fact.version,
        "sub_item": item.sub_item,
        "place": place,
        "category": item.category,
        "audience_inside": scope.audience_of(item.audience_inside, **where),
        "audience_outside": outside,
        "item": item.model_dump_json(),
    }
