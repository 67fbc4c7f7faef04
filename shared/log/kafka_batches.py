"""Records put into Kafka's batches by us: kafka-python goes three times over every header of every record in Python.

Start at :func:`hand_over`. The bytes are those of a record batch of version 2. Producer id, sequence numbers, CRC,
sending, acknowledgement and repeating stay with the producer, as does the order of batches within a partition.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from kafka import TopicPartition
from kafka.errors import IllegalStateError
from kafka.producer.producer_batch import ProducerBatch
from kafka.record.memory_records import MemoryRecordsBuilder

from shared.clock import SystemClock
from shared.log import Outgoing

VERSION, UNCOMPRESSED = 2, 0
SIZES_KEPT = 1 << 14


class _Sizes(dict[int, bytes]):
    """Whole numbers from 0 on as Kafka writes them: zigzag, seven bits a byte."""

    def __missing__(self, number: int) -> bytes:
        left, written = number << 1, bytearray()
        while left > 0x7F:
            written.append(0x80 | left & 0x7F)
            left >>= 7
        written.append(left)
        if number < SIZES_KEPT:
            self[number] = bytes(written)
        return bytes(written)


class _Names(dict[str, bytes]):
    """The names of headers, of which there are few, each after its length."""

    def __missing__(self, name: str) -> bytes:
        encoded = name.encode()
        found = self[name] = _sizes[len(encoded)] + encoded
        return found


_sizes, _names = _Sizes(), _Names()


def can_take(producer: Any) -> bool:
    """Whether the producer's batches are of the kind that is written here."""
    config = producer._accumulator.config
    return bool(config["message_version"] == VERSION and config["compression_attrs"] == UNCOMPRESSED)


def hand_over(producer: Any, records: Sequence[Outgoing]) -> list[Any]:
    """Queue the records, in their order within each partition; the batches, whose ``produce_future`` tells the rest."""
    parted: dict[TopicPartition, list[Outgoing]] = {}
    for record in records:
        parted.setdefault(TopicPartition(record.topic, record.partition), []).append(record)
    batches = [batch for place, part in parted.items() for batch in _batches(producer, place, part)]
    queue = producer._accumulator
    queue._appends_in_progress.increment()
    try:
        if queue._closed:
            raise IllegalStateError("the producer is closed")
        for batch in batches:
            with queue._tp_lock(batch.topic_partition):
                queue._batches[batch.topic_partition].append(batch)
                queue._incomplete.add(batch)
    finally:
        queue._appends_in_progress.decrement()
    producer._sender.wakeup()
    return batches


def _batches(producer: Any, place: TopicPartition, records: Sequence[Outgoing]) -> Iterator[Any]:
    if place.partition not in producer.partitions_for(place.topic):
        raise AssertionError(f"{place.topic} has no partition {place.partition}")
    room = producer._accumulator.config["batch_size"]
    waiting, size = list[bytes](), 0
    for record in records:
        written = _written(len(waiting), record)
        if waiting and size + len(written) > room:
            yield _batch(place, waiting, room)
            waiting, size, written = [], 0, _written(0, record)
        if len(written) > room:
            producer._ensure_valid_record_size(len(written))
        waiting.append(written)
        size += len(written)
    yield _batch(place, waiting, room)


def _batch(place: TopicPartition, written: Sequence[bytes], room: int) -> Any:
    builder = MemoryRecordsBuilder(VERSION, UNCOMPRESSED, room)
    inner, now = builder._builder, int(SystemClock().now().timestamp() * 1000)
    inner._buffer += b"".join(written)
    inner._first_timestamp = inner._max_timestamp = now
    inner._num_records, inner._last_offset = len(written), len(written) - 1
    builder._next_offset = len(written)
    return ProducerBatch(place, builder)


def _written(place: int, record: Outgoing) -> bytes:
    """A record of a batch: its length, no attributes, the batch's own time, its place, key, value and headers."""
    key, value = record.key, record.value
    parts = [b"\0\0", _sizes[place], _sizes[len(key)], key, _sizes[len(value)], value, _sizes[len(record.headers)]]
    for name, said in record.headers:
        parts += (_names[name], _sizes[len(said)], said)
    body = b"".join(parts)
    return _sizes[len(body)] + body
