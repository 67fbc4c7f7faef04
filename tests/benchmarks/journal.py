"""How many appends a second the journal takes, by database and number of callers. Run as a module, or call :func:`run`.

Group commit shows in the ratio to one caller: each caller waits for its own commit, and more callers share one.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Barrier, Thread
from time import perf_counter

from services.split.postgres import PostgresMissing, PostgresServer
from shared.clock import SystemClock
from shared.database import make_engine
from shared.events import Context
from shared.ids import new_id
from shared.journal import Append, NewEvent, Write
from shared.journal.observing import BatchReport
from shared.journal.sql import SqlJournal, create_schema

CALLERS = (1, 8, 32, 128)
DATA = '{"catalogue":"FY-R1","title":"村集体资金使用情况","content":"' + "公开" * 30 + '","period":"2026-Q1"}'


class Tally:
    """Counts batches, so that the table can say how large they were."""

    def __init__(self) -> None:
        self.batches = self.commands = 0
        self.lock_seconds = self.write_seconds = self.commit_seconds = 0.0

    def batch(self, report: BatchReport) -> None:
        self.batches += 1
        self.commands += report.commands
        self.lock_seconds += report.lock_seconds
        self.write_seconds += report.write_seconds
        self.commit_seconds += report.commit_seconds

    def failed(self, reason: str, commands: int) -> None:
        raise AssertionError(f"{commands} appends failed: {reason}")

    def milliseconds(self) -> dict[str, float]:
        each = {"lock": self.lock_seconds, "write": self.write_seconds, "commit": self.commit_seconds}
        return {f"{name}_ms": round(1000 * seconds / self.batches, 3) for name, seconds in each.items()}


def run(seconds: float = 2.0, callers: tuple[int, ...] = CALLERS) -> dict[str, dict[int, dict[str, float]]]:
    """Appends/s, mean batch and latencies (ms) by database and callers."""
    return {name: {n: measured(url, n, seconds) for n in callers} for name, url in databases()}


def databases() -> Iterator[tuple[str, str]]:
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


@contextmanager
def journal_at(url: str, tally: Tally) -> Iterator[SqlJournal]:
    engine = make_engine(url)
    create_schema(engine)
    journal = SqlJournal(engine, "catalogue", SystemClock(), observer=tally)
    yield journal
    journal.close()
    engine.dispose()


def measured(url: str, callers: int, seconds: float) -> dict[str, float]:
    tally, latencies = Tally(), list[float]()
    with journal_at(url, tally) as journal:
        ready = Barrier(callers + 1)
        threads = [Thread(target=append_for, args=(journal, seconds, ready, latencies)) for _ in range(callers)]
        for thread in threads:
            thread.start()
        ready.wait()
        started = perf_counter()
        for thread in threads:
            thread.join()
        took = perf_counter() - started
    latencies.sort()
    return {
        "per_second": round(len(latencies) / took, 1),
        "batch": round(tally.commands / tally.batches, 1),
        "p50_ms": round(1000 * latencies[len(latencies) // 2], 2),
        "p99_ms": round(1000 * latencies[int(len(latencies) * 0.99)], 2),
        **tally.milliseconds(),
    }


def append_for(journal: SqlJournal, seconds: float, ready: Barrier, latencies: list[float]) -> None:
    """One caller: append to a stream of its own, one event each time, until the time is up."""
    stream, version, own = f"bench-{new_id()}", 0, []
    context = Context("fengyang", "bench", "FY-R1/secretary", "FY-R1")
    ready.wait()
    finish = perf_counter() + seconds
    while (started := perf_counter()) < finish:
        event = NewEvent(new_id(), "cn.gongkai.catalogue.Benched.v1", DATA)
        journal.append(Append(new_id(), "", context, (Write(stream, version, (event,)),)))
        version += 1
        own.append(perf_counter() - started)
    latencies.extend(own)


def table(results: dict[str, dict[int, dict[str, float]]]) -> Iterator[str]:
    head = f"{'database':<12}{'callers':>8}{'appends/s':>11}{'ratio':>7}{'batch':>7}{'p50 ms':>8}{'p99 ms':>8}"
    yield f"{head}{'lock':>8}{'write':>8}{'commit':>8}"
    for name, by_callers in results.items():
        one = next(iter(by_callers.values()))["per_second"]
        for callers, r in by_callers.items():
            ratio = f"{r['per_second'] / one:.1f}x"
            yield (
                f"{name:<12}{callers:>8}{r['per_second']:>11}{ratio:>7}{r['batch']:>7}{r['p50_ms']:>8}{r['p99_ms']:>8}"
                f"{r['lock_ms']:>8}{r['write_ms']:>8}{r['commit_ms']:>8}"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    for line in table(run(parser.parse_args().seconds)):
        sys.stdout.write(f"{line}\n")
