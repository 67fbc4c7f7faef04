"""A view is swapped while commands keep coming; a rebuild that ended in the middle leaves the live view as it was."""

from threading import Event, Thread

import pytest
from sqlalchemy import inspect

from shared.rebuild import AlreadyRebuilding, DigestDiffers, rebuild_view, view_digest
from tests.shared.flows import Numbers, count
from tests.shared.towns import Town


@pytest.fixture
def busy(town: Town) -> Town:
    town.start()
    for number in range(1, 31):
        count(town.catalogue, f"organisation-{number % 4}", number)
    assert town.settle()
    return town


def test_views_are_swapped_again_and_again_while_commands_keep_coming(busy: Town) -> None:
    enough = Event()
    sent: list[int] = []

    def commands() -> None:
        while not enough.wait(0.003):
            sent.append(count(busy.catalogue, "organisation-busy", 1))

    load = Thread(target=commands)
    load.start()
    try:
        swapped = [rebuild_view(busy.follower, busy.view) for _ in range(3)]
    finally:
        enough.set()
        load.join()
    assert all(one.same and one.swapped for one in swapped)
    assert busy.settle(30)
    assert busy.view.seen() == list(range(1, sent[-1] + 1)), "none missed, none twice, in order"
    assert busy.view.total("organisation-busy") == len(sent)


def test_a_rebuild_that_fails_in_the_middle_leaves_the_live_view(busy: Town) -> None:
    before = view_digest(busy.view)

    class Stumbling(Numbers):
        stumble = "bad"

    count(busy.catalogue, "organisation-0", 31, note="bad")
    assert busy.settle()
    after = view_digest(busy.view)
    with pytest.raises(ValueError, match="stumbled"):
        rebuild_view(busy.follower, Stumbling(busy.engines["publication"]))
    assert view_digest(busy.view) == after != before
    assert tables(busy) == {"numbers_rows", "numbers_totals"}


def test_what_a_killed_rebuild_left_behind_is_removed_by_the_next(busy: Town) -> None:
    Numbers(busy.engines["publication"], "__nf00d").metadata.create_all(busy.engines["publication"])
    assert len(tables(busy)) == 4
    assert rebuild_view(busy.follower, busy.view).same
    assert tables(busy) == {"numbers_rows", "numbers_totals"}


def test_a_view_is_made_again_by_one_at_a_time(busy: Town) -> None:
    refused: list[str] = []

    def another(_done: int, _total: int) -> None:
        if not refused:  # after the first batch; the last word is told while the swap holds the database
            with pytest.raises(AlreadyRebuilding) as running:
                rebuild_view(busy.follower, busy.view)
            refused.append(str(running.value))

    assert rebuild_view(busy.follower, busy.view, progress=another).swapped
    assert refused == ["numbers is being made again by another process"]
    assert rebuild_view(busy.follower, busy.view).swapped, "the lease was given back"


def test_a_difference_is_told_table_by_table(busy: Town) -> None:
    with busy.engines["publication"].begin() as tx:
        tx.execute(busy.view.totals.delete().where(busy.view.totals.c.stream == "organisation-1"))
    with pytest.raises(DigestDiffers, match=r"numbers_totals has 8 rows instead of 7$"):
        rebuild_view(busy.follower, busy.view)
    assert rebuild_view(busy.follower, busy.view, accept_difference=True).swapped


def tables(town: Town) -> set[str]:
    names = inspect(town.engines["publication"]).get_table_names()
    return {name for name in names if name.startswith("numbers")}
