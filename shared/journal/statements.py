"""What the journal says to the database: for each batch one question and one write, in the words of each dialect.

Rows travel as JSON text, so that callers serialise before the lock and the committer only joins strings.
``:head`` is the head before the batch; an event's position is that plus its place in the batch.
"""

import select
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import psycopg.errors
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection, Dialect, TextClause, bindparam, text
from sqlalchemy.exc import DBAPIError

EVENT_FIELDS = ("stream", "version", "event_id", "type", "data")
CONTEXT_FIELDS = (
    "town", "actor", "post", "organisation", "command_id", "correlation_id", "causation_id", "traceparent",
)  # fmt: skip
COMMAND_FIELDS = ("command_id", "fingerprint", "versions", "result", "town")
ROW_FIELDS = (*EVENT_FIELDS, *CONTEXT_FIELDS)
COLUMNS = "position, recorded_at, " + ", ".join(ROW_FIELDS)

READ = text(f"SELECT {COLUMNS} FROM events WHERE position > :after ORDER BY position LIMIT :limit")  # noqa: S608 - our own names
STREAM = text(f"SELECT {COLUMNS} FROM events WHERE stream = :stream AND version > :after ORDER BY version")  # noqa: S608 - our own names
STREAMS = text(
    f"SELECT {COLUMNS} FROM events WHERE stream IN :streams ORDER BY stream, version"  # noqa: S608 - our own names
).bindparams(bindparam("streams", expanding=True))
HEAD = text("SELECT head FROM journal")
OUTCOME = text("SELECT command_id, fingerprint, position, versions, result FROM commands WHERE command_id = :id")

Ask = Callable[[Mapping[str, Any]], Iterable[Any]]
AtOnce = Callable[[Connection, Mapping[str, Any]], "tuple[int, float] | None"]

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
    """How to talk to one kind of database. ``talking`` opens the talk and gives the way to ask what is known.

    ``at_once``, where there is one, locks, checks, writes and commits a batch in one round trip if all of it stands:
    it answers the head before the batch and the seconds waited for the lock, or None, and then nothing was written.
    """

    talking: Callable[[Connection], AbstractContextManager[Ask]]
    write: tuple[TextClause, ...]
    at_once: AtOnce | None = None


def _postgresql(dialect: Dialect) -> Dialected:
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
            SELECT CAST(:head AS bigint) + r.place, CAST(:at AS timestamptz), {_NAMES}
              FROM ROWS FROM (json_to_recordset(CAST(:events AS json)) AS ({_TYPED}))
                   WITH ORDINALITY AS r({_NAMES}, place)
        )
        INSERT INTO commands (position, recorded_at, {command_names})
        SELECT CAST(:head AS bigint) + r.place, CAST(:at AS timestamptz), {command_names}
          FROM json_to_recordset(CAST(:done AS json)) AS r(place int, {command_typed})"""  # noqa: S608 - our own names
    return Dialected(_pipelined(str(text(known).compile(dialect=dialect))), (text(write),), _committed_at_once)


_LOCK = "SELECT pg_advisory_xact_lock(%(key)s)"
_TYPED = ", ".join(f"{name} {'int' if name == 'version' else 'text'}" for name in ROW_FIELDS)
_NAMES = ", ".join(ROW_FIELDS)
_IF_ALL_STANDS = f"""
    WITH done AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(done)s::json)
            AS r(place int, {", ".join(f"{name} text" for name in COMMAND_FIELDS)})
    ), counted AS (
        UPDATE journal SET head = head + %(count)s::bigint, service = %(service)s,
                           recorded_at = GREATEST(recorded_at, %(at)s::timestamptz)
         WHERE service IN ('', %(service)s)
           AND NOT EXISTS (SELECT FROM json_each_text(%(streams)s::json) AS s
               WHERE s.value::int <> COALESCE(
                   (SELECT version FROM events WHERE stream = s.key ORDER BY version DESC LIMIT 1), 0))
           AND NOT EXISTS (SELECT FROM done,
               LATERAL (SELECT FROM commands AS c WHERE c.command_id = done.command_id LIMIT 1) AS found)
        RETURNING head - %(count)s::bigint AS head, recorded_at
    ), written AS (
        INSERT INTO events ({COLUMNS})
        SELECT counted.head + r.place, counted.recorded_at, {_NAMES}
          FROM counted, ROWS FROM (json_to_recordset(%(events)s::json) AS ({_TYPED}))
               WITH ORDINALITY AS r({_NAMES}, place)
    ), kept AS (
        INSERT INTO commands (position, recorded_at, {", ".join(COMMAND_FIELDS)})
        SELECT counted.head + done.place, counted.recorded_at, {", ".join(f"done.{n}" for n in COMMAND_FIELDS)}
          FROM counted, done
    )
    SELECT head, EXTRACT(epoch FROM statement_timestamp() - transaction_timestamp())::float8 FROM counted
