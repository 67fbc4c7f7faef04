"""Which bodies of a town have a leading group, with its present head and office (ORG-05)."""

from typing import Any, ClassVar, get_args

from sqlalchemy import Boolean, Column, Connection, Date, String, select, update

from services.catalogue.events import (
    REGISTRY,
    LeadingGroupDissolved,
    LeadingGroupEvent,
    LeadingGroupFormed,
    LeadingGroupHeadChanged,
    LeadingGroupOfficeSet,
)
from shared import walls
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]
HEEDED = frozenset(event.__name__ for event in get_args(LeadingGroupEvent))


class LeadingGroups(View):
    name: ClassVar[str] = "leading_groups"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    heeds: ClassVar[dict[str, frozenset[str]]] = {"catalogue": HEEDED}

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "leading_groups",
            Column("body", String(40), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("formed_on", Date, nullable=False),
            Column("head", String(80), nullable=False),
            Column("office", String(40), nullable=False),
            Column("stands", Boolean, nullable=False),
            open_to=walls.signed_in(),  # who answers for openness is no secret
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.name not in HEEDED:
            return
        match REGISTRY.read(event):
            case LeadingGroupFormed() as formed:
                values = {"town": formed.town, "formed_on": formed.on, "head": formed.head, "office": formed.office}
                upsert(tx, self.rows, {"body": formed.body}, values | {"stands": True})
            case LeadingGroupHeadChanged() as changed:
                self._set(tx, changed.body, head=changed.head)
            case LeadingGroupOfficeSet() as changed:
                self._set(tx, changed.body, office=changed.office)
            case LeadingGroupDissolved() as gone:
                self._set(tx, gone.body, stands=False)
            case _:
                pass

    def _set(self, tx: Connection, body: str, **values: Any) -> None:
        tx.execute(update(self.rows).where(self.rows.c.body == body).values(**values))

    def of_town(self, town: str) -> list[Row]:
        """Those that stand, in order of bodies."""
        query = select(self.rows).where(self.rows.c.town == town, self.rows.c.stands.is_(True))
        with self.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query.order_by(self.rows.c.body))]
