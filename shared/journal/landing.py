"""Appends awaited on an event loop: their outcomes come back to it together, with one call a batch.

Start at :func:`landed`. The writer's thread answers many commands at once; to wake the loop for each of them would cost
more than the answer.
"""

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections import deque
from contextlib import suppress
from threading import Lock
from weakref import WeakKeyDictionary

from shared.journal import Append, Journal, JournalError, Outcome, Pending


class Landing:
    """The way back to one event loop."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._ended: deque[tuple[Future[Outcome], Pending]] = deque()
        self._called = False
        self._lock = Lock()

    def ended(self, future: "Future[Outcome]", pending: Pending) -> None:
        """Called by the thread that writes."""
        with self._lock:
            self._ended.append((future, pending))
            if self._called:
                return
            self._called = True
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._land)

    def _land(self) -> None:
        with self._lock:
            ended, self._ended, self._called = self._ended, deque(), False
        for future, pending in ended:
            if future.done():
                continue  # who asked has gone; what was asked is done all the same
            try:
                future.set_result(pending.result())
            except JournalError as refused:
                future.set_exception(refused)


_landings: "WeakKeyDictionary[AbstractEventLoop, Landing]" = WeakKeyDictionary()


async def landed(journal: Journal, append: Append) -> Outcome:
    """:meth:`Journal.append` for an event loop. Raises what it raises."""
    loop = get_running_loop()
    landing = _landings.get(loop)
    if landing is None:
        landing = _landings.setdefault(loop, Landing(loop))
    future: Future[Outcome] = loop.create_future()
    journal.submit(append, lambda pending: landing.ended(future, pending))
    return await future
