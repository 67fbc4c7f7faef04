"""Time: the only place that knows what moment it is. Everything else is handed a :class:`Clock`.

Instants are aware UTC datetimes; business days are those of Asia/Shanghai. In development the clock can be set and
moved (``/dev/clock``), for all processes of one machine at once, so that stories with dates can be run from outside.
"""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import get_ident
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


def business_day(instant: datetime) -> date:
    """The calendar day on which an instant falls for people in the county (Asia/Shanghai)."""
    return instant.astimezone(SHANGHAI).date()


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The instant of a local time of a day, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


class SystemClock:
    """The machine's own clock: the only one outside development and tests."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the one place that may ask


@dataclass
class FixedClock:
    """Stands still until it is moved: for tests."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def advance(self, by: timedelta) -> None:
        self.instant += by


@dataclass
class MovableClock:
    """A clock that runs, displaced from the machine's by an offset kept in a file which all processes here share.

    Reading looks at the file's change time only, so the usual call costs one ``stat``.
    """

    file: Path
    _name: str = field(init=False)
    _stamp: tuple[int, int] = field(default=(0, 0), init=False)
    _offset: timedelta = field(default=timedelta(), init=False)

    def __post_init__(self) -> None:
        self._name = str(self.file)

    def now(self) -> datetime:
        return SystemClock().now() + self._displacement()

    def set_to(self, instant: datetime) -> None:
        """Make it ``instant`` now, for every process that shares the file; the clock then runs on from there."""
        offset = instant - SystemClock().now()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(f".{os.getpid()}-{get_ident()}")  # others may be setting it at the same time
        fresh.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        fresh.replace(self.file)
        self._stamp = (0, 0)

    def _displacement(self) -> timedelta:
        try:
            status = os.stat(self._name)  # noqa: PTH116 - asked at every request, and a third of what a Path takes
        except FileNotFoundError:
            return timedelta()
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._offset = timedelta(seconds=json.loads(self.file.read_text())["offset_seconds"])
            self._stamp = stamp
        return self._offset
