"""Databases as the version before schema steps laid them, with facts in them: ``laid_before/*.sql.gz``.

They were made once, by that version, from the first events of the tape: journal, commands, checkpoints, views, the
entries of the transparency log, a session. Start at :func:`lay_before`.
"""

import gzip
import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

FOLDER = Path(__file__).parent / "laid_before"
DATABASES = ("catalogue", "audit", "portal")


def sql_of(database: str, dialect: str) -> str:
    return gzip.decompress((FOLDER / f"{database}.{dialect}.sql.gz").read_bytes()).decode()


def lay_before(database: str, url: str) -> None:
    """Fill the empty database at this address as the earlier version had it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = sqlite3.connect(str(parsed.database))
        file.executescript(sql_of(database, "sqlite"))
        file.close()
        return
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql_of(database, "postgresql").encode())
