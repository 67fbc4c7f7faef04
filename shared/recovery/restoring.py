"""A service brought back from the log: its journal as it was, its views, and its reactions where they stood.

Start at :func:`restore_journal`. Nothing is guessed: a gap in the log ends it with an alarm, and what was put back
until then can be gone on with.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import merge
from itertools import groupby, islice
from uuid import UUID

from shared import checkpoints
from shared.applying import transient
from shared.checkpoints import Checkpoint, Key
from shared.cloudevents import topic_of
from shared.events import Recorded
from shared.follow import View
from shared.following import Follower
from shared.intake import LogIntake
from shared.journal import Journal
from shared.log import Log, partition_of
from shared.merging import Batch, Gap, Place
from shared.places import places_after, tails
from shared.recovery.comparing import content_hash
from shared.recovery.findings import Progress, unseen
from shared.recovery.reading import journal_events
from shared.recovery.rows import JournalRows

BATCH = 2_000
REACTED_AGAIN = 500  # events before the last one that led to something: what a crash may have left half done


class NotEmpty(Exception):
    """The journal holds events already."""


class NotABeginning(Exception):
    """The journal is not the beginning of what the log has: it went its own way."""


def end_of(log: Log, county: str, service: str) -> int:
    """The last position that the log has of a service; 0 if it has none. Raises :class:`LogUnavailable`."""
    return max((last.position for last in tails(log, topic_of(county, service)).values()), default=0)


def restore_journal(
    rows: JournalRows, journal: Journal, log: Log, county: str, *, tail: bool = False, progress: Progress = unseen
) -> int:
    """Put back what the log has and the journal has not; the journal's position then.

    Without ``tail`` the journal must be empty. Raises :class:`NotEmpty`, :class:`NotABeginning`, :class:`Gap`,
    :class:`LogUnavailable`, and :class:`~shared.lease.LeaseLost` if a service takes over meanwhile.
    """
    head = rows.head()
    if head and not tail:
        raise NotEmpty(f"the journal of {rows.service} holds {head} events")
    end = end_of(log, county, rows.service)
    if end < head:
        return head
    for part, places in whole_commands(log, county, journal, head):
        rows.put(part, places)
        head = part[-1].position
        progress(head, end)
    return head


def whole_commands(
    log: Log, county: str, journal: Journal, head: int
) -> Iterator[tuple[Sequence[Recorded], dict[int, int]]]:
    """What the log has above ``head``, cut between commands, with the last position then in each partition."""
    topic = topic_of(county, journal.service)
    partitions = log.partitions(topic)
    places = places_after(log, topic, head)
    _must_be_the_same(log, county, journal, head)
    last = {p: place.last for p, place in places.items() if place.last}
    held: list[Recorded] = []
    for event in of_source(log, county, journal.service, Checkpoint(head, places)):
        if len(held) >= BATCH and event.context.command_id != held[-1].context.command_id:
            yield held, dict(last)
            held = []
        held.append(event)
        last[partition_of(event.stream.encode(), partitions)] = event.position
    if held:
        yield held, dict(last)


def of_source(log: Log, county: str, source: str, start: Checkpoint) -> Iterator[Recorded]:
    """Everything the log has of a service from a place on, in journal order. Raises :class:`Gap`."""
    for batch in batches_of(LogIntake(log, county, {source: start}), source):
        yield from batch.events


def batches_of(intake: LogIntake, source: str) -> Iterator[Batch]:
    while True:
        found = intake.fetch(0.2)
        if source in intake.gaps:
            raise Gap(f"{source}: {intake.gaps[source]}")
        yield from found
        if not found and (source in intake.missing or intake.at_end(source)):
            return


def _must_be_the_same(log: Log, county: str, journal: Journal, head: int) -> None:
    """Where the journal ends, the log must have the very same event."""
    if not head:
        return
    before = places_after(log, topic_of(county, journal.service), head - 1)
    (mine,) = journal.read(head - 1, 1)
    theirs = next(of_source(log, county, journal.service, Checkpoint(head - 1, before)), None)
    if theirs is None or content_hash(theirs, county) != content_hash(mine, county):
        what = "nothing" if theirs is None else "another event"
        raise NotABeginning(f"{journal.service} ends at {head}, where the log has {what}")


def restore_views(follower: Follower, views: Sequence[View], progress: Progress = unseen) -> int:
    """Bring everything to ``views`` that they hear, in the order in which it was recorded; how many events that was.

    What a view cannot digest is parked, as its follower would do. Can be run again after a crash.
    """
    sources = sorted({source for view in views for source in view.hears})
    intakes = {s: LogIntake(follower.log, follower.county, {s: Checkpoint()}) for s in sources if s != follower.service}
    events = merge(*(_events(follower, source, intakes.get(source)) for source in sources), key=_recorded_at)
    done = 0
    while chunk := list(islice(events, BATCH)):
        _bring(follower, views, chunk)
        done += len(chunk)
        progress(done, done)
    with follower.engine.begin() as tx:
        at = checkpoints.lock(tx, [view.name for view in views])
        checkpoints.save(tx, {key: replace(at[key], places=_places(intakes, key[1])) for key in _keys(views)})
    return done


def _events(follower: Follower, source: str, intake: LogIntake | None) -> Iterator[Recorded]:
    if intake is None:
        found = journal_events(follower.journal, 0, follower.journal.head())
        return (event for event in found if isinstance(event, Recorded))
    return (event for batch in batches_of(intake, source) for event in batch.events)


def _bring(follower: Follower, views: Sequence[View], chunk: Sequence[Recorded]) -> None:
    reached = {event.service: event.position for event in chunk}
    try:
        with follower.engine.begin() as tx:
            at = checkpoints.lock(tx, [view.name for view in views])
            for view in views:
                fresh = [e for e in chunk if e.service in view.hears and e.position > at[view.name, e.service].position]
                if fresh:
                    view.apply_many(tx, fresh)
            moved = {key for key in _keys(views) if reached.get(key[1], 0) > at[key].position}
            checkpoints.save(tx, {key: Checkpoint(reached[key[1]]) for key in moved})
    except Exception as fault:
        if transient(fault):
            raise
        applier = replace(follower.applier, views=views)
        for source, run in groupby(chunk, key=lambda event: event.service):
            applier.views_see(Batch(source, tuple(run)))


def _keys(views: Sequence[View]) -> list[Key]:
    return [(view.name, source) for view in views for source in view.hears]


def _places(intakes: dict[str, LogIntake], source: str) -> dict[int, Place]:
    intake = intakes.get(source)
    return dict(intake.merges[source].taken) if intake and source in intake.merges else {}


def _recorded_at(event: Recorded) -> datetime:
    return event.recorded_at


def place_reactions(follower: Follower) -> dict[Key, int]:
    """Have each reaction go on a little before the last event that led to something here, and say where that is.

    Before it nothing is reacted to again; behind it, what was done is recognised by the ids of its commands.
    """
    caused = _causes(follower.journal)
    found: dict[str, int] = {}
    for source in {source for reaction in follower.reactions for source in reaction.hears}:
        intake = (
            None if source == follower.service else LogIntake(follower.log, follower.county, {source: Checkpoint()})
        )
        led = (event.position for event in _events(follower, source, intake) if _among(caused, event.event_id))
        found[source] = max(0, max(led, default=0) - REACTED_AGAIN)
    placed = {(r.name, source): found[source] for r in follower.reactions for source in r.hears}
    with follower.engine.begin() as tx:
        checkpoints.ensure(tx, placed)
        checkpoints.save(tx, {key: _checkpoint(follower, key[1], at) for key, at in placed.items()})
    return placed


def _checkpoint(follower: Follower, source: str, at: int) -> Checkpoint:
    if source == follower.service or not at:
        return Checkpoint(at)
    return Checkpoint(at, places_after(follower.log, topic_of(follower.county, source), at))


def _causes(journal: Journal) -> "array[int]":
    """The events of others, or of its own, that led to something in this journal: 8 bytes each, sorted."""
    events = journal_events(journal, 0, journal.head())
    return array("Q", sorted({_short(e.context.causation_id) for e in events if isinstance(e, Recorded)}))


def _among(sorted_ids: "array[int]", event_id: str) -> bool:
    at = bisect_left(sorted_ids, wanted := _short(event_id))
    return at < len(sorted_ids) and sorted_ids[at] == wanted


def _short(event_id: str) -> int:
    try:
        return UUID(event_id).int & 0xFFFF_FFFF_FFFF_FFFF
    except ValueError:
        return 0
