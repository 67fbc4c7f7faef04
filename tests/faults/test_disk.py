"""Disks that are full or fail to flush, under the embedded platform and PostgreSQL: told, waited out, nothing lost."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest

from services.split.postgres import PostgresMissing, PostgresServer
from shared.journal import JournalUnavailable
from shared.journal.sql import Limits, SqlJournal
from tests.faults import model, reading
from tests.faults.disks import failing_flushes, filled, small_disk
from tests.faults.house import House, house_at
from tests.faults.model import Ledger, eventually
from tests.shared.journals import append_until_in, journal_at, together

MEGABYTES, POSTGRES_MEGABYTES = 64, 160


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with small_disk(tmp_path_factory.mktemp("small"), MEGABYTES) as disk:
        yield disk


@pytest.fixture(scope="module")
def house(disk: Path) -> Iterator[House]:
    with house_at(disk) as house:
        yield house


def test_a_full_disk_is_told_and_waited_out(house: House, disk: Path, injected: "Counter[str]") -> None:
    pid = house.child.pid
    with house.loaded("full"):
        time.sleep(1)
        with filled(disk):
            time.sleep(1)
            known = len(house.drafts.acknowledged)
            time.sleep(3)
            assert len(house.drafts.acknowledged) <= known + 1, "nothing is acknowledged without a disk"
            with house.client() as client:
                assert client.get("/livez").status_code == 200
                assert client.get("/api/publication/v1/shown").status_code == 200
        eventually(lambda: must_be_more(len(house.drafts.acknowledged), known))
    house.must_hold(views=False)
    assert house.child.pid == pid, "it went on by itself"
    injected["disk full under the embedded platform"] += 1


def test_flushes_that_fail_lose_nothing(house: House, chance: Random, injected: "Counter[str]") -> None:
    pid = house.child.pid
    with house.loaded("flush"):
        time.sleep(0.5)
        with failing_flushes([pid], f"{chance.randint(1, 3)}+{chance.randint(2, 4)}") as met:
            eventually(lambda: must_be_more(met.read_text().count("EIO"), 6))
            failed = met.read_text().count("EIO")
        time.sleep(0.5)
    house.must_hold()
    assert house.child.pid == pid, "it went on by itself"
    injected["fsync answers EIO under the embedded platform"] += failed


def must_be_more(found: int, than: int) -> None:
    assert found > than > 0


@dataclass
class Writers:
    """Commands sent straight into a journal on PostgreSQL, each again until it is answered."""

    journal: SqlJournal
    ledger: Ledger = field(default_factory=Ledger)

    @contextmanager
    def writing(self, name: str) -> Iterator[None]:
        over = Event()
        working = Thread(target=together, args=([partial(self._work, f"{name}-{w}", over) for w in range(4)],))
        working.start()
        try:
            yield
        finally:
            over.set()
            working.join()

    def _work(self, name: str, over: Event) -> None:
        number = 0
        while not over.is_set():
            self.ledger.sent.add(label := f"{name}-{number}")
            with suppress(JournalUnavailable):
                self.send(label)
                number += 1

    def send(self, label: str) -> None:
        outcome = append_until_in(self.journal, f"note-{len(label) % 3}", label)
        self.ledger.acknowledge(label, str(outcome.position))

    def must_hold(self, server: PostgresServer) -> None:
        for label in sorted(self.ledger.sent - self.ledger.acknowledged.keys()):
            eventually(partial(self._sent_again, label))
        kept = reading.of_split(server, "", ["journal"])
        rows = kept.journal("journal")
        with closing(server.connect("journal")) as connection:
            [(head,)] = connection.execute("select head from journal").fetchall()
        model.journal_is_whole(rows, head)
        self.ledger.must_be_kept((row.context["command_id"], str(row.position)) for row in rows)

    def _sent_again(self, label: str) -> None:
        try:
            self.send(label)
        except JournalUnavailable as away:
            raise AssertionError(f"{label}: {away}") from away


@pytest.fixture(scope="module")
def own(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A cluster on a small disk of its own, which flushes."""
    folder = postgres.base.parent / tmp_path_factory.mktemp("own").name
    with small_disk(folder, POSTGRES_MEGABYTES) as disk:
        server = PostgresServer(disk / "postgres", fsync=True)
        server.start()
        yield server
        server.stop()


@pytest.fixture
def writers(own: PostgresServer) -> Iterator[Writers]:
    with journal_at(own.create_database("journal"), limits=Limits(patience_seconds=0.5)) as journal:
        known = {recorded.context.command_id: recorded.position for recorded in journal.read(0, 100_000)}
        writers = Writers(journal)
        writers.ledger.sent |= known.keys()
        yield writers


def running_again(own: PostgresServer) -> None:
    """As whoever watches over PostgreSQL would: it ends itself where it cannot be sure of its log."""
    process = own._process
    if process is None or process.poll() is not None:
        own.start()


@pytest.mark.postgres
def test_postgresql_without_disk_loses_and_doubles_nothing(
    own: PostgresServer, writers: Writers, injected: "Counter[str]"
) -> None:
    with writers.writing("full"):
        time.sleep(0.5)
        with filled(own.base.parent):
            time.sleep(3)
        time.sleep(0.5)
        running_again(own)
        time.sleep(1)
    writers.must_hold(own)
    assert "No space left on device" in (own.base / "log").read_text()
    injected["disk full under PostgreSQL"] += 1


@pytest.mark.postgres
def test_postgresql_whose_flushes_fail_loses_and_doubles_nothing(
    own: PostgresServer, writers: Writers, chance: Random, injected: "Counter[str]"
) -> None:
    with writers.writing("flush"):
        time.sleep(0.5)
        with failing_flushes(processes_of(own), str(chance.randint(20, 60))) as met:
            time.sleep(3)
            failed = met.read_text().count("EIO")
        with suppress(PostgresMissing):
            running_again(own)
        time.sleep(1)
    assert failed
    writers.must_hold(own)
    assert "PANIC" in (own.base / "log").read_text(), "PostgreSQL itself does not trust a disk after that"
    injected["fsync answers EIO under PostgreSQL"] += failed


def processes_of(server: PostgresServer) -> list[int]:
    assert server._process is not None
    main = server._process.pid
    return [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]
