"""Journal and log are held to each other by counting and by hash, and what differs is named with its place."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from shared.cloudevents import to_record
from shared.recovery.comparing import chain_of, compare_with_log
from shared.recovery.findings import KEPT_MAX, Findings
from tests.recovery.tampering import in_log, rewrite_log
from tests.shared.flows import COUNTY, count, event_at
from tests.shared.journals import unguard
from tests.shared.towns import Town

pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)  # the port is tried over both elsewhere


@pytest.fixture
def town(town: Town) -> Town:
    """Thirty events of catalogue in four streams, shipped; nothing runs any more."""
    for number in range(1, 31):
        count(town.catalogue, f"organisation-{number % 4}", number)
    relay = town.relays[0]
    relay.prepare()
    while relay.step(0):
        pass
    return town


def compared(town: Town) -> Findings:
    findings = Findings()
    compare_with_log(town.catalogue, town.log, COUNTY, town.relays[0].stored(), findings)
    return findings


def kinds(findings: Findings) -> dict[str, tuple[int, int]]:
    return {one.kind: (one.first, one.last) for one in findings.differences}


def test_what_was_shipped_whole_is_the_same_by_count_and_by_hash(town: Town) -> None:
    found = compared(town)
    assert found.good
    assert found.figures["journal_events"] == found.figures["log_events"] == 30
    assert found.figures["journal_chain"] == found.figures["log_chain"] == str(chain_of(town.catalogue, COUNTY, 30))


def test_what_is_not_shipped_yet_waits_and_is_no_difference(town: Town) -> None:
    count(town.catalogue, "organisation-1", 31, 32)
    found = compared(town)
    assert found.good
    assert found.waiting == {"to be shipped": 2}


def test_a_changed_event_in_the_journal_is_named_with_its_place_in_the_log(town: Town) -> None:
    engine = town.engines["catalogue"]
    unguard(engine)
    with engine.begin() as tx:
        tx.execute(text("update events set actor = 'nobody' where position = 7"))
    (one,) = compared(town).differences
    assert (one.kind, one.first, one.stream) == ("log-differs", 7, "organisation-3")
    assert "actor" in one.what
    assert one.where.startswith(f"{COUNTY}.catalogue.events.v1/")


def test_a_change_that_leaves_every_attribute_alone_is_found_in_the_data(town: Town) -> None:
    engine = town.engines["catalogue"]
    unguard(engine)
    with engine.begin() as tx:
        tx.execute(text("update events set data = :data where position = 9"), {"data": json.dumps({"number": 8})})
    assert kinds(compared(town)) == {"log-differs": (9, 9)}


def test_an_event_that_the_journal_lost_is_a_gap(town: Town) -> None:
    engine = town.engines["catalogue"]
    unguard(engine)
    with engine.begin() as tx:
        tx.execute(text("delete from events where position in (12, 13)"))
    assert kinds(compared(town))["journal-gap"] == (13, 13)


def test_a_journal_that_ends_before_the_log_is_behind(town: Town) -> None:
    engine = town.engines["catalogue"]
    unguard(engine)
    with engine.begin() as tx:
        tx.execute(text("delete from events where position > 25"))
        tx.execute(text("update journal set head = 25"))
    assert kinds(compared(town)) == {"journal-behind": (26, 30)}


def test_a_log_that_lost_its_end_is_behind(town: Town) -> None:
    rewrite_log(town, lambda position: position > 20)
    assert kinds(compared(town)) == {"log-behind": (21, 30)}


def test_an_event_that_the_log_lost_is_missing_and_breaks_the_order(town: Town) -> None:
    rewrite_log(town, lambda position: position == 10)
    found = kinds(compared(town))
    assert found["log-missing"] == (10, 10)
    assert "log-order" in found


def test_what_was_shipped_again_is_counted_and_harmless(town: Town) -> None:
    records = [to_record(event, COUNTY, 3, -1) for event in town.catalogue.read(20, 5)]
    town.log.publish(records)
    found = compared(town)
    assert found.good
    assert found.figures["log_duplicates"] == 5


def test_an_event_shipped_again_as_another_is_found(town: Town) -> None:
    (event,) = town.catalogue.read(20, 1)
    town.log.publish([to_record(replace(event, data={"number": 99}), COUNTY, 3, -1)])
    assert kinds(compared(town)) == {"log-differs": (21, 21)}


def test_a_record_that_is_no_event_is_named(town: Town) -> None:
    last = in_log(town)[-1]
    town.log.publish([replace(to_record(event_at(31, "organisation-1", 9), COUNTY, 3, 30), headers=())])
    (one,) = compared(town).differences
    assert one.kind == "log-foreign"
    assert one.where.startswith(last.topic)


def test_however_many_differ_only_the_first_are_kept_and_all_are_counted(town: Town) -> None:
    findings = Findings()
    town.log.publish([replace(to_record(event_at(1, "s-1", 1), COUNTY, 3, 0), headers=())] * (KEPT_MAX + 7))
    compare_with_log(town.catalogue, town.log, COUNTY, 30, findings)
    assert len(findings.differences) == KEPT_MAX
    assert findings.total == KEPT_MAX + 7
