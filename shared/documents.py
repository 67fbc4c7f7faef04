"""Attachments and sheets, kept once under the digest of their content; events name them by digest, never hold them.

Write-once: putting the same bytes again is the same document, and nothing is ever overwritten.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore


class NoSuchDocument(Exception):
    """Nothing is stored under that digest."""


class DocumentsUnavailable(Exception):
    """The storage cannot be written or reached (disk full, store away); nothing refers to what was to be kept."""


class Documents:
    """Content-addressed storage over obstore: a folder, memory, or S3 by another store object."""

    def __init__(self, store: "LocalStore | MemoryStore", folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def in_folder(cls, folder: Path) -> "Documents":
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(str(folder)), folder)

    @classmethod
    def in_memory(cls) -> "Documents":
        return cls(MemoryStore())

    def put(self, content: bytes) -> str:
        """Keep the content durably and return its digest, ``sha256:<hex>``. Raises :class:`DocumentsUnavailable`."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        try:
            self._keep(digest, content)
        except (BaseError, OSError) as fault:
            raise DocumentsUnavailable(f"{type(fault).__name__} while keeping {digest}") from fault
        return digest

    def _keep(self, digest: str, content: bytes) -> None:
        """Write it unless it is there whole; what a power cut left in pieces is written again."""
        try:
            obstore.put(self._store, _path(digest), content, mode="create")
        except (AlreadyExistsError, FileExistsError):
            with suppress(ValueError, NoSuchDocument):
                self.get(digest)
                return
            obstore.put(self._store, _path(digest), content)
        if self._folder is not None:
            _on_disk(self._folder / _path(digest))

    def get(self, digest: str) -> bytes:
        """The content. Raises :class:`NoSuchDocument`; ``ValueError`` if what is stored no longer fits its digest."""
        try:
            content = bytes(obstore.get(self._store, _path(digest)).bytes())
        except (NotFoundError, FileNotFoundError) as absent:
            raise NoSuchDocument(digest) from absent
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            raise ValueError(f"the stored document no longer fits {digest}")
        return content


def _on_disk(file: Path) -> None:
    """Wait until a file and the names that lead to it are on the disk."""
    for each in (file, file.parent, file.parent.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _path(digest: str) -> str:
    algorithm, _, value = digest.partition(":")
    if algorithm != "sha256" or len(value) != 64 or not all(c in "0123456789abcdef" for c in value):
        raise NoSuchDocument(digest)
    return f"{algorithm}/{value[:2]}/{value}"
