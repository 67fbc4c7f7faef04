"""A service whose database was emptied comes back from the log alone, to the same digests, and goes on from there."""

import pytest
from sqlalchemy import MetaData

from shared import ids
from shared.cloudevents import from_record
from shared.events import Context
from shared.handling import Do
from shared.journal import UNKNOWN
from shared.journal.schema import create_schema
from shared.lease import Lease
from shared.merging import Gap
from shared.rebuild import view_digest
from shared.recovery.comparing import chain_of, compare_with_log
from shared.recovery.findings import Findings
from shared.recovery.restoring import NotABeginning, NotEmpty, place_reactions, restore_journal, restore_views
from shared.recovery.rows import JournalRows
from tests.recovery.tampering import in_log, rewrite_log
from tests.shared.brokers import broker
from tests.shared.flows import COUNTY, ECHO, Echo, count, handler_of
from tests.shared.towns import Town

__all__ = ["broker"]
COMMAND = Context(town="fengyang", actor="bai-xue", command_id=ids.derived("a command that was answered"))


@pytest.fixture
def lived(town: Town) -> Town:
    """Both services have decided and reacted to one another; nothing runs any more, nothing is under way."""
    town.start()
    for number in range(1, 21):
        count(town.catalogue, f"organisation-{number % 4}", number)
    handler_of(town.publication).handle(Do(ECHO, "kept", Echo(7)), context=COMMAND, fingerprint="body", result=KEPT)
    assert town.settle()
    town.follower.stop()
    for relay in town.relays:
        relay.stop()
    return town


KEPT = {"id": "kept", "stream": "echo-kept", "result": {"told": "more"}}


def emptied(town: Town, name: str = "publication") -> None:
    """The database as a new one: no tables at all."""
    engine = town.engines[name]
    known = MetaData()
    known.reflect(engine)
    known.drop_all(engine)


def prepare(town: Town) -> None:
    """Make the tables that are missing."""
    create_schema(town.engines["publication"])
    town.relays[1].prepare()
    town.follower.prepare()


def restored(town: Town, *, tail: bool = False) -> int:
    """What ``gongkai restore publication --from-log`` does."""
    prepare(town)
    lease = Lease(town.engines["publication"], "relay-publication", seconds=60)
    assert lease.acquire()
    rows = JournalRows(town.engines["publication"], "publication", lease)
    head = restore_journal(rows, town.publication, town.log, COUNTY, tail=tail)
    if not tail:
        restore_views(town.follower, town.follower.views)
        place_reactions(town.follower)
    lease.release()
    return head


def test_journal_and_views_are_what_they_were(lived: Town) -> None:
    before = (str(chain_of(lived.publication, COUNTY, 21)), view_digest(lived.view))
    emptied(lived)
    assert restored(lived) == 21
    assert (str(chain_of(lived.publication, COUNTY, 21)), view_digest(lived.view)) == before
    assert lived.publication.head() == 21


def test_the_restored_service_goes_on_and_ships_nothing_again(lived: Town) -> None:
    emptied(lived)
    restored(lived)
    lived.start()
    assert count(lived.publication, "organisation-9", 1) == 22
    assert count(lived.catalogue, "organisation-1", 21) == 21
    assert lived.settle()
    assert lived.publication.head() == 23, "it echoed what came after, and nothing again"
    assert len(in_log(lived, "publication")) == 23
    found = Findings()
    compare_with_log(lived.publication, lived.log, COUNTY, 23, found)
    assert found.good, found.differences
    assert lived.view.seen("catalogue") == list(range(1, 22))


def test_a_command_answered_before_is_repeated_and_not_done_again(lived: Town) -> None:
    emptied(lived)
    restored(lived)
    handler = handler_of(lived.publication)
    again = handler.handle(Do(ECHO, "kept", Echo(7)), context=COMMAND, fingerprint="body", result=KEPT)
    assert again.repeated
    assert again.fingerprint == UNKNOWN
    assert (again.result["stream"], again.result["id"]) == ("echo-kept", "kept")
    assert again.versions == {"echo-kept": 1}
    assert lived.publication.head() == 21


def test_reactions_go_on_where_their_last_deed_stands_in_the_log(lived: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.recovery.restoring.REACTED_AGAIN", 5)
    emptied(lived)
    restored(lived)
    assert place_reactions(lived.follower) == {("echo", "catalogue"): 15}


def test_an_event_a_view_cannot_digest_is_parked_as_ever(lived: Town) -> None:
    lived.view.stumble = "bad"
    count(lived.catalogue, "organisation-0", 99, note="bad")
    lived.relays[0].step(0)
    emptied(lived)
    restored(lived)
    assert lived.view.seen("catalogue") == list(range(1, 21))


def test_a_journal_that_holds_events_is_left_alone(lived: Town) -> None:
    with pytest.raises(NotEmpty):
        restored(lived)
    assert lived.publication.head() == 21


def test_a_log_with_a_hole_restores_nothing_beyond_it(lived: Town) -> None:
    rewrite_log(lived, lambda position: position == 12, "publication")
    emptied(lived)
    with pytest.raises(Gap):
        restored(lived)
    assert lived.publication.head() < 12


def test_a_restored_older_journal_gets_its_tail(lived: Town) -> None:
    whole = str(chain_of(lived.publication, COUNTY, 21))
    emptied(lived)
    restored_up_to(lived, 8)
    assert restored(lived, tail=True) == 21
    assert str(chain_of(lived.publication, COUNTY, 21)) == whole


def test_a_journal_that_went_its_own_way_gets_no_tail(lived: Town) -> None:
    emptied(lived)
    restored_up_to(lived, 8)
    count(lived.publication, "organisation-own", 1)
    with pytest.raises(NotABeginning):
        restored(lived, tail=True)
    assert lived.publication.head() == 9


def restored_up_to(town: Town, head: int) -> None:
    """As a backup of that moment would be: the journal and nothing else."""
    prepare(town)
    lease = Lease(town.engines["publication"], "relay-publication", seconds=60)
    assert lease.acquire()
    rows = JournalRows(town.engines["publication"], "publication", lease)
    events = sorted((from_record(record) for record in in_log(town, "publication")), key=lambda e: e.position)
    rows.put(events[:head], {})
    lease.release()
