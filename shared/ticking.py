"""What falls due by itself: a thread that asks a service's tickers what time has brought, and has it done
once.

One process does it at a time, by lease; that is for economy only, since every command has a key and is done
once.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from shared import reach
from shared.clock import Clock
from shared.database import WriteTurnTimeout, make_tables
from shared.handling import Handler
from shared.lease import Lease
from shared.lease import metadata as lease_metadata
from shared.observing import Observer
from shared.parking import reason_of
from shared.reacting import WINDOW, Reactor
from shared.service import Ticker

EVERY_SECONDS = 10.0
LOOK_SECONDS = 1.0
JUMP_SECONDS = 30.0  # a clock that moved this much more than time did has been set


@dataclass
class Ticking:
    """``service``'s tickers, asked every :data:`EVERY_SECONDS`, or at once when the clock has been set."""

    service: str
    engine: Engine
    tickers: Sequence[Ticker]
    handler: Handler
    clock: Clock
    observer: Observer = field(default_factory=Observer)
    lease: Lease = field(init=False)
    _stop: Event = field(default_factory=Event, init=False)
    _one: Lock = field(default_factory=Lock, init=False)
    _thread: Thread | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.lease = Lease(self.engine, f"ticker-{self.service}", seconds=3 * EVERY_SECONDS)
        self.reactor = Reactor(self.service, self.handler, self.observer)

    def prepare(self) -> None:
        """Make the table of leases, if it is not there."""
        with self.engine.begin() as tx:
            make_tables(tx, lease_metadata)

    def start(self) -> None:
        if not self.tickers:
            return
        self._stop.clear()
        self._thread = Thread(target=self._run, name=f"tick-{self.service}", daemon=True)
        self._thread.start()

    def wind_down(self) -> None:
        """Ask the thread to end; :meth:`stop` waits for it."""
        self._stop.set()

    def stop(self, timeout: float = 15.0) -> None:
        self.wind_down()
        if self._thread:
            self._thread.join(timeout)
            if not self._thread.is_alive():
                self.reactor.close()
            self._thread = None

    @reach.as_service
    def tick_now(self) -> int:
        """Do what is due at this moment, whoever has the lease. How many commands did something now."""
        with self._one:
            now = self.clock.now()
            return sum(self._tick(ticker, now) for ticker in self.tickers)

    def _tick(self, ticker: Ticker, now: datetime) -> int:
        done = 0
        try:
            done = self.reactor.tick(ticker.name, ticker.due(now), 1 if ticker.one_by_one else WINDOW)
        except Exception as fault:  # noqa: BLE001 - one ticker's fault must not keep the others from what is due
            self.observer.tick_failed(self.service, ticker.name, reason_of(fault))
        return done

    def _run(self) -> None:
        asked, at = float("-inf"), self.clock.now()
        while not self._stop.is_set():
            now, moment = self.clock.now(), time.monotonic()
            jumped = abs((now - at).total_seconds() - LOOK_SECONDS) > JUMP_SECONDS
            if jumped or moment - asked >= EVERY_SECONDS:
                self._tick_if_ours()
                asked = moment
            at = now
            self._stop.wait(LOOK_SECONDS)
        self._give_back()

    def _tick_if_ours(self) -> None:
        try:
            if self.lease.acquire():
                self.tick_now()
        except Exception as fault:  # noqa: BLE001 - what falls due must not wait for a restart
            self.observer.tick_failed(self.service, "", reason_of(fault))

    def _give_back(self) -> None:
        try:
            if self.lease.epoch:
                self.lease.release()
        except (SQLAlchemyError, WriteTurnTimeout) as fault:
            self.observer.tick_failed(self.service, "", f"lease not given back: {fault}")
