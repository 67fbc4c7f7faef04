"""``gongkai run``: the embedded platform for looking around: every service in this process, the demo county loaded.

Development only: the embedded issuer signs anyone in as a demo person, and the clock can be set over HTTP.
"""

import os
import shutil
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated

import typer

from services import embedded
from services.cli.demo_commands import MARK, PEOPLE, begin_with, load
from services.cli.output import fail, out
from shared.settings import Environment, Settings


def add_to(app: typer.Typer) -> None:
    app.command()(run)


def run(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8000,
    var: Annotated[Path, typer.Option(help="Where data lies.")] = Path("var/embedded"),
    demo: Annotated[bool, typer.Option(help="Load the demo county.")] = True,
    reset: Annotated[bool, typer.Option(help="Throw the data under --var away first.")] = False,
    prepared: Annotated[Path, typer.Option(help="The demo county, prepared at installation.")] = Path(".venv/demo"),
) -> None:
    """Start every service in one process on SQLite and the embedded log, with the demo county, on http://127.0.0.1:8000."""
    began = time.monotonic()
    if reset and var.exists():
        shutil.rmtree(var)
    wanting = demo and not (var / MARK).exists()
    if wanting and not var.exists():
        wanting = not begin_with(prepared, var)
    url = f"http://127.0.0.1:{port}"
    os.environ.setdefault("GONGKAI_LOG_LEVEL", "WARNING")
    settings = Settings.load().model_copy(
        update={
            "environment": Environment.DEVELOPMENT,
            "var": var,
            "port": port,
            "public_url": url,
            "founder": "jiang-ping",
        }
    )
    out.print("starting ...", markup=False)
    threading.Thread(target=_greet, args=(url, wanting, began), name="greeter", daemon=True).start()
    try:
        embedded.run(settings, ["all"])
    except OSError as taken:
        fail(f"cannot listen on {url}: {taken}")


def _greet(url: str, demo: bool, began: float) -> None:
    """Wait for the server, load the demo, say where to look and who to sign in as."""
    if not _answers(url):
        return
    try:
        if demo:
            load(url, quiet=not sys.stderr.isatty())
    except typer.Exit:
        os._exit(1)
    out.print(
        f"\nGongkai is ready on {url} after {time.monotonic() - began:.1f} s",
        markup=False,
    )
    out.print(f"API: {url}/api/publication/v1/openapi.json · set the clock: POST {url}/dev/clock\n", markup=False)
    out.print("Sign in as (no password; development only):", markup=False)
    for person, name, what in PEOPLE:
        out.print(f"  {person:<15} {name:<24} {what}", markup=False)
    out.print("\nCtrl-C stops it; data stays under var/.", markup=False)


def _answers(url: str, seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - our own loopback address
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False
