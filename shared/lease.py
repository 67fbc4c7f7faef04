"""Who may do a thing that only one process at a time should do: a row in the service's own database.

The epoch rises with every owner, so that one who was frozen and wakes finds it is no longer his: guard what
the owner writes with :meth:`Lease.renew` in the same transaction. Time is the database's, never the clock
that stories set.
"""

import os
import socket
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    literal_column,
    select,
    text,
)

from shared import ids
from shared.follow import upsert

CLOCK_SECONDS = 60.0  # a lease that would last longer than this is not believed
metadata = MetaData()
leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False, default=""),
    Column("epoch", Integer, nullable=False, default=0),
    Column("expires", Float, nullable=False, default=0.0),
)


_NOW_POSTGRES = "extract(epoch from clock_timestamp())"
_NOW_SQLITE = "(julianday('now') - 2440587.5) * 86400.0"


class LeaseLost(Exception):
    """Another process has taken the lease over: what was about to be written is void."""


@dataclass
class Lease:
    """``seconds`` is how long it lasts without renewal; a dead holder on this host is not waited for."""

    engine: Engine
    name: str
    seconds: float = 5.0
    epoch: int = field(default=0, init=False)
    holder: str = field(default_factory=lambda: f"{_here()}:{os.getpid()}:{ids.new_id()}", init=False)

    def acquire(self) -> bool:
        """Take the lease if it is free, expired, its holder dead, or already ours. True if it is ours now."""
        with self.engine.begin() as tx:
            self._lock(tx)
            row = tx.execute(select(leases).where(leases.c.name == self.name).with_for_update()).one()
            now = database_seconds(tx)
            if row.holder == self.holder and row.epoch == self.epoch:
                self._extend(tx)
                return True
            if row.holder and self._holds(row.expires, now) and not _dead(row.holder):
                return False
            values = {"holder": self.holder, "epoch": row.epoch + 1, "expires": now + self.seconds}
            tx.execute(leases.update().where(leases.c.name == self.name).values(values))
            epoch = row.epoch + 1
        self.epoch = epoch
        return True

    def renew(self, tx: Connection) -> None:
        """Extend it in the caller's transaction. Raises :class:`LeaseLost`; then roll back."""
        if not self._extend(tx):
            raise LeaseLost(self.name)

    def release(self) -> None:
        with self.engine.begin() as tx:
            tx.execute(leases.update().where(*self._mine()).values(holder="", expires=0.0))

    def _holds(self, expires: float, now: float) -> bool:
        """Nobody takes a lease for longer than it lasts: an expiry beyond that is from before the clock fell back."""
        return now < expires <= now + max(CLOCK_SECONDS, 2 * self.seconds)

    def _extend(self, tx: Connection) -> bool:
        until = literal_column(f"({now_by(tx)}) + {float(self.seconds)}", Float)
        return tx.execute(leases.update().where(*self._mine()).values(expires=until)).rowcount == 1

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return (leases.c.name == self.name, leases.c.holder == self.holder, leases.c.epoch == self.epoch)

    def _lock(self, tx: Connection) -> None:
        """Makes the row if it is not there."""
        upsert(tx, leases, {"name": self.name}, {})


def database_seconds(tx: Connection) -> float:
    """Seconds since 1970 by the database's clock."""
    return float(tx.execute(text(f"select {now_by(tx)}")).scalar_one())


def now_by(tx: Connection) -> str:
    """The database's clock, as its SQL asks for it."""
    return _NOW_POSTGRES if tx.dialect.name == "postgresql" else _NOW_SQLITE


def _here() -> str:
    """Where process numbers mean the same: this host and, for containers that share its name, their own numbering."""
    try:
        numbering = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        numbering = ""
    return f"{socket.gethostname()}/{numbering}"


def _dead(holder: str) -> bool:
    """A holder on this host whose process is gone: a restart after a crash need not wait for the expiry."""
    host, pid, _ = holder.split(":", 2)
    if host != _here():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
