"""``gongkai parked``: the streams a view or reaction could not digest, looked at, tried again, or given up."""

from typing import Annotated

import typer

from services.cli.offline import offline
from services.cli.output import AsJson, DryRun, answer, fail, table, wrong
from shared import parking
from shared.events import Recorded
from shared.service import Service as Built

app = typer.Typer(help="Streams that wait because an event could not be applied.", no_args_is_help=True)
Service = Annotated[str, typer.Argument(help="The service whose view or reaction it is.")]
Follower = Annotated[str, typer.Argument(help="The view or reaction, as `list` names it.")]
Source = Annotated[str, typer.Argument(help="The service the events come from.")]
Stream = Annotated[str, typer.Argument(help="The stream that waits.")]


@app.command("list")
def listing(service: Service, as_json: AsJson = False) -> None:
    """Every stream that waits, the oldest first."""
    with offline(service) as (built, _):
        rows = parking.waiting(built.engine)
    if as_json:
        answer([{slot: getattr(row, slot) for slot in row.__slots__} for row in rows], True)
    elif not rows:
        answer(None, False, f"nothing waits in {service}")
    else:
        headings = ("view or reaction", "source", "stream", "events", "first", "since", "why")
        cells = [(r.follower, r.source, r.stream, r.events, r.first, r.since, r.reason) for r in rows]
        table(f"waiting in {service}", headings, cells)


@app.command()
def show(service: Service, follower: Follower, source: Source, stream: Stream, as_json: AsJson = False) -> None:
    """The waiting events of one stream, each with its reason."""
    with offline(service) as (built, _):
        rows = _must_wait(built, follower, source, stream)
    shown = [{"position": e.position, "type": e.type, "data": dict(e.data), "reason": why} for e, why in rows]
    answer(shown, as_json, *(f"{r['position']:>8}  {r['type']}\n          {r['reason']}" for r in shown))


@app.command()
def retry(service: Service, follower: Follower, source: Source, stream: Stream, as_json: AsJson = False) -> None:
    """Apply the waiting events in order, until one fails again."""
    with offline(service) as (built, flow):
        _must_wait(built, follower, source, stream)
        result = flow.follower.retry(follower, source, stream)
    value = {"applied": result.applied, "left": result.left, "reason": result.reason}
    answer(value, as_json, f"applied {result.applied}, still waiting {result.left} {result.reason}".rstrip())
    if result.left:
        raise typer.Exit(1)


@app.command()
def discard(
    service: Service,
    follower: Follower,
    source: Source,
    stream: Stream,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give the waiting events up for this view: it will never show them. The journal and the log keep them."""
    with offline(service) as (built, _):
        count = len(_must_wait(built, follower, source, stream))
        if not dry_run:
            if not yes:
                typer.confirm(f"Give up {count} events of {stream} for {follower}?", abort=True)
            parking.discard(built.engine, follower, source, stream)
    verb = "would be discarded" if dry_run else "discarded"
    answer({"events": count, "discarded": not dry_run}, as_json, f"{count} events {verb}")


def _must_wait(built: Built, follower: str, source: str, stream: str) -> list[tuple[Recorded, str]]:
    """The waiting events with their reasons; ends the command if there are none."""
    names = [view.name for view in built.views] + [reaction.name for reaction in built.reactions]
    if follower not in names:
        wrong(f"{built.name} has no view or reaction {follower}; it has: {', '.join(names)}")
    rows = parking.show(built.engine, follower, source, stream)
    if not rows:
        fail(f"{stream} of {source} does not wait in {follower}; `gongkai parked list {built.name}` shows what does")
    return rows
