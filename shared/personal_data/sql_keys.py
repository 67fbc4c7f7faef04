"""The key store in a database of its own, PostgreSQL or SQLite: the one adapter of the port.

Making a key and forgetting its subject take turns on the row of ``state``, so that no key slips in behind an erasure.
What is destroyed is overwritten on SQLite, and leaves the table's file on PostgreSQL (``VACUUM FULL``).
"""

import base64
import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Select,
    String,
    Table,
    inspect,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy import event as events
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from shared import migrations
from shared.database import WriteTurnTimeout, make_tables
from shared.personal_data.key_store import Destruction, Forgotten, Found, KeysUnavailable
from shared.personal_data.tokens import Key
from shared.personal_data.wrapping import KEY_BYTES, Wrapping

HISTORY = "keys"
KEY_ID_BYTES = 16
CANARY = "canary"
ASK_AT_ONCE = 500
REWRITES_MAX = 50
REWRITE_SECONDS = 0.2

metadata = MetaData()
keys = Table(
    "keys",
    metadata,
    Column("key_id", String(22), primary_key=True),
    Column("subject", String(300), nullable=False, unique=True),
    Column("owner", String(300), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_under", String(16), nullable=False, index=True),
)
restricted = Table("restricted", metadata, Column("subject", String(300), primary_key=True))
forgotten = Table(
    "forgotten",
    metadata,
    Column("subject", String(300), primary_key=True),
    Column("at", String(40), nullable=False),
)
destroyed_keys = Table(
    "destroyed_keys",
    metadata,
    Column("key_id", String(22), primary_key=True),
    Column("subject", String(300), nullable=False, index=True),
    Column("forgotten", String(300), nullable=False, index=True),
)
own_secrets = Table(
    "own_secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_under", String(16), nullable=False),
)
state = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("generation", BigInteger, nullable=False),
)
BACKED_UP = (keys, restricted, forgotten, destroyed_keys, own_secrets)


