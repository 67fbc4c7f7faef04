"""What came in on a major decision that was given up is counted to the day on which it was (PUB-17)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from tests.publication.liushu import ITEMS, MEETING, Liushu, adopted, at, item
from tests.publication.test_major_decision import ITEM, MA, asked_inside, decide, done, opinion


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Liushu, str, str]]:
    """On August 1 members are asked until the 8th: the world, the decision, what was put up."""
    world = Liushu(tmp_path, at(8, 1, 9))
    sale = item("6.5", "immediate", "重要事项", major=True)
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 7, 1), 2, (*ITEMS, sale)))
    made = str(done(world.do(MA, "/decisions", {"item": ITEM, "title": "出售旧仓库"}), 201)["id"])
    told = {"on": "2026-08-01", "told_through": MEETING | {"on": "2026-08-01"}}
    done(decide(world, made, "notification", told))
    yield world, made, asked_inside(world, made)
    world.close()


def page(world: Liushu, made: str) -> dict[str, Any]:
    found: dict[str, Any] = world.ask(MA, f"/decisions/{made}").json()
    return found


def test_opinions_are_counted_to_the_day_on_which_the_decision_was_given_up(asked: tuple[Liushu, str, str]) -> None:
    """PUB-17."""
    world, made, draft = asked
    for day in (2, 4, 6):
        world.go_to(at(8, day, 9))
        opinion(world, draft, day)
        if day == 4:
            assert page(world, made)["rounds"][0]["opinions"] == 2
            done(decide(world, made, "dropping", {"reason": "不卖了"}))
    world.go_to(at(8, 20, 9))
    found = page(world, made)
    assert (found["stage"], found["dropped_on"]) == ("dropped", "2026-08-04")
    assert [(r["closed"], r["until"], r["opinions"]) for r in found["rounds"]] == [(True, "2026-08-08", 2)]


def test_given_up_after_a_round_it_keeps_what_that_round_brought(asked: tuple[Liushu, str, str]) -> None:  # PUB-17
    world, made, draft = asked
    for day in (2, 8, 9):
        world.go_to(at(8, day, 9))
        opinion(world, draft, day)
    done(decide(world, made, "dropping", {"reason": "不卖了"}))
    world.go_to(at(8, 20, 9))
    assert [r["opinions"] for r in page(world, made)["rounds"]] == [2]
