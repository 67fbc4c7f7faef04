"""Which disclosures wait for the decision whether they are made public again, and how it was decided (PUB-30)."""

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, Column, Connection, Date, Integer, RowMapping, String, Text, select

from services.publication.events import REGISTRY
from services.publication.events.redisclosure import RedisclosureAsked, RedisclosureDecided, RedisclosureEvent
from shared.events import Event, Recorded
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
            Column("state", String(20), nullable=False),  # pending, else re-disclose, else not-necessary or begun
            Column("opinions", JSON, nullable=False),
            Column("pending", JSON, nullable=False),  # opinions that nobody has decided on
            Column("due", JSON, nullable=False),  # opinions that a new version is owed to
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
        row = tx.execute(select(self.rows).where(c.disclosure == event.identity)).mappings().first()
        if isinstance(fact, RedisclosureAsked):
            upsert(tx, self.rows, {"disclosure": fact.disclosure}, _asked(fact, row) | {"version": event.version})
            return
        changed = _changed(fact, row) if row else {}
        own = self.rows.update().where(c.disclosure == event.identity)
        tx.execute(own.values(**changed, version=event.version))

    def of(self, organisation: str) -> list[RowMapping]:
        c = self.rows.c
        query = select(self.rows).where(c.organisation == organisation).order_by(c.asked_on, c.disclosure)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())


def _changed(fact: Event, row: RowMapping) -> dict[str, Any]:
    """A version that is owed stays owed while another question is open, and the other way round (PUB-30)."""
    if isinstance(fact, RedisclosureDecided):
        due = [*row["due"], *fact.opinions] if fact.choice == "re-disclose" else row["due"]
        told = {"reason": fact.reason, "decided_by": fact.by, "decided_on": fact.on}
        return told | {"state": "re-disclose" if due else fact.choice, "pending": [], "due": due}
    state = "pending" if row["pending"] else "begun"
    return {"state": state, "due": [], "new_version": getattr(fact, "version", 0)}


def _asked(fact: RedisclosureAsked, row: RowMapping | None) -> dict[str, Any]:
    """Asked again while it is open, the question grows."""
    pending = [*(row["pending"] if row else []), *fact.opinions]
    return {
        "town": fact.town,
        "organisation": fact.organisation,
        "asked_version": fact.version,
        "owner": fact.owner,
        "asked_on": fact.on,
        "state": "pending",
        "opinions": pending,
        "pending": pending,
        "due": row["due"] if row else [],
        "reason": "",
        "decided_by": "",
        "decided_on": None,
        "new_version": 0,
    }
