"""``gongkai demo``: load the demo county into a running development platform, through its public commands."""

import time
from typing import Annotated

import httpx2
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from services.cli.demo import DemoFailed, load_demo
from services.cli.output import answer, err, fail

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


def demo(
    url: Annotated[str, typer.Option(help="The development platform's address.")] = "http://127.0.0.1:8000",
) -> None:
    """Load the demo county (does nothing twice)."""
    seconds = load(url, quiet=False)
    answer({"seconds": seconds}, False, f"demo county loaded in {seconds:.1f} s")
