"""How the CLI speaks: a table or lines for people, one JSON object for machines, and a plain end when it cannot."""

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import structlog
import typer
from rich.console import Console
from rich.table import Table

PLAIN_WIDTH = 240  # where nobody looks at a terminal, tables keep what they say on a line
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, for machines.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")]


def answer(value: Any, as_json: bool, *lines: str) -> None:
    """The command's answer: the value as JSON, or the lines."""
    if as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    else:
        for line in lines:
            out.print(line, markup=False)


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    drawn = Table(*headings, title=title, title_justify="left")
    for row in rows:
        drawn.add_row(*(str(cell) for cell in row))
    out.print(drawn)


def log_to_stderr() -> None:
    """Stdout is for the answer; what parts of the platform log while a command uses them goes beside it."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def fail(message: str) -> NoReturn:
    """End with 1 and the reason on stderr: it could not be done."""
    err.print(message, markup=False)
    raise typer.Exit(1)


def wrong(message: str) -> NoReturn:
    """End with 2 and the reason on stderr: it was asked for something that is not there."""
    err.print(message, markup=False)
    raise typer.Exit(2)
