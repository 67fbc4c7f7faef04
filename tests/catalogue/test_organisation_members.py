"""Membership is dated, and a transfer is one act: on every day a member belongs to one of the two organisations."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.catalogue.domain.organisation import ORGANISATION, Organisation, OrganisationEvent
from services.catalogue.domain.roll import (
    AdmitMembers,
    MemberLeaves,
    ReceiveMember,
    RecordStaff,
    RollLine,
    StaffLeaves,
    TakeOverRoll,
    TransferMember,
)
from services.catalogue.events import (
    REGISTRY,
    MemberAdmitted,
    MemberLeft,
    MemberTransferred,
    OrganisationRegistered,
    PostLeft,
    PostTaken,
    StaffLeft,
    StaffRecorded,
    SupervisorAppointed,
    SupervisorRemoved,
)
from services.catalogue.reactions import on_member_transferred
from shared.clock import at
from shared.decider import Refused
from shared.events import Event
from shared.identity.register import Register
from shared.testing import recorded, scenario, view_of
from tests.catalogue.facts import JAN_5, JUL_1, LIUSHU

CHEN = "chen-xiuying"
IN = MemberAdmitted(organisation="FY-R1", person=CHEN, on=JAN_5)
MOVE = TransferMember("FY-R1", "fengyang", "HS-R1", "heshan", CHEN, JUL_1)
MOVED = MemberTransferred(
    organisation="FY-R1", town="fengyang", to_organisation="HS-R1", to_town="heshan", person=CHEN, on=JUL_1
)


def test_a_member_leaves_and_joins_on_the_same_day() -> None:  # ORG-11
    scenario(ORGANISATION, given=[LIUSHU, IN], when=MOVE, then=[MOVED])
    state: Organisation = ORGANISATION.replay([LIUSHU, IN, MOVED])
    assert [state.roll.member_on(CHEN, day) for day in (JUL_1 - timedelta(1), JUL_1)] == [True, False]


def test_who_is_no_member_is_not_transferred() -> None:  # ORG-11
    scenario(ORGANISATION, given=[LIUSHU], when=MOVE, then=Refused("NOT_A_MEMBER", ""))


def test_a_transfer_to_where_one_is_a_member_is_refused_beforehand() -> None:  # ORG-11
    asked = ReceiveMember("FY-R1", "fengyang", CHEN, JUL_1, expected=True)
    scenario(ORGANISATION, given=[LIUSHU, IN], when=asked, then=Refused("ALREADY_REGISTERED", ""))
    scenario(ORGANISATION, given=[LIUSHU], when=asked, then=[])


def test_whatever_the_other_roll_says_a_transfer_is_refused_in_one_way() -> None:  # ORG-11 ORG-16
    left = MemberLeft(organisation="FY-R1", person=CHEN, on=JUL_1 + timedelta(1))
    asked = ReceiveMember("FY-R1", "fengyang", CHEN, JUL_1, expected=True)
    said = set()
    for facts in ([LIUSHU, IN], [LIUSHU, IN, left]):
        with pytest.raises(Refused) as refusal:
            ORGANISATION.decide(ORGANISATION.replay(facts), asked)
        said.add((refusal.value.code, refusal.value.detail, refusal.value.pointer))
    assert len(said) == 1


STAYS = StaffRecorded(organisation="FY-R1", person="zhou-dahai", on=JAN_5)
GOES = StaffLeft(organisation="FY-R1", person="zhou-dahai", on=JUL_1)


def test_whoever_left_the_unit_is_none_of_its_people_from_that_day_on() -> None:  # ORG-11
    leaving = StaffLeaves("FY-R1", "zhou-dahai", JUL_1)
    scenario(ORGANISATION, given=[LIUSHU, STAYS], when=leaving, then=[GOES])
    scenario(ORGANISATION, given=[LIUSHU, STAYS, GOES], when=leaving, then=Refused("NOT_A_MEMBER", ""))
    scenario(ORGANISATION, given=[LIUSHU, STAYS], when=replace(leaving, on=JAN_5), then=Refused("WRONG_DATE", ""))
    stream = "organisation-FY-R1"
    told = [recorded(REGISTRY, stream, fact, n) for n, fact in enumerate([LIUSHU, STAYS, GOES], start=1)]
    known = view_of(Register, told)
    staff = [known.standing("zhou-dahai", at(day)).staff_of for day in (JUL_1 - timedelta(1), JUL_1)]
    assert staff == [{"FY-R1"}, frozenset()]


def test_whoever_comes_back_to_the_unit_comes_after_they_left() -> None:  # ORG-11
    back = RecordStaff("FY-R1", ("zhou-dahai",), JUL_1)
    again = StaffRecorded(organisation="FY-R1", person="zhou-dahai", on=JUL_1)
    scenario(ORGANISATION, given=[LIUSHU, STAYS, GOES], when=back, then=[again])
    scenario(ORGANISATION, given=[LIUSHU, STAYS], when=back, then=[])
    scenario(ORGANISATION, given=[LIUSHU, STAYS, GOES], when=replace(back, on=JAN_5), then=Refused("WRONG_DATE", ""))


def test_a_supervisor_who_is_transferred_supervises_no_more() -> None:  # ORG-11 ORG-14
    who = {"organisation": "FY-R1", "post": "FY-R1/supervisor", "person": CHEN}
    ends = date(2028, 1, 5)
    hired: list[OrganisationEvent] = [
        SupervisorAppointed(**who, term=1, on=JAN_5, until=ends),
        PostTaken(**who, kind="supervisor", title_zh="监督员", title_en="Supervisor", on=JAN_5, term=ends),
    ]
    gone: list[OrganisationEvent] = [
        SupervisorRemoved(**who, ground="transferred", on=JUL_1),
        PostLeft(**who, on=JUL_1),
    ]
    told: list[OrganisationEvent] = [MOVED, *gone]
    scenario(ORGANISATION, given=[LIUSHU, IN, *hired], when=MOVE, then=told)


def test_the_receiving_organisation_is_told_in_its_own_town() -> None:  # ORG-11 ORG-16
    (do,) = on_member_transferred().commands(recorded(REGISTRY, "organisation-FY-R1", MOVED, 3))
    assert (do.stream, do.command) == ("organisation-HS-R1", ReceiveMember("HS-R1", "heshan", CHEN, JUL_1))


def register(*facts: tuple[str, Event]) -> Register:
    told = [recorded(REGISTRY, f"organisation-{o}", fact, n) for n, (o, fact) in enumerate(facts, start=1)]
    return view_of(Register, told)


HESHAN = OrganisationRegistered(
    organisation="HS-R1", town="heshan", type="rural", level="branch", name_zh="东坪", name_en="Dongping", on=JAN_5
)
HERE, THERE = ("FY-R1", LIUSHU), ("HS-R1", HESHAN)


def member_of(known: Register, day: date) -> set[str]:
    return set(known.standing(CHEN, at(day)).member_of)


def test_on_every_day_one_reads_what_the_organisation_of_that_day_shows() -> None:  # ORG-11
    known = register(HERE, THERE, ("FY-R1", IN), ("FY-R1", MOVED))
    assert [member_of(known, JUL_1 + timedelta(n)) for n in (-1, 0, 30)] == [{"FY-R1"}, {"HS-R1"}, {"HS-R1"}]
    told = MemberAdmitted(organisation="HS-R1", person=CHEN, on=JUL_1)
    again = register(HERE, THERE, ("FY-R1", IN), ("FY-R1", MOVED), ("HS-R1", told))
    assert [member_of(again, JUL_1 + timedelta(n)) for n in (-1, 0)] == [{"FY-R1"}, {"HS-R1"}]
    assert again.standing(CHEN, at(JUL_1)).member_towns == {"heshan"}


SEAT = {"organisation": "FY-R1", "post": "FY-R1/supervisor", "person": CHEN}
HIRED = PostTaken(**SEAT, kind="supervisor", title_zh="监督员", title_en="S", on=JAN_5, term=date(2028, 1, 5))


@pytest.mark.parametrize(
    ("left", "serves"),
    [(None, [True, True, True, False]), (JUL_1, [True, False, False, False]), (date(2029, 1, 1), [True] * 3 + [False])],
)
def test_a_post_with_a_term_ends_by_itself_in_every_service(left: date | None, serves: list[bool]) -> None:  # ORG-14
    facts: list[tuple[str, Event]] = [HERE, ("FY-R1", HIRED)]
    facts += [("FY-R1", PostLeft(**SEAT, on=left))] if left else []
    known = register(*facts)
    days: list[datetime] = [at(d) for d in (JAN_5, JUL_1, date(2028, 1, 4), date(2028, 1, 5))]
    assert [bool(known.standing(CHEN, day).posts) for day in days] == serves


_lines = st.lists(
    st.builds(
        lambda person, since, length: RollLine(
            person, JAN_5 + timedelta(since), JAN_5 + timedelta(since + length) if length else None
        ),
        st.sampled_from(["a", "b"]),
        st.integers(0, 30),
        st.integers(0, 10),
    ),
    max_size=5,
)
_who, _days = st.sampled_from(["a", "b"]), st.integers(0, 40)
_acts = st.one_of(
    st.builds(lambda lines: TakeOverRoll("FY-R1", tuple(lines)), _lines),
    st.builds(lambda person, d: AdmitMembers("FY-R1", (person,), JAN_5 + timedelta(d)), _who, _days),
    st.builds(lambda person, d: MemberLeaves("FY-R1", person, JAN_5 + timedelta(d)), _who, _days),
)  # fmt: skip


@over(st.lists(_acts, max_size=12))
def test_no_history_of_a_roll_has_a_member_twice_on_a_day_or_leaving_before_coming(
    acts: list[TakeOverRoll | AdmitMembers | MemberLeaves],
) -> None:  # ORG-11 A-24
    state: Organisation = ORGANISATION.replay([LIUSHU])
    for act in acts:
        before = state
        try:
            state = ORGANISATION.replay(ORGANISATION.decide(state, act), state)
        except Refused:
            assert state == before
    for periods in state.roll.members.values():
        assert all(until is None or since < until for since, until in periods)
        for offset in range(45):
            day = JAN_5 + timedelta(offset)
            assert sum(s <= day and (u is None or day < u) for s, u in periods) <= 1


def test_a_roll_taken_over_twice_changes_nothing_the_second_time() -> None:
    roll = TakeOverRoll("FY-R1", (RollLine("a", JAN_5, JUL_1), RollLine("b", JAN_5)))
    facts = ORGANISATION.decide(ORGANISATION.replay([LIUSHU]), roll)
    assert (len(facts), ORGANISATION.decide(ORGANISATION.replay([LIUSHU, *facts]), roll)) == (3, [])
