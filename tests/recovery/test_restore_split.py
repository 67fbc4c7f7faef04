"""On PostgreSQL and Kafka: a dropped database comes back from Kafka alone, and a backup into databases laid anew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql

from services.embedded import BUILDERS
from services.split.kafka import KafkaBroker
from services.split.postgres import PostgresServer, owner_of
from shared import reach
from shared.log.topics import apply_topics
from shared.rebuild import view_digest
from shared.recovery.archiving import Archive
from shared.recovery.comparing import chain_of
from shared.running import LocalPlatform, Running
from shared.settings import Environment, Settings
from tests.platform.taped import SERVICES
from tests.recovery.house import Ended, await_logged, gongkai, noted, put_into_journal, still
from tests.shared.brokers import DECLARED, broker

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]
__all__ = ["broker", "gongkai"]
COUNTY = "beihe"
Gongkai = Callable[..., Ended]


@dataclass
class Split:
    """Databases and Kafka of a county of its own, and the CLI with the addresses of both."""

    postgres: PostgresServer
    kafka: str
    var: Path
    cli: Gongkai

    def url(self, role: str) -> str:
        return self.postgres.url("SERVICE", user=role.format("SERVICE")).replace("SERVICE", "{service}")

    def gongkai(self, *arguments: str, var: Path | None = None) -> Ended:
        told = {name: value for name, value in self.settings(var).items() if value}
        return self.cli(*arguments, **told)

    def settings(self, var: Path | None = None) -> dict[str, str]:
        return {
            "GONGKAI_DATABASE_URL": self.url("{}"),
            "GONGKAI_OWNER_URL": self.url(owner_of("{}")),
            "GONGKAI_KEYS_URL": f"sqlite:///{var or self.var}/keys.sqlite",
            "GONGKAI_KAFKA": self.kafka,
            "GONGKAI_COUNTY": COUNTY,
            "GONGKAI_VAR": str(var or self.var),
        }

    def make_anew(self, *names: str) -> None:
        """The databases as a new server has them, their tables laid."""
        for name in names:
            with self.postgres.connect() as connection:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            self.postgres.create_service(name)
        for name in names:
            assert self.gongkai("migrate", name).code == 0

    def platform(self) -> LocalPlatform:
        told = {name.removeprefix("GONGKAI_").lower(): value for name, value in self.settings().items()}
        return LocalPlatform(Settings(environment=Environment.DEVELOPMENT, **told))  # type: ignore[arg-type]  # texts, as from the environment

    def running(self) -> Running:
        platform = self.platform()
        return Running(platform, [still(BUILDERS[name](platform)) for name in SERVICES])

    def live(self, *services: str) -> None:
        """Run until nothing is under way; ``services`` decide something meanwhile."""
        running = self.running()
        running.start()
        try:
            for name in services:
                running.platform.journals[name].append(noted(running.platform.journals[name]))
            assert running.settle(60)
            await_logged(running)
        finally:
            running.stop()

    def digests(self, name: str) -> dict[str, str]:
        running = self.running()
        try:
            with reach.service():
                journal = running.platform.journals[name]
                views = next(flow.service.views for flow in running.flows if flow.service.name == name)
                found = {view.name: view_digest(view) for view in views}
                return found | {"journal": str(chain_of(journal, COUNTY, journal.head()))}
        finally:
            running.platform.close()


@pytest.fixture
def split(postgres: PostgresServer, broker: KafkaBroker, tmp_path: Path, gongkai: Gongkai) -> Iterator[Split]:
    """The tape in every journal, shipped to Kafka, followed and logged."""
    apply_topics(broker.bootstrap, DECLARED, county=COUNTY)
    made = Split(postgres, broker.bootstrap, tmp_path / "var", gongkai)
    made.make_anew(*SERVICES)
    platform = made.platform()
    with reach.service():
        for name in SERVICES:
            put_into_journal(platform, name)
    platform.close()
    made.live()
    yield made
    for name in SERVICES:
        with postgres.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_what_was_lost_comes_back_from_kafka_and_from_a_backup(split: Split, tmp_path: Path) -> None:
    """One story, since its setting takes a while: verify, back up, lose one database, then all of them."""
    assert split.gongkai("verify", "--views", "--complete", "--json").value["good"]
    made = split.gongkai("backup", "create", "--to", str(tmp_path / "copies"), "--json")
    assert made.code == 0, made.err
    assert split.gongkai("backup", "verify", made.value["file"]).code == 0

    before = split.digests("publication")
    split.make_anew("publication")
    held = split.gongkai("restore", "publication", "--from-log", "--json")
    assert held.code == 0, held.err
    assert split.digests("publication") == before
    split.live("archive")
    assert split.digests("publication") == before
    assert split.gongkai("verify", "--json").value["good"]

    split.make_anew(*SERVICES)
    there = tmp_path / "there"
    arguments = ("backup", "restore", made.value["file"], "--keys", made.value["keys"])
    assert split.gongkai(*arguments, "--dry-run", var=there).code == 0
    back = split.gongkai(*arguments, var=there)
    assert back.code == 0, back.err
    split.var = there
    heads = {name: kept["head"] for name, kept in Archive.at(Path(made.value["file"])).manifest["services"].items()}
    assert made.value["heads"] == heads
    assert split.digests("publication") == before
    behind = split.gongkai("verify", "archive", "--json").value["checked"]["archive"]["counts"]
    assert behind == {"journal-behind": 1}, "Kafka has what was decided after the backup"
    assert split.gongkai("restore", "archive", "--from-log", "--tail").code == 0
    split.live("feedback")
    assert split.gongkai("verify", "--json").value["good"]
    refused = split.gongkai(*arguments, var=tmp_path / "elsewhere")
    assert refused.code == 1
    assert "holds events" in refused.err
