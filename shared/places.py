"""Where a journal position stands in a topic, found by looking at the records: for whoever lost count of the offsets.

Start at :func:`places_after`. Positions rise within a partition; where a relay shipped some again after a crash, any
place from which everything above the position follows will do, since readers drop what they have.
"""

from shared.cloudevents import NotAnEvent, from_record
from shared.events import Recorded
from shared.log import Log, LogUnavailable, Record
from shared.merging import Gap, Place

READ_SECONDS_MAX = 10.0


def places_after(log: Log, topic: str, position: int) -> dict[int, Place]:
    """Where to read on, in each partition, for everything above ``position``.

    Raises :class:`Gap` if the log lacks something between, and :class:`LogUnavailable`.
    """
    return {p: _place(log, topic, p, end, position) for p, end in log.positions(topic).items()}


def tails(log: Log, topic: str) -> dict[int, Recorded]:
    """The last event of every partition that has one. Raises :class:`LogUnavailable`."""
    ends = log.positions(topic)
    return {p: from_record(record_at(log, topic, p, end - 1)) for p, end in ends.items() if end}


def record_at(log: Log, topic: str, partition: int, offset: int) -> Record:
    """Raises :class:`LogUnavailable`."""
    records = log.read({(topic, partition): offset}, 1, wait=READ_SECONDS_MAX)
    if not records:
        raise LogUnavailable(f"{topic}/{partition}@{offset}: the record could not be read")
    return records[0]


def _place(log: Log, topic: str, partition: int, end: int, position: int) -> Place:
    low, high = 0, end
    while low < high:
        middle = (low + high) // 2
        if _position(record_at(log, topic, partition, middle)) > position:
            high = middle
        else:
            low = middle + 1
    if low < end:
        following = record_at(log, topic, partition, low)
        after = following.header("after")
        if not after.isdecimal() or int(after) > position:
            where = f"{topic}/{partition}@{low}"
            raise Gap(f"{where}: {_position(following)} comes after {after or 'nothing named'}, seen {position}")
        return Place(low, int(after))
    return Place(end, _position(record_at(log, topic, partition, end - 1)) if end else 0)


def _position(record: Record) -> int:
    try:
        return from_record(record).position
    except NotAnEvent as fault:
        raise Gap(f"{record.topic}/{record.partition}@{record.offset}: {fault}") from fault
