"""The entries of the transparency log, in the order in which audit first saw the events; that order is decided once.

Unlike other views its rows cannot be made again from the events: another run would mix the services differently, and
the log would have two histories. It is therefore no view of the service's ``views`` but of its ``ledgers``. What is
lost of it is taken back from the log's own files (``tlog/recovery``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    LargeBinary,
    Row,
    String,
    UniqueConstraint,
    delete,
    func,
    select,
)

from services.audit.tlog.leaves import entry_of
from services.audit.tlog.salts import Salts
from shared.events import Recorded
from shared.follow import TableMaker, View
from shared.writing import put_rows

AT_ONCE = 4_096


@dataclass(frozen=True)
class Entry:
    """A row: the ``index``-th leaf, of which event. ``salt`` is empty where it was lost."""

    index: int
    service: str
    position: int
    event_id: str
    town: str
    organisation: str
    salt: bytes
    entry: bytes


class Entries(View):
    name: ClassVar[str] = "entries"
    hears: ClassVar[tuple[str, ...]] = ("catalogue", "publication", "feedback", "archive", "audit")
    for_all: ClassVar[bool] = True  # the log is for everyone; whose salt may be told is asked where it is
    kept: ClassVar[bool] = True

    def __init__(self, engine: Engine, county: str, salts: Salts = Salts()) -> None:  # noqa: B008 - it never changes
        super().__init__(engine)
        self.county, self.salts = county, salts

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
        self.apply_many(tx, [event])

    def apply_many(self, tx: Connection, events: Sequence[Recorded]) -> None:
        """The follower holds the lock of this ledger's checkpoints: nobody else gives out an index meanwhile."""
        fresh = {(e.service, e.position): e for e in events}
        for key in self._there(tx, events):
            fresh.pop(key, None)
        index = _next(tx.execute(select(func.max(self.rows.c.index))).scalar())
        rows = []
        for place, event in enumerate(fresh.values(), index):
            salt = self.salts.new(event.event_id)
            rows.append(_values(place, event, salt, entry_of(event, self.county, salt)))
        put_rows(tx, self.rows, rows, replacing=False)

    def row(self, index: int, event: Recorded, salt: bytes, entry: bytes) -> Entry:
        """The row of an event whose leaf is ``entry``."""
        return Entry(**_values(index, event, salt, entry))

    def size(self) -> int:
        with self.reading() as tx:
            return _next(tx.execute(select(func.max(self.rows.c.index))).scalar())

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        r = self.rows.c
        wanted = select(r.entry).where(r.index >= start, r.index < end).order_by(r.index)
        with self.reading() as tx:
            return [bytes(entry) for entry in tx.execute(wanted).scalars()]

    def all(self, start: int = 0) -> Iterator[Entry]:
        """Every row from ``start`` on, in order, a part at a time."""
        while True:
            r = self.rows.c
            wanted = select(self.rows).where(r.index >= start).order_by(r.index).limit(AT_ONCE)
            with self.reading() as tx:
                part = [_entry(row) for row in tx.execute(wanted)]
            if not part:
                return
            yield from part
            start = part[-1].index + 1

    def of(self, event_id: str) -> Entry | None:
        """Whoever asks decides who may see it: by town and organisation."""
        return self._one(self.rows.c.event_id == event_id)

    def at(self, index: int) -> Entry | None:
        """As :meth:`of`."""
        return self._one(self.rows.c.index == index)

    def replace(self, tx: Connection, start: int, entries: Iterable[Entry]) -> None:
        """From ``start`` on these rows stand, whatever stood there before: for recovery alone."""
        tx.execute(delete(self.rows).where(self.rows.c.index >= start))
        part: list[dict[str, Any]] = []
        for entry in entries:
            part.append(vars(entry))
            if len(part) == AT_ONCE:
                put_rows(tx, self.rows, part, replacing=False)
                part = []
        put_rows(tx, self.rows, part, replacing=False)

    def _there(self, tx: Connection, events: Sequence[Recorded]) -> Iterator[tuple[str, int]]:
        """Which of the events, as (service, position), have an entry."""
        r = self.rows.c
        for service in {event.service for event in events}:
            positions = [event.position for event in events if event.service == service]
            known = select(r.position).where(r.service == service, r.position.between(min(positions), max(positions)))
            yield from ((service, position) for position in tx.execute(known).scalars())

    def _one(self, wanted: Any) -> Entry | None:
        with self.reading() as tx:
            row = tx.execute(select(self.rows).where(wanted)).one_or_none()
        return _entry(row) if row else None


def _values(index: int, event: Recorded, salt: bytes, entry: bytes) -> dict[str, Any]:
    return {
        "index": index,
        "service": event.service,
        "position": event.position,
        "event_id": event.event_id,
        "town": event.context.town,
        "organisation": event.context.organisation,
        "salt": salt,
        "entry": entry,
    }


def _entry(row: Row[Any]) -> Entry:
    found = row._mapping
    return Entry(**{**found, "salt": bytes(found["salt"]), "entry": bytes(found["entry"])})


def _next(last: int | None) -> int:
    return 0 if last is None else last + 1
