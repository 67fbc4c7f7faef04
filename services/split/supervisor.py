"""The split platform as one thing that can be started, watched and stopped; a service that ends is started again.

Order: PostgreSQL with a database and two roles per service, Kafka with its topics, the tables, the services
side by side, the portal, Prometheus if it is installed. Every part dies with the supervisor: nothing is left behind.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from services.split.kafka import KafkaBroker
from services.split.plan import HOST, SERVICES, Plan
from services.split.postgres import PostgresServer, owner_of
from services.split.processes import Child, UpFailed
from shared.log import LogUnavailable

Say = Callable[[str], None]
REPOSITORY = Path(__file__).parents[2]
RESTART_SECONDS_MAX = 10.0
KEYS = "keys"  # the database and role of the key store for personal data


class SplitPlatform:
    """``with SplitPlatform(plan) as platform:`` and everything runs; outside the block nothing does."""

    def __init__(self, plan: Plan, say: Say = lambda _line: None) -> None:
        self.plan, self.say = plan, say
        self.postgres = PostgresServer(plan.var / "postgres", port=plan.ports["postgres"])
        self.kafka = KafkaBroker(plan.var / "kafka", port=plan.ports["kafka"])
        self.children: dict[str, Child] = {}
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        began = time.monotonic()
        self.postgres.start()
        for name in (*SERVICES, "portal"):
            self.postgres.create_service(name, self.plan.password(name), self.plan.password(owner_of(name)))
        self.postgres.create_database(KEYS, KEYS, self.plan.password(KEYS))
        self.say(f"PostgreSQL on {HOST}:{self.plan.ports['postgres']}, a database and two roles per service")
        self.kafka.start()
        self._apply_topics()
        self.say(f"Apache Kafka on {self.plan.kafka}, topics as declared")
        self._migrate()
        for name in (*SERVICES, "portal"):
            self.children[name] = self._service(name)
            self.children[name].start()
        for name in (*SERVICES, "portal"):
            self.children[name].await_ready(f"{self.plan.url(name)}/readyz")
            self.say(f"{name} on {self.plan.url(name)}")
        if self.plan.prometheus:
            self._start_prometheus()
        self.say(f"ready after {time.monotonic() - began:.1f} s")

    def _apply_topics(self) -> None:
        from shared.log.topics import apply_topics  # takes kafka-python along, which only this needs

        file = REPOSITORY / "deploy" / "kafka" / "topics.yaml"
        for attempt in range(20):
            try:
                apply_topics(self.plan.kafka, file, county=self.plan.county)
            except LogUnavailable as away:
                if attempt == 19:
                    raise UpFailed(f"Kafka does not take topics: {away}") from away
                time.sleep(0.5)
            else:
                return

    def _migrate(self) -> None:
        """Lay the tables as their owners, who come in by the socket; a process of its own, since it needs all views."""
        anyone = self.postgres.url("SERVICE", user=owner_of("SERVICE")).replace("SERVICE", "{service}")
        used = self.postgres.url("SERVICE", user="SERVICE").replace("SERVICE", "{service}")
        told = {**os.environ, **self.plan.environment("portal", used), "GONGKAI_OWNER_URL": anyone}
        command = [sys.executable, "-m", "services", "migrate"]
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        for line in done.stdout.splitlines():
            self.say(line)
        if done.returncode:
            raise UpFailed(f"the tables could not be laid: {done.stderr.strip()[-2_000:]}")

    def _service(self, name: str) -> Child:
        url = self.postgres.url(name, user=name, password=self.plan.password(name))
        command = [sys.executable, "-m", "services", "serve", name]
        keys = self.postgres.url(KEYS, user=KEYS, password=self.plan.password(KEYS))
        told = self.plan.environment(name, url) | {"GONGKAI_KEYS_URL": keys}
        return Child(name, command, told, self.plan.logs / f"{name}.log")

    def _start_prometheus(self) -> None:
        program = shutil.which("prometheus")
        if program is None:
            self.say("Prometheus is not installed: metrics are at /metrics of each service, unscraped")
            return
        child = Child(
            "prometheus",
            [
                program,
                f"--config.file={REPOSITORY / 'deploy' / 'prometheus' / 'prometheus.yml'}",
                f"--storage.tsdb.path={self.plan.var / 'prometheus'}",
                f"--web.listen-address={HOST}:{self.plan.ports['prometheus']}",
            ],
            {},
            self.plan.logs / "prometheus.log",
        )
        child.start()
        self.children["prometheus"] = child
        self.say(f"Prometheus on {self.plan.url('prometheus')}")

    def watch(self) -> None:
        """Start again whatever ends unasked, a little later each time, until told to stop."""
        due: dict[str, float] = {}
        while not self.stopping.wait(0.2):
            for name, child in self.children.items():
                if child.running or not child.wanted:
                    continue
                now = time.monotonic()
                wait = min(0.2 * 2**child.starts, RESTART_SECONDS_MAX)
                if now < due.setdefault(name, now + wait):
                    continue
                due.pop(name)
                self.say(f"{name} ended: starting it again (start {child.starts + 1})")
                child.start()

    def stop(self) -> None:
        """Stop the services, then Kafka, then PostgreSQL."""
        self.stopping.set()
        for child in reversed(self.children.values()):
            if child.process is not None and child.running:
                child.process.terminate()
        for child in self.children.values():
            child.stop()
        self.kafka.stop()
        self.postgres.stop()
