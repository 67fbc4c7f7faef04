"""``gongkai up``, ``down``, ``status``: the split platform on this machine, without containers."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from services.cli.output import AsJson, answer, err, fail, out
from services.split.plan import Plan
from services.split.processes import Identity, UpFailed, tail
from services.split.supervisor import SplitPlatform

UP_SECONDS_MAX = 180.0
DOWN_SECONDS_MAX = 60.0
Var = Annotated[Path, typer.Option(help="Where its data, logs and state lie.", envvar="GONGKAI_SPLIT_VAR")]
USUAL_VAR = Path("var/split")


def add_to(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(down)
    app.command()(status)


def up(
    var: Var = USUAL_VAR,
    foreground: Annotated[bool, typer.Option(help="Stay, and stop everything on Ctrl-C.")] = False,
    demo: Annotated[bool, typer.Option(help="Load the demo county.")] = True,
    as_json: AsJson = False,
) -> None:
    """Start PostgreSQL, Kafka, a process per service, the portal and (if installed) Prometheus."""
    var = var.resolve()
    running = supervisor_of(var)
    if running:
        fail(f"already up (supervisor {running.pid}); `gongkai down` stops it")
    if foreground:
        _supervise(var)
        return
    log = var / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "services", "up", "--foreground", "--var", str(var)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _follow(log, process, quiet=as_json)
    plan = Plan.usual(var)
    if demo:
        from services.cli.demo_commands import load

        load(plan.portal_url, quiet=as_json)
    urls = {name: plan.url(name) for name in plan.ports}
    answer({"supervisor": process.pid, "urls": urls}, as_json, "", f"portal: {plan.portal_url}", "stop it: make down")


def _supervise(var: Path) -> None:
    def end(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    plan = Plan.usual(var)
    state = var / "supervisor.json"
    try:
        with SplitPlatform(plan, lambda line: print(line, flush=True)) as platform:
            state.write_text(json.dumps(asdict(Identity.of(os.getpid()))))
            platform.watch()
    except KeyboardInterrupt:
        print("stopped", flush=True)
    except UpFailed as failure:
        err.print(str(failure), markup=False)
        raise typer.Exit(1) from failure
    finally:
        state.unlink(missing_ok=True)


def _follow(log: Path, process: subprocess.Popen[bytes], *, quiet: bool) -> None:
    """Show what the supervisor says until it is ready; fail with its last lines if it ends before."""
    shown = 0
    deadline = time.monotonic() + UP_SECONDS_MAX
    while time.monotonic() < deadline:
        lines = log.read_text(errors="replace").splitlines()
        for line in lines[shown:]:
            if not quiet:
                out.print(line, markup=False)
        shown = len(lines)
        if any(line.startswith("ready after") for line in lines):
            return
        if process.poll() is not None:
            fail(f"the platform did not come up; see {log}\n{tail(log)}")
        time.sleep(0.2)
    process.terminate()
    fail(f"the platform was not ready after {UP_SECONDS_MAX:.0f} s; see {log}")


def down(var: Var = USUAL_VAR, as_json: AsJson = False) -> None:
    """Stop exactly what `gongkai up` started."""
    running = supervisor_of(var.resolve())
    if running is None:
        answer({"stopped": False}, as_json, "nothing of ours is running")
        return
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_SECONDS_MAX
    while running.running and time.monotonic() < deadline:
        time.sleep(0.1)
    if running.running:
        fail(f"the supervisor ({running.pid}) did not end in {DOWN_SECONDS_MAX:.0f} s")
    answer({"stopped": True}, as_json, "stopped")


def status(var: Var = USUAL_VAR, as_json: AsJson = False) -> None:
    """Say whether the split platform is up."""
    running = supervisor_of(var.resolve())
    line = f"up (supervisor {running.pid})" if running else "down"
    answer({"up": running is not None, "supervisor": running.pid if running else None}, as_json, line)


def supervisor_of(var: Path) -> Identity | None:
    """The running supervisor of that folder, if there is one."""
    file = var / "supervisor.json"
    if not file.exists():
        return None
    identity = Identity(**json.loads(file.read_text()))
    return identity if identity.running else None
