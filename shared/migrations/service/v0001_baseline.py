"""Step 1: the tables as they were before steps were counted. Where they are there already, they are taken over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import sqlite

revision = "service_0001"
down_revision = None
branch_labels = ("service",)
depends_on = None

CONTEXT = ("town", "actor", "post", "organisation", "command_id", "correlation_id", "causation_id", "traceparent")


def upgrade() -> None:
    _journal()
    _following()
    _guard()
    op.execute(
        "INSERT INTO journal (one, service, head, recorded_at)"
        " VALUES (1, '', 0, '1970-01-01T00:00:00+00:00') ON CONFLICT DO NOTHING"
    )


def _text(name: str, *, primary_key: bool = False, unique: bool | None = None) -> "sa.Column[str]":
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, kind, nullable=False, primary_key=primary_key, unique=unique)


def _instant(name: str) -> "sa.Column[object]":
    kind = sa.DateTime(timezone=True).with_variant(sqlite.TEXT(), "sqlite")
    return sa.Column(name, kind, nullable=False)


def _journal() -> None:
    op.create_table(
        "events",
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False
        ),
        _text("stream"),
        sa.Column("version", sa.Integer, nullable=False),
        _text("event_id", unique=True),
        _text("type"),
        _text("data"),
        _instant("recorded_at"),
        *(_text(name) for name in CONTEXT),
        sa.UniqueConstraint("stream", "version"),
        sa.CheckConstraint("position > 0"),
        sa.CheckConstraint("version > 0"),
        if_not_exists=True,
    )
    op.create_table(
        "commands",
        _text("command_id", primary_key=True),
        _text("fingerprint"),
        sa.Column("position", sa.BigInteger, nullable=False),
        _text("versions"),
        _text("result"),
        _instant("recorded_at"),
        _text("town"),
        if_not_exists=True,
    )
    op.create_table(
        "journal",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
        _text("service"),
        sa.Column("head", sa.BigInteger, nullable=False),
        _instant("recorded_at"),
        if_not_exists=True,
    )


def _following() -> None:
    op.create_table(
        "relays",
        sa.Column("service", sa.String, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "follow_checkpoints",
        sa.Column("follower", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "follow_parked",
        sa.Column("follower", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("stream",)),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("event", "reason")),
        sa.Column("parked_at", sa.String, nullable=False),
        if_not_exists=True,
    )


def _guard() -> None:
    """Events and commands can be added and nothing else: the database itself refuses it."""
    if op.get_context().dialect.name != "postgresql":
        for table in ("events", "commands"):
            for act in ("UPDATE", "DELETE"):
                refuse = f"BEGIN SELECT RAISE(ABORT, 'what is recorded stays: {table}'); END"
                name = f"{table}_refuse_{act.lower()}"
                op.execute(f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {act} ON {table} {refuse}")
        return
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'what is recorded stays: ' || TG_TABLE_NAME;
        END $$
        """
    )
    for table in ("events", "commands"):
        op.execute(
            f"CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
