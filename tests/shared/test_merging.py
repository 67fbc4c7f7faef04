"""However a log delivers a journal's events, a follower gets 1, 2, 3 ... once each, or an alarm."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cloudevents import to_record
from shared.events import Recorded
from shared.log import Record
from shared.merging import Gap, Merge
from tests.shared.flows import COUNTY, event_at

PARTITIONS = 3


def shipped(streams: Sequence[int]) -> list[list[Recorded]]:
    """Events by partition, as a relay ships them: one event per entry, of that stream."""
    versions: dict[int, int] = {}
    events: list[Recorded] = []
    for position, stream in enumerate(streams, start=1):
        versions[stream] = versions.get(stream, 0) + 1
        events.append(event_at(position, f"organisation-{stream}", versions[stream]))
    parts: list[list[Recorded]] = [[] for _ in range(PARTITIONS)]
    for event in events:
        parts[to_record(event, COUNTY, PARTITIONS, 0).partition].append(event)
    return parts


def as_records(partition: int, events: Sequence[Recorded], random: Random, repeats: int) -> list[Record]:
    """The partition's records, with parts of it shipped again from some point on, as after a crash."""
    order = list(range(len(events)))
    for _ in range(repeats if events else 0):
        at = random.randrange(len(order)) + 1
        back = random.randint(0, order[at - 1] + 1)
        order[at:at] = range(back, order[at - 1] + 1)
    made: list[Record] = []
    for offset, index in enumerate(order):
        after = events[index - 1].position if index else 0
        sent = to_record(events[index], COUNTY, PARTITIONS, after)
        made.append(Record(sent.topic, partition, offset, sent.key, sent.value, sent.headers))
    return made


@given(st.lists(st.integers(0, 9), max_size=60), st.randoms(use_true_random=False), st.integers(0, 3))
def test_any_interleaving_redelivery_and_restart_gives_the_journal(
    streams: list[int], random: Random, repeats: int
) -> None:
    log = [as_records(p, events, random, repeats) for p, events in enumerate(shipped(streams))]
    merge = Merge("catalogue", 0, {}, PARTITIONS)
    got: list[int] = []
    while unread := [p for p, place in merge.ahead.items() if place.offset < len(log[p])]:
        partition = random.choice(unread)
        merge.offer(log[partition][merge.ahead[partition].offset])
        if random.random() < 0.3:
            got += [event.position for event in merge.take(random.randint(1, 5)).events]
        if random.random() < 0.05:  # a restart goes on from what was written down
            merge = Merge("catalogue", merge.position, merge.taken, PARTITIONS)
    got += [event.position for event in merge.take(1_000).events]
    assert got == list(range(1, len(streams) + 1))


def test_a_hole_in_a_partition_is_a_gap() -> None:
    merge = Merge("catalogue", 0, {}, 1)
    merge.offer(record(1, after=0, offset=0))
    with pytest.raises(Gap, match="4 comes after 3, seen 1"):
        merge.offer(record(4, after=3, offset=1))


def test_a_position_that_comes_back_as_another_event_is_a_gap() -> None:
    merge = Merge("catalogue", 0, {}, 1)
    merge.offer(record(1, after=0, offset=0))
    with pytest.raises(Gap, match="forked"):
        merge.offer(record(1, after=0, offset=1, stream="organisation-B"))


def test_a_position_left_out_by_the_relay_is_a_gap_once_it_cannot_come() -> None:
    merge = Merge("catalogue", 0, {}, 2)
    merge.offer(record(2, after=0, offset=0, partition=0))
    assert merge.take(10).events == ()
    merge.must_have_next({0: 1, 1: 0})
    merge.offer(record(3, after=0, offset=0, partition=1))
    with pytest.raises(Gap, match="position 1 is missing"):
        merge.must_have_next({0: 1, 1: 1})


def test_a_record_that_is_no_event_is_a_gap() -> None:
    merge = Merge("catalogue", 0, {}, 1)
    with pytest.raises(Gap):
        merge.offer(Record("topic", 0, 0, b"key", b"{}", ()))


def record(position: int, *, after: int, offset: int, partition: int = 0, stream: str = "organisation-A") -> Record:
    event = replace(event_at(position, stream, position), event_id=f"{stream} {position}")
    sent = to_record(event, COUNTY, 1, after)
    return Record(sent.topic, partition, offset, sent.key, sent.value, sent.headers)
