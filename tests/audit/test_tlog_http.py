"""The transparency log as readers meet it: over HTTP, as receipts, and with ``gongkai check``."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from services.audit.main import build
from services.audit.tlog import receipts, tiles
from services.audit.tlog.keeper import Keeper
from services.audit.tlog.tiles import Tile
from services.audit.views.entries import Entries
from services.cli import main
from services.publication import events as p
from shared.cloudevents import structured
from shared.events import Recorded
from shared.transparency import merkle, notes
from shared.transparency.keys import Signer, Verifier
from tests.audit.test_trace import CLERK, STREAM, drafted
from tests.feedback.world import World, noon

Check = Callable[..., tuple[int, str]]


class Log:
    """Audit with a log of 300 entries; ``event`` is one of them."""

    def __init__(self, world: "LogWorld") -> None:
        self.world = world
        (ledger,), (keeper,) = world.service.ledgers, world.service.workers
        assert isinstance(ledger, Entries)
        assert isinstance(keeper, Keeper)
        assert keeper.writer
        keeper.prepare()
        ledger.metadata.create_all(world.service.engine)
        self.ledger, self.writer = ledger, keeper.writer
        self.event = self.grow(300)

    def grow(self, count: int) -> Recorded:
        with self.world.service.engine.begin() as tx:
            for _ in range(count):
                event = self.world.tell_nobody(p.REGISTRY, STREAM, drafted(), CLERK)
                self.ledger.apply(tx, event)
        self.writer.seal()
        return event

    def get(self, path: str) -> Any:
        return self.world.client.get(path)

    def tile(self, tile: Tile) -> bytes:
        answer = self.get(f"/log/{tile.path}")
        if answer.status_code != 200:
            raise LookupError(tile.path)
        return bytes(answer.content)

    @property
    def vkey(self) -> str:
        return str(self.get("/log/vkey").text)

    def receipt(self, asker: str) -> bytes:
        answer = self.world.ask(asker, f"/proofs/{self.event.event_id}")
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["LogWorld"]:
    monkeypatch.setenv("GONGKAI_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("GONGKAI_LOG_KEY", Signer.of_seed("log.example/qingshan", bytes(range(32))).encoded)
    world = LogWorld(build, tmp_path, noon(4, 8))
    yield world
    world.close()


@pytest.fixture
def log(world: "LogWorld") -> Log:
    return Log(world)


def test_a_reader_verifies_the_log_from_what_it_serves(log: Log) -> None:
    answer = log.get("/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=2"
    checkpoint = notes.open_checkpoint(answer.content, Verifier.parse(log.vkey))
    assert checkpoint.size == 300
    assert merkle.root(tiles.nodes_of(log.tile, 300), 300) == checkpoint.root
    entries = [entry for n, w in ((0, 256), (1, 44)) for entry in tiles.split_bundle(log.tile(Tile(None, n, w)))]
    hashes = log.tile(Tile(0, 0)) + log.tile(Tile(0, 1, 44))
    assert b"".join(merkle.leaf_hash(entry) for entry in entries) == hashes
    assert [json.loads(entry)["position"] for entry in entries] == list(range(1, 301))


def test_tiles_are_bytes_that_may_be_kept_for_good(log: Log) -> None:
    for path in ("/log/tile/0/000", "/log/tile/entries/001.p/44"):
        answer = log.get(path)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    ["0/001", "0/001.p/45", "1/001", "2/000", "0/1", "entries/002", "entries/001", "00/000", "x"],
)
def test_what_the_checkpoint_does_not_cover_is_not_served(log: Log, path: str) -> None:
    assert log.get(f"/log/tile/{path}").status_code == 404


def test_a_partial_tile_is_still_served_when_the_full_one_has_taken_its_place(log: Log) -> None:
    before = log.tile(Tile(0, 1, 44)), log.tile(Tile(None, 1, 44))
    log.grow(300)
    assert (log.tile(Tile(0, 1, 44)), log.tile(Tile(None, 1, 44))) == before


def test_a_receipt_verifies_alone_and_names_no_one(log: Log) -> None:
    found = receipts.check_receipt(log.receipt("ma-xiaoyan"), Verifier.parse(log.vkey))
    assert (found.entry["service"], found.entry["position"]) == (log.event.service, log.event.position)
    assert found.entry.keys() == {"format", "service", "position", "digest"}
    assert (found.index, found.checkpoint.size) == (299, 300)
    assert len(found.salt) == 32


def test_only_who_sees_the_event_gets_what_opens_its_digest(log: Log) -> None:
    found = receipts.check_receipt(log.receipt("ma-xiaoyan"), Verifier.parse(log.vkey))
    event = structured(log.event, log.world.platform.settings.county)
    receipts.check_event(found, event)
    with pytest.raises(merkle.ProofWrong, match="digest differs"):
        receipts.check_event(found, event | {"data": {**event["data"], "text": "9999"}})
    for asker in ("", "zhou-dahai", "chen-xiuying", "wu-gang"):
        refused = log.world.ask(asker, f"/proofs/{log.event.event_id}"), log.world.ask(asker, "/proofs", index=299)
        unknown = log.world.ask(asker, "/proofs/nothing"), log.world.ask(asker, "/proofs", index=300)
        for seen, absent in zip(refused, unknown, strict=True):
            assert (seen.status_code, seen.json()["detail"]) == (404, absent.json()["detail"])
    assert log.world.ask("ma-xiaoyan", "/proofs", index=299).content == log.receipt("ma-xiaoyan")


def test_no_receipt_is_given_before_the_event_stands_under_a_published_checkpoint(log: Log) -> None:
    event = log.world.tell_nobody(p.REGISTRY, STREAM, drafted(), CLERK)
    path = f"/proofs/{event.event_id}"
    assert log.world.ask("ma-xiaoyan", path).status_code == 404
    with log.world.service.engine.begin() as tx:
        log.ledger.apply(tx, event)
    assert log.world.ask("ma-xiaoyan", path).status_code == 404
    log.writer.seal()
    assert log.world.ask("ma-xiaoyan", path).status_code == 200


def test_a_log_that_has_published_nothing_has_nothing_to_read(world: "LogWorld") -> None:
    for path in ("checkpoint", "vkey", "tile/0/000"):
        assert world.client.get(f"/log/{path}").status_code == 404


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Check]:
    def call(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        monkeypatch.setattr("sys.argv", ["gongkai", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out + told.err

    yield call
    structlog.reset_defaults()


def test_check_says_in_plain_words_whether_a_receipt_holds(log: Log, tmp_path: Path, check: Check) -> None:
    receipt, event, key = tmp_path / "r.tlog-proof", tmp_path / "event.json", tmp_path / "vkey"
    receipt.write_bytes(log.receipt("ma-xiaoyan"))
    event.write_text(json.dumps(structured(log.event, log.world.platform.settings.county)), encoding="utf-8")
    key.write_text(log.vkey, encoding="utf-8")
    code, told = check(receipt, "--vkey", key, "--event", event)
    assert code == 0, told
    assert "holds: " in told
    assert "entry 299 of the 300" in told
    assert "is that event, unchanged" in told
    code, told = check(receipt, "--vkey", log.vkey.strip(), "--json")
    assert json.loads(told)["entry"]["position"] == log.event.position
    event.write_text(event.read_text(encoding="utf-8").replace("6120", "9120"), encoding="utf-8")
    assert check(receipt, "--vkey", key, "--event", event)[0] == 1
    other = Signer.of_seed(Verifier.parse(log.vkey).name, bytes(32)).verifier.vkey
    code, told = check(receipt, "--vkey", other)
    assert (code, "does not hold: nobody we know has signed it" in told) == (1, True)
    receipt.write_bytes(receipt.read_bytes().replace(b"index 299", b"index 298"))
    assert check(receipt, "--vkey", key)[0] == 1
    assert check(tmp_path / "absent", "--vkey", key)[0] == 2
    assert check(receipt, "--vkey", "no+key")[0] == 2


class LogWorld(World):
    deaf = False

    def hear(self, event: Recorded) -> None:
        if not self.deaf:
            super().hear(event)

    def tell_nobody(self, *what: Any) -> Recorded:
        """The fact as it would be told, heard by no view."""
        self.deaf = True
        try:
            return self.tell(*what)
        finally:
            self.deaf = False
