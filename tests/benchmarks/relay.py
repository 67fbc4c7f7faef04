"""The relay from a journal on PostgreSQL into Kafka, against kafka-python's own producer in a bare loop.

The peer sends the very same records (bytes, keys, headers, partitions) with the same settings to a topic of the same
shape on the same broker, from memory; it reads no journal, confirms nothing and holds no lease.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import count as counting
from pathlib import Path

from kafka import KafkaProducer
from sqlalchemy import Engine, text

from services.split.kafka import KafkaBroker
from services.split.postgres import PostgresServer
from shared.clock import SystemClock
from shared.cloudevents import to_record
from shared.database import make_engine
from shared.journal.scanning import scan
from shared.journal.sql import SqlJournal
from shared.log import Outgoing, partition_of
from shared.log.kafka import PRODUCER, KafkaLog
from shared.log.topics import apply_topics
from shared.relay import Relay
from tests.benchmarks.multiplied import fill
from tests.benchmarks.rows import Effort, Row, a_second, in_turns
from tests.shared.brokers import free_port

AT_LEAST = 0.7
SERVICE = "publication"
PARTITIONS = 3
DECLARED = Path(__file__).parents[2] / "deploy" / "kafka" / "topics.yaml"
_rounds = counting(1)


@dataclass(frozen=True)
class Bench:
    engine: Engine
    broker: str
    count: int

    def ours(self) -> float:
        """A relay that begins at nothing, with a topic of its own."""
        county = self._fresh()
        with self.engine.begin() as tx:
            for table in ("relays", "leases"):
                tx.execute(text(f"DROP TABLE IF EXISTS {table}"))
        journal = SqlJournal(self.engine, SERVICE, SystemClock())
        log = KafkaLog(self.broker)
        relay = Relay(self.engine, journal, log, county, SystemClock())
        relay.prepare()
        relay.step(0.0)  # takes the lease, connects, ships a first batch

        def ship() -> None:
            while relay.confirmed < self.count:
                relay.step(0.0)

        shipped = self.count - relay.confirmed
        rate = a_second(shipped, ship)
        relay.stop()
        log.close()
        journal.close()
        return rate

    def peer(self, records: Sequence[Outgoing]) -> float:
        topic = f"{self._fresh()}.{SERVICE}.events.v1"
        producer = KafkaProducer(bootstrap_servers=self.broker, **PRODUCER)

        def send(part: Sequence[Outgoing]) -> None:
            for r in part:
                producer.send(topic, key=r.key, value=r.value, headers=list(r.headers), partition=r.partition)
            producer.flush()

        send(records[:500])
        rate = a_second(len(records) - 500, partial(send, records[500:]))
        producer.close()
        return rate

    def _fresh(self) -> str:
        """A county nobody has used, with its topics."""
        county = f"bench{next(_rounds)}"
        apply_topics(self.broker, DECLARED, county=county)
        return county


def rows(effort: Effort) -> Iterator[Row]:
    count, rounds = effort.pick(30_000, 8_000), effort.pick(5, 3)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongkai-bench-")))
        folder.chmod(0o755)
        server = stack.enter_context(PostgresServer(folder / "postgres"))
        broker = stack.enter_context(KafkaBroker(folder / "kafka", port=free_port(), controller_port=free_port()))
        engine = make_engine(server.create_database("relay"))
        stack.callback(engine.dispose)
        fill(engine, SERVICE, count)
        bench = Bench(engine, broker.bootstrap, count)
        records = recorded(engine, count)
        ours, peer = in_turns(rounds, bench.ours, partial(bench.peer, records))
        size = sum(len(r.value) for r in records) // len(records)
        yield Row("relay into Kafka", ours, "events/s", peer, AT_LEAST, note=f"{count} events, {size} bytes each")


def recorded(engine: Engine, count: int) -> list[Outgoing]:
    """What the relay sends, made before the clock runs."""
    found: list[Outgoing] = []
    last: dict[int, int] = {}
    for page in scan(engine, SERVICE, count):
        for event in page.events:
            partition = partition_of(event.stream.encode(), PARTITIONS)
            found.append(to_record(event, "bench", PARTITIONS, last.get(partition, 0)))
            last[partition] = event.position
    return found
