"""What every journal promises, on SQLite and on PostgreSQL alike (design 1.1 to 1.3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.clock import FixedClock
from shared.database import make_engine
from shared.journal import (
    EVENT_BYTES_MAX,
    CommandReused,
    EventTooLarge,
    JournalError,
    JournalGap,
    JournalUnavailable,
    NewEvent,
    Outcome,
    Write,
    WrongVersion,
)
from shared.journal.observing import BatchReport, Unobserved
from shared.journal.schema import FINAL
from shared.journal.sql import SqlJournal, create_schema
from tests.shared.journals import (
    CONTEXT,
    TYPE,
    command,
    event,
    everything,
    journal_at,
    must_be_complete,
    must_count,
    together,
    unguard,
    write,
)

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def journal(database_url: str, clock: FixedClock) -> Iterator[SqlJournal]:
    with journal_at(database_url, clock=clock) as journal:
        yield journal


def test_an_empty_journal_has_head_0_and_no_events(journal: SqlJournal) -> None:
    assert (journal.head(), list(journal.read(0)), list(journal.stream("note-1"))) == (0, [], [])


def test_an_answered_append_is_there_when_the_journal_is_opened_anew(database_url: str) -> None:
    with journal_at(database_url) as journal:
        journal.append(command(write("note-1", 0)))
    with journal_at(database_url) as anew:
        assert [r.stream for r in anew.read(0)] == ["note-1"]


def test_what_was_written_is_read_back_exactly(journal: SqlJournal) -> None:
    told = NewEvent("e-1", TYPE, '{"note": "凤阳\\n\\"公开\\" \\\\u0041", "fen": 12345678901234567890, "n": null}')
    journal.append(command(Write("note-1", 0, (told,)), command_id="c-1"))
    (read,) = journal.read(0)
    assert read.data == {"note": '凤阳\n"公开" \\u0041', "fen": 12345678901234567890, "n": None}
    assert (read.service, read.position, read.stream, read.version) == ("catalogue", 1, "note-1", 1)
    assert (read.event_id, read.type, read.recorded_at) == ("e-1", TYPE, NOON)
    assert read.context == replace(CONTEXT, command_id="c-1")
    assert read.name == "Noted"


def test_the_json_text_is_kept_to_the_letter(journal: SqlJournal, database_url: str) -> None:
    told = '{"b" : 1.50, "a":"\\u516c开"}'
    journal.append(command(Write("note-1", 0, (NewEvent("e-1", TYPE, told),))))
    engine = make_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT data FROM events")).scalar_one() == told
    engine.dispose()


def test_the_outcome_names_position_and_versions(journal: SqlJournal) -> None:
    journal.append(command(write("note-1", 0)))
    told = command(write("note-1", 1, 2), write("note-2", 0), command_id="c-2", result={"register_number": "2026-1"})
    outcome = journal.append(told)
    expected = Outcome("c-2", "f", 4, {"note-1": 3, "note-2": 1}, {"register_number": "2026-1"})
    assert outcome == expected
    assert journal.outcome("c-2") == expected


def test_a_repeated_command_changes_nothing_and_gets_the_same_answer(journal: SqlJournal) -> None:
    first = journal.append(command(write("note-1", 0), command_id="c-1", result={"a": 1}))
    journal.append(command(write("note-1", 1)))
    again = journal.append(command(write("note-1", 0), command_id="c-1", result={"a": 2}))
    assert again == replace(first, repeated=True)
    assert journal.head() == 2


def test_a_command_id_cannot_be_used_for_another_command(journal: SqlJournal) -> None:
    journal.append(command(write("note-1", 0), command_id="c-1"))
    with pytest.raises(CommandReused):
        journal.append(command(write("note-2", 0), command_id="c-1", fingerprint="another"))
    assert journal.head() == 1


def test_a_command_without_events_is_recorded_too(journal: SqlJournal) -> None:
    journal.append(command(write("note-1", 0)))
    outcome = journal.append(command(command_id="c-2", result={"changed": False}))
    assert (outcome.position, outcome.versions, outcome.repeated) == (1, {}, False)
    assert journal.append(command(command_id="c-2")).repeated
    assert journal.head() == 1


def test_an_unknown_command_has_no_outcome(journal: SqlJournal) -> None:
    assert journal.outcome("never") is None


@pytest.mark.parametrize("expected", [0, 2, 7])
def test_a_stale_or_early_expectation_is_refused_with_the_version_there_is(journal: SqlJournal, expected: int) -> None:
    journal.append(command(write("note-1", 0)))
    with pytest.raises(WrongVersion) as refusal:
        journal.append(command(write("note-1", expected), command_id="c-2"))
    assert (refusal.value.stream, refusal.value.expected, refusal.value.actual) == ("note-1", expected, 1)
    assert journal.outcome("c-2") is None


def test_a_command_over_several_streams_is_written_whole_or_not_at_all(journal: SqlJournal) -> None:
    journal.append(command(write("note-2", 0)))
    with pytest.raises(WrongVersion):
        journal.append(command(write("note-1", 0), write("note-2", 0)))
    assert [r.stream for r in everything(journal)] == ["note-2"]
    journal.append(command(write("note-1", 0), write("note-2", 1), write("note-3", 0)))
    assert [r.stream for r in must_be_complete(journal)] == ["note-2", "note-1", "note-2", "note-3"]


def test_one_command_may_write_to_a_stream_in_two_steps(journal: SqlJournal) -> None:
    outcome = journal.append(command(write("note-1", 0, 2), write("note-1", 2)))
    assert outcome.versions == {"note-1": 3}
    with pytest.raises(WrongVersion):
        journal.append(command(write("note-2", 0), write("note-2", 0)))
    assert [r.version for r in journal.stream("note-1", after=1)] == [2, 3]


def test_a_write_without_events_only_checks_its_stream(journal: SqlJournal) -> None:
    journal.append(command(write("note-1", 0)))
    with pytest.raises(WrongVersion):
        journal.append(command(Write("note-1", 0, ()), write("note-2", 0)))
    assert journal.append(command(Write("note-1", 1, ()), write("note-2", 0))).versions == {"note-1": 1, "note-2": 1}


def test_an_event_too_large_is_refused_and_one_at_the_bound_is_not(journal: SqlJournal) -> None:
    frame = len('{"t":""}')
    journal.append(command(Write("note-1", 0, (event('{"t":"' + "x" * (EVENT_BYTES_MAX - frame) + '"}'),))))
    too_large = event('{"t":"' + "公" * (EVENT_BYTES_MAX // 3) + '"}')
    with pytest.raises(EventTooLarge):
        journal.append(command(Write("note-2", 0, (too_large,))))
    assert journal.head() == 1


@pytest.mark.parametrize(
    "bad",
    [
        command(Write("note-1", 0, (NewEvent("e", TYPE, "not json"),))),
        command(Write("note-1", 0, (NewEvent("e", TYPE, "[1]"),))),
        command(Write("note-1", 0, (NewEvent("e", TYPE, '{"n":NaN}'),))),
        command(write("note-\0", 0)),
        command(write("note-\ud800", 0)),
        replace(command(write("note-1", 0)), command_id=""),
    ],
    ids=["no JSON", "no object", "NaN", "NUL", "half a surrogate pair", "no command id"],
)
def test_what_could_not_be_read_back_never_gets_in(journal: SqlJournal, bad: object) -> None:
    with pytest.raises(ValueError):
        journal.append(bad)  # type: ignore[arg-type]  # parametrised values have no type
    assert journal.append(command(write("note-9", 0))).position == 1


def test_an_escaped_nul_inside_an_event_is_kept(journal: SqlJournal) -> None:
    journal.append(command(Write("note-1", 0, (event('{"t":"a\\u0000b"}'),))))
    assert journal.read(0)[0].data == {"t": "a\0b"}


def test_an_event_id_used_twice_refuses_only_its_own_command(journal: SqlJournal) -> None:
    told = event()
    journal.append(command(Write("note-1", 0, (told,))))
    with pytest.raises(JournalError, match="refused"):
        journal.append(command(Write("note-2", 0, (told,))))
    assert journal.append(command(write("note-2", 0))).position == 2


def test_reading_starts_above_a_position_and_ends_at_the_limit(journal: SqlJournal) -> None:
    journal.append(command(write("note-1", 0, 10)))
    assert [r.position for r in journal.read(3, limit=4)] == [4, 5, 6, 7]
    assert list(journal.read(10)) == []


def test_a_reader_ahead_of_the_journal_raises_the_alarm(journal: SqlJournal) -> None:
    journal.append(command(write("note-1", 0)))
    with pytest.raises(JournalGap, match="restored"):
        journal.read(2)


def test_several_streams_are_read_in_one_question(journal: SqlJournal) -> None:
    for number in range(3):
        for version in range(number + 1):
            journal.append(command(write(f"note-{number}", version)))
    found = journal.streams(["note-0", "note-2", "stranger"])
    assert {name: list(events) for name, events in found.items()} == {
        name: list(journal.stream(name)) for name in ("note-0", "note-2")
    }
    assert journal.streams([]) == {}


def test_a_missing_event_raises_the_alarm(journal: SqlJournal, database_url: str) -> None:
    journal.append(command(write("note-1", 0, 3)))
    engine = make_engine(database_url)
    unguard(engine)
    with engine.begin() as tx:
        tx.execute(text("DELETE FROM events WHERE position = 2"))
    with pytest.raises(JournalGap):
        journal.read(0)
    with pytest.raises(JournalGap):
        journal.stream("note-1")
    engine.dispose()


CHANGES = (
    "UPDATE events SET data = '{}'",
    "UPDATE events SET position = position + 10",
    "DELETE FROM events WHERE position = 2",
    "UPDATE commands SET result = '{}'",
    "DELETE FROM commands",
)


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_what_is_recorded(journal: SqlJournal, database_url: str, change: str) -> None:
    # design 1.1: facts are added, never altered, whoever holds the password
    journal.append(command(write("note-1", 0, 3), command_id="c"))
    before, outcome = journal.read(0), journal.outcome("c")
    engine = make_engine(database_url)
    create_schema(engine)
    with pytest.raises(IntegrityError, match="what is recorded stays"), engine.begin() as tx:
        tx.execute(text(change))
    assert (journal.read(0), journal.outcome("c")) == (before, outcome)
    assert journal.append(command(write("note-1", 3))).position == 4
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("table", FINAL)
def test_what_is_recorded_cannot_be_emptied_at_once(postgres_url: str, table: str) -> None:
    # design 1.1: SQLite has no TRUNCATE
    with journal_at(postgres_url) as journal:
        journal.append(command(write("note-1", 0)))
        engine = make_engine(postgres_url)
        with pytest.raises(IntegrityError, match="what is recorded stays"), engine.begin() as tx:
            tx.execute(text(f"TRUNCATE {table}"))
        engine.dispose()


def test_a_journal_from_before_the_guards_gets_them_at_the_next_start(journal: SqlJournal, database_url: str) -> None:
    journal.append(command(write("note-1", 0)))
    engine = make_engine(database_url)
    unguard(engine)
    create_schema(engine)
    with pytest.raises(IntegrityError), engine.begin() as tx:
        tx.execute(text("DELETE FROM events"))
    engine.dispose()


def test_a_journal_restored_under_a_running_process_raises_the_alarm(journal: SqlJournal, database_url: str) -> None:
    # design 1.3: a lossy failover is noticed at once, not when positions have been given out a second time
    journal.append(command(write("note-1", 0, 3)))
    assert len(journal.read(0)) == 3
    engine = make_engine(database_url)
    unguard(engine)
    with engine.begin() as tx:
        tx.execute(text("DELETE FROM events WHERE position > 1"))
        tx.execute(text("UPDATE journal SET head = 1"))
    journal.await_beyond(3, 0.3)
    with pytest.raises(JournalGap, match="restored"):
        journal.read(3)
    engine.dispose()


def test_an_observer_that_fails_does_not_stop_the_journal(database_url: str) -> None:
    class Failing(Unobserved):
        def batch(self, _report: BatchReport) -> None:
            raise RuntimeError("no room for figures")

    with journal_at(database_url, observer=Failing()) as journal:
        appends = [partial(journal.append, command(write(f"note-{number}", 0))) for number in range(3)]
        threads = [Thread(target=append, daemon=True) for append in appends]
        for thread in threads:
            thread.start()
            thread.join(5)
        assert not any(thread.is_alive() for thread in threads)
        assert journal.head() == 3


def test_recorded_time_never_goes_back(journal: SqlJournal, clock: FixedClock, database_url: str) -> None:
    journal.append(command(write("note-1", 0)))
    clock.advance(timedelta(hours=-3))
    journal.append(command(write("note-1", 1)))
    with journal_at(database_url, clock=FixedClock(NOON - timedelta(days=1))) as another:
        another.append(command(write("note-1", 2)))
    clock.advance(timedelta(hours=4))
    journal.append(command(write("note-1", 3)))
    assert [r.recorded_at for r in journal.read(0)] == [NOON, NOON, NOON, NOON + timedelta(hours=1)]


def test_a_database_holds_the_journal_of_one_service(journal: SqlJournal, database_url: str) -> None:
    journal.append(command(write("note-1", 0)))
    engine = make_engine(database_url)
    stranger = SqlJournal(engine, "publication", FixedClock(NOON))
    with pytest.raises(JournalUnavailable, match="holds the journal of 'catalogue'"):
        stranger.append(command(write("note-1", 1)))
    stranger.close()
    engine.dispose()


def test_the_schema_can_be_made_by_many_at_once(database_url: str) -> None:
    engines = [make_engine(database_url) for _ in range(6)]
    together([partial(create_schema, engine) for engine in engines])
    with journal_at(database_url) as journal:
        assert journal.append(command(write("note-1", 0))).position == 1
    must_count(engines[0])
    for engine in engines:
        engine.dispose()


def test_a_closed_journal_takes_nothing_more(journal: SqlJournal) -> None:
    journal.append(command(write("note-1", 0)))
    journal.close()
    with pytest.raises(JournalUnavailable):
        journal.append(command(write("note-1", 1)))
