"""The items of all catalogues, by the days each wording is in force: what may be drafted, what is owed."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    Integer,
    RowMapping,
    String,
    and_,
    func,
    or_,
    select,
    update,
)

from services.publication.domain.schedule import ItemInForce
from services.publication.events.parts import Condition
from services.publication.heard import CatalogueAdopted, HeardItem, PlanApproved
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert

OFF_CATALOGUE = 0  # the version of what is in no catalogue


class CatalogueItems(View):
    """A catalogue's new version ends the wordings of the old; ``since`` is since when without a break."""

    name: ClassVar[str] = "catalogue_items"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)

    def define(self, table: TableMaker) -> None:
        self.items = table(
            "catalogue_items",
            Column("item", String(100), primary_key=True),
            Column("from_day", Date, primary_key=True),
            Column("until_day", Date),
            Column("since", Date, nullable=False),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("version", Integer, nullable=False),
            Column("terms", JSON, nullable=False),
            index=(("organisation",),),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        adopted = hear(event, CatalogueAdopted)
        if adopted:
            earlier = self._ended(tx, adopted)
            for item in adopted.items:
                self._put(tx, adopted, item, earlier.get(item.id, adopted.effective))
        approved = hear(event, PlanApproved)
        if approved:
            self._put_planned(tx, approved)

    def _put_planned(self, tx: Connection, approved: PlanApproved) -> None:
        """In force from its approval, whatever becomes of the catalogue: it never was of it (CAT-12)."""
        conditions = [condition.model_dump(mode="json") for condition in approved.conditions]
        values = {
            "until_day": None,
            "since": approved.on,
            "town": approved.town,
            "organisation": approved.organisation,
            "version": OFF_CATALOGUE,
            "terms": _terms(approved).model_dump(mode="json") | {"conditions": conditions},
        }
        upsert(tx, self.items, {"item": approved.plan, "from_day": approved.on}, values)

    def _ended(self, tx: Connection, adopted: CatalogueAdopted) -> dict[str, date]:
        """End what was in force of the organisation's catalogue; says since when each item had been."""
        table = self.items
        of_catalogue = and_(table.c.organisation == adopted.organisation, table.c.version != OFF_CATALOGUE)
        open_rows = and_(of_catalogue, table.c.until_day.is_(None))
        since = {row.item: row.since for row in tx.execute(select(table).where(open_rows))}
        tx.execute(update(table).where(open_rows).values(until_day=adopted.effective))
        return since

    def _put(self, tx: Connection, adopted: CatalogueAdopted, item: HeardItem, since: date) -> None:
        upsert(
            tx,
            self.items,
            {"item": item.id, "from_day": adopted.effective},
            {
                "until_day": None,
                "since": since,
                "town": adopted.town,
                "organisation": adopted.organisation,
                "version": adopted.version,
                "terms": item.model_dump(mode="json"),
            },
        )

    def item(self, item: str, on: date) -> ItemInForce | None:
        """As in force on a day; else as it will be (``since`` is then later); None if there is no such."""
        table = self.items
        query = select(table).where(table.c.item == item, _not_ended(table, on)).order_by(table.c.from_day)
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        return _in_force(row) if row else None

    def edition(self) -> tuple[int, int]:
        """Another one whenever a catalogue has been adopted."""
        query = select(func.count(), func.coalesce(func.sum(self.items.c.version), 0))
        with self.reading() as connection:
            wordings, versions = connection.execute(query).one()
        return wordings, versions

    def in_force(self, on: date, organisation: str = "") -> Iterator[ItemInForce]:
        table = self.items
        query = select(table).where(table.c.from_day <= on, _not_ended(table, on)).order_by(table.c.item)
        if organisation:
            query = query.where(table.c.organisation == organisation)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return (_in_force(row) for row in rows)


def _not_ended(table: Any, on: date) -> Any:
    return or_(table.c.until_day.is_(None), table.c.until_day > on)


def planned_item(approved: PlanApproved) -> ItemInForce:
    """The matter of an approved plan, as the view has it."""
    where = {"organisation": approved.organisation, "town": approved.town, "since": approved.on}
    return _in_force({**where, "terms": _terms(approved).model_dump(mode="json")})


def _terms(approved: PlanApproved) -> HeardItem:
    terms = approved.terms
    return HeardItem(
        id=approved.plan,
        sub_item=f"plan-{approved.number}",
        title_zh=approved.title,
        title_en=approved.title,
        scope=terms.scope,
        audience_inside=terms.audience_inside,
        audience_outside=terms.audience_outside,
        methods=terms.methods,
        kind="immediate",
        cycle="",
        fine_tune=None,
        limit_days=terms.limit_days,
    )


def _in_force(row: RowMapping | Mapping[str, Any]) -> ItemInForce:
    terms = HeardItem.model_validate(row["terms"])
    return ItemInForce(
        item=terms.id,
        sub_item=terms.sub_item,
        organisation=row["organisation"],
        town=row["town"],
        title=terms.title_zh,
        title_en=terms.title_en,
        kind=terms.kind,
        since=row["since"],
        conditions=tuple(Condition.model_validate(c) for c in row["terms"].get("conditions", ())),
        cycle=terms.cycle,
        fine_tune=terms.fine_tune,
        limit_days=terms.limit_days,
        scope=terms.scope,
        audience_inside=terms.audience_inside,
        audience_outside=terms.audience_outside,
        methods=terms.methods,
        major=terms.major,
    )
