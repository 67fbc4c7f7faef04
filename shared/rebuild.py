"""Making a view again from the events, beside the live one, and putting it in its place.

Start at :func:`rebuild_view`. The live view works on meanwhile; under the lock of its checkpoints the new one
catches up to the same positions, both are compared by a digest that does not depend on the order of rows, and
tables are renamed, all in one transaction.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from time import monotonic
from typing import Any

from sqlalchemy import Connection, inspect, select, text

from shared import checkpoints, ids, laying, parking, reach
from shared.checkpoints import Checkpoint
from shared.database import make_tables
from shared.events import Recorded
from shared.follow import View
from shared.following import Follower
from shared.intake import JournalIntake, LogIntake
from shared.lease import Lease
from shared.merging import Gap
from shared.replaying import replay

BATCH = 1_000
SILENCE_SECONDS_MAX = 30.0
LEASE_SECONDS = 600.0  # a replay of millions of events is one step; a dead process of this host is not waited for
MARK = "__n"  # of the tables of a view being rebuilt
Progress = Callable[[int, int], object]


class AlreadyRebuilding(Exception):
    """Somebody else makes this view again just now; two would remove each other's tables."""


class DigestDiffers(Exception):
    """The rebuilt view has other rows than the live one; right only if the view's code was meant to change."""


@dataclass(frozen=True)
class Rebuilt:
    """``digest`` is the rebuilt view's; ``same`` says whether the live one had it too."""

    events: int
    digest: str
    same: bool
    swapped: bool


@reach.as_service
def rebuild_view(
    follower: Follower,
    view: View,
    *,
    progress: Progress = lambda _done, _total: None,
    accept_difference: bool = False,
    dry_run: bool = False,
) -> Rebuilt:
    """Build ``view`` again and swap; on PostgreSQL it takes the role that owns the tables.

    Raises :class:`DigestDiffers`, :class:`AlreadyRebuilding`, :class:`Gap`, and whatever ``apply`` raises.
    """
    lease = Lease(view.engine, f"rebuild-{view.name}", seconds=LEASE_SECONDS)
    if not lease.acquire():
        raise AlreadyRebuilding(f"{view.name} is being made again by another process")
    mark = f"{MARK}{ids.new_id()[-4:]}"
    try:
        drop_leftovers(view)
        fresh = type(view)(view.engine, mark)
        with view.engine.begin() as tx:
            make_tables(tx, fresh.metadata)
        return _Rebuild(follower, view, fresh, progress, lease).run(accept_difference, dry_run)
    finally:
        drop_leftovers(view, mark)
        lease.release()


@reach.as_service
def view_digest(view: View) -> str:
    """The same for the same rows, whatever their order and the name their tables have just now."""
    with view.engine.connect() as tx:
        return _digest(_tables(tx, view))


def drop_leftovers(view: View, mark: str = MARK) -> None:
    """Remove the tables of a rebuild of this view that did not come to its end; of all, or of the one so marked."""
    base = [name.removesuffix(view.generation) for name in view.metadata.tables]
    with view.engine.begin() as tx:
        there = inspect(tx).get_table_names()
        _drop(tx, [name for name in there if any(name.startswith(f"{table}{mark}") for table in base)])


def _drop(tx: Connection, names: Sequence[str]) -> None:
    """All at once where a policy of one may name another (``walls.along``)."""
    quoted = [f'"{name}"' for name in names]
    for one in [", ".join(quoted)] if quoted and tx.dialect.name == "postgresql" else quoted:
        tx.execute(text(f"drop table {one}"))


@dataclass
class _Tape:
    """The events of one source from the first on, as far as asked."""

    source: str
    intake: JournalIntake | LogIntake
    position: int = 0
    held: deque[Recorded] = field(default_factory=deque)

    def up_to(self, target: int) -> Iterator[Recorded]:
        while self.position < target:
            event = self._next()
            self.position = event.position
            yield event

    def _next(self) -> Recorded:
        deadline = monotonic() + SILENCE_SECONDS_MAX
        while not self.held:
            for batch in self.intake.fetch(1.0):
                self.held.extend(batch.events)
            if self.intake.gaps:
                raise Gap(f"{self.source}: {self.intake.gaps[self.source]}")
            if not self.held and monotonic() > deadline:
                raise Gap(f"{self.source}: nothing came after {self.position}, though the live view has more")
        return self.held.popleft()


