"""Two processes on one set of data: the owner of a lease stands still in the middle of its work, another takes over,
and the first goes on as if nothing had been. Nothing is lost, doubled or taken back.
"""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from shared.clock import MovableClock
from tests.faults.house import House, house_at
from tests.faults.model import eventually

STEPS = (
    "before the relay's publish",
    "after the relay's publish",
    "before a ticker's commands",
    "before a tile",
    "before the tree's state",
    "before the checkpoint is published",
)
SECONDS_MAX = 40.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_at(tmp_path_factory.mktemp("leases")) as house:
        yield house


@pytest.fixture(scope="module")
def other(house: House) -> Iterator[House]:
    other = house.beside()
    other.start()
    yield other
    other.child.stop()


def owner_of(service: str, lease: str, *houses: House) -> House:
    """Which of the processes has the lease; the holder names its number."""
    [(holder,)] = houses[0].kept.ask(service, f"select holder from leases where name = '{lease}'")  # noqa: S608 - our own
    owners = [house for house in houses if f":{house.child.pid}:" in holder]
    assert owners, f"{lease} is with {holder!r}"
    return owners[0]


@pytest.mark.parametrize("label", STEPS)
def test_an_owner_that_stood_still_takes_nothing_back(
    house: House, other: House, label: str, chance: Random, injected: "Counter[str]"
) -> None:
    for one in (house, other):
        one.arm(0, label, 1 if "ticker" in label else chance.randint(1, 3))
    with house.loaded(label.replace(" ", "-")):
        first = eventually(lambda: who_stands(house, other), SECONDS_MAX)
        second = other if first is house else house
        second.arm(0, "", 0)
        service, lease = lease_of(first.standing)
        eventually(lambda: must_be(second, owner_of(service, lease, house, other)), SECONDS_MAX)
        time.sleep(1.5)
        first.arm(0, "", 0)
        time.sleep(1.5)
    house.must_hold(views=False)
    injected[f"owner stands still {label}, another takes over, it goes on"] += 1


def who_stands(*houses: House) -> House:
    standing = [house for house in houses if house.standing]
    assert standing, "nobody came to the step"
    return standing[0]


def lease_of(thread: str) -> tuple[str, str]:
    """The service and the lease that a thread works under."""
    kind, _, service = thread.partition("-")
    return {
        "relay": (service, f"relay-{service}"),
        "tick": (service, f"ticker-{service}"),
        "tlog": ("audit", "tlog"),
    }[kind]


def must_be(expected: House, owner: House) -> None:
    assert owner is expected


def test_a_clock_stepped_by_a_day_under_load_reorders_and_repeats_nothing(
    house: House, other: House, injected: "Counter[str]"
) -> None:
    """The clock of both processes, by which everything is recorded and falls due; the machine's own stays."""
    clock = MovableClock(house.plan.var / "clock.json")
    with house.loaded("clock"):
        for days in (1, -1):
            time.sleep(1.5)
            clock.set_to(clock.now() + timedelta(days=days))
            injected["clock stepped by a day"] += 1
        time.sleep(1.5)
    other.must_hold()
