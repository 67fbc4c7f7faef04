"""How a topic's partitions become one journal again: 1, 2, 3 ..., duplicates dropped, and a stop at anything
missing.

Each record names the position before it in its partition (``after``). Nothing here does I/O or knows the
time.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.cloudevents import NotAnEvent, from_record
from shared.events import Recorded
from shared.log import Record

AHEAD_MAX = 2_000  # events held of one partition while another is awaited; two batches of the relay


class Gap(Exception):
    """The log does not say what the journal said: nothing further of that source may be applied."""


class Forked(Gap):
    """A position came back as another event: no other place in the topic can mend that."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to read on in a partition, and the position last seen before it."""

    offset: int = 0
    last: int = 0


@dataclass(frozen=True)
class Batch:
    """Consecutive events of one source, and where to read on once they are applied."""

    source: str
    events: tuple[Recorded, ...]
    places: Mapping[int, Place] = field(default_factory=dict)


class Merge:
    """One topic. ``offer`` takes records as they are read; ``take`` gives events in journal order."""

    def __init__(self, source: str, position: int, places: Mapping[int, Place], partitions: int) -> None:
        self.source = source
        self.position = position
        self.ahead = {p: places.get(p, Place()) for p in range(partitions)}
        self.taken = dict(self.ahead)
        self.duplicates = 0
        self._held: dict[int, deque[tuple[int, Recorded]]] = {p: deque() for p in range(partitions)}
        self._ids: dict[int, tuple[int, str]] = {}

    def wanted(self) -> dict[int, int]:
        """The next offset of each partition that should be read: all but those that are far ahead."""
        return {p: place.offset for p, place in self.ahead.items() if len(self._held[p]) < AHEAD_MAX}

    def offer(self, record: Record) -> None:
        """Raises :class:`Gap`."""
        event, after = self._decoded(record)
        seen = self.ahead[record.partition]
        if event.position <= seen.last:
            self._must_be_same(record, event)
            self.duplicates += 1
            self.ahead[record.partition] = Place(record.offset + 1, seen.last)
            return
        if after != seen.last:
            raise Gap(f"{_name(record)}: {event.position} comes after {after}, seen {seen.last}")
        self._ids[record.partition] = (event.position, event.event_id)
        self.ahead[record.partition] = Place(record.offset + 1, event.position)
        if event.position > self.position:
            self._held[record.partition].append((record.offset, event))
        else:
            self.taken[record.partition] = self.ahead[record.partition]

    def take(self, limit: int) -> Batch:
        """The events that come next, as many as there are without a hole, up to ``limit``."""
        events: list[Recorded] = []
        while len(events) < limit and (partition := self._holder_of(self.position + 1)) is not None:
            offset, event = self._held[partition].popleft()
            self.position = event.position
            self.taken[partition] = Place(offset + 1, event.position)
            events.append(event)
        return Batch(self.source, tuple(events), dict(self.taken))

    def held(self) -> int:
        return sum(len(held) for held in self._held.values())

    def stalled(self) -> bool:
        """Whether it is worth asking if the next position can still come."""
        return all(self._held.values()) or self.held() >= AHEAD_MAX

    def must_have_next(self, ends: Mapping[int, int]) -> None:
        """Raises :class:`Gap` if the next position can no longer come: later ones are here, more than a relay
        has in flight.
        """
        if not self.held():
            return
        highest = max(held[-1][1].position for held in self._held.values() if held)
        read_out = all(self._held[p] or place.offset >= ends.get(p, 0) for p, place in self.ahead.items())
        if read_out and (all(self._held.values()) or highest - self.position >= AHEAD_MAX):
            raise Gap(f"{self.source}: position {self.position + 1} is missing, {highest} is there")

    def _holder_of(self, position: int) -> int | None:
        return next((p for p, held in self._held.items() if held and held[0][1].position == position), None)

    def _must_be_same(self, record: Record, event: Recorded) -> None:
        position, event_id = self._ids.get(record.partition, (0, ""))
        if event.position == position and event.event_id != event_id:
            raise Forked(f"{_name(record)}: position {position} returned as another event: the journal has forked")

    @staticmethod
    def _decoded(record: Record) -> tuple[Recorded, int]:
        try:
            return from_record(record), int(record.header("after"))
        except (NotAnEvent, ValueError) as fault:
            raise Gap(f"{_name(record)}: {fault}") from fault


def _name(record: Record) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"
