"""``gongkai serve``: one service in this process, or all of them; what a container or a supervisor starts."""

import ctypes
import os
import signal
from typing import Annotated

import typer

from services import embedded
from services.cli.output import fail, wrong
from shared.settings import Settings

PR_SET_PDEATHSIG = 1


def add_to(app: typer.Typer) -> None:
    app.command()(serve)


def serve(name: Annotated[str, typer.Argument(help="A service, `portal`, or `all`.")]) -> None:
    """Run until SIGTERM."""
    if name not in embedded.TARGETS:
        wrong(f"there is no service {name}; there are: {', '.join(embedded.TARGETS)}")
    _end_with_parent()
    settings = Settings.load()
    try:
        embedded.run(settings, [name])
    except OSError as taken:
        if taken.filename:
            raise  # a folder's fault, not the address's
        fail(f"{name} cannot listen on {settings.host}:{settings.port}: {taken.strerror or taken}")


def _end_with_parent() -> None:
    """End when the supervisor that started us ends, however it ends (Linux)."""
    parent = os.environ.get("GONGKAI_PARENT")
    if parent is None or not hasattr(signal, "SIGTERM"):
        return
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    except (OSError, AttributeError):
        return
    if os.getppid() != int(parent):
        raise typer.Exit(0)
