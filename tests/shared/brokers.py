"""The one Kafka broker that the tests of a run share; without Java or jars its tests are left out, and say
so.
"""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.split.cluster import NODES, KafkaCluster
from services.split.kafka import KafkaBroker, KafkaMissing, get_kafka

DECLARED = Path(__file__).parents[2] / "deploy" / "kafka" / "topics.yaml"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_broker(folder: Path) -> KafkaBroker:
    """A broker not yet started. Skips the test where Kafka is not here, unless GONGKAI_REQUIRE_ALL is 1."""
    try:
        get_kafka()
    except KafkaMissing as missing:
        if os.environ.get("GONGKAI_REQUIRE_ALL") == "1":
            raise
        pytest.skip(str(missing))
    return KafkaBroker(folder, port=free_port(), controller_port=free_port())


def new_cluster(folder: Path) -> KafkaCluster:
    """Three nodes not yet started; skips as :func:`new_broker` does."""
    new_broker(folder)
    return KafkaCluster(folder, [(free_port(), free_port()) for _ in range(NODES)])


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    with new_broker(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker
