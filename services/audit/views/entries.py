"""The entries of the transparency log, in the order in which audit first saw them; that order is decided once.

Unlike other views its rows cannot be made again from the events: another run would mix the services differently, and
the log would have two histories. It is therefore no view of the service's ``views`` but of its ``ledgers``.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import BigInteger, Column, Connection, Engine, LargeBinary, String, UniqueConstraint, func, select

from services.audit.tlog.leaves import SALT_BYTES, entry_of
from shared.events import Recorded
from shared.follow import TableMaker, View


@dataclass(frozen=True)
class Entry:
    index: int
    entry: bytes
    salt: bytes
    town: str
    organisation: str


class Entries(View):
    name: ClassVar[str] = "entries"
    hears: ClassVar[tuple[str, ...]] = ("catalogue", "publication", "feedback", "archive", "audit")
    for_all: ClassVar[bool] = True  # the log is for everyone; whose salt may be told is asked where it is
    kept: ClassVar[bool] = True

    def __init__(self, engine: Engine, county: str) -> None:
        super().__init__(engine)
        self.county = county

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "entries",
            Column("index", BigInteger, primary_key=True, autoincrement=False),
            Column("service", String(40), nullable=False),
            Column("position", BigInteger, nullable=False),
            Column("event_id", String(40), nullable=False, unique=True),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("salt", LargeBinary, nullable=False),
            Column("entry", LargeBinary, nullable=False),
            UniqueConstraint("service", "position"),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        """The follower holds the lock of this ledger's checkpoints: nobody else gives out an index meanwhile."""
        r = self.rows.c
        if tx.execute(select(r.index).where(r.event_id == event.event_id)).first():
            return
        salt = secrets.token_bytes(SALT_BYTES)
        values = {
            "index": _next(tx.execute(select(func.max(r.index))).scalar()),
            "service": event.service,
            "position": event.position,
            "event_id": event.event_id,
            "town": event.context.town,
            "organisation": event.context.organisation,
            "salt": salt,
            "entry": entry_of(event, self.county, salt),
        }
        tx.execute(self.rows.insert(), values)

    def size(self) -> int:
        with self.reading() as tx:
            return _next(tx.execute(select(func.max(self.rows.c.index))).scalar())

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        r = self.rows.c
        wanted = select(r.entry).where(r.index >= start, r.index < end).order_by(r.index)
        with self.reading() as tx:
            return [bytes(entry) for entry in tx.execute(wanted).scalars()]

    def of(self, event_id: str) -> Entry | None:
        r = self.rows.c
        wanted = select(r.index, r.entry, r.salt, r.town, r.organisation).where(r.event_id == event_id)
        with self.reading() as tx:
            row = tx.execute(wanted).one_or_none()
        return Entry(row[0], bytes(row[1]), bytes(row[2]), row[3], row[4]) if row else None


def _next(last: int | None) -> int:
    return 0 if last is None else last + 1
