"""Many commands handled together come to what each would have come to alone (shared/together.py)."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from shared.clock import FixedClock
from shared.database import make_engine
from shared.decider import Refused
from shared.events import Context
from shared.handling import Do, Handler
from shared.journal import Append, JournalUnavailable, NewEvent, Outcome, Write
from shared.journal.sql import SqlJournal, create_schema
from shared.reacting import Reactor
from shared.service import Reaction
from shared.together import handled_together
from tests.shared.notes_service import NOTE, REGISTRY, Keep

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def journal(database_url: str) -> Iterator[SqlJournal]:
    engine = make_engine(database_url)
    create_schema(engine)
    journal = SqlJournal(engine, "notes", FixedClock(NOON))
    yield journal
    journal.close()
    engine.dispose()


def keep(handler: Handler, *notes: tuple[str, str], run: str = "run") -> Sequence[Outcome | None]:
    sends = [
        (Do(NOTE, name, Keep(text)), nullcontext(Context("fengyang", "ma", command_id=f"{run}/{name}")))
        for name, text in notes
    ]
    return handled_together(handler, sends)


def kept(journal: SqlJournal, name: str) -> list[str]:
    return [event.data["text"] for event in journal.stream(f"note-{name}")]


def test_each_command_has_its_own_outcome_and_its_own_event(journal: SqlJournal) -> None:
    outcomes = keep(Handler(journal, REGISTRY), *((str(n), f"text {n}") for n in range(40)))
    assert [outcome and outcome.command_id for outcome in outcomes] == [f"run/{n}" for n in range(40)]
    assert [outcome and outcome.versions for outcome in outcomes] == [{f"note-{n}": 1} for n in range(40)]
    assert [kept(journal, str(n)) for n in range(40)] == [[f"text {n}"] for n in range(40)]


def test_what_was_done_before_is_not_done_again(journal: SqlJournal) -> None:
    keep(Handler(journal, REGISTRY), ("1", "a"), ("2", "b"))
    again = keep(Handler(journal, REGISTRY), ("1", "a"), ("2", "b"), ("3", "c"))
    assert [outcome and outcome.repeated for outcome in again] == [True, True, False]
    assert journal.head() == 3


def test_states_are_those_of_streams_with_a_past(journal: SqlJournal) -> None:
    keep(Handler(journal, REGISTRY), ("1", "first"), ("2", "second"))
    fresh = Handler(journal, REGISTRY)
    outcomes = keep(fresh, ("1", "later"), ("2", "later"), ("3", "first"), run="next")
    assert [outcome and outcome.versions for outcome in outcomes] == [{"note-1": 2}, {"note-2": 2}, {"note-3": 1}]
    assert fresh.state(NOTE, "1") == (2, 2)


def test_a_refusal_is_left_to_be_heard_alone_and_harms_no_other(journal: SqlJournal) -> None:
    handler = Handler(journal, REGISTRY)
    outcomes = keep(handler, ("1", "a"), ("2", "early"), ("3", "c"))
    assert [outcome is None for outcome in outcomes] == [False, True, False]
    with pytest.raises(Refused):
        handler.handle(Do(NOTE, "2", Keep("early")), context=Context("fengyang", "ma"))


def test_a_stale_memory_is_left_to_be_renewed(journal: SqlJournal) -> None:
    """Another process has written to the stream meanwhile."""
    handler = Handler(journal, REGISTRY)
    keep(handler, ("1", "a"), ("2", "a"))
    event = NewEvent("other", "cn.gongkai.notes.NoteKept.v1", '{"text": "theirs"}')
    journal.append(Append("theirs", "", Context("fengyang", "li"), (Write("note-1", 1, (event,)),)))
    outcomes = keep(handler, ("1", "b"), ("2", "b"), run="next")
    assert [outcome is None for outcome in outcomes] == [True, False]
    assert kept(journal, "1") == ["a", "theirs"]


def test_a_ticker_does_all_of_them_also_those_that_did_not_go_smoothly(journal: SqlJournal) -> None:
    handler = Handler(journal, REGISTRY)
    keep(handler, ("1", "a"))
    event = NewEvent("other", "cn.gongkai.notes.NoteKept.v1", '{"text": "theirs"}')
    journal.append(Append("theirs", "", Context("fengyang", "li"), (Write("note-1", 1, (event,)),)))
    dos = [Do(NOTE, str(n), Keep("early" if n == 2 else f"{n}"), key=f"k{n}") for n in range(300)]
    twice = [Do(NOTE, "7", Keep("second to the same"), key="again")]
    reactor = Reactor("notes", handler)
    assert reactor.tick("daily", [*dos, *twice]) == 300
    assert reactor.tick("daily", [*dos, *twice]) == 0
    assert (kept(journal, "1"), kept(journal, "2")) == (["a", "theirs", "1"], [])
    assert kept(journal, "7") == ["7", "second to the same"]
    reactor.close()


def test_what_a_reaction_finds_may_have_become_less_when_the_event_comes_again(journal: SqlJournal) -> None:
    """CAT-15: all duties of an item are suspended, also where the first of them was before the crash."""
    reactor, found = Reactor("notes", Handler(journal, REGISTRY)), ["1", "2"]
    reactor.handler.handle(Do(NOTE, "cause", Keep("filed")), context=Context("fengyang", "ma"))
    (cause,) = journal.read(0, 1)
    reaction = Reaction("suspends", ("notes",), lambda _event: [Do(NOTE, n, Keep("x")) for n in found[:1]])
    reactor.react(reaction, cause)
    found.pop(0)
    reactor.react(reaction, cause)
    reactor.react(reaction, cause)
    assert (kept(journal, "1"), kept(journal, "2")) == (["x"], ["x"])
    reactor.close()


def test_a_journal_that_is_away_is_said(journal: SqlJournal) -> None:
    journal.hold("restored from a backup")
    handler = Handler(journal, REGISTRY)
    assert keep(handler, ("1", "a"), ("2", "b")) == [None, None]
    reactor = Reactor("notes", handler)
    with pytest.raises(JournalUnavailable):
        reactor.tick("daily", [Do(NOTE, str(n), Keep("x"), key=str(n)) for n in range(3)])
    reactor.close()
