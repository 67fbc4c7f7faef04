"""Over random histories: no change binds without its four steps by different persons, and a refusal changes nothing."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogue.domain.catalogue import CATALOGUE, BindChange, Catalogue, CatalogueEvent, LodgeItems
from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_commands import (
    ApproveChange,
    ChangeCommand,
    HearAudit,
    HearReceipt,
    HearRelease,
    MarkAnnouncementOverdue,
    RefuseChange,
)
from services.catalogue.domain.change_lines import LineDraft
from services.catalogue.domain.change_state import Change
from services.catalogue.events import (
    CatalogueAdopted,
    ChangeAnnounced,
    ChangeApproved,
    ChangeEvent,
    ChangeFiled,
    ChangePassedAudit,
    ChangeRequested,
    ChangeShown,
)
from shared.decider import Refused
from tests.catalogue.test_change import ANNOUNCE, V1, asking

PEOPLE = ("ma-xiaoyan", "sun-wei", "zhao-guoqiang", "jiang-ping", "liu-fang")
ANYONE = st.sampled_from(PEOPLE)
DAY = date(2026, 7, 8)
REVOKE = LineDraft("revoke", "3.9")


def right(number: int, people: tuple[str, ...]) -> ChangeCommand:
    """The step whose turn it is, by whoever is drawn for it."""
    steps: list[ChangeCommand] = [
        asking(REVOKE, by=people[0]),
        ApproveChange("FY-DJB", "FY-DJB", people[1], DAY),
        HearAudit(1, True, "", people[2], DAY),
        HearReceipt("C1", "1号", False, people[3], ANNOUNCE, DAY),
        HearRelease("FY-R1/3.9", "D1", "inside", people[4], "", DAY),
        HearRelease("FY-R1/3.9", "D1", "outside", people[4], "", DAY),
    ]
    return steps[number]


def any_command() -> st.SearchStrategy[ChangeCommand]:
    sides = st.sampled_from(["inside", "outside"])
    return st.one_of(
        st.builds(lambda by: asking(REVOKE, by=by), ANYONE),
        st.builds(ApproveChange, st.sampled_from(["FY-DJB", "FY-CDI"]), st.just("FY-DJB"), ANYONE, st.just(DAY)),
        st.builds(RefuseChange, st.just("否"), st.just("FY-DJB"), st.just("FY-DJB"), ANYONE, st.just(DAY)),
        st.builds(HearAudit, st.integers(1, 2), st.booleans(), st.just("退"), ANYONE, st.just(DAY)),
        st.builds(HearReceipt, st.just("C1"), st.just(""), st.just(True), st.just(""), st.just(ANNOUNCE), st.just(DAY)),
        st.builds(HearReceipt, st.just("C1"), st.just("1"), st.just(False), ANYONE, st.just(ANNOUNCE), st.just(DAY)),
        st.builds(HearRelease, st.just("FY-R1/3.9"), st.just("D2"), sides, ANYONE, st.just(""), st.just(DAY)),
        st.just(MarkAnnouncementOverdue(date(2027, 1, 1))),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[ChangeCommand]:
    """Mostly the next right step by five people in some order; now and then anything by anybody."""
    people = tuple(draw(st.permutations(PEOPLE))) if draw(st.booleans()) else tuple(draw(ANYONE) for _ in PEOPLE)
    chosen: list[ChangeCommand] = []
    extra = draw(st.dictionaries(st.integers(0, 6), any_command(), max_size=3))
    for number in range(6):
        chosen += [extra[number]] if number in extra else []
        chosen.append(right(number, people))
    return chosen


def happened(history: list[ChangeCommand]) -> list[ChangeEvent]:
    state, told = CHANGE.initial, list[ChangeEvent]()
    for command in history:
        before = state
        try:
            facts = CHANGE.decide(state, command)
        except Refused:
            assert state == before
            continue
        state = CHANGE.replay(facts, state)
        told += facts
    return told


@settings(max_examples=150, deadline=None)
@given(histories())
def test_no_history_binds_a_change_without_four_steps_by_different_persons(history: list[ChangeCommand]) -> None:
    """CAT-16 to CAT-19, A-21."""
    told = happened(history)
    if not any(isinstance(fact, ChangeAnnounced) for fact in told):
        return
    asked = max(n for n, fact in enumerate(told) if isinstance(fact, ChangeRequested))
    order = [
        f for f in told[asked:] if isinstance(f, ChangeApproved | ChangePassedAudit | ChangeFiled | ChangeAnnounced)
    ]
    assert [type(f) for f in order] == [ChangeApproved, ChangePassedAudit, ChangeFiled, ChangeAnnounced]
    request, approved, audited, filed = told[asked], *order[:3]
    assert isinstance(request, ChangeRequested)
    assert isinstance(approved, ChangeApproved)
    assert isinstance(audited, ChangePassedAudit)
    assert isinstance(filed, ChangeFiled)
    before = [request.requested_by, approved.approved_by, audited.audited_by]
    before += [filed.received_by] if not filed.deemed else []
    released = {fact.released_by for fact in told if isinstance(fact, ChangeShown)}
    assert len(set(before)) == len(before)
    assert released
    assert not released & set(before)


def test_some_histories_do_bind() -> None:
    """The property above is not true for want of an example."""
    told = happened([right(number, PEOPLE) for number in range(6)])
    assert isinstance(told[-1], ChangeAnnounced)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["C1", "C2"]), st.booleans()), max_size=8))
def test_no_version_is_bound_but_by_a_change_that_was_lodged(attempts: list[tuple[str, bool]]) -> None:  # CAT-21
    state: Catalogue = CATALOGUE.replay([V1])
    lodged: set[str] = set()
    for change, binding in attempts:
        command = BindChange(change, (), "sun-wei", DAY) if binding else LodgeItems(change, ("FY-R1/4.3",))
        try:
            facts: list[CatalogueEvent] = CATALOGUE.decide(state, command)
        except Refused:
            continue
        lodged |= set() if binding else {change}
        assert all(set(f.changes) <= lodged for f in facts if isinstance(f, CatalogueAdopted))
        state = CATALOGUE.replay(facts, state)
    numbers = [version.version for version in state.versions]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_state_of_a_change_is_what_its_facts_say() -> None:
    told = happened([right(number, PEOPLE) for number in range(6)])
    state: Change = CHANGE.replay(told)
    assert (state.stage, len(state.shown)) == ("announced", 2)
