"""An organisation has one holder a post, one first person responsible, and a roll with dates."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given as over
from hypothesis import strategies as st

from services.catalogue.domain.organisation import ORGANISATION, Organisation, RegisterOrganisation
from services.catalogue.domain.roll import AdmitMembers, MemberLeaves
from services.catalogue.domain.tenure import LeavePost, TakePost, TakePosts, first_persons
from services.catalogue.events import MemberAdmitted, MemberLeft, OrganisationPlaced
from shared.decider import Refused
from shared.testing import scenario
from tests.catalogue.facts import ABOVE, JAN_5, JUL_1, LIUSHU, left, taken, taking


def test_an_organisation_is_registered_with_its_type_and_its_superior() -> None:  # ORG-01 ORG-02
    command = RegisterOrganisation("FY-R1", "fengyang", "rural", "branch", "柳树村党支部", "Liushu", JAN_5, "FY", ABOVE)
    placed = OrganisationPlaced(organisation="FY-R1", superior="FY", on=JAN_5)
    scenario(ORGANISATION, given=[], when=command, then=[LIUSHU, placed])


def test_only_the_county_has_no_superior() -> None:  # ORG-02
    command = RegisterOrganisation("FY-R1", "fengyang", "rural", "branch", "柳树村党支部", "Liushu", JAN_5)
    scenario(ORGANISATION, given=[], when=command, then=Refused("MISSING_FIELD", ""))


def test_a_post_that_is_held_is_not_taken_by_another() -> None:  # ORG-07
    given = [LIUSHU, taken("wang-jianjun", JAN_5)]
    scenario(ORGANISATION, given=given, when=taking("liu-fang", JUL_1), then=Refused("POST_HELD", ""))


def test_a_successor_who_names_the_holder_takes_over_on_the_day() -> None:  # ORG-07
    scenario(
        ORGANISATION,
        given=[LIUSHU, taken("wang-jianjun", JAN_5)],
        when=taking("liu-fang", JUL_1, succeeds="wang-jianjun"),
        then=[left("wang-jianjun", JUL_1), taken("liu-fang", JUL_1)],
    )


def test_a_post_that_was_left_is_free_from_that_day_on() -> None:  # ORG-07
    given = [LIUSHU, taken("wang-jianjun", JAN_5), left("wang-jianjun", JUL_1)]
    scenario(ORGANISATION, given=given, when=taking("liu-fang", JUL_1), then=[taken("liu-fang", JUL_1)])


def test_a_post_that_was_left_is_not_free_the_day_before() -> None:  # ORG-07
    given = [LIUSHU, taken("wang-jianjun", JAN_5), left("wang-jianjun", JUL_1)]
    command = taking("liu-fang", JUL_1 - timedelta(1))
    scenario(ORGANISATION, given=given, when=command, then=Refused("POST_HELD", ""))


def test_who_does_not_hold_a_post_does_not_leave_it() -> None:  # ORG-07
    command = LeavePost("FY-R1", "FY-R1/secretary", "liu-fang", JUL_1)
    given = [LIUSHU, taken("wang-jianjun", JAN_5)]
    scenario(ORGANISATION, given=given, when=command, then=Refused("NOT_IN_POST", ""))


def test_who_held_a_post_on_a_past_day_stays_who_held_it() -> None:  # ORG-07 ORG-15
    given, now = [LIUSHU, taken("wang-jianjun", JAN_5)], JUL_1 + timedelta(1)
    leaving = LeavePost("FY-R1", "FY-R1/secretary", "wang-jianjun", JUL_1, now)
    passing = replace(taking("liu-fang", JUL_1, succeeds="wang-jianjun"), today=now)
    for command in (leaving, passing):
        scenario(ORGANISATION, given=given, when=command, then=Refused("WRONG_DATE", ""))
    gone = [*given, left("wang-jianjun", JUL_1)]
    filling = replace(taking("liu-fang", JUL_1), today=now)
    scenario(ORGANISATION, given=gone, when=filling, then=Refused("WRONG_DATE", ""))
    today = replace(leaving, today=JUL_1)
    scenario(ORGANISATION, given=given, when=today, then=[left("wang-jianjun", JUL_1)])


def test_the_first_holders_may_have_had_a_post_before_they_are_recorded() -> None:  # ORG-07
    first = replace(taking("wang-jianjun", JAN_5), today=JUL_1)
    scenario(ORGANISATION, given=[LIUSHU], when=first, then=[taken("wang-jianjun", JAN_5)])
    scenario(ORGANISATION, given=[LIUSHU, taken("wang-jianjun", JAN_5)], when=first, then=[])


def test_who_is_to_be_succeeded_may_leave_earlier() -> None:  # ORG-07
    given = [LIUSHU, taken("wang-jianjun", JAN_5), left("wang-jianjun", JUL_1), taken("liu-fang", JUL_1)]
    sooner = date(2026, 6, 20)
    leaving = LeavePost("FY-R1", "FY-R1/secretary", "wang-jianjun", sooner, date(2026, 6, 1))
    scenario(ORGANISATION, given=given, when=leaving, then=[left("wang-jianjun", sooner)])
    scenario(ORGANISATION, given=given, when=replace(leaving, on=JUL_1), then=Refused("NOT_IN_POST", ""))
    scenario(ORGANISATION, given=given, when=replace(leaving, today=JUL_1), then=Refused("NOT_IN_POST", ""))
    tenures = ORGANISATION.replay([*given, left("wang-jianjun", sooner)]).tenures
    days = [sooner - timedelta(1), sooner, JUL_1]
    assert [first_persons(tenures, day) for day in days] == [["wang-jianjun"], [], ["liu-fang"]]


def test_a_roll_admits_whom_it_does_not_have_yet() -> None:  # ORG-11
    admitted = MemberAdmitted(organisation="FY-R1", person="hu-ping", on=JAN_5)
    command = AdmitMembers("FY-R1", ("hu-ping", "chen-xiuying"), JAN_5)
    then = [MemberAdmitted(organisation="FY-R1", person="chen-xiuying", on=JAN_5)]
    scenario(ORGANISATION, given=[LIUSHU, admitted], when=command, then=then)


def test_who_has_left_comes_back_no_earlier_than_they_left() -> None:
    admitted = MemberAdmitted(organisation="FY-R1", person="hu-ping", on=JAN_5)
    gone = MemberLeft(organisation="FY-R1", person="hu-ping", on=JUL_1)
    command = AdmitMembers("FY-R1", ("hu-ping",), JAN_5)
    scenario(ORGANISATION, given=[LIUSHU, admitted, gone], when=command, then=Refused("WRONG_DATE", ""))


def test_a_stranger_does_not_leave_the_roll() -> None:  # ORG-11
    command = MemberLeaves("FY-R1", "zhou-dahai", JUL_1)
    scenario(ORGANISATION, given=[LIUSHU], when=command, then=Refused("NOT_A_MEMBER", ""))


_people = st.sampled_from(["wang-jianjun", "liu-fang", "he-tao"])
_days = st.integers(0, 30).map(lambda days: JAN_5 + timedelta(days))
_kinds = st.sampled_from(["secretary", "committee-secretary", "clerk"])
_takings = st.builds(
    lambda person, on, succeeds, kind: TakePosts(
        (TakePost("FY-R1", f"FY-R1/{kind}", kind, "书记", "Secretary", person, on, succeeds),)
    ),
    _people,
    _days,
    st.one_of(st.just(""), _people),
    _kinds,
)
_leavings = st.builds(lambda person, on, kind: LeavePost("FY-R1", f"FY-R1/{kind}", person, on), _people, _days, _kinds)


@over(st.lists(st.one_of(_takings, _leavings), max_size=25))
def test_no_history_has_two_first_persons_on_a_day(commands: list[TakePosts | LeavePost]) -> None:  # ORG-07
    organisation: Organisation = ORGANISATION.replay([LIUSHU])
    for command in commands:
        try:
            organisation = ORGANISATION.replay(ORGANISATION.decide(organisation, command), organisation)
        except Refused:
            continue
    for offset in range(-1, 33):
        assert len(first_persons(organisation.tenures, JAN_5 + timedelta(offset))) <= 1


@over(st.lists(st.one_of(_takings, _leavings), max_size=12), _takings)
def test_a_later_succession_changes_no_day_before_it(
    commands: list[TakePosts | LeavePost], last: TakePosts
) -> None:  # ORG-07 ORG-15
    organisation: Organisation = ORGANISATION.replay([LIUSHU])
    for command in [*commands, last]:
        before = organisation
        try:
            organisation = ORGANISATION.replay(ORGANISATION.decide(organisation, command), organisation)
        except Refused:
            assert organisation == before
            continue
        on: date = command.on if isinstance(command, LeavePost) else command.posts[0].on
        for offset in range((on - JAN_5).days):
            day = JAN_5 + timedelta(offset)
            assert first_persons(organisation.tenures, day) == first_persons(before.tenures, day)
