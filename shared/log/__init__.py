"""The event log between services: one topic per service, kept for ever, in order within a partition.

This is the port, in bytes. Adapters: ``embedded`` (an SQLite file, for one machine) and ``kafka``. A topic's
key is the stream, and the partition follows from the key alone, the same in every adapter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import iter_unpack
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to publish. ``partition`` was computed with :func:`partition_of`."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read back: offsets rise by one within a partition, from 0."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]

    def header(self, name: str) -> str:
        """The header's text, or '' if it is not there."""
        return next((value.decode() for key, value in self.headers if key == name), "")


class LogUnavailable(Exception):
    """The log did not take, or did not hand out, the records.

    Whatever was sent may or may not be there: send again.
    """


class UnknownTopic(LogUnavailable):
    """The topic has not been declared: run ``gongkai topics apply``."""


class Log(Protocol):
    def publish(self, records: Sequence[Outgoing]) -> None:
        """Return when all are durable, in order.

        Raises :class:`LogUnavailable`; then confirm nothing, send again.
        """
        ...

    def read(self, offsets: Mapping[tuple[str, int], int], limit: int = 500, wait: float = 0.2) -> Sequence[Record]:
        """Records of the named (topic, partition)s from the given next offsets on, in offset order within
        each.

        Waits up to ``wait`` seconds for the first. An offset beyond the end, or before the start, is
        :class:`OffsetUnknown`: the log is not the one that was followed.
        """
        ...

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has. Raises :class:`UnknownTopic`."""
        ...

    def positions(self, topic: str) -> Mapping[int, int]:
        """The next offset of each partition: how far the log reaches."""
        ...

    def close(self) -> None: ...


class OffsetUnknown(Exception):
    """The log does not have the offset a follower stands at: an alarm, never 'start over'."""


@lru_cache(maxsize=20_000)
def partition_of(key: bytes, partitions: int) -> int:
    """Where a key lives: murmur2 as Kafka's own clients compute it, so that any client finds the same
    partition.
    """
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Kafka's variant of MurmurHash2: seed 0x9747b28c, 32 bits."""
    length, m = len(data), 0x5BD1E995
    h = 0x9747B28C ^ length
    whole = length & ~3
    for (k,) in iter_unpack("<I", data[:whole]):
        k = (k * m) & 0xFFFFFFFF
        h = ((h * m) ^ ((k ^ (k >> 24)) * m)) & 0xFFFFFFFF
    rest = data[whole:]
    if rest:
        h ^= int.from_bytes(rest, "little")
        h = (h * m) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * m) & 0xFFFFFFFF
    return h ^ (h >> 15)
