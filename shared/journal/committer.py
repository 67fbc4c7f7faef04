"""The committer: the one thread of a process that writes to a journal, many commands in one transaction.

Start at :meth:`Committer.submit` for the caller's side and :meth:`Committer._settle` for the thread's. While one batch
commits the next fills by itself. Order, completeness and single effect rest on the journal's lock, not on this thread:
any number of processes may run one each.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic, perf_counter, sleep

from sqlalchemy.exc import DBAPIError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.database import WriteTurnTimeout
from shared.journal import JournalBusy, JournalError, JournalUnavailable
from shared.journal.batch import Verdict, Waiting
from shared.journal.observing import BatchReport, Observer
from shared.journal.transaction import ConnectionLost, Transactions


@dataclass(frozen=True)
class Limits:
    """How much may wait, how much goes into one transaction, and how long a lost database is waited for."""

    waiting_max: int = 2_000
    batch_commands_max: int = 500
    batch_events_max: int = 2_000
    batch_bytes_max: int = 8 * 1024 * 1024
    patience_seconds: float = 3.0
    linger_share: float = 0.5  # of the last commit's time, for commands that the answers just given will bring
    linger_seconds_max: float = 0.001


class Committer:
    def __init__(
        self, transactions: Transactions, limits: Limits, observer: Observer, committed: Callable[[int], None]
    ) -> None:
        self._transactions, self._limits, self._observer = transactions, limits, observer
        self._committed = committed
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._held: Waiting | None = None
        self._under_way = 1
        self._door = Lock()
        self._thread: Thread | None = None
        self._closed = False

    def submit(self, waiting: Waiting) -> None:
        """Queue a command. Raises :class:`JournalBusy` or, after close, :class:`JournalUnavailable`."""
        with self._door:
            if self._closed:
                raise JournalUnavailable("the journal has been closed")
            if self._queue.qsize() < self._limits.waiting_max:
                self._queue.put(waiting)
                if self._thread is None:
                    self._thread = Thread(target=self._run, name="journal-committer", daemon=True)
                    self._thread.start()
                return
        self._observer.failed("busy", 1)
        raise JournalBusy(f"{self._limits.waiting_max} commands are waiting already: try again shortly")

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._door:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        if self._thread:
            self._thread.join()
        self._transactions.close()

    def _run(self) -> None:
        while batch := self._next_batch():
            try:
                self._settle(batch)
            except Exception as fault:  # noqa: BLE001 - the thread must outlive any fault; the callers are told
                self._fail(batch, JournalUnavailable(f"the journal failed: {fault!r}"), "unavailable")

    def _next_batch(self) -> list[Waiting]:
        """Whatever is waiting, up to the bounds; sleeps for the first. Empty once closed."""
        first = self._held or self._queue.get()
        self._held = None
        if first is None:
            return []
        if self._queue.qsize() + 1 < self._under_way:
            last = self._transactions.last
            sleep(min(self._limits.linger_share * last.commit_seconds, self._limits.linger_seconds_max))
        batch, events, size = [first], len(first.events_json), first.bytes
        while len(batch) < self._limits.batch_commands_max:
            try:
                more = self._queue.get_nowait()
            except Empty:
                break
            if more is None:
                self._queue.put(None)
                break
            events, size = events + len(more.events_json), size + more.bytes
            if events > self._limits.batch_events_max or size > self._limits.batch_bytes_max:
                self._held = more
                break
            batch.append(more)
        return batch

    def _settle(self, batch: list[Waiting]) -> None:
        taken = perf_counter()
        try:
            verdicts = self._written(batch)
        except JournalUnavailable as unavailable:
            self._fail(batch, unavailable, "unavailable")
        except SQLAlchemyError as fault:
            if len(batch) > 1:  # rule 4: whoever broke the batch shall break it alone
                for waiting in batch:
                    self._settle([waiting])
            else:
                self._fail(batch, JournalError(f"the database refused the command: {_reason(fault)}"), "refused")
        else:
            self._answer(batch, verdicts, taken)

    def _written(self, batch: list[Waiting]) -> list[Verdict]:
        """The batch's verdicts once it is durable, over as many connections as that takes within the patience."""
        give_up = monotonic() + self._limits.patience_seconds
        lost_before, pause = False, 0.02
        while True:
            try:
                return self._transactions.write(batch, again=lost_before)
            except ConnectionLost as lost:
                if monotonic() + pause > give_up:
                    raise JournalUnavailable(f"the database cannot be reached: {lost}") from lost
                lost_before = lost_before or lost.sent
                sleep(pause)
                pause = min(2 * pause, 0.5)
            except (OperationalError, InternalError, PoolTimeout, WriteTurnTimeout) as fault:
                raise JournalUnavailable(f"the database cannot write: {_reason(fault)}") from fault

    def _answer(self, batch: list[Waiting], verdicts: list[Verdict], taken: float) -> None:
        last = self._transactions.last
        self._under_way = len(batch) + self._queue.qsize()
        self._committed(last.head)
        for waiting, verdict in zip(batch, verdicts, strict=True):
            waiting.answer(verdict)
        self._observe(
            BatchReport(
                commands=len(batch),
                events=last.events,
                bytes=sum(waiting.bytes for waiting in batch),
                conflicts=sum(isinstance(verdict, JournalError) for verdict in verdicts),
                repeats=sum(getattr(verdict, "repeated", False) for verdict in verdicts),
                waiting=self._queue.qsize(),
                head=last.head,
                queue_seconds=taken - min(waiting.since for waiting in batch),
                lock_seconds=last.lock_seconds,
                write_seconds=last.write_seconds,
                commit_seconds=last.commit_seconds,
            )
        )

    def _fail(self, batch: list[Waiting], why: JournalError, reason: str) -> None:
        for waiting in batch:
            waiting.answer(type(why)(*why.args))
        with suppress(Exception):
            self._observer.failed(reason, len(batch))

    def _observe(self, report: BatchReport) -> None:
        """Figures that cannot be kept cost no command and not this thread."""
        with suppress(Exception):
            self._observer.batch(report)


def _reason(fault: Exception) -> str:
    return str(fault.orig) if isinstance(fault, DBAPIError) else str(fault)
