"""Whom to trust: the policy file, its quorum, and signatures of every kind on one checkpoint."""

import pytest

from shared.transparency import notes
from shared.transparency.keys import NoteWrong, Signer, Verifier, b64
from shared.transparency.notes import Checkpoint
from shared.transparency.schemes import COSIGNATURE, ML_DSA_44, SCHEMES
from shared.transparency.trust import Group, Known, Policy, PolicyWrong, Unwitnessed

LOG = Signer.of_seed("log.example/qingshan", bytes(range(32)))
LOG_PQ = Signer.of_seed(LOG.name, bytes(range(1, 33)), ML_DSA_44)
WITNESSES = [Signer.of_seed(f"witness.example/{i}", bytes([i]) * 32, COSIGNATURE) for i in range(5)]
TEXT = Checkpoint(LOG.name, 3, bytes(32)).text
HEAD = f"log {LOG.verifier.vkey}\n" + "".join(f"witness w{i} {w.verifier.vkey}\n" for i, w in enumerate(WITNESSES))


def policy(rest: str, head: str = HEAD) -> Policy:
    return Policy.parse((head + rest).encode())


def note(*witnesses: int) -> bytes:
    return notes.sign(TEXT, LOG, *(WITNESSES[i] for i in witnesses), at=1_800_000_000)


def test_a_policy_is_read_back_as_it_was_written() -> None:
    known = tuple(Known(w.verifier, f"https://{w.name}", f"w{i}") for i, w in enumerate(WITNESSES))
    groups = (Group("x", 2, ("w0", "w1", "w2")), Group("both", 2, ("x", "w3")))
    made = Policy((Known(LOG.verifier, "https://log.example"), Known(LOG_PQ.verifier)), known, groups, "both")
    assert Policy.parse(made.text) == made
    assert Policy.parse(b"quorum none\n") == Policy(())


def test_blank_lines_comments_tabs_and_other_peoples_bytes_are_read() -> None:
    text = (
        HEAD.replace(" ", "\t ").encode()
        + b"\n \t\n# \xff comment\n\t# another\n  group \xe2\x84\xaa any w0 \n\tquorum \xe2\x84\xaa\n"
    )
    read = Policy.parse(text)
    assert (read.groups[0].members, read.quorum) == (("w0",), "\u212a")
    assert Policy.parse(HEAD.encode() + b"group \xff any w0\nquorum \xff\n").satisfied({"w0"})


@pytest.mark.parametrize(
    ("rest", "line"),
    [
        ("", "no quorum"),
        ("quorum none\nquorum none\n", "second quorum"),
        ("quorum w9\n", "not named before"),
        ("quorum x\ngroup x any w0\n", "not named before"),
        ("group x any x\nquorum x\n", "not named before"),
        ("group x any y\ngroup y any x\nquorum x\n", "not named before"),
        ("group x any w0 w0\nquorum x\n", "already a member"),
        ("group x any w0\ngroup y any w0\nquorum x\n", "already a member"),
        ("group x any none\nquorum x\n", "not named before"),
        ("group none any w0\nquorum none\n", "is taken"),
        ("group w0 any w1\nquorum w0\n", "is taken"),
        ("group x 0 w0\nquorum x\n", "0 of 1"),
        ("group x 2 w0\nquorum x\n", "2 of 1"),
        ("group x 01 w0\nquorum x\n", "01 of 1"),
        ("group x some w0\nquorum x\n", "some of 1"),
        ("group x any\nquorum x\n", "not a line"),
        ("quorum none w0\n", "not a line"),
        ("quorum none", "not ended"),
        ("quorum none\r\n", "control"),
        ("\x00quorum none\n", "control"),
        ("anything else\nquorum none\n", "not a line"),
        (f"log {LOG.verifier.vkey}\nquorum none\n", "twice"),
        (f"log {Signer.of_seed('log.example/b', LOG.seed).verifier.vkey}\nquorum none\n", "twice"),
        (f"witness x {WITNESSES[0].verifier.vkey}\nquorum none\n", "twice"),
        (f"witness none {Signer.of_seed('x', bytes(32), COSIGNATURE).verifier.vkey}\nquorum none\n", "twice|is taken"),
        (f"witness x {Signer.of_seed('x', b'x' * 32).verifier.vkey}\nquorum none\n", "kind"),
        (f"log {WITNESSES[0].verifier.vkey}\nquorum none\n", "kind"),
        ("log nonsense\nquorum none\n", "line 7"),
        ("log a b c d\nquorum none\n", "not a line"),
    ],
)
def test_what_does_not_follow_the_format_is_no_policy(rest: str, line: str) -> None:
    with pytest.raises(PolicyWrong, match=line):
        policy(rest)


