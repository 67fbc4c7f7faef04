"""The thread that keeps the log up to date: it seals what was recorded, by lease, a few times a second.

What keeps it from signing is said in :attr:`Keeper.trouble`; it goes on trying, and nothing else stands still.
"""

from dataclasses import dataclass, field
from threading import Event, Thread

import structlog
from sqlalchemy import Engine

from services.audit.tlog import writer
from services.audit.tlog.writer import LogRefused, Writer
from shared.database import make_tables
from shared.lease import Lease
from shared.lease import metadata as lease_metadata

EVERY_SECONDS = 0.3
BACKOFF_SECONDS = 5.0
log = structlog.get_logger("gongkai.tlog")


@dataclass
class Keeper:
    """Without a ``writer`` (no key was given) nothing is signed, and that is said."""

    engine: Engine
    writer: Writer | None
    lease: Lease = field(init=False)
    trouble: str = field(default="", init=False)
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

    def _run(self, writer: Writer) -> None:
        while not self._stop.is_set():
            self._stop.wait(EVERY_SECONDS if self._sealed(writer) else BACKOFF_SECONDS)
        try:
            if self.lease.epoch:
                self.lease.release()
        except Exception as fault:  # noqa: BLE001 - it expires by itself
            log.warning("transparency log", trouble=f"lease not given back: {type(fault).__name__}")

    def _sealed(self, writer: Writer) -> bool:
        """Whether all is well; False says why in the log, once."""
        try:
            if self.lease.acquire():
                writer.seal()
            self.trouble = ""
        except LogRefused as refused:
            self._tell(f"refused to sign: {refused}")
        except Exception as fault:  # noqa: BLE001 - a full disk or an absent database must not end the thread
            self._tell(f"{type(fault).__name__}: {fault}")
        return not self.trouble

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.error("transparency log", trouble=trouble)
        self.trouble = trouble
