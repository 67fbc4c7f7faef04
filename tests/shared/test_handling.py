"""Handling a command: decided on what the journal holds, done once, all or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from shared.decider import Decider, Refused
from shared.events import Context, Event, Recorded, Registry
from shared.handling import Do, Handler
from shared.journal import CommandReused, Journal, JournalUnavailable, Outcome, WrongVersion
from shared.journal.sql import SqlJournal
from tests.shared.journals import journal_at, must_be_complete, together


class Put(Event):
    amount: int


@dataclass(frozen=True)
class Add:
    """Put so much into the box, which holds 100 at most; adding nothing changes nothing."""

    amount: int


def decide(total: int, command: Add) -> list[Event]:
    if total + command.amount > 100:
        raise Refused("BOX_FULL", f"{total} are in it")
    return [Put(amount=command.amount)] if command.amount else []


def evolve(total: int, event: Event) -> int:
    assert isinstance(event, Put)
    return total + event.amount


BOX: Decider[int, Add, Event] = Decider("box", 0, decide, evolve)
REGISTRY = Registry("catalogue", [Put])


def add(amount: int, box: str = "1") -> Do:
    return Do(BOX, box, Add(amount))


def by(command_id: str = "") -> Context:
    return Context("fengyang", "wang-jianjun", command_id=command_id)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    with journal_at(f"sqlite:///{tmp_path / 'journal.db'}") as journal:
        yield journal


@pytest.fixture
def handler(journal: Journal) -> Handler:
    return Handler(journal, REGISTRY)


@pytest.fixture
def elsewhere(journal: Journal) -> Handler:
    """Another process of the same service: it writes to the same journal, with a cache of its own."""
    return Handler(journal, REGISTRY)


def amounts(journal: Journal) -> list[int]:
    return [recorded.data["amount"] for recorded in must_be_complete(journal)]


def test_a_command_is_decided_on_what_earlier_ones_did(handler: Handler, journal: SqlJournal) -> None:
    outcomes = [handler.handle(add(n), context=by()) for n in (40, 60)]
    assert [(o.position, o.versions) for o in outcomes] == [(1, {"box-1": 1}), (2, {"box-1": 2})]
    with pytest.raises(Refused, match="BOX_FULL"):
        handler.handle(add(1), context=by())
    assert amounts(journal) == [40, 60]


def test_two_commands_for_one_stream_in_one_call_build_on_each_other(handler: Handler, journal: SqlJournal) -> None:
    outcome = handler.handle(add(40), add(5, "2"), add(60), context=by())
    assert (outcome.position, outcome.versions) == (3, {"box-1": 2, "box-2": 1})
    assert handler.state(BOX, "1") == (2, 100)
    with pytest.raises(Refused, match="BOX_FULL"):
        handler.handle(add(60, "3"), add(60, "3"), context=by())
    assert amounts(journal) == [40, 5, 60]


def test_several_commands_are_done_all_or_none(handler: Handler, journal: SqlJournal) -> None:
    with pytest.raises(Refused):
        handler.handle(add(1), add(101, "2"), context=by())
    assert amounts(journal) == []
    assert handler.state(BOX, "1") == (0, 0)


def test_a_retry_gets_the_first_answer_and_changes_nothing(handler: Handler, journal: SqlJournal) -> None:
    first = handler.handle(add(60), context=by("c-1"), fingerprint="f", result={"id": "1"})
    again = handler.handle(add(60), context=by("c-1"), fingerprint="f", result={"id": "1"})
    assert (again.repeated, again.position, again.versions, again.result) == (True, 1, first.versions, {"id": "1"})
    assert amounts(journal) == [60]


def test_a_retry_is_answered_even_if_the_rules_would_now_refuse_it(handler: Handler, elsewhere: Handler) -> None:
    handler.handle(add(60), context=by("c-1"))
    handler.handle(add(40), context=by())
    assert [h.handle(add(60), context=by("c-1")).repeated for h in (handler, elsewhere)] == [True, True]


def test_a_retry_is_answered_even_if_its_own_effect_made_its_expectation_stale(handler: Handler) -> None:
    handler.handle(add(1), context=by("c-1"), expected_version=0)
    assert handler.handle(add(1), context=by("c-1"), expected_version=0).repeated


def test_another_command_under_the_same_id_is_refused(handler: Handler) -> None:
    handler.handle(add(1), context=by("c-1"), fingerprint="f")
    with pytest.raises(CommandReused):
        handler.handle(add(2), context=by("c-1"), fingerprint="g")
    with pytest.raises(CommandReused):
        handler.handle(add(101), context=by("c-1"), fingerprint="g")


def test_a_command_that_changes_nothing_tells_the_version_to_a_retry_too(handler: Handler) -> None:
    handler.handle(add(5), context=by())
    outcomes = [handler.handle(add(0), context=by("c-2")) for _ in range(2)]
    assert [(o.position, o.versions, o.repeated) for o in outcomes] == [
        (1, {"box-1": 1}, False),
        (1, {"box-1": 1}, True),
    ]


def test_what_another_process_wrote_is_seen_before_deciding(
    handler: Handler, elsewhere: Handler, journal: SqlJournal
) -> None:
    handler.handle(add(10), context=by())
    elsewhere.handle(add(80), context=by())
    with pytest.raises(Refused, match="90 are in it"):
        handler.handle(add(20), context=by())
    assert handler.handle(add(10), context=by()).versions == {"box-1": 3}
    assert amounts(journal) == [10, 80, 10]


class Emptied(Event):
    pass


def test_a_refusal_stands_only_on_what_the_journal_holds_now(journal: SqlJournal) -> None:
    registry = Registry("catalogue", [Put, Emptied])

    def emptying(total: int, event: Event) -> int:
        return 0 if isinstance(event, Emptied) else evolve(total, event)

    def decide_empty(_total: int, _command: str) -> list[Event]:
        return [Emptied()]

    box: Decider[int, Add, Event] = Decider("box", 0, decide, emptying)
    empty: Decider[int, str, Event] = Decider("box", 0, decide_empty, emptying)
    handler, elsewhere = Handler(journal, registry), Handler(journal, registry)
    handler.handle(Do(box, "1", Add(100)), context=by())
    elsewhere.handle(Do(empty, "1", "empty it"), context=by())
    assert handler.handle(Do(box, "1", Add(100)), context=by()).position == 3


def test_a_command_that_would_change_nothing_is_decided_again_when_others_wrote(
    handler: Handler, elsewhere: Handler
) -> None:
    handler.handle(add(1), context=by())
    elsewhere.handle(add(1), context=by())
    assert handler.handle(add(0), context=by()).versions == {"box-1": 2}


def test_a_stale_expectation_is_told_the_version_there_is(handler: Handler, elsewhere: Handler) -> None:
    handler.handle(add(1), context=by())
    elsewhere.handle(add(1), context=by())
    for stale in (0, 1, 3):
        with pytest.raises(WrongVersion) as refusal:
            handler.handle(add(1), context=by(), expected_version=stale)
        assert (refusal.value.expected, refusal.value.actual) == (stale, 2)
    assert handler.handle(add(1), context=by(), expected_version=2).versions == {"box-1": 3}


def test_the_same_command_sent_twice_at_once_is_done_once(handler: Handler, elsewhere: Handler) -> None:
    outcomes: list[Outcome] = []

    def send(to: Handler) -> None:
        outcomes.append(to.handle(add(60), context=by("c-1"), fingerprint="f"))

    together([partial(send, h) for h in (handler, elsewhere) * 8])
    assert sorted(outcome.repeated for outcome in outcomes) == [False, *[True] * 15]
    assert amounts(handler.journal) == [60]


def test_commands_racing_for_one_stream_all_get_in(handler: Handler, elsewhere: Handler, journal: SqlJournal) -> None:
    together([partial(h.handle, add(2), context=by()) for h in (handler, elsewhere) * 25])
    assert amounts(journal) == [2] * 50
    with pytest.raises(Refused):
        handler.handle(add(1), context=by())


def test_the_box_is_never_overfull_whoever_races(handler: Handler, elsewhere: Handler, journal: SqlJournal) -> None:
    refused: list[Refused] = []

    def put_or_hear_that_it_is_full(at: Handler) -> None:
        try:
            at.handle(add(30), context=by())
        except Refused as refusal:
            refused.append(refusal)

    together([partial(put_or_hear_that_it_is_full, h) for h in (handler, elsewhere) * 8])
    assert amounts(journal) == [30, 30, 30]
    assert [refusal.detail for refusal in refused] == ["90 are in it"] * 13


class Flaky:
    """A journal whose answer to the first append is lost on the way, after it was written."""

    def __init__(self, journal: SqlJournal) -> None:
        self._journal, self._lost = journal, False

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    def append(self, append: object) -> Outcome:
        outcome = self._journal.append(append)  # type: ignore[arg-type]  # only passes it on
        if not self._lost:
            self._lost = True
            raise JournalUnavailable("connection lost")
        return outcome


def test_a_command_whose_answer_was_lost_can_be_sent_again(journal: SqlJournal) -> None:
    handler = Handler(Flaky(journal), REGISTRY)  # type: ignore[arg-type]  # a stand-in
    with pytest.raises(JournalUnavailable):
        handler.handle(add(60), context=by("c-1"))
    assert handler.handle(add(60), context=by("c-1")).repeated
    assert amounts(journal) == [60]


def test_a_memory_ahead_of_a_restored_journal_is_given_up(handler: Handler, tmp_path: Path) -> None:
    handler.handle(add(30), context=by())
    with journal_at(f"sqlite:///{tmp_path / 'restored.db'}") as restored:
        handler.journal = restored
        assert handler.handle(add(30), context=by()).versions == {"box-1": 1}


def test_what_is_remembered_is_bounded_by_its_size_and_not_only_by_its_number(
    handler: Handler, journal: SqlJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a day of long drafts must not fill the memory
    event = len(Put(amount=1).model_dump_json())
    monkeypatch.setattr("shared.handling.CHARACTERS_MAX", 3 * event)
    for box in "abcd":
        handler.handle(add(1, box), context=by())
    read: list[str] = []
    stream = journal.stream

    def noted(name: str, after: int = 0) -> Sequence[Recorded]:
        read.append(name)
        return stream(name, after)

    monkeypatch.setattr(journal, "stream", noted)
    for box in "bcda":
        handler.handle(add(1, box), context=by())
    assert read[0] != "box-b"
    assert "box-a" in read
    for box in "abcd":
        assert handler.state(BOX, box) == (2, 2)
    assert sum(kept.weight for kept in handler._states.values()) == handler._weight <= 3 * event


def test_whoever_observes_is_told_what_was_added_and_only_that(journal: SqlJournal) -> None:
    told: list[tuple[str, Sequence[Event]]] = []
    handler = Handler(journal, REGISTRY, observe=lambda stream, facts: told.append((stream, facts)))
    for _ in range(2):
        handler.handle(add(1), add(0, "2"), context=by("c-1"))
    assert told == [("box-1", [Put(amount=1)])]
