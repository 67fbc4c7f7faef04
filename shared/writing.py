"""How many rows go into a table at once: as one JSON text on PostgreSQL, by one prepared statement elsewhere.

Start at :func:`put_rows`. The database takes the text apart itself, which costs this process a fraction of binding
each value; unlike COPY it can replace rows, and row security holds for it.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import orjson
from pydantic_core import to_json
from sqlalchemy import ColumnDefault, Connection, Dialect, Insert, LargeBinary, Table, TypeDecorator
from sqlalchemy import text as statement
from sqlalchemy.dialects import postgresql, sqlite

TOGETHER_FROM = 20  # rows for which one text begins to pay
AT_ONCE = 5_000  # rows in a text
Row = dict[str, Any]
Make = Callable[[Any], Any]


def put_rows(tx: Connection, table: Table, rows: Sequence[Row], *, replacing: bool) -> None:
    """Write whole rows; ``replacing``: some may be there under the same key, and are replaced.

    A column that a row leaves out gets its default.
    """
    if not rows:
        return
    columns, made = _columns(table), _made(table, tx.dialect)
    whole = [row if len(row) >= len(columns) else {**columns, **row} for row in rows]
    if tx.dialect.name != "postgresql" or len(rows) < TOGETHER_FROM:
        tx.execute(_each(tx.dialect.name, table, replacing), whole)
        return
    if made:
        whole = [{**row, **{name: make(row[name]) for name, make in made}} for row in whole]
    for start in range(0, len(whole), AT_ONCE):
        tx.execute(statement(_together(table, replacing)), {"rows": _text(whole[start : start + AT_ONCE])})


def _text(rows: list[Row]) -> str:
    """orjson is by far the quicker, but knows no whole number beyond 64 bits."""
    try:
        return orjson.dumps(rows).decode()
    except orjson.JSONEncodeError:
        return to_json(rows).decode()


@lru_cache(maxsize=256)
def _columns(table: Table) -> dict[str, Any]:
    """Each column's default, or None."""
    known = {column.name: column.default for column in table.columns}
    return {n: d.arg if isinstance(d, ColumnDefault) and d.is_scalar else None for n, d in known.items()}


@lru_cache(maxsize=256)
def _made(table: Table, dialect: Dialect) -> tuple[tuple[str, Make], ...]:
    """The columns whose values JSON cannot take as they are, or whose type looks at them first."""
    found: list[tuple[str, Make]] = []
    for column in table.columns:
        if isinstance(column.type, LargeBinary):
            found.append((column.name, lambda value: None if value is None else rf"\x{bytes(value).hex()}"))
        elif isinstance(column.type, TypeDecorator) and (make := column.type.bind_processor(dialect)):
            found.append((column.name, make))
    return tuple(found)


@lru_cache(maxsize=256)
def _together(table: Table, replacing: bool) -> str:
    name, columns = _quoted(table.name), ", ".join(_quoted(column.name) for column in table.columns)
    rows = f"json_populate_recordset(CAST(NULL AS {name}), CAST(:rows AS json))"
    insert = f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {rows}"  # noqa: S608 - our own names
    if not replacing:
        return insert
    keys = [column.name for column in table.primary_key.columns]
    others = [_quoted(column.name) for column in table.columns if column.name not in keys]
    then = "UPDATE SET " + ", ".join(f"{other} = excluded.{other}" for other in others) if others else "NOTHING"
    return f"{insert} ON CONFLICT ({', '.join(map(_quoted, keys))}) DO {then}"


@lru_cache(maxsize=256)
def _each(dialect: str, table: Table, replacing: bool) -> Insert:
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    if not replacing:
        return insert
    keys = [column.name for column in table.primary_key.columns]
    fresh = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
    if not fresh:
        return insert.on_conflict_do_nothing(index_elements=keys)
    return insert.on_conflict_do_update(index_elements=keys, set_=fresh)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
