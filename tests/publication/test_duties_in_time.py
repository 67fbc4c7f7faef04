"""However time passes, the same is owed: day by day, in one jump, with a calendar corrected on the way, or replayed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from services.publication.views.matters import Matters
from services.publication.views.obligations import Obligations
from shared import calendars
from shared.rebuild import view_digest
from tests.publication.liushu import ITEMS, Liushu, adopted, at, item

STAGED = item("3.8", "staged", "道路硬化")
MONTHLY = item("3.9", "periodic", "党费收缴", cycle="monthly")
START, END = at(2, 1, 8), at(2, 2, 8).replace(year=2028)
OF_TIME = ("obligation", "matter", "content", "trigger")


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[list[Liushu]]:
    made = [Liushu(tmp_path / name, START) for name in ("slow", "quick")]
    for world in made:
        _begin(world)
    yield made
    for world in made:
        world.close()


def _begin(world: Liushu) -> None:
    """Staged work to the spring of 2027, a cycle that changes in May, an item that leaves the catalogue in October."""
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 2, 1), 2, (*ITEMS, STAGED)))
    plan = [{"name": "路基", "on": "2026-06-18"}, {"name": "铺装", "on": "2027-03-01"}]
    work = {"item": STAGED.id, "title": "东口道路", "starts": "2026-02-01", "ends": "2027-04-30", "milestones": plan}
    assert world.do("ma-xiaoyan", "/matters", work, key="road").status_code == 201
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 5, 15), 3, (MONTHLY, *ITEMS[1:], STAGED)))
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 10, 20), 4, (*ITEMS[1:], STAGED)))


def pass_days(world: Liushu, until: datetime, step: timedelta) -> None:
    while world.clock.instant < until:
        world.go_to(min(world.clock.instant + step, until))


def facts(world: Liushu) -> dict[str, list[tuple[str, str]]]:
    """What each stream tells, without when it was recorded; ids of matters as one, since each world made its own."""
    told: dict[str, list[tuple[str, str]]] = {}
    matters = [row["matter"] for row in _view(world, Matters).listed()]
    for event in world.service.handler.journal.read(0):
        if event.stream.split("-", 1)[0] in OF_TIME:
            stream, data = event.stream, event.text
            for matter in matters:
                stream, data = stream.replace(matter, "m"), data.replace(matter, "m")
            told.setdefault(stream, []).append((event.name, data))
    return told


def _view(world: Liushu, kind: type[Any]) -> Any:
    return next(view for view in world.service.views if isinstance(view, kind))


def test_two_years_day_by_day_and_in_one_jump_give_the_same_facts(worlds: list[Liushu]) -> None:
    """PUB-01, PUB-22, PUB-24, PUB-26, A-19: nothing is lost, doubled or told otherwise because nobody looked."""
    slow, quick = worlds
    pass_days(slow, END, timedelta(days=5))
    quick.go_to(END)
    here, there = facts(slow), facts(quick)
    assert here.keys() == there.keys()
    assert {name: told for name, told in here.items() if told != there[name]} == {}
    assert any("ObligationEnded" in dict(told) for told in here.values())


def test_a_calendar_corrected_on_the_way_ends_in_the_same_days(worlds: list[Liushu]) -> None:  # 3.7
    slow, quick = worlds
    known = calendars.load_calendar(2026)
    holidays = (*known.holidays, date(2026, 7, 15), date(2026, 6, 26))
    notice = c.CalendarPublished(
        year=2026, version=9, source="更正", holidays=holidays, make_up_workdays=tuple(known.make_up_workdays)
    )
    pass_days(slow, at(6, 20, 9), timedelta(days=5))
    for world in worlds:
        world.tell(c.REGISTRY, "calendar-2026", notice)
    pass_days(slow, at(8, 30, 9), timedelta(days=5))
    quick.go_to(at(8, 30, 9))
    here, there = ({row["obligation"]: row["due"] for row in _view(w, Obligations).listed()} for w in worlds)
    assert sorted(here.values()) == sorted(there.values())
    assert here["FY-R1/3.9/replacement/2026-Q2"] == date(2026, 7, 16)
    moved = _view(slow, Obligations).one("FY-R1/3.9/replacement/2026-Q2")
    assert [move["was"] for move in moved["moves"]] == ["2026-07-15"]


def test_every_due_day_shows_how_it_was_reckoned(worlds: list[Liushu]) -> None:  # PUB-33, A-06
    quick = worlds[1]
    quick.go_to(at(8, 30, 9))
    for row in _view(quick, Obligations).listed():
        assert row["reckoning"][-1]["day"] == row["due"].isoformat()
        assert all(day["kind"] in ("weekend", "holiday") for day in row["reckoning"][1:-1] if _stood_still(row, day))


def _stood_still(row: Any, day: dict[str, Any]) -> bool:
    before = row["reckoning"][row["reckoning"].index(day) - 1]
    return bool(before["count"] == day["count"])


@pytest.mark.parametrize("kind", [Obligations, Matters])
def test_a_replay_gives_the_same_view(worlds: list[Liushu], kind: type[Any]) -> None:  # design 1.4
    quick = worlds[1]
    quick.go_to(END)
    view = _view(quick, kind)
    again = kind(quick.service.engine, "__again")
    again.metadata.create_all(quick.service.engine)
    with quick.service.engine.begin() as tx:
        again.apply_many(tx, list(quick.service.handler.journal.read(0)))
    assert view_digest(again) == view_digest(view)
