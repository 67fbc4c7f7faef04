"""The log's files as they are served: tiles, bundles and the checkpoint, each on the disk before anything counts on it.

A file appears whole or not at all, and what it says never changes; only the checkpoint is replaced.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from services.audit.tlog.tiles import WIDTH, Tile, TileWrong, bundle, split_bundle
from shared.transparency.merkle import HASH_BYTES

CHECKPOINT = "checkpoint"
FLUSHED_AT_ONCE = 16


class StoreBusy(Exception):
    """Another process is writing to the log's folder, or stands still in the middle of it; nothing was done."""


class Store:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else write here meanwhile. Raises :class:`StoreBusy`.

        A lease cannot do this: its owner may stand still between looking at it and replacing a file. The kernel keeps
        this lock for a process that stands still, and frees it when the process ends.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as taken:
                raise StoreBusy(f"another process is writing to {self.folder}") from taken
            yield
        finally:
            os.close(handle)

    def read(self, tile: Tile) -> bytes:
        """A partial tile also from the full one that took its place. Raises ``LookupError``, :class:`TileWrong`."""
        for path in (tile.path, tile.whole.path):
            try:
                data = (self.folder / path).read_bytes()
            except FileNotFoundError:
                continue
            return _cut(tile, data)
        raise LookupError(tile.path)

    def write(self, *tiles: tuple[Tile, bytes]) -> None:
        """Wait until all of them are on the disk; the folders' own entries are flushed once, at the end."""
        _put([(self.folder / tile.path, data) for tile, data in tiles])

    def drop_partials(self, tile: Tile) -> None:
        """What came before the full tile; readers fall back to that."""
        shutil.rmtree(self.folder / f"{tile.whole.path}.p", ignore_errors=True)

    @property
    def checkpoint(self) -> bytes:
        """The published note; empty before the first."""
        try:
            return (self.folder / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return b""

    @property
    def published_at(self) -> float:
        """When the checkpoint was last put in place, in seconds since 1970; 0 before the first."""
        try:
            return (self.folder / CHECKPOINT).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def publish(self, note: bytes) -> None:
        _put([(self.folder / CHECKPOINT, note)])


def _put(files: Sequence[tuple[Path, bytes]]) -> None:
    """Put files in place, each whole; then all are on the disk, and so are the folders that name them."""
    folders: dict[Path, None] = {}
    for file, data in files:
        folders.update(dict.fromkeys(_made(file.parent)))
        _lay(file, data)
    _flush([_beside(file) for file, _ in files])
    for file, _ in files:
        _reveal(file)
    _flush(list(folders))


def _lay(file: Path, data: bytes) -> None:
    _beside(file).write_bytes(data)


def _reveal(file: Path) -> None:
    _beside(file).replace(file)


def _beside(file: Path) -> Path:
    return file.with_name(f".{file.name}.new")


def _made(folder: Path) -> list[Path]:
    """Make the folder; those that must be flushed before a file in it counts as there."""
    if folder.exists():
        return [folder]
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return [folder, *(each.parent for each in missing)]


def _cut(tile: Tile, data: bytes) -> bytes:
    if tile.level is None:
        return bundle(split_bundle(data)[: tile.width]) if tile.width < WIDTH else data
    if len(data) < tile.width * HASH_BYTES:
        raise TileWrong(f"{tile.path} has {len(data)} bytes")
    return data[: tile.width * HASH_BYTES]


def _flush(paths: Sequence[Path]) -> None:
    """Several wait together: the disk then writes its own books once for all of them."""
    if len(paths) == 1:
        _flush_one(paths[0])
        return
    with ThreadPoolExecutor(min(len(paths), FLUSHED_AT_ONCE), thread_name_prefix="flush") as pool:
        for flushed in [pool.submit(_flush_one, path) for path in paths]:
            flushed.result()


def _flush_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