"""  # noqa: S608 - our own names


_PREPARED = b"gongkai_append"
_PARAMETERS = ("done", "count", "service", "at", "streams", "events")
_NUMBERED = {name: f"${place}" for place, name in enumerate(_PARAMETERS, start=1)}


def _committed_at_once(connection: Connection, values: Mapping[str, Any]) -> tuple[int, float] | None:
    """Begin, lock, write if all of it stands, commit: four statements in one breath, each with a snapshot of its own.

    Said through libpq itself: nothing of ours happens between the lock and the commit, whoever else wants the
    interpreter meanwhile.
    """
    raw: Any = connection.connection.driver_connection
    pgconn: PGconn = raw.pgconn
    with _reported(connection):
        if "gongkai_prepared" not in connection.info:
            _must_be(pgconn.prepare(_PREPARED, (_IF_ALL_STANDS % _NUMBERED).encode()), raw)
            connection.info["gongkai_prepared"] = True
        _send(pgconn, values)
        _begun, _locked, written, _committed = _results(pgconn, raw)
        pgconn.exit_pipeline_mode()
    head, waited = (written.get_value(0, column) for column in (0, 1)) if written.ntuples else (None, None)
    return None if head is None or waited is None else (int(head), float(waited))


def _send(pgconn: PGconn, values: Mapping[str, Any]) -> None:
    pgconn.enter_pipeline_mode()
    pgconn.send_query_params(b"BEGIN", None)
    pgconn.send_query_params(b"SELECT pg_advisory_xact_lock($1)", [str(values["key"]).encode()])
    pgconn.send_query_prepared(_PREPARED, [str(values[name]).encode() for name in _PARAMETERS])
    pgconn.send_query_params(b"COMMIT", None)
    pgconn.pipeline_sync()


def _results(pgconn: PGconn, raw: Any) -> list[PGresult]:
    """What the statements came to, once all have ended. Raises the server's first error."""
    found: list[PGresult] = []
    while pgconn.flush():
        _wait(pgconn, select.POLLIN | select.POLLOUT)
    while True:
        while pgconn.is_busy():
            _wait(pgconn, select.POLLIN)
        result = pgconn.get_result()
        if result is None:
            if pgconn.status == ConnStatus.BAD:
                raise psycopg.OperationalError(pgconn.get_error_message() or "the connection was lost")
        elif result.status == ExecStatus.PIPELINE_SYNC:
            break
        else:
            found.append(result)
    for result in found:
        _must_be(result, raw)
    return found


def _wait(pgconn: PGconn, ready: int) -> None:
    """Until the server has said something, or can be told more."""
    poll = select.poll()
    poll.register(pgconn.socket, ready)
    if any(happened & ~select.POLLOUT for _, happened in poll.poll()):
        pgconn.consume_input()


def _must_be(result: PGresult, raw: Any) -> None:
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        raise psycopg.errors.error_from_result(result, encoding=raw.info.encoding)


def _pipelined(known: str) -> Callable[[Connection], AbstractContextManager[Ask]]:
    """Statements go out without waiting for the answer to the one before: a batch costs three waits, not five.

    The lock is alone in its statement, and each statement takes its own snapshot (READ COMMITTED): what is
    known is read after the lock was granted, though it was asked in the same breath (rule 1).
    """

    @contextmanager
    def talking(connection: Connection) -> Iterator[Ask]:
        raw: Any = connection.connection.driver_connection

        def ask(values: Mapping[str, Any]) -> Iterable[Any]:
            raw.execute(_LOCK, values)
            found: list[Any] = raw.execute(known, values).fetchall()
            return found

        with _reported(connection), raw.pipeline():
            yield ask

    return talking


@contextmanager
def _reported(connection: Connection) -> Iterator[None]:
    """The driver's own errors, as SQLAlchemy reports them."""
    try:
        yield
    except psycopg.Error as fault:
        raw: Any = connection.connection.driver_connection
        raise DBAPIError.instance(
            None, None, fault, psycopg.Error, connection_invalidated=bool(raw.closed), dialect=connection.dialect
        ) from fault


def _sqlite(_dialect: Dialect) -> Dialected:
    picked = ", ".join(f"r.value ->> '{name}'" for name in ROW_FIELDS)
    command_picked = ", ".join(f"r.value ->> '{name}'" for name in COMMAND_FIELDS)
    known = text(f"""{_KNOWN_HEAD} FROM json_each(:streams) AS s {_KNOWN_COMMAND}
        FROM json_each(:commands) AS k CROSS JOIN commands AS c ON c.command_id = k.value""")
    counted = "UPDATE journal SET head = :head + :count, recorded_at = :at, service = :service"
    written = f"""INSERT INTO events ({COLUMNS})
        SELECT :head + r.key + 1, :at, {picked} FROM json_each(:events) AS r ORDER BY r.key"""  # noqa: S608 - our own names
    done = f"""INSERT INTO commands (position, recorded_at, {", ".join(COMMAND_FIELDS)})
        SELECT :head + (r.value ->> 'place'), :at, {command_picked} FROM json_each(:done) AS r"""  # noqa: S608 - our own names

    @contextmanager
    def talking(connection: Connection) -> Iterator[Ask]:
        yield lambda values: connection.execute(known, values)

    return Dialected(talking, (text(counted), text(written), text(done)))


def statements_for(dialect: Dialect) -> Dialected:
    return _postgresql(dialect) if dialect.name == "postgresql" else _sqlite(dialect)
