"""A journal many times as long as the recorded story: the same facts, of ever more organisations.

Each copy has its own organisations, disclosures and opinions, so that views grow as a county's would.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from shared.events import Recorded
from shared.ids import derived
from shared.journal.schema import create_schema
from shared.journal.statements import COLUMNS, CONTEXT_FIELDS
from tests.platform.taped import tape

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
Row = tuple[object, ...]


@dataclass(frozen=True)
class Copied:
    """One event of the tape as text in which the names that a copy must change can be replaced."""

    event: Recorded
    stream: str
    data: str

    def row(self, position: int, copy: int) -> Row:
        """As a row of the journal, in the order of its columns."""
        e, c = self.event, self.event.context
        own = (position, e.recorded_at, self._named(copy), e.version)
        context = (getattr(c, name) for name in CONTEXT_FIELDS[:-4])
        rest = (derived(c.command_id, str(copy)), c.correlation_id, c.causation_id, c.traceparent)
        return (*own, derived(e.event_id, str(copy)), e.type, self._of(self.data, copy), *context, *rest)

    def _named(self, copy: int) -> str:
        """Each copy's streams are its own, also those of what has no name that a copy changes."""
        named = self._of(self.stream, copy)
        return f"{named}-{copy}" if copy and named == self.stream else named

    @staticmethod
    def _of(words: str, copy: int) -> str:
        named = words.replace("FY-", f"F{copy}-").replace("person-", f"person-{copy}-")
        return UUID.sub(lambda found: f"{copy:08x}{found[0][8:]}", named) if copy else words


def rows(service: str, count: int) -> Iterator[Row]:
    """The first ``count`` events of the story told again and again."""
    told = [Copied(e, e.stream, json.dumps(dict(e.data), ensure_ascii=False)) for e in tape(service)]
    for position in range(1, count + 1):
        copy, place = divmod(position - 1, len(told))
        yield told[place].row(position, copy)


def fill(engine: Engine, service: str, count: int) -> None:
    """Write that journal into an empty database, as fast as the database takes it."""
    create_schema(engine)
    coming = rows(service, count)
    with engine.begin() as tx:
        raw: Any = tx.connection.driver_connection
        if tx.dialect.name == "postgresql":
            with raw.cursor() as cursor, cursor.copy(f"COPY events ({COLUMNS}) FROM STDIN") as copy:
                for row in coming:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(COLUMNS.split(",")))
            plain = ((row[0], str(row[1]), *row[2:]) for row in coming)
            raw.executemany(f"INSERT INTO events ({COLUMNS}) VALUES ({marks})", plain)  # noqa: S608 - our own names
        tx.execute(text("UPDATE journal SET service = :s, head = :n"), {"s": service, "n": count})
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE events"))
