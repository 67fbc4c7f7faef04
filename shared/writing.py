"""How many rows go into a table at once: as one JSON text on PostgreSQL, by one prepared statement elsewhere.

Start at :func:`put_rows`. The database takes the text apart itself, which costs this process a fraction of binding
each value; unlike COPY it can replace rows, and row security holds for it. :func:`load_rows` is COPY, for new tables.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec
import orjson
import psycopg
from pydantic_core import from_json, to_json
from sqlalchemy import JSON, ColumnDefault, Connection, Dialect, Insert, LargeBinary, Table, TypeDecorator
from sqlalchemy import text as statement
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from shared.columns import JsonText, json_text

TOGETHER_FROM = 20  # rows for which one text begins to pay
AT_ONCE = 5_000  # rows in a text
LINES_AT_ONCE = 200  # made before they are handed on: few enough to stay in the processor's cache
Row = dict[str, Any]
Make = Callable[[Any], Any]


def put_rows(tx: Connection, table: Table, rows: Sequence[Row], *, replacing: bool) -> None:
    """Write whole rows; ``replacing``: some may be there under the same key, and are replaced.

    A column that a row leaves out gets its default.
    """
    if not rows:
        return
    made, whole = _made(table, tx.dialect), _whole(table, rows)
    if tx.dialect.name == "sqlite" and not replacing and (inserting := _as_they_are(table, tx.dialect)):
        raw: Any = tx.connection.driver_connection
        with _reported(tx):
            raw.executemany(inserting[0], map(inserting[1], whole))
        return
    if tx.dialect.name != "postgresql" or len(rows) < TOGETHER_FROM:
        tx.execute(_each(tx.dialect.name, table, replacing), whole)
        return
    if made:
        whole = [{**row, **{name: make(row[name]) for name, make in made}} for row in whole]
    for start in range(0, len(whole), AT_ONCE):
        tx.execute(statement(_together(table, replacing)), {"rows": _text(whole[start : start + AT_ONCE])})


def load_rows(tx: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write whole rows, which nobody needs afterwards, by COPY where it is let in; that takes a fraction of the
    database's time. It is for whoever owns the table: where row security holds, PostgreSQL lets no COPY in.
    """
    if not rows or not may_load(tx, table):
        put_rows(tx, table, rows, replacing=False)
        return
    raw: Any = tx.connection.driver_connection
    with _reported(tx), raw.cursor() as cursor, cursor.copy(_copying(table)) as copy:
        for start in range(0, len(rows), LINES_AT_ONCE):
            copy.write(_lines(table, tx.dialect, rows[start : start + LINES_AT_ONCE]))


@contextmanager
def _reported(tx: Connection) -> Iterator[None]:
    """The driver's own errors, as SQLAlchemy reports them."""
    try:
        yield
    except (psycopg.Error, sqlite3.Error) as fault:
        error: Any = psycopg.Error if isinstance(fault, psycopg.Error) else sqlite3.Error
        raise DBAPIError.instance(None, None, fault, error, dialect=tx.dialect) from fault


def may_load(tx: Connection, table: Table) -> bool:
    if tx.dialect.name != "postgresql":
        return False
    return not tx.execute(statement("SELECT row_security_active(:name)"), {"name": _quoted(table.name)}).scalar()


def _lines(table: Table, dialect: Dialect, rows: Sequence[Row]) -> bytes:
    """The rows as CSV in which a backslash escapes: that is what JSON arrays are without their brackets, but for a few
    signs.
    """
    pick, made = _loaded(table, dialect)
    whole = _whole(table, rows)
    for name, make in made:
        for row in whole:
            row[name] = make(row[name])
    arrays = _encode_lines(map(pick, whole))
    lines: bytes = arrays[1:-2].replace(b"]\n[", b"\n") + b"\n"  # within a text, a line's end is written otherwise
    return _ESCAPE.sub(_sign, lines) if _ESCAPED.search(lines) else lines


_encode_lines = msgspec.json.Encoder().encode_lines
_ESCAPED = re.compile(rb"\\[bfnrtu]")
_ESCAPE = re.compile(rb'\\(?:["\\]|u00([0-9a-f]{2})|([bfnrt]))')
_SIGNS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def _sign(found: re.Match[bytes]) -> bytes:
    code, letter = found.groups()
    return bytes([int(code, 16)]) if code else _SIGNS[letter] if letter else found[0]


def _whole(table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    columns = _columns(table)
    return [row if len(row) >= len(columns) else {**columns, **row} for row in rows]


def _text(rows: Sequence[Row]) -> str:
    """orjson is by far the quicker, but knows no whole number beyond 64 bits."""
    try:
        return orjson.dumps(rows, default=_told).decode()
    except orjson.JSONEncodeError:
        return to_json(
            [{n: from_json(bytes(v)) if type(v) is JsonText else v for n, v in row.items()} for row in rows]
        ).decode()


def _told(value: Any) -> Any:
    if isinstance(value, JsonText):
        return orjson.Fragment(bytes(value))
    raise TypeError(type(value).__name__)


@lru_cache(maxsize=256)
def _columns(table: Table) -> dict[str, Any]:
    """Each column's default, or None. SQLAlchemy's names are texts of a kind of their own, which orjson refuses."""
    known = {f"{column.name}": column.default for column in table.columns}
    return {n: d.arg if isinstance(d, ColumnDefault) and d.is_scalar else None for n, d in known.items()}


@lru_cache(maxsize=256)
def _made(table: Table, dialect: Dialect) -> tuple[tuple[str, Make], ...]:
    """The columns whose values JSON cannot take as they are, or whose type looks at them first."""
    found: list[tuple[str, Make]] = []
    for column in table.columns:
        if isinstance(column.type, LargeBinary):
            found.append((f"{column.name}", lambda value: None if value is None else rf"\x{bytes(value).hex()}"))
        elif isinstance(column.type, TypeDecorator) and (make := column.type.bind_processor(dialect)):
            found.append((f"{column.name}", make))
    return tuple(found)


@lru_cache(maxsize=256)
def _loaded(table: Table, dialect: Dialect) -> tuple[Callable[[Row], Any], tuple[tuple[str, Make], ...]]:
    """What picks a row's values in the table's order, and which of them must be made into something else first."""
    names = [column.name for column in table.columns]
    made = dict(_made(table, dialect))
    made |= {column.name: _json for column in table.columns if isinstance(column.type, JSON)}
    pick = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    return pick, tuple(made.items())


def _json(value: Any) -> str | None:
    if value is None:
        return None
    if type(value) is JsonText:
        return str(value, "utf-8")
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return json_text(value)


@lru_cache(maxsize=256)
def _as_they_are(table: Table, dialect: Dialect) -> tuple[str, Callable[[Row], Any]] | None:
    """For SQLite, if the driver takes every value of this table as it is: the statement, and what picks a row's values.
    SQLAlchemy's own way with many rows costs more than the database's.
    """
    kinds = [column.type for column in table.columns]
    if any(kind.bind_processor(dialect) for kind in kinds if not isinstance(kind, LargeBinary)):
        return None
    names = ", ".join(_quoted(column.name) for column in table.columns)
    marks = ", ".join("?" * len(kinds))
    return f"INSERT INTO {_quoted(table.name)} ({names}) VALUES ({marks})", _loaded(table, dialect)[0]  # noqa: S608 - our own names


@lru_cache(maxsize=256)
def _copying(table: Table) -> str:
    columns = ", ".join(_quoted(column.name) for column in table.columns)
    return f"COPY {_quoted(table.name)} ({columns}) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE E'\\\\')"


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
