"""A vacancy is found once, ended once, and comes out the same however rarely anybody looks; nobody's past changes."""

from datetime import date, timedelta

from hypothesis import given as over
from hypothesis import strategies as st

from services.catalogue.domain.organisation import ORGANISATION, Organisation, OrganisationEvent
from services.catalogue.domain.tenure import LeavePost, TakePost, TakePosts, first_persons
from services.catalogue.domain.vacancy import NoteVacancies
from services.catalogue.events import VacancyEnded, VacancyFound
from shared.decider import Refused
from shared.testing import scenario
from tests.catalogue.facts import JAN_5, JUL_1, LIUSHU, left, taken, taking

TODAY = JUL_1 + timedelta(10)


def noting(today: date = TODAY) -> NoteVacancies:
    return NoteVacancies("FY-R1", "fengyang", today)


def found(since: date) -> VacancyFound:
    return VacancyFound(organisation="FY-R1", town="fengyang", since=since)


def ended(since: date, until: date) -> VacancyEnded:
    return VacancyEnded(organisation="FY-R1", town="fengyang", since=since, until=until)


HELD: list[OrganisationEvent] = [LIUSHU, taken("wang-jianjun", JAN_5)]
EMPTY: list[OrganisationEvent] = [*HELD, left("wang-jianjun", JUL_1)]


def test_an_organisation_without_a_first_person_is_found_once() -> None:  # ORG-07
    scenario(ORGANISATION, given=EMPTY, when=noting(), then=[found(JUL_1)])
    scenario(ORGANISATION, given=[*EMPTY, found(JUL_1)], when=noting(), then=[])


def test_one_that_never_had_any_is_vacant_from_its_first_day() -> None:  # ORG-07
    scenario(ORGANISATION, given=[LIUSHU], when=noting(), then=[found(JAN_5)])


def test_while_somebody_is_responsible_nothing_is_found() -> None:  # ORG-07
    scenario(ORGANISATION, given=HELD, when=noting(), then=[])
    scenario(ORGANISATION, given=EMPTY, when=noting(JUL_1 - timedelta(1)), then=[])
    scenario(ORGANISATION, given=[*EMPTY, taken("liu-fang", JUL_1)], when=noting(), then=[])


def test_a_unit_needs_no_first_person() -> None:  # ORG-07
    unit = [event.model_copy(update={"level": "unit"}) for event in (LIUSHU,)]
    assert ORGANISATION.decide(ORGANISATION.replay(unit), noting()) == []


def test_a_vacancy_ends_when_somebody_takes_office() -> None:  # ORG-07
    since = JUL_1 + timedelta(5)
    given = [*EMPTY, found(JUL_1), taken("liu-fang", since)]
    scenario(ORGANISATION, given=given, when=noting(), then=[ended(JUL_1, since)])
    scenario(ORGANISATION, given=given, when=noting(since - timedelta(1)), then=[])


def test_one_that_is_filled_for_the_time_before_ends_on_its_first_day() -> None:  # ORG-07
    given = [*EMPTY, found(JUL_1), taken("liu-fang", JUL_1)]
    scenario(ORGANISATION, given=given, when=noting(), then=[ended(JUL_1, JUL_1)])


def test_what_came_and_went_while_nobody_looked_is_told_afterwards() -> None:  # ORG-07
    since = JUL_1 + timedelta(5)
    given = [*EMPTY, taken("liu-fang", since)]
    told: list[OrganisationEvent] = [found(JUL_1), ended(JUL_1, since)]
    scenario(ORGANISATION, given=given, when=noting(), then=told)


_people = st.sampled_from(["wang-jianjun", "liu-fang", "he-tao"])
_steps = st.lists(st.tuples(st.sampled_from(["take", "leave", "look"]), _people, st.integers(0, 5)), max_size=20)


def story(steps: list[tuple[str, str, int]], *, looking: bool) -> tuple[Organisation, list[OrganisationEvent]]:
    """What is told when posts change on later and later days, and somebody looks now and then or only at the end."""
    day, state, told = JAN_5, ORGANISATION.replay([LIUSHU]), list[OrganisationEvent]()
    for act, person, days in [*steps, ("look", "", 0)]:
        day += timedelta(days)
        last = len(told)
        command: TakePosts | LeavePost | NoteVacancies = noting(day)
        if act == "take":
            command = taking(person, day, succeeds=next(iter(first_persons(state.tenures, day)), ""))
        if act == "leave":
            command = LeavePost("FY-R1", "FY-R1/secretary", person, day)
        if act == "look" and not looking:
            continue
        try:
            told += ORGANISATION.decide(state, command)
        except Refused:
            continue
        state = ORGANISATION.replay(told[last:], state)
    told += ORGANISATION.decide(state, noting(day))
    return ORGANISATION.replay([LIUSHU, *told]), told


@over(_steps)
def test_who_looks_often_and_who_looks_at_the_end_find_the_same(steps: list[tuple[str, str, int]]) -> None:  # ORG-07
    often, rarely = story(steps, looking=True)[0], story(steps, looking=False)[0]
    lasting = [v for v in often.vacancies if v[0] != v[1]]  # what is found in the morning and filled the same day
    assert sorted(lasting) == sorted(rarely.vacancies)


@over(_steps)
def test_a_day_has_a_first_person_or_lies_in_a_vacancy_never_both(steps: list[tuple[str, str, int]]) -> None:  # ORG-07
    state, _ = story(steps, looking=False)
    last = JAN_5 + timedelta(sum(days for *_, days in steps))
    for offset in range((last - JAN_5).days + 1):
        day = JAN_5 + timedelta(offset)
        vacant = [s for s, u in state.vacancies if s <= day and (u is None or day < u)]
        assert len(first_persons(state.tenures, day)) + len(vacant) == 1


def test_a_dated_succession_leaves_no_day_without_a_first_person() -> None:  # ORG-07
    post = TakePost("FY-R1", "FY-R1/secretary", "secretary", "书记", "Secretary", "liu-fang", JUL_1, "wang-jianjun")
    facts = [*HELD, *ORGANISATION.decide(ORGANISATION.replay(HELD), TakePosts((post,)))]
    state = ORGANISATION.replay(facts)
    assert [first_persons(state.tenures, day) for day in (JUL_1 - timedelta(1), JUL_1)] == [
        ["wang-jianjun"],
        ["liu-fang"],
    ]
    assert ORGANISATION.decide(state, noting()) == []
