"""The log's files as they are served: tiles, bundles and the checkpoint, each on the disk before anything counts on it.

A file appears whole or not at all, and what it says never changes; only the checkpoint is replaced.
"""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.audit.tlog.tiles import WIDTH, Tile, TileWrong, bundle, split_bundle
from shared.transparency.merkle import HASH_BYTES

CHECKPOINT = "checkpoint"


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
        folders: dict[Path, None] = {}
        for tile, data in tiles:
            folders.update(dict.fromkeys(self._put(self.folder / tile.path, data)))
        _flush(folders)

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
        _flush(self._put(self.folder / CHECKPOINT, note))

    def _put(self, file: Path, data: bytes) -> list[Path]:
        """Put a file in place; the folders that must be flushed before it counts as there."""
        made = [folder for folder in (file.parent, *file.parent.parents) if not folder.exists()]
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.new")
        with beside.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
        return [file.parent, *(folder.parent for folder in made)]


def _cut(tile: Tile, data: bytes) -> bytes:
    if tile.level is None:
        return bundle(split_bundle(data)[: tile.width]) if tile.width < WIDTH else data
    if len(data) < tile.width * HASH_BYTES:
        raise TileWrong(f"{tile.path} has {len(data)} bytes")
    return data[: tile.width * HASH_BYTES]


def _flush(folders: Iterable[Path]) -> None:
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
