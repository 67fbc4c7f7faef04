"""How long relays and followers rest after a batch, so that what comes meanwhile goes together.

Start at :class:`Pace`. Each batch has its price whatever is in it. Where the process has time to spare, its rests are
short and events are soon where they belong; the busier it is, the longer they grow, so that batches are larger and
commands are answered meanwhile.
"""

from time import monotonic, process_time

REST_SECONDS_MIN = 0.003
REST_SECONDS_MAX = 0.1  # the most that resting adds to the way of an event
REST_SHARE = 1.0  # of what a batch took, where half of the process's time is taken


class Pace:
    """The rests of one thread; the whole process's work counts, for its threads share one interpreter."""

    def __init__(self) -> None:
        self._asked, self._worked = monotonic(), process_time()

    def rest_after(self, took: float) -> float:
        """Seconds of rest after a batch that took so many, and was not full."""
        now, worked = monotonic(), process_time()
        passed, busy = now - self._asked, worked - self._worked
        self._asked, self._worked = now, worked
        spare = max(0.0, passed - busy)
        return rest(took, busy / spare) if spare else REST_SECONDS_MAX


def rest(took: float, busy: float) -> float:
    """``busy``: seconds worked for each second to spare, as 1 where half of the time is taken."""
    return min(REST_SECONDS_MAX, max(REST_SECONDS_MIN, REST_SHARE * took * busy))
