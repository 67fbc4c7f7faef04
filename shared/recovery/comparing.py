"""Whether a service's journal and its topic say the same, by counting and by hash. Start at :func:`compare_with_log`.

Both are read once, side by side, in order of position. Each event's content has a hash (of its canonical JSON), and the
hashes are chained, so that one figure stands for everything up to a position.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from shared.cloudevents import attributes, canonical, json_bytes, to_record, topic_of
from shared.events import Recorded
from shared.journal import Journal, JournalGap
from shared.log import Log, partition_of
from shared.recovery.findings import Difference, Findings, Progress, unseen
from shared.recovery.reading import Shipped, Topic, journal_events

PROGRESS_EVERY = 1_000


def content_hash(event: Recorded, county: str) -> bytes:
    return hashlib.sha256(canonical(event, county)).digest()


@dataclass
class Chain:
    """One figure for all events up to one: each link is the hash of the link before and of the event's content."""

    county: str
    count: int = 0
    link: bytes = bytes(32)

    def add(self, content: bytes) -> None:
        self.count, self.link = self.count + 1, hashlib.sha256(self.link + content).digest()

    def __str__(self) -> str:
        return self.link.hex()


def chain_of(journal: Journal, county: str, upto: int, progress: Progress = unseen) -> Chain:
    """The chain over a journal. Raises :class:`JournalGap` if it lacks something."""
    chain = Chain(county)
    for event in journal_events(journal, 0, upto):
        if isinstance(event, int):
            raise JournalGap(f"{journal.service} has no position {event}")
        chain.add(content_hash(event, county))
        if event.position % PROGRESS_EVERY == 0:
            progress(event.position, upto)
    return chain


def compare_with_log(
    journal: Journal,
    log: Log,
    county: str,
    confirmed: int,
    findings: Findings,
    *,
    progress: Progress = unseen,
    see: Callable[[Recorded], None] = lambda _event: None,
) -> None:
    """``confirmed`` is how far the relay says the log has come: what lies above may still be on its way.

    Ask for it before this reads the log. ``see`` is shown each event of the journal. Raises :class:`LogUnavailable`
    and the journal's errors.
    """
    topic = Topic(log, topic_of(county, journal.service))
    _Comparison(journal, topic, county, confirmed, findings, progress, see).run()


