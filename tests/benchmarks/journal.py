"""How many commands a second the journal makes durable, beside the peer, in turns; and whether it kept every one.

Start at :func:`rows`. One thread of ours keeps as many commands under way as the peer has threads; each is an event of
1 KiB to a stream of its own, with expected version and command id. After the last round all is read back and counted.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from statistics import median
from time import perf_counter

from services.split.postgres import PostgresMissing, PostgresServer
from shared.clock import SystemClock
from shared.database import make_engine
from shared.events import Context
from shared.ids import new_id
from shared.journal import Append, NewEvent, Pending, Write
from shared.journal.observing import BatchReport
from shared.journal.sql import SqlJournal, create_schema
from tests.benchmarks import peers

CALLERS = (1, 8, 32, 128)
ROUNDS = 3
EVENT_BYTES = 1024
TITLE = "村集体资金使用情况"
BODY = {"title": TITLE, "text": "x" * (EVENT_BYTES - len(f'{{"title": "{TITLE}", "text": ""}}'.encode()))}
DATA = json.dumps(BODY, ensure_ascii=False)
TYPE = "cn.gongkai.catalogue.Benched.v1"
CONTEXT = Context("fengyang", "bench", "FY-R1/secretary", "FY-R1")


@dataclass(frozen=True)
class Compared:
    """Ours and the peer's commands a second, medians of interleaved rounds; ``lost`` counts what went wrong in ours."""

    database: str
    callers: int
    ours: float
    peer: float
    batch: float
    p99_ms: float
    lost: "Lost"

    @property
    def note(self) -> str:
        return f"{self.batch} appends a commit, p99 {self.p99_ms} ms, {self.lost}"


@dataclass
class Lost:
    """Counted after the rounds, from what the journal says against what it had answered."""

    events: int = 0
    missed: int = 0
    doubled: int = 0
    reordered: int = 0

    def __str__(self) -> str:
        found = f"missed {self.missed}, doubled {self.doubled}, reordered {self.reordered}"
        return f"{found} of {self.events}"


@dataclass
class Tally:
    """Counts batches, so that a row can say how large they were."""

    batches: int = 0
    commands: int = 0

    def batch(self, report: BatchReport) -> None:
        self.batches += 1
        self.commands += report.commands

    def failed(self, reason: str, commands: int) -> None:
        raise AssertionError(f"{commands} appends failed: {reason}")


@dataclass
class Bench:
    """Many commands under way from this one thread, each to the next version of its slot's stream."""

    journal: SqlJournal
    ended: SimpleQueue[tuple[str, float, Pending]] = field(default_factory=SimpleQueue)
    versions: dict[str, int] = field(default_factory=dict)
    answered: dict[int, tuple[str, int]] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    def run(self, callers: int, seconds: float) -> float:
        """Commands a second."""
        started, before = perf_counter(), len(self.answered)
        finish = started + seconds
        for _ in range(callers):
            self._send(f"bench-{new_id()}")
        under_way = callers
        while under_way:
            stream, sent, pending = self.ended.get()
            outcome = pending.result()
            self.latencies.append(perf_counter() - sent)
            self.answered[outcome.position] = (stream, outcome.versions[stream])
            if perf_counter() < finish:
                self._send(stream)
            else:
                under_way -= 1
        return (len(self.answered) - before) / (perf_counter() - started)

    def _send(self, stream: str) -> None:
        version = self.versions.get(stream, 0)
        self.versions[stream] = version + 1
        write = Write(stream, version, (NewEvent(new_id(), TYPE, DATA),))
        self.journal.submit(Append(new_id(), "", CONTEXT, (write,)), partial(self._told, stream, perf_counter()))

    def _told(self, stream: str, sent: float, pending: Pending) -> None:
        self.ended.put((stream, sent, pending))


def counted(journal: SqlJournal, start: int, answered: dict[int, tuple[str, int]]) -> Lost:
    """All that the journal holds above ``start`` against every answer it gave: exact, whatever the machine's load."""
    found, versions, position, ids = Lost(), dict[str, int](), start, set[str]()
    while page := journal.read(position, 5_000):
        for event in page:
            position += 1
            versions[event.stream] = versions.get(event.stream, 0) + 1
            asked = answered.get(position)
            in_place = event.position == position and event.version == versions[event.stream]
            found.reordered += not in_place or asked != (event.stream, event.version)
            found.doubled += event.event_id in ids or asked is None
            found.missed += event.data != BODY
            ids.add(event.event_id)
    found.events = position - start
    found.missed += sum(place > position for place in answered)
    return found


def rows(callers: tuple[int, ...] = CALLERS, seconds: float = 1.5, rounds: int = ROUNDS) -> Iterator[Compared]:
    """Each number of callers on each database, against the peer there, as soon as it is known."""
    for name, url in databases():
        with peers.saving(url, BODY) as peer:
            for number in callers:
                yield compared(name, url, number, seconds, rounds, peer)


def compared(name: str, url: str, callers: int, seconds: float, rounds: int, peer: peers.Saving) -> Compared:
    tally, ours, theirs = Tally(), list[float](), list[float]()
    with journal_at(url, tally) as journal:
        bench, start = Bench(journal), journal.head()
        for _ in range(rounds):
            ours.append(bench.run(callers, seconds))
            theirs.append(peer(callers, seconds))
        lost = counted(journal, start, bench.answered)
    slowest = round(1000 * sorted(bench.latencies)[int(len(bench.latencies) * 0.99)], 2)
    batch = round(tally.commands / tally.batches, 1)
    return Compared(name, callers, round(median(ours), 1), round(median(theirs), 1), batch, slowest, lost)


@contextmanager
def journal_at(url: str, tally: Tally) -> Iterator[SqlJournal]:
    engine = make_engine(url)
    create_schema(engine)
    journal = SqlJournal(engine, "catalogue", SystemClock(), observer=tally)
    yield journal
    journal.close()
    engine.dispose()


def databases() -> Iterator[tuple[str, str]]:
    """SQLite and, where it can be had, a PostgreSQL as it comes: fsync and synchronous_commit on."""
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongkai-bench-")))
        base.chmod(0o755)
        yield "SQLite", f"sqlite:///{base / 'journal.db'}"
        try:
            server = stack.enter_context(PostgresServer(base / "postgres"))
        except PostgresMissing as missing:
            sys.stderr.write(f"PostgreSQL left out: {missing}\n")
        else:
            yield "PostgreSQL", server.create_database("bench")


def line(row: Compared) -> str:
    ratio = f"{row.ours / row.peer:.2f}"
    return f"{row.database:<12}{row.callers:>5}{row.ours:>10}{row.peer:>10}{ratio:>8}  {row.note}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    for row in rows(seconds=asked.seconds, rounds=asked.rounds):
        sys.stdout.write(f"{line(row)}\n")
        sys.stdout.flush()
