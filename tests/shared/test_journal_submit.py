"""Appends under way at once from one thread: every one is told of, once, and each of its own end."""

from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from shared.journal import EventTooLarge, JournalBusy, JournalUnavailable, NewEvent, Pending, Write, WrongVersion
from shared.journal.sql import Limits, SqlJournal
from tests.shared.journals import TYPE, command, journal_at, must_be_complete, write

MANY = 300


@pytest.fixture
def journal(database_url: str) -> Iterator[SqlJournal]:
    with journal_at(database_url) as journal:
        yield journal


def test_one_thread_has_many_under_way_and_is_told_of_each_once_in_order(journal: SqlJournal) -> None:
    ended: SimpleQueue[Pending] = SimpleQueue()
    sent = [journal.submit(command(write(f"note-{n % 7}", n // 7)), ended.put) for n in range(MANY)]
    told = [ended.get(timeout=10) for _ in range(MANY)]
    assert told == sent
    assert [one.result().position for one in sent] == list(range(1, MANY + 1))
    assert len(must_be_complete(journal)) == MANY
    journal.close()
    assert ended.empty()


def test_what_is_told_of_is_on_disk(journal: SqlJournal) -> None:
    heads: SimpleQueue[int] = SimpleQueue()
    for n in range(20):
        journal.submit(command(write(f"note-{n}", 0)), lambda _: heads.put(journal.head()))
    positions = [heads.get(timeout=10) for _ in range(20)]
    assert all(head >= place for place, head in enumerate(positions, start=1))


def test_a_conflict_among_many_harms_none_of_the_others(journal: SqlJournal) -> None:
    journal.append(command(write("note-taken", 0)))
    kept = journal.append(command(write("note-kept", 0), command_id="c-kept"))
    sent = [journal.submit(command(write(f"note-{n}", 0))) for n in range(10)]
    late = journal.submit(command(write("note-taken", 0)))
    twice = journal.submit(command(write("note-3", 0)))
    again = journal.submit(command(write("note-kept", 0), command_id="c-kept"))
    sent += [journal.submit(command(write(f"note-{n}", 0))) for n in range(10, 20)]
    assert [one.result().position for one in sent] == list(range(3, 23))
    for refused in (late, twice):
        with pytest.raises(WrongVersion) as conflict:
            refused.result()
        assert conflict.value.actual == 1
    assert again.result().repeated
    assert again.result().position == kept.position
    assert len(must_be_complete(journal)) == 22


def test_what_can_be_said_at_once_is_raised_at_once_and_told_to_nobody(database_url: str) -> None:
    told: list[Pending] = []
    with journal_at(database_url, limits=Limits(waiting_max=0)) as journal:
        with pytest.raises(JournalBusy):
            journal.submit(command(write("note-1", 0)), told.append)
        large = NewEvent("e-1", TYPE, '{"text":"' + "x" * 600_000 + '"}')
        with pytest.raises(EventTooLarge):
            journal.submit(command(Write("note-1", 0, (large,))), told.append)
        journal.close()
        with pytest.raises(JournalUnavailable):
            journal.submit(command(write("note-1", 0)), told.append)
    assert told == []


@pytest.mark.parametrize("foreign", ["gongkai", "'; DROP TABLE events; --", '"\\{}', "村务\t公开\n"])
def test_texts_come_back_as_they_were_whatever_they_hold(journal: SqlJournal, foreign: str) -> None:
    data = NewEvent(foreign, foreign, '{"a":"\\"\\\\n\\u4e00"}')
    journal.append(command(Write(foreign, 0, (data,)), command_id=foreign, fingerprint=foreign, result={"a": foreign}))
    (found,) = journal.stream(foreign)
    assert (found.event_id, found.type, found.data) == (foreign, foreign, {"a": '"\\n一'})
    outcome = journal.outcome(foreign)
    assert outcome is not None
    assert (outcome.versions, outcome.result, outcome.fingerprint) == ({foreign: 1}, {"a": foreign}, foreign)
