"""Tiles and entry bundles as C2SP tlog-tiles has them: their paths, their bytes, and which a tree of a size has.

A tile holds up to 256 hashes of every eighth level of the tree; a bundle the entries under a level-0 tile.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shared.transparency.merkle import HASH_BYTES, Nodes, node_hash

WIDTH = 256
LEVELS_MAX = 64
ENTRY_BYTES_MAX = 65_535
PREFIX = "tile/"
_NUMBER = r"(?:x\d{3}/)*\d{3}"
_PATH = re.compile(
    rf"tile/(?P<level>entries|0|[1-9]\d?)/(?P<number>{_NUMBER})(?:\.p/(?P<width>[1-9]\d{{0,2}}))?", re.ASCII
)


class TileWrong(Exception):
    """A path or the bytes of a tile or bundle are not what the format asks for."""


@dataclass(frozen=True, order=True)
class Tile:
    """``level`` None is the bundle of entries under the level-0 tile of the same number; ``width`` 1 to 256."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{PREFIX}{level}/{_elements(self.number)}{partial}"

    @property
    def whole(self) -> "Tile":
        return Tile(self.level, self.number)


Tiles = Callable[[Tile], bytes]
"""The bytes of a tile that is there; raises :class:`TileWrong` or ``LookupError`` for one that is not."""


def parse(path: str) -> Tile:
    """Only the one spelling each tile has. Raises :class:`TileWrong`."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise TileWrong(f"not the path of a tile: {path}")
    level = None if found["level"] == "entries" else int(found["level"])
    number = int(found["number"].replace("x", "").replace("/", ""))
    tile = Tile(level, number, int(found["width"] or WIDTH))
    if tile.path != path or (level or 0) >= LEVELS_MAX:
        raise TileWrong(f"not the path of a tile: {path}")
    return tile


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """The tiles and bundles a tree of ``size`` has and one of ``since`` had not, from the leaves upward."""
    level = 0
    while size >> (8 * level):
        for number, width in _row(size >> (8 * level), since >> (8 * level)):
            if level == 0:
                yield Tile(None, number, width)
            yield Tile(level, number, width)
        level += 1


def exists(tile: Tile, size: int) -> bool:
    """Whether a tree of ``size`` leaves has so many hashes there, in this tile or a wider one."""
    return tile.number * WIDTH + tile.width <= size >> (8 * (tile.level or 0))


def nodes_of(tiles: Tiles, size: int) -> Nodes:
    """The nodes of a tree of ``size``, read from its tiles."""

    def node(level: int, index: int) -> bytes:
        high, low = divmod(level, 8)
        first = index << low
        number, start = divmod(first, WIDTH)
        width = min(WIDTH, (size >> (8 * high)) - number * WIDTH)
        hashes = split_hashes(tiles(Tile(high, number, width)))
        return _folded(hashes[start : start + (1 << low)])

    return node


def split_hashes(data: bytes) -> list[bytes]:
    """Raises :class:`TileWrong`."""
    if not data or len(data) % HASH_BYTES or len(data) > WIDTH * HASH_BYTES:
        raise TileWrong(f"a tile of {len(data)} bytes")
    return [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]


def full_tile_hash(data: bytes) -> bytes:
    """What a full tile contributes to the tile above it. Raises :class:`TileWrong` for a partial one."""
    if len(data) != WIDTH * HASH_BYTES:
        raise TileWrong("only a full tile is hashed upward")
    return _folded(split_hashes(data))


def bundle(entries: Sequence[bytes]) -> bytes:
    """Each entry after its length in two bytes. Raises :class:`TileWrong` for one that is too long."""
    if any(len(entry) > ENTRY_BYTES_MAX for entry in entries):
        raise TileWrong(f"an entry has at most {ENTRY_BYTES_MAX} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def split_bundle(data: bytes) -> list[bytes]:
    """Raises :class:`TileWrong`."""
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise TileWrong("a bundle ends within an entry")
        entries.append(entry)
        at += 2 + length
    return entries


def _row(count: int, before: int) -> Iterator[tuple[int, int]]:
    """(number, width) of the tiles of one level that ``count`` hashes fill and ``before`` did not."""
    if count == before:
        return
    for number in range(before // WIDTH, count // WIDTH):
        yield number, WIDTH
    if count % WIDTH:
        yield count // WIDTH, count % WIDTH


def _folded(hashes: Sequence[bytes]) -> bytes:
    """The root over 1, 2, 4 ... hashes."""
    row = list(hashes)
    if not row or len(row) & (len(row) - 1):
        raise TileWrong("a tile is narrower than the tree says")
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _elements(number: int) -> str:
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
