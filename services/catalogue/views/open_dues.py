"""From which day each item is owed, as publication tells: by this a withholding is early or late (CAT-15)."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import Column, Connection, Date, String, delete, func, select

from services.catalogue.heard import DutyEnded, DutyMet, DutyMoved, DutyRaised
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert


class OpenDues(View):
    name: ClassVar[str] = "open_dues"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "publication": frozenset({DutyRaised.EVENT, DutyMoved.EVENT, DutyMet.EVENT, DutyEnded.EVENT})
    }

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "open_dues",
            Column("obligation", String(200), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("item", String(100), nullable=False),
            Column("due", Date, nullable=False),
            index=(("item", "due"),),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        duty = hear(event, DutyRaised, DutyMoved, DutyMet, DutyEnded)
        if isinstance(duty, DutyMet | DutyEnded):
            tx.execute(delete(self.rows).where(self.rows.c.obligation == duty.obligation))
        elif isinstance(duty, DutyRaised | DutyMoved):
            values = {"town": duty.town, "item": duty.item, "due": duty.due}
            upsert(tx, self.rows, {"obligation": duty.obligation}, values)

    def earliest(self, item: str) -> date | None:
        """The day on which the oldest open duty of an item was or is due; None if nothing is open."""
        with self.reading() as connection:
            return connection.scalar(select(func.min(self.rows.c.due)).where(self.rows.c.item == item))
