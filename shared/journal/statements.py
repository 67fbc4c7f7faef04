"""What the journal says to the database: for each batch one question and one write, in the words of each dialect.

Rows travel as JSON text, so that callers serialise before the lock and the committer only joins strings.
``:head`` is the head before the batch; an event's position is that plus its place in the batch.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Connection, Dialect, TextClause, text
from sqlalchemy.exc import DBAPIError

EVENT_FIELDS = ("stream", "version", "event_id", "type", "data")
CONTEXT_FIELDS = (
    "town", "actor", "post", "organisation", "command_id", "correlation_id", "causation_id", "traceparent",
)  # fmt: skip
COMMAND_FIELDS = ("command_id", "fingerprint", "versions", "result", "town")
ROW_FIELDS = (*EVENT_FIELDS, *CONTEXT_FIELDS)
COLUMNS = "position, recorded_at, " + ", ".join(ROW_FIELDS)

READ = text(f"SELECT {COLUMNS} FROM events WHERE position > :after ORDER BY position LIMIT :limit")  # noqa: S608
STREAM = text(f"SELECT {COLUMNS} FROM events WHERE stream = :stream AND version > :after ORDER BY version")  # noqa: S608
HEAD = text("SELECT head FROM journal")
OUTCOME = text("SELECT command_id, fingerprint, position, versions, result FROM commands WHERE command_id = :id")

Ask = Callable[[Mapping[str, Any]], Iterable[Any]]

_KNOWN_HEAD = """
    SELECT 'head' AS kind, service AS name, head AS number, recorded_at AS at,
           NULL AS fingerprint, NULL AS versions, NULL AS result
      FROM journal
    UNION ALL
    SELECT 'stream', s.value, COALESCE((SELECT max(version) FROM events WHERE stream = s.value), 0),
           NULL, NULL, NULL, NULL
"""
_WAITED = """
    UNION ALL
    SELECT 'waited', '', CAST(1000000 * EXTRACT(epoch FROM clock_timestamp() - transaction_timestamp()) AS bigint),
           NULL, NULL, NULL, NULL
"""
_KNOWN_COMMAND = """
    UNION ALL
    SELECT 'command', c.command_id, c.position, c.recorded_at, c.fingerprint, c.versions, c.result
"""


@dataclass(frozen=True)
class Dialected:
    """How to talk to one kind of database. ``talking`` opens the talk and gives the way to ask what is known."""

    talking: Callable[[Connection], AbstractContextManager[Ask]]
    write: tuple[TextClause, ...]


def _postgresql(dialect: Dialect) -> Dialected:
    typed = ", ".join(f"{name} {'int' if name == 'version' else 'text'}" for name in ROW_FIELDS)
    names = ", ".join(ROW_FIELDS)
    command_names = ", ".join(COMMAND_FIELDS)
    command_typed = ", ".join(f"{name} text" for name in COMMAND_FIELDS)
    known = f"""{_KNOWN_HEAD} FROM json_array_elements_text(CAST(:streams AS json)) AS s(value)
        {_KNOWN_COMMAND}
        FROM json_array_elements_text(CAST(:commands AS json)) AS k(value)
        CROSS JOIN LATERAL (SELECT * FROM commands WHERE command_id = k.value LIMIT 1) AS c
        {_WAITED}"""  # noqa: S608 - our own names
    write = f"""
        WITH counted AS (
            UPDATE journal SET head = CAST(:head AS bigint) + :count,
                               recorded_at = CAST(:at AS timestamptz), service = :service
        ), written AS (
            INSERT INTO events ({COLUMNS})
            SELECT CAST(:head AS bigint) + r.place, CAST(:at AS timestamptz), {names}
              FROM ROWS FROM (json_to_recordset(CAST(:events AS json)) AS ({typed}))
                   WITH ORDINALITY AS r({names}, place)
        )
        INSERT INTO commands (position, recorded_at, {command_names})
        SELECT CAST(:head AS bigint) + r.place, CAST(:at AS timestamptz), {command_names}
          FROM json_to_recordset(CAST(:done AS json)) AS r(place int, {command_typed})"""  # noqa: S608
    return Dialected(_pipelined(str(text(known).compile(dialect=dialect))), (text(write),))


def _pipelined(known: str) -> Callable[[Connection], AbstractContextManager[Ask]]:
    """Statements go out without waiting for the answer to the one before: a batch costs three waits, not five.

    The lock is alone in its statement, and each statement takes its own snapshot (READ COMMITTED): what is
    known is read after the lock was granted, though it was asked in the same breath (rule 1).
    """

    @contextmanager
    def talking(connection: Connection) -> Iterator[Ask]:
        raw: Any = connection.connection.driver_connection

        def ask(values: Mapping[str, Any]) -> Iterable[Any]:
            raw.execute("SELECT pg_advisory_xact_lock(%(key)s)", values)
            found: list[Any] = raw.execute(known, values).fetchall()
            return found

        try:
            with raw.pipeline():
                yield ask
        except psycopg.Error as fault:
            broken = bool(raw.closed)
            raise DBAPIError.instance(
                None, None, fault, psycopg.Error, connection_invalidated=broken, dialect=connection.dialect
            ) from fault

    return talking


def _sqlite(_dialect: Dialect) -> Dialected:
    picked = ", ".join(f"r.value ->> '{name}'" for name in ROW_FIELDS)
    command_picked = ", ".join(f"r.value ->> '{name}'" for name in COMMAND_FIELDS)
    known = text(f"""{_KNOWN_HEAD} FROM json_each(:streams) AS s {_KNOWN_COMMAND}
        FROM json_each(:commands) AS k CROSS JOIN commands AS c ON c.command_id = k.value""")
    counted = "UPDATE journal SET head = :head + :count, recorded_at = :at, service = :service"
    written = f"""INSERT INTO events ({COLUMNS})
        SELECT :head + r.key + 1, :at, {picked} FROM json_each(:events) AS r ORDER BY r.key"""  # noqa: S608
    done = f"""INSERT INTO commands (position, recorded_at, {", ".join(COMMAND_FIELDS)})
        SELECT :head + (r.value ->> 'place'), :at, {command_picked} FROM json_each(:done) AS r"""  # noqa: S608

    @contextmanager
    def talking(connection: Connection) -> Iterator[Ask]:
        yield lambda values: connection.execute(known, values)

    return Dialected(talking, (text(counted), text(written), text(done)))


def statements_for(dialect: Dialect) -> Dialected:
    return _postgresql(dialect) if dialect.name == "postgresql" else _sqlite(dialect)
