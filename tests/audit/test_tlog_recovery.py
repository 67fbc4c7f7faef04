"""Audit's ledger taken back from the log's files: nothing published is lost or doubled, and the log goes on."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select

from services.audit.tlog.receipts import check_event, check_receipt, receipt
from services.audit.tlog.recovery import Recovered, Unrecoverable, recover_ledger
from services.audit.tlog.salts import Salts
from services.audit.tlog.store import Store
from services.audit.tlog.witnesses import LogRefused
from services.audit.tlog.writer import Writer, metadata
from services.audit.views.entries import Entries
from shared import checkpoints
from shared.cloudevents import structured
from shared.database import make_engine
from shared.events import Recorded
from shared.transparency import notes
from shared.transparency.notes import Checkpoint
from tests.audit.test_tlog_writer import SIGNER, event, read

SERVICES = ("publication", "feedback", "archive")
SALTS = Salts((b"a secret of sixteen",))


def told(service: str, position: int) -> Recorded:
    return replace(event(position), service=service, event_id=f"{service}-{position}")


def events(service: str, after: int) -> Iterator[Recorded]:
    """The journal: as long as it is asked for."""
    for position in range(after + 1, 1000):
        yield told(service, position)


class Audit:
    """Audit's database, ledger and writer over one folder of the log."""

    def __init__(self, url: str, folder: Path, salts: Salts = SALTS) -> None:
        self.engine: Engine = make_engine(url)
        self.ledger, self.store = Entries(self.engine, "qingshan", salts), Store(folder)
        for schema in (self.ledger.metadata, metadata, checkpoints.metadata):
            schema.create_all(self.engine)
        self.writer = Writer(self.engine, self.ledger, self.store, SIGNER)

    def hear(self, *order: tuple[str, int]) -> None:
        with self.engine.begin() as tx:
            for key in order:
                self.ledger.apply(tx, told(*key))

    def rounds(self, first: int, last: int) -> None:
        """Each service's events in turn."""
        self.hear(*((service, n) for n in range(first, last + 1) for service in SERVICES))

    def seal(self) -> Checkpoint:
        self.writer.seal()
        return notes.open_checkpoint(self.store.checkpoint, SIGNER.verifier)

    def recover(self, *seen: Checkpoint) -> Recovered:
        return recover_ledger(self.engine, self.ledger, self.store, SIGNER.verifier, events, seen=seen)

    @property
    def rows(self) -> list[tuple[int, str, int]]:
        return [(row.index, row.service, row.position) for row in self.ledger.all()]


@pytest.fixture
def audit(database_url: str, tmp_path: Path) -> Iterator[Audit]:
    audit = Audit(database_url, tmp_path / "log")
    yield audit
    audit.engine.dispose()


def lose(audit: Audit, start: int = 0) -> None:
    """The database is as it was when the ledger had ``start`` rows."""
    with audit.engine.begin() as tx:
        rows = audit.ledger.rows
        tx.execute(delete(rows).where(rows.c.index >= start))
        tx.execute(delete(metadata.tables["tlog_tree"]))


def test_a_lost_database_comes_back_with_every_entry_in_its_place(audit: Audit) -> None:
    audit.rounds(1, 200)
    before, published = list(audit.ledger.all()), audit.seal()
    lose(audit)
    found = audit.recover()
    assert (found.kept, found.restored, found.moved, found.salts_lost) == (0, 600, 0, 0)
    assert list(audit.ledger.all()) == before  # salts too: they are derived
    assert audit.recover() == Recovered(600, kept=600, last=dict.fromkeys(SERVICES, 200))
    audit.rounds(201, 210)
    assert audit.seal().size == 630
    assert read(audit.store.folder)[1][:600] == [row.entry for row in before]
    assert published.size == 600


def test_a_restored_backup_that_heard_on_in_another_order_forks_nothing(audit: Audit) -> None:
    audit.rounds(1, 100)
    audit.seal()
    audit.rounds(101, 110)
    published = audit.seal()
    lose(audit, 300)
    audit.hear(*(("archive", n) for n in range(101, 131)), *(("feedback", n) for n in range(101, 104)))
    with pytest.raises(LogRefused):
        audit.writer.seal()
    found = audit.recover()
    assert (found.kept, found.restored, found.moved) == (300, 30, 20)
    assert [row[1:] for row in audit.rows[-20:]] == [("archive", n) for n in range(111, 131)]
    again = audit.seal()
    assert again.size == 350
    assert read(audit.store.folder)[0].size == 350
    assert published.size == 330


