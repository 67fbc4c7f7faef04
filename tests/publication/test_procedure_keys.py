"""What time brings to a procedure is done once each: no two effects have one key, and an effect asked for again has
the same (PUB-17, PUB-18).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.publication import procedure_ticker
from services.publication.domain.cadre import CADRE
from services.publication.domain.decision import DECISION
from services.publication.domain.decision_commands import CloseSoliciting, ProlongSoliciting
from services.publication.events.cadre import PublicityMoved
from services.publication.events.decisions import SolicitingClosed, SolicitingProlonged
from shared.clock import at
from shared.events import Event
from shared.parameters import PARAMETERS
from shared.reacting import town_of
from shared.workdays import Calendar
from tests.publication.test_cadre import CALENDAR, RUNNING, corrected
from tests.publication.test_cadre import after as cadre_after
from tests.publication.test_major_decision import INSIDE, NOTIFY, OPEN, SOCIETY
from tests.publication.test_major_decision import after as decision_after

MAY_8, MAY_9 = date(2026, 5, 8), date(2026, 5, 9)
ISSUED = (CALENDAR, corrected(MAY_8, make_up=(MAY_9,)), corrected(MAY_8, MAY_9))
STREAMS: dict[str, Any] = {"cadre": CADRE, "decision": DECISION}


@dataclass
class Town:
    """A matter and a decision as their facts say, seen by tickers as the views would show them."""

    today: date
    calendar: Calendar = CALENDAR
    parameters: dict[str, int] = field(default_factory=dict)
    facts: dict[str, list[Any]] = field(default_factory=dict)
    effects: dict[tuple[str, str], Event] = field(default_factory=dict)
    received: int = 3

    def state(self, kind: str) -> Any:
        return STREAMS[kind].replay(self.facts[kind])

    def notices(self) -> list[dict[str, Any]]:
        up = self.state("cadre").publicity
        moves = [fact for fact in self.facts["cadre"] if isinstance(fact, PublicityMoved)]
        names = ("disclosure", "at", "first_day", "last_day", "workdays", "provisional", "ended")
        row = {name: getattr(up, name) for name in names}
        return [row | {"cadre": "k1", "town": "fengyang", "moves": moves}]

    def rounds(self) -> list[dict[str, Any]]:
        rounds = {name: self.state("decision").round(name) for name in ("inside", "society")}
        return [
            {"decision": "d1", "town": "fengyang", "round": name, "disclosure": "x0"}
            | {part: getattr(each, part) for part in ("opens", "until", "days")}
            for name, each in rounds.items()
            if each and not each.closed
        ]

    def counted(self) -> list[dict[str, Any]]:
        state = self.state("decision")
        rounds = [(name, state.round(name)) for name in ("inside", "society")]
        return [
            {"decision": "d1", "town": "fengyang", "round": name, "disclosure": "x0"}
            | {part: getattr(each, part) for part in ("opens", "until", "opinions")}
            for name, each in rounds
            if each and each.closed
        ]

    def tick(self) -> list[str]:
        """Has done what is due, and says what it was."""
        told = []
        now = at(self.today, 9)
        for ticker in procedure_ticker.tickers(self._procedures(), self._register()):
            asked, again = list(ticker.due(now)), list(ticker.due(now))
            assert [do.key for do in asked] == [do.key for do in again]
            assert {town_of(do, "") for do in asked} <= {"fengyang"}
            for do in asked:
                new = do.decider.decide(self.state(do.decider.category), do.command)
                if new:
                    self._first(ticker.name, do.key, new)
                    self.facts[do.decider.category] += new
                    told += [type(fact).__name__ for fact in new]
        return told

    def _first(self, ticker: str, key: str, new: list[Any]) -> None:
        """Whatever has an effect has a key that had none: else it would not be done."""
        known = self.effects.get((ticker, key))
        assert known is None, f"{key} is taken by {known}, and asks for {new}"
        self.effects[ticker, key] = new[0]

    def _procedures(self) -> Any:
        class Views:
            cadre = _Asked(self.notices)
            decisions = _Asked(self.rounds, self.counted)
            opinions = _Counted(self.received)

        return Views()

    def _register(self) -> Any:
        return _Register(self.calendar, self.parameters)


@dataclass
class _Asked:
    running: Callable[[], Iterable[dict[str, Any]]]
    counted: Callable[[], Iterable[dict[str, Any]]] = list


@dataclass
class _Counted:
    received: int

    def count(self, *_: object) -> int:
        return self.received


@dataclass
class _Register:
    kept: Calendar
    values: dict[str, int]

    def calendar(self) -> Calendar:
        return self.kept

    def parameter(self, _town: str, parameter: str, _now: object) -> int:
        return self.values.get(parameter, PARAMETERS[parameter].default)


def town(today: date) -> Town:
    asked = decision_after(OPEN, NOTIFY, INSIDE)
    return Town(today, facts={"cadre": list(cadre_after(*RUNNING)), "decision": list(asked)})


def test_a_publicity_whose_last_day_goes_and_comes_back_ends_again() -> None:  # PUB-18
    here = town(date(2026, 5, 10))
    assert "PublicityEnded" in here.tick()
    here.calendar = ISSUED[1]
    assert here.tick() == ["PublicityMoved"]
    here.calendar = CALENDAR
    assert here.tick() == ["PublicityMoved", "PublicityEnded"]
    assert here.tick() == []


def test_a_round_is_not_closed_on_a_count_to_a_day_that_has_moved() -> None:  # PUB-17, P-15
    facts = decision_after(OPEN, NOTIFY, INSIDE)
    longer = DECISION.decide(DECISION.replay(facts), ProlongSoliciting("inside", 9, CALENDAR))
    state = DECISION.replay([*facts, *longer])
    assert isinstance(longer[0], SolicitingProlonged)
    late = longer[0].until + timedelta(days=1)
    assert DECISION.decide(state, CloseSoliciting("inside", 3, late, until=longer[0].was)) == []
    (closed,) = DECISION.decide(state, CloseSoliciting("inside", 4, late, until=longer[0].until))
    assert isinstance(closed, SolicitingClosed)
    assert (closed.on, closed.opinions) == (longer[0].until, 4)


STEPS = st.one_of(
    st.tuples(st.just("days"), st.integers(1, 6)),
    st.tuples(st.just("calendar"), st.sampled_from(range(len(ISSUED)))),
    st.tuples(st.just("opinions"), st.integers(3, 9)),
    st.tuples(st.just("P-06"), st.sampled_from([3, 5, 7])),
    st.tuples(st.just("P-15"), st.sampled_from([5, 9, 12])),
    st.tuples(st.just("P-15.society"), st.sampled_from([15, 20])),
)


@pytest.mark.parametrize("begins", [date(2026, 4, 30), date(2026, 8, 4)])
@settings(max_examples=25, deadline=None)
@given(history=st.lists(STEPS, max_size=14))
def test_no_history_asks_for_two_effects_under_one_key(begins: date, history: list[tuple[str, int]]) -> None:
    """PUB-17, PUB-18, P-06, P-15."""
    here = town(begins)
    for what, value in history:
        match what:
            case "days":
                here.today += timedelta(days=value)
            case "calendar":
                here.calendar = ISSUED[value]
            case "opinions":
                here.received = max(here.received, value)
            case _:
                here.parameters[what] = value
        here.tick()
        assert here.tick() == [], "nothing is done twice"
        _ask_society(here)


def _ask_society(here: Town) -> None:
    state = here.state("decision")
    if state.inside.closed and state.society is None:
        here.facts["decision"] += DECISION.decide(state, replace(SOCIETY, on=here.today))
