"""The log and its witnesses together: what is published, what is held back, and what stops the log."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import delete

from services.audit.tlog import witnesses
from services.audit.tlog.keeper import Keeper
from services.audit.tlog.publishing import Publisher, QuorumMissed
from services.audit.tlog.setup import Log, peers_of, policy_of
from services.audit.tlog.store import Store
from services.audit.tlog.witnesses import LogRefused, OverHttp, Peer, Witnesses
from services.audit.tlog.writer import Writer, metadata
from shared.database import make_engine
from shared.settings import Environment, Settings
from shared.transparency import notes
from shared.transparency.keys import NoteWrong, Signer
from shared.transparency.schemes import COSIGNATURE, ML_DSA_44
from shared.transparency.trust import Group, Known, Policy
from shared.transparency.witness import Answer, Witness
from tests.audit.test_tlog_writer import SIGNER, Recording

NAMES = ("a", "b", "c")
SECOND = Signer.of_seed(SIGNER.name, b"q" * 32, ML_DSA_44)


class Down:
    """A witness whose service does not answer."""

    def add(self, _body: bytes) -> Answer:
        raise ConnectionError("down")

    def view(self, _origin_hash: str) -> Answer:
        raise ConnectionError("down")


class Field:
    """A log with three witnesses, two of which are needed; each has a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.engines = (
            folder,
            [make_engine(f"sqlite:///{folder / f'{n}.sqlite'}") for n in (*NAMES, "log")],
        )
        keys = [Signer.of_seed(f"w.example/{name}", name.encode() * 32, COSIGNATURE) for name in NAMES]
        known = tuple(Known(key.verifier, name=name) for name, key in zip(NAMES, keys, strict=True))
        self.policy = Policy((Known(SIGNER.verifier),), known, (Group("two", 2, NAMES),), "two")
        self.peers: dict[str, Peer] = {}
        for name, key, engine in zip(NAMES, keys, self.engines, strict=False):
            witness = Witness(name, engine, key, [SIGNER.verifier])
            witness.prepare()
            self.peers[name] = witness
        metadata.create_all(self.engines[-1])
        self.recording, self.store = Recording(), Store(folder / "log")

    def writer(self) -> Writer:
        """Of a process that has just started."""
        return self.writing(self.recording, self.store)

    def writing(self, recording: Recording, store: Store) -> Writer:
        known = {known.name: known for known in self.policy.witnesses}
        around = Witnesses(SIGNER.verifier, known, dict(self.peers))
        publisher = Publisher(store, [SIGNER, SECOND], self.policy, around)
        return Writer(self.engines[-1], recording, store, SIGNER, publisher)

    def witness(self, name: str) -> Witness:
        witness = self.peers[name]
        assert isinstance(witness, Witness)
        return witness

    @property
    def published(self) -> int:
        return notes.open_checkpoint(self.store.checkpoint, SIGNER.verifier).size


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    field = Field(tmp_path)
    yield field
    for engine in field.engines:
        engine.dispose()


def test_a_published_checkpoint_bears_the_witnesses_words(field: Field) -> None:
    writer = field.writer()
    for size in (0, 3, 300, 700):
        field.recording.grow(size)
        writer.seal()
        checked = field.policy.check(field.store.checkpoint)
        assert (checked.checkpoint.size, set(checked.cosigned)) == (size, set(NAMES))
        assert set(notes.open_note(field.store.checkpoint, [SECOND.verifier]).signers) == {SECOND.verifier}


def test_with_one_witness_away_the_log_goes_on_and_says_so(field: Field) -> None:
    writer = field.writer()
    field.recording.grow(5)
    writer.seal()
    writer.publisher.witnesses.peers["b"] = Down()
    field.recording.grow(9)
    assert writer.seal() == 9
    assert set(field.policy.check(field.store.checkpoint).cosigned) == {"a", "c"}
    assert writer.publisher.witnesses.troubles == {"b": "ConnectionError"}
    writer.publisher.witnesses.peers["b"] = field.peers["b"]
    field.recording.grow(12)
    writer.seal()
    assert set(field.policy.check(field.store.checkpoint).cosigned) == set(NAMES)  # from where it stood
    assert writer.publisher.witnesses.troubles == {}


