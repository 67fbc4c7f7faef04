"""The embedded platform ends with kill -9 at each of its steps, under load: every promise holds afterwards."""

import signal
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from tests.faults.crashing import STEPS
from tests.faults.house import House, ended, house_at

PASSAGES_MAX = 6
NOT_UNDER_LOAD = {"before a ticker's commands"}  # once in ten seconds: tried with the leases


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_at(tmp_path_factory.mktemp("steps")) as house:
        yield house


@pytest.mark.parametrize("label", STEPS)
def test_every_step_is_there(label: str) -> None:
    STEPS[label].owner()


def test_killed_at_each_step_nothing_is_lost_doubled_or_shown(
    house: House, chance: Random, request: pytest.FixtureRequest, injected: "Counter[str]"
) -> None:
    """Without ``--rounds`` a few of the steps, which the seed chooses."""
    for number, label in enumerate(chosen(chance, int(request.config.getoption("--rounds", 0)))):
        house.arm(signal.SIGKILL, label, chance.randint(1, PASSAGES_MAX))
        with house.loaded(f"step-{number}"):
            assert ended(house.child), f"never came {label}"
        house.arm(0, "", 0)
        house.start()
        house.must_hold(views=number % 5 == 4)
        injected[f"kill -9 {label}"] += 1
    house.must_hold()


def chosen(chance: Random, rounds: int) -> list[str]:
    if not rounds:
        return chance.sample(sorted(STEPS.keys() - NOT_UNDER_LOAD), 4)
    labels = sorted(STEPS.keys() - NOT_UNDER_LOAD) * rounds
    chance.shuffle(labels)
    return labels
