"""Taking audit's ledger back from the log's own files, after its database was lost or restored from an old backup.

Start at :func:`recover_ledger`. What was published keeps its place; what the ledger has beyond it follows in its old
order; what it lost besides comes again from the followers. So the log goes on without a second history.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from services.audit.tlog import writer
from services.audit.tlog.leaves import digest_of
from services.audit.tlog.monitor import Progress
from services.audit.tlog.rehash import Reader, Rehashed, bundles
from services.audit.tlog.salts import Salts
from services.audit.tlog.tiles import TileWrong
from shared import checkpoints
from shared.checkpoints import Checkpoint as Followed
from shared.cloudevents import canonical
from shared.database import WRITING, durable, write_turn
from shared.events import Recorded
from shared.follow import upsert
from shared.transparency.keys import NoteWrong, Verifier
from shared.transparency.notes import Checkpoint, open_checkpoint

Events = Callable[[str, int], Iterator[Recorded]]
"""A service's events above a position, in order, from its journal or from the log between services."""
FOLLOWER = "entries"


class Unrecoverable(Exception):
    """The ledger cannot be taken back from what is here; the message says what is missing. Nothing was changed."""


class Row(Protocol):
    """A row of the ledger (``views.entries.Entry``)."""

    index: int
    service: str
    position: int
    entry: bytes


class Ledger(Protocol):
    """``views.entries.Entries``; ``row`` makes one from an event, whatever its leaf says."""

    county: str
    salts: Salts

    def all(self, start: int = 0) -> Iterator[Any]: ...

    def row(self, index: int, event: Recorded, salt: bytes, entry: bytes) -> Any: ...

    def replace(self, tx: Connection, start: int, entries: Iterable[Any]) -> None: ...


@dataclass
class Recovered:
    """``kept`` rows stood as they were, ``restored`` came from the files, ``moved`` follow what was published.

    ``salts_lost``: entries that stay proven, but can no longer be shown to be of their event.
    """

    size: int
    kept: int = 0
    restored: int = 0
    moved: int = 0
    salts_lost: int = 0
    last: dict[str, int] = field(default_factory=dict)


def recover_ledger(
    engine: Engine,
    ledger: Ledger,
    reader: Reader,
    log: Verifier,
    events: Events,
    *,
    seen: Iterable[Checkpoint] = (),
    progress: Progress = lambda _done, _total: None,
) -> Recovered:
    """Bring ledger and tree to what was published. ``engine`` is audit's, with the right to change the ledger (the
    owner's, in PostgreSQL); audit must not be running. ``seen``: what the witnesses have cosigned last. Once done it
    changes nothing more. Raises :class:`Unrecoverable`.
    """
    wanted = _wanted(reader, log, seen)
    if wanted is None:
        return Recovered(0)
    _must_be_here(reader, wanted)
    found = Recovered(wanted.size)
    missing = _beyond(ledger, (entry for _, entries in bundles(reader, wanted.size) for entry in entries), found)
    left = {(row.service, row.position): row for row in ledger.all(found.kept)}
    first = next(missing, None)
    with write_turn(engine), engine.connect().execution_options(**{WRITING: True}) as raw:
        connection = durable(raw)
        with connection.begin():
            if first is None:
                found.last.update(_lasts(left))
            else:
                made = _made(_Made(ledger, left, events, found), chain([first], missing), progress)
                ledger.replace(connection, found.kept, chain(made, _moved(left, found)))
            state = {"size": wanted.size, "root": wanted.root, "begun": wanted.size}
            upsert(connection, writer.tree, {"id": 1}, state)
            _follow_again(connection, found)
    return found


def _wanted(reader: Reader, log: Verifier, seen: Iterable[Checkpoint]) -> Checkpoint | None:
    """The longest history that anyone outside may know."""
    known = list(seen)
    if note := reader.checkpoint:
        try:
            known.append(open_checkpoint(note, log))
        except NoteWrong as fault:
            raise Unrecoverable(f"the published checkpoint is not one of {log.name}: {fault}") from fault
    return max(known, key=lambda checkpoint: checkpoint.size, default=None)


