"""A year of three towns lived through the public commands, then held against itself: every journal, log, document and
view of the embedded platform, and its views made again from the facts.

What a command costs in company of all that follows from it is told, beside what the whole year came to. The one target
is that nothing differs.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter

import httpx2
from pydantic_core import from_json

from services.cli.year import live_a_year
from services.split.plan import Plan
from services.split.processes import Child
from tests.benchmarks.rows import Effort, Row, a_second

SERVICES = ("catalogue", "publication", "feedback", "archive", "audit")
QUICK_UNTIL = date(2026, 2, 28)


def rows(effort: Effort) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        plan = replace(Plan.apart(Path(folder) / "var"), extra={})
        told = plan.environment("portal", "") | {"GONGKAI_KAFKA": "", "GONGKAI_SERVICES": "{}"}
        sent, seconds = lived(plan, told, effort.pick(36, 1), effort.pick(None, QUICK_UNTIL))
        heads = {service: head(plan.var / f"{service}.sqlite") for service in SERVICES}
        note = ", ".join(f"{service} {events}" for service, events in heads.items())
        yield Row("a year of three towns: commands", round(sent / seconds, 1), "commands/s", note=f"{sent} commands")
        yield Row("a year of three towns: events in all journals", sum(heads.values()), "events", note=note)
        yield from verified(told, sum(heads.values()))
        peer = scan(plan.var / "publication.sqlite", heads["publication"])
        what = "a year of three towns: publication's journal, scanned and decoded"
        yield Row(what, round(peer, 1), "events/s")


def lived(plan: Plan, told: Mapping[str, str], organisations: int, until: date | None) -> tuple[int, float]:
    command = [sys.executable, "-m", "services", "serve", "all"]
    child = Child("embedded", command, dict(told), plan.logs / "embedded.log")
    child.start()
    try:
        child.await_ready(f"{plan.portal_url}/readyz")
        began = perf_counter()
        with httpx2.Client(base_url=plan.portal_url, timeout=600) as client:
            sent = live_a_year(client, organisations=organisations, until=until)
        return sent, perf_counter() - began
    finally:
        child.stop()


def verified(told: Mapping[str, str], events: int) -> Iterator[Row]:
    """By the operators' own command, every view made again beside the live one."""
    began = perf_counter()
    command = [sys.executable, "-m", "services", "verify", "--views", "--json"]
    ended = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=False)
    seconds = perf_counter() - began
    checked = json.loads(ended.stdout)["checked"] if ended.stdout.startswith("{") else {}
    differing = [f"{name}: {each['differences']}" for name, each in checked.items() if each["differences"]]
    found = len(differing) if checked else 1
    note = "; ".join(differing) or ended.stderr[-300:]
    yield Row("a year of three towns: services that differ from log or facts", found, "", at_most=0.0, note=note)
    yield Row("a year of three towns: verified with all views", round(events / seconds, 1), "events/s")


def head(journal: Path) -> int:
    if not journal.exists():
        return 0
    with sqlite3.connect(journal) as connection:
        return int(connection.execute("SELECT head FROM journal").fetchone()[0])


def scan(journal: Path, events: int) -> float:
    def read() -> None:
        with sqlite3.connect(journal) as connection:
            for (data,) in connection.execute("SELECT data FROM events ORDER BY position"):
                from_json(data)

    return a_second(events, partial(read))
