"""Followers: how facts become views. Each view keeps, in the transaction that changes it, how far it has read.

A follower reads its own service's journal and other services' topics, hands events to views in journal order, and
stops with an alarm at a gap. A view is tables and one ``apply``; it never asks the clock or the network, so that it
can be thrown away and rebuilt to the same rows.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import Column, Connection, Engine, Index, Insert, MetaData, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import SchemaItem

from shared.events import Recorded

TableMaker = Callable[..., Table]


class View:
    """A read model: what it is called, which services it hears, its tables, how an event changes it, its questions.

    Subclasses set ``name`` and ``hears``, make their tables in ``define`` with the given maker (which lets a rebuild
    put a second copy beside the live one), and write ``apply``. Questions are further methods that use ``reading``.
    Every table has a ``town`` column.
    """

    name: ClassVar[str]
    hears: ClassVar[tuple[str, ...]]

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
        with self.engine.connect() as connection:
            yield connection

    def _table(self, name: str, *items: SchemaItem, index: tuple[tuple[str, ...], ...] = ()) -> Table:
        """A table of this view, named ``<view>_<name>`` (a table that bears the view's own name keeps it)."""
        base = self.name if name == self.name else f"{self.name}_{name}"
        full = f"{base}{self.generation}"
        table = Table(full, self.metadata, *items)
        for columns in index:
            Index(f"ix_{full}_{'_'.join(columns)}", *(table.c[c] for c in columns))
        return table


def upsert(tx: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Put a row in place, whatever was there under its key: the usual way for a view to record the latest."""
    tx.execute(_upserting(tx.dialect.name, table, tuple(key), tuple(values)), {**key, **values})


@lru_cache(maxsize=1024)
def _upserting(dialect: str, table: Table, key: tuple[str, ...], values: tuple[str, ...]) -> Insert:
    """The statement, made once for each table and set of columns: compiling it costs more than running it."""
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    if not values:
        return statement.on_conflict_do_nothing(index_elements=key)
    fresh = {name: statement.excluded[name] for name in values}
    return statement.on_conflict_do_update(index_elements=key, set_=fresh)


__all__ = ["Column", "TableMaker", "View", "upsert"]
