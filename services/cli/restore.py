"""``gongkai restore SERVICE --from-log``: a service's emptied database comes back from the log alone.

With ``--tail`` an older journal (a restored backup) gets what the log has above it. Never beside the running service.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from services.audit.tlog.recovery import Unrecoverable, recover_ledger
from services.audit.tlog.setup import Log as TransparencyLog
from services.audit.views.entries import Entries
from services.cli.offline import offline
from services.cli.output import AsJson, DryRun, answer, fail, wrong
from services.cli.progressing import Steps, steps
from shared.checkpoints import Checkpoint
from shared.cloudevents import topic_of
from shared.events import Recorded
from shared.lease import Lease
from shared.log import UnknownTopic
from shared.places import places_after
from shared.rebuild import view_digest
from shared.recovery.comparing import compare_with_log
from shared.recovery.findings import Findings
from shared.recovery.restoring import (
    NotABeginning,
    NotEmpty,
    end_of,
    of_source,
    place_reactions,
    restore_journal,
    restore_views,
    whole_commands,
)
from shared.recovery.rows import JournalRows
from shared.running import Flow
from shared.settings import Settings

AUDIT = "audit"
LEASE_SECONDS = 60.0  # renewed with every part that is written


def add_to(app: typer.Typer) -> None:
    app.command()(restore)


def restore(
    service: Annotated[str, typer.Argument(help="The service whose database was lost or is behind.")],
    from_log: Annotated[
        bool, typer.Option("--from-log", help="From the event log; say it, so that it is meant.")
    ] = False,
    tail: Annotated[bool, typer.Option("--tail", help="Only what the log has above the journal's end.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Bring journal, views and places back from the log; commands then go on with the next position."""
    if not from_log:
        wrong("say --from-log; a backup is restored by `gongkai backup restore`")
    _log_must_be_there(Settings.load())
    with offline(service, lost=True) as (_, flow), _alone(flow) as lease, steps(quiet=as_json) as show:
        rows = JournalRows(flow.service.engine, service, lease)
        try:
            value = _rehearsed(flow, rows, tail, show) if dry_run else _restored(flow, rows, tail, show)
            if not dry_run and service == AUDIT:
                value |= _ledger(flow, show)
        except NotEmpty as held:
            fail(f"{held}: nothing was changed; --tail adds only what the log has above them")
        except NotABeginning as forked:
            fail(f"{forked}: nothing was changed; `gongkai verify {service}` says where they part (docs/recovery.md)")
        except Unrecoverable as lost:
            fail(f"the transparency log's ledger is not restored: {lost}")
        except UnknownTopic as unknown:
            fail(f"the log has no topic {unknown}: is GONGKAI_COUNTY the county's name, GONGKAI_KAFKA its Kafka?")
    did = "would be put back" if dry_run else "put back"
    answer(value, as_json, f"{service}: {value['events']} events {did}, the journal ends at {value['head']}")


def _log_must_be_there(settings: Settings) -> None:
    """A mistyped folder must not give an empty service."""
    file = settings.var / "log.sqlite"
    if not settings.kafka and not file.exists():
        fail(f"there is no event log at {file}; are GONGKAI_VAR and GONGKAI_KAFKA those of the platform?")


@contextmanager
def _alone(flow: Flow) -> Iterator[Lease]:
    """Hold what a running service would hold; one that runs is told of and left alone."""
    lease = Lease(flow.service.engine, flow.relay.lease.name, seconds=LEASE_SECONDS)
    if not lease.acquire():
        fail(f"{flow.service.name} is running, or was until a moment ago: stop it first, then try again")
    try:
        yield lease
    finally:
        lease.release()


def _rehearsed(flow: Flow, rows: JournalRows, tail: bool, show: Steps) -> dict[str, object]:
    """The whole way but for the writing: a gap in the log shows here too."""
    head = before = rows.head()
    if head and not tail:
        raise NotEmpty(f"the journal of {rows.service} holds {head} events")
    relay = flow.relay
    end = end_of(relay.log, relay.county, rows.service)
    with show.step("reading the log") as progress:
        for part, _ in whole_commands(relay.log, relay.county, relay.journal, head) if end > head else ():
            head = part[-1].position
            progress(head, end)
    return {"events": head - before, "head": head, "changed": False}


def _restored(flow: Flow, rows: JournalRows, tail: bool, show: Steps) -> dict[str, object]:
    relay, before = flow.relay, rows.head()
    with show.step("journal") as progress:
        head = restore_journal(rows, relay.journal, relay.log, relay.county, tail=tail, progress=progress)
    found = Findings()
    with show.step("journal against log") as progress:
        compare_with_log(relay.journal, relay.log, relay.county, relay.stored(), found, progress=progress)
    if not found.good:
        fail("\n".join(["put back, but it differs from the log:", *map(str, found.differences)]))
    value = {"events": head - before, "head": head, "changed": head > before, **found.figures}
    if before:
        return value  # views and reactions of an older database go on from where they stand
    with show.step("views") as progress:
        restore_views(flow.follower, flow.service.views, progress)
    with show.step("reactions"):
        place_reactions(flow.follower)
    return value | {"views": {view.name: view_digest(view) for view in flow.service.views}}


def _ledger(flow: Flow, show: Steps) -> dict[str, object]:
    """What was published of the transparency log keeps its place: the rows are taken back from its own files."""
    log: TransparencyLog = flow.service.extras["log"]
    if log.verifier is None:
        fail("the ledger of the transparency log is not restored: the log's key is not set (GONGKAI_LOG_KEY)")
    (ledger,) = (view for view in flow.service.ledgers if isinstance(view, Entries))
    relay = flow.relay

    def events(service: str, after: int) -> Iterator[Recorded]:
        places = places_after(relay.log, topic_of(relay.county, service), after)
        return of_source(relay.log, relay.county, service, Checkpoint(after, places))

    with show.step("ledger of the transparency log") as progress:
        parts = (flow.service.engine, ledger, log.store, log.verifier, events)
        found = recover_ledger(*parts, seen=log.seen(), progress=progress)
    return {"leaves": found.size, "leaves_restored": found.restored, "salts_lost": found.salts_lost}
