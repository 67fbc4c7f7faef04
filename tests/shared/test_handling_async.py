"""Commands handled on an event loop: the same answers as in a thread, and none where memory has what is needed."""

import asyncio
from functools import partial
from typing import Any

import pytest

from shared.decider import Refused
from shared.handling import Handler
from shared.journal import CommandReused, Outcome, WrongVersion
from shared.journal.sql import SqlJournal
from tests.shared.journals import must_be_complete
from tests.shared.test_handling import BOX, REGISTRY, add, amounts, by, journal

__all__ = ["journal"]


@pytest.fixture
def handler(journal: SqlJournal) -> Handler:
    return Handler(journal, REGISTRY)


def done(*awaited: Any) -> list[Any]:
    """What they come to, all on one event loop at once; a refusal is an answer too."""

    async def together() -> list[Any]:
        return await asyncio.gather(*awaited, return_exceptions=True)

    return asyncio.run(together())


def warm(handler: Handler, *boxes: str) -> None:
    for box in boxes:
        handler.handle(add(1, box), context=by())


def never(*_: object, **__: object) -> Outcome:
    raise AssertionError("a thread was asked")


def test_many_commands_are_under_way_on_one_loop(handler: Handler, journal: SqlJournal) -> None:
    boxes = [str(n) for n in range(40)]
    warm(handler, *boxes)
    handler.handle = never  # type: ignore[method-assign]  # nothing may need a thread
    outcomes = done(*(handler.handled(add(1, box), context=by()) for box in boxes))
    assert sorted(o.position for o in outcomes) == list(range(41, 81))
    assert len(must_be_complete(journal)) == 80
    assert all(handler.state(BOX, box) == (2, 2) for box in boxes)


def test_what_is_not_in_memory_is_read_in_a_thread(handler: Handler, journal: SqlJournal) -> None:
    (outcome,) = done(handler.handled(add(5), context=by()))
    assert outcome.position == 1
    assert handler.remembers(BOX, "1", 1)
    assert not handler.remembers(BOX, "1", 2)
    assert not handler.remembers(BOX, "2", 1)
    assert amounts(journal) == [5]


def test_all_who_race_for_one_stream_get_through_once(handler: Handler, journal: SqlJournal) -> None:
    warm(handler, "1")
    outcomes = done(*(handler.handled(add(1), context=by(f"c-{n}")) for n in range(20)))
    assert sorted(o.position for o in outcomes) == list(range(2, 22))
    assert amounts(journal) == [1] * 21


def test_a_refusal_stands_only_on_what_the_journal_holds(handler: Handler, journal: SqlJournal) -> None:
    warm(handler, "1")
    elsewhere = Handler(journal, REGISTRY)
    elsewhere.handle(add(99), context=by())
    (full,) = done(handler.handled(add(1), context=by()))
    assert full == Refused("BOX_FULL", "")
    assert amounts(journal) == [1, 99]


def test_a_retry_gets_the_first_answer(handler: Handler, journal: SqlJournal) -> None:
    warm(handler, "1")
    again = partial(handler.handled, add(60), context=by("c-1"), fingerprint="f")
    (first,) = done(again())
    (second,) = done(again())
    (other,) = done(handler.handled(add(1), context=by("c-1"), fingerprint="g"))
    assert (first.repeated, second.repeated, second.position) == (False, True, first.position)
    assert isinstance(other, CommandReused)
    assert amounts(journal) == [1, 60]


def test_the_same_command_twice_at_once_is_done_once(handler: Handler, journal: SqlJournal) -> None:
    warm(handler, "1")
    outcomes = done(*(handler.handled(add(7), context=by("c-1"), fingerprint="f") for _ in range(8)))
    assert {o.position for o in outcomes} == {2}
    assert sum(not o.repeated for o in outcomes) == 1
    assert amounts(journal) == [1, 7]


def test_a_caller_who_is_behind_is_told_where_it_stands(handler: Handler, journal: SqlJournal) -> None:
    warm(handler, "1")
    Handler(journal, REGISTRY).handle(add(1), context=by())
    (behind,) = done(handler.handled(add(1), context=by(), expected_version=1))
    assert isinstance(behind, WrongVersion)
    assert behind.actual == 2
    assert amounts(journal) == [1, 1]


def test_whoever_stops_waiting_stops_nothing(handler: Handler, journal: SqlJournal) -> None:
    warm(handler, "1", "2")

    async def leave() -> Outcome:
        gone = asyncio.create_task(handler.handled(add(1), context=by()))
        await asyncio.sleep(0)
        gone.cancel()
        return await handler.handled(add(1, "2"), context=by())

    assert asyncio.run(leave()).position == 4
    assert len(must_be_complete(journal)) == 4
