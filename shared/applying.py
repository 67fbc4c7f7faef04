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
from shared.personal_data.key_store import KeysUnavailable
from shared.reacting import Reactor
from shared.service import Reaction

REACTIONS_AT_ONCE = 50  # events between two checkpoints of a reaction
STREAM_WAITS = "an earlier event of the stream waits"
Waiting = set[tuple[str, str]]  # view or reaction, stream


class ViewReplaced(Exception):
    """The view's rows are another program version's by now: this one must not write into them."""


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
        """How far each view has come of the batch's source, and with them the reactions that it is nothing to."""
        views = [view for view in self.views if batch.source in view.hears]
        idle = [r.name for r in self.reactions if batch.source in r.hears and not r.wants(batch)]
        if not (views or idle) or not batch.events:
            return {}
        try:
            return self._views_see(views, idle, batch, self._all_at_once)
        except Exception as fault:
            if transient(fault):
                raise
            return self._views_see(views, idle, batch, self._one_by_one)

    def reactions_see(self, batch: Batch, stop: Event) -> Iterator[dict[Key, int]]:
        """How far each reaction has come, a few events at a time."""
        for reaction in self.reactions:
            if batch.source not in reaction.hears or not reaction.wants(batch):
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

    def _views_see(self, views: Sequence[View], idle: Sequence[str], batch: Batch, bring: "Bringing") -> dict[Key, int]:
        names = [*(view.name for view in views), *idle]
        last = batch.events[-1].position
        with self.observer.applying(self.service, batch.source, batch.events):
            with self.engine.begin() as tx:
                at = {name: cp for (name, source), cp in checkpoints.lock(tx, names).items() if source == batch.source}
                _must_be_ours(views, at)
                _must_be_next(batch, at)
                waiting = parking.streams(tx, names, batch.source)
                for view in views:
                    fresh = _heeded(view, [event for event in batch.events if event.position > at[view.name].position])
                    bring(tx, view, fresh, waiting)
                moved = {name for name in names if at[name].position < last}
                checkpoints.save(tx, {(name, batch.source): Checkpoint(last, batch.places) for name in moved})
            for name in sorted(moved):
                self.observer.followed(self.service, name, batch.source, last, last - at[name].position)
        return {(name, batch.source): max(last, at[name].position) for name in names}

    def _all_at_once(self, tx: Connection, view: View, events: Sequence[Recorded], waiting: Waiting) -> None:
        """Only what belongs to no parked stream is for the view now."""
        parked = {stream for name, stream in waiting if name == view.name}
        for event in events:
            if event.stream in parked:
                self._park(tx, view, event)
        flowing = [event for event in events if event.stream not in parked] if parked else events
        if flowing:
            view.apply_many(tx, flowing)

    def _one_by_one(self, tx: Connection, view: View, events: Sequence[Recorded], waiting: Waiting) -> None:
        for event in events:
            if (view.name, event.stream) in waiting:
                self._park(tx, view, event)
            elif reason := _refusal(tx, view, event):
                self._park(tx, view, event, reason)
                waiting.add((view.name, event.stream))
                self.observer.parked(self.service, view.name, event.service, event.stream, reason)

    def _park(self, tx: Connection, view: View, event: Recorded, reason: str = STREAM_WAITS) -> None:
        parking.park(tx, view.name, event, reason, self.clock.now())

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

    def _react(self, reaction: Reaction, event: Recorded, waiting: Waiting) -> str:
        """Why the event must wait, or ''."""
        if (reaction.name, event.stream) in waiting:
            return STREAM_WAITS
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


Bringing = Callable[[Connection, View, Sequence[Recorded], Waiting], None]


def _heeded(view: View, events: Sequence[Recorded]) -> Sequence[Recorded]:
    heeds = view.heeds
    return [event for event in events if event.name in heeds.get(event.service, (event.name,))] if heeds else events


def _refusal(tx: Connection, view: View, event: Recorded) -> str:
    """Why the event could not be applied, or ''; nothing of it is left behind."""
    try:
        with tx.begin_nested():
            view.apply(tx, event)
    except Exception as fault:
        if transient(fault):
            raise
        return parking.reason_of(fault)
    return ""


def _must_be_ours(views: Sequence[View], at: Mapping[str, Checkpoint]) -> None:
    """Raises :class:`ViewReplaced`."""
    for view in views:
        if at[view.name].definition not in ("", view.definition):
            raise ViewReplaced(f"{view.name} was rebuilt for another version of the program: start that version")


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
    journal = JournalUnavailable | JournalBusy | WrongVersion
    away = journal | ViewReplaced | WriteTurnTimeout | PoolExhausted | KeysUnavailable
    if isinstance(fault, away):
        return True
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return True
    wrong = isinstance(fault, OperationalError) and ("no such" in str(fault.orig) or "syntax" in str(fault.orig))
    return isinstance(fault, OperationalError | InterfaceError) and not wrong
