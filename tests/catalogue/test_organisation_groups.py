"""Leading groups are headed by the principal person of their day; units ask one another and answer once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.catalogue.domain.division import usual_division
from services.catalogue.domain.leading_group import (
    LEADING_GROUP,
    ChangeHead,
    ChangeMembers,
    DissolveLeadingGroup,
    FormLeadingGroup,
    LeadingGroup,
    LeadingGroupCommand,
    SetOffice,
)
from services.catalogue.domain.referral import (
    REFERRAL,
    AnswerReferral,
    Countersign,
    OpenReferral,
    Referral,
    ReferralCommand,
    WithdrawReferral,
)
from services.catalogue.domain.tenure import Tenure, principal
from services.catalogue.events import LeadingGroupEvent, LeadingGroupFormed, ReferralKind
from shared.decider import Refused
from shared.testing import scenario
from tests.catalogue.facts import JAN_5, JUL_1, UNITS

FORM = FormLeadingGroup("FY", "fengyang", "zhao", ("li", "sun", "zhao"), "", JAN_5, "zhao", "FY-CDI")
FORMED: LeadingGroupEvent = LeadingGroupFormed(
    body="FY", town="fengyang", on=JAN_5, head="zhao", members=("li", "sun"), office="FY-CDI"
)


def test_a_group_has_the_towns_cdi_for_its_office_unless_it_says_otherwise() -> None:  # ORG-05 A-18
    scenario(LEADING_GROUP, given=[], when=FORM, then=[FORMED])
    other = FORMED.model_copy(update={"office": "FY-DZB"})
    scenario(LEADING_GROUP, given=[], when=replace(FORM, office="FY-DZB"), then=[other])
    scenario(LEADING_GROUP, given=[], when=replace(FORM, usual_office=""), then=Refused("MISSING_FIELD", ""))


@pytest.mark.parametrize("principal_then", ["", "li"])
def test_only_the_principal_person_of_that_day_heads_a_group(principal_then: str) -> None:  # ORG-05
    scenario(LEADING_GROUP, given=[], when=replace(FORM, principal=principal_then), then=Refused("NOT_ELIGIBLE", ""))
    change = ChangeHead("qian", JUL_1, principal_then)
    scenario(LEADING_GROUP, given=[FORMED], when=change, then=Refused("NOT_ELIGIBLE", ""))


def test_a_body_has_one_group_and_what_it_was_stays_told() -> None:  # ORG-05
    scenario(LEADING_GROUP, given=[FORMED], when=FORM, then=Refused("ALREADY_REGISTERED", ""))
    group: LeadingGroup = LEADING_GROUP.replay([FORMED])
    for command in (ChangeHead("qian", JUL_1, "qian"), DissolveLeadingGroup(JUL_1 + timedelta(9))):
        group = LEADING_GROUP.replay(LEADING_GROUP.decide(group, command), group)
    heads = [(stood := group.on(JAN_5 + timedelta(days))) and stood.head for days in (-1, 0, 177, 300)]
    assert heads == [None, "zhao", "qian", None]


def test_nobody_leaves_a_group_they_are_not_of_and_nothing_changes_the_past() -> None:  # ORG-05
    stranger = ChangeMembers((), ("qian",), JUL_1)
    scenario(LEADING_GROUP, given=[FORMED], when=stranger, then=Refused("NOT_A_MEMBER", ""))
    scenario(LEADING_GROUP, given=[FORMED], when=SetOffice("FY", date(2026, 1, 4)), then=Refused("WRONG_DATE", ""))
    scenario(LEADING_GROUP, given=[], when=SetOffice("FY", JAN_5), then=Refused("NOT_FOUND", ""))


PEOPLE = ("zhao", "li", "sun", "qian")
_person, _day = st.sampled_from(PEOPLE), st.integers(0, 20).map(lambda days: JAN_5 + timedelta(days))
_persons = st.lists(_person, max_size=3).map(tuple)
_changes: st.SearchStrategy[LeadingGroupCommand] = st.one_of(
    st.builds(lambda head, on, first: replace(FORM, head=head, on=on, principal=first), _person, _day, _person),
    st.builds(ChangeHead, _person, _day, _person),
    st.builds(ChangeMembers, _persons, _persons, _day),
    st.builds(SetOffice, st.sampled_from(["FY-CDI", "FY-DZB"]), _day),
    st.builds(DissolveLeadingGroup, _day),
)


@over(st.lists(_changes, max_size=15))
def test_no_history_gives_a_group_two_heads_or_a_head_among_its_members(
    commands: Sequence[LeadingGroupCommand],
) -> None:  # ORG-05
    group: LeadingGroup = LEADING_GROUP.initial
    for command in commands:
        before = group
        try:
            group = LEADING_GROUP.replay(LEADING_GROUP.decide(group, command), group)
        except Refused:
            assert group == before
            continue
        assert group.history[: len(before.history)] == before.history
    for stood in group.history:
        assert stood.head not in stood.members
        assert bool(stood.head) == bool(stood.office)


def test_the_principal_is_the_first_responsible_or_who_heads_the_unit() -> None:  # ORG-05 ORG-07
    officer, clerk = Tenure("U/unit-officer", "unit-officer", "sun", JAN_5), Tenure("B/clerk", "clerk", "ma", JAN_5)
    secretary = Tenure("B/secretary", "secretary", "wang", JAN_5, until=JUL_1)
    cdi = Tenure("C/cdi-secretary", "cdi-secretary", "li", JAN_5)
    assert [principal([t], JAN_5) for t in (officer, clerk, secretary, cdi)] == ["sun", "", "wang", "li"]
    assert principal([secretary], JUL_1) == ""


def test_the_usual_division_gives_every_category_one_unit() -> None:  # ORG-08 A-17
    usual = usual_division(party_government_office="FY-DZB", party_building_office="FY-DJB", cdi="FY-CDI", office="FY")
    assert usual == UNITS
    publicity = usual_division(
        party_government_office="A", party_building_office="B", cdi="C", office="D", publicity="E"
    )
    assert publicity["C2"] == "E"


def opening(kind: ReferralKind = "consult") -> OpenReferral:
    return OpenReferral("r-1", "fengyang", kind, "item", "FY-R1/3.9", "DZB", "DJB", "妥否", JUL_1, "qian", JAN_5)


def opened(kind: ReferralKind = "consult") -> Referral:
    return REFERRAL.replay(REFERRAL.decide(Referral(), opening(kind)))


ANSWER = AnswerReferral("DJB", True, "妥", "sun", JAN_5)
SIGN = Countersign("DJB", True, "", "sun", JAN_5)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to_unit": "DZB"}, "OWN_ORGANISATION"),
        ({"question": " "}, "MISSING_FIELD"),
        ({"subject": ""}, "MISSING_FIELD"),
        ({"due": JAN_5 - timedelta(1)}, "WRONG_DATE"),
    ],
)
def test_a_referral_asks_another_unit_something_by_a_day(change: dict[str, object], code: str) -> None:  # ORG-10
    with pytest.raises(Refused, match=code):
        REFERRAL.decide(Referral(), replace(opening(), **change))  # type: ignore[arg-type]  # of many types


@pytest.mark.parametrize(
    ("kind", "command", "code"),
    [
        ("consult", SIGN, "STEP_OUT_OF_ORDER"),
        ("countersign", ANSWER, "STEP_OUT_OF_ORDER"),
        ("consult", replace(ANSWER, unit="CDI"), "NOT_YOUR_REMIT"),
        ("consult", WithdrawReferral("DJB", "x", "sun", JAN_5), "NOT_YOUR_REMIT"),
        ("consult", replace(ANSWER, answer=""), "MISSING_FIELD"),
        ("refer", replace(ANSWER, accepted=False, answer=""), "REASON_REQUIRED"),
        ("countersign", replace(SIGN, agreed=False), "REASON_REQUIRED"),
        ("countersign", replace(SIGN, by="qian"), "SELF_APPROVAL"),
        ("refer", WithdrawReferral("DZB", "", "qian", JAN_5), "REASON_REQUIRED"),
    ],
)
def test_each_step_is_the_asked_units_own_and_in_its_form(
    kind: ReferralKind, command: ReferralCommand, code: str
) -> None:  # ORG-10 ORG-09
    with pytest.raises(Refused, match=code):
        REFERRAL.decide(opened(kind), command)


_steps: st.SearchStrategy[ReferralCommand] = st.sampled_from(
    [opening(), ANSWER, SIGN, replace(SIGN, agreed=False, remark="缺依据"), WithdrawReferral("DZB", "x", "qian", JAN_5)]
)


@over(st.sampled_from(["refer", "consult", "countersign"]), st.lists(_steps, max_size=6))
def test_no_history_answers_a_referral_twice(kind: ReferralKind, steps: list[ReferralCommand]) -> None:  # ORG-10
    referral, ends = opened(kind), 0
    for command in steps:
        try:
            facts = REFERRAL.decide(referral, command)
        except Refused:
            continue
        ends += len(facts)
        referral = REFERRAL.replay(facts, referral)
    assert ends <= 1
