"""``make bench``: what the platform does against named peers and limits, here and in this very run; see
docs/performance.md.

Only ratios and limits mean something: each figure stands beside that of a peer that handled the same bytes a moment
before on the same machine, or beside what was promised.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.benchmarks import command, growth, journal, memory, reckoning, relay, replay, visible, year
from tests.benchmarks.rows import MISSED, REACHED, Effort, Row

RESULT = Path("var/bench.json")
JOURNAL_TARGETS = {("PostgreSQL", 1): 1.0, ("PostgreSQL", 8): 4.0, ("PostgreSQL", 32): 10.0, ("PostgreSQL", 128): 15.0}
COMMAND_AT_LEAST = 0.35


def journals(effort: Effort) -> Iterator[Row]:
    callers, seconds = effort.pick(journal.CALLERS, (1, 32)), effort.pick(1.5, 0.5)
    for found in journal.rows(callers, seconds, effort.pick(journal.ROUNDS, 1)):
        what = f"journal on {found.database}, commands in flight: {found.callers}"
        target = JOURNAL_TARGETS.get((found.database, found.callers))
        yield Row(what, found.ours, "commands/s", found.peer, target, note=found.note)
        lost = found.lost.missed + found.lost.doubled + found.lost.reordered
        yield Row(f"{what}: events lost, doubled or out of order", lost, "events", at_most=0.0)


def commands(effort: Effort) -> Iterator[Row]:
    for found in command.rows(effort.pick(2.0, 1.0), effort.pick(command.ROUNDS, 1)):
        target = COMMAND_AT_LEAST if found.what.startswith("alone") else None
        what = f"a command over HTTP, {command.CLIENTS} clients: {found.what}"
        yield Row(what, found.ours, "requests/s", found.peer, target, note=found.note)


BENCHES: dict[str, Callable[[Effort], Iterator[Row]]] = {
    "journal": journals,
    "command": commands,
    "replay": replay.rows,
    "relay": relay.rows,
    "visible": visible.rows,
    "memory": memory.rows,
    "reckoning": reckoning.rows,
    "growth": growth.rows,
    "year": year.rows,
}
if find_spec("tests.benchmarks.tlog"):
    from tests.benchmarks import tlog

    BENCHES["transparency"] = tlog.rows
WIDE = 200  # columns, where nobody looks at a terminal
WHOLE_ONLY = {"growth"}  # says how figures grow, which a quick look cannot
ASKED_ONLY = {"year"}  # half an hour and more, but for the quick one


def run(names: list[str], effort: Effort) -> Iterator[Row]:
    """Every row as soon as it is known. A bench that cannot run here says why, and the others go on."""
    for name in names:
        try:
            yield from BENCHES[name](effort)
        except Exception as fault:  # noqa: BLE001 - one figure that could not be had must not cost the others
            yield Row(f"{name}: could not be measured", 0.0, "", note=f"{type(fault).__name__}: {fault}")


def table(rows: list[Row]) -> Table:
    drawn = Table("what", "ours", "peer", "unit", "ratio", "target", "", "besides", title="Gongkai, measured")
    for row in rows:
        peer, ratio = ("" if figure is None else f"{figure:g}" for figure in (row.peer, row.ratio))
        drawn.add_row(row.what, f"{row.ours:g}", peer, row.unit, ratio, row.target, row.verdict, row.note)
    return drawn


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look of about a minute; its figures are rough")
    parser.add_argument("--only", action="append", choices=sorted(BENCHES), help="this one; may be given again")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    names = asked.only or [name for name in BENCHES if name not in (WHOLE_ONLY if asked.quick else ASKED_ONLY)]
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    started, rows = perf_counter(), list[Row]()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True, console=console) as bar:
        task = bar.add_task("measuring", total=None)
        for row in run(names, Effort(asked.quick)):
            rows.append(row)
            if not console.is_terminal:
                console.print(f"{row.what}: {row.ours:g} {row.unit}", markup=False, highlight=False)
            bar.update(task, description=f"measured: {row.what}")
    console.print(table(rows))
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    kept = {"machine": machine, "quick": asked.quick, "rows": [row.as_dict() for row in rows]}
    RESULT.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
    verdicts = [row.verdict for row in rows]
    said = f"{verdicts.count(REACHED)} targets reached, {verdicts.count(MISSED)} not; {perf_counter() - started:.0f} s"
    console.print(f"{said}; {machine}; kept in {RESULT}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
