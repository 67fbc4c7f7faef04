"""Lost connections, restarted servers and full disks: an append ends in an answer, or in nothing written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import psycopg
import pytest
from psycopg.pq.abc import PGconn
from sqlalchemy import Engine, event, text

from services.split.postgres import PostgresServer
from shared.clock import SystemClock
from shared.database import make_engine, sqlite_engine
from shared.journal import JournalUnavailable, Outcome, Write, statements
from shared.journal.sql import Limits, SqlJournal, create_schema
from shared.journal.transaction import lock_key
from tests.shared.journals import command, journal_at, must_be_complete, must_count, write
from tests.shared.journals import event as noted


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    create_schema(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def journal(engine: Engine) -> Iterator[SqlJournal]:
    journal = SqlJournal(engine, "catalogue", SystemClock())
    yield journal
    journal.close()


def lose_next_commit(planted: pytest.MonkeyPatch, *, after_commit: bool) -> list[str]:
    """The connection breaks at the next commit, just before the database has been asked for it or just after."""
    plain, lost = {name: getattr(statements, name) for name in ("_send", "_results")}, list[str]()

    def breaking(name: str) -> Callable[[PGconn, Any], Any]:
        def broken(pgconn: PGconn, other: Any) -> Any:
            answer = plain[name](pgconn, other) if lost or name == "_results" else None
            if not lost:
                lost.append("once")
                pgconn.finish()
                raise psycopg.OperationalError("the connection is lost")
            return answer

        return broken

    name = "_results" if after_commit else "_send"
    planted.setattr(statements, name, breaking(name))
    return lost


@pytest.mark.postgres
@pytest.mark.parametrize("after_commit", [True, False], ids=["committed", "not committed"])
def test_a_connection_lost_at_commit_still_ends_in_one_answer(
    postgres_url: str, after_commit: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(postgres_url)
    create_schema(engine)
    journal = SqlJournal(engine, "catalogue", SystemClock())
    lost = lose_next_commit(monkeypatch, after_commit=after_commit)
    outcome = journal.append(command(write("note-1", 0), command_id="c-1"))
    assert lost
    assert outcome == Outcome("c-1", "f", 1, {"note-1": 1}, {})
    assert len(must_be_complete(journal)) == 1
    assert journal.append(command(write("note-1", 1))).position == 2
    journal.close()
    engine.dispose()


@pytest.mark.postgres
def test_a_backend_ended_in_mid_transaction_is_not_noticed_by_the_caller(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    answers: list[Outcome] = []
    with journal_at(postgres_url) as journal, engine.begin() as tx:
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("catalogue")})
        asking = Thread(target=lambda: answers.append(journal.append(command(write("note-1", 0)))))
        asking.start()
        ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not tx.execute(text(ended)).scalar_one():
            sleep(0.01)
        tx.commit()
        asking.join()
        assert [(a.position, a.repeated) for a in answers] == [(1, False)]
        must_be_complete(journal)
    engine.dispose()


@pytest.fixture
def own_postgres(postgres: PostgresServer, tmp_path: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(postgres.base.parent / tmp_path.name, fsync=False)
    server.start()
    yield server
    server.stop()


@pytest.mark.postgres
def test_an_append_waits_out_a_restart_of_the_server(own_postgres: PostgresServer) -> None:
    with journal_at(own_postgres.create_database("journal"), limits=Limits(patience_seconds=15)) as journal:
        journal.append(command(write("note-1", 0)))
        own_postgres.stop()
        answers: list[Outcome] = []
        asking = Thread(target=lambda: answers.append(journal.append(command(write("note-1", 1)))))
        asking.start()
        own_postgres.start()
        asking.join()
        assert [answer.position for answer in answers] == [2]


@pytest.mark.postgres
def test_without_a_server_the_caller_is_told_and_later_it_works_by_itself(own_postgres: PostgresServer) -> None:
    with journal_at(own_postgres.create_database("journal"), limits=Limits(patience_seconds=0.1)) as journal:
        journal.append(command(write("note-1", 0)))
        own_postgres.stop()
        with pytest.raises(JournalUnavailable, match="cannot be reached"):
            journal.append(command(write("note-1", 1), command_id="c-2"))
        with pytest.raises(JournalUnavailable):
            journal.read(0)
        own_postgres.start()
        assert journal.outcome("c-2") is None
        assert journal.append(command(write("note-1", 1), command_id="c-2")).position == 2


def test_a_full_disk_refuses_the_append_whole_and_room_makes_it_work_again(tmp_path: Path) -> None:
    pages = [10_000]
    engine = sqlite_engine(tmp_path / "journal.db")
    event.listen(engine, "connect", lambda raw, _record: raw.execute(f"PRAGMA max_page_count={pages[0]}"))
    create_schema(engine)
    engine.dispose()
    pages[0] = 60
    large = noted('{"text":"' + "x" * 400_000 + '"}')
    journal = SqlJournal(engine, "catalogue", SystemClock())
    journal.append(command(write("note-1", 0)))
    with pytest.raises(JournalUnavailable, match="full"):
        journal.append(command(Write("note-1", 1, (noted(), large, noted()))))
    assert len(must_be_complete(journal)) == 1
    must_count(engine)
    pages[0] = 10_000
    engine.dispose()
    assert journal.append(command(Write("note-1", 1, (large,)))).position == 2
    journal.close()
    engine.dispose()


FAILING = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'input/output error' USING ERRCODE = 'io_error'; END $$;
    CREATE CONSTRAINT TRIGGER failing AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION fail()
"""


@contextmanager
def failing_commits(engine: Engine, planted: pytest.MonkeyPatch) -> Iterator[None]:
    """Commits fail: in PostgreSQL itself, by a trigger that waits for them; in SQLite as the driver would say."""

    def broken(_connection: object) -> None:
        raise OSError("input/output error")

    if engine.dialect.name == "postgresql":
        with engine.begin() as tx:
            tx.execute(text(FAILING))
        yield
        with engine.begin() as tx:
            tx.execute(text("DROP TRIGGER failing ON events"))
        return
    with planted.context() as patch:
        patch.setattr(engine.dialect, "do_commit", broken)
        yield


def test_a_database_that_fails_at_commit_writes_nothing(
    journal: SqlJournal, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        failing_commits(engine, monkeypatch),
        pytest.raises(JournalUnavailable, match="input/output error"),
    ):
        journal.append(command(write("note-1", 0)))
    assert journal.head() == 0
    assert journal.append(command(write("note-1", 0))).position == 1
