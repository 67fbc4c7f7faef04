"""Kafka is killed in the middle of the story: commands go on, and afterwards the log has every event once, in order."""

from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from services.cli.demo import load_demo
from services.split.plan import SERVICES
from services.split.supervisor import SplitPlatform
from shared import reach
from shared.clock import SystemClock
from shared.cloudevents import from_record, topic_of
from shared.database import make_engine
from shared.journal.sql import SqlJournal
from shared.log import Record
from shared.log.kafka import KafkaLog
from tests.journeys import dues_at_liushu as story
from tests.journeys import platforms
from tests.journeys.people import World

pytestmark = [pytest.mark.split, pytest.mark.postgres, pytest.mark.kafka]


def test_kafka_dies_in_the_middle_of_the_story_and_nothing_is_lost(tmp_path: Path) -> None:
    platforms.need_split_parts()
    with platforms.split(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=90) as client:
        assert standing.split
        load_demo(client, lambda _step: None)
        dues = story.Dues(World(client))
        story.the_duty_shows_how_it_was_reckoned(dues)
        story.april_8_ma_drafts_and_the_gate_finds_an_id_number(dues)
        story.april_9_nobody_approves_their_own(dues)
        standing.split.kafka.kill()
        story.april_9_he_tao_reviews(dues)  # Kafka being away stops no command
        assert client.get("/api/publication/v1/shown").status_code == 200
        standing.split.kafka.start()
        story.settled(dues.world)
        story.from_april_10_on(dues)
        story.settled(dues.world)
        assert everything_is_in_the_log_once_and_in_order(standing.split) > 100


def everything_is_in_the_log_once_and_in_order(platform: SplitPlatform) -> int:
    """Every journal position of every service, by counting. Returns how many there are."""
    log = KafkaLog(platform.plan.kafka)
    total = 0
    try:
        for service in SERVICES:
            url = platform.postgres.url(service, user=service, password=platform.plan.password(service))
            engine = make_engine(url)
            journal = SqlJournal(engine, service, SystemClock())
            with reach.service():
                head = journal.head()
                read = [event for start in range(0, head, 500) for event in journal.read(start, 500)]
            known = {event.position: event.event_id for event in read}
            assert sorted(known) == list(range(1, head + 1))
            assert _first_occurrences(_everything(log, topic_of(platform.plan.county, service))) == known
            total += head
            journal.close()
            engine.dispose()
    finally:
        log.close()
    return total


def _first_occurrences(records: Mapping[int, list[Record]]) -> dict[int, str]:
    """The event id by position; within a partition positions must rise, a re-shipped tail excepted, and `after` fit."""
    found: dict[int, str] = {}
    for partition in records.values():
        last = 0
        for record in partition:
            event = from_record(record)
            if event.position <= last:
                assert found[event.position] == event.event_id
                continue
            assert int(record.header("after")) == last
            found[event.position] = event.event_id
            last = event.position
    return found


def _everything(log: KafkaLog, topic: str) -> dict[int, list[Record]]:
    ends = log.positions(topic)
    read: dict[int, list[Record]] = {partition: [] for partition in ends}
    while wanted := {(topic, p): len(read[p]) for p, end in ends.items() if len(read[p]) < end}:
        for record in log.read(wanted, 1000, wait=5.0):
            read[record.partition].append(record)
    return read
