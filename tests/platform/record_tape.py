"""Records the tape anew and approves what views make of it: ``python -m tests.platform.record_tape``.

Record anew when the story tells more. With ``--digests`` the tape stays and only the views' digests are approved, which
is what a deliberate change of a view needs. A tape that can no longer be read is mended by an upcaster, never by a new
recording: the logs that stand outside are not recorded anew.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import httpx2

from services.cli.demo import load_demo
from shared.clock import SystemClock
from shared.database import sqlite_engine
from shared.events import Recorded
from shared.journal.sql import SqlJournal
from tests.journeys import platforms
from tests.journeys.dues_at_liushu import settled, tell
from tests.journeys.people import World
from tests.platform.replaying import digests
from tests.platform.taped import DIGESTS, SERVICES, keep, tape


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def record() -> None:
    """Tell the story on an embedded platform and keep what its journals hold."""
    with tempfile.TemporaryDirectory(prefix="gongkai-tape-") as folder:
        with platforms.embedded(Path(folder)) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
            load_demo(client, say)
            world = World(client)
            tell(world)
            settled(world)
        for service in SERVICES:
            count = keep(service, journal_of(Path(folder), service))
            say(f"{service}: {count} events")
    tape.cache_clear()


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
