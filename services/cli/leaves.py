"""The transparency log as ``verify`` reads it: leaf by leaf from the published bundles, with salts from audit's ledger.

Without audit's database nothing but the count can be checked; with it, each leaf is held against the event itself.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, select

from services.audit.tlog.leaves import digest_of
from services.audit.tlog.store import Store
from services.audit.tlog.tiles import WIDTH, Tile, TileWrong, split_bundle
from services.audit.views.entries import Entries
from shared.cloudevents import canonical
from shared.events import Recorded
from shared.recovery.findings import Difference, Findings
from shared.recovery.leaves import Leaf
from shared.transparency.keys import NoteWrong
from shared.transparency.merkle import EMPTY_ROOT, leaf_hash, node_hash
from shared.transparency.notes import Checkpoint, split_note


@dataclass
class Published:
    """The log under ``folder``, as far as its checkpoint reaches."""

    folder: Path
    county: str
    ledger: Engine | None
    findings: Findings
    _stack: list[tuple[int, bytes]] = field(default_factory=list)  # (level, hash) of the complete subtrees so far

    def __post_init__(self) -> None:
        self.store = Store(self.folder)
        self.checkpoint = self._published()
        self.size = self.checkpoint.size if self.checkpoint else 0
        self.findings.figures["leaves"] = self.size

    def _published(self) -> Checkpoint | None:
        """What the log says of itself; none where it says nothing, or nothing that can be read."""
        try:
            note = self.store.checkpoint
            return Checkpoint.parse(split_note(note)[0]) if note else None
        except (NoteWrong, UnicodeDecodeError) as fault:
            self._damaged("checkpoint", f"the checkpoint cannot be read: {fault}")
            return None

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf in order; what cannot be read is a difference, and what comes after it is not looked at."""
        for number in range(-(-self.size // WIDTH)):
            tile = Tile(None, number, min(WIDTH, self.size - number * WIDTH))
            try:
                entries = split_bundle(self.store.read(tile))
            except (LookupError, TileWrong) as fault:
                self._damaged(tile.path, f"the bundle is missing or damaged: {type(fault).__name__}")
                return
            salts = self._salts(number * WIDTH)
            for place, entry in enumerate(entries):
                index = number * WIDTH + place
                self._grow(leaf_hash(entry))
                yield self._leaf(index, entry, salts.get(index, b""))
        if self.checkpoint and self._root() != self.checkpoint.root:
            self._damaged("checkpoint", "the entries lead to another root than the published one")

    def _leaf(self, index: int, entry: bytes, salt: bytes) -> Leaf:
        said = json.loads(entry)
        fits = partial(_fits, said["digest"], salt, self.county)
        return Leaf(index, str(said["service"]), int(said["position"]), fits)

    def _salts(self, first: int) -> dict[int, bytes]:
        if self.ledger is None:
            return {}
        rows = Entries(self.ledger, self.county).rows.c
        wanted = select(rows.index, rows.salt).where(rows.index >= first, rows.index < first + WIDTH)
        with self.ledger.connect() as tx:
            return {index: bytes(salt) for index, salt in tx.execute(wanted)}

    def _grow(self, leaf: bytes) -> None:
        level, hashed = 0, leaf
        while self._stack and self._stack[-1][0] == level:
            level, hashed = level + 1, node_hash(self._stack.pop()[1], hashed)
        self._stack.append((level, hashed))

    def _root(self) -> bytes:
        hashed = b""
        for _, left in reversed(self._stack):
            hashed = node_hash(left, hashed) if hashed else left
        return hashed or EMPTY_ROOT

    def _damaged(self, where: str, what: str) -> None:
        self.findings.add(Difference("tlog-damaged", "audit", what, where=f"{self.folder}/{where}"))


def _fits(digest: str, salt: bytes, county: str, event: Recorded) -> bool | None:
    return digest_of(canonical(event, county), salt) == digest if salt else None
