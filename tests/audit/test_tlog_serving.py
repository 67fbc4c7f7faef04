"""The log over HTTP in detail: headers, compression, connections, proofs for readers, and who gets which receipt."""

import gzip
import http.client
import socket
import threading
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from services.audit.main import build
from services.audit.tlog import proofs, receipts
from services.audit.tlog.tiles import split_bundle
from services.publication import events as p
from shared.events import Recorded
from shared.transparency import merkle, notes
from shared.transparency.keys import Signer, Verifier
from shared.transparency.merkle import ProofWrong
from shared.transparency.schemes import ML_DSA_44
from shared.transparency.trust import Policy
from tests.audit.test_tlog_http import Log, LogWorld
from tests.audit.test_trace import CLERK
from tests.feedback.world import noon, released

KEY = Signer.of_seed("log.example/qingshan", bytes(range(32)))
SECOND = Signer.of_seed(KEY.name, b"q" * 32, ML_DSA_44)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LogWorld]:
    monkeypatch.setenv("GONGKAI_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("GONGKAI_LOG_KEY", f"{KEY.encoded} {SECOND.encoded}")
    monkeypatch.setenv("GONGKAI_LOG_SALT", "a secret of this log, not short".replace(" ", "-"))
    world = LogWorld(build, tmp_path, noon(4, 8))
    yield world
    world.close()


@pytest.fixture
def log(world: LogWorld) -> Log:
    return Log(world)


PATHS = {
    "/log/checkpoint": ("text/plain; charset=utf-8", "public, max-age=2"),
    "/log/vkey": ("text/plain; charset=utf-8", "public, max-age=300"),
    "/log/vkeys": ("text/plain; charset=utf-8", "public, max-age=300"),
    "/log/policy": ("text/plain; charset=utf-8", "public, max-age=300"),
    "/log/tile/0/000": ("application/octet-stream", "public, max-age=31536000, immutable"),
    "/log/tile/1/000.p/1": ("application/octet-stream", "public, max-age=31536000, immutable"),
    "/log/tile/entries/001.p/44": ("application/octet-stream", "public, max-age=31536000, immutable"),
}


@pytest.mark.parametrize("path", PATHS)
def test_headers_alone_are_those_of_the_answer_and_who_has_it_gets_304(log: Log, path: str) -> None:
    client = log.world.client
    whole, head = client.get(path), client.head(path)
    kind, cache = PATHS[path]
    assert (whole.headers["content-type"], whole.headers["cache-control"]) == (kind, cache)
    assert (head.status_code, head.content) == (200, b"")
    same = ("content-type", "content-length", "etag", "cache-control")
    assert [head.headers[name] for name in same] == [whole.headers[name] for name in same]
    tag = whole.headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == cache
    assert client.get(path, headers={"If-None-Match": '"x"'}).status_code == 200
    assert client.head("/log/tile/0/009").status_code == 404


def test_bundles_are_packed_for_those_who_take_it_and_plain_for_others(log: Log) -> None:
    def asked(accepts: str) -> Any:
        request = log.world.client.build_request("GET", "/log/tile/entries/000", headers={"Accept-Encoding": accepts})
        answer = log.world.client.send(request, stream=True)
        return answer, b"".join(answer.iter_raw())

    plain, data = asked("identity")
    assert ("content-encoding" in plain.headers, plain.headers["vary"]) == (False, "Accept-Encoding")
    for accepts in ("gzip", "br, GZIP;q=0.5", "*"):
        packed, small = asked(accepts)
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["etag"] != plain.headers["etag"]
        assert gzip.decompress(small) == data
        assert len(small) < len(data)
    for accepts in ("gzip;q=0", "gzip; q=0.0", "br", ""):
        assert asked(accepts)[1] == data
    assert len(split_bundle(data)) == 256


def test_many_small_requests_go_over_one_connection(log: Log) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(log.world.service.app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.connect()
    own = connection.sock.getsockname()
    for path in 20 * ["/log/checkpoint", "/log/tile/0/000", "/log/tile/entries/000"]:
        for method in ("GET", "HEAD"):
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read()
            assert (answer.status, bool(body)) == (200, method == "GET")
            assert connection.sock.getsockname() == own
    connection.close()
    server.should_exit = True
    thread.join(10)


def test_proofs_made_for_readers_verify_and_say_what_they_are_of(log: Log) -> None:
    checkpoint = notes.open_checkpoint(log.get("/log/checkpoint").content, KEY.verifier)
    for index, size in ((0, 1), (0, 300), (299, 300), (255, 256), (7, 8)):
        found = log.get(f"/log/inclusion?index={index}&size={size}").json()
        hashes, root, leaf = (
            [b64decode(h) for h in found["hashes"]],
            b64decode(found["root"]),
            b64decode(found["leaf"]),
        )
        merkle.verify_inclusion(leaf, index, size, hashes, root)
        assert size < 300 or root == checkpoint.root
    for old, new in ((1, 300), (256, 300), (300, 300), (5, 9)):
        found = log.get(f"/log/consistency?old={old}&new={new}").json()
        roots = b64decode(found["old_root"]), b64decode(found["root"])
        merkle.verify_consistency(old, new, [b64decode(h) for h in found["hashes"]], *roots)
    assert log.get("/log/inclusion?index=5").json()["size"] == 300


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("consistency?old=0&new=5", "LOG_EMPTY_TREE"),
        ("consistency?old=0", "LOG_EMPTY_TREE"),
        ("consistency?old=9&new=5", "LOG_BEYOND"),
        ("consistency?old=9&new=301", "LOG_BEYOND"),
        ("inclusion?index=300", "LOG_BEYOND"),
        ("inclusion?index=5&size=5", "LOG_BEYOND"),
        ("inclusion?index=5&size=301", "LOG_BEYOND"),
        ("inclusion?index=-1", "INVALID"),
        ("inclusion?index=x", "INVALID"),
        (f"inclusion?index={2**70}", "INVALID"),
        ("inclusion", "INVALID"),
    ],
)
def test_what_cannot_be_proven_is_refused_by_name(log: Log, path: str, code: str) -> None:
    answer = log.get(f"/log/{path}")
    assert answer.json()["code"] == code
    assert answer.headers["content-type"] == "application/problem+json"


