"""The embedded platform ends with kill -9 at each of its steps, under load: every promise holds afterwards."""

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from services.split.processes import Child
from tests.faults.crashing import STEPS
from tests.faults.house import House, crashing_child, ended, house_at

PASSAGES_MAX = 6
SWAPPED = ("before a rebuilt view is swapped in", "after a rebuilt view is swapped in")
DESTROYED = ("before a subject's keys are destroyed", "after a subject's keys are destroyed")  # test_erasure_killed.py
NOT_UNDER_LOAD = {
    "before a ticker's commands",
    *SWAPPED,
    *DESTROYED,
}  # once in ten seconds: with the leases; in the CLI


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


def test_a_rebuild_killed_as_it_swaps_leaves_the_view_whole_and_can_be_done_again(
    house: House, request: pytest.FixtureRequest, injected: "Counter[str]"
) -> None:
    """The CLI's process, beside the platform under load."""
    for label in [*SWAPPED] * int(request.config.getoption("--rounds", 0)) or SWAPPED[1:]:
        killed = crashing_child(house.plan, "rebuild", "rebuild", "publication", "desk")
        again = crashing_child(house.plan, "again", "rebuild", "publication", "desk")
        replace(house, child=killed).arm(signal.SIGKILL, label, 1)
        with house.loaded(f"swap-{label.split()[0]}"):
            assert code_of(killed) == -signal.SIGKILL
            assert code_of(again) == 0, again.log.read_text()[-500:]
        house.must_hold()
        injected[f"kill -9 {label}"] += 1


def code_of(child: Child) -> int:
    child.start()
    assert ended(child, 60)
    assert child.process is not None
    return int(child.process.returncode)
