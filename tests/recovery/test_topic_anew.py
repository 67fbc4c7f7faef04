"""A topic that was lost or made anew is filled again from the journal, and whoever follows it finds the place again."""

import pytest

from shared.cloudevents import to_record, topic_of
from shared.places import places_after
from tests.recovery.tampering import rewrite_log
from tests.shared.flows import COUNTY, count
from tests.shared.towns import Town

TOPIC = topic_of(COUNTY, "catalogue")
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)  # the port is tried over both elsewhere


@pytest.fixture
def lived(town: Town) -> Town:
    """Thirty events of catalogue, followed; then everything stands still."""
    town.start()
    for number in range(1, 31):
        count(town.catalogue, f"organisation-{number % 5}", number)
    assert town.settle()
    town.follower.stop()
    for relay in town.relays:
        relay.stop()
    return town


def followed_on(town: Town) -> list[int]:
    """What the view has seen once the services have run on and decided more."""
    town.start()
    for number in range(31, 41):
        count(town.catalogue, f"organisation-{number % 5}", number)
    assert town.settle(20)
    assert town.follower.gaps == {}
    return town.view.seen()


@pytest.mark.parametrize("left", [0, 12, 29], ids=lambda left: f"{left} left")
def test_a_follower_finds_its_place_in_a_topic_that_was_lost(lived: Town, left: int) -> None:
    rewrite_log(lived, lambda position: position > left)
    assert followed_on(lived) == list(range(1, 41))


def test_a_follower_finds_its_place_in_a_topic_made_anew_that_has_outgrown_its_offset(lived: Town) -> None:
    """The old offset exists, and has another event than before: the topic was filled in another layout."""
    filled = [to_record(event, COUNTY, 1, event.position - 1) for event in lived.catalogue.read(0)]
    rewrite_log(lived, lambda _: True)
    lived.log.publish(filled)
    more = [count(lived.catalogue, f"organisation-{number % 5}", number) for number in range(31, 61)]
    lived.log.publish([to_record(event, COUNTY, 1, event.position - 1) for event in lived.catalogue.read(30)])
    lived.follower.start()
    assert lived.follower.wait_for("catalogue", more[-1], 10)
    assert lived.view.seen() == list(range(1, 61))


def test_what_is_really_missing_is_still_a_gap(lived: Town) -> None:
    for number in range(31, 36):
        count(lived.catalogue, f"organisation-{number % 5}", number)
    lived.relays[0].prepare()
    while lived.relays[0].step(0):
        pass
    rewrite_log(lived, lambda position: position == 32)
    lived.follower.start()
    assert not lived.follower.wait_for("catalogue", 35, 2)
    assert "catalogue" in lived.follower.gaps
    assert lived.view.seen() == list(range(1, 32))


def test_places_are_found_whatever_was_shipped_again(lived: Town) -> None:
    rewrite_log(lived, lambda position: position > 20)
    lived.relays[0].prepare()
    while lived.relays[0].step(0):
        pass
    for position in range(31):
        places = places_after(lived.log, TOPIC, position)
        assert all(place.last <= position for place in places.values())