def test_of_an_empty_log_nothing_is_proven(world: LogWorld) -> None:
    (ledger,), (keeper,) = world.service.ledgers, world.service.workers
    keeper.prepare()
    ledger.metadata.create_all(world.service.engine)
    assert world.client.get("/log/inclusion?index=0").json()["code"] == "NOT_FOUND"
    world.service.extras["log"].writer.seal()
    assert notes.open_checkpoint(world.client.get("/log/checkpoint").content, KEY.verifier).root == merkle.EMPTY_ROOT
    for path in ("inclusion?index=0", "consistency?old=0&new=0", "consistency?old=1"):
        assert world.client.get(f"/log/{path}").json()["code"] == "LOG_EMPTY_TREE"


def test_keys_and_policy_are_published_where_they_stay(log: Log) -> None:
    assert Verifier.parse(log.vkey) == KEY.verifier
    keys = [Verifier.parse(line) for line in log.get("/log/vkeys").text.splitlines()]
    assert keys == [KEY.verifier, SECOND.verifier]
    assert set(notes.open_note(log.get("/log/checkpoint").content, keys).signers) == set(keys)
    policy = Policy.parse(log.get("/log/policy").content)
    assert [known.verifier for known in policy.logs] == [KEY.verifier]
    assert policy.check(log.get("/log/checkpoint").content).checkpoint.size == 300


def release(log: Log, *, inside: bool, audiences: tuple[str, ...], **more: Any) -> Recorded:
    event = log.world.tell(*released(inside, audiences, at=noon(4, 10), **more), CLERK)
    with log.world.service.engine.begin() as tx:
        log.ledger.apply(tx, event)
    log.writer.seal()
    return event