class SqlKeyStore:
    """Over an engine for its own database; nothing else is to lie in there."""

    def __init__(self, engine: Engine, wrapping: Wrapping) -> None:
        self.engine, self.wrapping = engine, wrapping
        if engine.dialect.name == "sqlite":
            events.listen(engine, "connect", _overwrite_and_wait)

    def prepare(self) -> None:
        with _asking(), self.engine.begin() as tx:
            _lay(tx)
            _keep_out_of_statistics(tx)
            tx.execute(_put(tx, state), {"id": 1, "generation": 1})
        self.secret(CANARY)

    def generation(self) -> int:
        with _asking(), self.engine.connect() as connection:
            return int(connection.execute(select(state.c.generation)).scalar_one())

    def find(self, key_ids: Collection[str]) -> Found:
        found = {row.key_id: key for row, key in self._keys(keys.c.key_id, key_ids)}
        missing = set(key_ids) - found.keys()
        return Found(found, self._destroyed(missing) if missing else frozenset())

    def keys_of(self, owners: Mapping[str, str]) -> Mapping[str, Key]:
        known = {row.subject: key for row, key in self._keys(keys.c.subject, owners)}
        missing = {subject: owner for subject, owner in owners.items() if subject not in known}
        if missing:
            self._make(missing)
            known |= {row.subject: key for row, key in self._keys(keys.c.subject, missing)}
        if lost := owners.keys() - known.keys():
            raise Forgotten(sorted(lost)[0])
        return known

    def destroy(self, subject: str, at: datetime) -> Destruction:
        with _asking(), self.engine.begin() as tx:
            self._next_generation(tx)
            tx.execute(_put(tx, forgotten), {"subject": subject, "at": at.astimezone(UTC).isoformat()})
            own = or_(keys.c.subject == subject, keys.c.owner == subject)
            columns = (keys.c.key_id, keys.c.subject, literal(subject).label("forgotten"))
            gone = [dict(row) for row in tx.execute(select(*columns).where(own)).mappings()]
            if gone:
                tx.execute(_put(tx, destroyed_keys), gone)
                tx.execute(keys.delete().where(own))
        if gone:
            self._scrub()
        return self._destruction(subject)

    def restrict(self, subject: str, *, restricted: bool) -> None:
        table = metadata.tables["restricted"]
        with _asking(), self.engine.begin() as tx:
            self._next_generation(tx)
            if restricted:
                tx.execute(_put(tx, table), {"subject": subject})
            else:
                tx.execute(table.delete().where(table.c.subject == subject))

    def secret(self, name: str) -> bytes:
        fresh = {"name": name, **self._wrapped(secrets.token_bytes(KEY_BYTES), name, "secret")}
        with _asking():
            with self.engine.connect() as connection:
                row = connection.execute(select(own_secrets).where(own_secrets.c.name == name)).one_or_none()
            if row is None:
                with self.engine.begin() as tx:
                    tx.execute(_put(tx, own_secrets), fresh)
                    row = tx.execute(select(own_secrets).where(own_secrets.c.name == name)).one()
        return self.wrapping.unwrap(bytes(row.wrapped), row.wrapped_under, name, "secret")

    def rotate(self, batch: int = 500) -> Iterator[tuple[int, int]]:
        self._rotate_secrets()
        old = keys.c.wrapped_under != self.wrapping.name
        done, of = 0, -1
        while done != of:
            with _asking(), self.engine.begin() as tx:
                self._take_turn(tx)
                rows = tx.execute(select(keys).where(old).order_by(keys.c.key_id).limit(batch)).all()
                if of < 0:
                    of = len(tx.execute(select(keys.c.key_id).where(old)).all())
                for row in rows:
                    rewrapped = self._wrapped(self._unwrapped(row), row.key_id, row.subject)
                    tx.execute(keys.update().where(keys.c.key_id == row.key_id).values(**rewrapped))
            done = of if len(rows) < batch else min(of, done + len(rows))
            yield done, of
        self._scrub()

    def export(self) -> Iterator[dict[str, Any]]:
        with _asking(), self.engine.connect() as connection:
            for table in BACKED_UP:
                for row in connection.execute(select(table)).mappings():
                    yield {"table": table.name, **{name: _as_text(value) for name, value in row.items()}}

    def import_(self, rows: Iterator[dict[str, Any]]) -> int:
        count = 0
        with _asking(), self.engine.begin() as tx:
            self._next_generation(tx)
            for row in rows:
                table = metadata.tables[row["table"]]
                values = {name: _of_text(table.c[name], value) for name, value in row.items() if name != "table"}
                tx.execute(_put(tx, table), values)
                count += table is keys
            gone = select(forgotten.c.subject)
            late = keys.c.key_id.in_(select(destroyed_keys.c.key_id))
            tx.execute(keys.delete().where(or_(late, keys.c.subject.in_(gone), keys.c.owner.in_(gone))))
        self._scrub()
        return count

    def close(self) -> None:
        self.engine.dispose()

    def _make(self, owners: Mapping[str, str]) -> None:
        rows = [self._fresh(subject, owner) for subject, owner in sorted(owners.items())]
        named = sorted({*owners, *owners.values()} - {""})
        with _asking(), self.engine.begin() as tx:
            self._take_turn(tx)
            lost = select(destroyed_keys.c.subject).where(destroyed_keys.c.subject.in_(owners))
            gone = tx.scalars(select(forgotten.c.subject).where(forgotten.c.subject.in_(named)).union(lost)).first()
            if gone:
                raise Forgotten(gone)
            tx.execute(_put(tx, keys), rows)

    def _fresh(self, subject: str, owner: str) -> dict[str, Any]:
        key_id = base64.urlsafe_b64encode(secrets.token_bytes(KEY_ID_BYTES)).rstrip(b"=").decode()
        wrapped = self._wrapped(secrets.token_bytes(KEY_BYTES), key_id, subject)
        return {"key_id": key_id, "subject": subject, "owner": owner, **wrapped}

    def _keys(self, column: "Column[str]", values: Collection[str]) -> Iterator[tuple[Row[Any], Key]]:
        kept = or_(restricted.c.subject == keys.c.subject, restricted.c.subject == keys.c.owner)
        limited = select(restricted.c.subject).where(kept).exists().label("restricted")
        with _asking(), self.engine.connect() as connection:
            for part in _parts(values):
                wanted: Select[Any] = select(keys, limited).where(column.in_(part))
                for row in connection.execute(wanted).all():
                    yield row, Key(row.key_id, row.subject, row.owner, self._unwrapped(row), bool(row.restricted))

    def _wrapped(self, key: bytes, key_id: str, subject: str) -> dict[str, Any]:
        return {"wrapped": self.wrapping.wrap(key, key_id, subject), "wrapped_under": self.wrapping.name}

    def _unwrapped(self, row: Row[Any]) -> bytes:
        return self.wrapping.unwrap(bytes(row.wrapped), row.wrapped_under, row.key_id, row.subject)

    def _rotate_secrets(self) -> None:
        with _asking(), self.engine.begin() as tx:
            for row in tx.execute(select(own_secrets).where(own_secrets.c.wrapped_under != self.wrapping.name)).all():
                secret = self.wrapping.unwrap(bytes(row.wrapped), row.wrapped_under, row.name, "secret")
                renewed = self._wrapped(secret, row.name, "secret")
                tx.execute(own_secrets.update().where(own_secrets.c.name == row.name).values(**renewed))

    def _destruction(self, subject: str) -> Destruction:
        with _asking(), self.engine.connect() as connection:
            at = connection.execute(select(forgotten.c.at).where(forgotten.c.subject == subject)).scalar_one()
            gone = select(destroyed_keys.c.key_id).where(destroyed_keys.c.forgotten == subject)
            return Destruction(subject, datetime.fromisoformat(at), tuple(sorted(connection.scalars(gone))))

    def _destroyed(self, key_ids: Collection[str]) -> frozenset[str]:
        column, gone = destroyed_keys.c.key_id, set[str]()
        with _asking(), self.engine.connect() as connection:
            for part in _parts(key_ids):
                gone.update(connection.scalars(select(column).where(column.in_(part))))
        return frozenset(gone)

    def _take_turn(self, tx: Connection) -> None:
        """Beside others who make keys, but not while something is being forgotten."""
        tx.execute(select(state.c.id).with_for_update(read=True))

    def _next_generation(self, tx: Connection) -> None:
        tx.execute(state.update().values(generation=state.c.generation + 1))

    def _scrub(self) -> None:
        """Leave no copy of what was deleted in the database's files; its write-ahead log ages (docs say how)."""
        with _asking():
            raw = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            with raw as connection:
                if connection.dialect.name == "postgresql":
                    _rewrite(connection)
                else:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _lay(tx: Connection) -> None:
    """The tables at their last step. Whoever opens the store takes the steps it lacks: its one role owns them.

    Raises :class:`KeysUnavailable` if they are of a program newer than the next.
    """
    if tx.dialect.name == "sqlite" and not inspect(tx).get_table_names():
        make_tables(tx, metadata)
        migrations.stamp(tx, HISTORY)
    elif any(standing.at < standing.head for standing in migrations.standings(tx, HISTORY)):
        migrations.upgrade(tx, HISTORY)
    elif wrong := migrations.trouble(tx, HISTORY):
        raise KeysUnavailable(f"the key store: {wrong}")


