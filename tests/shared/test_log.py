"""What every adapter of the log must do: keep records in order, per partition, from any offset, for ever."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Thread, Timer
from time import monotonic

import pytest

from services.split.kafka import KafkaBroker
from shared.log import Log, LogUnavailable, OffsetUnknown, Outgoing, Record, UnknownTopic, partition_of
from shared.log.embedded import EmbeddedLog
from shared.log.kafka import KafkaLog
from shared.log.topics import apply_topics
from tests.shared.brokers import DECLARED, broker

__all__ = ["broker"]
_counties = count(1)


@dataclass
class Bench:
    """A way to open the same log again and again, and a topic of its own."""

    open: Callable[[], Log]
    topic: str
    logs: list[Log] = field(default_factory=list)

    def log(self) -> Log:
        self.logs.append(self.open())
        return self.logs[-1]


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    county = f"county{next(_counties)}"
    topic = f"{county}.catalogue.events.v1"
    if request.param == "kafka":
        running: KafkaBroker = request.getfixturevalue("broker")
        apply_topics(running.bootstrap, DECLARED, county=county)
        bench = Bench(lambda: KafkaLog(running.bootstrap), topic)
    else:
        bench = Bench(lambda: EmbeddedLog(tmp_path / "log.sqlite", {topic: 3}), topic)
    yield bench
    for log in bench.logs:
        log.close()


def records(topic: str, *numbers: int, key: str = "") -> list[Outgoing]:
    made = []
    for number in numbers:
        name = (key or f"organisation-{number}").encode()
        headers = (("ce_id", str(number).encode()), ("after", "零".encode()))
        made.append(Outgoing(topic, partition_of(name, 3), name, str(number).encode(), headers))
    return made


def read_all(log: Log, topic: str, expected: int, starts: dict[int, int] | None = None) -> list[Record]:
    """Everything from the given offsets on, in as many reads as it takes."""
    offsets = {(topic, p): (starts or {}).get(p, 0) for p in range(3)}
    found: list[Record] = []
    deadline = monotonic() + 20
    while len(found) < expected and monotonic() < deadline:
        for record in log.read(offsets, 500, 1.0):
            assert record.offset == offsets[record.topic, record.partition]
            offsets[record.topic, record.partition] += 1
            found.append(record)
    return found


def numbers(found: Sequence[Record], partition: int) -> list[int]:
    return [int(record.value) for record in found if record.partition == partition]


def test_what_was_published_is_read_back_in_order(bench: Bench) -> None:
    log = bench.log()
    sent = records(bench.topic, *range(40))
    log.publish(sent)
    found = read_all(bench.log(), bench.topic, 40)
    for partition in range(3):
        assert numbers(found, partition) == [int(r.value) for r in sent if r.partition == partition]
    first = next(record for record in found if record.value == b"0")
    assert (first.key, first.header("ce_id"), first.header("after")) == (b"organisation-0", "0", "零")


def test_reading_goes_on_from_any_offset(bench: Bench) -> None:
    log = bench.log()
    log.publish(records(bench.topic, *range(10), key="organisation-A"))
    partition = partition_of(b"organisation-A", 3)
    found = read_all(log, bench.topic, 4, {partition: 6})
    assert numbers(found, partition) == [6, 7, 8, 9]
    again = read_all(log, bench.topic, 10)
    assert numbers(again, partition) == list(range(10))


def test_a_waiting_reader_sees_a_publish_soon(bench: Bench) -> None:
    log = bench.log()
    read_all(log, bench.topic, 0)
    log.read({(bench.topic, p): 0 for p in range(3)}, 500, 0.3)
    publishing = Timer(0.3, log.publish, [records(bench.topic, 1)])
    publishing.start()
    began = monotonic()
    found = read_all(log, bench.topic, 1)
    publishing.join()
    assert len(found) == 1
    assert monotonic() - began < 1.5


def test_a_publish_by_another_opener_is_seen(bench: Bench) -> None:
    reader, writer = bench.log(), bench.log()
    assert reader.read({(bench.topic, p): 0 for p in range(3)}, 500, 0.2) == []
    writer.publish(records(bench.topic, 1))
    assert len(read_all(reader, bench.topic, 1)) == 1


def test_positions_are_the_next_offsets(bench: Bench) -> None:
    log = bench.log()
    assert dict(log.positions(bench.topic)) == {0: 0, 1: 0, 2: 0}
    log.publish(records(bench.topic, *range(7), key="organisation-A"))
    assert dict(log.positions(bench.topic))[partition_of(b"organisation-A", 3)] == 7


def test_an_offset_the_log_does_not_have_is_an_alarm(bench: Bench) -> None:
    log = bench.log()
    log.publish(records(bench.topic, 1, key="organisation-A"))
    partition = partition_of(b"organisation-A", 3)
    with pytest.raises(OffsetUnknown) as unknown:
        read_all(log, bench.topic, 1, {partition: 5})
    assert unknown.value.args[:2] == (bench.topic, partition)


def test_a_topic_that_is_not_declared_is_unknown(bench: Bench) -> None:
    log = bench.log()
    with pytest.raises(UnknownTopic):
        log.partitions("nowhere.events.v1")
    assert log.partitions(bench.topic) == 3


def test_concurrent_publishers_share_a_topic_without_loss(bench: Bench) -> None:
    logs = [bench.log() for _ in range(3)]

    def publish(index: int) -> None:
        for batch in range(5):
            first = index * 1_000 + batch * 10
            logs[index].publish(records(bench.topic, *range(first, first + 10), key=f"organisation-{index}"))

    threads = [Thread(target=publish, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = read_all(logs[0], bench.topic, 150)
    for index in range(3):
        own = [int(r.value) for r in found if r.key == f"organisation-{index}".encode()]
        assert own == list(range(index * 1_000, index * 1_000 + 50))


def test_a_closed_log_says_so(tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log.sqlite", {"topic": 3})
    log.close()
    with pytest.raises(LogUnavailable):
        log.publish(records("topic", 1))


def test_a_kafka_that_is_not_there_stops_nothing_at_start() -> None:
    log = KafkaLog("127.0.0.1:9")
    with pytest.raises(LogUnavailable):
        log.publish(records("topic", 1))
    log.close()


def test_partitions_follow_from_the_key_as_in_kafkas_own_clients() -> None:
    from kafka.partitioner.default import murmur2

    for key in (b"", b"a", b"ab", b"abc", b"organisation-FY-R1", "党支部-一".encode()):
        assert partition_of(key, 12) == (murmur2(key) & 0x7FFFFFFF) % 12