def receipt_of(log: Log, asker: str, **version: int) -> Any:
    return log.world.ask(asker, "/receipts/dues-q1", **version)


def test_a_reader_gets_the_receipt_of_what_they_were_shown_and_no_other(log: Log) -> None:
    inside = release(log, inside=True, audiences=("members:FY-R1",), text="inside: 6120")
    for asker in ("", "zhou-dahai", "wu-gang"):
        assert receipt_of(log, asker).json()["code"] == "NOT_FOUND"
        assert receipt_of(log, asker).json()["detail"] == log.world.ask(asker, "/receipts/nothing").json()["detail"]
        assert log.world.ask(asker, "/receipts/dues-q1/place").status_code == 404
    found = receipts.check_receipt(receipt_of(log, "chen-xiuying").content, KEY.verifier)
    assert (found.shown["text"], found.entry["position"]) == ("inside: 6120", inside.position)
    outside = release(log, inside=False, audiences=("society",), text="outside: 6120")
    public = receipt_of(log, "")
    found = receipts.check_receipt(public.content, KEY.verifier)
    assert (found.shown["text"], found.entry["position"]) == ("outside: 6120", outside.position)
    assert public.headers["content-disposition"] == 'attachment; filename="dues-q1-1.tlog-proof"'
    assert log.world.ask("", "/receipts/dues-q1/place").json() == {"version": 1, "index": 301, "size": 302}


def test_a_correction_shown_inside_has_no_receipt_outside(log: Log) -> None:
    release(log, inside=False, audiences=("society",))
    release(log, inside=True, audiences=("members:FY-R1",), version=2, text="6210")
    assert receipts.check_receipt(receipt_of(log, "").content, KEY.verifier).shown["version"] == 1
    assert receipt_of(log, "", version=2).status_code == 404
    assert receipts.check_receipt(receipt_of(log, "chen-xiuying").content, KEY.verifier).shown["version"] == 2


def test_a_readers_receipt_names_nobody_and_holds_no_salt_of_the_event(log: Log) -> None:
    release(log, inside=False, audiences=("society",))
    proof = proofs.parse(receipt_of(log, "").content)
    assert proof.extra is not None
    assert b"ma-xiaoyan" not in proof.extra
    entry = log.ledger.at(300)
    assert entry is not None
    assert entry.salt.hex().encode() not in proof.extra
    assert receipts.check_receipt(proof.encoded, KEY.verifier).salt == b""


@pytest.mark.parametrize(("old", "new"), [(b"6120", b"9120"), (b'"version":1', b'"version":2'), (b"Dues", b"Fees")])
def test_a_receipt_that_shows_something_else_does_not_hold(log: Log, old: bytes, new: bytes) -> None:
    release(log, inside=False, audiences=("society",))
    proof = proofs.parse(receipt_of(log, "").content)
    assert proof.extra is not None
    assert old in proof.extra
    forged = proofs.Proof(proof.index, proof.hashes, proof.checkpoint, proof.extra.replace(old, new))
    with pytest.raises(ProofWrong, match="its digest differs"):
        receipts.check_receipt(forged.encoded, KEY.verifier)


def test_the_metrics_say_how_the_log_stands(log: Log) -> None:
    with log.world.service.engine.begin() as tx:
        for _ in range(4):
            log.ledger.apply(
                tx, log.world.tell_nobody(p.REGISTRY, "disclosure-x", released(True, (), at=noon(4, 9))[2])
            )
    told = log.world.client.get("/metrics").text
    for line in ("tlog_size", "tlog_unlogged_entries", "tlog_refused", "tlog_checkpoint_age_seconds"):
        assert f'gongkai_{line}{{service="audit"}}' in told
    assert 'gongkai_tlog_size{service="audit"} 300.0' in told
    assert 'gongkai_tlog_unlogged_entries{service="audit"} 4.0' in told
