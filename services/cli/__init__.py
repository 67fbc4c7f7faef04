"""The command ``gongkai``: what operators and developers do from a shell, a file per noun.

Every command answers on stdout (``--json`` for machines), logs to stderr, and ends with 0 when it did what it says,
1 when it could not, 2 when it was asked wrongly.
"""

import typer

from services.cli import check, contracts_commands, demo_commands, parked, platform, rebuild, run, serve, topics

app = typer.Typer(
    name="gongkai",
    help="Makes Party affairs public, inside before outside, and can prove it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)
run.add_to(app)
serve.add_to(app)
platform.add_to(app)
demo_commands.add_to(app)
check.add_to(app)
app.add_typer(topics.app, name="topics")
app.add_typer(parked.app, name="parked")
rebuild.add_to(app)
app.add_typer(contracts_commands.app, name="contracts")


def main() -> None:
    app()
