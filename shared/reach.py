"""Whose rows the work in hand may touch: the towns of a reader, or all of them for the service's own threads.

Start at :func:`service` for a thread of the platform's own and :func:`narrow` for a request. ``shared.database`` tells
PostgreSQL, whose policies (``shared.walls``) let nothing else through; where nothing was said, there are no rows.
SQLite has no such wall.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
SETTINGS = ("gongkai.reach", "gongkai.towns", "gongkai.person")  # what PostgreSQL is told
NOTHING, READER, COUNTY, SERVICE = "", "reader", "county", "service"


@dataclass
class Reach:
    """``level`` is one of the four above; ``towns`` and ``person`` narrow a reader's.

    One value goes with one request, from the outermost layer to every worker thread, and is filled in once it is known
    who asks.
    """

    level: str = NOTHING
    towns: frozenset[str] = field(default_factory=frozenset)
    person: str = ""


_now: ContextVar[Reach | None] = ContextVar("gongkai_reach", default=None)
_ALL = Reach(SERVICE)


def current() -> Reach:
    """The reach of the work in hand; :data:`NOTHING` where nobody has said any."""
    return _now.get() or Reach()


def narrow(person: str, towns: frozenset[str], *, county: bool) -> None:
    """From here on the request is a reader's from these towns; ``county``: one whose post reaches into every town."""
    now = current()
    if now.level == SERVICE:
        raise RuntimeError("a request is not answered with the reach of the service")
    now.level = COUNTY if county else READER
    now.towns, now.person = towns, person


@contextmanager
def of(reach: Reach) -> Iterator[Reach]:
    token = _now.set(reach)
    try:
        yield reach
    finally:
        _now.reset(token)


def a_request() -> AbstractContextManager[Reach]:
    """The reach of a request of which nothing is known yet: what society may see."""
    return of(Reach(READER))


def service() -> AbstractContextManager[Reach]:
    """The platform's own work: relays, followers, tickers, rebuilds, and questions every decision stands on."""
    return of(_ALL)


def as_service(function: Callable[P, T]) -> Callable[P, T]:
    """The function, always run with the reach of the service."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        with of(_ALL):
            return function(*args, **kwargs)

    return wrapped
