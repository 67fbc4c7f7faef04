"""A journal read from end to end, as a replay does: large pages of driver rows, and only the events that are heeded.

Start at :func:`scan`. Nothing may be missing all the same: each page counts the positions it covers.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from shared.events import TYPE_PREFIX, Recorded
from shared.journal import JournalGap
from shared.journal.statements import COLUMNS
from shared.journal.unread import unread

PAGE = 5_000  # positions
DATA_ALONE = {
    "postgresql": "position, NULL, stream, version, NULL, type, convert_to(data, 'UTF8')",
    "sqlite": "position, NULL, stream, version, NULL, type, CAST(data AS BLOB)",
}


@dataclass(frozen=True, slots=True)
class Page:
    """``events`` are those heeded among the positions up to and including ``upto``."""

    upto: int
    events: Sequence[Recorded]


def scan(
    engine: Engine,
    service: str,
    upto: int,
    names: Collection[str] = (),
    *,
    after: int = 0,
    page: int = PAGE,
    data_alone: bool = False,
) -> Iterator[Page]:
    """Positions ``after + 1`` to ``upto``; of the events those with one of the names, or all. ``data_alone``: what was
    recorded around stream, version, type and data is left where it is.

    While one page is worked on, the next is being read. Raises :class:`JournalGap`.
    """
    reader = _Reader(engine, service, names, DATA_ALONE[engine.dialect.name] if data_alone else COLUMNS)
    ends = [(start, min(start + page, upto)) for start in range(after, upto, page)]
    with ThreadPoolExecutor(1, thread_name_prefix=f"scan-{service}") as ahead:
        coming = deque(ahead.submit(reader.page, *ends[0]) for _ in ends[:1])
        for number, (_, end) in enumerate(ends, start=1):
            rows = coming.popleft().result()
            if number < len(ends):
                coming.append(ahead.submit(reader.page, *ends[number]))
            yield Page(end, [unread(service, row) for row in rows])


class _Reader:
    def __init__(self, engine: Engine, service: str, names: Collection[str], columns: str) -> None:
        self._engine, self._service = engine, service
        self._binary = engine.dialect.name == "postgresql"  # numbers and instants as they are, not as text
        mark = "%s" if self._binary else "?"
        within = f"position > {mark} AND position <= {mark}"
        heeded = f"rtrim(type, '0123456789') IN ({', '.join(mark for _ in names)})"
        self._types = tuple(f"{TYPE_PREFIX}.{service}.{name}.v" for name in sorted(names))
        self._count = f"SELECT count(*) FROM events WHERE {within}"  # noqa: S608 - our own names
        chosen = f"{within} AND {heeded}" if names else within
        self._rows = f"SELECT {columns} FROM events WHERE {chosen} ORDER BY position"  # noqa: S608 - our own names

    def page(self, after: int, upto: int) -> list[Any]:
        with self._engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            cursor = raw.cursor(binary=True) if self._binary else raw.cursor()
            rows: list[Any] = cursor.execute(self._rows, (after, upto, *self._types)).fetchall()
            whole = upto - after
            if len(rows) != whole and cursor.execute(self._count, (after, upto)).fetchone()[0] != whole:
                raise JournalGap(f"{self._service} does not have every position from {after + 1} to {upto}")
            cursor.close()
            return rows
