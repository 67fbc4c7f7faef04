"""What units have asked of one another, by the unit asked and the unit asking, open ones first (ORG-10)."""

from typing import Any, ClassVar, get_args

from sqlalchemy import Boolean, Column, Connection, Date, Integer, String, Text, or_, select, update

from services.catalogue.events import (
    REGISTRY,
    ReferralAnswered,
    ReferralCountersigned,
    ReferralEvent,
    ReferralOpened,
    ReferralWithdrawn,
)
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]
HEEDED = frozenset(event.__name__ for event in get_args(ReferralEvent))


class Referrals(View):
    name: ClassVar[str] = "referrals"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    heeds: ClassVar[dict[str, frozenset[str]]] = {"catalogue": HEEDED}

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "referrals",
            Column("referral", String(60), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("kind", String(20), nullable=False),
            Column("subject_kind", String(20), nullable=False),
            Column("subject", String(200), nullable=False),
            Column("from_unit", String(40), nullable=False),
            Column("to_unit", String(40), nullable=False),
            Column("opened_by", String(80), nullable=False),
            Column("opened_on", Date, nullable=False),
            Column("due", Date, nullable=False),
            Column("question", Text, nullable=False),
            Column("state", String(20), nullable=False),
            Column("stream_version", Integer, nullable=False),
            Column("ended_by", String(80), nullable=False),
            Column("ended_on", Date),
            Column("agreed", Boolean),
            Column("answer", Text, nullable=False),
            index=(("town", "state"),),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.name not in HEEDED:
            return
        match REGISTRY.read(event):
            case ReferralOpened() as opened:
                fields = ("kind", "subject_kind", "subject", "from_unit", "to_unit", "due", "question", "town")
                values = {name: getattr(opened, name) for name in fields}
                upsert(tx, self.rows, {"referral": opened.referral}, values | _open(opened, event))
            case ReferralAnswered() as told:
                self._end(tx, told, event, "answered", told.accepted, told.answer)
            case ReferralCountersigned() as told:
                self._end(tx, told, event, "countersigned", told.agreed, told.remark)
            case ReferralWithdrawn() as told:
                self._end(tx, told, event, "withdrawn", None, told.reason)
            case _:
                pass

    def _end(
        self,
        tx: Connection,
        told: ReferralAnswered | ReferralCountersigned | ReferralWithdrawn,
        event: Recorded,
        state: str,
        agreed: bool | None,
        answer: str,
    ) -> None:
        values = {"state": state, "ended_by": told.by, "ended_on": told.on, "agreed": agreed, "answer": answer}
        known = self.rows.c.referral == told.referral
        tx.execute(update(self.rows).where(known).values(**values, stream_version=event.version))

    def of_town(self, town: str, units: frozenset[str] | None, state: str = "") -> list[Row]:
        """Those that concern any of the units; ``None`` stands for all. In order of what is due."""
        table = self.rows
        query = select(table).where(table.c.town == town)
        if units is not None:
            query = query.where(or_(table.c.from_unit.in_(sorted(units)), table.c.to_unit.in_(sorted(units))))
        if state:
            query = query.where(table.c.state == state)
        with self.reading() as connection:
            return [dict(r._mapping) for r in connection.execute(query.order_by(table.c.due, table.c.referral))]


def _open(opened: ReferralOpened, event: Recorded) -> Row:
    ended = {"ended_by": "", "ended_on": None, "agreed": None, "answer": ""}
    return {
        "opened_by": opened.by,
        "opened_on": opened.on,
        "state": "open",
        "stream_version": event.version,
        **ended,
    }
