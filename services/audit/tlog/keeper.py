"""The thread that keeps the log up to date: it seals what was recorded, by lease, a few times a second.

What keeps it from signing is said in :attr:`Keeper.trouble`; it goes on trying, and nothing else stands still.
"""

from dataclasses import dataclass, field
from threading import Event, Thread

import structlog
from sqlalchemy import Engine

from services.audit.tlog import writer
from services.audit.tlog.publishing import QuorumMissed
from services.audit.tlog.witnesses import LogRefused
from services.audit.tlog.writer import Writer
from shared import reach
from shared.clock import Clock, SystemClock
from shared.database import make_tables
from shared.lease import Lease
from shared.lease import metadata as lease_metadata
from shared.telemetry import metrics

EVERY_SECONDS = 0.3
BACKOFF_SECONDS = 5.0
AWAY_SECONDS = 1.0
SERVICE = "audit"
log = structlog.get_logger("gongkai.tlog")


@dataclass
class Keeper:
    """Without a ``writer`` (no key was given) nothing is signed, and that is said."""

    engine: Engine
    writer: Writer | None
    clock: Clock = field(default_factory=SystemClock)
    lease: Lease = field(init=False)
    trouble: str = field(default="", init=False)
    refusing: bool = field(default=False, init=False)  # signing would give the log a second history
    _stop: Event = field(default_factory=Event, init=False)
    _thread: Thread | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.lease = Lease(self.engine, "tlog", seconds=10.0)
        if self.writer is None:
            self.trouble = "not signing: GONGKAI_LOG_KEY is not set"

    def prepare(self) -> None:
        with self.engine.begin() as tx:
            make_tables(tx, lease_metadata, writer.metadata)

    def start(self) -> None:
        if self.writer is None:
            log.warning("transparency log", trouble=self.trouble)
            return
        self._stop.clear()
        self._thread = Thread(target=self._run, args=(self.writer,), name="tlog", daemon=True)
        self._thread.start()

    def wind_down(self) -> None:
        """Ask the thread to end; :meth:`stop` waits for it."""
        self._stop.set()

    def stop(self, timeout: float = 15.0) -> None:
        self.wind_down()
        if self._thread:
            self._thread.join(timeout)
            self._thread = None

    def measure(self) -> None:
        """What the metrics say of the log, at each scrape, in whatever process is asked."""
        metrics.TLOG_REFUSED.labels(SERVICE).set(self.refusing)
        if self.writer is None:
            return
        published = self.writer.published_size()
        metrics.TLOG_SIZE.labels(SERVICE).set(published)
        metrics.TLOG_UNLOGGED.labels(SERVICE).set(max(0, self.writer.source.size() - published))
        at = self.writer.store.published_at
        metrics.TLOG_AGE.labels(SERVICE).set(max(0.0, self.clock.now().timestamp() - at) if at else 0)

    def _run(self, writer: Writer) -> None:
        with reach.service():
            while not self._stop.is_set():
                self._stop.wait(self._sealed(writer))
        writer.publisher.witnesses.close()
        try:
            if self.lease.epoch:
                self.lease.release()
        except Exception as fault:  # noqa: BLE001 - it expires by itself
            log.warning("transparency log", trouble=f"lease not given back: {type(fault).__name__}")

    def _sealed(self, writer: Writer) -> float:
        """How long to wait before the next time. What is wrong stands in the log, once."""
        try:
            if self.lease.acquire():
                writer.seal()
        except LogRefused as refused:
            self.refusing = True
            self._tell(f"refused to sign: {refused}")
        except QuorumMissed as missed:
            self._tell(str(missed))
            return AWAY_SECONDS
        except Exception as fault:  # noqa: BLE001 - a full disk or an absent database must not end the thread
            self._tell(f"{type(fault).__name__}: {fault}")
        else:
            self.trouble, self.refusing = self._away(writer), False
            return EVERY_SECONDS
        return BACKOFF_SECONDS

    def _away(self, writer: Writer) -> str:
        """Witnesses that did not cosign, though enough others did."""
        troubles = writer.publisher.witnesses.troubles
        return "; ".join(f"witness {name}: {why}" for name, why in sorted(troubles.copy().items()))

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.error("transparency log", trouble=trouble)
        self.trouble = trouble
