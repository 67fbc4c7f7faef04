"""A view made from nothing by its own service's journal: folded in memory, only from what it heeds, indexes last.

Start at :func:`replay`. The tables must be new and nobody else's: what is half done is thrown away, not gone on with.
While one page of the journal is folded, the next is being read, and what was folded before is being written.
"""

import gc
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Self

from sqlalchemy import Connection, Index, Table, inspect

from shared.events import Recorded
from shared.follow import GatheredView, Store, View
from shared.journal.scanning import scan
from shared.rows import Changes, Reading

ROWS_KEPT = 16_000  # of each table in memory; more are written, those first that came first
WRITES_WAITING = 2
INDEXES_AT_ONCE = 2
STATISTICS_TARGET = 30  # so many times 300 rows are looked at
SWITCH_SECONDS = 0.0005  # threads that wait for the database get their turn without waiting for one that reckons
Progress = Callable[[int], object]


def replay(view: View, service: str, upto: int, progress: Progress = lambda _upto: None) -> int:
    """Bring positions 1 to ``upto`` to the empty tables of ``view``, whose database is the journal's; says how many
    events it heeded.

    Raises :class:`~shared.journal.JournalGap` and whatever the view raises.
    """
    data_alone = isinstance(view, GatheredView) and view.data_alone
    pages = scan(view.engine, service, upto, view.heeds.get(service, frozenset()), data_alone=data_alone)
    heeded = 0
    with _unhindered(), _Folding(view) if isinstance(view, GatheredView) else _Applying(view) as bringing:
        for page in pages:
            bringing.bring(page.events)
            heeded += len(page.events)
            progress(page.upto)
    return heeded


@contextmanager
def _unhindered() -> Iterator[None]:
    """Without the search for cycles, which costs a third where very many objects are made and no cycles; and with
    threads that take turns more often.
    """
    swept, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if swept:
            gc.enable()


class _Applying:
    """A view that is told event by event: its own questions need its indexes, and its writing cannot wait."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __enter__(self) -> Self:
        return self

    def bring(self, events: Sequence[Recorded]) -> None:
        with self._view.engine.begin() as tx:
            self._view.apply_many(tx, events)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            with self._view.engine.begin() as tx:
                for table in self._view.metadata.sorted_tables:
                    look_through(tx, table)


class _Folding:
    """A view that gathers rows: they stay in memory while there is room, and are written behind its back."""

    def __init__(self, view: GatheredView) -> None:
        self._view, self._store = view, _Behind(self._readable)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix=f"write-{view.name}")
        self._writing: deque[Future[None]] = deque()
        self._keys: dict[str, str] = {}  # the primary keys that are to be made, by table

    def __enter__(self) -> Self:
        with self._view.engine.begin() as tx:
            for table in self._view.metadata.sorted_tables:
                self._keys |= without_indexes(tx, table)
        return self

    def bring(self, events: Sequence[Recorded]) -> None:
        self._view.gather(self._store, events)
        for rows in self._store.tables.values():
            if len(rows) > ROWS_KEPT:
                self._write(rows.take(ROWS_KEPT // 2))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._writer:
            if kind is not None:
                return
            for rows in self._store.tables.values():
                self._write(rows.take())
            self._settle()
        self._finish()

    def _write(self, changes: Changes) -> None:
        if changes.there and self._keys:  # they are replaced by their primary key
            self._settle()
            self._finish()
        while len(self._writing) >= WRITES_WAITING:
            self._writing.popleft().result()
        self._writing.append(self._writer.submit(copy_context().run, self._written, changes))

    def _written(self, changes: Changes) -> None:
        with self._view.engine.begin() as tx:
            changes.load(tx)

    def _settle(self) -> None:
        while self._writing:
            self._writing.popleft().result()

    @contextmanager
    def _readable(self) -> Iterator[Connection]:
        """What was written is asked for again: it is there, and is found by its indexes."""
        self._settle()
        if self._keys:
            self._finish()
        with self._view.engine.connect() as tx:
            yield tx

    def _finish(self) -> None:
        tables = self._view.metadata.sorted_tables
        with self._view.engine.begin() as tx:
            for table in tables:
                with_key(tx, table, self._keys)
        self._keys = {}
        indexes = [index for table in tables for index in table.indexes]
        with ThreadPoolExecutor(INDEXES_AT_ONCE, thread_name_prefix="index") as pool:
            for made in [pool.submit(copy_context().run, self._index, index) for index in indexes]:
                made.result()
        with self._view.engine.begin() as tx:
            for table in tables:
                look_through(tx, table)

    def _index(self, index: Index) -> None:
        with self._view.engine.begin() as tx:
            index.create(tx, checkfirst=True)


class _Behind(Store):
    """Rows whose tables are written by another thread."""

    def __init__(self, readable: Reading) -> None:
        super().__init__(None, whole=True)
        self._readable = readable

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._readable() as tx:
            yield tx


def without_indexes(tx: Connection, table: Table) -> dict[str, str]:
    """To keep an index in order row by row costs more than to make it when all rows are there. On PostgreSQL that holds
    for the primary key too; its name by that of the table.
    """
    for index in table.indexes:
        index.drop(tx, checkfirst=True)
    if tx.dialect.name != "postgresql":
        return {}
    name = inspect(tx).get_pk_constraint(table.name)["name"]
    if name is None:
        return {}
    tx.exec_driver_sql(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{name}"')
    return {table.name: str(name)}


def with_key(tx: Connection, table: Table, keys: Mapping[str, str]) -> None:
    if table.name in keys:
        columns = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
        tx.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD CONSTRAINT "{keys[table.name]}" PRIMARY KEY ({columns})')


def look_through(tx: Connection, table: Table) -> None:
    """What PostgreSQL must know of many rows that came at once, or it would answer without the indexes."""
    if tx.dialect.name == "postgresql":
        looked_for = dict.fromkeys(c.name for c in table.primary_key.columns)
        looked_for |= dict.fromkeys(name for index in table.indexes for name in dict(index.columns))
        columns = ", ".join(f'"{name}"' for name in looked_for)
        tx.exec_driver_sql(f"SET LOCAL default_statistics_target = {STATISTICS_TARGET}")
        tx.exec_driver_sql(f'ANALYZE "{table.name}" ({columns})')
