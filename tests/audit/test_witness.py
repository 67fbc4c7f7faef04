"""A witness of the transparency log: what it cosigns, what it answers to everything else, and what it keeps."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.archive.main import build
from shared.database import make_engine
from shared.transparency import merkle, notes
from shared.transparency.keys import Signer, b64
from shared.transparency.merkle import EMPTY_ROOT, leaf_hash, node_hash
from shared.transparency.notes import Checkpoint
from shared.transparency.schemes import COSIGNATURE, ML_DSA_44
from shared.transparency.witness import Answer, Witness, origin_hash_of
from tests.feedback.world import World, noon

LOG = Signer.of_seed("log.example/qingshan", bytes(range(32)))
POST_QUANTUM = Signer.of_seed(LOG.name, bytes(range(1, 33)), ML_DSA_44)
KEY = Signer.of_seed("witness.example/archive", b"w" * 32, COSIGNATURE)


class Tree:
    """A small log, all in memory; two of the same ``salt`` agree as far as both go."""

    def __init__(self, salt: str = "") -> None:
        self.leaves = [leaf_hash(f"{salt}{i}".encode()) for i in range(64)]

    def node(self, level: int, index: int) -> bytes:
        if level == 0:
            return self.leaves[index]
        return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))

    def note(self, size: int, *signers: Signer) -> bytes:
        return notes.sign(Checkpoint(LOG.name, size, merkle.root(self.node, size)).text, *(signers or (LOG,)), at=7)

    def request(self, old: int, size: int, proof: Sequence[bytes] | None = None, note: bytes = b"") -> bytes:
        hashes = proof if proof is not None else merkle.consistency(self.node, old, size) if old else []
        lines = "".join(f"{b64(value)}\n" for value in hashes)
        return f"old {old}\n{lines}\n".encode() + (note or self.note(size))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def witness(engine: Engine) -> Witness:
    made = Witness("archive", engine, KEY, [LOG.verifier, POST_QUANTUM.verifier])
    made.prepare()
    return made


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The archive, which has been given a key of its own and the log's public one."""
    key = Signer.of_seed("witness.example/archive", KEY.seed, COSIGNATURE)
    other = Signer.of_seed("witness.example/feedback", bytes(32), COSIGNATURE)
    monkeypatch.setenv("GONGKAI_WITNESS_KEY", f"{other.encoded} {key.encoded}")
    monkeypatch.setenv("GONGKAI_LOG_VKEY", LOG.verifier.vkey)
    world = World(build, tmp_path, noon(4, 8))
    for worker in world.service.workers:
        worker.prepare()
    yield world
    world.close()


def cosigned(answer: Answer, note: bytes) -> notes.Opened:
    assert answer.status == 200, answer
    text, _ = notes.split_note(note)
    return notes.open_note(f"{text}\n".encode() + answer.body, [KEY.verifier])


def test_it_cosigns_what_goes_on_from_the_last_it_saw(witness: Witness) -> None:
    tree = Tree()
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 64)):
        opened = cosigned(witness.add(tree.request(old, size)), tree.note(size))
        assert opened.times[0] > 1_700_000_000  # never 0: it says when
    last = witness.last(LOG.name)
    assert last is not None
    assert last.checkpoint == Checkpoint(LOG.name, 64, merkle.root(tree.node, 64))


def test_the_first_may_be_of_any_size_also_none(witness: Witness) -> None:
    assert witness.add(Tree().request(0, 0)).status == 200
    assert witness.add(Tree().request(0, 0)).status == 200
    assert witness.add(Tree().request(0, 5)).status == 200


def test_a_conflict_names_the_size_it_stands_at(witness: Witness) -> None:
    tree = Tree()
    assert witness.add(tree.request(2, 5)) == Answer(409, b"0\n", "text/x.tlog.size")
    witness.add(tree.request(0, 5))
    for old, size in ((0, 9), (4, 9), (6, 9), (0, 3)):
        assert witness.add(tree.request(old, size)) == Answer(409, b"5\n", "text/x.tlog.size")


def test_who_is_not_known_or_has_not_signed_gets_nothing(witness: Witness) -> None:
    tree, stranger = Tree(), Signer.of_seed("log.example/other", bytes(32))
    of_stranger = notes.sign(Checkpoint(stranger.name, 3, bytes(32)).text, stranger)
    assert witness.add(b"old 0\n\n" + of_stranger).status == 404
    forger = Signer.of_seed(LOG.name, bytes(32))
    assert witness.add(tree.request(0, 3, note=tree.note(3, forger))).status == 403
    wrong = tree.note(3).replace(b"\n3\n", b"\n4\n")
    assert witness.add(tree.request(0, 4, note=wrong)).status == 403
    assert witness.last(LOG.name) is None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"old 0\n", b"old 0", b"old\n\n", b"old -1\n\n", b"old 01\n\n", b"OLD 0\n\n", b"old 0\nAAAA\n\n",
        b"old 0\n\xff\n\n", b"old 0 \n\n", b"old 9\n\n", b"old 0\n" + 64 * (b64(bytes(32)).encode() + b"\n") + b"\n",
    ],
)  # fmt: skip
def test_what_is_no_request_is_a_bad_one(witness: Witness, body: bytes) -> None:
    assert witness.add(body + Tree().note(3)).status == 400
    assert witness.add(body).status == 400


def test_a_request_above_16_kib_is_not_read(witness: Witness) -> None:
    padded = Tree().request(0, 3) + b"\xe2\x80\x94 x AAAAAAAA\n" * 1200
    assert witness.add(padded).status == 400