def test_a_follower_that_stood_beyond_what_came_back_reads_again(audit: Audit) -> None:
    audit.rounds(1, 10)
    audit.seal()
    lose(audit)
    with audit.engine.begin() as tx:
        checkpoints.ensure(tx, [("entries", "archive"), ("entries", "feedback")])
        at = {("entries", "archive"): checkpoints.Checkpoint(15), ("entries", "feedback"): checkpoints.Checkpoint(9)}
        checkpoints.save(tx, at)
    audit.recover()
    with audit.engine.connect() as tx:
        known = checkpoints.load(tx, ["entries"])
    assert known["entries", "archive"].position == 0
    assert known["entries", "feedback"].position == 9
    audit.hear(*(("archive", n) for n in range(1, 16)))
    assert audit.ledger.size() == 35


def test_what_a_witness_saw_beyond_the_checkpoint_counts_as_published(audit: Audit) -> None:
    """The process ended between the witnesses' answers and the checkpoint's file: the tiles are there."""
    audit.rounds(1, 100)
    earlier = audit.store.checkpoint
    audit.seal()
    audit.rounds(101, 110)
    earlier = audit.store.checkpoint
    seen = audit.seal()
    audit.store.publish(earlier)
    lose(audit, 300)
    assert audit.recover(seen).restored == 30
    assert audit.seal().root == seen.root


def test_files_older_than_what_a_witness_saw_recover_nothing(audit: Audit, tmp_path: Path) -> None:
    audit.rounds(1, 100)
    audit.seal()
    shutil.copytree(audit.store.folder, tmp_path / "old")
    audit.rounds(101, 300)
    seen = audit.seal()
    lose(audit, 300)
    audit.store.folder = tmp_path / "old"
    before = audit.rows
    with pytest.raises(Unrecoverable, match="900 entries were published"):
        audit.recover(seen)
    assert audit.rows == before


def test_changed_files_and_missing_events_recover_nothing(audit: Audit) -> None:
    audit.rounds(1, 100)
    audit.seal()
    lose(audit, 50)
    file = audit.store.folder / "tile/entries/000"
    kept = file.read_bytes()
    file.write_bytes(kept[:40] + bytes([kept[40] ^ 1]) + kept[41:])
    with pytest.raises(Unrecoverable, match="other entries"):
        audit.recover()
    file.write_bytes(kept)

    def short(service: str, after: int) -> Iterator[Recorded]:
        yield from (told(service, n) for n in range(after + 1, 90))

    with pytest.raises(Unrecoverable, match="the event 90 of"):
        recover_ledger(audit.engine, audit.ledger, audit.store, SIGNER.verifier, short)
    assert len(audit.rows) == 50


def test_an_event_can_still_be_proven_after_recovery_and_with_an_earlier_secret(audit: Audit, tmp_path: Path) -> None:
    audit.rounds(1, 3)
    size = audit.seal().size
    lose(audit)
    audit.ledger.salts = Salts((b"a newer secret, sixteen", *SALTS.keys))
    assert audit.recover().salts_lost == 0
    row = audit.ledger.of("feedback-2")
    assert row is not None
    made = receipt(audit.store.read, audit.store.checkpoint, size, row.index, row.entry, row.salt)
    happened = structured(told("feedback", 2), "qingshan")
    check_event(check_receipt(made.encoded, SIGNER.verifier), happened)


def test_salts_that_were_random_are_lost_with_the_database_and_that_is_said(database_url: str, tmp_path: Path) -> None:
    audit = Audit(database_url, tmp_path / "log", Salts())
    audit.rounds(1, 3)
    audit.seal()
    lose(audit, 4)
    found = audit.recover()
    assert (found.restored, found.salts_lost) == (5, 5)
    with audit.engine.connect() as tx:
        salts = tx.execute(select(audit.ledger.rows.c.salt)).scalars().all()
    assert sorted(len(salt) for salt in salts) == [0, 0, 0, 0, 0, 32, 32, 32, 32]
    audit.engine.dispose()
