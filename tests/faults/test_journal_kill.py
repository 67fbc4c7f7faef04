"""Kill an appending process at random moments, again and again, and hold the journal against what it had promised.

The ledger is what the process said was acknowledged. Whoever was not answered sends the same command again, as a
client would: so nothing acknowledged may be lost, and nothing may be there twice (design 1.1, 1.2).
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import sleep

import pytest
from sqlalchemy import make_url

from services.split.postgres import PostgresServer
from shared.database import make_engine
from shared.journal import JournalUnavailable
from shared.journal.sql import Limits
from tests.shared.journals import append_until_in, command, journal_at, must_be_complete, must_count, together

WRITERS = 6
ROUNDS = 15
CHILD = """
import sys
from tests.shared.journals import append_until_in, command, journal_at, together
url, *starts = sys.argv[1:]

def work(journal, writer, n):
    while True:
        append_until_in(journal, f"note-{writer % 4}", f"{writer}-{n}")
        sys.stdout.write(f"{writer}-{n}\\n")
        sys.stdout.flush()
        n += 1

with journal_at(url) as journal:
    together([lambda w=w, n=int(n): work(journal, w, n) for w, n in enumerate(starts)])
"""


@dataclass
class Ledger:
    """What has been acknowledged: each writer numbers its commands from 0 and waits for each answer."""

    acknowledged: list[str] = field(default_factory=list)

    def next_of(self, writer: int) -> int:
        return sum(line.startswith(f"{writer}-") for line in self.acknowledged)

    def must_agree(self, url: str) -> None:
        with journal_at(url) as journal:
            journal.append(command())  # waits for the lock: what was still under way at the kill has ended now
            written = [recorded.context.command_id for recorded in must_be_complete(journal)]
        assert len(set(written)) == len(written), "a command was done twice"
        assert set(self.acknowledged) <= set(written), "an acknowledged command was lost"
        assert len(written) - len(self.acknowledged) <= WRITERS, "each writer has at most one command under way"
        engine = make_engine(url)
        must_count(engine)
        engine.dispose()


def killed_once(url: str, ledger: Ledger, rng: Random) -> None:
    starts = [str(ledger.next_of(writer)) for writer in range(WRITERS)]
    child = subprocess.Popen([sys.executable, "-c", CHILD, url, *starts], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    ledger.acknowledged.append(child.stdout.readline().strip())
    sleep(rng.uniform(0.0, 0.15))
    child.kill()
    rest = child.stdout.read().split("\n")
    child.stdout.close()
    child.wait(20)
    ledger.acknowledged += [line for line in rest[:-1] if line]  # the last line may have been cut off


def test_killing_the_process_loses_and_doubles_nothing(database_url: str) -> None:
    ledger, rng = Ledger(), Random(20261123)
    for _ in range(ROUNDS):
        killed_once(database_url, ledger, rng)
        ledger.must_agree(database_url)
    assert len(ledger.acknowledged) > 10 * ROUNDS


@pytest.fixture
def own_postgres(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A cluster that the test may kill, beside the session's."""
    server = PostgresServer(postgres.base.parent / tmp_path_factory.mktemp("own").name, fsync=False)
    server.start()
    yield server
    server.stop()


@pytest.mark.postgres
def test_killing_the_database_loses_and_doubles_nothing(own_postgres: PostgresServer) -> None:
    url = own_postgres.create_database("journal")
    assert make_url(url).get_backend_name() == "postgresql"
    ledger, rng, over = Ledger(), Random(5), Event()

    def work(writer: int) -> None:
        n = 0
        while not over.is_set():
            try:
                append_until_in(journal, f"note-{writer % 4}", f"{writer}-{n}")
            except JournalUnavailable:
                continue
            ledger.acknowledged.append(f"{writer}-{n}")
            n += 1

    def power_cuts() -> None:
        for _ in range(5):
            sleep(rng.uniform(0.1, 0.4))
            own_postgres.kill()
            sleep(rng.choice([0.0, 0.3]))
            own_postgres.start()
        sleep(0.3)
        over.set()

    with journal_at(url, limits=Limits(patience_seconds=0.2)) as journal:
        jobs = [partial(work, writer) for writer in range(WRITERS)]
        working = Thread(target=together, args=(jobs,))
        working.start()
        power_cuts()  # in the main thread, since the server ends with the thread that started it
        working.join()
    ledger.must_agree(url)
    assert len(ledger.acknowledged) > 50


def test_the_ledger_would_notice_a_loss(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    with journal_at(url) as journal:
        append_until_in(journal, "note-0", "0-0")
    with pytest.raises(AssertionError, match="lost"):
        Ledger(["0-0", "0-1"]).must_agree(url)
