"""The model that the platform is held against after a fault: a ledger of what was sent, and a check for each promise.

Each check is written from design.md section 1, with plain loops over plain rows (``reading``), and raises
``AssertionError`` with what does not hold. ``after_all`` is all of them that need no HTTP.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from kafka.partitioner.default import murmur2

from tests.faults.reading import CONTEXT, Kept, Logged, Written

T = TypeVar("T")


@dataclass
class Ledger:
    """What was sent, by a label of the sender's own, and of it what was acknowledged, with the answer."""

    sent: set[str] = field(default_factory=set)
    acknowledged: dict[str, str] = field(default_factory=dict)
    answers: int = 0

    def acknowledge(self, label: str, answer: str) -> None:
        """Promise 2: the same command sent again gets the same answer."""
        assert label in self.sent
        assert self.acknowledged.setdefault(label, answer) == answer, f"{label} was answered twice, differently"
        self.answers += 1

    def must_be_kept(self, found: Iterable[tuple[str, str]]) -> None:
        """Promises 1 and 2: what was acknowledged is there, each command at most once, and nothing that nobody sent.

        ``found`` are the labels that the journal holds, each with what it should have been answered.
        """
        kept = list(found)
        doubled = [label for label, times in Counter(label for label, _ in kept).items() if times > 1]
        assert not doubled, f"done more than once: {doubled[:5]}"
        held = dict(kept)
        lost = {label: answer for label, answer in self.acknowledged.items() if held.get(label) != answer}
        assert not lost, f"acknowledged, and not in the journal: {len(lost)}, such as {sorted(lost.items())[:3]}"
        assert held.keys() <= self.sent, f"nobody sent {sorted(held.keys() - self.sent)[:3]}"


def journal_is_whole(rows: Sequence[Written], head: int) -> None:
    """Promise 3 in a journal: positions and stream versions 1, 2, 3 ..., each event and its instant in order."""
    positions = [row.position for row in rows]
    assert positions == list(range(1, len(rows) + 1)), f"positions are not 1 to {len(rows)}: {_odd(positions)}"
    assert head == len(rows), f"the head says {head}, there are {len(rows)} events"
    versions: Counter[str] = Counter()
    for row in rows:
        versions[row.stream] += 1
        assert row.version == versions[row.stream], f"{row.stream} has version {row.version} at {row.position}"
    assert len({row.event_id for row in rows}) == len(rows), "two events have the same id"
    instants = [_at(row.recorded_at) for row in rows]
    assert instants == sorted(instants), "recorded times fall back"


def log_is_the_journal(rows: Sequence[Written], records: Sequence[Logged]) -> int:
    """Promise 3 in the log: every event, the first time in order, each naming the one before it. How often repeated."""
    by_position = {row.position: row for row in rows}
    partitions: dict[int, list[Logged]] = defaultdict(list)
    for record in records:
        partitions[record.partition].append(record)
    first: set[int] = set()
    for partition, held in partitions.items():
        assert [r.offset for r in held] == list(range(len(held))), f"offsets of partition {partition} have holes"
        last = 0
        for record in held:
            position = int(record.headers["ce_sequence"])
            _must_be(by_position.get(position), record)
            if position not in first:
                assert position > last, f"{position} comes after {last} in partition {partition}"
                assert int(record.headers["after"]) == last, f"{position} says after {record.headers['after']}: {last}"
                first.add(position)
                last = position
    missing = by_position.keys() - first
    assert not missing, f"not in the log: {sorted(missing)[:9]}"
    return len(records) - len(first)


def keys_keep_to_their_partition(records: Sequence[Logged], partitions: int) -> None:
    """Whoever computes the partition as Kafka's clients do finds each stream in the one it is in."""
    for record in records:
        assert record.partition == (murmur2(record.key) & 0x7FFFFFFF) % partitions, record.key


def followers_are_at_the_end(kept: Kept, heads: Mapping[str, int]) -> None:
    """Every view and reaction has read every source to its end, and nothing waits parked."""
    for service in kept.services:
        for follower, source, position in kept.ask(
            service, "select follower, source, position from follow_checkpoints"
        ):
            assert position == heads[source], f"{follower} of {service} stands at {position} of {source}"
        assert kept.ask(service, "select count(*) from follow_parked") == [(0,)], f"{service} has parked streams"


def after_all(kept: Kept, partitions: int = 3) -> dict[str, list[Written]]:
    """Journals, log and checkpoints agree; the journals for further checks."""
    journals = kept.journals()
    for service, rows in journals.items():
        [(head,)] = kept.ask(service, "select head from journal")
        journal_is_whole(rows, head)
    for service, rows in journals.items():
        records = kept.logged(service)
        log_is_the_journal(rows, records)
        keys_keep_to_their_partition(records, partitions)
    followers_are_at_the_end(kept, {service: len(rows) for service, rows in journals.items()})
    return journals


def eventually(check: Callable[[], T], seconds: float = 30.0) -> T:
    """The check's result once it holds; after ``seconds`` whatever it says then is raised."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def _must_be(row: Written | None, record: Logged) -> None:
    """The record says what the row says, attribute by attribute."""
    assert row is not None, f"the log has {record.headers['ce_sequence']}, which the journal has not"
    head = record.headers
    said = (head["ce_id"], head["ce_type"], head["ce_subject"], int(head["ce_streamversion"]), record.key.decode())
    assert said == (row.event_id, row.type, row.stream, row.version, row.stream)
    assert json.loads(record.value) == row.data, f"{row.position} has other data in the log"
    assert _at(head["ce_time"]) == _at(row.recorded_at)
    context = {name: head.get(f"ce_{name.replace('_', '')}", "") for name in CONTEXT}
    assert context == row.context, f"{row.position} has another context in the log"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _odd(positions: Sequence[int]) -> Any:
    return [(due, found) for due, found in enumerate(positions, start=1) if due != found][:5]
