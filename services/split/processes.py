"""Processes of the split platform: started with their output in a file, told apart from strangers, ended surely."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0


class UpFailed(Exception):
    """A part of the split platform did not come up; the message says which, why, and where its log is."""


@dataclass(frozen=True)
class Identity:
    """A process by number and start time, so that a number given again to a stranger is not mistaken for ours."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Identity":
        return cls(pid, started_at(pid))

    @property
    def running(self) -> bool:
        return bool(self.started) and started_at(self.pid) == self.started


def started_at(pid: int) -> str:
    """The start time of a process in kernel ticks; '' if there is none, or it has ended and waits to be collected."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


class Child:
    """One process of ours, its output appended to ``log``."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, dict(environment), log
        self.process: subprocess.Popen[bytes] | None = None
        self.wanted = False  # from start to stop: a supervisor starts it again if it ends in between
        self.starts = 0

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.running:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs with arguments we make
                self.command,
                env={**os.environ, **self.environment, "GONGKAI_PARENT": str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.starts += 1
        self.wanted = True

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process and self.running:
            self.process.kill()
            self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        if self.process and self.running:
            self.process.send_signal(number)

    def stop(self) -> None:
        """Ask it to end, and insist after a while."""
        self.wanted = False
        if self.process is None or not self.running:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()

    def await_ready(self, url: str, seconds: float = READY_SECONDS_MAX) -> None:
        """Wait until ``url`` answers 200; raises :class:`UpFailed` if the process ends or stays unready."""
        deadline = time.monotonic() + seconds
        last = "no answer yet"
        while time.monotonic() < deadline:
            if not self.running:
                raise UpFailed(f"{self.name} ended while starting; see {self.log}\n{tail(self.log)}")
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
                    if answer.status == 200:
                        return
            except urllib.error.HTTPError as problem:
                last = f"{problem.code} {problem.read(300).decode(errors='replace')}"
            except OSError as problem:
                last = str(problem)
            time.sleep(0.1)
        raise UpFailed(f"{self.name} was not ready after {seconds:.0f} s ({last}); see {self.log}\n{tail(self.log)}")


def tail(log: Path, lines: int = 12) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