def _must_be_here(reader: Reader, wanted: Checkpoint) -> None:
    """Raises :class:`Unrecoverable` unless the files hold exactly the entries that were signed."""
    hashed = Rehashed({wanted.size})
    try:
        for _, entries in bundles(reader, wanted.size):
            hashed.take(entries)
    except TileWrong as fault:
        raise Unrecoverable(
            f"{wanted.size} entries were published, and {fault}: bring a newer copy of the files"
        ) from fault
    if hashed.roots[wanted.size] != wanted.root:
        raise Unrecoverable(f"the files hold other entries than the {wanted.size} that were published")


def _beyond(ledger: Ledger, published: Iterator[bytes], found: Recovered) -> Iterator[bytes]:
    """Pass over the rows that stand as published; what was published from the first difference on."""
    rows = ledger.all()
    for entry in published:
        row = next(rows, None)
        if row is None or row.index != found.kept or row.entry != entry:
            return chain([entry], published)
        found.kept += 1
        found.last[row.service] = row.position
    return iter(())


@dataclass
class _Made:
    """Rows made again: from what the ledger still has of the event, or from the event."""

    ledger: Ledger
    left: dict[tuple[str, int], Any]
    events: Events
    found: Recovered
    streams: dict[str, Iterator[Recorded]] = field(default_factory=dict)

    def row(self, index: int, entry: bytes) -> Any:
        said = json.loads(entry)
        service, position = str(said["service"]), int(said["position"])
        if position != self.found.last.get(service, 0) + 1:
            raise Unrecoverable(f"entry {index} is of {service} {position}, out of its order")
        self.found.last[service] = position
        kept = self.left.pop((service, position), None)
        if kept is not None and kept.entry == entry:
            return replace(kept, index=index)
        event = self._event(service, position)
        salt = self._salt(event, said, kept)
        self.found.salts_lost += not salt
        return self.ledger.row(index, event, salt, entry)

    def _event(self, service: str, position: int) -> Recorded:
        """The event, read in order; those of entries that the ledger still has are passed over."""
        stream = self.streams.get(service)
        if stream is None:
            stream = self.streams[service] = self.events(service, position - 1)
        for event in stream:
            if event.position == position:
                return event
            if event.position > position:
                break
        raise Unrecoverable(f"the event {position} of {service} is in the transparency log, and not to be had here")

    def _salt(self, event: Recorded, said: Mapping[str, Any], kept: Any) -> bytes:
        """The salt under which the event has the entry's digest; b'' if none is known."""
        told = canonical(event, self.ledger.county)
        candidates = [*self.ledger.salts.known(event.event_id), *([kept.salt] if kept else [])]
        return next((salt for salt in candidates if digest_of(told, salt) == said["digest"]), b"")


def _made(made: "_Made", entries: Iterable[bytes], progress: Progress) -> Iterator[Any]:
    for index, entry in enumerate(entries, made.found.kept):
        yield made.row(index, entry)
        made.found.restored += 1
        progress(index + 1, made.found.size)


def _moved(left: Mapping[tuple[str, int], Any], found: Recovered) -> Iterator[Any]:
    """What the ledger had recorded and nobody has seen yet, in its old order, as far as it goes on without a gap."""
    for (service, position), row in left.items():
        if position == found.last.get(service, 0) + 1:
            found.last[service] = position
            yield replace(row, index=found.size + found.moved)
            found.moved += 1


def _follow_again(tx: Connection, found: Recovered) -> None:
    """A follower that is beyond the ledger reads its source from the beginning; what is there already is dropped."""
    known = checkpoints.load(tx, [FOLLOWER])
    behind = {key: Followed() for key, at in known.items() if at.position > found.last.get(key[1], 0)}
    if behind:
        checkpoints.save(tx, behind)


def _lasts(left: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The last position of each service among what the ledger has beyond what was published."""
    found: dict[str, int] = {}
    for service, position in left:
        found[service] = max(position, found.get(service, 0))
    return found
