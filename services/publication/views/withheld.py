"""What is withheld, as catalogue tells: which item, since when, until when; nothing of any content (CAT-15)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import Column, Connection, Date, RowMapping, String, or_, select, update

from services.publication.heard import WithholdingEnded, WithholdingFiled
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert


@dataclass(frozen=True)
class Withholding:
    """``ended_on`` is the day from which the duty stands again, None while it does not."""

    withholding: str
    organisation: str
    town: str
    item: str
    kind: str
    on: date
    until: date | None
    ended_on: date | None

    def holds(self, day: date) -> bool:
        return self.on <= day and (self.ended_on is None or day < self.ended_on)


class Withheld(View):
    name: ClassVar[str] = "withheld"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "withheld",
            Column("withholding", String(120), primary_key=True),
            *(Column(name, String(100), nullable=False) for name in ("town", "organisation", "item", "kind")),
            Column("on", Date, nullable=False),
            Column("until", Date),
            Column("ended_on", Date),
            index=(("organisation",), ("item",)),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        match hear(event, WithholdingFiled, WithholdingEnded):
            case WithholdingFiled() as filed:
                names = {"town", "organisation", "item", "kind", "on", "until"}
                values = filed.model_dump(include=names) | {"ended_on": None}
                upsert(tx, self.rows, {"withholding": filed.withholding}, values)
            case WithholdingEnded() as ended:
                same = self.rows.c.withholding == ended.withholding
                tx.execute(update(self.rows).where(same).values(ended_on=ended.on))
            case _:
                pass

    def holds(self, item: str, day: date) -> bool:
        """Whether a filing holds an item back on a day."""
        return any(filed.holds(day) for filed in self.of_item(item))

    def of_item(self, item: str) -> list[Withholding]:
        query = select(self.rows).where(self.rows.c.item == item).order_by(self.rows.c.on)
        with self.reading() as connection:
            return [_withholding(row) for row in connection.execute(query).mappings()]

    def all(self) -> dict[str, list[Withholding]]:
        """By item, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(self.rows).order_by(self.rows.c.on, self.rows.c.withholding)).mappings()
            found: dict[str, list[Withholding]] = {}
            for row in rows:
                found.setdefault(row["item"], []).append(_withholding(row))
            return found

    def in_force(self, organisation: str, today: date) -> list[Withholding]:
        c = self.rows.c
        holds = (c.organisation == organisation, c.on <= today, or_(c.ended_on.is_(None), c.ended_on > today))
        with self.reading() as connection:
            rows = connection.execute(select(self.rows).where(*holds).order_by(c.item)).mappings()
            return [_withholding(row) for row in rows]


def _withholding(row: RowMapping) -> Withholding:
    return Withholding(**row)