def _rewrite(connection: Connection) -> None:
    """Until no deleted row is left, which lasts as long as somebody's transaction could still see one."""
    told: list[str] = []
    driver: Any = connection.connection.driver_connection

    def note(diagnostic: Any) -> None:
        told.append(diagnostic.message_detail or "")

    driver.add_notice_handler(note)
    try:
        for _ in range(REWRITES_MAX):
            told.clear()
            connection.execute(text("VACUUM (FULL, VERBOSE) keys"))
            if all(detail.startswith("0 ") for detail in told if detail):
                return
            time.sleep(REWRITE_SECONDS)
    finally:
        driver.remove_notice_handler(note)
    raise KeysUnavailable("a transaction goes on that could still see the deleted keys")


def _keep_out_of_statistics(tx: Connection) -> None:
    """PostgreSQL samples values of every column for its planner, and would keep a key there that is destroyed."""
    if tx.dialect.name != "postgresql":
        return
    sampled = "SELECT attstattarget FROM pg_attribute WHERE attrelid = 'keys'::regclass AND attname = 'wrapped'"
    if tx.scalar(text(sampled)) != 0:
        tx.execute(text("ALTER TABLE keys ALTER COLUMN wrapped SET STATISTICS 0"))


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolExhausted, WriteTurnTimeout) as fault:
        raise KeysUnavailable(f"the key store cannot be asked: {type(fault).__name__}") from fault


def _put(tx: Connection, table: Table) -> Any:
    """Insert what is not there yet."""
    insert = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    wanted = sorted(values)
    for start in range(0, len(wanted), ASK_AT_ONCE):
        yield wanted[start : start + ASK_AT_ONCE]


def _as_text(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _of_text(column: "Column[Any]", value: Any) -> Any:
    return base64.b64decode(value) if isinstance(column.type, LargeBinary) else value


def _overwrite_and_wait(connection: Any, _record: object) -> None:
    """Deleted rows are overwritten with zeros, and a key is on the disk before anything is sealed with it."""
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA synchronous=FULL")
