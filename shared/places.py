"""Where a journal position stands in a topic, found by looking at the records: for whoever lost count of the offsets.

Start at :func:`places_after`. Positions rise within a partition, the first time each comes; a relay that crashed or
stood still has shipped some again, perhaps after later ones. Any place from which everything above the position
follows will do, since readers drop what they have.
"""

from collections.abc import Iterator

from shared.cloudevents import NotAnEvent, from_record
from shared.events import Recorded
from shared.log import Log, LogUnavailable, Record
from shared.merging import Gap, Place

READ_SECONDS_MAX = 10.0
LATE_MAX = 1_000  # records that may have come again after the highest: two relays that stood still with a batch each


def places_after(log: Log, topic: str, position: int) -> dict[int, Place]:
    """Where to read on, in each partition, for everything above ``position``.

    Raises :class:`Gap` if the log lacks something between, and :class:`LogUnavailable`.
    """
    return {p: _place(log, topic, p, end, position) for p, end in log.positions(topic).items()}


def tails(log: Log, topic: str) -> dict[int, Recorded]:
    """The event with the highest position of every partition that has one. Raises :class:`LogUnavailable`."""
    ends = log.positions(topic)
    return {p: _highest(log, topic, p, end) for p, end in ends.items() if end}


def record_at(log: Log, topic: str, partition: int, offset: int) -> Record:
    """Raises :class:`LogUnavailable`."""
    records = log.read({(topic, partition): offset}, 1, READ_SECONDS_MAX)
    if not records:
        raise LogUnavailable(f"{topic}/{partition}@{offset}: the record could not be read")
    return records[0]


def _highest(log: Log, topic: str, partition: int, end: int) -> Recorded:
    late = _records(log, topic, partition, max(0, end - LATE_MAX), end)
    return max(map(from_record, late), key=lambda event: event.position)


def _records(log: Log, topic: str, partition: int, start: int, end: int) -> Iterator[Record]:
    while start < end:
        records = log.read({(topic, partition): start}, min(LATE_MAX, end - start), wait=READ_SECONDS_MAX)
        if not records:
            raise LogUnavailable(f"{topic}/{partition}@{start}: the record could not be read")
        yield from records
        start = records[-1].offset + 1


def _place(log: Log, topic: str, partition: int, end: int, position: int) -> Place:
    low, high = 0, end
    while low < high:
        middle = (low + high) // 2
        if _position(record_at(log, topic, partition, middle)) > position:
            high = middle
        else:
            low = middle + 1
    found = _place_at(log, topic, partition, low, end, position)
    return found or _first_above(log, topic, partition, end, position)


def _place_at(log: Log, topic: str, partition: int, offset: int, end: int, position: int) -> Place | None:
    """The place where the search has ended, unless records that came again have led it astray."""
    if offset < end:
        after = record_at(log, topic, partition, offset).header("after")
        return Place(offset, int(after)) if after.isdecimal() and int(after) <= position else None
    highest = _highest(log, topic, partition, end).position if end else 0
    return Place(end, highest) if highest <= position else None


def _first_above(log: Log, topic: str, partition: int, end: int, position: int) -> Place:
    """Read from the beginning: the first record above the position, which says that nothing lies between."""
    for record in _records(log, topic, partition, 0, end):
        if (here := _position(record)) > position:
            after = record.header("after")
            if not after.isdecimal() or int(after) > position:
                where = f"{topic}/{partition}@{record.offset}"
                raise Gap(f"{where}: {here} comes after {after or 'nothing named'}, seen {position}")
            return Place(record.offset, int(after))
    raise Gap(f"{topic}/{partition} ends below {position}")


def _position(record: Record) -> int:
    try:
        return from_record(record).position
    except NotAnEvent as fault:
        raise Gap(f"{record.topic}/{record.partition}@{record.offset}: {fault}") from fault
