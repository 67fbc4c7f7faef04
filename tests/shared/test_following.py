"""Followers bring every event of every source to views and reactions, in journal order, each once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shared import parking
from shared.clock import SystemClock
from shared.events import Recorded
from shared.following import Follower, settled
from shared.handling import Do
from shared.log.embedded import EmbeddedLog
from shared.relay import Relay
from shared.service import Reaction
from tests.shared.flows import COUNTY, ECHO, Echo, Numbers, count, engine_of, handler_of, journal_of, log_of


def echo(event: Recorded) -> list[Do]:
    return [Do(ECHO, event.identity, Echo(event.data["number"]))] if event.name == "Counted" else []


@dataclass
class Town:
    """Two services on one log: catalogue is heard by publication, which also hears itself."""

    folder: Path
    log: EmbeddedLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = log_of(self.folder)
        self.engines = {name: engine_of(self.folder, name) for name in ("catalogue", "publication")}
        self.catalogue = journal_of(self.engines["catalogue"], "catalogue")
        self.publication = journal_of(self.engines["publication"], "publication")
        journals = ((self.engines[j.service], j) for j in (self.catalogue, self.publication))
        self.relays = [
            Relay(engine, journal, self.log, COUNTY, SystemClock()) for engine, journal in journals
        ]
        self.view = Numbers(self.engines["publication"])
        self.follower = self.new_follower(self.view)

    def new_follower(self, view: Numbers) -> Follower:
        return Follower(
            service="publication",
            engine=self.engines["publication"],
            journal=self.publication,
            log=self.log,
            views=[view],
            reactions=[Reaction("echo", ("catalogue",), echo)],
            handler=handler_of(self.publication),
            county=COUNTY,
            clock=SystemClock(),
        )

    def start(self) -> None:
        for part in (*self.relays, self.follower):
            part.prepare()
            part.start()

    def settle(self, timeout: float = 10.0) -> bool:
        return settled(*self.relays, self.follower, timeout=timeout)

    def stop(self) -> None:
        for part in (*self.relays, self.follower):
            part.wind_down()
        self.follower.stop()
        for relay in self.relays:
            relay.stop()
        for journal in (self.catalogue, self.publication):
            journal.close()
        self.log.close()
        for engine in self.engines.values():
            engine.dispose()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.stop()


def test_a_view_sees_its_own_journal_and_others_and_reactions_act_once(town: Town) -> None:
    town.start()
    for number in range(1, 21):
        count(town.catalogue, f"organisation-{number % 7}", number)
    assert town.settle()
    assert town.view.seen("catalogue") == list(range(1, 21))
    assert town.view.seen("publication") == list(range(1, 21))
    assert town.publication.head() == 20


def test_a_poison_event_parks_its_stream_and_others_flow(town: Town) -> None:
    town.view.stumble = "bad"
    town.start()
    count(town.catalogue, "organisation-A", 1)
    count(town.catalogue, "organisation-A", 2, note="bad")
    count(town.catalogue, "organisation-A", 3)
    count(town.catalogue, "organisation-B", 4)
    assert town.settle()
    assert town.view.seen() == [1, 4]
    [waiting] = parking.waiting(town.engines["publication"])
    assert (waiting.follower, waiting.stream, waiting.events, waiting.first) == (
        "numbers",
        "organisation-A",
        2,
        2,
    )
    assert waiting.reason == "ValueError: stumbled over bad"


def test_waiting_for_a_position_shows_what_was_just_done(town: Town) -> None:
    town.start()
    position = count(town.catalogue, "organisation-A", 1)
    assert town.follower.wait_for("catalogue", position, 5.0)
    assert town.view.total("organisation-A") == 1
    assert not town.follower.wait_for("catalogue", position + 1, 0.05)
