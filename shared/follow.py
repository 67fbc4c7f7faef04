"""Followers: how facts become views. Each view keeps, in the transaction that changes it, how far it has read.

A follower reads its own service's journal and other services' topics, hands events to views in journal order, and
stops with an alarm at a gap. A view is tables and one ``apply``; it never asks the clock or the network, so that it
can be thrown away and rebuilt to the same rows.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from sqlalchemy import Column, Connection, Engine, Index, Insert, MetaData, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import SchemaItem

from shared import walls
from shared.database import serving
from shared.events import Recorded
from shared.rows import Key, Store

TableMaker = Callable[..., Table]


class View:
    """A read model: what it is called, which services it hears, its tables, how an event changes it, its questions.

    Subclasses set ``name`` and ``hears``, make their tables in ``define`` with the given maker (which lets a rebuild
    put a second copy beside the live one), and write ``apply``. Questions are further methods that use ``reading``.
    Every table has a ``town`` column. ``heeds`` may name, by service, the only events that change anything: a
    replay then reads no others; a service that is left out is heard whole. ``revision`` is raised when ``apply`` comes
    to mean something else. ``for_all``: its questions see all towns, since they are what others are judged by.
    ``kept``: a ledger, whose rows are added and never changed.
    """

    name: ClassVar[str]
    hears: ClassVar[tuple[str, ...]]
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {}
    revision: ClassVar[int] = 1
    for_all: ClassVar[bool] = False
    kept: ClassVar[bool] = False

    def __init__(self, engine: Engine, generation: str = "") -> None:
        self.engine = engine
        self.generation = generation
        self.metadata = MetaData()
        self.define(self._table)

    def define(self, table: TableMaker) -> None:
        """Make the tables: ``self.tasks = table("tasks", Column(...), ...)``."""
        raise NotImplementedError

    def apply(self, tx: Connection, event: Recorded) -> None:
        """Change the tables as the event says, within the follower's transaction. Ignore what does not concern it."""
        raise NotImplementedError

    def apply_many(self, tx: Connection, events: Sequence[Recorded]) -> None:
        """The same for consecutive events at once, with the same rows in the end; a view may do that in fewer
        statements. Whatever it raises, the follower brings the events again one by one through :meth:`apply`.
        """
        for event in events:
            self.apply(tx, event)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For questions: with the rows that whoever asks may see, or all if the view is :attr:`for_all`."""
        with (serving(self.engine) if self.for_all else self.engine).connect() as connection:
            yield connection

    @cached_property
    def definition(self) -> str:
        """Another one for other columns, keys, indexes or :attr:`revision`: then the view must be built again."""
        said = [f"revision {self.revision}"]
        for table in self.metadata.sorted_tables:
            said.append(self._named(table.name))
            said += [f"{c.name} {c.type!r} {c.nullable} {c.primary_key}" for c in table.columns]
            said += sorted(f"{self._named(str(i.name))} {i.unique} {i.columns.keys()}" for i in table.indexes)
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]

    def _named(self, name: str) -> str:
        return name.replace(self.generation, "") if self.generation else name

    def _table(
        self, name: str, *items: SchemaItem, index: tuple[tuple[str, ...], ...] = (), open_to: str = ""
    ) -> Table:
        """A table of this view, named ``<view>_<name>`` (a table that bears the view's own name keeps it).

        Other towns' readers see none of its rows but those that ``open_to`` says (``shared.walls``).
        """
        base = self.name if name == self.name else f"{self.name}_{name}"
        full = f"{base}{self.generation}"
        info = {walls.OPEN: open_to, walls.GENERATION: self.generation, walls.KEPT: self.kept}
        table = Table(full, self.metadata, *items, info=info)
        for columns in index:
            Index(f"ix_{full}_{'_'.join(columns)}", *(table.c[c] for c in columns))
        return table


class GatheredView(View):
    """A view that gathers what a batch changes in memory and writes each row once. It has ``change``, not ``apply``.

    ``touched`` names the rows that an event will ask for, so that they are read together; to forget one is slow,
    not wrong. ``data_alone``: of an event it asks for stream, version, type and data, and nothing else.
    """

    data_alone: ClassVar[bool] = False

    def change(self, rows: Store, event: Recorded) -> None:
        """What ``apply`` is to other views, on rows in memory."""
        raise NotImplementedError

    def touched(self, event: Recorded) -> Iterable[tuple[Table, Key]]:  # noqa: ARG002 - for those who know
        return ()

    def apply(self, tx: Connection, event: Recorded) -> None:
        self.apply_many(tx, (event,))

    def apply_many(self, tx: Connection, events: Sequence[Recorded]) -> None:
        store = Store(tx)
        self.gather(store, events)
        store.write()

    def gather(self, store: Store, events: Sequence[Recorded]) -> None:
        """Change what is in memory; somebody writes it later."""
        if store.asks:
            store.load(touch for event in events for touch in self.touched(event))
        for event in events:
            self.change(store, event)


def upsert(tx: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Put a row in place, whatever was there under its key: the usual way for a view to record the latest."""
    tx.execute(_upserting(tx.dialect.name, table, tuple(key), tuple(values)), {**key, **values})


def upsert_many(tx: Connection, table: Table, key: tuple[str, ...], rows: Sequence[dict[str, Any]]) -> None:
    """The same for several rows with the same columns, told to the database together."""
    if rows:
        values = tuple(name for name in rows[0] if name not in key)
        tx.execute(_upserting(tx.dialect.name, table, key, values), rows)


@lru_cache(maxsize=1024)
def _upserting(dialect: str, table: Table, key: tuple[str, ...], values: tuple[str, ...]) -> Insert:
    """The statement, made once for each table and set of columns: compiling it costs more than running it."""
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    if not values:
        return statement.on_conflict_do_nothing(index_elements=key)
    fresh = {name: statement.excluded[name] for name in values}
    return statement.on_conflict_do_update(index_elements=key, set_=fresh)


__all__ = ["Column", "GatheredView", "Key", "Store", "TableMaker", "View", "upsert", "upsert_many"]
