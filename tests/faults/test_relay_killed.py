"""A relay may be killed at any moment, and be one of several: nothing is lost, doubled or reordered for a
follower.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from shared.clock import SystemClock
from shared.cloudevents import from_record, to_record
from shared.journal.sql import SqlJournal
from shared.lease import LeaseLost
from shared.log import Log, LogUnavailable, Outgoing
from shared.log.embedded import EmbeddedLog
from shared.merging import Merge
from shared.places import places_after
from shared.relay import Relay
from shared.standing import JournalBehind, JournalForked, must_continue
from tests.faults.shipping import TOPIC, merged
from tests.shared.flows import COUNTY, count, engine_of, event_at, journal_of, log_of

EVENTS = 4_000


def start_relay(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.faults.shipping", str(folder), *arguments]
    return subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    engine = engine_of(tmp_path, "catalogue")
    journal = journal_of(engine, "catalogue")
    yield journal
    journal.close()
    engine.dispose()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    log = log_of(tmp_path)
    yield log
    log.close()


def relay_of(tmp_path: Path, journal: SqlJournal, log: Log, *, lease_seconds: float = 5.0) -> Relay:
    """With a negative ``lease_seconds`` the lease is always free for the next relay."""
    relay = Relay(engine_of(tmp_path, "catalogue"), journal, log, COUNTY, SystemClock())
    relay.prepare()
    relay.lease.seconds = lease_seconds
    return relay


def ids_in(journal: SqlJournal) -> list[str]:
    return [event.event_id for event in journal.read(0, 1_000_000)]


def test_relays_killed_in_a_loop_lose_double_and_reorder_nothing(
    tmp_path: Path, journal: SqlJournal, log: EmbeddedLog
) -> None:
    random = Random(20_260_410)
    relays = [start_relay(tmp_path) for _ in range(2)]
    try:
        for _ in range(8):
            for stream in range(10):
                count(journal, f"organisation-{stream}", *range(EVENTS // 80))
            sleep(random.uniform(0.0, 0.5))
            victim = random.randrange(2)
            relays[victim].kill()
            relays[victim].wait()
            relays[victim] = start_relay(tmp_path)
        finishing = relay_of(tmp_path, journal, log)
        deadline = monotonic() + 60
        while not finishing.caught_up() and monotonic() < deadline:
            sleep(0.05)
    finally:
        for relay in relays:
            relay.kill()
            relay.wait()
    ids, _ = merged(log)
    assert ids == ids_in(journal)
    assert len(ids) == EVENTS


class DyingLog:
    """Takes the records and then loses the answer, or takes only some of them."""

    def __init__(self, log: Log, random: Random) -> None:
        self.log, self.random = log, random
        self.partitions, self.positions, self.read, self.close = log.partitions, log.positions, log.read, log.close

    def publish(self, records: Sequence[Outgoing]) -> None:
        fate = self.random.random()
        if fate < 0.3:
            self.log.publish(records[: self.random.randrange(len(records) + 1)])
            raise LogUnavailable("part of the batch was taken")
        self.log.publish(records)
        if fate < 0.6:
            raise LogUnavailable("the answer was lost")


@pytest.mark.parametrize("seed", range(5))
def test_batches_taken_in_part_are_shipped_again_in_order(
    seed: int, tmp_path: Path, journal: SqlJournal, log: EmbeddedLog
) -> None:
    random = Random(seed)
    for stream in range(6):
        count(journal, f"organisation-{stream}", *range(300))
    relay = relay_of(tmp_path, journal, DyingLog(log, random), lease_seconds=-1)
    while not relay.caught_up():
        try:
            relay.step(0.0)
        except LogUnavailable:
            relay = relay_of(tmp_path, journal, DyingLog(log, random), lease_seconds=-1)
    assert merged(log)[0] == ids_in(journal)


def test_a_relay_that_lost_its_lease_confirms_nothing(tmp_path: Path, journal: SqlJournal, log: EmbeddedLog) -> None:
    count(journal, "organisation-A", 1)
    frozen = relay_of(tmp_path, journal, log, lease_seconds=-1)
    assert frozen.step(0.0) == 1
    count(journal, "organisation-A", 2)
    other = relay_of(tmp_path, journal, log)
    assert other.step(0.0) == 1
    count(journal, "organisation-A", 3)
    with pytest.raises(LeaseLost):
        frozen.step(0.0)
    assert other.step(0.0) == 1
    ids, repeated = merged(log)
    assert ids == ids_in(journal)
    assert repeated == 2


def test_a_place_that_a_crash_of_the_database_forgot_is_written_with_the_next_confirmation(
    tmp_path: Path, journal: SqlJournal, log: EmbeddedLog
) -> None:
    relay = relay_of(tmp_path, journal, log, lease_seconds=-1)
    for stream in range(6):
        count(journal, f"organisation-{stream}", 1)
    assert relay.step(0.0) == 6
    with closing(sqlite3.connect(tmp_path / "catalogue.db")) as now:
        now.execute("DELETE FROM relays")
        now.commit()
    count(journal, "organisation-0", 2)
    assert relay.step(0.0) == 1
    places = relay_of(tmp_path, journal, log, lease_seconds=-1)
    assert places.step(0.0) == 0
    assert places._last == relay._last


def shipped_again_late(tmp_path: Path, journal: SqlJournal, log: EmbeddedLog) -> None:
    """A relay stood still with its first batch in hand; another shipped everything; then the first went on."""
    for stream in range(6):
        count(journal, f"organisation-{stream}", *range(5))
    first = relay_of(tmp_path, journal, log, lease_seconds=-1)
    assert first.step(0.0) == 30
    with closing(sqlite3.connect(tmp_path / "catalogue.db")) as now:
        now.execute("vacuum into ?", [str(tmp_path / "backup.db")])
    batch = [r for p in range(3) for r in log.read({(TOPIC, p): 0}, 30)]
    count(journal, "organisation-1", *range(20))
    for stream in range(6):
        count(journal, f"organisation-{stream}", *range(5))
    assert relay_of(tmp_path, journal, log, lease_seconds=-1).step(0.0) == 50
    log.publish([Outgoing(r.topic, r.partition, r.key, r.value, r.headers) for r in batch])


def test_what_came_again_late_is_no_lost_tail(tmp_path: Path, journal: SqlJournal, log: EmbeddedLog) -> None:
    shipped_again_late(tmp_path, journal, log)
    before = log.positions(TOPIC)
    again = relay_of(tmp_path, journal, log)
    assert again.step(0.0) == 0
    assert (again.confirmed, log.positions(TOPIC)) == (80, before)
    assert merged(log)[0] == ids_in(journal)


def test_a_restored_journal_is_noticed_though_what_came_again_late_is_all_it_knows(
    tmp_path: Path, journal: SqlJournal, log: EmbeddedLog
) -> None:
    shipped_again_late(tmp_path, journal, log)
    restored = SqlJournal(engine_of(tmp_path, "backup"), "catalogue", SystemClock())
    assert restored.head() == 30
    with pytest.raises(JournalBehind, match="ends at 30 and the log at 80"):
        must_continue(restored, log, TOPIC)
    restored.close()


def test_a_place_is_found_though_records_came_again_late(tmp_path: Path, journal: SqlJournal, log: EmbeddedLog) -> None:
    shipped_again_late(tmp_path, journal, log)
    for position in range(81):
        found = places_after(log, TOPIC, position)
        merge = Merge("catalogue", position, found, 3)
        for partition, place in found.items():
            for record in log.read({(TOPIC, partition): place.offset}, 500, 0):
                merge.offer(record)
        assert [event.position for event in merge.take(500).events] == [*range(position + 1, 81)]


def test_a_log_ahead_of_its_journal_stops_the_relay(tmp_path: Path, journal: SqlJournal, log: EmbeddedLog) -> None:
    log.publish([to_record(event_at(1, "organisation-A", 1), COUNTY, 3, 0)])
    relay = relay_of(tmp_path, journal, log)
    with pytest.raises(JournalForked):
        relay.step(0.0)
    relay.run()
    assert relay.alarm.startswith("JournalBehind")


def test_another_event_at_the_same_position_stops_the_relay(
    tmp_path: Path, journal: SqlJournal, log: EmbeddedLog
) -> None:
    count(journal, "organisation-A", 1)
    [ours] = journal.read(0)
    log.publish([to_record(replace(ours, event_id="another"), COUNTY, 3, 0)])
    with pytest.raises(JournalForked):
        relay_of(tmp_path, journal, log).step(0.0)


def test_a_log_that_lost_its_tail_is_shipped_again(tmp_path: Path, journal: SqlJournal, log: EmbeddedLog) -> None:
    for stream in range(6):
        count(journal, f"organisation-{stream}", *range(5))
    relay = relay_of(tmp_path, journal, log)
    relay.step(0.0)
    relay.lease.release()
    emptied = EmbeddedLog(tmp_path / "other.sqlite", {TOPIC: 3})
    records = log.read({(TOPIC, 0): 0, (TOPIC, 1): 0, (TOPIC, 2): 0}, 60)
    kept = [r for r in records if from_record(r).position <= 12]
    emptied.publish([Outgoing(r.topic, r.partition, r.key, r.value, r.headers) for r in kept])
    again = relay_of(tmp_path, journal, emptied)
    again.step(0.0)
    assert merged(emptied)[0] == ids_in(journal)
    emptied.close()
