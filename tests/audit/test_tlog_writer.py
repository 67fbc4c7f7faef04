"""The writer of the transparency log: what it serves, what a crash leaves, and when it refuses to sign."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from sqlalchemy import Engine

from services.audit.tlog import leaves, store, tiles
from services.audit.tlog.store import Store
from services.audit.tlog.tiles import Tile
from services.audit.tlog.witnesses import LogRefused
from services.audit.tlog.writer import Writer, metadata
from services.audit.views.entries import Entries
from services.publication.events import REGISTRY
from shared.cloudevents import canonical
from shared.database import make_engine
from shared.events import Context, Recorded
from shared.settings import Environment, Settings
from shared.testing import RECORDED_AT
from shared.transparency import merkle, notes
from shared.transparency.keeping import log_signers
from shared.transparency.keys import NoteWrong, Signer
from shared.transparency.notes import Checkpoint

SIGNER = Signer.of_seed("log.example/qingshan", bytes(range(32)))


class Recording:
    """Entries that are recorded, as the ledger has them."""

    def __init__(self, count: int = 0) -> None:
        self.rows = [f"entry {i}".encode() for i in range(count)]

    def size(self) -> int:
        return len(self.rows)

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        return self.rows[start:end]

    def grow(self, count: int) -> None:
        self.rows += [f"entry {i}".encode() for i in range(len(self.rows), count)]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def read(folder: Path) -> tuple[Checkpoint, list[bytes]]:
    """A plain reader: the signed checkpoint, and every entry under it, all hashes checked."""
    store = Store(folder)
    checkpoint = notes.open_checkpoint(store.checkpoint, SIGNER.verifier)
    size = checkpoint.size
    assert merkle.root(tiles.nodes_of(store.read, size), size) == checkpoint.root
    entries: list[bytes] = []
    for tile in tiles.tiles_of(size):
        data = store.read(tile)
        if tile.level is None:
            entries += tiles.split_bundle(data)
        elif tile.level == 0:
            hashes = [merkle.leaf_hash(entry) for entry in entries[tile.number * 256 :]]
            assert data == b"".join(hashes[: tile.width])
        else:
            under = (store.read(Tile(tile.level - 1, tile.number * 256 + i)) for i in range(tile.width))
            assert data == b"".join(tiles.full_tile_hash(child) for child in under)
    return checkpoint, entries


def test_a_log_without_entries_signs_the_empty_tree_and_has_no_tiles(engine: Engine, tmp_path: Path) -> None:
    assert Writer(engine, Recording(), Store(tmp_path / "log"), SIGNER).seal() == 0
    assert read(tmp_path / "log") == (Checkpoint(SIGNER.name, 0, merkle.EMPTY_ROOT), [])
    assert [f.name for f in (tmp_path / "log").iterdir()] == ["checkpoint"]


def test_every_entry_is_served_in_its_order_however_the_log_grew(engine: Engine, tmp_path: Path) -> None:
    recording, last = Recording(), None
    writer = Writer(engine, recording, Store(tmp_path / "log"), SIGNER)
    for size in (1, 2, 255, 256, 257, 600, 600):
        recording.grow(size)
        assert writer.seal() == size
        checkpoint, entries = read(tmp_path / "log")
        assert entries == recording.rows
        nodes = tiles.nodes_of(writer.store.read, size)
        if last:
            proof = merkle.consistency(nodes, last.size, size)
            merkle.verify_consistency(last.size, size, proof, last.root, checkpoint.root)
        last = checkpoint
    assert not (tmp_path / "log/tile/0/000.p").exists()
    assert (tmp_path / "log/tile/0/002.p/88").exists()


class Crash(Exception):
    """The process ends here."""


def crashing(writer: Writer, at: int, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process end before, or just after, its ``at``-th durable step."""
    steps = 0

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **named: Any) -> Any:
            nonlocal steps
            mine = steps = steps + 1
            if mine == at and not after:
                raise Crash
            answer = real(*args, **named)
            if mine == at:
                raise Crash
            return answer

        return step

    on_disk: list[tuple[Any, str]] = [(store, name) for name in ("_lay", "_flush", "_reveal")]
    for owner, name in (*on_disk, (writer.store, "publish"), (writer, "_keep"), (writer, "_tidy")):
        monkeypatch.setattr(owner, name, wrapped(getattr(owner, name)))


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_step_leaves_a_log_that_goes_on(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    crashed, at = True, 0
    recording, folder = Recording(250), tmp_path / "log"
    Writer(engine, recording, Store(folder), SIGNER).seal()
    while crashed:
        at += 1
        recording.grow(recording.size() + 7)
        writer = Writer(engine, recording, Store(folder), SIGNER)
        before = read(folder)[0]
        try:
            with monkeypatch.context() as patched:
                crashing(writer, at, after, patched)
                writer.seal()
            crashed = False
        except Crash:
            left, entries = read(folder)
            assert left.size in (before.size, recording.size())
            assert entries == recording.rows[: left.size]
            recording.grow(recording.size() + 1)
        assert Writer(engine, recording, Store(folder), SIGNER).seal() == recording.size()
        assert read(folder)[1] == recording.rows
    assert at > 12


def test_a_database_from_an_old_backup_signs_nothing(tmp_path: Path) -> None:
    file, folder, recording = tmp_path / "audit.sqlite", tmp_path / "log", Recording(5)
    engine = make_engine(f"sqlite:///{file}")
    metadata.create_all(engine)
    Writer(engine, recording, Store(folder), SIGNER).seal()
    engine.dispose()
    shutil.copy(file, tmp_path / "backup")
    recording.grow(9)
    Writer(engine, recording, Store(folder), SIGNER).seal()
    engine.dispose()
    published = (folder / "checkpoint").read_bytes()
    for name in ("audit.sqlite", "audit.sqlite-wal", "audit.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup", file)
    for rows in (5, 9, 12):
        with pytest.raises(LogRefused, match="9 entries are published, and only 5 are here"):
            Writer(engine, Recording(rows), Store(folder), SIGNER).seal()
    assert (folder / "checkpoint").read_bytes() == published
    engine.dispose()


def test_other_rows_missing_rows_and_another_key_sign_nothing(engine: Engine, tmp_path: Path) -> None:
    store = Store(tmp_path / "log")
    Writer(engine, Recording(300), store, SIGNER).seal()
    published = store.checkpoint
    with pytest.raises(LogRefused, match="only 299 are recorded"):
        Writer(engine, Recording(299), store, SIGNER).seal()
    with pytest.raises(LogRefused, match="not one of"):
        Writer(engine, Recording(301), store, Signer.of_seed(SIGNER.name, bytes(32))).seal()
    other = Recording(310)
    other.rows[270] = b"another history"
    with pytest.raises(LogRefused, match="now another one"):
        Writer(engine, other, store, SIGNER).seal()
    assert store.checkpoint == published


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/000", "tile/entries/001.p/44", "tile/1/000.p/1"])
def test_a_plain_reader_sees_a_changed_byte_in_any_file(engine: Engine, tmp_path: Path, path: str) -> None:
    store = Store(tmp_path / "log")
    Writer(engine, Recording(300), store, SIGNER).seal()
    data = bytearray((store.folder / path).read_bytes())
    data[3] ^= 1
    (store.folder / path).write_bytes(data)
    with pytest.raises(AssertionError):
        read(store.folder)


@pytest.mark.parametrize("path", ["tile/0/001.p/44", "tile/1/000.p/1", "checkpoint"])
def test_a_changed_byte_where_the_tree_grows_signs_nothing(engine: Engine, tmp_path: Path, path: str) -> None:
    store, recording = Store(tmp_path / "log"), Recording(300)
    Writer(engine, recording, store, SIGNER).seal()
    file = store.folder / path
    data = bytearray(file.read_bytes())
    data[3] ^= 1
    file.write_bytes(data)
    recording.grow(320)
    with pytest.raises(LogRefused):
        Writer(engine, recording, store, SIGNER).seal()


def event(position: int = 1, *, stream: str = "disclosure-1", actor: str = "wang-jianjun", post: str = "") -> Recorded:
    context = Context(town="fengyang", actor=actor, post=post, organisation="FY-R1", correlation_id="c-1")
    data = {"text": "村务公开", "giver": "li-xiulan"}
    kind = f"cn.gongkai.{REGISTRY.service}.DisclosureDrafted.v1"
    return Recorded(REGISTRY.service, position, stream, 1, f"id-{position}", kind, RECORDED_AT, data, context)


def test_an_entry_holds_position_and_salted_digest_and_nothing_else() -> None:
    happened, salt = event(post="FY-R1/secretary"), bytes(32)
    digest = leaves.digest_of(canonical(happened, "qingshan"), salt)
    assert leaves.entry_of(happened, "qingshan", salt) == (
        b'{"digest":"' + digest.encode() + b'","format":"gongkai-log-entry/v2","position":1,"service":"publication"}'
    )
    assert digest != leaves.digest_of(canonical(happened, "qingshan"), b"\1" * 32)


@pytest.mark.parametrize("post", ["", "member", "FY-R1/secretary"])
def test_the_log_tells_nobody_what_was_done_where_or_by_whom(post: str) -> None:  # ORG-11, design 1.5
    entry = leaves.entry_of(event(stream="person-li-xiulan", actor="li-xiulan", post=post), "qingshan", bytes(32))
    for word in (b"li-xiulan", b"member", b"FY-R1", b"fengyang", b"Disclosure"):
        assert word not in entry


def test_the_ledger_numbers_each_event_once_in_the_order_it_came(database_url: str) -> None:
    engine = make_engine(database_url)
    ledger = Entries(engine, "qingshan")
    ledger.metadata.create_all(engine)
    for position in (1, 2, 2, 1, 3):
        with engine.begin() as tx:
            ledger.apply(tx, event(position))
    assert ledger.size() == 3
    kept = [ledger.of(f"id-{position}") for position in (1, 2, 3)]
    assert [row.index for row in kept if row] == [0, 1, 2]
    assert [row.entry for row in kept if row] == ledger.entries(0, 9)
    assert ledger.of("id-9") is None
    engine.dispose()


def test_development_makes_its_keys_once_and_production_signs_only_with_given_ones(tmp_path: Path) -> None:
    development = Settings(environment=Environment.DEVELOPMENT, var=tmp_path, public_url="https://x.example/")
    made, again = log_signers(development), log_signers(development)
    assert [signer.encoded for signer in made] == [signer.encoded for signer in again]
    assert [(signer.name, signer.kind) for signer in made] == [("x.example/log", 0x01), ("x.example/log", 0x06)]
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "tlog").iterdir()} == {0o600}
    production = Settings(environment=Environment.PRODUCTION, var=tmp_path)
    assert log_signers(production) == ()
    given = Settings(var=tmp_path, log_key=f"{made[1].encoded} {made[0].encoded}")
    assert [signer.encoded for signer in log_signers(given)] == [signer.encoded for signer in made]
    for wrong in (made[1].encoded, f"{SIGNER.encoded} {made[1].encoded}", "PRIVATE+KEY+x"):
        with pytest.raises(NoteWrong):
            log_signers(Settings(var=tmp_path, log_key=wrong))


def test_entries_are_canonical_json() -> None:
    entry = leaves.entry_of(event(), "qingshan", bytes(32))
    assert rfc8785.dumps(json.loads(entry)) == entry
