"""What one batch of events does: to views in one transaction with their checkpoints, then to reactions.

Start at :meth:`Applier.views_see`. First all together; if that fails, event by event, and what cannot be
applied is parked with the later events of its stream, while other streams flow.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from shared import checkpoints, database, parking
from shared.checkpoints import Checkpoint, Key
from shared.clock import Clock
from shared.database import WriteTurnTimeout
from shared.events import Recorded
from shared.follow import View
from shared.journal import JournalBusy, JournalUnavailable, WrongVersion
from shared.merging import Batch
from shared.observing import Observer
from shared.reacting import Reactor
from shared.service import Reaction

REACTIONS_AT_ONCE = 50  # events between two checkpoints of a reaction


class NotNext(Exception):
    """A batch does not go on where the checkpoint stands: taking it would leave out what lies between."""


@dataclass(frozen=True)
class Applier:
    """The views and reactions of one service."""

    service: str
    engine: Engine
    views: Sequence[View]
    reactions: Sequence[Reaction]
    reactor: Reactor
    clock: Clock
    observer: Observer

    def views_see(self, batch: Batch) -> dict[Key, int]:
        """How far each view has come of the batch's source."""
        views = [view for view in self.views if batch.source in view.hears]
        if not views or not batch.events:
            return {}
        try:
            return self._views_see(views, batch, self._apply)
        except Exception as fault:
            if transient(fault):
                raise
            return self._views_see(views, batch, self._apply_or_park)

    def reactions_see(self, batch: Batch, stop: Event) -> Iterator[dict[Key, int]]:
        """How far each reaction has come, a few events at a time."""
        for reaction in self.reactions:
            if batch.source not in reaction.hears:
                continue
            for start in range(0, len(batch.events), REACTIONS_AT_ONCE):
                if stop.is_set():
                    return
                part = batch.events[start : start + REACTIONS_AT_ONCE]
                whole = start + REACTIONS_AT_ONCE >= len(batch.events)
                yield self._reaction_sees(reaction, Batch(batch.source, part, batch.places if whole else {}), whole)

    def retry(self, follower: str, source: str, stream: str) -> parking.Retried:
        """Bring a parked stream's events to the view or reaction again. Raises KeyError for a stranger."""
        for view in self.views:
            if view.name == follower:
                return parking.retry(self.engine, follower, source, stream, view.apply)
        reaction = {r.name: r for r in self.reactions}[follower]
        react = partial(self.reactor.react, reaction)
        return parking.retry_outside(self.engine, follower, source, stream, react)

    def _views_see(self, views: Sequence[View], batch: Batch, apply: "Step") -> dict[Key, int]:
        names = [view.name for view in views]
        last = batch.events[-1].position
        with self.observer.applying(self.service, batch.source, batch.events), self.engine.begin() as tx:
            at = {name: cp for (name, source), cp in checkpoints.lock(tx, names).items() if source == batch.source}
            _must_be_next(batch, at)
            waiting = parking.streams(tx, names, batch.source)
            for event in batch.events:
                for view in views:
                    if event.position > at[view.name].position:
                        self._one(tx, view, event, waiting, apply)
            moved = {name for name in names if at[name].position < last}
            checkpoints.save(tx, {(name, batch.source): Checkpoint(last, batch.places) for name in moved})
        for name in moved:
            self.observer.followed(self.service, name, batch.source, last, last - at[name].position)
        return {(name, batch.source): max(last, at[name].position) for name in names}

    def _one(self, tx: Connection, view: View, event: Recorded, waiting: set[tuple[str, str]], apply: "Step") -> None:
        if (view.name, event.stream) in waiting:
            parking.park(tx, view.name, event, "an earlier event of the stream waits", self.clock.now())
        elif reason := apply(tx, view, event):
            parking.park(tx, view.name, event, reason, self.clock.now())
            waiting.add((view.name, event.stream))
            self.observer.parked(self.service, view.name, event.service, event.stream, reason)

    @staticmethod
    def _apply(tx: Connection, view: View, event: Recorded) -> str:
        view.apply(tx, event)
        return ""

    @staticmethod
    def _apply_or_park(tx: Connection, view: View, event: Recorded) -> str:
        """Why the event could not be applied, or ''."""
        try:
            with tx.begin_nested():
                view.apply(tx, event)
        except Exception as fault:
            if transient(fault):
                raise
            return parking.reason_of(fault)
        return ""

    def _reaction_sees(self, reaction: Reaction, batch: Batch, whole: bool) -> dict[Key, int]:
        """React to what is new; the checkpoint follows, so that a crash between repeats, and ids make that
        harmless.
        """
        key, last = (reaction.name, batch.source), batch.events[-1].position
        with self.engine.connect() as tx:
            at = checkpoints.load(tx, [reaction.name])[key]
            waiting = parking.streams(tx, [reaction.name], batch.source)
        if at.position >= last:
            return {key: at.position}
        _must_be_next(batch, {reaction.name: at})
        failed = [
            (event, reason)
            for event in batch.events
            if event.position > at.position and (reason := self._react(reaction, event, waiting))
        ]
        with self.engine.begin() as tx:
            now = checkpoints.lock(tx, [reaction.name])[key]
            for event, reason in failed:
                if event.position > now.position:
                    parking.park(tx, reaction.name, event, reason, self.clock.now())
            if now.position < last:
                checkpoints.save(tx, {key: Checkpoint(last, batch.places if whole else at.places)})
        self.observer.followed(self.service, reaction.name, batch.source, last, last - at.position)
        return {key: max(last, now.position)}

    def _react(self, reaction: Reaction, event: Recorded, waiting: set[tuple[str, str]]) -> str:
        """Why the event must wait, or ''."""
        if (reaction.name, event.stream) in waiting:
            return "an earlier event of the stream waits"
        try:
            self.reactor.react(reaction, event)
        except Exception as fault:
            if transient(fault):
                raise
            waiting.add((reaction.name, event.stream))
            reason = parking.reason_of(fault)
            self.observer.parked(self.service, reaction.name, event.service, event.stream, reason)
            return reason
        return ""


Step = Callable[[Connection, View, Recorded], str]


def _must_be_next(batch: Batch, at: Mapping[str, Checkpoint]) -> None:
    """Raises :class:`NotNext`; whoever reads begins again from what is written down."""
    for name, checkpoint in at.items():
        if batch.events[0].position > checkpoint.position + 1:
            first = batch.events[0].position
            raise NotNext(f"{name} stands at {checkpoint.position} of {batch.source}, and {first} was handed in")


def make_tables(tx: Connection, views: Sequence[View]) -> None:
    """The tables of views, checkpoints and parking, where they are missing."""
    database.make_tables(tx, checkpoints.metadata, parking.metadata, *(view.metadata for view in views))


def transient(fault: BaseException) -> bool:
    """Whether it may pass by itself: the database is away, busy or full; not: the statement is wrong."""
    if isinstance(fault, JournalUnavailable | JournalBusy | WrongVersion | WriteTurnTimeout | PoolExhausted):
        return True
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return True
    wrong = isinstance(fault, OperationalError) and ("no such" in str(fault.orig) or "syntax" in str(fault.orig))
    return isinstance(fault, OperationalError | InterfaceError) and not wrong
