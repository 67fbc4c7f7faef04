"""The two platforms a story is told on: all in one process, and split over PostgreSQL, Kafka and a process each."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from services.cli.check import split_parts_missing
from services.split.plan import Plan
from services.split.processes import Child
from services.split.supervisor import SplitPlatform


@dataclass
class Standing:
    """A platform that answers at ``url``; ``split`` is there when it is the split one."""

    url: str
    var: Path
    split: SplitPlatform | None = None
    process: Child | None = None


@contextmanager
def embedded(var: Path, **extra: str) -> Iterator[Standing]:
    """The embedded platform in a process of its own, as `make run` starts it, without the demo."""
    plan = replace(Plan.apart(var), extra=extra)
    url = plan.portal_url
    child = embedded_child(plan)
    child.start()
    try:
        child.await_ready(f"{url}/readyz")
        yield Standing(url, var, process=child)
    finally:
        child.stop()


def embedded_child(plan: Plan) -> Child:
    told = plan.environment("portal", "") | {"GONGKAI_KAFKA": "", "GONGKAI_SERVICES": "{}"}
    command = [sys.executable, "-m", "services", "serve", "all"]
    return Child("embedded", command, told, plan.logs / "embedded.log")


@contextmanager
def split(var: Path, *, traces: bool = False, **extra: str) -> Iterator[Standing]:
    """The split platform on ports of its own; ``extra`` goes into every service's environment."""
    let_nobody_through(var)
    with SplitPlatform(replace(Plan.apart(var), traces=traces, extra=extra)) as platform:
        yield Standing(platform.plan.portal_url, var, split=platform)


def let_nobody_through(folder: Path) -> None:
    """Root's PostgreSQL runs as nobody, and pytest keeps root's folders closed to others: let them pass, not look."""
    folder.mkdir(parents=True, exist_ok=True)
    for step in (folder, *folder.parents) if os.getuid() == 0 else ():
        mode = step.stat().st_mode
        if not mode & 0o001:
            step.chmod(mode | 0o011)


def gongkai(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The CLI, as an operator calls it."""
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments], capture_output=True, text=True, timeout=120, env=env
    )


def need_split_parts() -> None:
    """Skip with a plain line where PostgreSQL or Kafka cannot be had; where all is required, fail."""
    missing = [f"{finding.what}: {finding.missing}" for finding in split_parts_missing()]
    if missing and os.environ.get("GONGKAI_REQUIRE_ALL") == "1":
        pytest.fail("; ".join(missing))
    if missing:
        pytest.skip("; ".join(missing))