def test_without_a_quorum_nothing_is_published_until_it_is_there_again(field: Field) -> None:
    writer = field.writer()
    field.recording.grow(5)
    writer.seal()
    field.recording.grow(9)
    for name in ("a", "b"):
        writer.publisher.witnesses.peers[name] = Down()
    with pytest.raises(QuorumMissed, match="a: ConnectionError; b: ConnectionError"):
        writer.seal()
    assert field.published == 5
    writer.publisher.witnesses.peers["a"] = field.peers["a"]
    assert writer.seal() == 9
    assert field.published == 9


def test_a_log_that_starts_first_asks_enough_witnesses_what_they_have_seen(field: Field) -> None:
    field.recording.grow(5)
    field.peers |= {"a": Down(), "b": Down()}
    with pytest.raises(QuorumMissed, match="could be asked"):
        field.writer().seal()
    assert not field.store.checkpoint


def test_database_and_files_restored_together_are_found_old_by_the_witnesses(field: Field, tmp_path: Path) -> None:
    """Nothing on the log's own side shows it: rows, tree and checkpoint all are of the same old day."""
    field.recording.grow(20)
    field.writer().seal()
    restored = Field.__new__(Field)
    vars(restored).update(vars(field))
    restored.engines = [*field.engines[:-1], make_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")]
    metadata.create_all(restored.engines[-1])
    restored.store, restored.recording = Store(tmp_path / "old"), Recording(12)
    restored.recording.rows[11] = b"another"
    with pytest.raises(LogRefused, match="has seen 20 entries, and only 0 are here"):
        restored.writer().seal()
    assert not restored.store.checkpoint
    assert all(field.witness(name).forked() == [] for name in NAMES)  # nothing was signed that they could have kept
    restored.engines[-1].dispose()


def test_a_fork_signed_with_the_logs_own_key_is_refused_and_the_evidence_kept(field: Field, tmp_path: Path) -> None:
    """Whoever has the key and no scruple, and does not look around first."""
    field.recording.grow(20)
    field.writer().seal()
    with field.engines[-1].begin() as tx:
        tx.execute(delete(metadata.tables["tlog_tree"]))
    forged = Recording(20)
    forged.rows[7] = b"another history"
    writer = field.writing(forged, Store(tmp_path / "forged"))
    writer._looked_around = True
    with pytest.raises(LogRefused, match="another history of the first 20 entries"):
        writer.seal()
    assert not writer.store.checkpoint
    for name in NAMES:
        [(before, after)] = field.witness(name).forked()
        seen = [notes.open_checkpoint(note, SIGNER.verifier) for note in (before, after)]
        assert seen[0].size == seen[1].size == 20
        assert seen[0].root != seen[1].root


def test_a_witness_is_believed_only_with_our_signature(field: Field) -> None:
    """A 409 with a size above ours, or a fork that it merely claims, is a refusal and does not stop the log."""

    class Liar:
        def add(self, _body: bytes) -> Answer:
            return Answer(409, b"999\n", "text/x.tlog.size")

        def view(self, _origin_hash: str) -> Answer:
            stranger = Signer.of_seed(SIGNER.name, bytes(32))
            return Answer(200, notes.sign(notes.Checkpoint(SIGNER.name, 999, bytes(32)).text, stranger))

    field.peers["c"] = Liar()
    field.recording.grow(4)
    writer = field.writer()
    assert writer.seal() == 4
    assert set(field.policy.check(field.store.checkpoint).cosigned) == {"a", "b"}
    assert "nobody we know has signed it" in writer.publisher.witnesses.troubles["c"]


def test_a_signature_that_is_not_the_witnesss_own_does_not_count(field: Field) -> None:
    class Forger(Down):
        def add(self, body: bytes) -> Answer:
            text, _ = notes.split_note(body.partition(b"\n\n")[2])
            return Answer(200, Signer.of_seed("w.example/c", bytes(32), COSIGNATURE).line(text, 5).encode())

        def view(self, _origin_hash: str) -> Answer:
            return Answer(404)

    field.peers["c"] = Forger()
    field.recording.grow(4)
    writer = field.writer()
    writer.seal()
    assert set(field.policy.check(field.store.checkpoint).cosigned) == {"a", "b"}
    assert writer.publisher.witnesses.troubles["c"] == "answered with a signature that is not its own"


def test_a_witness_that_hangs_holds_nothing_up(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witnesses, "SECONDS_MAX", 0.3)
    released = threading.Event()

    class Slow(Down):
        def add(self, _body: bytes) -> Answer:
            released.wait(20)
            return Answer(500)

        def view(self, _origin_hash: str) -> Answer:
            return self.add(b"")

    field.peers["c"] = Slow()
    field.recording.grow(4)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(field.writer().seal).result(timeout=10) == 4
    released.set()


def test_the_keeper_tells_refusing_from_waiting(field: Field) -> None:
    keeper = Keeper(field.engines[-1], field.writer())
    keeper.prepare()
    field.recording.grow(5)
    assert keeper.writer
    keeper._sealed(keeper.writer)
    assert (keeper.trouble, keeper.refusing) == ("", False)
    keeper.writer.publisher.witnesses.peers |= {"a": Down(), "b": Down()}
    field.recording.grow(6)
    keeper._sealed(keeper.writer)
    assert (keeper.trouble[:31], keeper.refusing) == ("too few witnesses have cosigned", False)
    field.recording.rows = field.recording.rows[:2]
    keeper._sealed(keeper.writer)
    assert keeper.refusing
    assert keeper.trouble.startswith("refused to sign: 6 entries are in the tree, and only 2 are recorded")


def test_over_http_a_witness_is_asked_on_one_connection(field: Field) -> None:
    witness, seen = field.witness("a"), set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            assert self.path == "/w/add-checkpoint"
            self.answer(witness.add(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self) -> None:
            self.answer(witness.view(self.path.split("/")[2]))

        def answer(self, answer: Answer) -> None:
            seen.add(self.client_address)
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    over = OverHttp(f"http://127.0.0.1:{server.server_port}/w")
    field.peers["a"] = over
    writer = field.writer()
    for size in range(1, 9):
        field.recording.grow(size)
        writer.seal()
    assert set(field.policy.check(field.store.checkpoint).cosigned) == set(NAMES)
    assert len(seen) == 1
    over.client.close()
    server.shutdown()
    server.server_close()
    thread.join()
    field.peers["a"] = OverHttp(f"http://127.0.0.1:{server.server_port}/w")
    again = field.writer()
    again.seal()
    assert again.publisher.witnesses.troubles == {"a": "no answer (ConnectError)"}


def test_in_development_the_other_services_witness_and_three_of_four_are_enough(tmp_path: Path) -> None:
    four = {
        name: f"http://127.0.0.1:{8001 + i}"
        for i, name in enumerate(("catalogue", "publication", "feedback", "archive"))
    }
    settings = Settings(
        environment=Environment.DEVELOPMENT, var=tmp_path, services=four, public_url="https://x.example"
    )
    policy = policy_of(settings, SIGNER.verifier, {})
    assert policy.satisfied({"catalogue", "feedback", "archive"})
    assert not policy.satisfied({"catalogue", "feedback"})
    assert Policy.parse(policy.text) == policy
    peers = peers_of(policy, settings, {})
    assert {name: str(peer.client.base_url) for name, peer in peers.items() if isinstance(peer, OverHttp)} == {
        name: f"{url}/api/{name}/v1/witness/" for name, url in four.items()
    }
    alone = policy_of(Settings(environment=Environment.DEVELOPMENT, var=tmp_path), SIGNER.verifier, {})
    assert (alone.quorum, alone.witnesses) == ("none", ())


def test_a_given_policy_holds_and_one_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "policy"
    key = Signer.of_seed("w.example/a", b"a" * 32, COSIGNATURE).verifier
    given = Policy((Known(SIGNER.verifier),), (Known(key, "https://w.example", "neighbour"),), (), "neighbour")
    file.write_bytes(given.text)
    settings = Settings(var=tmp_path, log_policy=str(file), log_key=SIGNER.encoded)
    engine = make_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    log = Log.of(settings, engine, Recording())
    assert log.policy == given
    assert log.witnesses is not None
    assert isinstance(log.witnesses.peers["neighbour"], OverHttp)
    file.write_bytes(b"quorum x\n")
    with pytest.raises(NoteWrong, match=r"GONGKAI_LOG_POLICY .*line 1: the quorum x is not named before"):
        Log.of(settings, engine, Recording())
    engine.dispose()
