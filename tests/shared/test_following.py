"""Followers bring every event of every source to views and reactions, in journal order, each once."""

from collections.abc import Callable
from threading import Event, Thread

import pytest
from sqlalchemy import select

from shared import checkpoints, parking
from shared.applying import NotNext
from shared.events import Recorded
from shared.handling import Do
from shared.intake import JournalIntake
from shared.journal import Journal
from shared.merging import Batch
from tests.shared.flows import COUNTY, Numbers, count, event_at
from tests.shared.towns import Town, echo, engines, town

__all__ = ["engines", "town"]


def test_a_view_sees_its_own_journal_and_others_and_reactions_act_once(town: Town) -> None:
    town.start()
    for number in range(1, 21):
        count(town.catalogue, f"organisation-{number % 7}", number)
    assert town.settle()
    assert town.view.seen("catalogue") == list(range(1, 21))
    assert town.view.seen("publication") == list(range(1, 21))
    assert town.publication.head() == 20


def test_a_poison_event_parks_its_stream_and_others_flow(town: Town) -> None:
    town.view.stumble = "bad"
    town.start()
    count(town.catalogue, "organisation-A", 1)
    count(town.catalogue, "organisation-A", 2, note="bad")
    count(town.catalogue, "organisation-A", 3)
    count(town.catalogue, "organisation-B", 4)
    assert town.settle()
    assert town.view.seen() == [1, 4]
    [waiting] = parking.waiting(town.engines["publication"])
    assert (waiting.follower, waiting.stream, waiting.events, waiting.first) == (
        "numbers",
        "organisation-A",
        2,
        2,
    )
    assert waiting.reason == "ValueError: stumbled over bad"


def test_waiting_for_a_position_shows_what_was_just_done(town: Town) -> None:
    town.start()
    position = count(town.catalogue, "organisation-A", 1)
    assert town.follower.wait_for("catalogue", position, 5.0)
    assert town.view.total("organisation-A") == 1
    assert not town.follower.wait_for("catalogue", position + 1, 0.05)


def test_a_parked_stream_is_retried_in_order_once_the_cause_is_gone(town: Town) -> None:
    town.view.stumble = "bad"
    town.start()
    count(town.catalogue, "organisation-A", 2, note="bad")
    count(town.catalogue, "organisation-A", 3)
    assert town.settle()
    still = town.follower.retry("numbers", "catalogue", "organisation-A")
    assert (still.applied, still.left, still.reason) == (0, 2, "ValueError: stumbled over bad")
    town.view.stumble = ""
    assert town.follower.retry("numbers", "catalogue", "organisation-A").applied == 2
    count(town.catalogue, "organisation-A", 4)
    assert town.settle()
    assert town.view.seen() == [1, 2, 3]


def test_a_parked_stream_can_be_given_up(town: Town) -> None:
    town.view.stumble = "bad"
    town.start()
    count(town.catalogue, "organisation-A", 2, note="bad")
    assert town.settle()
    assert parking.discard(town.engines["publication"], "numbers", "catalogue", "organisation-A") == 1
    count(town.catalogue, "organisation-A", 3)
    assert town.settle()
    assert town.view.seen() == [2]


