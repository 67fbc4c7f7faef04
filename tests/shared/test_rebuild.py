"""A view can be made again from the events at any time, and comes out the same."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, inspect

from shared import parking
from shared.events import Recorded
from shared.rebuild import DigestDiffers, rebuild_view, view_digest
from tests.shared.flows import Numbers, count
from tests.shared.towns import Town, engines, town

__all__ = ["engines", "town"]


class Doubled(Numbers):
    """The same view after a change of its code."""

    def apply(self, tx: Connection, event: Recorded) -> None:
        super().apply(tx, event)
        super().apply(tx, replace(event, position=-event.position))


@pytest.fixture
def busy(town: Town) -> Town:
    """A town with thirty events in each journal, all followed."""
    town.start()
    for number in range(1, 31):
        count(town.catalogue, f"organisation-{number % 4}", number)
    assert town.settle()
    return town


def test_a_rebuilt_view_has_the_same_rows_and_follows_on(busy: Town) -> None:
    before = view_digest(busy.view)
    seen: list[tuple[int, int]] = []
    result = rebuild_view(busy.follower, busy.view, progress=lambda done, total: seen.append((done, total)))
    assert (result.events, result.same, result.swapped, result.digest) == (60, True, True, before)
    assert seen[-1] == (60, 60)
    count(busy.catalogue, "organisation-0", 31)
    assert busy.settle()
    assert busy.view.seen() == list(range(1, 32))


def test_a_view_can_be_rebuilt_again_and_again_without_leftovers(busy: Town) -> None:
    for _ in range(3):
        assert rebuild_view(busy.follower, busy.view).same
    tables = set(inspect(busy.engines["publication"]).get_table_names())
    assert {name for name in tables if name.startswith("numbers")} == {"numbers_rows", "numbers_totals"}
    indexes = inspect(busy.engines["publication"]).get_indexes("numbers_rows")
    assert [index["column_names"] for index in indexes] == [["stream", "version"]]


def test_a_difference_is_swapped_in_only_if_accepted(busy: Town) -> None:
    changed = Doubled(busy.engines["publication"])
    with pytest.raises(DigestDiffers):
        rebuild_view(busy.follower, changed)
    assert len(busy.view.seen()) == 30
    assert not rebuild_view(busy.follower, changed, dry_run=True).swapped
    assert len(busy.view.seen()) == 30
    assert rebuild_view(busy.follower, changed, accept_difference=True).swapped
    assert len(busy.view.seen()) == 60


def test_a_rebuild_brings_in_what_was_parked(busy: Town) -> None:
    busy.view.stumble = "bad"
    count(busy.catalogue, "organisation-0", 100, note="bad")
    assert busy.settle()
    assert len(parking.waiting(busy.engines["publication"])) == 1
    mended = Numbers(busy.engines["publication"])
    assert rebuild_view(busy.follower, mended, accept_difference=True).swapped
    assert parking.waiting(busy.engines["publication"]) == []
    assert busy.view.seen() == list(range(1, 32))


def test_the_live_view_moves_on_while_it_is_rebuilt(busy: Town) -> None:
    def meanwhile(done: int, total: int) -> None:
        if done == total == 60:
            count(busy.catalogue, "organisation-1", 31)
            busy.follower.wait_for("catalogue", 31, 5.0)

    result = rebuild_view(busy.follower, busy.view, progress=meanwhile)
    assert result.same
    assert busy.settle()
    assert busy.view.seen() == list(range(1, 32))
