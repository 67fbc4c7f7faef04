"""How soon an immediate item is due is the catalogue's to say, in hours; who reports what happened may ask for less."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from tests.publication.liushu import ITEMS, Liushu, adopted, at, item

FLOOD = "FY-R1/6.5"


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    """Since 2026-03-10 the catalogue says of 6.5 that it is due within four hours."""
    world = Liushu(tmp_path, at(2, 1, 8))
    fact = adopted(date(2026, 3, 10), 2, (*ITEMS, item("6.5", "immediate", "汛情", limit_hours=4)))
    world.tell(c.REGISTRY, "catalogue-FY-R1", fact)
    world.go_to(at(7, 6, 9))
    yield world
    world.close()


def due(liushu: Liushu, **body: Any) -> tuple[str, str | None]:
    """The day and instant by which it is to be made known that something happened at 08:00."""
    fact = {"item": FLOOD, "what": "洪水", "happened_at": "2026-07-06T08:00:00+08:00"} | body
    told = liushu.do("ma-xiaoyan", "/triggers", fact)
    assert told.status_code == 201, told.text
    row = liushu.ask("ma-xiaoyan", f"/obligations/{fact['item']}/triggered/{told.json()['id']}").json()
    return row["due"], row["due_at"]


def test_the_hours_of_the_item_are_those_of_the_duty(liushu: Liushu) -> None:  # PUB-29, A-08
    assert due(liushu) == ("2026-07-06", "2026-07-06T04:00:00Z")


def test_more_haste_may_be_asked_for_than_the_item_wants_and_never_less(liushu: Liushu) -> None:  # PUB-29, A-08
    assert due(liushu, limit_hours=1) == ("2026-07-06", "2026-07-06T01:00:00Z")
    assert due(liushu, limit_hours=48) == ("2026-07-06", "2026-07-06T04:00:00Z")


def test_where_the_item_says_no_hours_the_parameter_holds(liushu: Liushu) -> None:  # PUB-29, P-04
    assert due(liushu, item="FY-R1/4.3") == ("2026-07-09", None)
