"""The clock that stories set: for all processes of one machine at once, whoever sets it."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from shared.clock import MovableClock, SystemClock
from tests.shared.journals import together


def test_a_clock_set_from_several_sides_at_once_stands_where_one_of_them_put_it(tmp_path: Path) -> None:
    clocks = [MovableClock(tmp_path / "clock.json") for _ in range(8)]
    now = SystemClock().now()

    def set_often(clock: MovableClock) -> None:
        for day in range(40):
            clock.set_to(now + timedelta(days=day))
            clock.now()

    together([partial(set_often, clock) for clock in clocks])
    assert {clock.now().date() for clock in clocks} == {(now + timedelta(days=39)).date()}
    assert [file.name for file in tmp_path.iterdir()] == ["clock.json"]


def test_a_clock_set_back_is_set_back_for_all(tmp_path: Path) -> None:
    here, there = (MovableClock(tmp_path / "clock.json") for _ in range(2))
    now = SystemClock().now()
    here.set_to(now + timedelta(days=365))
    assert there.now() > now + timedelta(days=364)
    here.set_to(now)
    assert there.now() < now + timedelta(minutes=5)
