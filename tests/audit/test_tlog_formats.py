"""The transparency log's formats against RFC 6962, a naive tree, and the examples of the C2SP specifications."""

import base64
import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.tlog import proofs, tiles
from services.audit.tlog.tiles import Tile, TileWrong
from shared.transparency import merkle, notes
from shared.transparency.keys import NoteWrong, Signer, Verifier
from shared.transparency.merkle import EMPTY_ROOT, ProofWrong, leaf_hash, node_hash
from shared.transparency.notes import Checkpoint

RFC_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
RFC_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ORIGIN = "log.example/qingshan"
SIGNER = Signer.of_seed(ORIGIN, bytes(range(32)))
SIZES = st.integers(1, 700)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(str(i).encode()) for i in range(size)]


def served(size: int) -> dict[Tile, bytes]:
    """What a log of ``size`` entries serves, each tile made from the leaves by the definition."""
    leaves = leaves_of(size)
    found = {}
    for tile in tiles.tiles_of(size):
        first = tile.number * 256
        if tile.level is None:
            found[tile] = tiles.bundle([str(i).encode() for i in range(first, first + tile.width)])
        else:
            under = 256**tile.level
            hashes = (naive_root(leaves[i * under : (i + 1) * under]) for i in range(first, first + tile.width))
            found[tile] = b"".join(hashes)
    return found


def nodes_of(size: int) -> merkle.Nodes:
    leaves = leaves_of(size)
    return lambda level, index: naive_root(leaves[index << level : (index + 1) << level])


def test_the_roots_are_those_of_the_reference_vectors() -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in RFC_ENTRIES]
    for size, expected in enumerate(RFC_ROOTS, 1):
        root = merkle.root(lambda level, i: naive_root(leaves[i << level : (i + 1) << level]), size)
        assert root.hex() == expected


def test_the_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert base64.b64encode(merkle.root(nodes_of(0), 0)) == b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@settings(max_examples=40, deadline=None)
@given(SIZES, st.data())
def test_every_entry_is_proven_from_tiles_and_no_other_entry_place_or_root_is(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves, kept = leaves_of(size), served(size)
    root = merkle.root(tiles.nodes_of(kept.__getitem__, size), size)
    assert root == naive_root(leaves)
    proof = merkle.inclusion(tiles.nodes_of(kept.__getitem__, size), index, size)
    merkle.verify_inclusion(leaves[index], index, size, proof, root)
    wrong = [
        (leaf_hash(b"other"), index, size, proof, root),
        (leaves[index], index, size, proof, leaf_hash(b"other")),
        (leaves[index], size, size, proof, root),
        (leaves[index], index, size, [*proof, root], root),
        (leaves[index], index, size, [b"short", *proof], root),
    ]
    if proof:
        wrong += [(leaves[index], index, size, proof[:-1], root), (leaves[index], index ^ 1, size, proof, root)]
    for case in wrong:
        with pytest.raises(ProofWrong):
            merkle.verify_inclusion(*case)


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_an_earlier_tree_is_proven_to_be_the_beginning_and_no_fork_is(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    leaves = leaves_of(size)
    old_root, root = naive_root(leaves[:old]), naive_root(leaves)
    proof = merkle.consistency(nodes_of(size), old, size)
    merkle.verify_consistency(old, size, proof, old_root, root)
    forked = naive_root([leaf_hash(b"forged"), *leaves[1:old]])
    for before, after, given_proof in [
        (forked, root, proof),
        (old_root, forked, proof),
        (old_root, root, [*proof, root]),
        (old_root, root, proof[:-1] if proof else [root]),
    ]:
        with pytest.raises(ProofWrong):
            merkle.verify_consistency(old, size, given_proof, before, after)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5)])
