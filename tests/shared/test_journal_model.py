"""The journal against a model of ten lines: whatever is asked in whatever order, both give the same answer."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.split.postgres import PostgresServer
from shared.clock import SystemClock
from shared.database import make_engine
from shared.journal import Append, CommandReused, JournalError, NewEvent, Outcome, Write, WrongVersion
from shared.journal.sql import SqlJournal, create_schema
from tests.databases import emptied
from tests.shared.journals import CONTEXT, TYPE, must_be_complete

STREAMS = st.sampled_from(["note-1", "note-2", "note-公开", 'note-"3\\'])
WRITES = st.lists(st.tuples(STREAMS, st.integers(-1, 1), st.integers(0, 3)), max_size=3)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


class Model:
    """What a journal is: a list of events and a table of outcomes."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int, str]] = []
        self.outcomes: dict[str, Outcome] = {}

    def version(self, stream: str) -> int:
        return sum(event[0] == stream for event in self.events)

    def append(self, append: Append) -> Outcome | JournalError:
        if earlier := self.outcomes.get(append.command_id):
            same = earlier.fingerprint == append.fingerprint
            return replace(earlier, repeated=True) if same else CommandReused("")
        versions: dict[str, int] = {}
        for write in append.writes:
            actual = versions.get(write.stream, self.version(write.stream))
            if actual != write.expected_version:
                return WrongVersion(write.stream, write.expected_version, actual)
            versions[write.stream] = actual + len(write.events)
        for write in append.writes:
            for place, event in enumerate(write.events, start=1):
                self.events.append((write.stream, write.expected_version + place, event.event_id))
        outcome = Outcome(append.command_id, append.fingerprint, len(self.events), versions, append.result)
        self.outcomes[append.command_id] = outcome
        return outcome


class JournalAgainstModel(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.model, self.made = Model(), 0
        self.engine = make_engine(self.address())
        create_schema(self.engine)
        self.journal = SqlJournal(self.engine, "catalogue", SystemClock())

    def address(self) -> str:
        self.folder = tempfile.TemporaryDirectory(prefix="gongkai-model-")
        return f"sqlite:///{Path(self.folder.name) / 'journal.db'}"

    def must_answer_alike(self, append: Append) -> None:
        expected = self.model.append(append)
        try:
            answer: Outcome | JournalError = self.journal.append(append)
        except JournalError as refusal:
            answer = refusal
        if isinstance(expected, Outcome):
            assert answer == expected
        else:
            assert type(answer) is type(expected)
            if isinstance(expected, WrongVersion):
                assert vars(answer) == vars(expected)

    def writes(self, wanted: list[tuple[str, int, int]]) -> tuple[Write, ...]:
        """Mostly the right expectation, sometimes one too low or too high."""
        return tuple(
            Write(stream, max(0, self.model.version(stream) + off), tuple(self.event() for _ in range(count)))
            for stream, off, count in wanted
        )

    def event(self) -> NewEvent:
        self.made += 1
        return NewEvent(f"e-{self.made}", TYPE, "{}")

    @rule(wanted=WRITES, result=st.dictionaries(TEXTS, TEXTS, max_size=2))
    def append_something_new(self, wanted: list[tuple[str, int, int]], result: dict[str, Any]) -> None:
        self.made += 1
        self.must_answer_alike(Append(f"c-{self.made}", "f", CONTEXT, self.writes(wanted), result))

    @rule(stream=STREAMS, count=st.integers(1, 5))
    def append_as_expected(self, stream: str, count: int) -> None:
        self.made += 1
        self.must_answer_alike(Append(f"c-{self.made}", "f", CONTEXT, self.writes([(stream, 0, count)])))

    @rule(data=st.data(), fingerprint=st.sampled_from(["f", "g"]), wanted=WRITES)
    def send_an_old_command_again(
        self, data: st.DataObject, fingerprint: str, wanted: list[tuple[str, int, int]]
    ) -> None:
        if self.model.outcomes:
            known = data.draw(st.sampled_from(sorted(self.model.outcomes)))
            self.must_answer_alike(Append(known, fingerprint, CONTEXT, self.writes(wanted)))

    @rule()
    def open_the_journal_anew(self) -> None:
        self.journal.close()
        self.journal = SqlJournal(self.engine, "catalogue", SystemClock())

    @rule(after=st.integers(0, 20), limit=st.integers(1, 9))
    def read_a_page(self, after: int, limit: int) -> None:
        if after <= len(self.model.events):
            page = [(r.stream, r.version, r.event_id) for r in self.journal.read(after, limit)]
            assert page == self.model.events[after : after + limit]

    @rule(stream=STREAMS, after=st.integers(0, 4))
    def read_a_stream(self, stream: str, after: int) -> None:
        of_stream = [event for event in self.model.events if event[0] == stream]
        assert [(r.stream, r.version, r.event_id) for r in self.journal.stream(stream, after)] == of_stream[after:]

    @invariant()
    def the_journal_is_complete(self) -> None:
        assert [(r.stream, r.version, r.event_id) for r in must_be_complete(self.journal)] == self.model.events

    @invariant()
    def outcomes_can_be_looked_up(self) -> None:
        for command_id, outcome in list(self.model.outcomes.items())[-3:]:
            assert self.journal.outcome(command_id) == outcome

    def teardown(self) -> None:
        self.journal.close()
        self.engine.dispose()
        if hasattr(self, "folder"):
            self.folder.cleanup()


QUICK = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


def test_the_journal_on_sqlite_answers_as_the_model_does() -> None:
    run_state_machine_as_test(JournalAgainstModel, settings=QUICK)


@pytest.mark.postgres
def test_the_journal_on_postgresql_answers_as_the_model_does(postgres: PostgresServer) -> None:
    class OnPostgres(JournalAgainstModel):
        def address(self) -> str:
            return emptied(postgres)

    run_state_machine_as_test(OnPostgres, settings=settings(QUICK, max_examples=10))
