"""``make bench``: what the platform does against a bare peer, here and in this very run; see docs/performance.md.

Only the ratios mean something: each figure stands beside that of a peer that does the least with the same bytes.
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.cli.check import split_parts_missing
from tests.benchmarks import journal, replay, web
from tests.journeys import platforms

RESULT = Path("var/bench.json")


@dataclass(frozen=True)
class Row:
    """One comparison; ``note`` says more for the reader."""

    what: str
    ours: float
    peer: float
    unit: str
    note: str = ""

    @property
    def ratio(self) -> float:
        return round(self.ours / self.peer, 2) if self.peer else 0.0


@dataclass(frozen=True)
class Effort:
    callers: tuple[int, ...]
    seconds: float
    samples: int
    split: bool


WHOLE = Effort(journal.CALLERS, 1.5, 100, split=True)
QUICK = Effort((1, 32), 0.5, 30, split=False)


def run(effort: Effort, var: Path) -> Iterator[Row]:
    """Every comparison, each as soon as it is known."""
    yield from appends(effort)
    yield from over_http(effort, var)
    yield replays(var)
    if effort.split and not list(split_parts_missing()):
        with platforms.split(var / "split") as standing:
            yield visible("split, PostgreSQL and Kafka", standing.url, web.founded(standing.url), effort)


def appends(effort: Effort) -> Iterator[Row]:
    for row in journal.rows(effort.callers, effort.seconds / 2):
        yield Row(f"journal on {row.database}, in flight: {row.callers}", row.ours, row.peer, "commands/s", row.note)


def over_http(effort: Effort, var: Path) -> Iterator[Row]:
    with web.bare_server(var / "bare") as url:
        peer = web.commands_a_second(url, "/persons", "", effort.seconds)
    with platforms.embedded(var / "embedded") as standing:
        token = web.founded(standing.url)
        latency = visible("embedded", standing.url, token, effort)
        ours = web.commands_a_second(standing.url, web.PERSONS, token, 2 * effort.seconds)
    note = f"p99 {ours['p99_ms']} ms, peer {peer['p99_ms']} ms"
    yield Row(
        f"a command over HTTP, clients: {web.CLIENTS}", ours["per_second"], peer["per_second"], "requests/s", note
    )
    yield latency


def visible(where: str, url: str, token: str, effort: Effort) -> Row:
    seen = web.visible(url, token, effort.samples)
    note = f"p99 {seen['p99_ms']} ms, peer {seen['peer_p99_ms']} ms"
    return Row(f"append to visible elsewhere, p50, {where}", seen["p50_ms"], seen["peer_p50_ms"], "ms", note)


def replays(var: Path) -> Row:
    found = replay.replayed(var / "replay")
    return Row(f"view {replay.VIEW} from nothing", found["per_second"], found["peer_per_second"], "events/s")


def table(rows: list[Row]) -> Table:
    drawn = Table("what", "ours", "bare peer", "unit", "ratio", "besides", title="Gongkai against bare peers")
    for row in rows:
        drawn.add_row(row.what, f"{row.ours:g}", f"{row.peer:g}", row.unit, f"{row.ratio:g}", row.note)
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look of some 15 s, without the split platform")
    quick = parser.parse_args().quick
    console, started, rows = Console(), perf_counter(), list[Row]()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder, Progress(*columns, transient=True) as bar:
        task = bar.add_task("measuring", total=None)
        for row in run(QUICK if quick else WHOLE, Path(folder)):
            rows.append(row)
            bar.update(task, description=f"measured: {row.what}")
    console.print(table(rows))
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}
    kept = {"machine": machine, "quick": quick, "rows": [{**asdict(row), "ratio": row.ratio} for row in rows]}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(kept, indent=2) + "\n")
    console.print(f"{perf_counter() - started:.0f} s; {machine}; kept in {RESULT}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
