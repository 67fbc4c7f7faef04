"""The items of all catalogues, by the days each wording is in force: what may be drafted, what is owed.

A new wording of another kind or cycle lets the period under way run to its end (A-19, decision 0039): the old one
goes on raising until then, and the new one begins after it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    Row,
    RowMapping,
    String,
    and_,
    func,
    or_,
    select,
    update,
)

from services.publication.domain.schedule import PLAN, ItemInForce, running_period_ends
from services.publication.events.parts import Condition
from services.publication.heard import CatalogueAdopted, HeardItem, PlanApproved
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert

OFF_CATALOGUE = 0  # the version of what is in no catalogue
RHYTHM = ("kind", "cycle", "fine_tune")
SHOWN_AS = ("title_zh", "content", "scope", "audience_inside", "audience_outside")  # what republication is owed for


class CatalogueItems(View):
    """A catalogue's new version ends the wordings of the old; ``since`` is since when without a break.

    A wording raises duties until ``raises_until``; ``dropped`` are the changes with which the item left the catalogue.
    """

    name: ClassVar[str] = "catalogue_items"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    revision: ClassVar[int] = 2

    def define(self, table: TableMaker) -> None:
        self.items = table(
            "catalogue_items",
            Column("item", String(100), primary_key=True),
            Column("from_day", Date, primary_key=True),
            Column("until_day", Date),
            Column("since", Date, nullable=False),
            Column("rhythm_from", Date, nullable=False),
            Column("raises_until", Date),
            Column("altered", Boolean, nullable=False),
            Column("left", Boolean, nullable=False),
            Column("dropped_by", JSON, nullable=False),
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
                self._put(tx, adopted, item, earlier.get(item.id))
        approved = hear(event, PlanApproved)
        if approved:
            self._put_planned(tx, approved)

    def _put_planned(self, tx: Connection, approved: PlanApproved) -> None:
        """In force from its approval, whatever becomes of the catalogue: it never was of it (CAT-12)."""
        conditions = [condition.model_dump(mode="json") for condition in approved.conditions]
        values: dict[str, Any] = {
            "until_day": None,
            "since": approved.on,
            "rhythm_from": approved.on,
            "raises_until": None,
            "altered": False,
            "left": False,
            "dropped_by": [],
            "town": approved.town,
            "organisation": approved.organisation,
            "version": OFF_CATALOGUE,
            "terms": _terms(approved).model_dump(mode="json") | {"conditions": conditions},
        }
        upsert(tx, self.items, {"item": approved.plan, "from_day": approved.on}, values)

    def _ended(self, tx: Connection, adopted: CatalogueAdopted) -> dict[str, Row[Any]]:
        """End what was in force of the organisation's catalogue; the wordings that were, by item."""
        table, day = self.items, adopted.effective
        kept = {item.id for item in adopted.items}
        of_catalogue = and_(table.c.organisation == adopted.organisation, table.c.version != OFF_CATALOGUE)
        open_rows = and_(of_catalogue, table.c.until_day.is_(None))
        former = {row.item: row for row in tx.execute(select(table).where(open_rows))}
        tx.execute(update(table).where(open_rows).values(until_day=day, raises_until=day))
        runs_out = and_(of_catalogue, table.c.raises_until > day)
        tx.execute(update(table).where(runs_out, table.c.item.not_in(kept)).values(raises_until=day))
        left = {"left": True, "dropped_by": list(adopted.changes)}
        for item in sorted(former.keys() - kept):
            row = and_(table.c.item == item, table.c.from_day == former[item].from_day)
            tx.execute(update(table).where(row).values(**left))
        return former

    def _put(self, tx: Connection, adopted: CatalogueAdopted, item: HeardItem, former: Row[Any] | None) -> None:
        day, was = adopted.effective, HeardItem.model_validate(former.terms) if former else None
        rhythm_from = self._rhythm_from(tx, former, was, item, day) if former and was else day
        upsert(
            tx,
            self.items,
            {"item": item.id, "from_day": day},
            {
                "until_day": None,
                "since": former.since if former else day,
                "rhythm_from": rhythm_from,
                "raises_until": None,
                "altered": _altered(former, was, item, day),
                "left": False,
                "dropped_by": [],
                "town": adopted.town,
                "organisation": adopted.organisation,
                "version": adopted.version,
                "terms": item.model_dump(mode="json"),
            },
        )

    def _rhythm_from(self, tx: Connection, former: Row[Any], was: HeardItem, item: HeardItem, day: date) -> date:
        """From when on the new wording's kind and cycle count; the old one's period under way runs to its end."""
        if all(getattr(was, name) == getattr(item, name) for name in RHYTHM):
            begun: date = former.rhythm_from
            return begun
        ends = running_period_ends(_in_force(former._mapping), day)
        table = self.items
        last = and_(table.c.item == item.id, table.c.from_day == former.from_day)
        tx.execute(update(table).where(last).values(raises_until=ends))
        return ends if item.kind == "periodic" else day

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

    def limits(self, on: date) -> dict[str, int]:
        """Of each item in force on a day, the working days it allows; 0 where the parameter holds."""
        table = self.items
        limit = table.c.terms["limit_days"].as_integer()
        query = select(table.c.item, limit).where(table.c.from_day <= on, _not_ended(table, on))
        with self.reading() as connection:
            return {item: days or 0 for item, days in connection.execute(query)}

    def in_force(self, on: date, organisation: str = "") -> Iterator[ItemInForce]:
        table = self.items
        query = select(table).where(table.c.from_day <= on, _not_ended(table, on)).order_by(table.c.item)
        if organisation:
            query = query.where(table.c.organisation == organisation)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return (_in_force(row) for row in rows)

    def raising(self, on: date, organisation: str = "") -> Iterator[ItemInForce]:
        """Every wording that has raised duties by a day, or raises them still."""
        table = self.items
        query = select(table).where(table.c.from_day <= on).order_by(table.c.item, table.c.from_day)
        if organisation:
            query = query.where(table.c.organisation == organisation)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return (_in_force(row) for row in rows)

    def gone(self, on: date) -> dict[str, tuple[date, tuple[str, ...]]]:
        """The items that are in force no more by a day: since when, and by which changes."""
        table = self.items
        back = select(table.c.item).where(table.c.from_day <= on, _not_ended(table, on))
        left = select(table).where(table.c.left, table.c.until_day <= on, table.c.item.not_in(back))
        with self.reading() as connection:
            rows = connection.execute(left.order_by(table.c.from_day)).mappings().all()
        return {row["item"]: (row["until_day"], tuple(row["dropped_by"])) for row in rows}


