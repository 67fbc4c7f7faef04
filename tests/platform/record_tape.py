"""Takes the tape on by the chapters that it does not have yet: ``python -m tests.platform.record_tape``.

What is on the tape stays, line by line: a platform is restored from it, as a county's would be after an upgrade, and
lives on through the chapter. With ``--digests`` the tape stays and only the views' digests are approved, which is what
a deliberate change of a view needs. A tape that can no longer be read is mended by an upcaster (decision 0046).
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx2

from services.cli.demo import load_demo
from shared.clock import MovableClock, SystemClock
from shared.database import sqlite_engine
from shared.events import Recorded
from shared.journal.sql import SqlJournal
from tests.journeys import after_the_dues, dues_at_liushu, platforms
from tests.journeys.people import World
from tests.platform.replaying import digests, log_with_tape
from tests.platform.taped import COUNTY, DIGESTS, SERVICES, keep, tape

NOBODY_TAKES_MAIL = {"GONGKAI_SMTP_HOST": "127.0.0.1", "GONGKAI_SMTP_PORT": "9"}


@dataclass(frozen=True)
class Chapter:
    """Told from its first day on; a tape that reaches beyond that day has it already."""

    begins: str
    tell: Callable[[httpx2.Client, Path], None]


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def the_dues(client: httpx2.Client, _kept: Path) -> None:
    load_demo(client, say)
    dues_at_liushu.tell(World(client))


def the_year(client: httpx2.Client, kept: Path) -> None:
    after_the_dues.tell(World(client), kept)


CHAPTERS = (Chapter("2026-01-05T09:00:00+08:00", the_dues), Chapter(after_the_dues.BEGINS, the_year))


def record() -> None:
    recorded = [event.recorded_at for service in SERVICES for event in tape(service)]
    new = [chapter for chapter in CHAPTERS if not recorded or max(recorded) < datetime.fromisoformat(chapter.begins)]
    if not new:
        say("the tape has every chapter")
        return
    keep_all(after(new, max(recorded, default=None)))


def after(new: list[Chapter], end: datetime | None) -> dict[str, list[Recorded]]:
    """What the journals hold once the chapters are told on a platform that has lived through the tape to its end."""
    with tempfile.TemporaryDirectory(prefix="gongkai-tape-") as folder:
        var = Path(folder)
        if end:
            restore(var, end)
        with (
            platforms.embedded(var, **NOBODY_TAKES_MAIL) as standing,
            httpx2.Client(base_url=standing.url, timeout=120) as client,
        ):
            for chapter in new:
                chapter.tell(client, var)
            dues_at_liushu.settled(World(client))
        return {service: journal_of(var, service) for service in SERVICES}


def keep_all(journals: dict[str, list[Recorded]]) -> None:
    for service, events in journals.items():
        if tuple(events[: len(tape(service))]) != tape(service):
            sys.exit(f"{service}: what is on the tape would change; nothing was kept")
    for service, events in journals.items():
        say(f"{service}: {len(tape(service))} events before, {keep(service, events)} now")
    tape.cache_clear()


def restore(var: Path, end: datetime) -> None:
    """A platform's folder as it would be a minute after the end of the tape, its keys lost."""
    log_with_tape(var / "log.sqlite").close()
    MovableClock(var / "clock.json").set_to(end + timedelta(minutes=1))
    told = {"GONGKAI_ENVIRONMENT": "development", "GONGKAI_COUNTY": COUNTY, "GONGKAI_VAR": str(var)}
    for service in SERVICES:
        if tape(service):
            done = platforms.gongkai("restore", service, "--from-log", env={**os.environ, **told})
            say(done.stdout.strip() or done.stderr.strip())


def journal_of(var: Path, service: str) -> list[Recorded]:
    """Everything in the journal of a service that has ended."""
    engine = sqlite_engine(var / f"{service}.sqlite")
    journal = SqlJournal(engine, service, SystemClock())
    found: list[Recorded] = []
    try:
        while more := journal.read(len(found)):
            found += more
    finally:
        journal.close()
        engine.dispose()
    return found


def approve() -> None:
    with tempfile.TemporaryDirectory(prefix="gongkai-replay-") as folder:
        made = digests(Path(folder))
    DIGESTS.write_text(json.dumps(made, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    say(f"{sum(map(len, made.values()))} views approved")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digests", action="store_true", help="keep the tape, approve the views' digests")
    if not parser.parse_args().digests:
        record()
    approve()
