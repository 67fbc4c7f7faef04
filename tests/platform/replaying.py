"""Plays the tape into empty databases: every view of every service, in batches of any size, by any way it may come."""

import json
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert
from sqlalchemy.event import listen

from services.embedded import BUILDERS
from shared import applying, checkpoints
from shared.applying import Applier
from shared.checkpoints import Checkpoint
from shared.clock import SystemClock
from shared.cloudevents import to_record, topic_of
from shared.events import Recorded
from shared.following import Follower
from shared.intake import LogIntake
from shared.journal.schema import create_schema, events, journal
from shared.log import Outgoing, partition_of
from shared.log.embedded import EmbeddedLog
from shared.merging import Batch
from shared.observing import Observer
from shared.reacting import Reactor
from shared.rebuild import view_digest
from shared.running import LocalPlatform
from shared.service import Service
from shared.settings import Environment, Settings
from tests.platform.taped import COUNTY, SERVICES, tape, together

PARTITIONS = 3


def platform_at(var: Path) -> LocalPlatform:
    """A platform with empty databases that need not survive a power cut."""
    platform = LocalPlatform(Settings(environment=Environment.DEVELOPMENT, var=var, founder="jiang-ping"))
    for name in SERVICES:
        listen(platform.engine(name), "connect", _hurry)
    return platform


def _hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def services_at(platform: LocalPlatform) -> dict[str, Service]:
    """Every service, none of its threads, and nothing done by itself."""
    return {name: replace(BUILDERS[name](platform), reactions=(), tickers=()) for name in SERVICES}


def digests(var: Path, size: int = 500, without: Container[str] = ()) -> dict[str, dict[str, str]]:
    """What every view of every service looks like when the tape has been played to it."""
    platform = platform_at(var)
    try:
        found = {}
        for name, service in services_at(platform).items():
            service.views = [view for view in service.views if view.name not in without]
            play(service, together(sorted(heard_by_views(service))), size)
            found[name] = {view.name: view_digest(view) for view in service.views}
        return found
    finally:
        platform.close()


def heard_by_views(service: Service) -> frozenset[str]:
    return frozenset(source for view in service.views for source in view.hears)


def play(service: Service, recorded: Iterable[Recorded], size: int) -> None:
    """Bring events to a service's views as its follower would, ``size`` of one source at a time."""
    applier = applier_of(service)
    for source, run in groupby(recorded, key=lambda event: event.service):
        while part := tuple(islice(run, size)):
            applier.views_see(Batch(source, part))


def applier_of(service: Service, observer: Observer | None = None) -> Applier:
    keys = [(view.name, source) for view in service.views for source in view.hears]
    with service.engine.begin() as tx:
        applying.make_tables(tx, service.views)
        checkpoints.ensure(tx, keys)
    reactor = Reactor(service.name, service.handler)
    return Applier(service.name, service.engine, service.views, (), reactor, SystemClock(), observer or NeverParks())


class NeverParks(Observer):
    """An event of the tape that a view cannot digest is a fault of the view."""

    def parked(self, service: str, follower: str, source: str, stream: str, reason: str) -> None:
        raise AssertionError(f"{follower} of {service} cannot digest {stream} of {source}: {reason}")


def put_into_journal(engine: Engine, service: str) -> None:
    """The tape as the rows of a journal, as if the service had written it."""
    create_schema(engine)
    rows = [columns_of(event) for event in tape(service)]
    with engine.begin() as tx:
        if rows:
            tx.execute(insert(events), rows)
        tx.execute(journal.update().values(service=service, head=len(rows)))


def columns_of(event: Recorded) -> dict[str, object]:
    fields = {name: getattr(event, name) for name in ("position", "stream", "version", "event_id", "type")}
    context = {name: getattr(event.context, name) for name in event.context.__slots__}
    data = json.dumps(dict(event.data), ensure_ascii=False)
    return {**fields, **context, "data": data, "recorded_at": event.recorded_at.isoformat()}


def log_with_tape(file: Path, services: Iterable[str] = SERVICES) -> EmbeddedLog:
    """The log as the relays would have filled it, three partitions a topic."""
    log = EmbeddedLog(file, {topic_of(COUNTY, service): PARTITIONS for service in SERVICES})
    for service in services:
        log.publish(list(shipped(service)))
    return log


def shipped(service: str) -> Iterator[Outgoing]:
    last: dict[int, int] = {}
    for event in tape(service):
        partition = partition_of(event.stream.encode(), PARTITIONS)
        yield to_record(event, COUNTY, PARTITIONS, last.get(partition, 0))
        last[partition] = event.position


def heard_in_log(platform: LocalPlatform, services: Iterable[str]) -> Iterator[Recorded]:
    """Everything the log has of some services, in the order in which it was recorded."""
    return merge(*(_of_one(platform, service) for service in services), key=lambda event: event.recorded_at)


def _of_one(platform: LocalPlatform, service: str) -> Iterator[Recorded]:
    intake = LogIntake(platform.log, COUNTY, {service: Checkpoint()})
    while batches := intake.fetch(0):
        yield from (event for batch in batches for event in batch.events)
    assert not intake.gaps


def followed(follower: Follower) -> bool:
    """Wait until a follower has seen the whole tape."""
    return all(follower.wait_for(source, len(tape(source)), 120) for source in follower.sources)
