"""The writer of the log: brings what is recorded into tiles, then signs it. Start at :meth:`Writer.seal`.

The order is what keeps the log from ever having two histories: rows durable, tiles on the disk, tree state durable,
checkpoint signed, cosigned by witnesses, published. Every step gives the same bytes again, so that a crash between
any two is mended by the next call. One process seals at a time, by lease (see ``keeper``) and by the folder's lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, LargeBinary, MetaData, Table, select

from services.audit.tlog.publishing import Publisher
from services.audit.tlog.store import Store
from services.audit.tlog.tiles import WIDTH, Tile, TileWrong, bundle, full_tile_hash, nodes_of, tiles_of
from services.audit.tlog.witnesses import LogRefused
from shared.database import WRITING, durable, write_turn
from shared.follow import upsert
from shared.transparency import merkle, notes
from shared.transparency.keys import NoteWrong, Signer
from shared.transparency.merkle import EMPTY_ROOT, leaf_hash
from shared.transparency.notes import Checkpoint

AT_ONCE = 64 * WIDTH
TILES_KEPT = 256
metadata = MetaData()
# ``begun`` is written before the first tile: that commit waits for the disk, and every row before it with it.
tree = Table(
    "tlog_tree",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("begun", BigInteger, nullable=False),
)


class Source(Protocol):
    """The entries in the order that was decided when they were recorded."""

    def size(self) -> int: ...

    def entries(self, start: int, end: int) -> Sequence[bytes]: ...


@dataclass(frozen=True)
class State:
    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass
class Writer:
    engine: Engine
    source: Source
    store: Store
    signer: Signer
    published_by: Publisher | None = None  # None: signed by the log alone, without witnesses
    publisher: Publisher = field(init=False)
    _looked_at: bytes = field(default=b"", init=False)
    _looked_around: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.publisher = self.published_by or Publisher.alone(self.store, self.signer)

    def seal(self) -> int:
        """Publish what is recorded, at most :data:`AT_ONCE` entries of it; the size that is published then.

        Raises :class:`LogRefused`, :class:`StoreBusy`, and :class:`QuorumMissed` where witnesses are missing.
        """
        with self.store.alone():
            return self._sealed()

    def _sealed(self) -> int:
        state = self.state()
        published = self._published(state)
        size = min(self.source.size(), state.size + AT_ONCE)
        if size < state.size:
            raise LogRefused(f"{state.size} entries are in the tree, and only {size} are recorded: an old backup?")
        if not self._looked_around:
            self.publisher.look_around(state.size, self._root)
            self._looked_around = True
        if size > state.size:
            self._keep(state, begun=size)
            self._write_tiles(state.size, size)
            state = State(size, self._root(size))
            self._keep(state, begun=size)
        if published is None or published.size < state.size or self.publisher.due:
            self._publish(state)
            self._tidy(published.size if published else 0, state.size)
        return state.size

    def state(self) -> State:
        with self.engine.connect() as tx:
            row = tx.execute(select(tree)).one_or_none()
        return State(row.size, row.root) if row else State()

    def published_size(self) -> int:
        """Of the checkpoint that readers see; 0 if there is none that the log has signed."""
        try:
            return notes.open_checkpoint(self.store.checkpoint, self.signer.verifier).size
        except NoteWrong:
            return 0

    def _published(self, state: State) -> Checkpoint | None:
        """The published checkpoint, which must be of this tree. Raises :class:`LogRefused`."""
        note = self.store.checkpoint
        if not note:
            return None
        try:
            published = notes.open_checkpoint(note, self.signer.verifier)
        except NoteWrong as fault:
            raise LogRefused(f"the published checkpoint is not one of {self.signer.name}: {fault}") from fault
        if published.size > state.size:
            raise LogRefused(f"{published.size} entries are published, and only {state.size} are here: an old backup?")
        if note != self._looked_at and self._root(published.size) != published.root:
            raise LogRefused(f"the tree of {published.size} entries has another root than the published one")
        self._looked_at = note
        return published

    def _write_tiles(self, old: int, new: int) -> None:
        if old and self._root(old) != self.state().root:
            raise LogRefused(f"the tiles of {old} entries have another root than the tree")
        first = old // WIDTH * WIDTH
        entries = self.source.entries(first, new)
        if len(entries) != new - first:
            raise LogRefused(f"of the entries {first} to {new - 1} only {len(entries)} are recorded")
        hashes = [leaf_hash(entry) for entry in entries]
        self._must_go_on(old, hashes[: old - first])
        made: dict[Tile, bytes] = {}
        for tile in tiles_of(new, old):
            here = slice(tile.number * WIDTH - first, tile.number * WIDTH - first + tile.width)
            match tile.level:
                case None:
                    made[tile] = bundle(entries[here])
                case 0:
                    made[tile] = b"".join(hashes[here])
                case _:
                    made[tile] = self._above(tile, tile.level, old, made)
        self.store.write(*made.items())

    def _must_go_on(self, old: int, hashes: Sequence[bytes]) -> None:
        """The entries of the tile that is still open must be those under the tree of ``old``."""
        if hashes and b"".join(hashes) != self.store.read(Tile(0, old // WIDTH, len(hashes))):
            raise LogRefused("an entry that was already logged is now another one")

    def _above(self, tile: Tile, level: int, old: int, made: Mapping[Tile, bytes]) -> bytes:
        """What the tile had under the tree of ``old``, whose root was just compared, and what has come since."""
        had = min(WIDTH, max(0, (old >> (8 * level)) - tile.number * WIDTH))
        before = self.store.read(Tile(level, tile.number, had)) if had else b""
        under = (Tile(level - 1, tile.number * WIDTH + i) for i in range(had, tile.width))
        return before + b"".join(full_tile_hash(made.get(child) or self.store.read(child)) for child in under)

    def _root(self, size: int) -> bytes:
        try:
            return merkle.root(nodes_of(self.store.read, size), size)
        except (LookupError, TileWrong) as fault:
            raise LogRefused(f"a tile of {size} entries is missing or damaged: {fault}") from fault

    def _publish(self, state: State) -> None:
        checkpoint = Checkpoint(self.signer.name, state.size, state.root)
        read = lru_cache(TILES_KEPT)(self.store.read)  # witnesses ask for proofs over the same tiles
        self._looked_at = self.publisher.publish(checkpoint, nodes_of(read, state.size))

    def _tidy(self, old: int, new: int) -> None:
        for tile in tiles_of(new, old):
            if tile.width == WIDTH:
                self.store.drop_partials(tile)

    def _keep(self, state: State, begun: int) -> None:
        """On the disk when this returns, and with it every row that was recorded before."""
        with write_turn(self.engine), self.engine.connect().execution_options(**{WRITING: True}) as raw:
            connection: Connection = durable(raw)
            with connection.begin():
                values = {"size": state.size, "root": state.root, "begun": begun}
                upsert(connection, tree, {"id": 1}, values)
