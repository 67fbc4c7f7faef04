"""How a journal stands to what the log has of it: the same, ahead (the usual), behind, or parted from it.

Start at :func:`must_continue`. A journal that is behind was restored from an older backup, or emptied: whatever it
decided now would take positions that the log has given to other events.
"""

from collections.abc import Mapping

from shared import places
from shared.events import Recorded
from shared.journal import Journal
from shared.log import Log


class JournalForked(Exception):
    """The log has another event at a position than the journal has: their histories have parted."""


class JournalBehind(JournalForked):
    """The log has positions above the journal's end."""


def must_continue(journal: Journal, log: Log, topic: str) -> Mapping[int, Recorded]:
    """The last event of each partition, all of which the journal must have.

    Raises :class:`JournalBehind`, :class:`JournalForked` and :class:`~shared.log.LogUnavailable`.
    """
    service, tails = journal.service, places.tails(log, topic)
    head = journal.head()
    for partition, tail in tails.items():
        known = journal.read(tail.position - 1, 1) if tail.position <= head else ()
        if known and known[0].event_id != tail.event_id:
            raise JournalForked(
                f"partition {partition} of the log ends with another event at {tail.position} than the journal of "
                f"{service} has: `gongkai verify {service}` says where they part; until then it decides nothing"
            )
    end = max((tail.position for tail in tails.values()), default=0)
    if end > head:
        option = " --tail" if head else ""
        raise JournalBehind(
            f"the journal of {service} ends at {head} and the log at {end}: stop the service and run "
            f"`gongkai restore {service} --from-log{option}`; until then it decides nothing"
        )
    return tails