def test_two_processes_that_follow_apply_each_event_once(town: Town) -> None:
    other = town.new_follower(Numbers(town.engines["publication"]))
    town.start()
    other.prepare()
    other.start()
    writers = [
        Thread(target=lambda s=stream: [count(town.catalogue, s, number) for number in range(10)])
        for stream in ("organisation-A", "organisation-B", "organisation-C")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert town.settle()
    other.stop()
    assert town.view.seen() == list(range(1, 31))
    assert town.view.total("organisation-A") == sum(range(10))
    assert town.publication.head() == 30


def test_a_follower_goes_on_where_it_stood(town: Town) -> None:
    town.start()
    count(town.catalogue, "organisation-A", 1, 2, 3)
    assert town.settle()
    town.follower.stop()
    count(town.catalogue, "organisation-B", 4, 5)
    town.follower = town.new_follower(town.view)
    town.follower.prepare()
    town.follower.start()
    assert town.settle()
    assert town.view.seen() == [1, 2, 3, 4, 5]


def test_nothing_is_left_out_when_a_batch_does_not_go_on_where_the_checkpoint_stands(town: Town) -> None:
    # design 1.3: neither views nor reactions skip what they have not seen
    town.follower.prepare()
    applier, stop = town.follower.applier, Event()
    with pytest.raises(NotNext):
        applier.views_see(Batch("catalogue", (event_at(2, "organisation-A", 2),)))
    with pytest.raises(NotNext):
        list(applier.reactions_see(Batch("catalogue", (event_at(2, "organisation-A", 2),)), stop))
    assert town.view.seen() == []
    applier.views_see(Batch("catalogue", (event_at(1, "organisation-A", 1), event_at(2, "organisation-A", 2))))
    assert town.view.seen() == [1, 2]


def test_a_follower_whose_reading_slipped_begins_again_from_its_checkpoints(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    # design 1.3
    count(town.publication, "echo-A", 1, 2, 3)
    monkeypatch.setattr("shared.following.JournalIntake", slipping())
    town.start()
    assert town.follower.wait_for("publication", 3, 5.0)
    assert town.view.seen("publication") == [1, 2, 3]


def slipping() -> Callable[[Journal, int], JournalIntake]:
    """Makes intakes, of which the first stands where nobody has read to yet."""
    slips = iter([1])
    return lambda journal, position: JournalIntake(journal, position + next(slips, 0))


def test_a_follower_never_forgets_how_far_it_has_come(town: Town) -> None:
    # what one of its threads reads of the checkpoints may be older than what the other has done since
    town.follower.prepare()
    town.follower._advance({("numbers", "catalogue"): 3})
    town.follower._load()
    assert town.follower.positions["numbers", "catalogue"] == 3


def test_a_gap_stops_its_source_and_readiness_but_not_other_sources(town: Town) -> None:
    from shared.cloudevents import to_record

    lost = [event_at(1, "organisation-A", 1), event_at(3, "organisation-A", 3)]
    town.log.publish([to_record(lost[0], COUNTY, 3, 0), to_record(lost[1], COUNTY, 3, 2)])
    town.follower.prepare()
    town.follower.start()
    assert town.follower.wait_for("catalogue", 1, 5.0)
    count(town.publication, "echo-B", 7)
    assert town.follower.wait_for("publication", 1, 5.0)
    assert "3 comes after 2, seen 1" in town.follower.gaps["catalogue"]
    assert not town.follower.ready
    assert town.view.seen() == [1]


def test_checkpoints_are_kept_with_what_was_written(town: Town) -> None:
    town.start()
    count(town.catalogue, "organisation-A", 1, 2, 3)
    assert town.settle()
    with town.engines["publication"].connect() as tx:
        rows = tx.execute(select(checkpoints.checkpoints.c.follower, checkpoints.checkpoints.c.position)).all()
    assert {tuple(row) for row in rows} == {("numbers", 3), ("echo", 3)}


def test_lag_counts_what_is_still_to_come(town: Town) -> None:
    town.start()
    count(town.catalogue, "organisation-A", 1)
    assert town.settle()
    assert set(town.follower.lag().values()) == {0}
    town.follower.stop()
    count(town.publication, "echo-Z", 2)
    assert town.follower.lag()["numbers", "publication"] == 1


def test_a_reaction_that_fails_waits_with_its_stream_and_is_sent_again(town: Town) -> None:
    faults = {"bad"}

    def stumbling(event: Recorded) -> list[Do]:
        if event.data.get("note") in faults:
            raise ValueError("no answer to this")
        return echo(event)

    town.follower = town.new_follower(town.view, stumbling)
    town.start()
    count(town.catalogue, "organisation-A", 1, note="bad")
    count(town.catalogue, "organisation-A", 2)
    count(town.catalogue, "organisation-B", 3)
    assert town.settle()
    assert town.publication.head() == 1
    faults.clear()
    assert town.follower.retry("echo", "catalogue", "organisation-A").applied == 2
    assert town.settle()
    assert [event.data["number"] for event in town.publication.read(0)] == [3, 1, 2]
