"""One transaction of the committer: lock, ask, judge, write, commit. Start at :meth:`Transactions.write`."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from shared.clock import Clock
from shared.database import WRITING, durable, write_turn
from shared.journal import JournalUnavailable, Outcome
from shared.journal.batch import Known, Verdict, Waiting, foreseen, judge, outcomes
from shared.journal.statements import Ask, statements_for


class ConnectionLost(Exception):
    """The connection broke. ``sent``: perhaps only after the batch had gone out, so that it may have been committed."""

    def __init__(self, cause: Exception, *, sent: bool) -> None:
        super().__init__(str(getattr(cause, "orig", cause)))
        self.sent = sent


@dataclass
class Last:
    """What the latest transaction came to, for the observer."""

    head: int = 0
    events: int = 0
    lock_seconds: float = 0.0
    write_seconds: float = 0.0
    commit_seconds: float = 0.0


class Transactions:
    """The committer's own connection, kept from batch to batch and replaced when it breaks."""

    def __init__(self, engine: Engine, service: str, clock: Clock) -> None:
        self._engine, self._service, self._clock = engine, service, clock
        self._say = statements_for(engine.dialect)
        self._key = lock_key(service)
        self._connection: Connection | None = None
        self.last = Last()

    def write(self, batch: Sequence[Waiting], *, again: bool) -> list[Verdict]:
        """Write the batch durably. Raises :class:`ConnectionLost` or SQLAlchemy's errors; then it was rolled back,
        unless the connection was lost: then it is written or not, and sending it ``again`` finds out and completes it.

        The lock makes that safe: the new transaction gets it only when the lost one has ended, one way or the other.
        """
        connection = self._connected()
        try:
            with write_turn(self._engine):
                done = None if again else self._at_once(connection, batch)
                return done or self._transact(connection, batch, again)
        except DBAPIError as fault:
            self.close()
            if fault.connection_invalidated:
                raise ConnectionLost(fault, sent=True) from fault
            raise
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.invalidate()
            with suppress(SQLAlchemyError):
                self._connection.close()
            self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None:
            try:
                self._connection = durable(self._engine.connect().execution_options(**{WRITING: True}))
            except OperationalError as fault:
                raise ConnectionLost(fault, sent=False) from fault
        return self._connection

    def _at_once(self, connection: Connection, batch: Sequence[Waiting]) -> list[Verdict] | None:
        """The batch in one round trip, as it nearly always can be; None if any of it must be judged."""
        expected = foreseen(batch)
        if self._say.at_once is None or expected is None:
            return None
        started = perf_counter()
        rows = _rows(batch)
        values = self._values(rows) | {"key": self._key, "streams": json.dumps(expected), "at": self._now()}
        sent = perf_counter()
        found = self._say.at_once(connection, values)
        if found is None:
            return None
        head, waited = found
        self.last = Last(head + len(rows[0]), len(rows[0]), waited, sent - started, perf_counter() - sent - waited)
        return outcomes(batch, head)

    def _transact(self, connection: Connection, batch: Sequence[Waiting], again: bool) -> list[Verdict]:
        started = perf_counter()
        with connection.begin() as transaction, self._say.talking(connection) as ask:
            begun = perf_counter()
            known = self._known(ask, batch)
            asked = perf_counter()
            verdicts, accepted = judge(batch, known, ours=again)
            events = self._insert(connection, known, accepted) if accepted else 0
            written = perf_counter()
            transaction.commit()
        self.last = Last(
            head=known.head + events,
            events=events,
            lock_seconds=begun - started + known.waited,
            write_seconds=written - asked,
            commit_seconds=perf_counter() - written,
        )
        return verdicts

    def _known(self, ask: Ask, batch: Sequence[Waiting]) -> Known:
        streams = json.dumps(list({stream for waiting in batch for stream in waiting.versions}))
        ids = json.dumps(list({waiting.append.command_id for waiting in batch}))
        known = Known("", -1, datetime.min.replace(tzinfo=UTC), {}, {})
        for row in ask({"key": self._key, "streams": streams, "commands": ids}):
            kind, name, number, at, fingerprint, versions, result = row
            if kind == "stream":
                known.versions[name] = number
            elif kind == "command":
                known.found[name] = outcome_of(name, fingerprint, number, versions, result)
            elif kind == "waited":
                known.waited = number / 1_000_000
            else:
                known.service, known.head, known.recorded_at = name, number, instant(at)
        if known.head < 0 or known.service not in ("", self._service):
            held = f"this database holds the journal of {known.service!r}, not of {self._service!r}"
            raise JournalUnavailable(held)
        return known

    def _insert(self, connection: Connection, known: Known, accepted: Sequence[Waiting]) -> int:
        rows = _rows(accepted)
        at = max(self._now(), known.recorded_at).isoformat(timespec="microseconds")
        values = self._values(rows) | {"head": known.head, "at": at}
        for statement in self._say.write:
            connection.execute(statement, values)
        return len(rows[0])

    def _values(self, rows: tuple[list[str], list[str]]) -> dict[str, Any]:
        events, done = rows
        return {
            "count": len(events),
            "service": self._service,
            "events": f"[{','.join(events)}]",
            "done": f"[{','.join(done)}]",
        }

    def _now(self) -> datetime:
        return self._clock.now()


def _rows(accepted: Sequence[Waiting]) -> tuple[list[str], list[str]]:
    """The rows of events and of commands, which name the place of their last event in the batch."""
    events: list[str] = []
    done: list[str] = []
    for waiting in accepted:
        events += waiting.events_json
        done.append(f'{{"place":{len(events)},{waiting.command_json}')
    return events, done


def lock_key(service: str) -> int:
    """The advisory lock of a service's journal: one key per journal (rule 11)."""
    digest = hashlib.sha256(b"gongkai journal " + service.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def instant(stored: datetime | str) -> datetime:
    value = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return value.astimezone(UTC)


def outcome_of(command_id: str, fingerprint: str, position: int, versions: str, result: str) -> Outcome:
    return Outcome(command_id, fingerprint, position, json.loads(versions), json.loads(result))
