"""The receipt of an entry (``.tlog-proof``): where it stands in the log, the hashes to the root, the signed root.

It is checked without the log: :func:`check`. C2SP tlog-proof.
"""

import base64
from dataclasses import dataclass

from shared.transparency import merkle
from shared.transparency.keys import NoteWrong, Verifier, unb64
from shared.transparency.merkle import HASH_BYTES, ProofWrong, leaf_hash
from shared.transparency.notes import Checkpoint, open_checkpoint
from shared.transparency.trust import Policy

HEADER = "c2sp.org/tlog-proof@v1"
LEVELS_MAX = 63


@dataclass(frozen=True)
class Proof:
    """``extra`` travels along unsigned: never to be believed by itself. ``checkpoint`` is the note as it was signed."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @property
    def encoded(self) -> bytes:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {_b64(self.extra)}")
        lines += [f"index {self.index}", *(_b64(value) for value in self.hashes)]
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint


def parse(data: bytes) -> Proof:
    """Raises :class:`ProofWrong`."""
    head, blank, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode().split("\n")
        if not blank or lines.pop(0) != HEADER:
            raise ProofWrong(f"not a receipt: it begins with {HEADER}")
        extra = unb64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
        index = _index(lines.pop(0) if lines else "")
        hashes = tuple(unb64(line) for line in lines)
    except (NoteWrong, UnicodeDecodeError) as fault:
        raise ProofWrong(f"not a receipt: {fault}") from fault
    if len(hashes) > LEVELS_MAX or any(len(value) != HASH_BYTES for value in hashes):
        raise ProofWrong("not a receipt: its hashes have 32 bytes each, and are at most 63")
    return Proof(index, hashes, checkpoint, extra)


def check(proof: Proof, entry: bytes, log: Verifier | Policy) -> tuple[Checkpoint, dict[str, int]]:
    """That the log has this entry, at the proof's index: the checkpoint that says so, and who cosigned it when.

    Against a log's key alone cosignatures are not looked at. Raises :class:`ProofWrong`.
    """
    cosigned: dict[str, int] = {}
    try:
        if isinstance(log, Policy):
            checked = log.check(proof.checkpoint)
            checkpoint, cosigned = checked.checkpoint, checked.cosigned
        else:
            checkpoint = open_checkpoint(proof.checkpoint, log)
    except NoteWrong as fault:
        raise ProofWrong(str(fault)) from fault
    merkle.verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint, cosigned


def _index(line: str) -> int:
    name, _, number = line.partition(" ")
    if name != "index" or not number.isascii() or not number.isdecimal() or str(int(number)) != number:
        raise ProofWrong("not a receipt: the index is missing")
    return int(number)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
