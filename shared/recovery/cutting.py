"""All databases of a platform seen at one moment, while everything goes on: what a backup is taken of.

Start at :func:`cut`. For a moment no journal takes an append, and in that moment every database is opened for reading:
no view then knows of an event that its journal's copy does not have. What is read afterwards is as it was then.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from shared.database import LOCK_SECONDS_MAX
from shared.journal.transaction import lock_key
from shared.reach import SERVICE, SETTINGS

PASSING = ("leases",)  # who held what is of no use to anyone later
MARK = "__n"  # of the tables of a view being rebuilt


@dataclass(frozen=True)
class SqliteView:
    """An SQLite file at that moment."""

    connection: sqlite3.Connection

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(question).fetchall()

    def copy_to(self, file: Path) -> None:
        """As a file of its own, without what was written later."""
        with closing(sqlite3.connect(file)) as copy:
            self.connection.backup(copy)
            copy.execute("pragma journal_mode = delete")


@dataclass(frozen=True)
class PostgresView:
    """A PostgreSQL database at that moment."""

    connection: "psycopg.Connection[tuple[Any, ...]]"

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(question.encode()).fetchall()

    def tables(self) -> dict[str, list[str]]:
        """The columns of each table that is worth keeping."""
        found: dict[str, list[str]] = {}
        rows = self.ask(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " ORDER BY c.table_name, c.ordinal_position"
        )
        for table, column in rows:
            if table not in PASSING and MARK not in table:
                found.setdefault(table, []).append(column)
        return found

    def copy_to(self, table: str, columns: list[str], out: IO[bytes]) -> int:
        """The rows in PostgreSQL's text form, in the order of their first columns; how many."""
        order = sql.SQL(", ").join(sql.SQL(str(n + 1)) for n in range(min(2, len(columns))))
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        rows = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(names, sql.Identifier(table), order)
        cursor = self.connection.cursor()
        with cursor.copy(rows) as copy:
            for part in copy:
                out.write(part)
        return cursor.rowcount


@dataclass(frozen=True)
class Cut:
    """Each service's database, and the embedded log where there is one."""

    databases: Mapping[str, SqliteView | PostgresView] = field(default_factory=dict)
    log: SqliteView | None = None


@contextmanager
def cut(engines: Mapping[str, Engine], log: Path | None) -> Iterator[Cut]:
    """Raises the driver's errors where a journal does not stand still within :data:`LOCK_SECONDS_MAX`."""
    with ExitStack() as open_:
        with ExitStack() as still:
            for name, engine in engines.items():
                _hold(still, name, engine)
            databases = {name: _opened(open_, engine) for name, engine in engines.items()}
            seen = _opened_file(open_, log) if log else None
        yield Cut(databases, seen)


def _hold(still: ExitStack, service: str, engine: Engine) -> None:
    """Nobody appends to this journal until ``still`` ends."""
    if engine.dialect.name == "sqlite":
        holder = still.enter_context(closing(_connected(Path(str(engine.url.database)))))
        holder.execute("begin immediate")
        return
    connection = still.enter_context(_postgres(engine))
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(service)])


def _opened(open_: ExitStack, engine: Engine) -> SqliteView | PostgresView:
    if engine.dialect.name == "sqlite":
        return _opened_file(open_, Path(str(engine.url.database)))
    connection = open_.enter_context(_postgres(engine))
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(f"SET LOCAL {setting} = 0".encode())
    connection.execute("SELECT set_config(%s, %s, true)", [SETTINGS[0], SERVICE])
    return PostgresView(connection)


def _opened_file(open_: ExitStack, file: Path) -> SqliteView:
    connection = open_.enter_context(closing(_connected(file)))
    connection.execute("begin")
    connection.execute("select count(*) from sqlite_schema").fetchone()
    return SqliteView(connection)


def _connected(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=LOCK_SECONDS_MAX, isolation_level=None)


@contextmanager
def _postgres(engine: Engine) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, options="-c timezone=UTC -c lock_timeout=10s") as connection:
        yield connection
