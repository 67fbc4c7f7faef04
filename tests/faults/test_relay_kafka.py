"""Kafka may be down at start, die, freeze and come back: commands go on, and followers end with every event
once.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import sleep

import pytest

from services.split.kafka import KafkaBroker
from shared.log.kafka import KafkaLog
from shared.log.topics import apply_topics
from tests.faults.shipping import TOPIC, merged
from tests.shared.brokers import DECLARED, new_broker
from tests.shared.flows import COUNTY, count, engine_of
from tests.shared.towns import NAMES, Town

pytestmark = [
    pytest.mark.kafka,
]


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A broker that may be killed; not started yet."""
    broker = new_broker(tmp_path / "kafka")
    yield broker
    broker.thaw()
    broker.stop()


@pytest.fixture
def town(tmp_path: Path, own_broker: KafkaBroker) -> Iterator[Town]:
    town = Town({name: engine_of(tmp_path, name) for name in NAMES}, KafkaLog(own_broker.bootstrap))
    yield town
    town.stop()


def test_kafka_down_at_start_stops_no_command_and_all_flows_when_it_comes(town: Town, own_broker: KafkaBroker) -> None:
    town.start()
    count(town.catalogue, "organisation-A", 1, 2, 3)
    assert town.catalogue.head() == 3
    assert not town.settle(0.3)
    own_broker.start()
    apply_topics(own_broker.bootstrap, DECLARED, county=COUNTY)
    assert town.settle(30)
    assert town.view.seen() == [1, 2, 3]
    assert town.publication.head() == 3


def test_a_broker_killed_and_restarted_under_publish_loses_doubles_and_reorders_nothing(
    town: Town, own_broker: KafkaBroker
) -> None:
    random = Random(20_260_414)
    own_broker.start()
    apply_topics(own_broker.bootstrap, DECLARED, county=COUNTY)
    town.start()
    for fault in ("kill", "kill", "freeze"):
        for number in range(60):
            count(town.catalogue, f"organisation-{random.randrange(9)}", number)
        if fault == "kill":
            own_broker.kill()
        else:
            own_broker.freeze()
        for number in range(20):
            count(town.catalogue, f"organisation-{random.randrange(9)}", number)
        sleep(random.uniform(0.2, 1.5))
        if fault == "kill":
            own_broker.start()
        else:
            own_broker.thaw()
    assert town.settle(60)
    assert town.view.seen() == list(range(1, 241))
    assert town.publication.head() == 240
    assert merged(town.log)[0] == [event.event_id for event in town.catalogue.read(0, 1_000)]
    assert not town.follower.gaps


def test_topics_are_made_once_and_what_differs_is_only_reported(own_broker: KafkaBroker, tmp_path: Path) -> None:
    own_broker.start()
    would = apply_topics(own_broker.bootstrap, DECLARED, county=COUNTY, dry_run=True)
    made = apply_topics(own_broker.bootstrap, DECLARED, county=COUNTY)
    assert would.created == made.created
    assert TOPIC in made.created
    again = apply_topics(own_broker.bootstrap, DECLARED, county=COUNTY)
    assert (again.created, again.differing, again.unchanged) == ((), (), tuple(sorted(made.created)))
    other = tmp_path / "topics.yaml"
    other.write_text(DECLARED.read_text().replace("partitions: 3", "partitions: 5").replace('ms: "-1"', 'ms: "60000"'))
    different = apply_topics(own_broker.bootstrap, other, county=COUNTY)
    assert f"{TOPIC}: 3 partitions, not 5" in different.differing
    assert f"{TOPIC}: retention.ms is -1, not 60000" in different.differing
    assert apply_topics(own_broker.bootstrap, DECLARED, county=COUNTY).differing == ()
