"""Reads what the platform has kept, with nothing of the platform's own: plain SQL, a plain consumer, plain files.

Start at :class:`Kept`. Whoever checks a promise must not ask the code that made it.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition

from services.split.postgres import PostgresServer

COUNTY = "qingshan"
SERVICES = ("catalogue", "publication", "feedback", "archive", "audit")
POLL_MS = 2_000


class Written(NamedTuple):
    """A row of a journal."""

    service: str
    position: int
    stream: str
    version: int
    event_id: str
    type: str
    data: dict[str, Any]
    recorded_at: str
    context: dict[str, str]


class Logged(NamedTuple):
    """A record of the log, its headers as text."""

    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: dict[str, str]


CONTEXT = (
    "town", "actor", "post", "organisation", "command_id", "correlation_id", "causation_id", "traceparent",
)  # fmt: skip
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Kept:
    """``ask`` runs a query in a service's database; ``log`` gives all records of a topic, partition by partition."""

    ask: Callable[[str, str], Rows]
    log: Callable[[str], list[Logged]]
    services: Sequence[str] = SERVICES

    def journal(self, service: str) -> list[Written]:
        columns = f"position, stream, version, event_id, type, data, recorded_at, {', '.join(CONTEXT)}"
        rows = self.ask(service, f"select {columns} from events order by position")  # noqa: S608 - our own names
        return [
            Written(service, p, stream, v, id_, kind, json.loads(data), str(at), dict(zip(CONTEXT, rest, strict=True)))
            for p, stream, v, id_, kind, data, at, *rest in rows
        ]

    def journals(self) -> dict[str, list[Written]]:
        return {service: self.journal(service) for service in self.services}

    def logged(self, service: str) -> list[Logged]:
        return self.log(f"{COUNTY}.{service}.events.v1")


def of_files(folder: Path, suffix: str = "sqlite", services: Sequence[str] = SERVICES) -> Kept:
    """The embedded platform's SQLite files; ``suffix`` is how they end."""

    def ask(service: str, question: str) -> Rows:
        return _asked(folder / f"{service}.{suffix}", question)

    def log(topic: str) -> list[Logged]:
        columns = 'partition, "offset", key, value, headers'
        question = f"select {columns} from records where topic = '{topic}' order by partition, \"offset\""  # noqa: S608 - our own
        return [
            Logged(p, offset, key, value, {k: v.encode("latin-1").decode() for k, v in json.loads(headers)})
            for p, offset, key, value, headers in _asked(folder / f"log.{suffix}", question)
        ]

    return Kept(ask, log, services)


def of_split(server: PostgresServer, bootstrap: str, services: Sequence[str] = SERVICES) -> Kept:
    """PostgreSQL as its superuser sees it, and Kafka."""

    def ask(service: str, question: str) -> Rows:
        with closing(server.connect(service)) as connection:
            connection.execute("SET timezone TO 'UTC'")
            return connection.execute(question.encode()).fetchall()

    return Kept(ask, lambda topic: from_kafka(bootstrap, topic), services)


def from_kafka(bootstrap: str, topic: str) -> list[Logged]:
    """All that a topic holds now."""
    with _consumer(bootstrap) as consumer:
        places = [TopicPartition(topic, p) for p in sorted(consumer.partitions_for_topic(topic) or ())]
        assert places, f"{topic} has no partitions"
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        found: list[Logged] = []
        while any(consumer.position(place) < ends[place] for place in places):
            polled = consumer.poll(timeout_ms=POLL_MS)
            assert polled, f"{topic} ends at {ends} and hands out nothing more"
            found += [_logged(record) for records in polled.values() for record in records]
    return sorted(found, key=lambda record: record[:2])


def _logged(record: Any) -> Logged:
    headers = {name: value.decode() for name, value in record.headers}
    return Logged(record.partition, record.offset, record.key, record.value, headers)


@contextmanager
def _consumer(bootstrap: str) -> Iterator[Any]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, metrics_enabled=False,
        proxy_url="direct://",
    )  # fmt: skip
    try:
        yield consumer
    finally:
        consumer.close()


def _asked(file: Path, question: str) -> Rows:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(question).fetchall()
