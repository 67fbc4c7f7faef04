"""Batches that are written here have the bytes that kafka-python itself would write (shared/log/kafka_batches.py)."""

from collections import defaultdict, deque
from collections.abc import Sequence
from threading import Lock
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import IllegalStateError, MessageSizeTooLargeError
from kafka.record.memory_records import MemoryRecordsBuilder

from shared.cloudevents import to_record
from shared.log import Outgoing
from shared.log.kafka_batches import can_take, hand_over
from tests.platform.taped import tape

ROOM = 20_000
ALL_SIZES = (0, 1, 63, 64, 127, 128, 8191, 8192, 16_383, 16_384, 17_000)


class Producer:
    """As much of kafka-python's producer as batches are handed to."""

    def __init__(self, *, closed: bool = False) -> None:
        self.woken = 0
        counter = SimpleNamespace(increment=lambda: None, decrement=lambda: None)
        self._accumulator = SimpleNamespace(
            config={"batch_size": ROOM, "message_version": 2, "compression_attrs": 0},
            _batches=defaultdict(deque),
            _incomplete=set(),
            _tp_lock=lambda _place: Lock(),
            _appends_in_progress=counter,
            _closed=closed,
        )
        self._sender = SimpleNamespace(wakeup=self._wake)

    def partitions_for(self, _topic: str) -> set[int]:
        return {0, 1, 2}

    def _ensure_valid_record_size(self, size: int) -> None:
        if size > 2 * ROOM:
            raise MessageSizeTooLargeError(str(size))

    def _wake(self) -> None:
        self.woken += 1


def told() -> list[Outgoing]:
    return [to_record(event, "bench", 3, event.position - 1) for event in tape("publication")[:200]]


def of_size(size: int) -> Outgoing:
    return Outgoing("t", 0, b"k" * min(size, 9_000), b"v" * size, (("名", b"h" * min(size, 300)), ("empty", b"")))


def by_kafka(batch: Any, records: Sequence[Outgoing]) -> bytes:
    """The same records in a batch of kafka-python's own making, at the same instant."""
    builder = MemoryRecordsBuilder(2, 0, 10 * ROOM)
    for record in records:
        builder.append(batch.records._builder._first_timestamp, record.key, record.value, list(record.headers))
    builder.close()
    return bytes(builder.buffer())


def closed(batch: Any) -> bytes:
    batch.records.close()
    return bytes(batch.records.buffer())


@pytest.mark.parametrize("records", [told(), [of_size(size) for size in ALL_SIZES]], ids=["events", "sizes"])
def test_the_bytes_are_those_of_kafka_itself_in_order_within_each_partition(records: list[Outgoing]) -> None:
    producer = Producer()
    batches = hand_over(producer, records)
    coming = {p: deque(r for r in records if r.partition == p) for p in range(3)}
    for batch in batches:
        part = [coming[batch.topic_partition.partition].popleft() for _ in range(batch.record_count)]
        own = by_kafka(batch, part)
        written = closed(batch)
        assert written == own
        assert len(written) <= ROOM + 100 or len(part) == 1
    assert not any(coming.values())
    queued = [batch for queue in producer._accumulator._batches.values() for batch in queue]
    assert set(queued) == set(batches) == producer._accumulator._incomplete
    assert producer.woken == 1


def test_a_record_that_is_too_large_is_refused_before_anything_is_queued() -> None:
    producer = Producer()
    with pytest.raises(MessageSizeTooLargeError):
        hand_over(producer, [of_size(1), of_size(3 * ROOM)])
    assert not producer._accumulator._incomplete


def test_a_closed_producer_takes_nothing() -> None:
    with pytest.raises(IllegalStateError):
        hand_over(Producer(closed=True), [of_size(1)])


def test_a_partition_that_is_not_there_is_an_error() -> None:
    with pytest.raises(AssertionError):
        hand_over(Producer(), [Outgoing("t", 7, b"k", b"v", ())])


def test_batches_of_another_kind_are_left_to_the_producer() -> None:
    producer = Producer()
    assert can_take(producer)
    producer._accumulator.config["compression_attrs"] = 1
    assert not can_take(producer)


def test_a_batch_knows_its_place() -> None:
    (batch,) = hand_over(Producer(), [of_size(1)])
    assert batch.topic_partition == TopicPartition("t", 0)
    assert batch.record_count == 1
