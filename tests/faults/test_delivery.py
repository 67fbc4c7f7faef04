"""Records that come twice, in the wrong order or not at all; events that cannot be digested; a slow follower."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection

from shared import parking
from shared.cloudevents import to_record
from shared.events import Recorded
from shared.log import Outgoing
from tests.faults import model, reading
from tests.faults.model import eventually
from tests.shared.flows import COUNTY, count, engine_of, log_of
from tests.shared.towns import NAMES, Town

EVENTS, PARTITIONS = 400, 3


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr("shared.following.WAIT_SECONDS", 0.1)
    monkeypatch.setattr("shared.relay.IDLE_SECONDS", 0.1)
    town = Town({name: engine_of(tmp_path, name) for name in NAMES}, log_of(tmp_path))
    yield town
    town.stop()


def counted(town: Town, chance: Random, events: int = EVENTS) -> list[Recorded]:
    while (head := town.catalogue.head()) < events:
        stream = f"organisation-{chance.randrange(9)}"
        count(town.catalogue, stream, *range(head, min(events, head + chance.randint(1, 12))))
    return [*town.catalogue.read(0, events)]


def as_shipped(events: list[Recorded]) -> list[Outgoing]:
    last: dict[int, int] = {}
    records = []
    for event in events:
        record = to_record(event, COUNTY, PARTITIONS, 0)
        records.append(to_record(event, COUNTY, PARTITIONS, last.get(record.partition, 0)))
        last[record.partition] = event.position
    return records


def follow_only(town: Town) -> None:
    """What the log has comes from the test's own hand: only the follower and publication's relay run."""
    town.relays[1].prepare()
    town.relays[1].start()
    town.follower.prepare()
    town.follower.start()


def test_what_comes_again_is_dropped(
    town: Town, chance: Random, rounds: Callable[[int], int], injected: "Counter[str]", tmp_path: Path
) -> None:
    records = as_shipped(counted(town, chance, EVENTS * rounds(1)))
    follow_only(town)
    sent, again = 0, 0
    while sent < len(records):
        back = chance.randint(0, min(sent, 60))
        batch = records[sent - back : sent + chance.randint(1, 40)]
        town.log.publish(batch)
        sent, again = max(sent, sent - back + len(batch)), again + back
    assert eventually(lambda: must_equal(town.view.seen(), [*range(1, len(records) + 1)]))
    eventually(lambda: must_equal(town.publication.head(), len(records)))
    kept = reading.of_files(tmp_path, "db", NAMES)
    assert model.log_is_the_journal(kept.journal("catalogue"), kept.logged("catalogue")) == again
    assert not town.follower.gaps
    injected["record delivered again"] += again


@pytest.mark.parametrize("fault", ["left out", "before the one it follows", "another at the same position"])
def test_what_is_missing_or_out_of_order_stops_the_source_and_shows_nothing_wrong(
    town: Town, chance: Random, injected: "Counter[str]", fault: str
) -> None:
    records = as_shipped(counted(town, chance, 120))
    of_one = [i for i, record in enumerate(records) if record.partition == records[60].partition]
    here, following = of_one[len(of_one) // 2], of_one[len(of_one) // 2 + 1]
    match fault:
        case "left out":
            del records[here]
        case "before the one it follows":
            records[here], records[following] = records[following], records[here]
        case _:
            headers = tuple((n, b"another" if n == "ce_id" else v) for n, v in records[here].headers)
            one = records[here]
            records.insert(here + 1, Outgoing(one.topic, one.partition, one.key, one.value, headers))
    follow_only(town)
    town.log.publish(records)
    eventually(lambda: must_equal([*town.follower.gaps], ["catalogue"]))
    time.sleep(0.5)
    seen = town.view.seen()
    assert seen == [*range(1, len(seen) + 1)], "a prefix, and nothing beyond what is missing"
    assert len(seen) <= here + (fault == "another at the same position")
    assert not town.follower.ready
    injected[f"record {fault}"] += 1


def test_a_poison_event_holds_up_its_own_stream_alone_and_is_brought_in_order_later(
    town: Town, chance: Random, injected: "Counter[str]"
) -> None:
    town.view.stumble = "bad"
    town.start()
    counted(town, chance, 60)
    for stream in ("organisation-1", "organisation-4"):
        count(town.catalogue, stream, 7, note="bad")
    events = counted(town, chance, 200)
    assert town.settle()
    waiting = {"organisation-1", "organisation-4"}
    first = {stream: next(e.position for e in events if e.stream == stream and e.data["note"]) for stream in waiting}
    held = [e.position for e in events if e.stream in waiting and e.position >= first[e.stream]]
    assert town.view.seen() == [e.position for e in events if e.position not in held]
    assert {(p.stream, p.first) for p in parking.waiting(town.engines["publication"])} == set(first.items())
    town.view.stumble = ""
    retried = [town.follower.retry("numbers", "catalogue", stream) for stream in sorted(waiting)]
    assert sum(r.applied for r in retried) == len(held)
    assert town.view.seen() == [e.position for e in events]
    for stream in waiting:
        assert town.view.total(stream) == sum(e.data["number"] for e in events if e.stream == stream)
    injected["poison event"] += 2


def test_a_slow_follower_holds_up_nobody_says_how_far_it_is_behind_and_catches_up(
    town: Town, chance: Random, injected: "Counter[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, apply = [0.02], town.view.apply

    def slowly(tx: Connection, event: Recorded) -> None:
        time.sleep(slow[0])
        apply(tx, event)

    monkeypatch.setattr(town.view, "apply", slowly)
    town.start()
    began = time.process_time()
    counted(town, chance, 200)
    assert time.process_time() - began < 5, "writers do not wait for the follower"
    eventually(lambda: must_equal(town.relays[0].lag()[0], 0))
    lag = town.follower.lag()
    assert lag["numbers", "catalogue"] > 50
    slow[0] = 0.0
    assert town.settle(60)
    assert set(town.follower.lag().values()) == {0}
    assert town.view.seen() == [*range(1, 201)]
    injected["follower slowed down"] += 1


def must_equal(found: object, due: object) -> bool:
    assert found == due
    return True
