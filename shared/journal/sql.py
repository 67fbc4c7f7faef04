"""The journal over PostgreSQL or SQLite, with group commit and positions that are 1, 2, 3 ... in commit order.

Start at :meth:`SqlJournal.append`. The way of an append: ``batch`` checks and serialises it, ``committer`` queues it,
``transaction`` writes many at once under the journal's lock. ``schema`` has the tables, ``statements`` the SQL.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Condition
from time import monotonic
from typing import Any

from sqlalchemy import Engine, TextClause
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import Clock
from shared.database import serving
from shared.events import Recorded
from shared.journal import Append, EventTooLarge, JournalGap, JournalUnavailable, Outcome, Pending, Told
from shared.journal.batch import Waiting
from shared.journal.committer import Committer, Limits
from shared.journal.observing import Observer, Unobserved
from shared.journal.schema import create_schema
from shared.journal.statements import HEAD, OUTCOME, READ, STREAM, STREAMS
from shared.journal.transaction import Transactions, outcome_of
from shared.journal.unread import unread

POLL_SECONDS = 0.1  # how late a reader may learn what another process has written

__all__ = ["Limits", "SqlJournal", "create_schema"]


class SqlJournal:
    """A service's journal in its own database, whose tables :func:`create_schema` has made.

    It is the service's own work, whoever asks for it: it sees every row, and readers are told through views.
    """

    def __init__(
        self,
        engine: Engine,
        service: str,
        clock: Clock,
        *,
        limits: Limits | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.service = service
        engine = serving(engine)
        self._asked = _one_by_one(engine)
        self._observer = observer or Unobserved()
        transactions = Transactions(engine, service, clock)
        self._committer = Committer(transactions, limits or Limits(), self._observer, self._advance)
        self._moved = Condition()
        self._head_seen = 0
        self._polled_at = float("-inf")
        self._held = ""

    def hold(self, why: str) -> None:
        """Take no appends for now, and say why; '' to take them again. What is read stays readable."""
        self._held = why

    def append(self, append: Append) -> Outcome:
        return self.submit(append).result()

    def submit(self, append: Append, told: Told | None = None) -> Pending:
        if self._held:
            raise JournalUnavailable(self._held)
        try:
            waiting = Waiting(append, told)
        except EventTooLarge:
            self._observer.failed("too-large", 1)
            raise
        self._committer.submit(waiting)
        return waiting

    def outcome(self, command_id: str) -> Outcome | None:
        rows = self._ask(OUTCOME, id=command_id)
        return outcome_of(*rows[0]) if rows else None

    def stream(self, stream: str, after: int = 0) -> Sequence[Recorded]:
        found = [unread(self.service, row) for row in self._ask(STREAM, stream=stream, after=after)]
        for version, recorded in enumerate(found, start=after + 1):
            if recorded.version != version:
                raise JournalGap(f"{stream} goes on with version {recorded.version} where {version} was due")
        return found

    def streams(self, streams: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        read = (unread(self.service, row) for row in self._ask(STREAMS, streams=streams)) if streams else ()
        found: dict[str, list[Recorded]] = {}
        for recorded in read:
            known = found.setdefault(recorded.stream, [])
            if recorded.version != len(known) + 1:
                raise JournalGap(f"{recorded.stream} goes on with version {recorded.version} after {len(known)}")
            known.append(recorded)
        return found

    def read(self, after: int, limit: int = 500) -> Sequence[Recorded]:
        found = [unread(self.service, row) for row in self._ask(READ, after=after, limit=limit)]
        for position, recorded in enumerate(found, start=after + 1):
            if recorded.position != position:
                raise JournalGap(f"{self.service} goes on at {recorded.position} where {position} was due")
        if found:
            self._advance(found[-1].position)
        elif after > self._head_seen:
            self._must_not_be_behind(after)
        return found

    def head(self) -> int:
        seen = self._head_seen
        head = int(self._ask(HEAD)[0][0])
        self._advance(head)
        if head < seen:
            self._fall_back(seen, head)
        return head

    def await_beyond(self, position: int, timeout: float) -> None:
        """Appends of this process wake the waiting at once; those of others are seen by polling, one poll for all."""
        deadline = monotonic() + timeout
        while (now := monotonic()) < deadline and self._head_seen <= position:
            if now - self._polled_at >= POLL_SECONDS:
                self._polled_at = now
                with suppress(JournalUnavailable):
                    self.head()
            with self._moved:
                if self._head_seen <= position:
                    self._moved.wait(min(POLL_SECONDS, deadline - now))

    def close(self) -> None:
        """Write what is queued, then stop. The engine stays the caller's."""
        self._committer.close()

    def _advance(self, head: int) -> None:
        with self._moved:
            if head > self._head_seen:
                self._head_seen = head
                self._moved.notify_all()

    def _fall_back(self, seen: int, head: int) -> None:
        """The journal ends below where it was before it was asked: the next read sees whether its reader is ahead."""
        with self._moved:
            if self._head_seen == seen:
                self._head_seen = head

    def _must_not_be_behind(self, after: int) -> None:
        head = self.head()
        if head < after:
            raise JournalGap(f"the reader stands at {after}, but {self.service} ends at {head}: was it restored?")

    def _ask(self, question: TextClause, **values: object) -> Sequence[Any]:
        try:
            with self._asked.connect() as connection:
                return connection.execute(question, values).all()
        except SQLAlchemyError as fault:
            raise JournalUnavailable(f"the journal cannot be read: {getattr(fault, 'orig', fault)}") from fault


def _one_by_one(engine: Engine) -> Engine:
    """For single questions: on PostgreSQL without a transaction around each, which is two more ways there and back."""
    return engine.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else engine
