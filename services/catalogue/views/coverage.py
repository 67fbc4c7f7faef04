"""From when each organisation has a catalogue in force, and when it first showed something inside (ORG-13)."""

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Column, Connection, Date, String, select

from services.catalogue.events import REGISTRY, CatalogueAdopted
from shared.events import Heard, Recorded, hear
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]


class DisclosureReleasedInside(Heard):
    """What coverage reads of publication's release."""

    SERVICE: ClassVar[str] = "publication"
    EVENT: ClassVar[str] = "DisclosureReleasedInside"

    disclosure: str
    organisation: str
    town: str
    on: date


class Coverage(View):
    name: ClassVar[str] = "coverage"
    hears: ClassVar[tuple[str, ...]] = ("catalogue", "publication")
    heeds: ClassVar[dict[str, frozenset[str]]] = {
        "catalogue": frozenset({"CatalogueAdopted"}),
        "publication": frozenset({"DisclosureReleasedInside"}),
    }

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "coverage",
            Column("organisation", String(40), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("catalogue_from", Date),
            Column("first_shown", Date),
            index=(("town",),),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        shown = hear(event, DisclosureReleasedInside)
        if shown:
            self._earliest(tx, shown.organisation, shown.town, "first_shown", shown.on)
        elif event.service == "catalogue" and event.name == CatalogueAdopted.__name__:
            adopted = CatalogueAdopted.model_validate(REGISTRY.upcast(event))
            self._earliest(tx, adopted.organisation, adopted.town, "catalogue_from", adopted.effective)

    def _earliest(self, tx: Connection, organisation: str, town: str, column: str, on: date) -> None:
        """Whichever came first stays, in whatever order it is told."""
        known = tx.execute(select(self.rows).where(self.rows.c.organisation == organisation)).one_or_none()
        earlier = known._mapping[column] if known else None
        upsert(tx, self.rows, {"organisation": organisation}, {"town": town, column: min(earlier or on, on)})

    def of_town(self, town: str) -> dict[str, Row]:
        with self.reading() as connection:
            rows = connection.execute(select(self.rows).where(self.rows.c.town == town))
            return {row.organisation: dict(row._mapping) for row in rows}