@dataclass
class _Comparison:
    journal: Journal
    topic: Topic
    county: str
    confirmed: int
    findings: Findings
    progress: Progress
    see: Callable[[Recorded], None]
    duplicates: int = 0
    at: int = 0  # the last position compared
    seen: dict[int, int] = field(default_factory=dict)  # by partition, the last position seen in it
    beyond: list[Shipped] = field(default_factory=list)  # the first and the last that the journal does not have

    def run(self) -> None:
        self.head = self.journal.head()  # after the topic's ends were asked: a sound journal has all of the log
        self.journals, self.logs = Chain(self.county), Chain(self.county)
        self.content = b""
        self.events = self._journal()
        for read, shipped in enumerate(self.topic, start=1):
            self._take(shipped)
            if read % PROGRESS_EVERY == 0:
                self.progress(self.at, max(self.head, self.at))
        self._rest()
        self.progress(self.head, self.head)
        self.findings.figures |= {
            "journal_events": self.head,
            "journal_chain": str(self.journals),
            "log_events": self.logs.count,
            "log_chain": str(self.logs),
            "log_duplicates": self.duplicates,
        }

    def _journal(self) -> Iterator[Recorded | int]:
        for event in journal_events(self.journal, 0, self.head):
            if isinstance(event, int):
                self._add("journal-gap", "the journal does not have this position", event)
            else:
                self.content = content_hash(event, self.county)
                self.journals.add(self.content)
                self.see(event)
            yield event

    def _take(self, shipped: Shipped) -> None:
        partition, event = shipped.record.partition, shipped.event
        if event is None:
            self._differ("log-foreign", f"not an event of ours: {shipped.fault}", shipped)
            return
        last = self.seen.get(partition, 0)
        if event.position <= last:
            self._again(shipped, event)
            return
        if shipped.after != last:
            self._differ("log-order", f"it says that it follows {shipped.after}, but {last} stands before it", shipped)
        if partition != partition_of(event.stream.encode(), len(self.topic.ends)):
            self._differ("log-partition", "its stream belongs to another partition", shipped)
        self.seen[partition] = event.position
        if event.position <= self.at:
            self._differ("log-twice", "another record has this position too", shipped)
        else:
            self._missing_upto(event.position - 1)
            self._compare(shipped, event)

    def _again(self, shipped: Shipped, event: Recorded) -> None:
        """Shipped again after a crash: harmless if it is the same."""
        self.duplicates += 1
        for known in journal_events(self.journal, event.position - 1, event.position):
            if isinstance(known, Recorded) and not self._same(known, shipped, event):
                self._differ("log-differs", f"shipped again with {self._how(known, event)}", shipped)

    def _missing_upto(self, last: int) -> None:
        """What the journal has below the next record, and the log lacks."""
        first = final = None
        for known in islice(self.events, max(0, min(last, self.head) - self.at)):
            if isinstance(known, Recorded):
                first, final = first or known, known
        if first and final:
            what = "in the journal, but not in the log"
            self._add("log-missing", what, first.position, final.position, first.stream, self.topic.name)
        self.at = max(self.at, last)

    def _compare(self, shipped: Shipped, event: Recorded) -> None:
        known = next(self.events, None) if event.position <= self.head else None
        self.at = event.position
        if known is None:
            self.beyond = [*self.beyond[:1], shipped]
        elif isinstance(known, Recorded) and self._same(known, shipped, event):
            self.logs.add(self.content)
            return
        elif isinstance(known, Recorded):
            self._differ("log-differs", self._how(known, event), shipped)
        self.logs.add(content_hash(event, self.county))

    def _rest(self) -> None:
        """What one has above the end of the other."""
        if self.beyond:
            first, last = self.beyond[0], self.beyond[-1]
            what = "in the log, but not in the journal: was the journal lost, or restored from an older backup?"
            stream = first.event.stream if first.event else ""
            self._add("journal-behind", what, first.position, last.position, stream, first.place)
        lost: list[Recorded] = []
        for known in self.events:
            if isinstance(known, Recorded) and known.position <= self.confirmed:
                lost = [*lost[:1], known]
        self.findings.wait("to be shipped", self.head - max(self.at, self.confirmed))
        if lost:
            what = "confirmed by the relay, but not in the log: was the log lost, or restored from an older backup?"
            self._add("log-behind", what, lost[0].position, lost[-1].position, lost[0].stream, self.topic.name)

    def _same(self, known: Recorded, shipped: Shipped, event: Recorded) -> bool:
        """By the bytes the relay would ship; where those differ in form only, by the hash of the content."""
        due = to_record(known, self.county, len(self.topic.ends), shipped.after)
        if due.value == shipped.record.value and due.headers == shipped.record.headers:
            return True
        return content_hash(known, self.county) == content_hash(event, self.county)

    def _how(self, known: Recorded, event: Recorded) -> str:
        """The names of what differs; never what it says."""
        here, there = attributes(known, self.county), attributes(event, self.county)
        names = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
        names += ["data"] if json_bytes(known.data) != json_bytes(event.data) else []
        return f"other content in the log than in the journal: {', '.join(names)}"

    def _differ(self, kind: str, what: str, shipped: Shipped) -> None:
        stream = shipped.event.stream if shipped.event else ""
        self._add(kind, what, shipped.position, 0, stream, shipped.place)

    def _add(self, kind: str, what: str, first: int, last: int = 0, stream: str = "", where: str = "") -> None:
        self.findings.add(Difference(kind, self.journal.service, what, first, last or first, stream, where))
