"""What falls due is done once, however often and by however many processes it is asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import enumerate as enumerate_threads

import pytest

from shared.clock import FixedClock
from shared.handling import Do
from shared.journal.sql import SqlJournal
from shared.service import Ticker
from shared.ticking import Ticking
from tests.shared.flows import ECHO, Echo, engine_of, handler_of, journal_of

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def due(now: datetime) -> Iterator[Do]:
    for day in range((now - START).days):
        yield Do(ECHO, f"day-{day}", Echo(day), key=f"day-{day}")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    engine = engine_of(tmp_path, "catalogue")
    journal = journal_of(engine, "catalogue")
    yield journal
    journal.close()
    engine.dispose()


def ticking(tmp_path: Path, journal: SqlJournal, clock: FixedClock, *tickers: Ticker) -> Ticking:
    made = Ticking("catalogue", engine_of(tmp_path, "catalogue"), tickers, handler_of(journal), clock)
    made.prepare()
    return made


def test_what_is_due_is_done_once_by_two_processes(tmp_path: Path, journal: SqlJournal) -> None:
    clock = FixedClock(START + timedelta(days=3))
    here, there = (ticking(tmp_path, journal, clock, Ticker("daily", due)) for _ in range(2))
    assert [here.tick_now(), there.tick_now(), here.tick_now()] == [3, 0, 0]
    clock.advance(timedelta(days=1))
    assert there.tick_now() == 1
    assert journal.head() == 4


def test_what_is_done_by_naming_it_is_recorded_before_the_next(tmp_path: Path, journal: SqlJournal) -> None:
    """PUB-19: an e-mail that went out is known of before another goes."""
    recorded: list[int] = []

    def sent(_now: datetime) -> Iterator[Do]:
        for number in range(3):
            recorded.append(journal.head())
            yield Do(ECHO, f"mail-{number}", Echo(number), key=f"mail-{number}")

    ticking(tmp_path, journal, FixedClock(START), Ticker("mailed", sent, one_by_one=True)).tick_now()
    assert recorded == [0, 1, 2]


def test_a_command_without_a_key_is_not_done_and_others_are(tmp_path: Path, journal: SqlJournal) -> None:
    keyless = Ticker("keyless", lambda _now: [Do(ECHO, "A", Echo(1))])
    made = ticking(tmp_path, journal, FixedClock(START + timedelta(days=2)), keyless, Ticker("daily", due))
    assert made.tick_now() == 2


def test_nothing_runs_on_after_a_stop(tmp_path: Path, journal: SqlJournal) -> None:
    made = ticking(tmp_path, journal, FixedClock(START + timedelta(days=3)), Ticker("daily", due))
    made.reactor.service = "stopped"
    made.start()
    journal.await_beyond(2, 5.0)
    made.stop()
    assert not [thread.name for thread in enumerate_threads() if thread.name.startswith("react-stopped")]
    assert made.tick_now() == 0, "and it can be asked again"


def test_the_thread_does_what_is_due_and_gives_its_lease_back(tmp_path: Path, journal: SqlJournal) -> None:
    made = ticking(tmp_path, journal, FixedClock(START + timedelta(days=2)), Ticker("daily", due))
    made.start()
    journal.await_beyond(1, 5.0)
    made.stop()
    assert journal.head() == 2
    assert ticking(tmp_path, journal, FixedClock(START)).lease.acquire()
