"""Attachments and sheets, kept once under the digest of their content; events name them by digest, never hold them.

Write-once: putting the same bytes again is the same document, and nothing is ever overwritten.
"""

import hashlib
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

    def __init__(self, store: "LocalStore | MemoryStore") -> None:
        self._store = store

    @classmethod
    def in_folder(cls, folder: Path) -> "Documents":
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(str(folder)))

    @classmethod
    def in_memory(cls) -> "Documents":
        return cls(MemoryStore())

    def put(self, content: bytes) -> str:
        """Keep the content and return its digest, ``sha256:<hex>``. Raises :class:`DocumentsUnavailable`."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        try:
            with suppress(AlreadyExistsError, FileExistsError):
                obstore.put(self._store, _path(digest), content, mode="create")
        except (BaseError, OSError) as fault:
            raise DocumentsUnavailable(f"{type(fault).__name__} while keeping {digest}") from fault
        return digest

    def get(self, digest: str) -> bytes:
        """The content. Raises :class:`NoSuchDocument`; ``ValueError`` if what is stored no longer fits its digest."""
        try:
            content = bytes(obstore.get(self._store, _path(digest)).bytes())
        except (NotFoundError, FileNotFoundError) as absent:
            raise NoSuchDocument(digest) from absent
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            raise ValueError(f"the stored document no longer fits {digest}")
        return content


def _path(digest: str) -> str:
    algorithm, _, value = digest.partition(":")
    if algorithm != "sha256" or len(value) != 64 or not all(c in "0123456789abcdef" for c in value):
        raise NoSuchDocument(digest)
    return f"{algorithm}/{value[:2]}/{value}"
