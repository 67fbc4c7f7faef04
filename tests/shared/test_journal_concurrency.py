"""Many writers at once: threads, processes and one batch all come out gapless, each command once (design 1.3)."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from threading import Event, Thread, Timer
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine, text

from shared.database import make_engine
from shared.journal import Append, CommandReused, JournalBusy, JournalError, Outcome, Write, WrongVersion
from shared.journal.observing import BatchReport
from shared.journal.sql import Limits, SqlJournal, create_schema
from shared.journal.transaction import lock_key
from tests.shared.journals import (
    append_until_in,
    command,
    event,
    journal_at,
    must_be_complete,
    must_count,
    together,
    write,
)


class Reports:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.batches: list[BatchReport] = []
        self.failures: list[tuple[str, int]] = []

    def batch(self, report: BatchReport) -> None:
        self.batches.append(report)

    def failed(self, reason: str, commands: int) -> None:
        self.failures.append((reason, commands))


@contextmanager
def lock_held(url: str) -> Iterator[None]:
    """Another process is writing to the journal and takes its time."""
    engine = make_engine(url)
    with engine.begin() as tx:
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("catalogue")})
        yield
    engine.dispose()


def in_one_batch(journal: SqlJournal, url: str, appends: list[Append]) -> list[Outcome | JournalError]:
    """Queue all while the journal is locked, in this order, so that they are committed together."""
    answers: dict[int, Outcome | JournalError] = {}

    def ask(place: int, append: Append) -> None:
        try:
            answers[place] = journal.append(append)
        except JournalError as refusal:
            answers[place] = refusal

    threads = [Thread(target=ask, args=(-1, command()))]
    threads += [Thread(target=ask, args=(place, append)) for place, append in enumerate(appends)]
    with lock_held(url):
        for thread in threads:
            thread.start()
            sleep(0.02)
    for thread in threads:
        thread.join()
    return [answers[place] for place in range(len(appends))]


def test_16_threads_leave_no_gap(database_url: str) -> None:
    with journal_at(database_url) as journal:

        def fill(stream: str) -> None:
            for n in range(40):
                journal.append(command(write(stream, n)))

        together([partial(fill, f"note-{k}") for k in range(16)])
        assert len(must_be_complete(journal)) == 640


def test_threads_racing_for_one_stream_each_get_in_once(database_url: str) -> None:
    with journal_at(database_url) as journal:
        together([partial(append_until_in, journal, "note-1", f"c-{k}") for k in range(24)])
        assert sorted(r.context.command_id for r in must_be_complete(journal)) == sorted(f"c-{k}" for k in range(24))


def test_the_same_command_sent_twice_at_once_is_done_once(database_url: str) -> None:
    outcomes: list[Outcome] = []
    with journal_at(database_url) as journal:
        together([lambda: outcomes.append(journal.append(command(write("note-1", 0), command_id="c-1")))] * 12)
        assert journal.head() == 1
    assert sorted(outcome.repeated for outcome in outcomes) == [False, *[True] * 11]
    assert {outcome.position for outcome in outcomes} == {1}


APPENDER = """
import sys
from tests.shared.journals import append_until_in, journal_at
url, name = sys.argv[1:]
with journal_at(url) as journal:
    for n in range(120):
        append_until_in(journal, f"note-{n % 7}", f"{name}-{n}")
