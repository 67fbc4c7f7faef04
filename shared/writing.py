"""How many rows go into a table at once: COPY on PostgreSQL, one prepared statement elsewhere.

Start at :func:`put_rows`. COPY goes through a temporary table where rows may be there already, or where the
database looks at each row's town first (row security does not let COPY in).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import psycopg
from pydantic_core import to_json
from sqlalchemy import JSON, Column, ColumnDefault, Connection, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

COPY_FROM = 50  # rows for which COPY begins to pay
Row = dict[str, Any]
Processor = Callable[[Any], Any]


def put_rows(tx: Connection, table: Table, rows: Sequence[Row], *, replacing: bool) -> None:
    """Write whole rows; ``replacing``: some may be there under the same key, and are replaced.

    A column that a row leaves out gets its default.
    """
    if not rows:
        return
    if tx.dialect.name != "postgresql" or len(rows) < COPY_FROM:
        tx.execute(_statement(tx.dialect.name, table, replacing), [_whole(table, row) for row in rows])
        return
    raw: Any = tx.connection.driver_connection
    try:
        with raw.cursor() as cursor:
            _copied(cursor, tx.dialect, table, rows, replacing)
    except psycopg.Error as fault:
        broken = bool(raw.closed)
        raise DBAPIError.instance(
            None, None, fault, psycopg.Error, connection_invalidated=broken, dialect=tx.dialect
        ) from fault


def _copied(cursor: Any, dialect: Dialect, table: Table, rows: Sequence[Row], replacing: bool) -> None:
    name, columns = _quoted(table.name), ", ".join(_quoted(column.name) for column in table.columns)
    into, aside = name, _quoted(f"put_{table.name}")
    if replacing or cursor.execute("SELECT row_security_active(%s)", (name,)).fetchone()[0]:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {aside} (LIKE {name}) ON COMMIT DROP")
        into = aside
    with cursor.copy(f"COPY {into} ({columns}) FROM STDIN") as copy:
        write = copy.write_row
        for row in _bound(dialect, table, rows):
            write(row)
    if into == aside:
        there = _replacing(table) if replacing else ""
        cursor.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {aside} {there}")  # noqa: S608 - our names
        cursor.execute(f"TRUNCATE {aside}")


def _replacing(table: Table) -> str:
    keys = [column.name for column in table.primary_key.columns]
    others = [_quoted(column.name) for column in table.columns if column.name not in keys]
    then = "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in others) if others else "NOTHING"
    return f"ON CONFLICT ({', '.join(map(_quoted, keys))}) DO {then}"


def _bound(dialect: Dialect, table: Table, rows: Sequence[Row]) -> Iterator[Sequence[Any]]:
    """Rows as COPY takes them: each value as the column's type would bind it."""
    names = [column.name for column in table.columns]
    made = [(place, make) for place, c in enumerate(table.columns) if (make := _processor(c, dialect))]
    picked = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    for row in rows:
        values = list(picked(row if len(row) >= len(names) else _whole(table, row)))
        for place, make in made:
            values[place] = make(values[place])
        yield values


def _processor(column: Column[Any], dialect: Dialect) -> Processor | None:
    if isinstance(column.type, JSON):
        return _json_text
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _json_text(value: Any) -> str:
    return to_json(value).decode()


def _default(column: Column[Any]) -> Any:
    return column.default.arg if isinstance(column.default, ColumnDefault) and column.default.is_scalar else None


def _whole(table: Table, row: Row) -> Row:
    if len(row) == len(table.columns):
        return row
    return {column.name: row.get(column.name, _default(column)) for column in table.columns}


@lru_cache(maxsize=256)
def _statement(dialect: str, table: Table, replacing: bool) -> Insert:
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    if not replacing:
        return statement
    keys = [column.name for column in table.primary_key.columns]
    fresh = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    if not fresh:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=fresh)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