@pytest.mark.parametrize(
    ("old", "proof"), [(0, [bytes(32)]), (3, []), (3, [bytes(32)]), (3, 3 * [bytes(32)])], ids=["0", "none", "1", "3"]
)
def test_a_proof_that_does_not_hold_is_refused(witness: Witness, old: int, proof: list[bytes]) -> None:
    if old:
        witness.add(Tree().request(0, 3))
    assert witness.add(Tree().request(old, 7, proof)).status == 422


def test_an_empty_tree_has_one_root(witness: Witness) -> None:
    note = notes.sign(Checkpoint(LOG.name, 0, bytes(32)).text, LOG)
    assert witness.add(b"old 0\n\n" + note).status == 422
    assert witness.add(b"old 0\n\n" + notes.sign(Checkpoint(LOG.name, 0, EMPTY_ROOT).text, LOG)).status == 200


def test_a_second_history_is_refused_and_kept_as_evidence(witness: Witness) -> None:
    honest, forked = Tree(), Tree("other ")
    witness.add(honest.request(0, 8))
    assert witness.add(forked.request(8, 8, [])).status == 422
    assert witness.add(forked.request(8, 20)).status == 422
    assert witness.add(forked.request(8, 8, [])).status == 422
    (before, second), (_, third) = witness.forked()
    assert notes.open_checkpoint(before, LOG.verifier).root == merkle.root(honest.node, 8)
    assert notes.open_checkpoint(second, LOG.verifier) == Checkpoint(LOG.name, 8, merkle.root(forked.node, 8))
    assert notes.open_checkpoint(third, LOG.verifier).size == 20
    assert witness.add(honest.request(8, 9)).status == 200  # the honest history goes on


def test_who_sends_the_true_checkpoint_with_a_false_proof_accuses_nobody(witness: Witness) -> None:
    tree = Tree()
    witness.add(tree.request(0, 8))
    assert witness.add(tree.request(8, 9, [bytes(32)])).status == 422
    assert len(witness.forked()) == 1
    assert witness.add(tree.request(8, 9)).status == 200
    assert witness.forked() == []


def test_of_requests_at_once_it_answers_none_twice(witness: Witness) -> None:
    """Whatever is cosigned goes on from what was cosigned before it: nothing rolls the witness back."""
    tree = Tree()
    witness.add(tree.request(0, 2))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda size: (size, witness.add(tree.request(2, size))), range(3, 19)))
    done = [size for size, answer in answers if answer.status == 200]
    assert len(done) == 1
    assert {answer.status for size, answer in answers if size not in done} == {409}
    last = witness.last(LOG.name)
    assert last is not None
    assert last.checkpoint.size == done[0]


def test_what_it_saw_is_there_for_all_with_both_signatures(witness: Witness) -> None:
    tree = Tree()
    address = origin_hash_of(LOG.name)
    assert witness.view(address).status == 404
    stranger = Signer.of_seed("other.example/w", bytes(32), COSIGNATURE)
    witness.add(tree.request(0, 3, note=tree.note(3, LOG, POST_QUANTUM, stranger)))
    note = witness.view(address).body
    opened = notes.open_note(note, [LOG.verifier, KEY.verifier, POST_QUANTUM.verifier, stranger.verifier])
    assert set(opened.signers) == {LOG.verifier, KEY.verifier, POST_QUANTUM.verifier}
    assert witness.view(origin_hash_of("log.example/other")).status == 404


def test_another_process_of_the_service_goes_on_where_the_first_stood(witness: Witness, engine: Engine) -> None:
    witness.add(Tree().request(0, 8))
    again = Witness("archive", engine, KEY, [LOG.verifier])
    assert again.add(Tree("other ").request(0, 9)).body == b"8\n"
    assert again.add(Tree().request(8, 9)).status == 200


def test_over_http_a_service_answers_as_the_protocol_says(world: World) -> None:
    client = world.client
    prefix, tree = "/api/archive/v1/witness", Tree()
    answer = client.post(f"{prefix}/add-checkpoint", content=tree.request(0, 5))
    assert (answer.status_code, cosigned(Answer(200, answer.content), tree.note(5)).signers) == (200, (KEY.verifier,))
    conflict = client.post(f"{prefix}/add-checkpoint", content=tree.request(0, 5))
    assert (conflict.status_code, conflict.text, conflict.headers["content-type"]) == (409, "5\n", "text/x.tlog.size")
    assert client.post(f"{prefix}/add-checkpoint", content=b"x" * 100_000).status_code == 400
    assert client.post(f"{prefix}/add-checkpoint", content=Tree("x").request(5, 5, [])).status_code == 422
    assert client.get(f"{prefix}/vkey").text == f"{KEY.verifier.vkey}\n"
    seen = client.get(f"{prefix}/{origin_hash_of(LOG.name)}/checkpoint")
    assert notes.open_checkpoint(seen.content, LOG.verifier).size == 5
    assert client.get(f"{prefix}/{'0' * 64}/checkpoint").status_code == 404
    assert client.get(f"{prefix}/forks").content.count(f"{LOG.name}\n".encode()) == 2


def test_a_service_without_a_key_is_no_witness(tmp_path: Path) -> None:
    world = World(build, tmp_path, noon(4, 8))
    for path in ("vkey", "forks", f"{origin_hash_of(LOG.name)}/checkpoint"):
        assert world.client.get(f"/api/archive/v1/witness/{path}").status_code == 404
    assert world.client.post("/api/archive/v1/witness/add-checkpoint", content=b"").status_code == 404
    world.close()
