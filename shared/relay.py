"""The relay: ships one journal's events to its topic, in order, for the journal is the outbox.

Start at :meth:`Relay.step`. A batch is confirmed only when the log has all of it; on any failure nothing is
confirmed and it begins again at ``confirmed + 1``, so readers may see events again, in order, and drop them
by position.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event, Thread

from sqlalchemy import Column, ColumnElement, Connection, Engine, Integer, MetaData, String, Table, select
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import Clock
from shared.cloudevents import to_record, topic_of
from shared.database import WriteTurnTimeout, make_tables
from shared.events import Recorded
from shared.follow import upsert, upsert_many
from shared.journal import Journal, JournalGap
from shared.lease import Lease
from shared.lease import metadata as lease_metadata
from shared.log import Log, LogUnavailable, Outgoing, partition_of
from shared.observing import Observer
from shared.pace import Pace
from shared.standing import JournalForked, must_continue

BATCH = 1_000  # followers wait for two of them, see merging.AHEAD_MAX
IDLE_SECONDS = 1.0
BACKOFF_SECONDS_MAX = 5.0
TROUBLE_MAX = 300  # characters of a reason that are worth reading

metadata = MetaData()
relays = Table(
    "relays",
    metadata,
    Column("service", String, primary_key=True),
    Column("partition", Integer, primary_key=True),  # -1: the journal as a whole
    Column("position", Integer, nullable=False),  # the last one confirmed
)
WHOLE = -1
RESTORED = -2  # of a journal that came from a backup: it decides nothing before it has been held to the log


@dataclass(frozen=True)
class _Load:
    """What is shipped at once: the events after a position, and the last position in each partition then."""

    after: int
    events: Sequence[Recorded]
    records: Sequence[Outgoing]
    last: dict[int, int]


@dataclass
class Relay:
    """Ships ``journal`` to ``<county>.<service>.events.v1``; its tables lie in the service's own database.

    ``hold`` is told why nothing may be decided on the journal for now, and '' once it may.
    """

    engine: Engine
    journal: Journal
    log: Log
    county: str
    clock: Clock
    observer: Observer = field(default_factory=Observer)
    hold: Callable[[str], None] = lambda _why: None
    lease: Lease = field(init=False)
    alarm: str = field(default="", init=False)
    trouble: str = field(default="", init=False)  # why nothing is shipped just now
    confirmed: int = field(default=0, init=False)
    _last: dict[int, int] = field(default_factory=dict, init=False)
    _partitions: int = field(default=0, init=False)
    _ahead: "Future[_Load] | None" = field(default=None, init=False)
    _owned: bool = field(default=False, init=False)
    _renewed: float = field(default=0.0, init=False)
    _took: float = field(default=0.0, init=False)  # seconds, to ship the last batch
    _stop: Event = field(default_factory=Event, init=False)
    _thread: Thread | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.service = self.journal.service
        self.topic = topic_of(self.county, self.service)
        self.lease = Lease(self.engine, f"relay-{self.service}")

    def prepare(self) -> None:
        """Make the tables, if they are not there; look whether the journal goes on from what the log has."""
        with self.engine.begin() as tx:
            make_tables(tx, metadata, lease_metadata)
        self.look()

    def look(self) -> None:
        """Before anything is decided: a journal that is behind the log, or has parted from it, must not go on.

        A log that is away is no reason to wait, but for a journal that came from a backup.
        """
        try:
            must_continue(self.journal, self.log, self.topic)
        except JournalForked as parted:
            self.hold(str(parted))
        except LogUnavailable as away:
            if self._restored():
                self.hold(f"restored from a backup, and the log it must be held to is away: {away}")

    def start(self) -> None:
        self._stop.clear()
        self._thread = Thread(target=self.run, name=f"relay-{self.service}", daemon=True)
        self._thread.start()

    def wind_down(self) -> None:
        """Ask the thread to end; :meth:`stop` waits for it."""
        self._stop.set()

    def stop(self, timeout: float = 15.0) -> None:
        """End after the batch in hand and give the lease back."""
        self.wind_down()
        if self._thread:
            self._thread.join(timeout)
            self._thread = None
        if maker := self.__dict__.pop("_maker", None):
            maker.shutdown()

    def run(self) -> None:
        """Ship until stopped; survives the log and the database being away, but not a forked journal."""
        failures, pace = 0, Pace()
        while not self._stop.is_set() and not self.alarm:
            try:
                if 0 < self.step(IDLE_SECONDS) < BATCH:
                    self._stop.wait(pace.rest_after(self._took))
                failures = 0
                self._flows_again()
            except (JournalForked, JournalGap) as fork:
                self.hold(str(fork))
                self._raise_alarm(type(fork).__name__, str(fork))
            except Exception as fault:  # noqa: BLE001 - a relay never dies unseen; it says why and tries again
                self._owned, self._ahead = False, None
                failures += 1
                self.trouble = f"{type(fault).__name__}: {str(fault).partition(chr(10))[0]}"[:TROUBLE_MAX]
                self.observer.relay_failed(self.service, self.trouble)
                self._note_lag()
                self._stop.wait(min(BACKOFF_SECONDS_MAX, 0.1 * 2 ** min(failures, 6)))
        self._give_back()

    def _flows_again(self) -> None:
        if self.trouble:
            self.trouble = ""
            self.observer.flows_again(self.service, "relay")

    def step(self, wait: float) -> int:
        """Ship one batch, or wait up to ``wait`` seconds for one. The number of events shipped."""
        if not self._own():
            self._stop.wait(wait)
            return 0
        load = self._next()
        if not load.events:
            self._keep_lease()
            self.observer.relay_lag(self.service, 0, 0.0)
            self.journal.await_beyond(self.confirmed, wait)
            return 0
        started = time.monotonic()
        self._ship(load)
        self._took = time.monotonic() - started
        self.observer.relayed(self.service, len(load.events))
        return len(load.events)

    def caught_up(self) -> bool:
        """Whether the log has everything the journal has."""
        return self.stored() >= self.journal.head()

    def lag(self) -> tuple[int, float]:
        """Events not yet confirmed, and the age in seconds of the oldest of them."""
        confirmed = self.stored()
        waiting = self.journal.head() - confirmed
        oldest = self.journal.read(confirmed, 1) if waiting > 0 else ()
        if not oldest:
            return 0, 0.0
        return waiting, max(0.0, (self.clock.now() - oldest[0].recorded_at).total_seconds())

    @cached_property
    def _maker(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, thread_name_prefix=f"load-{self.service}")

    def _own(self) -> bool:
        if self._owned:
            return True
        if not self.lease.acquire():
            return False
        self._renewed = time.monotonic()
        with self.engine.connect() as tx:
            self._load(tx)
        self._partitions = self.log.partitions(self.topic)
        self._compare_with_log()
        self._owned = True
        self.observer.relay_epoch(self.service, self.lease.epoch)
        return True

    def _restored(self) -> bool:
        with self.engine.connect() as tx:
            return tx.execute(select(relays).where(*self._mark())).first() is not None

    def _is_whole(self) -> None:
        """The journal has been held to the log: it may decide."""
        if self._restored():
            with self.engine.begin() as tx:
                tx.execute(relays.delete().where(*self._mark()))
        self.hold("")

    def _mark(self) -> tuple[ColumnElement[bool], ...]:
        return (relays.c.service == self.service, relays.c.partition == RESTORED)

    def _keep_lease(self) -> None:
        if time.monotonic() - self._renewed > self.lease.seconds / 3:
            with self.engine.begin() as tx:
                self.lease.renew(tx)
            self._renewed = time.monotonic()

    def _next(self) -> "_Load":
        """What has been made ready while the load before was on its way, or what there is now."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            load = ahead.result()
            if load.after == self.confirmed and load.events:
                return load
        return self._load_up(self.confirmed, self._last)

    def _load_up(self, after: int, last: Mapping[int, int]) -> "_Load":
        """The events after a position as records. Raises :class:`JournalForked`."""
        events = self.journal.read(after, BATCH)
        if [event.position for event in events] != list(range(after + 1, after + 1 + len(events))):
            raise JournalForked(f"the journal does not continue at {after + 1}")
        partitions, last = self._partitions, dict(last)
        records: list[Outgoing] = []
        for event in events:
            partition = partition_of(event.stream.encode(), partitions)
            records.append(to_record(event, self.county, partitions, last.get(partition, 0)))
            last[partition] = event.position
        return _Load(after, events, records, last)

    def _ship(self, load: "_Load") -> None:
        """Confirmed when the log has all of it; where there is more to ship, that is made ready meanwhile."""
        position = load.events[-1].position
        if len(load.events) == BATCH:
            self._ahead = self._maker.submit(self._load_up, position, load.last)
        with self.observer.shipping(self.service, load.events):
            self.log.publish(load.records)
        self._confirm(position, load.last)

    def _confirm(self, position: int, last: dict[int, int]) -> None:
        """What of this a crash of the database may forget is shipped again; so nobody waits for the disk. Every
        partition is written, for of those that rest since a crash may have forgotten the place too.
        """
        with self.engine.begin() as tx:
            if tx.dialect.name == "postgresql":
                tx.exec_driver_sql("SET LOCAL synchronous_commit = off")
            self.lease.renew(tx)
            mark_confirmed(tx, self.service, position, last)
        self._renewed = time.monotonic()
        self.confirmed, self._last = position, last

    def _load(self, tx: Connection) -> None:
        rows = tx.execute(select(relays.c.partition, relays.c.position).where(relays.c.service == self.service))
        known = {row.partition: row.position for row in rows}
        self.confirmed = known.pop(WHOLE, 0)
        known.pop(RESTORED, None)
        self._last = known

    def stored(self) -> int:
        """What is confirmed, whichever process did it."""
        with self.engine.connect() as tx:
            where = (relays.c.service == self.service, relays.c.partition == WHOLE)
            return tx.execute(select(relays.c.position).where(*where)).scalar() or 0

    def _compare_with_log(self) -> None:
        """At take-over: a log that is ahead of the journal, or differs, is an alarm; one that lost its tail
        is shipped again.
        """
        tails = must_continue(self.journal, self.log, self.topic)
        self._is_whole()
        behind = [p for p, position in self._last.items() if p not in tails or tails[p].position < position]
        if behind:
            start = min(tails[p].position if p in tails else 0 for p in behind)
            self.observer.relay_alarm(self.service, "LogBehind", f"shipping again from {start + 1}")
            self._go_back(start)

    def _go_back(self, start: int) -> None:
        """Stand at ``start`` again, with the place in each partition as it was then."""
        partitions = self.log.partitions(self.topic)
        last: dict[int, int] = {}
        position = 0
        while position < start and (events := self.journal.read(position, min(BATCH, start - position))):
            last |= {partition_of(event.stream.encode(), partitions): event.position for event in events}
            position = events[-1].position
        self.confirmed, self._last = start, last

    def _note_lag(self) -> None:
        with suppress(Exception):  # to say how bad it is must not make it worse; the fault itself has been said
            self.observer.relay_lag(self.service, *self.lag())

    def _raise_alarm(self, alarm: str, detail: str) -> None:
        self.alarm = f"{alarm}: {detail}"
        self.observer.relay_alarm(self.service, alarm, detail)

    def _give_back(self) -> None:
        try:
            if self.lease.epoch:
                self.lease.release()
        except (SQLAlchemyError, WriteTurnTimeout) as fault:
            self.observer.relay_failed(self.service, f"lease not given back: {fault}")
        self._owned = False


def mark_confirmed(tx: Connection, service: str, position: int, last: Mapping[int, int]) -> None:
    """The log has everything up to ``position``, and in these partitions up to these."""
    confirmed = {**last, WHOLE: position}.items()
    rows = [{"service": service, "partition": partition, "position": at} for partition, at in confirmed]
    upsert_many(tx, relays, ("service", "partition"), rows)


def mark_restored(tx: Connection, service: str) -> None:
    """The journal comes from a backup: at its next start it waits until it has been held to the log."""
    upsert(tx, relays, {"service": service, "partition": RESTORED}, {"position": 0})
