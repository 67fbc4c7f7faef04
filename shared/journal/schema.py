"""The journal's tables: events, the commands that led to them, and the one row that counts. All of its DDL is here.

Text columns compare byte by byte (collation C), so that a newer C library never reorders an index. What is recorded
stays: the database itself refuses to change or remove an event or a command.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import sqlite

SCHEMA_LOCK = 7_467_105_001  # advisory lock of whoever makes or changes these tables

metadata = MetaData()


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Text().with_variant(Text(collation="C"), "postgresql"), nullable=False, **options)


def _instant(name: str) -> Column[Any]:
    kind = DateTime(timezone=True).with_variant(sqlite.TEXT(), "sqlite")
    return Column(name, kind, nullable=False)


events = Table(
    "events",
    metadata,
    Column("position", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    _text("stream"),
    Column("version", Integer, nullable=False),
    _text("event_id", unique=True),
    _text("type"),
    _text("data"),
    _instant("recorded_at"),
    *(_text(name) for name in ("town", "actor", "post", "organisation")),
    *(_text(name) for name in ("command_id", "correlation_id", "causation_id", "traceparent")),
    UniqueConstraint("stream", "version"),
    CheckConstraint("position > 0"),
    CheckConstraint("version > 0"),
)

commands = Table(
    "commands",
    metadata,
    _text("command_id", primary_key=True),
    _text("fingerprint"),
    Column("position", BigInteger, nullable=False),
    _text("versions"),
    _text("result"),
    _instant("recorded_at"),
    _text("town"),
)

journal = Table(
    "journal",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    _text("service"),
    Column("head", BigInteger, nullable=False),
    _instant("recorded_at"),
)


FINAL = ("events", "commands")
_REFUSE = """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'what is recorded stays: ' || TG_TABLE_NAME;
    END $$
"""


def create_schema(engine: Engine) -> None:
    """Make the tables and their guards where they are missing. Any number of processes may do so at once."""
    with engine.begin() as tx:
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
        metadata.create_all(tx)
        finish(tx)


def finish(tx: Connection) -> None:
    """Over the tables just made: their guards, and the row that counts."""
    _guard(tx)
    tx.execute(
        text(
            "INSERT INTO journal (one, service, head, recorded_at)"
            " VALUES (1, '', 0, '1970-01-01T00:00:00+00:00') ON CONFLICT DO NOTHING"
        )
    )


def _guard(tx: Connection) -> None:
    """Triggers that let rows of :data:`FINAL` be added and nothing else."""
    if tx.dialect.name == "postgresql":
        _guard_postgresql(tx)
        return
    for table in FINAL:
        for act in ("UPDATE", "DELETE"):
            refuse = f"BEGIN SELECT RAISE(ABORT, 'what is recorded stays: {table}'); END"
            name = f"{table}_refuse_{act.lower()}"
            tx.exec_driver_sql(f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {act} ON {table} {refuse}")


def _guard_postgresql(tx: Connection) -> None:
    """Made only where missing: to make one anew would wait for every writer, at every start of a process."""
    for table in FINAL:
        known = tx.execute(
            text("SELECT 1 FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass) AND tgname = 'refuse_change'"),
            {"table": table},
        )
        if known.first() is None:
            tx.exec_driver_sql(_REFUSE)
            acts = "BEFORE UPDATE OR DELETE OR TRUNCATE"
            each = f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            tx.exec_driver_sql(f"CREATE TRIGGER refuse_change {acts} {each}")