def _altered(former: Row[Any] | None, was: HeardItem | None, item: HeardItem, day: date) -> bool:
    """Whether readers must be shown it anew (PUB-22); of several wordings from one day on, one such is enough."""
    if former is None or was is None:
        return False
    earlier_that_day = former.from_day == day and former.altered
    return earlier_that_day or any(getattr(was, name) != getattr(item, name) for name in SHOWN_AS)


def _not_ended(table: Any, on: date) -> Any:
    return or_(table.c.until_day.is_(None), table.c.until_day > on)


def planned_item(approved: PlanApproved) -> ItemInForce:
    """The matter of an approved plan, as the view has it."""
    where = {"organisation": approved.organisation, "town": approved.town, "altered": False, "raises_until": None}
    days = dict.fromkeys(("since", "rhythm_from", "from_day"), approved.on)
    return _in_force({**where, **days, "terms": _terms(approved).model_dump(mode="json")})


def _terms(approved: PlanApproved) -> HeardItem:
    terms = approved.terms
    return HeardItem(
        id=approved.plan,
        sub_item=f"{PLAN}{approved.number}",
        title_zh=approved.title,
        title_en=approved.title,
        content="",
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
        limit_hours=terms.limit_hours,
        scope=terms.scope,
        audience_inside=terms.audience_inside,
        audience_outside=terms.audience_outside,
        methods=terms.methods,
        rhythm_from=row["rhythm_from"],
        from_day=row["from_day"],
        raises_until=row["raises_until"] or date.max,
        altered=row["altered"],
        major=terms.major,
    )
