"""Reading a whole journal or a whole topic as a stream, a page in memory at a time. Nothing stops at what is damaged.

Start at :func:`journal_pages` and :class:`Topic`. A topic's partitions come back merged by journal position.
"""

import heapq
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic

from shared.cloudevents import NotAnEvent, from_record
from shared.events import Recorded
from shared.journal import Journal, JournalGap
from shared.log import Log, LogUnavailable, Record

PAGE = 1_000
AHEAD_MAX = 2_000  # records held of one partition while another is awaited
SILENCE_SECONDS_MAX = 30.0


def journal_events(journal: Journal, after: int, upto: int) -> Iterator[Recorded | int]:
    """The events above ``after`` and up to ``upto``; a position that the journal does not have comes as its number."""
    limit = PAGE
    while after < upto:
        try:
            events = journal.read(after, min(limit, upto - after))
        except JournalGap:
            if limit == 1:
                yield after + 1
                after, limit = after + 1, PAGE
            else:
                limit = max(1, limit // 8)
            continue
        if not events:
            yield from range(after + 1, upto + 1)
            return
        yield from events
        after = events[-1].position
        limit = min(PAGE, limit * 8)


@dataclass(frozen=True, slots=True)
class Shipped:
    """A record of the log with its event; ``fault`` says why there is none."""

    record: Record
    event: Recorded | None
    fault: str = ""

    @property
    def position(self) -> int:
        return self.event.position if self.event else 0

    @property
    def after(self) -> int:
        """The position that the relay named as the one before it in its partition; -1 if it named none."""
        text = self.record.header("after")
        return int(text) if text.isdecimal() else -1

    @property
    def place(self) -> str:
        return f"{self.record.topic}/{self.record.partition}@{self.record.offset}"


@dataclass
class Topic:
    """All that a topic holds now, from ``starts`` (next offsets) on, in the order of journal positions.

    What stands out of order within its partition (shipped again) comes as soon as it is met. Raises
    :class:`LogUnavailable`, also when the log falls silent before its own end.
    """

    log: Log
    name: str
    starts: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ends = dict(self.log.positions(self.name))
        self._next = {p: self.starts.get(p, 0) for p in self.ends}
        self._held: dict[int, deque[Shipped]] = {p: deque() for p in self.ends}

    @property
    def total(self) -> int:
        return sum(max(0, end - self.starts.get(p, 0)) for p, end in self.ends.items())

    def __iter__(self) -> Iterator[Shipped]:
        heads: list[tuple[int, int]] = []
        outside = set(self.ends)
        while True:
            for partition in [p for p in outside if self._filled(p)]:
                heapq.heappush(heads, (self._held[partition][0].position, partition))
                outside.discard(partition)
            if not heads:
                return
            _, partition = heapq.heappop(heads)
            yield self._held[partition].popleft()
            outside.add(partition)

    def _filled(self, partition: int) -> bool:
        """Whether the partition has a record to give; reads until it has, or has come to its end."""
        deadline = monotonic() + SILENCE_SECONDS_MAX
        while not self._held[partition] and self._next[partition] < self.ends[partition]:
            if not self._read() and monotonic() > deadline:
                raise LogUnavailable(f"{self.name}/{partition}: silent at {self._next[partition]}, before its end")
        return bool(self._held[partition])

    def _read(self) -> bool:
        wanted = {
            (self.name, p): offset
            for p, offset in self._next.items()
            if offset < self.ends[p] and len(self._held[p]) < AHEAD_MAX
        }
        records = self.log.read(wanted, PAGE, wait=1.0)
        for record in records:
            if record.offset < self.ends[record.partition]:
                self._held[record.partition].append(shipped(record))
            self._next[record.partition] = record.offset + 1
        return bool(records)


def shipped(record: Record) -> Shipped:
    try:
        return Shipped(record, from_record(record))
    except NotAnEvent as fault:
        return Shipped(record, None, str(fault))
