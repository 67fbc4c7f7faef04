"""A backup as a file: an archive (tar) whose last part is the manifest, which names every other part with its hash.

Start at :func:`writing` and :class:`Archive`. The file appears under its name only when it is whole; one that ends
early has no manifest and is none.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from shared.recovery.findings import Progress, unseen

MANIFEST = "manifest.json"
FORMAT = "gongkai-backup/1"
CHUNK = 1 << 20


class BackupWrong(Exception):
    """The archive is not a whole backup, or no longer what it was; the message names the file and the part."""


@dataclass
class Parts:
    """An archive being written; ``files`` has the bytes and the SHA-256 of each part so far."""

    tar: tarfile.TarFile
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add_bytes(self, name: str, data: bytes) -> None:
        self._add(name, io.BytesIO(data), len(data))

    def add_file(self, name: str, file: Path) -> None:
        with file.open("rb") as source:
            self._add(name, source, os.fstat(source.fileno()).st_size)

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        hashed = _Hashed(source)
        self.tar.addfile(_info(name, size), hashed)
        self.files[name] = {"bytes": size, "sha256": hashed.digest}


@contextmanager
def writing(path: Path, manifest: dict[str, Any]) -> Iterator[Parts]:
    """Add parts; what ``manifest`` holds in the end is written last. Raises :class:`BackupWrong` if the file exists."""
    if path.exists():
        raise BackupWrong(f"{path} is there already: nothing is overwritten")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.touch(mode=0o600)
        with unfinished.open("wb") as raw:
            with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
                parts = Parts(tar)
                yield parts
                manifest |= {"format": FORMAT, "files": parts.files}
                text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
                tar.addfile(_info(MANIFEST, len(text)), io.BytesIO(text))
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@dataclass(frozen=True)
class Archive:
    """A finished archive. ``manifest`` is what it says of itself, ``digest`` the SHA-256 of those words."""

    path: Path
    manifest: Mapping[str, Any]
    digest: str

    @classmethod
    def at(cls, path: Path) -> "Archive":
        """Raises :class:`BackupWrong`."""
        try:
            with tarfile.open(path) as tar:
                found = tar.extractfile(MANIFEST)
                text = found.read() if found else b""
                manifest = json.loads(text)
        except (tarfile.TarError, KeyError, ValueError, EOFError) as fault:
            raise BackupWrong(f"{path} is not a whole backup: it has no readable manifest") from fault
        if manifest.get("format") != FORMAT:
            raise BackupWrong(f"{path} has the format {manifest.get('format')!r}; this program reads {FORMAT}")
        return cls(path, manifest, hashlib.sha256(text).hexdigest())

    def check(self, progress: Progress = unseen) -> None:
        """Read every part and hold it to the manifest. Raises :class:`BackupWrong` naming the first that differs."""
        wanted = dict(self.manifest["files"])
        total = len(wanted)
        for done, (name, source) in enumerate(self._parts(), start=1):
            expected = wanted.pop(name, None)
            if expected is None:
                raise BackupWrong(f"{self.path}: {name} is not in the manifest")
            hashed = _Hashed(source)
            while hashed.read(CHUNK):
                pass
            if hashed.digest != expected["sha256"]:
                raise BackupWrong(f"{self.path}: {name} is damaged, its content has another hash than when it was made")
            progress(done, total)
        if wanted:
            raise BackupWrong(f"{self.path}: {next(iter(wanted))} is missing")

    def extract(self, prefix: str, folder: Path) -> list[str]:
        """Write the parts under ``prefix`` (without it) into the folder; their names. Nothing is overwritten."""
        written = []
        for name, source in self._parts():
            if not name.startswith(prefix):
                continue
            target = folder / name.removeprefix(prefix)
            if not target.resolve().is_relative_to(folder.resolve()):
                raise BackupWrong(f"{self.path}: {name} would leave {folder}")
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                while part := source.read(CHUNK):
                    out.write(part)
                out.flush()
                os.fsync(out.fileno())
            written.append(name)
        return written

    @contextmanager
    def part(self, name: str) -> Iterator[IO[bytes]]:
        with tarfile.open(self.path) as tar:
            try:
                found = tar.extractfile(name)
            except KeyError as absent:
                raise BackupWrong(f"{self.path}: {name} is missing") from absent
            assert found is not None, "every part is a file"  # noqa: S101 - as it was written
            yield found

    def _parts(self) -> Iterator[tuple[str, IO[bytes]]]:
        try:
            with tarfile.open(self.path) as tar:
                for member in tar:
                    found = tar.extractfile(member) if member.name != MANIFEST else None
                    if found:
                        yield member.name, found
        except (tarfile.TarError, EOFError) as fault:
            raise BackupWrong(f"{self.path} ends early or is damaged: {fault}") from fault


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._hash = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        return data

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info
