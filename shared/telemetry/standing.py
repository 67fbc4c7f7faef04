"""What a service stands on, looked up at each scrape: room on the disk, leases, and clocks that agree.

A follower waits for what is missing, a full disk and a clock set back do not announce themselves: so they are
measured.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from shared import lease
from shared.clock import Clock, SystemClock
from shared.telemetry import metrics

STEP_SECONDS = 1.0  # less is slewing, as time servers do it


@dataclass
class ClockWatch:
    """Notices that the machine's clock was set: its time and the time that only goes forward have parted."""

    service: str
    clock: Clock = field(default_factory=SystemClock)
    steady: Callable[[], float] = time.monotonic
    _parted: float | None = field(default=None, init=False)

    def look(self) -> None:
        parted = self.clock.now().timestamp() - self.steady()
        step = 0.0 if self._parted is None else parted - self._parted
        for direction, stepped in (("back", step < -STEP_SECONDS), ("forward", step > STEP_SECONDS)):
            metrics.CLOCK_STEPS.labels(self.service, direction).inc(int(stepped))
        self._parted = parted


def skew(service: str, engine: Engine, clock: Clock) -> None:
    """How far the database's clock is ahead of ours: leases and documents' times are told by both."""
    with engine.connect() as tx:
        before = clock.now()
        theirs = lease.database_seconds(tx)
    metrics.CLOCK_SKEW.labels(service).set(theirs - _middle(before, clock.now()))


def room(service: str, folder: Path) -> None:
    """How full the disk under ``folder`` is."""
    try:
        disk = shutil.disk_usage(folder)
    except OSError:
        return  # a service that keeps nothing there has no such folder
    metrics.DISK_FREE.labels(service, "var").set(disk.free)
    metrics.DISK_SIZE.labels(service, "var").set(disk.total)


def leases(service: str, engine: Engine) -> None:
    """Which leases somebody holds, whichever process it is, and how often they have changed hands."""
    try:
        with engine.connect() as tx:
            now = lease.database_seconds(tx)
            rows = tx.execute(select(lease.leases)).all()
    except (OperationalError, ProgrammingError):
        return  # not made yet, or the database is away, which readiness says
    for row in rows:
        metrics.LEASE_HELD.labels(service, row.name).set(bool(row.holder) and row.expires > now)
        metrics.LEASE_EPOCHS.labels(service, row.name).set(row.epoch)


def newest_backups(folder: Path, county: str) -> dict[str, datetime | None]:
    """When the newest backup was made, of the ``data`` and of the ``keys``, by the names of the files."""
    found: dict[str, datetime | None] = {"data": None, "keys": None}
    for file in sorted(folder.glob(f"gongkai-{county}-*.tar")):
        kind = "keys" if file.name.endswith(".keys.tar") else "data"
        stamp = file.name.removeprefix(f"gongkai-{county}-").partition(".")[0]
        try:
            found[kind] = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            continue  # somebody's own file
    return found


def backups(service: str, folder: Path, county: str, clock: Clock) -> None:
    """How old the newest backups are; a folder that cannot be read holds none."""
    for kind, made in newest_backups(folder, county).items():
        age = clock.now().timestamp() - (made.timestamp() if made else 0)
        metrics.BACKUP_AGE.labels(service, kind).set(age)


def _middle(before: datetime, after: datetime) -> float:
    return (before.timestamp() + after.timestamp()) / 2
