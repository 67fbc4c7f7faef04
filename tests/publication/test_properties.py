"""Over random histories: nothing reaches outside before inside, nobody examines their own, refusals change nothing,
no correction removes a version, and what was refused for secrecy does not come back.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.publication.domain import schedule
from services.publication.domain.disclosure import DISCLOSURE, DisclosureCommand
from services.publication.domain.drafting import OpenCorrection, ReviseDisclosure
from services.publication.domain.evidence import AddEvidence
from services.publication.domain.examination import (
    ApproveDisclosure,
    ClearSecrecy,
    RefuseSecrecy,
    ReturnDisclosure,
    SubmitDisclosure,
)
from services.publication.domain.parameters import Parameters
from services.publication.domain.planning import CancelSchedule, RunSchedule, ScheduleRelease
from services.publication.domain.schedule import ItemInForce
from services.publication.domain.versions import Content, OutsideWords
from services.publication.events import (
    DisclosureApproved,
    DisclosureEvent,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    Released,
    SecrecyRefused,
    Written,
)
from services.publication.events.parts import Meeting
from shared import calendars
from shared.clock import at
from shared.decider import Refused
from tests.publication.test_disclosure import DRAFT, inside, outside

PEOPLE = st.sampled_from(["ma-xiaoyan", "he-tao", "wang-jianjun"])
SHORTENED = (None, OutsideWords("题", "甲", note="误"))
WORDS = st.sampled_from(
    [Content("题", text, "摘", "短", outside=outside) for text in ("甲", "乙", "甲乙丙") for outside in SHORTENED]
)
DAY = date(2026, 4, 10)
CALENDAR = calendars.load_all()


def planned(when: datetime, side: Any) -> ScheduleRelease:
    at_once = (inside(when) if side == "inside" else outside(when)).channels
    shown = tuple(evidence for evidence in at_once if not isinstance(evidence, Meeting))
    later = when + timedelta(hours=1)
    return ScheduleRelease(f"{side}/{when}", side, later, shown, "ma-xiaoyan", when, DAY, timedelta(hours=24))


def running(when: datetime, side: str) -> RunSchedule:
    """What was planned an hour ago."""
    name = f"{side}/{when - timedelta(hours=1)}"
    return RunSchedule(name, when, DAY, timedelta(hours=24), timedelta(), present=None, owner="wang-jianjun")


def commands(when: datetime) -> st.SearchStrategy[DisclosureCommand]:
    """Any command anyone may try at an instant; most of them at the wrong step."""
    lead = st.sampled_from([timedelta(), timedelta(hours=24)])
    return st.one_of(
        st.just(DRAFT),
        st.builds(ReviseDisclosure, WORDS, PEOPLE),
        st.builds(SubmitDisclosure, PEOPLE, st.just(("ma-xiaoyan",))),
        st.builds(ClearSecrecy, PEOPLE, st.just(True), st.just(True)),
        st.builds(RefuseSecrecy, PEOPLE, st.just("party-secret"), st.just("7")),
        st.builds(ReturnDisclosure, PEOPLE, st.just("改")),
        st.builds(ApproveDisclosure, PEOPLE, st.just("1"), st.just(DAY)),
        st.just(inside(when)),
        st.builds(lambda lead: outside(when, lead=lead), lead),
        st.builds(lambda side: planned(when, side), st.sampled_from(["inside", "outside"])),
        st.builds(lambda side: running(when, side), st.sampled_from(["inside", "outside"])),
        st.builds(CancelSchedule, st.sampled_from(["inside", "outside"]), PEOPLE),
        st.builds(AddEvidence, st.integers(1, 3), st.just("inside"), st.integers(0, 2), PEOPLE, st.just(when)).map(
            lambda added: replace(added, minutes="4")
        ),
        st.builds(OpenCorrection, WORDS, st.just("误"), PEOPLE, PEOPLE, st.just(DAY)),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[DisclosureCommand]:
    """Mostly the next right step, now and then any other, at instants that never go back."""
    when = at(DAY)
    chosen: list[DisclosureCommand] = []
    right: list[DisclosureCommand] = [
        DRAFT,
        SubmitDisclosure("ma-xiaoyan", ("ma-xiaoyan",)),
        ClearSecrecy("he-tao", True, True),
        ApproveDisclosure("wang-jianjun", "1", DAY),
    ]
    for number in range(draw(st.integers(1, 14))):
        when += timedelta(hours=draw(st.sampled_from([0, 1, 23, 24])))
        steps = [*right, inside(when), outside(when)]
        follow = draw(st.booleans()) and number < len(steps)
        chosen.append(steps[number] if follow else draw(commands(when)))
    return chosen


def happened(history: list[DisclosureCommand]) -> list[DisclosureEvent]:
    """What a history of attempts comes to; a refused attempt leaves the state as it was."""
    facts: list[DisclosureEvent] = []
    state = DISCLOSURE.initial
    for command in history:
        before = state
        try:
            decided = DISCLOSURE.decide(state, command)
        except Refused:
            assert state == before
            continue
        facts += decided
        state = DISCLOSURE.replay(decided, state)
    assert state == DISCLOSURE.replay(facts)
    return facts


@settings(max_examples=80, deadline=None)
@given(histories())
def test_no_history_reaches_outside_before_inside(history: list[DisclosureCommand]) -> None:  # PUB-04
    shown_inside: dict[int, DisclosureReleasedInside] = {}
    for fact in happened(history):
        if isinstance(fact, DisclosureReleasedInside):
            shown_inside[fact.version] = fact
        if isinstance(fact, DisclosureReleasedOutside):
            before = shown_inside[fact.version]
            assert before.at < fact.at
            assert fact.shortened or fact.content_digest == before.content_digest
            assert fact.text in before.text


@settings(max_examples=80, deadline=None)
@given(histories())
def test_no_history_has_an_author_examine_their_own(history: list[DisclosureCommand]) -> None:
    facts: list[DisclosureEvent] = []
    for fact in happened(history):
        if isinstance(fact, DisclosureApproved):
            authors = DISCLOSURE.replay(facts).current.authors
            assert len({fact.approver, fact.reviewer}) == 2
            assert not {fact.approver, fact.reviewer} & set(authors)
        facts.append(fact)


@settings(max_examples=80, deadline=None)
@given(histories())
def test_no_history_shows_what_was_not_approved(history: list[DisclosureCommand]) -> None:  # PUB-35
    approved: set[tuple[int, str]] = set()
    for fact in happened(history):
        if isinstance(fact, DisclosureApproved):
            approved |= {(fact.version, fact.content_digest), (fact.version, fact.outside_digest)}
        if isinstance(fact, DisclosureReleasedInside | DisclosureReleasedOutside):
            assert (fact.version, fact.content_digest) in approved
        if isinstance(fact, DisclosureReleasedOutside):
            shown = Content(fact.title, fact.text, fact.summary, fact.led_text, fact.attachments)
            assert shown.digest == fact.content_digest


@settings(max_examples=80, deadline=None)
@given(histories())
def test_no_correction_removes_or_alters_a_version(history: list[DisclosureCommand]) -> None:  # PUB-31
    facts: list[DisclosureEvent] = []
    for fact in happened(history):
        before = DISCLOSURE.replay(facts).versions
        facts.append(fact)
        after = DISCLOSURE.replay(facts).versions
        assert len(after) >= len(before)
        assert [v.content for v in after[: len(before) - 1]] == [v.content for v in before[:-1]]


@settings(max_examples=80, deadline=None)
@given(histories())
def test_what_was_refused_for_secrecy_is_in_no_later_event(history: list[DisclosureCommand]) -> None:  # PUB-35
    refused: set[str] = set()
    facts: list[DisclosureEvent] = []
    for fact in happened(history):
        facts.append(fact)
        if isinstance(fact, Written):
            assert DISCLOSURE.replay(facts).current.content.digest not in refused
        if isinstance(fact, Released):
            assert fact.content_digest not in refused
        if isinstance(fact, SecrecyRefused):
            refused.add(fact.digest)


@settings(max_examples=80, deadline=None)
@given(
    st.dates(date(2025, 1, 1), date(2026, 6, 30)),
    st.integers(0, 500),
    st.sampled_from(["monthly", "quarterly", "half-yearly", "yearly"]),
)
def test_looking_later_only_adds_duties(since: date, days: int, cycle: str) -> None:  # PUB-01
    item = ItemInForce("FY-R1/3.9", "3.9", "FY-R1", "fengyang", "党费", "Dues", "periodic", since, cycle, "monthly")

    def raised_by(until: date) -> list[tuple[str, str, date]]:
        plan = schedule.duties(item, until=until, calendar=CALENDAR, parameters=Parameters())
        return [(p.duty, p.period, p.reckoned.due) for p in plan if p.raised_from <= until]

    early, late = raised_by(since), raised_by(since + timedelta(days=days))
    assert set(early) <= set(late)
    assert len(late) == len(set(late))
    assert all(due >= since and CALENDAR.is_workday(due) for _, _, due in late)
