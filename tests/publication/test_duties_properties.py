"""Over random histories of duties and staged work: none is lost, each is met once, no figure is bought by volume."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from services.publication.domain.matter import (
    MATTER,
    CloseMatter,
    EndMatter,
    MatterCommand,
    PassDay,
    ReachMilestone,
    RecordPublic,
)
from services.publication.domain.matter_plan import ReplanMatter
from services.publication.domain.obligation import OBLIGATION, AttestNoChange, Fulfil, ObligationCommand
from services.publication.domain.suspension import EndObligation, MarkOverdue, Resume, Suspend
from services.publication.events import (
    REGISTRY,
    MatterClosed,
    MatterEnded,
    MatterEvent,
    MatterMadePublic,
    MilestoneReached,
    ObligationEnded,
    ObligationEvent,
    ObligationFulfilled,
    ObligationRaised,
)
from services.publication.views.obligations import Obligations, Timeliness
from shared.decider import Refused
from shared.testing import recorded
from tests.publication.test_duties_interrupted import CALENDAR, RAISED
from tests.publication.test_matter import OPENED

FIRST, DAYS = date(2026, 7, 1), st.integers(0, 12)
WITHHOLDINGS = st.sampled_from(["w1", "w2"])


def _duty_commands(on: date) -> st.SearchStrategy[ObligationCommand]:
    until = st.sampled_from([None, on + timedelta(days=5)])
    return st.one_of(
        st.just(MarkOverdue(on)),
        st.builds(Suspend, WITHHOLDINGS, st.just("temporarily-not"), st.just(on), until, st.just(CALENDAR)),
        st.builds(Resume, WITHHOLDINGS, st.sampled_from(["expired", "withdrawn"]), st.just(on)),
        st.just(Fulfil("d", 1, on, CALENDAR)),
        st.just(AttestNoChange("ma-xiaoyan", on, CALENDAR)),
        st.just(EndObligation(("c1",), on, CALENDAR)),
    )


@st.composite
def duty_histories(draw: st.DrawFn) -> list[ObligationEvent]:
    """What comes of commands on days that never go back; a refusal leaves everything as it was."""
    day, facts = FIRST, list[ObligationEvent]([RAISED])
    state = OBLIGATION.replay(facts)
    for _ in range(draw(st.integers(1, 12))):
        day += timedelta(days=draw(DAYS))
        try:
            new = OBLIGATION.decide(state, draw(_duty_commands(day)))
        except Refused:
            assert state == OBLIGATION.replay(facts)
            continue
        facts += new
        state = OBLIGATION.replay(new, state)
    return facts


@settings(max_examples=150, deadline=None)
@given(duty_histories())
def test_no_history_loses_a_duty_or_meets_it_twice(facts: list[ObligationEvent]) -> None:  # PUB-01
    state = OBLIGATION.replay(facts)
    settled = [fact for fact in facts if isinstance(fact, ObligationFulfilled | ObligationEnded)]
    assert sum(isinstance(fact, ObligationRaised) for fact in facts) == 1
    assert len(settled) <= 1
    assert (state.stage in ("fulfilled", "ended")) == bool(settled)
    assert settled in ([], facts[-1:]), "nothing happens to a duty that is over"


@settings(max_examples=150, deadline=None)
@given(duty_histories())
def test_no_history_takes_lateness_away(facts: list[ObligationEvent]) -> None:  # PUB-33, CAT-15
    late = [getattr(fact, "late_workdays", 0) for fact in facts]
    seen = [days for fact, days in zip(facts, late, strict=True) if hasattr(fact, "late_workdays")]
    assert seen == sorted(seen)


def _matter_commands(on: date) -> st.SearchStrategy[MatterCommand]:
    moved = st.sampled_from([(), ((2, on + timedelta(days=20)),), ((3, on + timedelta(days=40)),)])
    ends = st.sampled_from([None, on + timedelta(days=90), on + timedelta(days=400)])
    said = (st.just("雨"), st.just("wang-jianjun"), st.just(on), st.just(True))
    sides = st.sampled_from(["inside", "outside"])
    shown = (st.integers(0, 3), st.just("o"), st.just("d"), st.just(1), sides, st.just(on), st.booleans())
    return st.one_of(
        st.just(PassDay(on, True)),
        st.builds(ReplanMatter, moved, st.just(()), ends, *said),
        st.builds(ReachMilestone, st.integers(1, 3), st.just(on), st.just("wang-jianjun"), st.just(on), st.just(True)),
        st.just(EndMatter(on, "wang-jianjun", on, True)),
        st.builds(RecordPublic, st.sampled_from(["stage", "summary"]), *shown),
        st.just(CloseMatter("wang-jianjun", on, True)),
    )


@st.composite
def matter_histories(draw: st.DrawFn) -> list[MatterEvent]:
    day, facts = date(2025, 10, 20), list[MatterEvent]([OPENED])
    state = MATTER.replay(facts)
    for _ in range(draw(st.integers(1, 14))):
        day += timedelta(days=draw(st.integers(0, 60)))
        try:
            new = MATTER.decide(state, draw(_matter_commands(day)))
        except Refused:
            assert state == MATTER.replay(facts)
            continue
        facts += new
        state = MATTER.replay(new, state)
    return facts


@settings(max_examples=150, deadline=None)
@given(matter_histories())
def test_no_history_owes_a_summary_before_the_real_end_or_closes_without_one(facts: list[MatterEvent]) -> None:
    """PUB-27, PUB-28, A-01."""
    ends = [number for number, fact in enumerate(facts) if isinstance(fact, MatterEnded)]
    assert len(ends) <= 1
    for fact in facts:
        if isinstance(fact, MatterEnded):
            assert fact.cross_year == (fact.on.year != OPENED.starts.year)
            assert fact.summary_owed, "the town has not switched it off"
        if isinstance(fact, MatterClosed):
            assert fact.summary, "nothing closes without it"
            shown = [f for f in facts if isinstance(f, MatterMadePublic) and f.part == "summary"]
            assert ends, "and not before the end"
            assert shown


@settings(max_examples=150, deadline=None)
@given(matter_histories())
def test_no_history_reaches_a_milestone_twice_or_after_the_end(facts: list[MatterEvent]) -> None:  # PUB-26
    reached = [fact.number for fact in facts if isinstance(fact, MilestoneReached)]
    assert len(reached) == len(set(reached))
    over = next((n for n, fact in enumerate(facts) if isinstance(fact, MatterEnded)), len(facts))
    assert not any(isinstance(fact, MilestoneReached) for fact in facts[over:])


def _figures(histories: list[list[ObligationEvent]], extra: int) -> list[Timeliness]:
    """As the view counts them when each duty that was met is published for ``extra`` times more."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    view = Obligations(engine)
    view.metadata.create_all(engine)
    position = 0
    with engine.begin() as tx:
        for number, facts in enumerate(histories):
            state = OBLIGATION.replay(facts)
            last = date(2027, 1, 1)
            more = [OBLIGATION.decide(state, Fulfil("more", n, last, CALENDAR)) for n in range(extra)]
            added = [fact for new in more for fact in new] if state.stage in ("fulfilled", "ended") else []
            for version, fact in enumerate((*facts, *added), 1):
                position += 1
                own = fact.model_copy(update={"obligation": f"{fact.obligation}/{number}"})
                stream = f"obligation-{own.obligation}"
                view.apply(tx, recorded(REGISTRY, stream, own, position, version=version))
    figures = view.timeliness(date(2026, 12, 31), CALENDAR, by=("town", "organisation", "item"))
    engine.dispose()
    return figures


@settings(max_examples=25, deadline=None)
@given(st.lists(duty_histories(), min_size=1, max_size=4), st.integers(1, 3))
def test_publishing_more_improves_no_figure(histories: list[list[ObligationEvent]], extra: int) -> None:
    """PUB-36: what is shown beyond a duty is in no figure, for item, organisation or town."""
    assert _figures(histories, extra) == _figures(histories, 0)


@settings(max_examples=25, deadline=None)
@given(st.lists(duty_histories(), min_size=1, max_size=4))
def test_every_duty_is_in_one_count(histories: list[list[ObligationEvent]]) -> None:  # PUB-33
    (row,) = _figures(histories, 0)
    counted = (
        row.met_on_time, row.met_late, row.overdue, row.missed, row.withheld_late, row.withheld, row.not_yet_due,
    )  # fmt: skip
    in_time = sum(isinstance(facts[-1], ObligationEnded) and facts[-1].late_workdays == 0 for facts in histories)
    assert sum(counted) + in_time == len(histories)
    assert row.on_time_rate is None or 0 <= row.on_time_rate <= 1
