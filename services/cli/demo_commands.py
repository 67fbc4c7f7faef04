"""``gongkai demo``: load the demo county into a running development platform, through its public commands."""

import json
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from services.cli.demo import DemoFailed, load_demo
from services.cli.output import AsJson, answer, err, fail
from services.cli.year import Lived, live_a_year
from services.split.plan import Plan
from services.split.processes import Child, UpFailed
from shared.clock import MovableClock

MARK = "demo.json"
PEOPLE = (
    ("ma-xiaoyan", "马小燕 Ma Xiaoyan", "clerk of Liushu Village branch: drafts, releases"),
    ("he-tao", "何涛 He Tao", "secrecy reviewer there"),
    ("wang-jianjun", "王建军 Wang Jianjun", "its secretary, first person responsible: approves"),
    ("chen-xiuying", "陈秀英 Chen Xiuying", "a member there: reads inside material, gives opinions"),
    ("zhou-dahai", "周大海 Zhou Dahai", "a villager, not a member: reads what is outside"),
    ("zhao-guoqiang", "赵国强 Zhao Guoqiang", "town committee secretary: adopts catalogues"),
    ("li-min", "李敏 Li Min", "town discipline inspection: oversees"),
    ("jiang-ping", "蒋平 Jiang Ping", "county leading group office: keeps the register"),
)


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def load(url: str, *, quiet: bool) -> float:
    """Load the demo and return the seconds it took; ends the command with the refusal's text if one occurs."""
    began = time.monotonic()
    with (
        httpx2.Client(base_url=url, timeout=60) as client,
        Progress(SpinnerColumn(), TextColumn("{task.description}"), transient=True, disable=quiet, console=err) as bar,
    ):
        task = bar.add_task("demo county", total=None)
        try:
            load_demo(client, lambda step: bar.update(task, description=f"demo county: {step}"))
        except (DemoFailed, httpx2.HTTPError) as failure:
            fail(f"the demo county could not be loaded: {failure}")
    return time.monotonic() - began


def prepared(folder: Path) -> float:
    """The demo county loaded into data of its own, by the same public commands; what `make run` begins with."""
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    plan = Plan.apart(fresh)
    told = plan.environment("portal", "") | {
        "GONGKAI_KAFKA": "",
        "GONGKAI_SERVICES": "{}",
        "GONGKAI_LOG_LEVEL": "WARNING",
    }
    child = Child("embedded", [sys.executable, "-m", "services", "serve", "all"], told, plan.logs / "embedded.log")
    child.start()
    try:
        child.await_ready(f"{plan.portal_url}/readyz")
        seconds = load(plan.portal_url, quiet=False)
        instant = httpx2.get(f"{plan.portal_url}/dev/clock").json()["now"]
    except UpFailed as failure:
        fail(str(failure))
    finally:
        child.stop()
    (fresh / MARK).write_text(json.dumps({"instant": instant}))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return seconds


def begin_with(prepared_folder: Path, var: Path) -> bool:
    """Begin with the prepared demo county, at the moment it was left at. False if there is none."""
    mark = prepared_folder / MARK
    if not mark.exists():
        return False
    shutil.copytree(prepared_folder, var)
    MovableClock(var / "clock.json").set_to(datetime.fromisoformat(json.loads(mark.read_text())["instant"]))
    return True


def live(url: str, organisations: int, *, quiet: bool) -> tuple[int, float]:
    """A year of three towns; how many commands were sent and the seconds it took. Ends the command if refused."""
    began, sent = time.monotonic(), 0
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[sent]} commands"))
    with (
        httpx2.Client(base_url=url, timeout=600) as client,
        Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), disable=quiet, console=err) as bar,
    ):
        task = bar.add_task("three towns, founded", total=1.0, sent=0)

        def show(lived: Lived) -> None:
            bar.update(task, description=f"three towns, {lived.day}", completed=lived.share, sent=lived.commands)

        try:
            sent = live_a_year(client, show, organisations=organisations)
        except (DemoFailed, httpx2.HTTPError) as failure:
            fail(f"the year could not be lived through: {failure}")
    return sent, time.monotonic() - began


def demo(
    url: Annotated[str, typer.Option(help="The development platform's address.")] = "http://127.0.0.1:8000",
    as_json: AsJson = False,
    prepare: Annotated[
        Path | None, typer.Option(help="Load it into this folder instead, for `gongkai run` to begin with.")
    ] = None,
    year: Annotated[
        bool, typer.Option("--year", help="Instead, a whole year of three towns (into an empty platform).")
    ] = False,
    organisations: Annotated[
        int, typer.Option(min=0, max=200, help="With --year: in each town; 0 takes the file's number.")
    ] = 0,
) -> None:
    """Load the demo county, or with --year some 100,000 events of three towns (does nothing twice)."""
    if year:
        sent, seconds = live(url, organisations, quiet=as_json)
        said = f"a year lived through: {sent} commands in {seconds:.0f} s"
        answer({"seconds": seconds, "commands": sent}, as_json, said)
    else:
        seconds = prepared(prepare) if prepare else load(url, quiet=as_json)
        answer({"seconds": seconds}, as_json, f"demo county loaded in {seconds:.1f} s")
