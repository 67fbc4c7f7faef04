"""What a backup holds of the databases, the embedded log and the documents; how it is checked and put back.

Start at :func:`take`, :func:`check` and :func:`put_back`. Every database and the log are seen at one moment (see
``cutting``), then the documents: one is kept before the event that names it, so a later look has all of them.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine

from shared.recovery.archiving import Archive, BackupWrong, Parts
from shared.recovery.copied import FILE, Kept, Seen, counted, journal_part, keep
from shared.recovery.cutting import Cut
from shared.recovery.findings import Progress, unseen
from shared.relay import mark_restored


def take(
    parts: Parts, seen: Cut, county: str, documents: Path, scratch: Path, progress: Progress = unseen
) -> dict[str, Any]:
    """Add everything but what is a service's own affair; what the manifest says of it. ``scratch``: room for a copy."""
    services: dict[str, Kept] = {}
    with TemporaryDirectory(dir=scratch, prefix=".backup-") as folder:
        if seen.log:
            seen.log.copy_to(Path(folder) / "log.sqlite")
            parts.add_file("log.sqlite", Path(folder) / "log.sqlite")
        for done, (name, view) in enumerate(seen.databases.items(), start=1):
            kept = keep(parts, view, name, Path(folder))
            services[name] = kept | counted(kept, Path(folder), name, county)
            progress(done, len(seen.databases))
    files = sorted(file for file in documents.rglob("*") if file.is_file()) if documents.exists() else []
    for done, file in enumerate(files, start=1):
        parts.add_file(f"documents/{file.relative_to(documents)}", file)
        progress(done, len(files))
    return {"county": county, "services": services, "documents": len(files), "log": seen.log is not None}


def check(archive: Archive, scratch: Path, progress: Progress = unseen) -> None:
    """Without restoring: hashes, journals without a gap and as counted, documents that are referred to.

    Raises :class:`BackupWrong`.
    """
    archive.check(progress)
    for name, kept in archive.manifest["services"].items():
        documents = _Referred(archive, name)
        with TemporaryDirectory(dir=scratch, prefix=".check-") as folder:
            archive.extract(journal_part(kept, name), Path(folder) / journal_part(kept, name))
            found = counted(kept, Path(folder), name, archive.manifest["county"], documents.see)
        for what, value in found.items():
            if kept[what] != value:
                raise BackupWrong(f"{archive.path}: the journal of {name} has {what} {value}, not {kept[what]}")


FILES = ("documents/", "tlog/", "log.sqlite", "clock.json")


def must_be_empty(var: Path, archive: Archive) -> None:
    """Raises :class:`BackupWrong` where anything lies that the backup would put there."""
    databases = [f"{name}.sqlite" for name in archive.manifest["services"]]
    for part in (*FILES, *databases):
        place = var / part
        if place.is_file() or (place.is_dir() and any(place.iterdir())):
            raise BackupWrong(f"{place} is there already; a backup is put into an empty place: nothing was changed")


def put_back(archive: Archive, var: Path) -> None:
    """The files of a platform into an empty folder: documents, log, and databases that are files."""
    must_be_empty(var, archive)
    var.mkdir(parents=True, exist_ok=True)
    for part in FILES:
        archive.extract(part, var / part)
    for name, kept in archive.manifest["services"].items():
        if kept["kind"] == FILE:
            archive.extract(journal_part(kept, name), var / f"{name}.sqlite")


def mark(engine: Engine, name: str) -> None:
    """The journal decides nothing before it has been held to the log."""
    with engine.begin() as tx:
        mark_restored(tx, name)


class _Referred:
    """Shown the documents that one service's events refer to; raises for one that the archive lacks."""

    def __init__(self, archive: Archive, service: str) -> None:
        self._archive, self._service = archive, service
        self._files: Mapping[str, Any] = archive.manifest["files"]

    def see(self, seen: Seen) -> None:
        for digest in seen.documents:
            if f"documents/sha256/{digest[7:9]}/{digest[7:]}" not in self._files:
                what = f"{self._service} {seen.position} refers to the document {digest}, which is not in it"
                raise BackupWrong(f"{self._archive.path}: {what}")
