"""The model itself: it takes what is right and names each kind of wrong; else its silence would prove nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from kafka.partitioner.default import murmur2

from tests.faults import model
from tests.faults.leaves import leaf_hash, root_of
from tests.faults.model import Ledger
from tests.faults.reading import CONTEXT, Kept, Logged, Written

TYPE = "cn.gongkai.catalogue.Noted.v1"


def written(count: int = 12) -> list[Written]:
    versions = [0, 0, 0]
    rows = []
    for position in range(1, count + 1):
        versions[position % 3] += 1
        context = dict.fromkeys(CONTEXT, "") | {"town": "fengyang", "command_id": f"c-{position}"}
        row = Written(
            "catalogue", position, f"note-{position % 3}", versions[position % 3], f"e-{position}", TYPE,
            {"n": position}, f"2026-04-08T09:00:{position:02}+00:00", context,
        )  # fmt: skip
        rows.append(row)
    return rows


def logged(rows: list[Written]) -> list[Logged]:
    last: dict[int, tuple[int, int]] = {}
    records = []
    for row in rows:
        partition = (murmur2(row.stream.encode()) & 0x7FFFFFFF) % 3
        after, offset = last.get(partition, (0, 0))
        headers = {
            "ce_id": row.event_id, "ce_type": row.type, "ce_subject": row.stream, "ce_time": row.recorded_at,
            "ce_streamversion": str(row.version), "ce_sequence": f"{row.position:020}", "after": str(after),
            "ce_town": row.context["town"], "ce_commandid": row.context["command_id"],
        }  # fmt: skip
        records.append(Logged(partition, offset, row.stream.encode(), b'{"n":%d}' % row.position, headers))
        last[partition] = (row.position, offset + 1)
    return records


def test_what_is_right_is_taken() -> None:
    rows = written()
    model.journal_is_whole(rows, len(rows))
    assert model.log_is_the_journal(rows, logged(rows)) == 0
    model.keys_keep_to_their_partition(logged(rows), 3)


def test_what_was_shipped_again_is_counted() -> None:
    records = logged(written())
    of_one = [record for record in records if record.partition == records[0].partition]
    again = [one._replace(offset=len(of_one) + i) for i, one in enumerate(of_one[1:3])]
    assert model.log_is_the_journal(written(), [*records, *again]) == 2


WRONG_JOURNALS: dict[str, Callable[[list[Written]], Any]] = {
    "left out": lambda rows: rows.pop(5),
    "twice": lambda rows: rows.insert(5, rows[5]),
    "exchanged": lambda rows: rows.insert(5, rows.pop(6)),
    "same id": lambda rows: rows.insert(5, rows.pop(5)._replace(event_id="e-1")),
    "version left out": lambda rows: rows.insert(11, rows.pop(11)._replace(version=9)),
    "time falls back": lambda rows: rows.insert(11, rows.pop(11)._replace(recorded_at="2025-04-08T09:00:00+00:00")),
}


@pytest.mark.parametrize("wrong", WRONG_JOURNALS)
def test_a_wrong_journal_is_named(wrong: str) -> None:
    rows = written()
    WRONG_JOURNALS[wrong](rows)
    with pytest.raises(AssertionError):
        model.journal_is_whole(rows, len(rows))
    with pytest.raises(AssertionError, match="the head says"):
        model.journal_is_whole(written(), 11)


def changed(records: list[Logged], place: int, **headers: str) -> None:
    records[place] = records[place]._replace(headers=records[place].headers | headers)


def without(records: list[Logged], place: int) -> None:
    """Left out, as if the relay had never sent it: the offsets close up."""
    gone = records.pop(place)
    for i, one in enumerate(records):
        if one.partition == gone.partition and one.offset > gone.offset:
            records[i] = one._replace(offset=one.offset - 1)


WRONG_LOGS: dict[str, Callable[[list[Logged]], Any]] = {
    "left out": lambda records: without(records, 4),
    "a hole in the offsets": lambda records: records.pop(4),
    "the last left out": lambda records: records.pop(),
    "another id": lambda records: changed(records, 4, ce_id="e-99"),
    "another actor": lambda records: changed(records, 4, ce_actor="somebody"),
    "another time": lambda records: changed(records, 4, ce_time="2026-04-08T10:00:00Z"),
    "another predecessor": lambda records: changed(records, 4, after="99"),
    "other data": lambda records: records.insert(4, records.pop(4)._replace(value=b'{"n":0}')),
    "ahead of the journal": lambda records: changed(records, 11, ce_sequence="13"),
}


@pytest.mark.parametrize("wrong", WRONG_LOGS)
def test_a_wrong_log_is_named(wrong: str) -> None:
    records = logged(written())
    WRONG_LOGS[wrong](records)
    with pytest.raises(AssertionError):
        model.log_is_the_journal(written(), records)


def test_a_key_in_another_partition_is_named() -> None:
    records = logged(written())
    records[0] = records[0]._replace(partition=(records[0].partition + 1) % 3)
    with pytest.raises(AssertionError):
        model.keys_keep_to_their_partition(records, 3)


def test_the_ledger_names_what_was_lost_doubled_invented_or_answered_twice() -> None:
    ledger = Ledger({"a", "b"})
    ledger.acknowledge("a", "1")
    ledger.must_be_kept([("a", "1")])
    ledger.must_be_kept([("a", "1"), ("b", "2")])
    for found in ([], [("a", "2")], [("a", "1"), ("a", "1")], [("a", "1"), ("c", "3")]):
        with pytest.raises(AssertionError):
            ledger.must_be_kept(found)
    with pytest.raises(AssertionError, match="differently"):
        ledger.acknowledge("a", "2")


def test_a_follower_that_is_behind_or_has_parked_is_named() -> None:
    def ask(_service: str, question: str) -> list[tuple[Any, ...]]:
        return [("shown", "catalogue", 12)] if "checkpoints" in question else [(0,)]

    kept = Kept(ask, lambda _topic: [], ["catalogue"])
    model.followers_are_at_the_end(kept, {"catalogue": 12})
    with pytest.raises(AssertionError, match="stands at 12"):
        model.followers_are_at_the_end(kept, {"catalogue": 13})
    parked = replace(kept, ask=lambda service, q: [(1,)] if "parked" in q else ask(service, q))
    with pytest.raises(AssertionError, match="parked"):
        model.followers_are_at_the_end(parked, {"catalogue": 12})


def test_the_tree_is_that_of_rfc_6962() -> None:
    """The roots of certificate-transparency's own test vectors for 0, 1 and 8 leaves."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in leaves]
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