def test_an_empty_or_larger_earlier_tree_proves_nothing(old: int, new: int) -> None:
    root = naive_root(leaves_of(new))
    with pytest.raises(ProofWrong):
        merkle.verify_consistency(old, new, [], EMPTY_ROOT, root)
    with pytest.raises(ValueError, match="nothing is proven"):
        merkle.consistency(nodes_of(new), old, new)


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    found = set(tiles.tiles_of(70_000))
    assert sum(t.level == 0 and t.width == 256 for t in found) == 273
    assert {t.path for t in found if t.width < 256 and t.level is not None} == {
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    }
    assert {t.path for t in found if t.level is None and t.number >= 272} == {
        "tile/entries/272",
        "tile/entries/273.p/112",
    }
    assert {t.path for t in tiles.tiles_of(256)} == {"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}
    assert list(tiles.tiles_of(0)) == []


@given(st.integers(0, 200_000), st.integers(0, 200_000))
@settings(max_examples=50, deadline=None)
def test_growing_adds_just_the_tiles_that_were_not_there(first: int, second: int) -> None:
    old, new = sorted((first, second))
    assert set(tiles.tiles_of(new, old)) == set(tiles.tiles_of(new)) - set(tiles.tiles_of(old))
    assert all(tiles.exists(tile, new) for tile in tiles.tiles_of(new, old))


def test_paths_are_those_of_the_specification_and_have_one_spelling() -> None:
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    assert tiles.parse("tile/63/x001/x234/067.p/8") == Tile(63, 1_234_067, 8)
    assert tiles.parse("tile/entries/000.p/255") == Tile(None, 0, 255)
    for wrong in [
        "tile/0/0", "tile/0/x000/001", "tile/00/001", "tile/64/001", "tile/0/001.p/0", "tile/0/001.p/256",
        "tile/0/001.p/01", "tile/0/x001", "tile/0/1234", "tile/-1/001", "tile/0/001/", "tile/0/../001", "tile/0/00１",
        "tile/0/001\n", "tile/data/001",
    ]:  # fmt: skip
        with pytest.raises(TileWrong):
            tiles.parse(wrong)


def test_only_full_tiles_are_hashed_upward_and_only_what_is_there_exists() -> None:
    kept = served(257)
    assert tiles.full_tile_hash(kept[Tile(0, 0)]) == kept[Tile(1, 0, 1)]
    with pytest.raises(TileWrong):
        tiles.full_tile_hash(kept[Tile(0, 1, 1)])
    assert not tiles.exists(Tile(0, 1, 2), 257)
    assert not tiles.exists(Tile(1, 0, 2), 257)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert tiles.split_bundle(tiles.bundle(entries)) == entries


def test_a_bundle_has_lengths_in_two_bytes_and_nothing_too_long_or_cut_off() -> None:
    assert tiles.bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    assert len(tiles.bundle([bytes(65_535)])) == 65_537
    with pytest.raises(TileWrong):
        tiles.bundle([bytes(65_536)])
    for cut in (b"\x00", b"\x00\x02a"):
        with pytest.raises(TileWrong):
            tiles.split_bundle(cut)


def test_notes_and_keys_are_those_of_go() -> None:
    signer = Signer.parse(GO_SIGNER)
    assert (signer.encoded, signer.verifier.vkey) == (GO_SIGNER, GO_VKEY)
    assert notes.sign(GO_TEXT, signer).decode() == f"{GO_TEXT}\n{GO_SIGNATURE}"
    assert notes.open_note(f"{GO_TEXT}\n{GO_SIGNATURE}".encode(), [Verifier.parse(GO_VKEY)]).text == GO_TEXT


def test_a_signer_never_shows_its_key() -> None:
    assert GO_SIGNER[-20:] not in repr(Signer.parse(GO_SIGNER))


def test_a_checkpoint_is_three_lines_and_the_log_says_it_about_itself() -> None:
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert checkpoint.text == f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    note = notes.sign(checkpoint.text, SIGNER)
    assert notes.open_checkpoint(note, SIGNER.verifier) == checkpoint
    other = notes.sign(Checkpoint("log.example/other", 0, EMPTY_ROOT).text, SIGNER)
    with pytest.raises(NoteWrong, match="not of"):
        notes.open_checkpoint(other, SIGNER.verifier)
    extended = dataclasses.replace(checkpoint, extensions=("kept",))
    assert Checkpoint.parse(extended.text) == extended


def test_unknown_signatures_are_passed_over_and_a_known_wrong_one_refuses_the_note() -> None:
    text = Checkpoint(ORIGIN, 0, EMPTY_ROOT).text
    others = [Signer.of_seed(f"witness-{i}", bytes([i]) * 32) for i in range(16)]
    note = notes.sign(text, *others, SIGNER)
    assert notes.open_note(note, [SIGNER.verifier]).signers == (SIGNER.verifier,)
    with pytest.raises(NoteWrong, match="nobody we know"):
        notes.open_note(notes.sign(text, *others), [SIGNER.verifier])
    forged = notes.sign(text.replace("\n0\n", "\n1\n"), SIGNER).split(b"\n\n")[1]
    both = notes.sign(text, others[0]) + forged
    with pytest.raises(NoteWrong, match="does not fit"):
        notes.open_note(both, [SIGNER.verifier, others[0].verifier])


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n01\n{{root}}\n",
        f"{ORIGIN}\n-1\n{{root}}\n",
        "\n1\n{root}\n",
        f"{ORIGIN}\n1\nAAAA\n",
        f"{ORIGIN}\n1\n",
        f"{ORIGIN}\n1\n{{root}}",
        f"{ORIGIN}\n1\n{{root}}\n\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteWrong):
        Checkpoint.parse(text.replace("{root}", base64.b64encode(EMPTY_ROOT).decode()))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_byte_of_a_receipt_can_be_changed_unseen(data: st.DataObject) -> None:
    entry, receipt = b"3", _receipt(3, 11)
    at = data.draw(st.integers(0, len(receipt.encoded) - 1))
    byte = data.draw(st.integers(1, 255))
    changed = bytearray(receipt.encoded)
    changed[at] ^= byte
    with pytest.raises(ProofWrong):
        proofs.check(proofs.parse(bytes(changed)), entry, SIGNER.verifier)


def test_a_receipt_is_read_back_and_checked_without_the_log() -> None:
    receipt = dataclasses.replace(_receipt(3, 11), extra=b"{}")
    text = receipt.encoded.decode()
    assert text.startswith("c2sp.org/tlog-proof@v1\nextra e30=\nindex 3\n")
    assert proofs.parse(receipt.encoded) == receipt
    assert proofs.check(receipt, b"3", SIGNER.verifier)[0].size == 11
    with pytest.raises(ProofWrong, match="another root"):
        proofs.check(receipt, b"4", SIGNER.verifier)
    alone = _receipt(0, 1)
    assert proofs.parse(alone.encoded) == alone
    assert alone.encoded.startswith(f"c2sp.org/tlog-proof@v1\nindex 0\n\n{ORIGIN}\n1\n".encode())


def _receipt(index: int, size: int) -> proofs.Proof:
    checkpoint = Checkpoint(ORIGIN, size, naive_root(leaves_of(size)))
    hashes = tuple(merkle.inclusion(nodes_of(size), index, size))
    return proofs.Proof(index, hashes, notes.sign(checkpoint.text, SIGNER))
