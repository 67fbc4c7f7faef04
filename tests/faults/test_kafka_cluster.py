"""Three brokers, acks=all, min.insync.replicas 2: one of them lost, frozen or restarted under load costs nothing."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from services.split.cluster import KafkaCluster
from shared.log.kafka import KafkaLog
from shared.log.topics import apply_topics
from tests.faults import model, reading
from tests.shared.brokers import DECLARED, new_cluster
from tests.shared.flows import COUNTY, count, engine_of
from tests.shared.towns import NAMES, Town

pytestmark = [pytest.mark.kafka]
REPLICATED = {"replicas: 1": "replicas: 3", 'min.insync.replicas: "1"': 'min.insync.replicas: "2"'}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    cluster = new_cluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        declared = DECLARED.read_text()
        for single, replicated in REPLICATED.items():
            assert single in declared
            declared = declared.replace(single, replicated)
        (cluster.folder / "topics.yaml").write_text(declared)
        apply_topics(cluster.bootstrap, cluster.folder / "topics.yaml", county=COUNTY)
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, cluster: KafkaCluster) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    town = Town({name: engine_of(folder, name) for name in NAMES}, KafkaLog(cluster.bootstrap))
    town.start()
    yield town
    town.stop()


@pytest.mark.parametrize("fault", ["kill while another is away", "freeze"])
def test_a_broker_lost_under_load_loses_doubles_and_reorders_nothing(
    town: Town,
    cluster: KafkaCluster,
    chance: Random,
    rounds: Callable[[int], int],
    injected: "Counter[str]",
    fault: str,
) -> None:
    for _ in range(rounds(1)):
        before = town.catalogue.head()
        first, second, _ = chance.sample(cluster.brokers, 3)
        accepted = _counted(town, chance, 40)
        if fault == "freeze":
            first.freeze()
        else:
            first.kill()
        accepted += _counted(town, chance, 40, seconds=4)
        if fault == "kill while another is away":
            second.kill()
            accepted += _counted(town, chance, 40, seconds=3)
            second.start()
        if fault == "freeze":
            first.thaw()
        else:
            first.start()
        accepted += _counted(town, chance, 40)
        assert town.settle(120), (town.relays[0].trouble, town.follower.trouble, town.follower.gaps)
        _must_hold(town, cluster, before + accepted)
        injected[f"one of three brokers: {fault}"] += 1


def _counted(town: Town, chance: Random, events: int, seconds: float = 0.0) -> int:
    """So many commands over so long, each answered at once: the log being away stops none."""
    for number in range(events):
        began = time.monotonic()
        count(town.catalogue, f"organisation-{chance.randrange(9)}", number)
        assert time.monotonic() - began < 5
        time.sleep(seconds / events)
    return events


def _must_hold(town: Town, cluster: KafkaCluster, accepted: int) -> None:
    files = reading.of_files(Path(str(town.engines["catalogue"].url.database)).parent, "db", NAMES)
    kept = reading.Kept(files.ask, lambda topic: reading.from_kafka(cluster.bootstrap, topic), NAMES)
    journals = {service: kept.journal(service) for service in NAMES}
    for service, rows in journals.items():
        [(head,)] = kept.ask(service, "select head from journal")
        model.journal_is_whole(rows, head)
        model.log_is_the_journal(rows, kept.logged(service))
    assert len(journals["catalogue"]) == accepted
    assert not town.follower.gaps
    assert town.view.seen() == [row.position for row in journals["catalogue"]]
    assert len(journals["publication"]) == len(journals["catalogue"]), "each is echoed once"
    causes = [row.context["causation_id"] for row in journals["publication"]]
    assert sorted(causes) == sorted(row.event_id for row in journals["catalogue"])
