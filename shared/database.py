"""Connections: the one place that knows how this project opens PostgreSQL and SQLite. Start at :func:`make_engine`.

One habit holds for both: ``engine.begin()`` is for a transaction that writes, ``engine.connect()`` for one that reads.
On SQLite the first takes the file's write lock at once and in turn, the second never waits for a writer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, MetaData, Pool, create_engine, event, text
from sqlalchemy.engine import URL, make_url

LOCK_SECONDS_MAX = 10
STATEMENT_SECONDS_MAX = 30
WRITING = "gongkai_writing"
TABLES_KEY = 0x676F6E67  # of the advisory lock under which tables are made on PostgreSQL

POSTGRES_CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "options": (
        "-c timezone=UTC -c default_transaction_isolation=read\\ committed"
        f" -c lock_timeout={LOCK_SECONDS_MAX}s -c statement_timeout={STATEMENT_SECONDS_MAX}s"
        f" -c idle_in_transaction_session_timeout={STATEMENT_SECONDS_MAX}s"
    ),
}


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


@contextmanager
def write_turn(engine: Engine) -> Iterator[None]:
    """For a writer with a connection of its own: its turn on SQLite; on PostgreSQL nobody needs one."""
    if isinstance(engine, SqliteEngine):
        with engine.turn():
            yield
    else:
        yield


def make_engine(url: str | URL, *, pool_size: int = 10) -> Engine:
    """An engine for a ``postgresql+psycopg://`` or ``sqlite:///`` address, set up as every part of Gongkai expects."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database:
            raise ValueError("an SQLite address must name a file")
        return sqlite_engine(Path(parsed.database), pool_size=pool_size)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=2 * pool_size,
        pool_timeout=LOCK_SECONDS_MAX,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args=POSTGRES_CONNECT,
    )


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
    )
    engine = SqliteEngine(plain.pool, plain.dialect, plain.url)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def make_tables(tx: Connection, *schemas: MetaData) -> None:
    """Make the tables that are missing, in a transaction that writes. Any number of processes may do so at once."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TABLES_KEY})
    for schema in schemas:
        schema.create_all(tx)


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