def test_it_holds_as_many_as_the_format_asks_for() -> None:
    logs = [Signer.of_seed(f"log.example/{i}", bytes([i, 1]) * 16).verifier.vkey for i in range(32)]
    witnesses = [Signer.of_seed(f"w.example/{i}", bytes([i, 2]) * 16, COSIGNATURE).verifier.vkey for i in range(32)]
    lines = [f"log {key}" for key in logs] + [f"witness w{i} {key}" for i, key in enumerate(witnesses)]
    lines += ["group g0 any w0", *(f"group g{i} all w{i} g{i - 1}" for i in range(1, 32)), "quorum g31"]
    read = Policy.parse("\n".join([*lines, ""]).encode())
    assert read.satisfied({f"w{i}" for i in range(32)})
    assert not read.satisfied({f"w{i}" for i in range(31)})


@pytest.mark.parametrize(
    ("rest", "enough", "too_few"),
    [
        ("quorum none\n", (), None),
        ("quorum w1\n", (1,), (0, 2)),
        ("group x all w0 w1\nquorum x\n", (0, 1), (0,)),
        ("group x any w0 w1\nquorum x\n", (1,), (2,)),
        ("group x 2 w0 w1 w2\nquorum x\n", (0, 2), (0, 3, 4)),
        ("group x 2 w0 w1 w2\ngroup y any w3 w4\ngroup z all x y\nquorum z\n", (0, 1, 4), (0, 1, 2)),
    ],
)
def test_the_quorum_says_whose_word_is_enough(
    rest: str, enough: tuple[int, ...], too_few: tuple[int, ...] | None
) -> None:
    checked = policy(rest).check(note(*enough))
    assert checked.cosigned == {f"w{i}": 1_800_000_000 for i in enough}
    assert checked.checkpoint.size == 3
    if too_few is not None:
        with pytest.raises(Unwitnessed):
            policy(rest).check(note(*too_few))


def test_a_policy_wants_the_log_itself_and_no_false_signature() -> None:
    with pytest.raises(NoteWrong, match="no log"):
        policy("quorum w0\n").check(notes.sign(TEXT, WITNESSES[0], at=1))
    other = Checkpoint("log.example/other", 3, bytes(32)).text
    with pytest.raises(NoteWrong, match="no log"):
        policy("quorum none\n").check(notes.sign(other, LOG))
    false = note() + notes.sign(TEXT.replace("\n3\n", "\n4\n"), WITNESSES[0], at=1).split(b"\n\n")[1]
    with pytest.raises(NoteWrong, match="does not fit"):
        policy("quorum none\n").check(false)


def test_a_cosignature_says_when_and_covers_the_time() -> None:
    """The signed text is that of tlog-cosignature: two lines before the checkpoint's own."""
    line = WITNESSES[0].line(TEXT, 1_679_315_147)
    name, identity, signature = notes.signature_parts(line.rstrip("\n"))
    assert (name, identity) == (WITNESSES[0].name, WITNESSES[0].verifier.key_id)
    assert signature[:8] == (1_679_315_147).to_bytes(8, "big")
    plain = Verifier("x", WITNESSES[0].verifier.key)
    plain.verify(f"cosignature/v1\ntime 1679315147\n{TEXT}", signature[8:])
    with pytest.raises(NoteWrong):
        WITNESSES[0].verifier.verify(TEXT, (1_679_315_148).to_bytes(8, "big") + signature[8:])


def test_another_algorithm_stands_beside_the_first() -> None:
    assert ML_DSA_44 in SCHEMES
    both = notes.sign(TEXT, LOG, LOG_PQ, at=9)
    assert notes.open_checkpoint(both, LOG.verifier).size == 3
    assert notes.open_note(both, [LOG_PQ.verifier]).times == (9,)
    assert len(notes.signature_parts(both.decode().splitlines()[-1])[2]) == 8 + 2420
    assert Verifier.parse(LOG_PQ.verifier.vkey) == LOG_PQ.verifier
    assert Signer.parse(LOG_PQ.encoded).verifier == LOG_PQ.verifier
    for old, new in ((b"\n3\n", b"\n4\n"), (b64(bytes(32)).encode(), b64(b"\1" * 32).encode())):
        with pytest.raises(NoteWrong, match="does not fit"):
            notes.open_note(both.replace(old, new), [LOG_PQ.verifier])
    renamed = Verifier("log.example/other", LOG_PQ.verifier.key, ML_DSA_44)
    with pytest.raises(NoteWrong, match="does not fit"):  # unlike Ed25519 it commits to the signer's name
        renamed.verify(TEXT, notes.signature_parts(both.decode().splitlines()[-1])[2])


@pytest.mark.parametrize("vkey", ["x+00000000+BQ==", f"x+00000000+{b64(bytes([2]) * 33)}", "x+00+AQ==", "+a+b", "x"])
def test_a_key_of_another_kind_or_length_is_refused(vkey: str) -> None:
    with pytest.raises(NoteWrong):
        Verifier.parse(vkey)
