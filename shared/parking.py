"""Events that a view or reaction could not digest: they wait here with all later events of the same stream.

Other streams flow on. ``gongkai parked list|show|retry|discard`` calls the functions of this file.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    func,
    select,
)

from shared import checkpoints
from shared.cloudevents import from_structured, instant, structured
from shared.events import Recorded

metadata = MetaData()
parked = Table(
    "follow_parked",
    metadata,
    Column("follower", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("stream", String, nullable=False),
    Column("event", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("parked_at", String, nullable=False),
)
_STREAMS = select(parked.c.follower, parked.c.stream).where(
    parked.c.follower.in_(bindparam("followers", expanding=True)), parked.c.source == bindparam("in")
)
Apply = Callable[[Connection, Recorded], None]
React = Callable[[Recorded], None]


@dataclass(frozen=True, slots=True)
class Parked:
    """A stream that waits: how many events of it, why the first of them failed, and since when."""

    follower: str
    source: str
    stream: str
    events: int
    first: int
    reason: str
    since: str


@dataclass(frozen=True, slots=True)
class Retried:
    """``left`` events wait on; ``reason`` says why, if any do."""

    applied: int
    left: int
    reason: str = ""


def park(tx: Connection, follower: str, event: Recorded, reason: str, at: datetime) -> None:
    row = {
        "follower": follower,
        "source": event.service,
        "position": event.position,
        "stream": event.stream,
        "event": json.dumps(structured(event, ""), ensure_ascii=False),
        "reason": reason,
        "parked_at": instant(at),
    }
    tx.execute(parked.insert().values(row))


def streams(tx: Connection, followers: Iterable[str], source: str) -> set[tuple[str, str]]:
    """The (follower, stream) pairs that wait."""
    found = tx.execute(_STREAMS, {"followers": list(followers), "in": source})
    return {(row.follower, row.stream) for row in found}


def waiting(engine: Engine) -> list[Parked]:
    """Every stream that waits, the oldest first."""
    c = parked.c
    group = (
        select(c.follower, c.source, c.stream, func.count().label("events"), func.min(c.position).label("first"))
        .group_by(c.follower, c.source, c.stream)
        .subquery()
    )
    at_first = (c.follower == group.c.follower) & (c.source == group.c.source) & (c.position == group.c.first)
    question = select(group, c.reason, c.parked_at).join(parked, at_first).order_by(c.parked_at, c.position)
    with engine.connect() as tx:
        return [
            Parked(r.follower, r.source, r.stream, r.events, r.first, r.reason, r.parked_at)
            for r in tx.execute(question)
        ]


def show(engine: Engine, follower: str, source: str, stream: str) -> list[tuple[Recorded, str]]:
    """The events of a stream that wait, in order, each with its reason."""
    with engine.connect() as tx:
        return _events(tx, follower, source, stream)


def retry(engine: Engine, follower: str, source: str, stream: str, apply: Apply) -> Retried:
    """Apply the waiting events in order until one fails; ``apply`` is the view's own."""
    done, reason = 0, ""
    with engine.begin() as tx:
        checkpoints.lock(tx, [follower])
        events = [event for event, _ in _events(tx, follower, source, stream)]
        for event in events:
            where = (*_these(follower, source, stream), parked.c.position == event.position)
            try:
                with tx.begin_nested():
                    apply(tx, event)
            except Exception as fault:  # noqa: BLE001 - whatever made it fail is what the operator wants to see
                reason = reason_of(fault)
                tx.execute(parked.update().where(*where).values(reason=reason))
                break
            tx.execute(parked.delete().where(*where))
            done += 1
    return Retried(done, len(events) - done, reason)


def retry_outside(engine: Engine, follower: str, source: str, stream: str, react: React) -> Retried:
    """The same for a reaction, whose commands have their own transactions; a repeated one changes nothing."""
    events = show(engine, follower, source, stream)
    for done, (event, _) in enumerate(events):
        where = (*_these(follower, source, stream), parked.c.position == event.position)
        try:
            react(event)
        except Exception as fault:  # noqa: BLE001 - whatever made it fail is what the operator wants to see
            reason = reason_of(fault)
            with engine.begin() as tx:
                tx.execute(parked.update().where(*where).values(reason=reason))
            return Retried(done, len(events) - done, reason)
        with engine.begin() as tx:
            tx.execute(parked.delete().where(*where))
    return Retried(len(events), 0)


def discard(engine: Engine, follower: str, source: str, stream: str) -> int:
    """Give the waiting events of a stream up for good; the view will lack them until it is rebuilt."""
    with engine.begin() as tx:
        checkpoints.lock(tx, [follower])
        return tx.execute(parked.delete().where(*_these(follower, source, stream))).rowcount


def forget(tx: Connection, follower: str) -> None:
    """A rebuilt view has read everything: nothing of it waits any more."""
    tx.execute(parked.delete().where(parked.c.follower == follower))


def reason_of(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else ''}"[:500]


def _these(follower: str, source: str, stream: str) -> tuple[ColumnElement[bool], ...]:
    return (parked.c.follower == follower, parked.c.source == source, parked.c.stream == stream)


def _events(tx: Connection, follower: str, source: str, stream: str) -> list[tuple[Recorded, str]]:
    question = select(parked).where(*_these(follower, source, stream)).order_by(parked.c.position)
    return [(from_structured(json.loads(row.event)), row.reason) for row in tx.execute(question)]
