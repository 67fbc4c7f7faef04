"""Starts the split platform on one machine and stops exactly what it started: what runs is written in a state file.

Order: PostgreSQL (a database and role per service), Kafka and its topics, a process per service, the portal, and
Prometheus if it is installed. Start at :func:`up`.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

SERVICES: Mapping[str, int] = {
    "catalogue": 8001,
    "publication": 8002,
    "feedback": 8003,
    "archive": 8004,
    "audit": 8005,
}
PORTAL_PORT = 8000
POSTGRES_PORT = 25432
KAFKA_PORT = 29092
PROMETHEUS_PORT = 9090
READY_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0

Say = Callable[[str], None]


class UpFailed(Exception):
    """A part of the split platform did not come up; the message says which and where its log is."""


@dataclass(frozen=True)
class Started:
    """A process of ours: the start time tells it from a stranger that was later given the same number."""

    name: str
    pid: int
    started: str
    log: str


@dataclass
class State:
    """What ``make up`` started, in the order it did."""

    file: Path
    processes: list[Started] = field(default_factory=list)

    @classmethod
    def load(cls, file: Path) -> "State":
        if not file.exists():
            return cls(file)
        return cls(file, [Started(**row) for row in json.loads(file.read_text())])

    def add(self, name: str, pid: int, log: Path) -> None:
        self.processes.append(Started(name, pid, started_at(pid), str(log)))
        self.save()

    def save(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps([asdict(p) for p in self.processes], indent=2))
        fresh.replace(self.file)

    def running(self) -> list[Started]:
        return [p for p in self.processes if is_running(p)]


def started_at(pid: int) -> str:
    """The start time of a process in kernel ticks, '' if there is none (or it is only waiting to be collected)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def is_running(process: Started) -> bool:
    return bool(process.started) and started_at(process.pid) == process.started


def spawn(name: str, command: list[str], environment: Mapping[str, str], folder: Path, state: State) -> int:
    """Start a process that outlives us, its output in ``<folder>/<name>.log``."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own programs with arguments we make
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    state.add(name, process.pid, log)
    return process.pid


def await_ready(name: str, url: str, pid: int, log: Path, seconds: float = READY_SECONDS_MAX) -> None:
    """Wait until the process answers 200; raises :class:`UpFailed` if it ends or stays silent."""
    deadline = time.monotonic() + seconds
    last = "no answer yet"
    while time.monotonic() < deadline:
        if not started_at(pid):
            raise UpFailed(f"{name} ended while starting; see {log}\n{tail(log)}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as problem:
            last = f"{problem.code} {problem.read(300).decode(errors='replace')}"
        except OSError as problem:
            last = str(problem)
        time.sleep(0.1)
    raise UpFailed(f"{name} was not ready after {seconds:.0f} s ({last}); see {log}\n{tail(log)}")


def tail(log: Path, lines: int = 12) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def stop(processes: list[Started], say: Say) -> None:
    """Ask each to end, last started first, and insist after a while."""
    for process in reversed(processes):
        if not is_running(process):
            continue
        say(f"stopping {process.name}")
        os.kill(process.pid, signal.SIGINT if process.name == "postgres" else signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while is_running(process) and time.monotonic() < deadline:
            _collect(process.pid)
            time.sleep(0.05)
        if is_running(process):
            say(f"{process.name} did not end in {STOP_SECONDS_MAX:.0f} s: killing it")
            os.kill(process.pid, signal.SIGKILL)
        _collect(process.pid)


def _collect(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def service_command(name: str) -> list[str]:
    return [sys.executable, "-m", "services", "serve", name]


def prometheus() -> str | None:
    """Where Prometheus is installed, if it is."""
    return shutil.which("prometheus")
