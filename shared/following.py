"""A service's followers at work: threads that bring events to its views and reactions, in order, each once.

Start at :meth:`Follower.start`. A batch changes views and checkpoints in one transaction; reactions come
after the views that they may ask. What one event cannot do to a view parks its stream there (``parking``); a
gap stops its source.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Event, Lock, Thread, current_thread
from typing import Protocol

from sqlalchemy import Engine

from shared import applying, checkpoints, parking, reach
from shared.applying import Applier, transient
from shared.checkpoints import Checkpoint, Key
from shared.clock import Clock
from shared.follow import View
from shared.handling import Handler
from shared.intake import BATCH, JournalIntake, LogIntake
from shared.journal import Journal
from shared.log import Log, LogUnavailable
from shared.merging import Batch
from shared.observing import Observer
from shared.pace import Pace
from shared.reacting import Reactor
from shared.service import Reaction

WAIT_SECONDS = 1.0  # how long an idle thread blocks; also how long a stop may take
BACKOFF_SECONDS_MAX = 5.0


@dataclass
class Follower:
    """``service`` follows its own journal directly and every other service through ``log``."""

    service: str
    engine: Engine
    journal: Journal
    log: Log
    views: Sequence[View]
    reactions: Sequence[Reaction]
    handler: Handler
    county: str
    clock: Clock
    observer: Observer = field(default_factory=Observer)
    _moved: Condition = field(default_factory=Condition, init=False)
    _stop: Event = field(default_factory=Event, init=False)
    _one_batch: Lock = field(default_factory=Lock, init=False)
    _threads: list[Thread] = field(default_factory=list, init=False)
    _own: JournalIntake | None = field(default=None, init=False)
    _others: LogIntake | None = field(default=None, init=False)
    _told: set[str] = field(default_factory=set, init=False)
    _troubles: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.keys: list[Key] = [(v.name, s) for v in self.views for s in v.hears]
        self.keys += [(r.name, s) for r in self.reactions for s in r.hears]
        self.sources = frozenset(source for _, source in self.keys)
        self.positions: dict[Key, int] = dict.fromkeys(self.keys, 0)
        reactor = Reactor(self.service, self.handler, self.observer)
        self.applier = Applier(
            self.service, self.engine, self.views, self.reactions, reactor, self.clock, self.observer
        )

    def prepare(self) -> None:
        """Make the tables of views and checkpoints, if missing, and load how far each has come."""
        with self.engine.begin() as tx:
            applying.make_tables(tx, self.views)
            checkpoints.ensure(tx, self.keys)
        self._load()

    def start(self) -> None:
        self._stop.clear()
        self._threads = []
        if self.service in self.sources:
            self._threads.append(Thread(target=self._run, args=(self._open_own,), name=f"follow-{self.service}"))
        if self.sources - {self.service}:
            self._threads.append(Thread(target=self._run, args=(self._open_others,), name=f"hear-{self.service}"))
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def wind_down(self) -> None:
        """Ask the threads to end; :meth:`stop` waits for them."""
        self._stop.set()

    def stop(self, timeout: float = 15.0) -> None:
        """End after the batch in hand."""
        self.wind_down()
        for thread in self._threads:
            thread.join(timeout)
        if not any(thread.is_alive() for thread in self._threads):
            self.applier.reactor.close()
        self._threads = []

    @property
    def gaps(self) -> dict[str, str]:
        """Why a source is no longer followed, by source."""
        return {**(self._own.gaps if self._own else {}), **(self._others.gaps if self._others else {})}

    @property
    def trouble(self) -> str:
        """Why nothing is brought in just now; '' if all flows."""
        return next(iter(self._troubles.copy().values()), "")

    @property
    def ready(self) -> bool:
        """Whether every source is followed: threads alive, no gap."""
        return not self.gaps and bool(self._threads or not self.keys) and all(t.is_alive() for t in self._threads)

    def wait_for(self, service: str, position: int, timeout: float) -> bool:
        """Wait until every view here that hears ``service`` has seen its ``position``.

        False if it took too long.
        """
        keys = [(v.name, service) for v in self.views if service in v.hears]
        with self._moved:
            return self._moved.wait_for(lambda: all(self.positions[key] >= position for key in keys), timeout)

    def lag(self) -> dict[Key, int]:
        """Events that each (view or reaction, source) has yet to see. Raises :class:`LogUnavailable`."""
        heads = {source: self._head(source) for source in self.sources}
        return {key: max(0, heads[key[1]] - position) for key, position in self.positions.items()}

    def caught_up(self) -> bool:
        """Whether everything that is in the own journal and in the log has been applied and reacted to."""
        try:
            return all(self._caught_up(source) for source in self.sources)
        except LogUnavailable:
            return False

    @reach.as_service
    def retry(self, follower: str, source: str, stream: str) -> parking.Retried:
        """Apply a parked stream's events to the view, or send the reaction's commands again."""
        with self._one_batch:
            return self.applier.retry(follower, source, stream)

    @reach.as_service
    def _run(self, open_intake: Callable[[], JournalIntake | LogIntake]) -> None:
        intake: JournalIntake | LogIntake | None = None
        failures, pace = 0, Pace()
        while not self._stop.is_set():
            try:
                intake = intake or open_intake()
                batches, started = intake.fetch(WAIT_SECONDS), time.monotonic()
                for batch in batches:
                    self._take(batch, intake)
                if 0 < sum(len(batch.events) for batch in batches) < BATCH:
                    self._stop.wait(pace.rest_after(time.monotonic() - started))
                self._tell_gaps(intake)
                failures = 0
                if self._troubles.pop(current_thread().name, ""):
                    self.observer.flows_again(self.service, "follow")
            except Exception as fault:  # noqa: BLE001 - a follower never dies; it says why and tries again
                failures += 1
                known = transient(fault) or isinstance(fault, LogUnavailable)
                reason = f"{'' if known else 'unexpected '}{parking.reason_of(fault)}"
                self._troubles[current_thread().name] = reason
                self.observer.follow_failed(self.service, "", reason)
                if not known:
                    intake = None  # begin again from what is written down
                self._stop.wait(min(BACKOFF_SECONDS_MAX, 0.05 * 2 ** min(failures, 7)))

    def _take(self, batch: Batch, intake: JournalIntake | LogIntake) -> None:
        """Bring a batch to views and reactions; while the database is away, try again."""
        failures = 0
        while not self._stop.is_set():
            try:
                with self._one_batch:
                    self._advance(self.applier.views_see(batch))
                    for moved in self.applier.reactions_see(batch, self._stop):
                        self._advance(moved)
            except Exception as fault:
                if not transient(fault):
                    raise
                failures += 1
                self.observer.follow_failed(self.service, batch.source, parking.reason_of(fault))
                self._stop.wait(min(BACKOFF_SECONDS_MAX, 0.05 * 2 ** min(failures, 7)))
            else:
                break
        if isinstance(intake, LogIntake) and (count := intake.duplicates(batch.source)):
            self.observer.duplicates(self.service, batch.source, count)

    def _advance(self, moved: dict[Key, int]) -> None:
        """Never back: what another thread has read of the checkpoints may be older than what this one has done."""
        with self._moved:
            self.positions.update({key: max(at, self.positions[key]) for key, at in moved.items()})
            self._moved.notify_all()

    def _open_own(self) -> JournalIntake:
        self._own = JournalIntake(self.journal, self._starts([self.service])[self.service].position)
        return self._own

    def _open_others(self) -> LogIntake:
        reacted = {source for reaction in self.reactions for source in reaction.hears}
        others = self.sources - {self.service}
        first = frozenset(others - reacted) if reacted else frozenset[str]()
        self._others = LogIntake(self.log, self.county, self._starts(sorted(others)), first)
        return self._others

    def _starts(self, sources: Sequence[str]) -> dict[str, Checkpoint]:
        """Where the one that is farthest behind stands; the others skip what they have."""
        known = self._load()
        return {
            source: min((at for (_, s), at in known.items() if s == source), key=lambda at: at.position)
            for source in sources
        }

    def _load(self) -> dict[Key, Checkpoint]:
        with self.engine.begin() as tx:
            known = checkpoints.load(tx, {follower for follower, _ in self.keys})
        known = {key: known.get(key, Checkpoint()) for key in self.keys}
        self._advance({key: at.position for key, at in known.items()})
        return known

    def _tell_gaps(self, intake: JournalIntake | LogIntake) -> None:
        for source in intake.gaps.keys() - self._told:
            self._told.add(source)
            self.observer.gap(self.service, source, intake.gaps[source])

    def _positions(self, source: str) -> list[int]:
        return [position for (_, s), position in self.positions.items() if s == source]

    def _head(self, source: str) -> int:
        if source == self.service:
            return self.journal.head()
        if self._others is None or source not in self._others.merges:
            return max(self._positions(source))
        return self._others.merges[source].position + self._others.behind(source)

    def _caught_up(self, source: str) -> bool:
        if source == self.service:
            return min(self._positions(source)) >= self.journal.head()
        if self._others is None or not self._others.at_end(source):
            return False
        return min(self._positions(source)) >= self._others.merges[source].position


class Flowing(Protocol):
    """A relay or a follower."""

    def caught_up(self) -> bool: ...


def settled(*flowing: Flowing, timeout: float = 10.0) -> bool:
    """Wait until relays and followers have nothing left to do, in two looks one after the other.

    False if it took too long.
    """
    deadline = time.monotonic() + timeout
    quiet = 0
    while time.monotonic() < deadline:
        quiet = quiet + 1 if all(part.caught_up() for part in flowing) else 0
        if quiet == 2:
            return True
        time.sleep(0.01)
    return False
