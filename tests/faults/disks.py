"""A disk that fills, and one that fails to flush, for processes that know nothing of it.

``small_disk`` mounts a tmpfs of a few megabytes (root), ``failing_flushes`` has strace answer fsync with EIO.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount a small tmpfs")
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"no tmpfs here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not a byte is free on the disk inside the block."""
    ballast = disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as out:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while out.write(bytes(size)):
                        pass
                except OSError:
                    continue
        yield
    finally:
        ballast.unlink()


@contextmanager
def failing_flushes(pids: Sequence[int], when: str) -> Iterator[Path]:
    """fsync and fdatasync of these processes, and of those they start, end in EIO where strace's ``when`` says
    (it counts for each thread). The file that comes lists the calls that were met.
    """
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed; apt-get install strace")
    said = Path(f"/tmp/gongkai-strace-{os.getpid()}-{pids[0]}")  # noqa: S108 - strace writes it, we remove it
    command = [strace, "-f", "-o", str(said), "-e", "trace=fsync,fdatasync", "-e", "signal=none"]
    command += ["-e", f"inject=fsync,fdatasync:error=EIO:when={when}"]
    tracer = subprocess.Popen(
        [*command, *(part for pid in pids for part in ("-p", str(pid)))], stderr=subprocess.PIPE, text=True
    )
    try:
        _await_attached(tracer, pids[0])
        yield said
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=30)
        said.unlink(missing_ok=True)


def _await_attached(tracer: "subprocess.Popen[str]", pid: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and tracer.poll() is None:
        traced = Path(f"/proc/{pid}/status").read_text().partition("TracerPid:")[2].split()[0]
        if traced == str(tracer.pid):
            return
        time.sleep(0.05)
    said = tracer.stderr.read() if tracer.stderr and tracer.poll() is not None else ""
    pytest.skip(f"strace may not attach here: {said.strip()[-200:]}")
