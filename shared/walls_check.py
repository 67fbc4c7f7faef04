"""Whether the second wall stands: what a service's database and its role lack, in plain lines for ``gongkai doctor``.

Start at :func:`wrong_with`. It asks as the service itself, and needs no more rights than that; it changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from shared import migrations, reach, walls
from shared.database import CONNECTIONS_MAX, serving

_ROLE = """
    SELECT current_user AS role, rolsuper, rolbypassrls, rolcreaterole,
           has_schema_privilege('public', 'CREATE') AS creates,
           (SELECT count(*) FROM pg_class WHERE relowner = r.oid AND relkind IN ('r', 'p')) AS owns
      FROM pg_roles r WHERE rolname = current_user
"""
_FINAL = """
    SELECT relname FROM pg_class
     WHERE relname IN ('events', 'commands') AND relkind = 'r' AND relnamespace = 'public'::regnamespace
       AND (has_table_privilege(oid, 'UPDATE') OR has_table_privilege(oid, 'DELETE')
            OR has_table_privilege(oid, 'TRUNCATE'))
     ORDER BY 1
"""
_PRESET = "SELECT 1 FROM pg_db_role_setting WHERE array_to_string(setconfig, ' ') LIKE '%gongkai.%'"
_ROOM = """
    SELECT rolconnlimit, current_setting('max_connections')::int AS most
      FROM pg_roles WHERE rolname = current_user
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """``how`` says what to do about it."""

    what: str
    how: str


def wrong_with(engine: Engine, database: str) -> list[Wrong]:
    """What is wrong with a service's tables, role and wall; [] if nothing. SQLite has neither roles nor a wall."""
    try:
        with reach.service(), serving(engine).connect() as tx:
            return [*_tables(tx, database), *(_all_of(tx) if tx.dialect.name == "postgresql" else ())]
    except SQLAlchemyError as fault:
        return [Wrong(f"the database of {database} cannot be asked: {type(fault).__name__}", "see docs/operate.md")]


def _all_of(tx: Connection) -> Iterator[Wrong]:
    for ask in (_role, _wall, _room):
        yield from ask(tx)


def _tables(tx: Connection, database: str) -> Iterator[Wrong]:
    if trouble := migrations.trouble(tx, database):
        yield Wrong(f"{database}: {trouble}", "run `gongkai migrate` as the owner of the tables (docs/upgrade.md)")


def _role(tx: Connection) -> Iterator[Wrong]:
    row = tx.execute(text(_ROLE)).one()
    advice = "give the service a role that owns nothing (deploy/postgres/service.sql)"
    if row.rolsuper or row.rolbypassrls:
        yield Wrong(f"the role {row.role} stands above row-level security", advice)
    if row.rolcreaterole or row.creates:
        yield Wrong(f"the role {row.role} may make roles or tables", advice)
    if row.owns:
        yield Wrong(f"the role {row.role} owns tables ({row.owns}): no policy binds it", "deploy/postgres/adopt.sql")


def _wall(tx: Connection) -> Iterator[Wrong]:
    for table in walls.bare(tx):
        yield Wrong(f"the table {table.name} has towns and no policy", "run `gongkai migrate`")
    for table in tx.execute(text(_FINAL)).scalars():
        yield Wrong(f"rows of {table} may be changed by the service's role", "run `gongkai migrate`")
    if tx.execute(text(_PRESET)).first():
        yield Wrong(
            "a role or database has a setting gongkai.* of its own: the wall is open to it", "ALTER ROLE ... RESET"
        )


def _room(tx: Connection) -> Iterator[Wrong]:
    """Whether a process may open as many connections as it will under load."""
    row = tx.execute(text(_ROOM)).one()
    if 0 <= row.rolconnlimit < CONNECTIONS_MAX:
        yield Wrong(
            f"the role may open {row.rolconnlimit} connections, its process up to {CONNECTIONS_MAX}", "raise it"
        )
    if row.most < CONNECTIONS_MAX:
        yield Wrong(f"max_connections is {row.most}, one process opens up to {CONNECTIONS_MAX}", "raise it")
