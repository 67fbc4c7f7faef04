"""The log's entries read from its bundles and hashed again, tile by tile, without believing any stored hash.

Start at :func:`bundles` and :class:`Rehashed`. Memory grows with one hash for each 256 entries.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.audit.tlog.tiles import WIDTH, Tile, TileWrong, full_tile_hash, split_bundle
from shared.transparency.merkle import EMPTY_ROOT, leaf_hash, node_hash


class Reader(Protocol):
    """The log's files: in a folder (``store.Store``) or over HTTP (``monitor.OverHttp``)."""

    @property
    def checkpoint(self) -> bytes: ...

    def read(self, tile: Tile) -> bytes:
        """Raises ``LookupError``, :class:`TileWrong`."""
        ...


def bundles(reader: Reader, size: int) -> Iterator[tuple[Tile, list[bytes]]]:
    """The entries of a tree of ``size``, a bundle at a time. Raises :class:`TileWrong`, naming the bundle."""
    for start in range(0, size, WIDTH):
        tile = Tile(None, start // WIDTH, min(WIDTH, size - start))
        try:
            entries = split_bundle(reader.read(tile))[: tile.width]
        except LookupError as fault:
            raise TileWrong(f"{tile.path} is missing") from fault
        except TileWrong as fault:
            raise TileWrong(f"{tile.path} is damaged: {fault}") from fault
        if len(entries) < tile.width:
            raise TileWrong(f"{tile.path} has {len(entries)} entries of {tile.width}")
        yield tile, entries


@dataclass
class Rehashed:
    """``rows[i]``: the hashes that tiles of level i + 1 hold; ``roots``: of the trees of the ``wanted`` sizes."""

    wanted: set[int]
    size: int = 0
    rows: list[list[bytes]] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=lambda: {0: EMPTY_ROOT})
    _stack: list[tuple[int, bytes]] = field(default_factory=list)

    def take(self, entries: Sequence[bytes]) -> list[bytes]:
        """The next bundle; the hashes that its level-0 tile holds."""
        hashes = [leaf_hash(entry) for entry in entries]
        for leaf in hashes:
            self.size += 1
            self._grow(leaf)
            if self.size in self.wanted:
                self.roots[self.size] = self._root()
        if len(hashes) == WIDTH:
            self._carry(0, hashes)
        return hashes

    def _grow(self, leaf: bytes) -> None:
        level = 0
        while self._stack and self._stack[-1][0] == level:
            level, leaf = level + 1, node_hash(self._stack.pop()[1], leaf)
        self._stack.append((level, leaf))

    def _root(self) -> bytes:
        root = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            root = node_hash(left, root)
        return root

    def _carry(self, level: int, full: Sequence[bytes]) -> None:
        """A full tile gives the level above it a hash."""
        if len(self.rows) == level:
            self.rows.append([])
        row = self.rows[level]
        row.append(full_tile_hash(b"".join(full)))
        if len(row) % WIDTH == 0:
            self._carry(level + 1, row[-WIDTH:])
