"""One database in a backup: an SQLite file whole, or a PostgreSQL database table by table; its journal counted.

Start at :func:`keep` and :func:`counted`. What is counted is the copy, not the original: it is read as a restore will.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from shared.events import Context, Recorded
from shared.journal.schema import FINAL
from shared.journal.statements import CONTEXT_FIELDS, EVENT_FIELDS
from shared.recovery.archiving import CHUNK, Archive, BackupWrong, Parts
from shared.recovery.comparing import Chain, content_hash
from shared.recovery.cutting import PostgresView, SqliteView
from shared.recovery.findings import Progress, unseen
from shared.recovery.papers import referred

FIELDS = ("position", "recorded_at", *EVENT_FIELDS, *CONTEXT_FIELDS)
FILE, TABLES = "file", "tables"
VERSIONS = "schema_version"
Kept = dict[str, Any]
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True)
class Seen:
    """An event that a copy holds, and the documents it refers to."""

    position: int
    documents: tuple[str, ...]


def keep(parts: Parts, view: SqliteView | PostgresView, name: str, folder: Path) -> Kept:
    """Add the database; what the manifest says of how it lies there."""
    if isinstance(view, SqliteView):
        file = folder / journal_part({"kind": FILE}, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        view.copy_to(file)
        parts.add_file(journal_part({"kind": FILE}, name), file)
        return {"kind": FILE}
    tables: dict[str, Any] = {}
    for table, columns in view.tables().items():
        file = folder / _part(name, table)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            tables[table] = {"columns": columns, "rows": view.copy_to(table, columns, out)}
        parts.add_file(_part(name, table), file)
        if table != "events":
            file.unlink()
    return {"kind": TABLES, "tables": tables}


def journal_part(kept: Kept, name: str) -> str:
    """The part of the archive that has the journal's events."""
    return f"databases/{name}.sqlite" if kept["kind"] == FILE else _part(name, "events")


def counted(
    kept: Kept, folder: Path, name: str, county: str, see: Callable[[Seen], None] = lambda _seen: None
) -> dict[str, Any]:
    """Count and hash the journal that lies, as in the archive, under ``folder``. Raises :class:`BackupWrong`."""
    chain, last = Chain(county), ""
    for event in _events(kept, folder / journal_part(kept, name), name):
        if event.position != chain.count + 1:
            raise BackupWrong(f"the journal of {name} has no position {chain.count + 1}")
        chain.add(content_hash(event, county))
        last = event.event_id
        see(Seen(event.position, tuple(referred(event.data))))
    return {"head": chain.count, "chain": str(chain), "last_event": last}


def _part(name: str, table: str) -> str:
    return f"databases/{name}/{table}.copy"


def _events(kept: Kept, file: Path, name: str) -> Iterator[Recorded]:
    if kept["kind"] == FILE:
        with closing(sqlite3.connect(file)) as connection:
            question = f"select {', '.join(FIELDS)} from events order by position"  # noqa: S608 - our own names
            for row in connection.execute(question):
                yield _recorded(name, dict(zip(FIELDS, row, strict=True)))
        return
    columns = kept["tables"]["events"]["columns"]
    with file.open("rb") as lines:
        for line in lines:
            yield _recorded(name, dict(zip(columns, map(_plain, line[:-1].split(b"\t")), strict=True)))


def _recorded(service: str, row: dict[str, Any]) -> Recorded:
    return Recorded(
        service=service,
        position=int(row["position"]),
        stream=row["stream"],
        version=int(row["version"]),
        event_id=row["event_id"],
        type=row["type"],
        recorded_at=datetime.fromisoformat(row["recorded_at"]).astimezone(UTC),
        data=json.loads(row["data"]),
        context=Context(**{name: row[name] for name in CONTEXT_FIELDS}),
    )


def _plain(field: bytes) -> str:
    """A field of PostgreSQL's text form as it was."""
    text = field.decode()
    if "\\" not in text:
        return text
    parts, at = [], 0
    while (found := text.find("\\", at)) >= 0:
        parts += [text[at:found], _ESCAPES.get(text[found + 1], text[found + 1])]
        at = found + 2
    return "".join([*parts, text[at:]])


def put_back_tables(archive: Archive, name: str, engine: Engine, progress: Progress = unseen) -> int:
    """One service's rows into tables that are laid and hold no events; how many rows. All of it or nothing.

    Raises :class:`BackupWrong`.
    """
    tables: dict[str, Any] = archive.manifest["services"][name]["tables"]
    rows = 0
    with psycopg.connect(_address(engine), options="-c timezone=UTC") as connection:
        _must_be_laid(connection, archive, name)
        for done, (table, kept) in enumerate(tables.items(), start=1):
            if table == VERSIONS:
                continue
            if table not in FINAL:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            names = sql.SQL(", ").join(map(sql.Identifier, kept["columns"]))
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
            with archive.part(_part(name, table)) as source, connection.cursor().copy(into) as copy:
                while part := source.read(CHUNK):
                    copy.write(part)
            rows += kept["rows"]
            progress(done, len(tables))
    return rows


def must_be_laid(archive: Archive, name: str, engine: Engine) -> None:
    """Whether the database could take the backup, without writing. Raises :class:`BackupWrong`."""
    with psycopg.connect(_address(engine)) as connection:
        _must_be_laid(connection, archive, name)


def _must_be_laid(connection: "psycopg.Connection[tuple[Any, ...]]", archive: Archive, name: str) -> None:
    tables: dict[str, Any] = archive.manifest["services"][name]["tables"]
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    if missing := sorted(tables.keys() - {table for (table,) in found}):
        raise BackupWrong(f"the database of {name} lacks {', '.join(missing)}: run `gongkai migrate {name}` first")
    if connection.execute("SELECT 1 FROM events LIMIT 1").fetchone():
        raise BackupWrong(f"the database of {name} holds events: nothing was changed")
    if VERSIONS in tables:
        with archive.part(_part(name, VERSIONS)) as source:
            then = sorted(source.read().decode().split())
        rows = connection.execute(sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(VERSIONS))).fetchall()
        if then != (now := sorted(str(row[0]) for row in rows)):
            raise BackupWrong(
                f"the tables of {name} are at {', '.join(now)} and those of the backup at {', '.join(then)}: restore "
                "with the program that made it, then upgrade"
            )


def _address(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
