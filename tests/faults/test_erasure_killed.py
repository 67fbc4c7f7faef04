"""The platform ends with kill -9 between the decision that somebody is erased and its certificate: it is carried out
afterwards all the same, once, and nothing comes back (decision 0019).
"""

import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress

import httpx2
import pytest

from tests.faults.house import House, ended, house_at
from tests.faults.model import eventually
from tests.faults.reading import Written
from tests.journeys.people import World
from tests.platform.erasing import CATALOGUE, CONFIRMER, KEEPER

FEEDBACK = "/api/feedback/v1"
GROUND = {"ground": "purpose-ended"}
STEPS = {"before a subject's keys are destroyed": 2, "after a subject's keys are destroyed": 0}
SECONDS_MAX = 30.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_at(tmp_path_factory.mktemp("erasure-killed")) as house:
        yield house


def keys_of(house: House, person: str) -> list[tuple[str]]:
    with closing(sqlite3.connect(house.plan.var / "keys.sqlite")) as keys:
        question = "SELECT key_id FROM keys WHERE ? IN (subject, owner)"
        return keys.execute(question, [f"person:{person}"]).fetchall()


def told_of(house: House, person: str) -> list[str]:
    """The names of the facts in the person's stream."""
    rows: list[Written] = house.kept.journal("catalogue")
    return [row.type.split(".")[-2] for row in rows if row.stream == f"person-{person}"]


def joins_and_says_something(world: World, person: str) -> str:
    body = {"person": person, "name_zh": f"莫{person}", "name_en": person}
    world(KEEPER).does(f"{CATALOGUE}/organisations/FY-R1/members", {"persons": [body], "on": "2026-01-05"})
    given = world(person).does(f"{FEEDBACK}/opinions", {"organisation": "FY-R1", "text": "公开栏太高"})
    return str(given["id"])


@pytest.mark.parametrize("label", STEPS)
def test_a_decided_erasure_is_carried_out_though_the_platform_was_killed_on_the_way(
    house: House, label: str, injected: "Counter[str]"
) -> None:
    """Before: no key was destroyed yet; after: they are, and nobody has certified it."""
    person = f"mo-{label.split()[0]}"
    erasure = f"{CATALOGUE}/persons/{person}/erasure"
    with house.client() as client:
        world = World(client)
        opinion = joins_and_says_something(world, person)
        house.before |= {row.event_id for row in house.kept.journal("feedback")}  # not of the house's own clients
        assert len(keys_of(house, person)) == 2
        world(KEEPER).does(erasure, GROUND)
        confirmer = world(CONFIRMER)
        house.arm(signal.SIGKILL, label, 1)
        with suppress(httpx2.TransportError):
            confirmer.does(f"{erasure}/confirmation")
        assert ended(house.child), f"never came {label}"
    assert told_of(house, person)[-1] == "ErasureConfirmed"
    assert len(keys_of(house, person)) == STEPS[label]
    house.arm(0, "", 0)
    house.start()
    injected[f"kill -9 {label}"] += 1
    with house.client() as client:
        world = World(client)
        page = eventually(lambda: erased(world, erasure), SECONDS_MAX)
        assert (page["state"], page["keys"]) == ("erased", 2)
        assert keys_of(house, person) == []
        assert told_of(house, person).count("PersonErased") == 1
        assert world("ma-xiaoyan").get(f"{FEEDBACK}/opinions/{opinion}")["text"] == "已依法删除"
        assert world(person).raw(f"{CATALOGUE}/me").json()["code"] == "SIGN_IN_ERASED"
    house.must_hold(views=False)


def erased(world: World, erasure: str) -> dict[str, object]:
    """Raises ``AssertionError`` as long as it is not certified."""
    page: dict[str, object] = world(KEEPER).get(erasure)
    assert page["state"] == "erased", page
    return page
