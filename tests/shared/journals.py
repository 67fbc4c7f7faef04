"""Hands for tests of the journal: appends in one line, a journal over an address, what must always be true of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

from sqlalchemy import Engine, text

from shared.clock import Clock, SystemClock
from shared.database import make_engine
from shared.events import Context, Recorded
from shared.ids import new_id
from shared.journal import Append, Journal, NewEvent, Outcome, Write, WrongVersion
from shared.journal.observing import Observer
from shared.journal.schema import FINAL
from shared.journal.sql import Limits, SqlJournal, create_schema

CONTEXT = Context("fengyang", "wang-jianjun", "FY-R1/secretary", "FY-R1", correlation_id="story", traceparent="00-ab")
TYPE = "cn.gongkai.catalogue.Noted.v1"


def event(data: str = '{"note":"公开"}') -> NewEvent:
    return NewEvent(new_id(), TYPE, data)


def write(stream: str, expected: int, count: int = 1) -> Write:
    return Write(stream, expected, tuple(event() for _ in range(count)))


def command(
    *writes: Write, command_id: str = "", fingerprint: str = "f", result: dict[str, Any] | None = None
) -> Append:
    return Append(command_id or new_id(), fingerprint, CONTEXT, writes, result or {})


@contextmanager
def journal_at(
    url: str, *, clock: Clock | None = None, limits: Limits | None = None, observer: Observer | None = None
) -> Iterator[SqlJournal]:
    engine = make_engine(url)
    create_schema(engine)
    journal = SqlJournal(engine, "catalogue", clock or SystemClock(), limits=limits, observer=observer)
    try:
        yield journal
    finally:
        journal.close()
        engine.dispose()


def everything(journal: Journal) -> list[Recorded]:
    """All events, read in pages; the journal itself raises if a position is not the next."""
    found: list[Recorded] = []
    while page := journal.read(len(found), 700):
        found += page
    return found


def must_be_complete(journal: Journal) -> list[Recorded]:
    """Positions are 1 to head, versions 1, 2, 3 ... in each stream, and no event is there twice."""
    found = everything(journal)
    assert [r.position for r in found] == list(range(1, journal.head() + 1))
    seen: Counter[str] = Counter()
    for recorded in found:
        seen[recorded.stream] += 1
        assert recorded.version == seen[recorded.stream]
    assert len({r.event_id for r in found}) == len(found)
    return found


def must_count(engine: Engine) -> None:
    """The check a clerk can repeat: count = highest position = head."""
    with engine.connect() as connection:
        counted = connection.execute(
            text("SELECT count(*), coalesce(max(position), 0), (SELECT head FROM journal) FROM events")
        ).one()
    assert len(set(counted)) == 1, counted


def unguard(engine: Engine) -> None:
    """Take away what keeps events and commands as they are, for tests of a journal that was damaged."""
    with engine.begin() as tx:
        for table in FINAL:
            if tx.dialect.name == "postgresql":
                tx.execute(text(f"DROP TRIGGER refuse_change ON {table}"))
            else:
                for act in ("update", "delete"):
                    tx.execute(text(f"DROP TRIGGER {table}_refuse_{act}"))


def append_until_in(journal: Journal, stream: str, command_id: str) -> Outcome:
    """Append one event wherever the stream stands by now."""
    version = 0
    while True:
        try:
            return journal.append(command(write(stream, version), command_id=command_id))
        except WrongVersion as moved:
            version = moved.actual


def together(jobs: Sequence[Callable[[], object]]) -> None:
    """Run all at once, each in a thread of its own; the first that raised raises here."""
    faults: list[BaseException] = []

    def guarded(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as fault:  # noqa: BLE001 - raised again in the caller's thread
            faults.append(fault)

    threads = [Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
