"""Connections: the one place that knows how this project opens PostgreSQL and SQLite. Start at :func:`make_engine`.

One habit holds for both: ``engine.begin()`` is for a transaction that writes, ``engine.connect()`` for one that reads.
On SQLite the first takes the file's write lock at once and in turn, the second never waits for a writer. On PostgreSQL
a transaction is told whose rows it may touch (``shared.reach``); without that it finds none where a wall stands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

import msgspec
import psycopg
from sqlalchemy import Connection, Dialect, Engine, MetaData, Pool, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InvalidatePoolError

from shared import reach, walls
from shared.columns import json_text

LOCK_SECONDS_MAX = 10
STATEMENT_SECONDS_MAX = 30
POOL_SIZE = 8  # connections kept, of the service and of readers each; twice that under load
CONNECTIONS_MAX = 4 * POOL_SIZE  # that one process opens to one service's database
IDLE_SECONDS = 1.0  # after which a connection is not believed to live
USED = "gongkai_used"
WRITING = "gongkai_writing"
TABLES_KEY = 0x676F6E67  # of the advisory lock under which tables are made on PostgreSQL

_OPTIONS = (
    "-c timezone=UTC -c default_transaction_isolation=read\\ committed"
    f" -c lock_timeout={LOCK_SECONDS_MAX}s -c idle_in_transaction_session_timeout={STATEMENT_SECONDS_MAX}s"
)
POSTGRES_CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "options": f"{_OPTIONS} -c statement_timeout={STATEMENT_SECONDS_MAX}s",
}
_AS_SERVICE = {**POSTGRES_CONNECT, "options": f"{POSTGRES_CONNECT['options']} -c gongkai.reach={reach.SERVICE}"}
_AS_OWNER = {**POSTGRES_CONNECT, "options": f"{_OPTIONS} -c gongkai.reach={reach.SERVICE}"}
_DECLARE = f"SELECT {', '.join(f'set_config({name!r}, %s, true)' for name in reach.SETTINGS)}"


class WriteTurnTimeout(Exception):
    """Another thread of this process kept the SQLite file's write turn for too long."""


class SqliteEngine(Engine):
    """SQLite whose writers of one process queue for the file in turn, instead of sleeping on its busy handler."""

    def __init__(self, pool: Pool, dialect: Dialect, url: URL) -> None:
        super().__init__(pool, dialect, url)
        self._turn = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the process's right to write. Raises :class:`WriteTurnTimeout`."""
        if not self._turn.acquire(timeout=LOCK_SECONDS_MAX):
            raise WriteTurnTimeout(f"the write turn for {self.url.database} was not free in {LOCK_SECONDS_MAX} s")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.turn(), self.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
            yield connection


class PostgresEngine(Engine):
    """PostgreSQL with two sets of connections: the service's own, which see all rows from the first statement on, and
    those of readers, which are told at each transaction's beginning whose rows they may see.
    """

    def __init__(self, pool: Pool, dialect: Dialect, url: URL, service: Engine) -> None:
        super().__init__(pool, dialect, url, hide_parameters=True)
        self.service = service
        event.listen(self, "begin", _declare_reach)

    def connect(self) -> Connection:
        return self.service.connect() if reach.current().level == reach.SERVICE else super().connect()

    def dispose(self, close: bool = True) -> None:
        super().dispose(close)
        self.service.dispose(close)


def serving(engine: Engine) -> Engine:
    """The engine for the service's own work, such as its journal, whoever asks for it."""
    return engine.service if isinstance(engine, PostgresEngine) else engine


@contextmanager
def write_turn(engine: Engine) -> Iterator[None]:
    """For a writer with a connection of its own: its turn on SQLite; on PostgreSQL nobody needs one."""
    if isinstance(engine, SqliteEngine):
        with engine.turn():
            yield
    else:
        yield


def make_engine(url: str | URL, *, pool_size: int = POOL_SIZE) -> Engine:
    """An engine for a ``postgresql+psycopg://`` or ``sqlite:///`` address, set up as every part of Gongkai expects."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database:
            raise ValueError("an SQLite address must name a file")
        return sqlite_engine(Path(parsed.database), pool_size=pool_size)
    readers, service = (_postgres_engine(parsed, pool_size, args) for args in (POSTGRES_CONNECT, _AS_SERVICE))
    return PostgresEngine(readers.pool, readers.dialect, readers.url, service)


def owner_engine(url: str | URL) -> Engine:
    """For the role that owns the tables: it sees every row, and a statement of its may take as long as it needs."""
    parsed = make_url(url)
    return make_engine(parsed) if parsed.get_backend_name() == "sqlite" else _postgres_engine(parsed, 4, _AS_OWNER)


def _postgres_engine(url: URL, pool_size: int, connect_args: dict[str, Any]) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=LOCK_SECONDS_MAX,
        pool_recycle=1800,
        connect_args=connect_args,
        hide_parameters=True,
        json_serializer=json_text,
        json_deserializer=msgspec.json.decode,
    )
    event.listen(engine.pool, "checkin", _note_use)
    event.listen(engine.pool, "checkout", _must_live)
    return engine


def sqlite_engine(path: Path, *, pool_size: int = 10) -> SqliteEngine:
    """An engine over an SQLite file, made if absent, in WAL mode.

    What is committed survives the end of the process; what must survive a power cut is committed on a
    connection made :func:`durable`. All else here (views, checkpoints, leases) can be had again from the events.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = create_engine(
        URL.create("sqlite", database=str(path)),
        pool_size=pool_size,
        max_overflow=10 * pool_size,
        pool_timeout=LOCK_SECONDS_MAX,
        connect_args={"isolation_level": None, "timeout": LOCK_SECONDS_MAX},
        json_serializer=json_text,
        json_deserializer=msgspec.json.decode,
    )
    engine = SqliteEngine(plain.pool, plain.dialect, plain.url)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def make_tables(tx: Connection, *schemas: MetaData) -> None:
    """Make the tables that are missing, in a transaction that writes, with the wall that belongs to each.

    Any number of processes may do so at once. Where all are there, the application's role may call it too.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TABLES_KEY})
    there = set(inspect(tx).get_table_names())
    for schema in schemas:
        missing = [table for table in schema.sorted_tables if table.name not in there]
        if missing:
            schema.create_all(tx, tables=missing, checkfirst=False)
            walls.put_up(tx, missing)
            there.update(table.name for table in missing)


def durable(connection: Connection) -> Connection:
    """The connection, whose commits then wait for the disk, as all do on PostgreSQL. Not inside a transaction."""
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        if raw is not None:
            raw.cursor().execute("PRAGMA synchronous=FULL")
    return connection


def _set_pragmas(dbapi_connection: Any, _record: object) -> None:
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _note_use(_raw: Any, record: Any) -> None:
    record.info[USED] = monotonic()


def _must_live(raw: Any, record: Any, _lent: Any) -> None:
    """A connection that lay idle is asked whether it lives; if not, it and all that lay with it are opened anew."""
    if monotonic() - record.info.get(USED, monotonic()) < IDLE_SECONDS:
        return
    try:
        raw.execute("")
        raw.rollback()
    except psycopg.Error as gone:
        raise InvalidatePoolError from gone


def _declare_reach(connection: Connection) -> None:
    """In the transaction's own settings, which end with it."""
    now = reach.current()
    if now.level:
        connection.exec_driver_sql(_DECLARE, (now.level, walls.array_of(now.towns), now.person))
