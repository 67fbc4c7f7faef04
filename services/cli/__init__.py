"""The command ``gongkai``: what operators and developers do from a shell, a file per noun.

Every command answers on stdout (``--json`` for machines), logs to stderr, and ends with 0 when it did what it says,
1 when it could not, 2 when it was asked wrongly.
"""

import typer

from services.cli import (
    backup,
    check,
    check_proof,
    contracts_commands,
    demo_commands,
    erase,
    keys,
    log_commands,
    log_keys,
    migrate,
    parked,
    platform,
    rebuild,
    restore,
    run,
    serve,
    topics,
    verify,
)
from services.cli.faults import line_of
from services.cli.output import err, log_to_stderr

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
check_proof.add_to(app)
app.add_typer(topics.app, name="topics")
app.add_typer(parked.app, name="parked")
app.add_typer(backup.app, name="backup")
erase.add_to(app)
app.add_typer(keys.app, name="keys")
log_keys.add_to(keys.app)
app.add_typer(log_commands.app, name="audit-log")
rebuild.add_to(app)
migrate.add_to(app)
verify.add_to(app)
restore.add_to(app)
app.add_typer(contracts_commands.app, name="contracts")


def main() -> None:
    """Run the command; an expected fault ends it with a line on stderr instead of a traceback."""
    log_to_stderr()
    try:
        app()
    except Exception as fault:
        known = line_of(fault)
        if known is None:
            raise
        err.print(known[0], markup=False)
        raise SystemExit(known[1]) from None
