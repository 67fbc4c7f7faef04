"""Where a follower's events come from: its own journal directly, other services' topics through the log.

Both give batches of consecutive events of one source, and stop a source at a gap without holding up the
others. Where a topic was lost or made anew, offsets say nothing any more: the place is found again by position.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.checkpoints import Checkpoint
from shared.cloudevents import topic_of
from shared.journal import Journal, JournalGap
from shared.log import Log, LogUnavailable, OffsetUnknown, Record, UnknownTopic
from shared.merging import Batch, Forked, Gap, Merge
from shared.places import places_after

BATCH = 500
TOPIC_RETRY_SECONDS = 1.0


@dataclass
class JournalIntake:
    """The service's own events."""

    journal: Journal
    position: int
    gaps: dict[str, str] = field(default_factory=dict)

    def fetch(self, wait: float) -> list[Batch]:
        """What comes next, or nothing after ``wait`` seconds."""
        if self.gaps:
            time.sleep(wait)
            return []
        try:
            events = self.journal.read(self.position, BATCH)
            if not events:
                self.journal.await_beyond(self.position, wait)
                events = self.journal.read(self.position, BATCH)
        except JournalGap as gap:
            self.gaps[self.journal.service] = str(gap)
            return []
        if [e.position for e in events] != list(range(self.position + 1, self.position + 1 + len(events))):
            self.gaps[self.journal.service] = f"the journal does not continue at {self.position + 1}"
            return []
        self.position += len(events)
        return [Batch(self.journal.service, tuple(events))] if events else []


class LogIntake:
    """Several topics at once, read by one thread.

    ``first`` are sources that a reaction to the others may ask a view about: what has been in the log of them when
    an event of another came is handed out before it, however far behind the reader is.
    """

    def __init__(
        self, log: Log, county: str, starts: Mapping[str, Checkpoint], first: frozenset[str] = frozenset()
    ) -> None:
        self.log = log
        self.first = first
        self.starts = dict(starts)
        self.topics = {source: topic_of(county, source) for source in starts}
        self.sources = {topic: source for source, topic in self.topics.items()}
        self.merges: dict[str, Merge] = {}
        self.gaps: dict[str, str] = {}
        self.missing: set[str] = set()
        self._asked = 0.0
        self._sought: dict[str, int] = {}  # the position at which a source's place was last found again

    def fetch(self, wait: float) -> list[Batch]:
        """What comes next of each source, or nothing after ``wait`` seconds.

        Raises :class:`LogUnavailable`.
        """
        self._find_topics()
        offsets = self._offsets()
        if not offsets:
            time.sleep(wait)
            return []
        try:
            records = self.log.read(offsets, max(BATCH, len(offsets)), wait)
        except OffsetUnknown as unknown:
            self._lost(unknown, offsets)
            return []
        stale: set[str] = set()
        for record in records:
            self._offer(record, stale)
        batches = [batch for source in list(self.merges) if source in self.first for batch in self._take(source)]
        others = [source for source in self.merges if source not in self.first]
        if any(self.merges[source].held() for source in others) and not self._first_read_out():
            return batches
        return [*batches, *(batch for source in others for batch in self._take(source))]

    def at_end(self, source: str) -> bool:
        """Whether all the log has of a source has been handed out."""
        merge = self.merges.get(source)
        if merge is None or source in self.gaps or merge.held():
            return False
        ends = self.log.positions(self.topics[source])
        return all(place.offset >= ends[p] for p, place in merge.ahead.items())

    def behind(self, source: str) -> int:
        """How many records of a source have not been handed out yet."""
        if (merge := self.merges.get(source)) is None:
            return 0
        ends = self.log.positions(self.topics[source])
        return merge.held() + sum(max(0, ends[p] - place.offset) for p, place in merge.ahead.items())

    def duplicates(self, source: str) -> int:
        """Records dropped since last asked."""
        merge = self.merges.get(source)
        if merge is None:
            return 0
        count, merge.duplicates = merge.duplicates, 0
        return count

    def _find_topics(self) -> None:
        """Learn the partitions of topics not seen before; one not declared yet holds up nothing else."""
        unknown = [s for s in self.topics if s not in self.merges]
        if not unknown or time.monotonic() - self._asked < TOPIC_RETRY_SECONDS:
            return
        for source in unknown:
            try:
                partitions = self.log.partitions(self.topics[source])
            except UnknownTopic:
                self.missing.add(source)
                self._asked = time.monotonic()
                continue
            self.missing.discard(source)
            start = self.starts[source]
            self.merges[source] = Merge(source, start.position, start.places, partitions)

    def _offsets(self) -> dict[tuple[str, int], int]:
        return {
            (self.topics[source], partition): offset
            for source, merge in self.merges.items()
            if source not in self.gaps
            for partition, offset in merge.wanted().items()
        }

    def _offer(self, record: Record, stale: set[str]) -> None:
        """Records of a ``stale`` source were asked for at offsets that are no longer its."""
        source = self.sources[record.topic]
        if source in self.gaps or source in stale:
            return
        try:
            self.merges[source].offer(record)
        except Forked as forked:
            self.gaps[source] = str(forked)
        except Gap as gap:
            stale.add(source)
            self._seek(source, str(gap))

    def _seek(self, source: str, why: str) -> None:
        """Read on from where the topic has what follows the last position handed out; if it lacks that, it is a gap.

        Once for a position: who stumbles again at the same has found a gap.
        """
        merge = self.merges[source]
        if self._sought.get(source) == merge.position:
            self.gaps[source] = why
            return
        try:
            places = places_after(self.log, self.topics[source], merge.position)
        except LogUnavailable:
            return  # asked again at the next fetch, which stumbles at the same place; others go on
        except Gap:
            self.gaps[source] = why
            return
        self._sought[source] = merge.position
        self.merges[source] = Merge(source, merge.position, places, len(places))

    def _take(self, source: str) -> list[Batch]:
        merge = self.merges[source]
        batches: list[Batch] = []
        while (batch := merge.take(BATCH)).events:
            batches.append(batch)
        if not batches and merge.stalled() and source not in self.gaps:
            try:
                merge.must_have_next(self.log.positions(self.topics[source]))
            except Gap as gap:
                self.gaps[source] = str(gap)
            except LogUnavailable:
                pass  # asked again at the next fetch; what other sources have handed out must not be lost with it
        return batches

    def _first_read_out(self) -> bool:
        """Whether all that the log has now of the ``first`` sources has been read; one that stopped is not awaited."""
        flowing = self.first & (self.merges.keys() - self.gaps.keys())
        try:
            ends = {source: self.log.positions(self.topics[source]) for source in flowing}
        except LogUnavailable:
            return False
        ahead = {source: self.merges[source].ahead for source in flowing}
        return all(place.offset >= ends[source].get(p, 0) for source in flowing for p, place in ahead[source].items())

    def _lost(self, unknown: OffsetUnknown, offsets: Iterable[tuple[str, int]]) -> None:
        topics = {topic for topic, _ in offsets} & set(unknown.args[:1])
        for topic in topics or {topic for topic, _ in offsets}:
            self._seek(self.sources[topic], f"OffsetUnknown: {unknown}")
