"""Three Kafka nodes on this machine, each broker and controller: for trying what losing one of them does.

Start at :class:`KafkaCluster`. Its timeouts are short, so that a dead node is noticed in seconds; never for production.
"""

from pathlib import Path

from services.split.kafka import HOST, KafkaBroker, new_cluster_id

NODES = 3
SETTINGS = {
    "controller.quorum.bootstrap.servers": "",
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
    "unclean.leader.election.enable": "false",
    "controller.quorum.election.timeout.ms": "500",
    "controller.quorum.fetch.timeout.ms": "1000",
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "3000",
    "replica.lag.time.max.ms": "5000",
}


class KafkaCluster:
    """``ports`` are one for the clients and one for the quorum of each node."""

    def __init__(self, folder: Path, ports: list[tuple[int, int]]) -> None:
        self.folder = folder
        voters = ",".join(f"{node}@{HOST}:{quorum}" for node, (_, quorum) in enumerate(ports, start=1))
        cluster = new_cluster_id()
        self.brokers = [
            KafkaBroker(
                folder / f"node-{node}",
                port=port,
                controller_port=quorum,
                settings=SETTINGS | {"node.id": str(node), "controller.quorum.voters": voters},
                cluster=cluster,
            )
            for node, (port, quorum) in enumerate(ports, start=1)
        ]

    @property
    def bootstrap(self) -> str:
        return ",".join(broker.bootstrap for broker in self.brokers)

    def start(self) -> None:
        """Start all that do not run. Raises :class:`KafkaMissing` or :class:`KafkaDown`."""
        starting = [broker for broker in self.brokers if broker.process is None]
        for broker in starting:
            broker.launch()
        for broker in starting:
            broker.await_ready()

    def stop(self) -> None:
        """All together: the last of a quorum would wait for the others."""
        for broker in self.brokers:
            broker.thaw()
            if broker.process is not None:
                broker.process.terminate()
        for broker in self.brokers:
            broker.stop()
