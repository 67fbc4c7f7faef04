"""By what a duty is met, and that it is met by one disclosure: what follows is a correction of it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from tests.publication.liushu import ITEMS, WORDS, Liushu, adopted, at, item

SET_UP = "FY-R1/3.1/first/2026-04-09"


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(4, 9, 9))
    yield world
    world.close()


def duty(liushu: Liushu, obligation: str) -> dict[str, Any]:
    page: dict[str, Any] = liushu.ask("ma-xiaoyan", f"/obligations/{obligation}").json()
    return page


def to_society(liushu: Liushu) -> str:
    """The organisation's setting up, which the catalogue has for society, approved for its duty."""
    outside = item("3.1", "long-term", "党组织设置", scope="outside")
    liushu.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 4, 9), 2, (*ITEMS, outside)))
    liushu.go_to(at(4, 9, 10))
    disclosure = str(liushu.do("ma-xiaoyan", "/disclosures", {"obligation": SET_UP} | WORDS).json()["id"])
    liushu.approved(disclosure)
    liushu.go_to(at(4, 10, 14))
    liushu.released_inside(disclosure)
    return disclosure


def test_what_is_for_outside_is_owed_until_it_is_shown_outside(liushu: Liushu) -> None:  # PUB-03
    disclosure = to_society(liushu)
    assert duty(liushu, SET_UP)["state"] == "open"
    liushu.go_to(at(4, 13, 9))
    liushu.released_outside(disclosure)
    met = duty(liushu, SET_UP)
    assert (met["state"], met["fulfilled_on"], met["disclosure"]) == ("fulfilled", "2026-04-13", disclosure)


def test_what_is_for_outside_and_is_shown_inside_alone_falls_overdue(liushu: Liushu) -> None:  # PUB-03, PUB-33
    to_society(liushu)
    liushu.go_to(at(5, 20, 9))
    assert duty(liushu, SET_UP)["state"] == "overdue"
