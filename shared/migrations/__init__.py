"""Schema changes of the tables that cannot be made again: one history for each kind of table, steps numbered from 1.

Start at :func:`upgrade`. A service's database has the histories that :func:`histories_of` names. A program runs on the
step it knows and on the next one (which is being put in place while it still serves): what a step takes away must have
been unused one step before. Views are not here: they are rebuilt (``shared.rebuild``).
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

HERE = Path(__file__).parent
TABLE = "schema_version"
LOCK = 7_467_105_002  # advisory lock of whoever migrates a database; others wait for it
_HISTORIES: Mapping[str, tuple[str, ...]] = {
    "audit": ("service", "audit"),
    "portal": ("portal",),
    "keys": ("keys",),
}
_STEP = re.compile(r"v(\d{4})_\w+\.py")


class SchemaWrong(Exception):
    """The tables are not those of this program. The message says which way and what to do."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a database stands in one history: ``at`` is 0 where nothing has been laid yet."""

    history: str
    at: int
    head: int

    @property
    def wrong(self) -> str:
        """Why this program must not use the database; '' if it may."""
        if self.at < self.head:
            return f"the tables ({self.history}) are at step {self.at}, this program needs {self.head}: gongkai migrate"
        if self.at > self.head + 1:
            return f"the tables ({self.history}) are at step {self.at}, this program knows {self.head}: it is too old"
        return ""

    @property
    def note(self) -> str:
        """What an operator should know though all works; '' if nothing."""
        if self.at == self.head + 1:
            return f"the tables ({self.history}) are one step ahead: start the new version of the program"
        return ""


def histories_of(database: str) -> tuple[str, ...]:
    """Those of a service's database, by the service's name; or of the key store's."""
    return _HISTORIES.get(database, ("service", "witness"))


def head_of(history: str) -> int:
    """The last step this program knows; read from the names of files, since alembic takes a while to import."""
    return max((int(m[1]) for m in (_STEP.fullmatch(f.name) for f in (HERE / history).iterdir()) if m), default=0)


def standings(connection: Connection, database: str) -> list[Standing]:
    """Where the database stands in each of its histories."""
    known = _recorded(connection)
    return [Standing(history, known.get(history, 0), head_of(history)) for history in histories_of(database)]


def trouble(connection: Connection, database: str) -> str:
    """Why this program must not use the database; '' if it may."""
    return next((standing.wrong for standing in standings(connection, database) if standing.wrong), "")


def note(connection: Connection, database: str) -> str:
    return next((standing.note for standing in standings(connection, database) if standing.note), "")


def upgrade(connection: Connection, database: str) -> list[str]:
    """Bring the tables to the last step, in the caller's transaction; the steps taken, as ``history_number``.

    Any number may call at once: one does it, the others wait and find it done. Raises :class:`SchemaWrong` if the
    tables are ahead of this program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    before = standings(connection, database)
    ahead = next((s for s in before if s.at > s.head), None)
    if ahead:
        raise SchemaWrong(f"the tables ({ahead.history}) stand at step {ahead.at}, and this program knows {ahead.head}")
    if any(s.at < s.head for s in before):
        if "service" in histories_of(database):
            _stop_writers(connection)
        _run(connection, database, None)
    return [f"{s.history}_{step:04d}" for s in before for step in range(s.at + 1, s.head + 1)]


def _stop_writers(connection: Connection) -> None:
    """Appends wait at their first table until the transaction ends: else each could wait for the other."""
    if connection.dialect.name == "postgresql" and inspect(connection).has_table("journal"):
        connection.execute(text("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))


def stamp(connection: Connection, database: str) -> None:
    """Write down that an empty database has just been laid as the last steps have it."""
    connection.execute(text(f"CREATE TABLE {TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    for history in histories_of(database):
        row = {"step": f"{history}_{head_of(history):04d}"}
        connection.execute(text(f"INSERT INTO {TABLE} (version_num) VALUES (:step)"), row)  # noqa: S608 - our own name


def statements(connection: Connection, database: str) -> str:
    """The SQL that :func:`upgrade` would send; nothing is changed."""
    if all(s.at >= s.head for s in standings(connection, database)):
        return ""
    said = io.StringIO()
    _run(connection, database, said)
    return said.getvalue()


def _recorded(connection: Connection) -> dict[str, int]:
    if not inspect(connection).has_table(TABLE):
        return {}
    rows = connection.execute(text(f"SELECT version_num FROM {TABLE}")).scalars()  # noqa: S608 - our own name
    return {str(row).rpartition("_")[0]: int(str(row).rpartition("_")[2]) for row in rows}


def _run(connection: Connection, database: str, said: io.StringIO | None) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(HERE), version_locations=[str(HERE / h) for h in histories_of(database)])
    current = tuple(f"{s.history}_{s.at:04d}" for s in standings(connection, database) if s.at)

    def steps(revision: Any, _context: object) -> Any:
        return _ahead(script, revision)

    more: dict[str, Any] = {"as_sql": True, "starting_rev": current, "output_buffer": said} if said else {}
    with EnvironmentContext(Config(), script, fn=steps, destination_rev="heads", **more) as environment:
        where: dict[str, Any] = {"dialect_name": connection.dialect.name} if said else {"connection": connection}
        environment.configure(**where, version_table=TABLE, literal_binds=bool(said), output_buffer=said)
        environment.run_migrations()


def _ahead(script: "ScriptDirectory", revision: Any) -> Any:
    return script._upgrade_revs("heads", revision)  # as alembic's own upgrade command asks it
