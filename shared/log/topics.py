"""The topics of the event log as ``deploy/kafka/topics.yaml`` declares them: made where missing, never
changed.

A topic's partitions are chosen once: with more of them keys would move and the order of their streams be
lost.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from shared.log import LogUnavailable
from shared.log.kafka import must_answer

TIMEOUT_MS = 10_000


@dataclass(frozen=True)
class Declared:
    """``topics`` are full names; ``settings`` are the broker's own names for them."""

    topics: tuple[str, ...]
    partitions: int
    replicas: int
    settings: Mapping[str, str]


@dataclass(frozen=True)
class TopicReport:
    """What was done (or would be), and what an operator must decide."""

    created: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def declared(file: Path, county: str) -> Declared:
    """Read the declaration; ``{county}`` in a topic's name stands for the county."""
    content = yaml.safe_load(file.read_text())
    return Declared(
        topics=tuple(name.replace("{county}", county) for name in content["topics"]),
        partitions=int(content["partitions"]),
        replicas=int(content["replicas"]),
        settings={key: str(value) for key, value in content["settings"].items()},
    )


def apply_topics(bootstrap: str, file: Path, *, county: str, dry_run: bool = False) -> TopicReport:
    """Create what is missing, report what differs, change nothing. Raises :class:`LogUnavailable`."""
    wanted = declared(file, county)
    with _admin(bootstrap) as admin:
        present = sorted(set(admin.list_topics()) & set(wanted.topics))
        missing = tuple(name for name in wanted.topics if name not in present)
        if missing and not dry_run:
            new = {"num_partitions": wanted.partitions, "replication_factor": wanted.replicas}
            configs = {"configs": dict(wanted.settings)}
            admin.create_topics(dict.fromkeys(missing, new | configs), wait_for_metadata=True)
        differing = tuple(_differences(admin, wanted, present))
    unchanged = tuple(name for name in present if not any(d.startswith(f"{name}:") for d in differing))
    return TopicReport(missing, differing, unchanged)


def _differences(admin: Any, wanted: Declared, present: list[str]) -> Iterator[str]:
    for topic in admin.describe_topics(present) if present else []:
        name, partitions = topic["name"], topic["partitions"]
        if len(partitions) != wanted.partitions:
            yield f"{name}: {len(partitions)} partitions, not {wanted.partitions}"
        replicas = {len(p["replica_nodes"]) for p in partitions}
        if replicas != {wanted.replicas}:
            yield f"{name}: {max(replicas)} replicas, not {wanted.replicas}"
        found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")
        (values,) = (topics[name] for topics in found.values())
        for key, value in wanted.settings.items():
            if (actual := values[key]["value"]) != value:
                yield f"{name}: {key} is {actual}, not {value}"


@contextmanager
def _admin(bootstrap: str) -> Iterator[Any]:
    """An admin client for the time of the block; whatever Kafka answers amiss is :class:`LogUnavailable`."""
    try:
        must_answer(bootstrap)
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=TIMEOUT_MS, proxy_url="direct://")
    except (KafkaError, OSError) as fault:
        raise LogUnavailable(f"{bootstrap}: {fault}") from fault
    try:
        yield admin
    except (KafkaError, OSError) as fault:
        raise LogUnavailable(f"{bootstrap}: {type(fault).__name__}: {fault}") from fault
    finally:
        admin.close()
