"""``gongkai rebuild SERVICE VIEW``: make a view again from the events, beside the live one, and put it in its place."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli.offline import offline
from services.cli.output import AsJson, DryRun, answer, err, fail, wrong
from shared.rebuild import AlreadyRebuilding, DigestDiffers, rebuild_view


def add_to(app: typer.Typer) -> None:
    app.command()(rebuild)


def rebuild(
    service: Annotated[str, typer.Argument(help="The service that has the view.")],
    view: Annotated[str, typer.Argument(help="The view's name.")],
    accept_difference: Annotated[
        bool,
        typer.Option(
            "--accept-difference", "--force", help="Swap even if the rows differ: the view's code was meant to change."
        ),
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Build it beside the live one, compare both at the same position, swap. Commands and pages go on meanwhile."""
    with offline(service) as (built, flow):
        found = next((v for v in built.views if v.name == view), None)
        if found is None:
            wrong(f"{service} has no view {view}; it has: {', '.join(v.name for v in built.views)}")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=err, disable=as_json) as bar:
            task = bar.add_task(f"rebuilding {view}", total=None)
            try:
                result = rebuild_view(
                    flow.follower,
                    found,
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                    accept_difference=accept_difference,
                    dry_run=dry_run,
                )
            except DigestDiffers as differs:
                fail(f"not swapped: {differs}; --accept-difference (or --force) swaps if the change is meant")
            except AlreadyRebuilding as busy:
                fail(f"nothing done: {busy}")
    value = {
        "view": view,
        "events": result.events,
        "digest": result.digest,
        "swapped": result.swapped,
        "same": result.same,
    }
    verb = "rebuilt and swapped" if result.swapped else "rebuilt, not swapped"
    answer(
        value,
        as_json,
        f"{view}: {verb}, {result.events} events, digest {result.digest[:16]}, "
        + ("same rows" if result.same else "rows differ"),
    )
