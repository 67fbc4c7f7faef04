"""The monitor: whatever is changed, taken back or told twice is found and named."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine

from services.audit.tlog.monitor import LogAway, OverHttp, Report, verify
from services.audit.tlog.store import Store
from services.audit.tlog.writer import Writer, metadata
from shared.database import make_engine
from shared.transparency import notes
from shared.transparency.notes import Checkpoint
from shared.transparency.schemes import COSIGNATURE
from shared.transparency.trust import Known, Policy
from tests.audit.test_tlog_writer import SIGNER, Recording
from tests.audit.test_witness import KEY

SIZE = 66_000  # three levels of tiles, one of them partial


@dataclass
class Made:
    store: Store
    recording: Recording
    writer: Writer

    @property
    def checkpoint(self) -> Checkpoint:
        return notes.open_checkpoint(self.store.checkpoint, SIGNER.verifier)

    def verify(self, *earlier: tuple[str, Checkpoint], ledger: bool = True) -> Report:
        rows = list(self.recording.rows) if ledger else None
        return verify(self.store, SIGNER.verifier, earlier=earlier, ledger=rows)

    def grow(self, size: int) -> Checkpoint:
        self.recording.grow(size)
        while self.writer.seal() < size:
            pass
        return self.checkpoint


def made(folder: Path, size: int) -> tuple[Made, Engine]:
    engine = make_engine(f"sqlite:///{folder / 'a.sqlite'}")
    metadata.create_all(engine)
    recording, store = Recording(), Store(folder / "log")
    log = Made(store, recording, Writer(engine, recording, store, SIGNER))
    log.grow(size)
    return log, engine


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    log, engine = made(tmp_path_factory.mktemp("monitor"), SIZE)
    yield log
    engine.dispose()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Made]:
    log, engine = made(tmp_path, 700)
    yield log
    engine.dispose()


def test_an_honest_log_has_no_faults(large: Made) -> None:
    seen: list[int] = []
    report = verify(
        large.store, SIGNER.verifier, ledger=large.recording.rows, progress=lambda at, _all: seen.append(at)
    )
    assert (report.good, report.entries, report.checkpoint) == (True, SIZE, large.checkpoint)
    assert seen[-1] == SIZE


@pytest.mark.parametrize("seed", range(12))
def test_any_changed_byte_of_any_file_is_found_and_named(large: Made, seed: int) -> None:
    chance = random.Random(seed)
    kinds = {"checkpoint": 1, "tile/entries": 3, "tile/0": 3, "tile/1": 1, "tile/2": 1}
    files = [file for file in large.store.folder.rglob("*") if file.is_file() and _served(large, file)]
    kind = chance.choices(list(kinds), list(kinds.values()))[0]
    file = chance.choice([f for f in files if str(f.relative_to(large.store.folder)).startswith(kind)])
    kept, place = file.read_bytes(), 0
    place = chance.randrange(len(kept))
    file.write_bytes(kept[:place] + bytes([kept[place] ^ 1 << chance.randrange(8)]) + kept[place + 1 :])
    report = large.verify(ledger=False)
    file.write_bytes(kept)
    named = str(file.relative_to(large.store.folder))
    assert not report.good
    beside = named.replace("tile/entries", "tile/0")
    assert {fault.where for fault in report.faults} & {named, beside}, (named, report.faults)


def _served(log: Made, file: Path) -> bool:
    """Of the partial tiles only the one under the present checkpoint is read."""
    path = file.relative_to(log.store.folder)
    if ".p/" not in str(path):
        return True
    return max(int(other.name) for other in file.parent.iterdir()) == int(file.name)


def test_a_missing_file_is_named(small: Made) -> None:
    for path, kind in (("tile/entries/001", "bundle"), ("tile/0/000", "tile"), ("tile/1/000.p/2", "tile")):
        file = small.store.folder / path
        kept = file.read_bytes()
        file.unlink()
        assert (kind, path) in {(fault.kind, fault.where) for fault in small.verify().faults}
        file.write_bytes(kept)
    (small.store.folder / "checkpoint").unlink()
    assert [fault.kind for fault in small.verify().faults] == ["checkpoint"]


def test_a_log_rolled_back_and_one_with_two_histories_are_told_from_kept_checkpoints(
    small: Made, tmp_path: Path
) -> None:
    early = small.checkpoint
    late = small.grow(900)
    assert small.verify(("the notebook", early), ("the neighbour", late)).good
    (tmp_path / "other").mkdir()
    forked, engine = made(tmp_path / "other", 0)
    forked.recording.rows = [b"another", *small.recording.rows[1:800]]
    forked.writer.seal()
    report = forked.verify(("the notebook", early), ("the neighbour", late))
    assert [(fault.kind, fault.where) for fault in report.faults] == [
        ("fork", "the notebook"),
        ("rollback", "the neighbour"),
    ]
    engine.dispose()


def test_a_ledger_that_differs_from_the_log_is_named_by_the_entry(small: Made) -> None:
    rows = small.recording.rows
    small.recording.rows = [*rows[:300], b"changed", *rows[301:], b"not published yet"]
    assert [(f.kind, f.where, f.what) for f in small.verify().faults] == [("ledger", "entry 300", "differs")]
    small.recording.rows = rows[:-1]
    assert [(f.where, f.what) for f in small.verify().faults] == [("entry 699", "is missing in the ledger")]


def test_with_a_policy_it_asks_for_the_witnesses_too(small: Made) -> None:
    policy = Policy((Known(SIGNER.verifier),), (Known(KEY.verifier, name="w"),), (), "w")
    assert [fault.kind for fault in verify(small.store, policy).faults] == ["unwitnessed"]
    small.store.publish(small.store.checkpoint + KEY.line(small.checkpoint.text, 5).encode())
    report = verify(small.store, policy)
    assert (report.good, report.cosigned) == (True, {"w": 5})
    assert KEY.kind == COSIGNATURE


def test_over_http_it_reads_the_same_and_tells_away_from_wrong(small: Made) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        file = small.store.folder / request.url.path.removeprefix("/log/")
        return httpx2.Response(200, content=file.read_bytes()) if file.is_file() else httpx2.Response(404)

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    report = verify(OverHttp("https://log.example/log/", client), SIGNER.verifier)
    assert (report.good, report.entries) == (True, 700)
    away = httpx2.Client(transport=httpx2.MockTransport(lambda _request: httpx2.Response(503)))
    with pytest.raises(LogAway):
        verify(OverHttp("https://log.example/log", away), SIGNER.verifier)
