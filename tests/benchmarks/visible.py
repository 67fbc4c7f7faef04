"""From the commit in one service until another's view shows it, through Kafka, while 500 events a second come in.

Two processes as in the split platform: catalogue's journal with its relay, publication's follower with its register,
each over its own database. Both read the machine's one monotonic clock: when the append was answered, and when the
transaction that changed the view had been committed.
"""

import json
import subprocess
import sys
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from services.split.kafka import KafkaBroker
from services.split.postgres import PostgresServer
from shared.clock import SystemClock
from shared.database import make_engine
from shared.events import Context, Registry
from shared.following import Follower
from shared.handling import Handler
from shared.identity.register_tables import RegisterTables
from shared.ids import new_id
from shared.journal import Append, NewEvent, Pending, Write
from shared.journal.sql import SqlJournal, create_schema
from shared.log.kafka import KafkaLog
from shared.log.topics import apply_topics
from shared.observing import Observer
from shared.relay import Relay
from tests.benchmarks.multiplied import rows as told
from tests.benchmarks.relay import DECLARED
from tests.benchmarks.rows import Effort, Row, percentile
from tests.shared.brokers import free_port

A_SECOND = 500
COUNTY = "bench"
KIND = "cn.gongkai.catalogue.PersonRegistered.v1"
WARM_UP = 500  # events that do not count
P50_MS, P99_MS = 50.0, 250.0


@dataclass
class Seen(Observer):
    """When the view had come how far."""

    at: list[tuple[int, float]] = field(default_factory=list)

    def followed(self, service: str, follower: str, source: str, position: int, events: int) -> None:  # noqa: ARG002 - the observer's own
        self.at.append((position, monotonic()))


def rows(effort: Effort) -> Iterator[Row]:
    seconds = effort.pick(20, 5)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongkai-bench-")))
        folder.chmod(0o755)
        server = stack.enter_context(PostgresServer(folder / "postgres"))
        broker = stack.enter_context(KafkaBroker(folder / "kafka", port=free_port(), controller_port=free_port()))
        apply_topics(broker.bootstrap, DECLARED, county=COUNTY)
        urls = {name: server.create_database(name) for name in ("catalogue", "publication")}
        with part("follow", url=urls["publication"], kafka=broker.bootstrap) as follow:
            with part("write", url=urls["catalogue"], kafka=broker.bootstrap, seconds=seconds) as write:
                committed = {int(position): at for position, at in said(write).items()}
            follow.stdin.write(f"{max(committed)}\n")
            follow.stdin.flush()
            shown = said(follow)
    waits = latencies(committed, shown)
    rate = len(waits) / (max(committed.values()) - min(committed.values()))
    note = f"{len(waits)} events, {rate:.0f} a second came in; longest {max(waits):.0f} ms"
    for name, share, limit in (("p50", 0.5, P50_MS), ("p99", 0.99, P99_MS)):
        yield Row(
            f"commit to visible elsewhere, {name}", round(percentile(waits, share), 1), "ms", at_most=limit, note=note
        )


def latencies(committed: dict[int, float], shown: list[tuple[int, float]]) -> list[float]:
    """Milliseconds from each commit until the view had got at least that far."""
    reached = [position for position, _ in shown]
    first = min(committed.values())
    counted = {position: at for position, at in committed.items() if at >= first}
    return [1000 * max(0.0, shown[bisect_left(reached, p)][1] - at) for p, at in counted.items()]


@contextmanager
def part(role: str, **about: Any) -> Iterator[Any]:
    """A process of its own, once it says that it is ready."""
    command = [sys.executable, "-m", "tests.benchmarks.visible", role, json.dumps(about)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: Any) -> Any:
    """The one line of JSON that a part prints; what else it says is for the eye."""
    for line in process.stdout:
        if line.startswith("= "):
            return json.loads(line[2:])
    raise AssertionError("the process ended without a word")


def write(url: str, kafka: str, seconds: float) -> None:
    """Append at an even pace; say when each position was answered for."""
    engine, log = make_engine(url), KafkaLog(kafka)
    create_schema(engine)
    journal = SqlJournal(engine, "catalogue", SystemClock())
    relay = Relay(engine, journal, log, COUNTY, SystemClock())
    relay.prepare()
    relay.start()
    answered: dict[int, float] = {}

    def done(pending: Pending) -> None:
        answered[pending.result().position] = monotonic()

    count = WARM_UP + int(seconds * A_SECOND)
    start = monotonic()
    for number, append in enumerate(appends(count)):
        sleep(max(0.0, start + number / A_SECOND - monotonic()))
        journal.submit(append, done)
    while len(answered) < count or not relay.caught_up():
        sleep(0.05)
    relay.stop()
    journal.close()
    log.close()
    sys.stdout.write(f"= {json.dumps({p: at for p, at in answered.items() if p > WARM_UP})}\n")


def appends(count: int) -> Iterator[Append]:
    """So many persons registered, each in a command of its own."""
    context = Context("fengyang", "bench", "FY/secretary", "FY")
    found = 0
    for row in told("catalogue", 1_000_000):
        if found == count:
            return
        if row[5] == KIND:
            found += 1
            writes = (Write(str(row[2]), 0, (NewEvent(new_id(), KIND, str(row[6])),)),)
            yield Append(new_id(), "", context, writes)


def follow(url: str, kafka: str) -> None:
    """Follow until the position read from standard input; say when the view had come how far."""
    engine, log, seen = make_engine(url), KafkaLog(kafka), Seen()
    create_schema(engine)
    journal = SqlJournal(engine, "publication", SystemClock())
    handler = Handler(journal, Registry.empty("publication"))
    views = [RegisterTables(engine)]
    follower = Follower("publication", engine, journal, log, views, (), handler, COUNTY, SystemClock(), seen)
    follower.prepare()
    follower.start()
    last = int(sys.stdin.readline())
    follower.wait_for("catalogue", last, timeout=60)
    follower.stop()
    journal.close()
    log.close()
    sys.stdout.write(f"= {json.dumps(seen.at)}\n")


if __name__ == "__main__":
    role, about = sys.argv[1], json.loads(sys.argv[2])
    if role == "write":
        write(**about)
    else:
        follow(**about)