@dataclass
class _Rebuild:
    follower: Follower
    live: View
    fresh: View
    progress: Progress
    lease: Lease
    done: int = 0

    def run(self, accept_difference: bool, dry_run: bool) -> Rebuilt:
        with self.live.engine.connect() as tx:
            targets = self._positions(checkpoints.load(tx, [self.live.name]))
        self.tapes = [self._tape(source) for source in self.live.hears]
        if self.live.hears == (self.follower.service,):
            self._replay(targets[self.follower.service])
        events = self._events(targets)
        while batch := list(islice(events, BATCH)):
            with self.live.engine.begin() as tx:
                self.lease.renew(tx)
                self._apply(tx, batch)
            self.progress(self.done, sum(targets.values()))
        with self.live.engine.begin() as tx:
            return self._finish(tx, accept_difference, dry_run)

    def _finish(self, tx: Connection, accept_difference: bool, dry_run: bool) -> Rebuilt:
        self.lease.renew(tx)  # who was stalled for so long that another began does not swap
        targets = self._positions(checkpoints.lock(tx, [self.live.name]))
        self._apply(tx, self._events(targets))
        self.progress(self.done, sum(targets.values()))
        made = _tables(tx, self.fresh)
        there = _tables(tx, self.live) if laying.fits(tx, self.live) else {}
        digest, same = _digest(made), made == there
        if not same and not accept_difference and not dry_run:
            raise DigestDiffers(f"{self.live.name}, made again from the same events, differs: {_told(made, there)}")
        if not dry_run:
            self._swap(tx)
        return Rebuilt(self.done, digest, same, swapped=not dry_run)

    def _swap(self, tx: Connection) -> None:
        there = set(inspect(tx).get_table_names())
        pairs = list(zip(self.live.metadata.sorted_tables, self.fresh.metadata.sorted_tables, strict=True))
        _drop(tx, [old.name for old, _ in pairs if old.name in there])
        for old, new in pairs:
            tx.execute(text(f'alter table "{new.name}" rename to "{old.name}"'))
        checkpoints.define(tx, self.live.name, self.live.definition)
        parking.forget(tx, self.live.name)

    def _replay(self, target: int) -> None:
        """Nothing but the own journal: by far most of it at once."""
        replay(self.fresh, self.follower.service, target, lambda upto: self.progress(upto, target))
        self.done = target
        self.tapes = [_Tape(self.follower.service, JournalIntake(self.follower.journal, target), target)]

    def _apply(self, tx: Connection, events: Iterable[Recorded]) -> None:
        coming = iter(events)
        while batch := list(islice(coming, BATCH)):
            self.fresh.apply_many(tx, batch)
            self.done += len(batch)

    def _events(self, targets: Mapping[str, int]) -> Iterator[Recorded]:
        """All sources in the order they were recorded, which is near to the order the live view saw."""
        parts = (tape.up_to(targets[tape.source]) for tape in self.tapes)
        return merge(*parts, key=lambda event: event.recorded_at)

    def _positions(self, known: Mapping[checkpoints.Key, Checkpoint]) -> dict[str, int]:
        return {source: known.get((self.live.name, source), Checkpoint()).position for source in self.live.hears}

    def _tape(self, source: str) -> _Tape:
        if source == self.follower.service:
            return _Tape(source, JournalIntake(self.follower.journal, 0))
        return _Tape(source, LogIntake(self.follower.log, self.follower.county, {source: Checkpoint()}))


def _tables(tx: Connection, view: View) -> dict[str, tuple[int, int]]:
    """For each table, by its live name, the number of rows and the sum of their hashes."""
    found: dict[str, tuple[int, int]] = {}
    for table in view.metadata.sorted_tables:
        total, count = 0, 0
        for row in tx.execute(select(table)).mappings():
            total += int.from_bytes(hashlib.sha256(_row_bytes(dict(row))).digest(), "big")
            count += 1
        name = table.name.replace(view.generation, "") if view.generation else table.name
        found[name] = count, total % 2**256
    return found


def _digest(tables: Mapping[str, tuple[int, int]]) -> str:
    lines = "".join(f"{name}:{count}:{total:064x}\n" for name, (count, total) in tables.items())
    return hashlib.sha256(lines.encode()).hexdigest()


def _told(made: Mapping[str, tuple[int, int]], there: Mapping[str, tuple[int, int]]) -> str:
    """Which tables, and how many rows they have and had."""
    if not there:
        return "its tables are of another definition"
    rows = ((name, made[name][0], there[name][0]) for name in made if made[name] != there[name])
    return ", ".join(f"{name} has {new} rows instead of {old}" for name, new, old in rows)


def _row_bytes(row: Mapping[Any, Any]) -> bytes:
    named = {str(key): value.hex() if isinstance(value, bytes) else value for key, value in row.items()}
    return json.dumps(named, sort_keys=True, ensure_ascii=False, default=str).encode()
