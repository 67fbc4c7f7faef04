"""The grammar of tests: given what had happened, when someone does or asks this, then that is what follows.

``scenario`` runs a decider, ``view_scenario`` a read model over an SQLite in memory. A keyword call, so that ``then``
cannot be forgotten.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from shared.decider import Decider, Refused
from shared.events import Context, Event, Recorded, Registry
from shared.follow import View

S = TypeVar("S")
C = TypeVar("C")
F = TypeVar("F", bound=Event)
V = TypeVar("V", bound=View)

RECORDED_AT = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


def scenario(decider: Decider[S, C, F], *, given: Sequence[F], when: C, then: Sequence[F] | Refused) -> None:
    """The facts that follow from a command, or the refusal."""
    state = decider.replay(given)
    if isinstance(then, Refused):
        try:
            answer: Any = decider.decide(state, when)
        except Refused as refusal:
            answer = refusal
        assert answer == then, f"expected {then!r}, got {answer!r}"  # noqa: S101 - this is the assertion of tests
        return
    facts = decider.decide(state, when)
    assert list(facts) == list(then), f"expected {list(then)!r}, got {facts!r}"  # noqa: S101 - this is the assertion of tests
    decider.replay(facts, state)  # what was decided must also fold


def recorded(
    registry: Registry,
    stream: str,
    event: Event,
    position: int,
    *,
    version: int = 1,
    town: str = "fengyang",
    actor: str = "nobody",
    post: str = "",
    organisation: str = "",
    at: datetime = RECORDED_AT,
) -> Recorded:
    """An event as a follower would hand it to a view."""
    return Recorded(
        service=registry.service,
        position=position,
        stream=stream,
        version=version,
        event_id=f"00000000-0000-7000-8000-{position:012d}",
        type=registry.type_of(event),
        recorded_at=at,
        data=event.model_dump(mode="json"),
        context=Context(town=town, actor=actor, post=post, organisation=organisation),
    )


def view_of(cls: type[V], events: Iterable[Recorded]) -> V:
    """A view over a database in memory that has read these events."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    view = cls(engine)
    view.metadata.create_all(engine)
    with engine.begin() as tx:
        for event in events:
            view.apply(tx, event)
    return view


def view_scenario(cls: type[V], *, given: Iterable[Recorded], when: Callable[[V], Any], then: Any) -> None:
    """The answer a view gives to a question after these events."""
    answer = when(view_of(cls, given))
    assert answer == then, f"expected {then!r}, got {answer!r}"  # noqa: S101 - this is the assertion of tests
