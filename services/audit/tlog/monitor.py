"""Watching the log as a stranger may: every entry hashed again, every tile and the signed root held against that.

Start at :func:`verify`. It reads over HTTP or from the files, and can hold the log besides against earlier
checkpoints, such as the witnesses', and audit's own ledger. What does not fit is named: which file, which entry.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest

import httpx2

from services.audit.tlog.rehash import Reader, Rehashed, bundles
from services.audit.tlog.tiles import WIDTH, Tile, TileWrong
from shared.transparency.keys import NoteWrong, Verifier
from shared.transparency.merkle import HASH_BYTES
from shared.transparency.notes import Checkpoint, open_checkpoint
from shared.transparency.trust import Policy, Unwitnessed

Progress = Callable[[int, int], object]
KEPT_MAX = 100


class LogAway(Exception):
    """The log does not answer."""


class OverHttp:
    """The log behind its prefix, such as ``https://county.example/log``."""

    def __init__(self, url: str, client: httpx2.Client | None = None) -> None:
        self.url = url.rstrip("/")
        self.client = client or httpx2.Client(timeout=30)

    @property
    def checkpoint(self) -> bytes:
        return self._get("checkpoint") or b""

    def read(self, tile: Tile) -> bytes:
        """Raises ``LookupError``, :class:`LogAway`."""
        for path in dict.fromkeys((tile.path, tile.whole.path)):
            if (data := self._get(path)) is not None:
                return data if tile.level is None else data[: tile.width * HASH_BYTES]
        raise LookupError(tile.path)

    def _get(self, path: str) -> bytes | None:
        try:
            answer = self.client.get(f"{self.url}/{path}")
        except httpx2.HTTPError as fault:
            raise LogAway(f"{self.url}/{path}: {type(fault).__name__}") from fault
        if answer.status_code not in (200, 404):
            raise LogAway(f"{self.url}/{path}: {answer.status_code}")
        return answer.content if answer.status_code == 200 else None


@dataclass(frozen=True)
class Fault:
    """``kind``: checkpoint, unwitnessed, bundle, tile, root, rollback, fork, ledger. ``where``: a path or an entry."""

    kind: str
    where: str
    what: str


@dataclass
class Report:
    """``entries``: how many were read. ``cosigned``: by whom and when, where a policy was given."""

    checkpoint: Checkpoint | None = None
    faults: list[Fault] = field(default_factory=list)
    entries: int = 0
    cosigned: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not self.faults

    def fault(self, kind: str, where: str, what: str) -> None:
        if len(self.faults) < KEPT_MAX:
            self.faults.append(Fault(kind, where, what))


def verify(
    reader: Reader,
    log: Verifier | Policy,
    *,
    earlier: Iterable[tuple[str, Checkpoint]] = (),
    ledger: Iterable[bytes] | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Report:
    """Read all of it. ``earlier``: checkpoints seen before, each with where (a kept file, a witness), which this log
    must still contain. ``ledger``: the entries as audit's database has them. Raises :class:`LogAway`.
    """
    report = Report()
    checkpoint = report.checkpoint = _opened(reader, log, report)
    if checkpoint is None:
        return report
    known = list(earlier)
    hashed = Rehashed({checkpoint.size, *(before.size for _, before in known)})
    try:
        for tile, entries in bundles(reader, checkpoint.size):
            _hold(reader, Tile(0, tile.number, tile.width), hashed.take(entries), report)
            report.entries += len(entries)
            progress(report.entries, checkpoint.size)
    except TileWrong as fault:
        path, _, what = str(fault).partition(" ")
        report.fault("bundle", path, what)
    else:
        _hold_upper(reader, hashed, report)
        if hashed.roots[checkpoint.size] != checkpoint.root:
            report.fault("root", "checkpoint", f"the {checkpoint.size} entries have another root than the one signed")
    _hold_earlier(checkpoint, known, hashed, report)
    if ledger is not None:
        _hold_ledger(reader, checkpoint.size, ledger, report)
    return report


def _opened(reader: Reader, log: Verifier | Policy, report: Report) -> Checkpoint | None:
    note = reader.checkpoint
    try:
        if isinstance(log, Policy):
            checked = log.check(note)
            report.cosigned = checked.cosigned
            return checked.checkpoint
        return open_checkpoint(note, log)
    except Unwitnessed as fault:
        report.fault("unwitnessed", "checkpoint", str(fault))
    except NoteWrong as fault:
        report.fault("checkpoint", "checkpoint", str(fault) if note else "there is none")
    return None


def _hold(reader: Reader, tile: Tile, hashes: Sequence[bytes], report: Report) -> None:
    """A stored tile against the hashes made from what is under it."""
    try:
        data = reader.read(tile)
    except (LookupError, TileWrong) as fault:
        report.fault("tile", tile.path, "is missing" if isinstance(fault, LookupError) else f"is damaged: {fault}")
        return
    if data != b"".join(hashes):
        own = [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
        place = next((i for i, (a, b) in enumerate(zip_longest(own, hashes)) if a != b), 0)
        what = "entry" if tile.level == 0 else f"tile/{(tile.level or 0) - 1} number"
        report.fault("tile", tile.path, f"differs from what is under it, at {what} {tile.number * WIDTH + place}")


def _hold_upper(reader: Reader, hashed: Rehashed, report: Report) -> None:
    for level, row in enumerate(hashed.rows, 1):
        for start in range(0, len(row), WIDTH):
            part = row[start : start + WIDTH]
            _hold(reader, Tile(level, start // WIDTH, len(part)), part, report)


def _hold_earlier(
    checkpoint: Checkpoint, known: Sequence[tuple[str, Checkpoint]], hashed: Rehashed, report: Report
) -> None:
    for where, before in known:
        if before.size > checkpoint.size:
            report.fault("rollback", where, f"saw {before.size} entries, the log has {checkpoint.size} now")
        elif hashed.roots.get(before.size, before.root) != before.root:
            report.fault("fork", where, f"its {before.size} entries are not the first {before.size} of this log")


def _hold_ledger(reader: Reader, size: int, ledger: Iterable[bytes], report: Report) -> None:
    """Row by row; what the ledger has beyond the checkpoint is only not published yet."""
    published = (entry for _, entries in bundles(reader, size) for entry in entries)
    try:
        for index, (entry, row) in enumerate(zip_longest(published, islice(ledger, size))):
            if entry != row:
                report.fault("ledger", f"entry {index}", "is missing in the ledger" if row is None else "differs")
    except TileWrong:
        return  # told of already
