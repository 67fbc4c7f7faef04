"""Readers are told whether a version puts right what was wrong or was made public again (PUB-30, PUB-31, 0044)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.publication import events as p
from services.publication.events.parts import Website
from shared.clock import business_day
from tests.feedback.world import released
from tests.publication.liushu import Liushu, at

BRANCH, SOCIETY = ("members:FY-R1",), ("society",)
CHEN, ZHOU = "chen-xiuying", "zhou-dahai"
FIRST = at(4, 10, 9)


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(4, 8, 9))
    yield world
    world.close()


def shown(world: Liushu, version: int, *sides: str, opinions: tuple[str, ...] = ()) -> None:
    """Version by version, a day apart; each replaces the one before."""
    when = FIRST + timedelta(days=version)
    for side in sides:
        _, stream, fact = released(
            side == "inside",
            BRANCH if side == "inside" else SOCIETY,
            version=version,
            at=when,
            replaces=version - 1,
        )
        told = {"opinions": opinions, "note": f"第{version}版" if version > 1 else "", "on": business_day(when)}
        if side == "outside":
            told["channels"] = (Website(url="https://fengyang.example/1"),)
        world.tell(p.REGISTRY, stream, fact.model_copy(update=told))


def told(world: Liushu, reader: str) -> list[tuple[int, str, bool, bool]]:
    """Each version that this reader sees: its number, what it is, and whether it was corrected or made public again."""
    rows: list[dict[str, Any]] = world.ask(reader, "/shown/dues-q1/versions").json()
    return [(r["version"], r["renewal"], bool(r["corrected_at"]), bool(r["redisclosed_at"])) for r in rows]


def test_a_correction_and_what_it_corrects_say_so(liushu: Liushu) -> None:  # PUB-31
    shown(liushu, 1, "inside", "outside")
    shown(liushu, 2, "inside", "outside")
    assert told(liushu, ZHOU) == [(2, "correction", False, False), (1, "", True, False)]


def test_what_was_made_public_again_says_so_and_nothing_of_a_mistake(liushu: Liushu) -> None:  # PUB-30
    shown(liushu, 1, "inside", "outside")
    shown(liushu, 2, "inside", "outside", opinions=("o1",))
    assert told(liushu, ZHOU) == [(2, "redisclosure", False, False), (1, "", False, True)]
    page = liushu.ask("", "/shown/dues-q1").json()
    assert (page["renewal"], page["superseded_at"], page["note"]) == ("redisclosure", None, "第2版")
    assert "o1" not in str(page), "who said what is not for readers"


def test_a_later_correction_is_of_what_was_made_public_again(liushu: Liushu) -> None:  # PUB-30, PUB-31
    shown(liushu, 1, "inside")
    shown(liushu, 2, "inside", opinions=("o1",))
    shown(liushu, 3, "inside")
    assert told(liushu, CHEN) == [
        (3, "correction", False, False), (2, "redisclosure", True, False), (1, "", True, True),
    ]  # fmt: skip


def test_readers_whom_a_correction_never_reached_are_told_that_something_was_wrong(liushu: Liushu) -> None:
    """PUB-31: put right inside, then made public again inside and outside: outside it is the correction."""
    shown(liushu, 1, "inside", "outside")
    shown(liushu, 2, "inside")
    shown(liushu, 3, "inside", "outside", opinions=("o1",))
    assert told(liushu, ZHOU) == [(3, "correction", False, False), (1, "", True, False)]
    members = told(liushu, CHEN)
    assert members == [(3, "redisclosure", False, False), (2, "correction", False, True), (1, "", True, False)]