"""


def test_three_processes_at_once_leave_no_gap(database_url: str) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", APPENDER, database_url, name]) for name in ("a", "b", "c")]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    with journal_at(database_url) as journal:
        assert len(must_be_complete(journal)) == 360
    engine = make_engine(database_url)
    must_count(engine)
    engine.dispose()


def test_commands_of_one_batch_see_what_earlier_ones_wrote(database_url: str) -> None:
    reports = Reports()
    with journal_at(database_url, observer=reports) as journal:
        first, second, stale = in_one_batch(journal, database_url, [command(write("note-1", n)) for n in (0, 1, 1)])
        assert isinstance(first, Outcome)
        assert first.position == 1
        assert isinstance(second, Outcome)
        assert second.versions == {"note-1": 2}
        assert isinstance(stale, WrongVersion)
        assert stale.actual == 2
    assert [(b.commands, b.events, b.conflicts, b.head) for b in reports.batches] == [(1, 0, 0, 0), (3, 2, 1, 2)]


def test_a_repeat_in_the_same_batch_gets_the_first_answer(database_url: str) -> None:
    one = command(write("note-1", 0), command_id="c-1")
    other = command(write("note-2", 0), command_id="c-1", fingerprint="another")
    with journal_at(database_url) as journal:
        first, again, reused = in_one_batch(journal, database_url, [one, one, other])
    assert isinstance(first, Outcome)
    assert isinstance(again, Outcome)
    assert (first.repeated, again.repeated, first.position, again.position) == (False, True, 1, 1)
    assert isinstance(reused, CommandReused)


def test_a_command_the_database_refuses_harms_no_other_of_its_batch(database_url: str) -> None:
    reports = Reports()
    with journal_at(database_url, observer=reports) as journal:
        told = event()
        journal.append(command(write("note-0", 0)))
        twice = [command(Write(f"note-{n}", 0, (told,))) for n in (1, 2)]
        answers = in_one_batch(journal, database_url, [twice[0], twice[1], command(write("note-3", 0))])
        assert [type(answer) for answer in answers] == [Outcome, JournalError, Outcome]
        assert [r.stream for r in must_be_complete(journal)] == ["note-0", "note-1", "note-3"]
    assert reports.failures == [("refused", 1)]


def test_a_full_queue_says_busy_and_then_takes_commands_again(database_url: str) -> None:
    reports = Reports()
    with journal_at(database_url, limits=Limits(waiting_max=3), observer=reports) as journal:
        answers = in_one_batch(journal, database_url, [command(write(f"note-{n}", 0)) for n in range(5)])
        assert [type(answer) for answer in answers] == [Outcome] * 3 + [JournalBusy] * 2
        assert len(must_be_complete(journal)) == 3
        assert journal.append(command(write("note-4", 0))).position == 4
    assert reports.failures == [("busy", 1), ("busy", 1)]


@pytest.mark.parametrize(
    "limits", [Limits(batch_commands_max=2), Limits(batch_events_max=4), Limits(batch_bytes_max=2_000)]
)
def test_a_batch_keeps_to_its_bounds(database_url: str, limits: Limits) -> None:
    reports = Reports()
    with journal_at(database_url, limits=limits, observer=reports) as journal:
        appends = [command(write(f"note-{n}", 0, 2)) for n in range(6)]
        assert all(isinstance(a, Outcome) for a in in_one_batch(journal, database_url, appends))
        assert len(must_be_complete(journal)) == 12
    assert max(report.commands for report in reports.batches) == 2


def test_a_command_larger_than_a_batch_goes_alone(database_url: str) -> None:
    with journal_at(database_url, limits=Limits(batch_events_max=2)) as journal:
        appends = [command(write(f"note-{n}", 0, n)) for n in (1, 5, 2)]
        assert all(isinstance(a, Outcome) for a in in_one_batch(journal, database_url, appends))
        assert len(must_be_complete(journal)) == 8


def test_an_append_wakes_whoever_waits_beyond_the_head(database_url: str) -> None:
    with journal_at(database_url) as journal:
        journal.append(command(write("note-1", 0)))
        woken = Event()

        def wait() -> None:
            journal.await_beyond(1, timeout=20)
            woken.set()

        Thread(target=wait).start()
        assert not woken.wait(0.1)
        journal.append(command(write("note-1", 1)))
        assert woken.wait(5)


def test_an_append_of_another_process_is_seen_soon(database_url: str) -> None:
    with journal_at(database_url) as journal, journal_at(database_url) as another:
        started = monotonic()
        Timer(0.2, another.append, [command(write("note-1", 0))]).start()
        journal.await_beyond(0, timeout=20)
        assert monotonic() - started < 5
        assert journal.head() == 1


def test_waiting_ends_with_its_time(database_url: str) -> None:
    with journal_at(database_url) as journal:
        journal.await_beyond(0, timeout=0.15)
        assert journal.head() == 0


def test_closing_first_writes_what_is_queued(database_url: str) -> None:
    rng = Random(7)
    engine: Engine = make_engine(database_url)
    create_schema(engine)
    with journal_at(database_url) as journal:
        answers: list[int] = []
        threads = [
            Thread(target=lambda n=n: answers.append(journal.append(command(write(f"note-{n}", 0))).position))
            for n in range(8)
        ]
        with lock_held(database_url):
            for thread in threads:
                thread.start()
                sleep(rng.random() / 100)
            closing = Thread(target=journal.close)
            closing.start()
        for thread in (*threads, closing):
            thread.join()
    assert sorted(answers) == list(range(1, 9))
    must_count(engine)
    engine.dispose()
