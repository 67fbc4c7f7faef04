"""The Merkle tree of RFC 6962: hashes, proofs that an entry is in it, and proofs that a later tree holds an earlier.

Trees are asked through ``Nodes``: the hash of the complete subtree of ``2**level`` leaves that is the ``index``-th of
its level. Nothing else is needed for a root or a proof.
"""

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
Nodes = Callable[[int, int], bytes]


class ProofWrong(Exception):
    """A proof does not prove what it is given for; the message says why."""


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(nodes: Nodes, size: int) -> bytes:
    return _range(nodes, 0, size) if size else EMPTY_ROOT


def inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The hashes that lead from leaf ``index`` to the root of ``size`` leaves, the leaf's sibling first."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    return _path(nodes, index, 0, size)


def consistency(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """The hashes that show the tree of ``old`` leaves to be the beginning of that of ``new``."""
    if not 0 < old <= new:
        raise ValueError(f"nothing is proven from {old} to {new} leaves")
    return _subproof(nodes, old, 0, new, known=True)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], against: bytes) -> None:
    """RFC 9162 2.1.3.2. Raises :class:`ProofWrong`."""
    if not 0 <= index < size:
        raise ProofWrong(f"the tree of {size} entries has no entry {index}")
    _must_be_hashes([leaf, *proof, against])
    at, last, hashed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofWrong("the proof has more hashes than the tree has levels")
        if at & 1 or at == last:
            hashed = node_hash(sibling, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofWrong("the proof has fewer hashes than the tree has levels")
    if hashed != against:
        raise ProofWrong("the proof leads to another root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """RFC 9162 2.1.4.2. An empty tree is refused: it is the beginning of everything and proves nothing.

    Raises :class:`ProofWrong`.
    """
    if not 0 < old <= new:
        raise ProofWrong(f"nothing is proven from {old} to {new} entries")
    _must_be_hashes([*proof, old_root, new_root])
    if old == new:
        if proof or old_root != new_root:
            raise ProofWrong("trees of the same size are the same only with the same root and no proof")
        return
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not hashes:
        raise ProofWrong("the proof is empty")
    if _both_roots(old - 1, new - 1, hashes) != (old_root, new_root):
        raise ProofWrong("the proof leads to other roots")


def _both_roots(at: int, last: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofWrong("the proof has more hashes than the tree has levels")
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofWrong("the proof has fewer hashes than the tree has levels")
    return before, after


def _must_be_hashes(values: Sequence[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in values):
        raise ProofWrong(f"a hash has {HASH_BYTES} bytes")


def _split(count: int) -> int:
    """The largest power of two smaller than ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def _range(nodes: Nodes, start: int, end: int) -> bytes:
    """The hash over the leaves from ``start`` to before ``end``, a subtree as RFC 6962 splits them."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + _split(count)
    return node_hash(_range(nodes, start, middle), _range(nodes, middle, end))


def _path(nodes: Nodes, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(nodes, index, start, middle), _range(nodes, middle, end)]
    return [*_path(nodes, index, middle, end), _range(nodes, start, middle)]


def _subproof(nodes: Nodes, old: int, start: int, end: int, *, known: bool) -> list[bytes]:
    """``old`` is counted from the beginning; ``known``: the verifier has this subtree's hash as the old root."""
    if old == end:
        return [] if known else [_range(nodes, start, end)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(nodes, old, start, middle, known=known), _range(nodes, middle, end)]
    return [*_subproof(nodes, old, middle, end, known=False), _range(nodes, start, middle)]
