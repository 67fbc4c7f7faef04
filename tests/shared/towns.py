"""Two services on one log, for tests: catalogue publishes, publication follows it and itself, and echoes
every number.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count as counting
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.split.postgres import PostgresServer
from shared.clock import SystemClock
from shared.database import make_engine
from shared.events import Recorded
from shared.following import Follower, settled
from shared.handling import Do
from shared.log import Log
from shared.relay import Relay
from shared.service import Reaction
from tests.shared.flows import COUNTY, ECHO, Echo, Numbers, engine_of, handler_of, journal_of, log_of

NAMES = ("catalogue", "publication")
_databases = counting(1)


def echo(event: Recorded) -> list[Do]:
    return [Do(ECHO, event.identity, Echo(event.data["number"]))] if event.name == "Counted" else []


@dataclass
class Town:
    """Two services on one log: catalogue is heard by publication, which also hears itself."""

    engines: dict[str, Engine]
    log: Log

    def __post_init__(self) -> None:
        self.catalogue = journal_of(self.engines["catalogue"], "catalogue")
        self.publication = journal_of(self.engines["publication"], "publication")
        journals = ((self.engines[j.service], j) for j in (self.catalogue, self.publication))
        self.relays = [Relay(engine, journal, self.log, COUNTY, SystemClock()) for engine, journal in journals]
        self.view = Numbers(self.engines["publication"])
        self.follower = self.new_follower(self.view)

    def new_follower(self, view: Numbers, commands: Callable[[Recorded], list[Do]] = echo) -> Follower:
        return Follower(
            service="publication",
            engine=self.engines["publication"],
            journal=self.publication,
            log=self.log,
            views=[view],
            reactions=[Reaction("echo", ("catalogue",), commands)],
            handler=handler_of(self.publication),
            county=COUNTY,
            clock=SystemClock(),
        )

    def start(self) -> None:
        for relay in self.relays:
            relay.prepare()
            relay.start()
        self.follower.prepare()
        self.follower.start()

    def settle(self, timeout: float = 10.0) -> bool:
        return settled(*self.relays, self.follower, timeout=timeout)

    def stop(self) -> None:
        self.follower.wind_down()
        for relay in self.relays:
            relay.wind_down()
        self.follower.stop()
        for relay in self.relays:
            relay.stop()
        for journal in (self.catalogue, self.publication):
            journal.close()
        self.log.close()
        for engine in self.engines.values():
            engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Engine]:
    """A database for each service, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return {name: engine_of(tmp_path, name) for name in NAMES}
    server: PostgresServer = request.getfixturevalue("postgres")
    return {name: make_engine(server.create_database(f"flow_{name}_{next(_databases)}")) for name in NAMES}


@pytest.fixture
def town(engines: dict[str, Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr("shared.following.WAIT_SECONDS", 0.1)  # so that stopping takes no second
    monkeypatch.setattr("shared.relay.IDLE_SECONDS", 0.1)
    town = Town(engines, log_of(tmp_path))
    yield town
    town.stop()
