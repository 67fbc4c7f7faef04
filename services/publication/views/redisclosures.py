"""Which disclosures wait for the decision whether they are made public again, and how it was decided (PUB-30)."""

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, Column, Connection, Date, Integer, RowMapping, String, Text, select

from services.publication.events import REGISTRY
from services.publication.events.redisclosure import RedisclosureAsked, RedisclosureDecided, RedisclosureEvent
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

OF_REDISCLOSURE = frozenset(fact.__name__ for fact in get_args(RedisclosureEvent))


class Redisclosures(View):
    name: ClassVar[str] = "redisclosures"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"publication": OF_REDISCLOSURE}

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "redisclosures",
            Column("disclosure", String(100), primary_key=True),
            Column("town", String(100), nullable=False),
            Column("organisation", String(100), nullable=False),
            Column("asked_version", Integer, nullable=False),
            Column("owner", String(100), nullable=False),
            Column("asked_on", Date, nullable=False),
            Column("state", String(20), nullable=False),  # pending, re-disclose, not-necessary, begun
            Column("opinions", JSON, nullable=False),
            Column("reason", Text, nullable=False),
            Column("decided_by", String(100), nullable=False),
            Column("decided_on", Date),
            Column("new_version", Integer, nullable=False),
            Column("version", Integer, nullable=False),
            index=(("organisation", "state"),),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in OF_REDISCLOSURE:
            return
        fact, c = REGISTRY.read(event), self.rows.c
        if isinstance(fact, RedisclosureAsked):
            row = tx.execute(select(self.rows).where(c.disclosure == fact.disclosure)).mappings().first()
            upsert(tx, self.rows, {"disclosure": fact.disclosure}, _asked(fact, row) | {"version": event.version})
            return
        changed: dict[str, Any] = {"state": "begun", "new_version": getattr(fact, "version", 0)}
        if isinstance(fact, RedisclosureDecided):
            changed = {"state": fact.choice, "reason": fact.reason, "decided_by": fact.by, "decided_on": fact.on}
        own = self.rows.update().where(c.disclosure == event.identity)
        tx.execute(own.values(**changed, version=event.version))

    def of(self, organisation: str) -> list[RowMapping]:
        c = self.rows.c
        query = select(self.rows).where(c.organisation == organisation).order_by(c.asked_on, c.disclosure)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())


def _asked(fact: RedisclosureAsked, row: RowMapping | None) -> dict[str, Any]:
    """Asked again while it is open, the question grows."""
    earlier = row["opinions"] if row and row["state"] == "pending" else []
    return {
        "town": fact.town,
        "organisation": fact.organisation,
        "asked_version": fact.version,
        "owner": fact.owner,
        "asked_on": fact.on,
        "state": "pending",
        "opinions": [*earlier, *fact.opinions],
        "reason": "",
        "decided_by": "",
        "decided_on": None,
        "new_version": 0,
    }
