"""The scope ladder: every scope has one audience, and each kind of person has exactly the audiences that are theirs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import scope
from shared.identity import NOBODY, PostHeld, PostKind, Standing
from shared.scope import Scope, audience_of, is_outside

ORGS, TOWNS, PEOPLE = ("FY-R1", "FY-H1", "HS-R1"), ("fengyang", "heshan"), ("chen", "zhou")
AUDIENCES = st.builds(
    lambda s, o, t, p: audience_of(s, organisation=o, town=t, person=p),
    st.sampled_from(Scope), st.sampled_from(ORGS), st.sampled_from(TOWNS), st.sampled_from(PEOPLE),
)  # fmt: skip

VILLAGER = Standing("zhou", staff_of=frozenset({"FY-R1"}), town="fengyang")
MEMBER = Standing("chen", member_of=frozenset({"FY-R1"}), member_towns=frozenset({"fengyang"}), town="fengyang")
OTHER_MEMBER = replace(MEMBER, person="bai", member_of=frozenset({"FY-H1"}))


def seen(who: Standing, *, organisation: str = "FY-R1", town: str = "fengyang", person: str = "chen") -> list[str]:
    return [
        s.value for s in Scope if audience_of(s, organisation=organisation, town=town, person=person) in who.audiences
    ]


def test_each_step_of_the_ladder_reaches_whom_it_names() -> None:  # A-25, PUB-02, PUB-03
    assert seen(NOBODY) == ["society"]
    assert seen(VILLAGER) == ["unit-staff", "society"]
    assert seen(MEMBER) == ["named", "members", "unit-staff", "town-members", "society"]
    assert seen(OTHER_MEMBER) == ["town-members", "society"]


def test_no_town_sees_another_towns_material_short_of_society() -> None:  # ORG-16
    head = Standing(
        "li",
        posts=(PostHeld("FY/cdi", PostKind.CDI_SECRETARY, "", "", "FY", "fengyang"),),
        overseen=frozenset({"FY", "FY-R1"}),
    )
    for who in (VILLAGER, MEMBER, head):
        assert seen(who, organisation="HS-R1", town="heshan", person="luo") == ["society"]


@pytest.mark.parametrize(
    "audience", ["", "members:", "person:", "everyone", "SOCIETY", "members:fy-r1", "town-members:"]
)
def test_an_audience_nobody_has_defined_is_seen_by_nobody(audience: str) -> None:
    """Fail closed: what is mistaken for a scope is narrower, never wider."""
    for who in (NOBODY, VILLAGER, MEMBER):
        assert audience not in who.audiences
        assert not who.sees(audience, "")


def test_outside_the_party_are_society_and_the_units_people() -> None:  # PUB-03
    assert [s for s in Scope if is_outside(s)] == [Scope.UNIT_STAFF, Scope.SOCIETY]


@given(AUDIENCES)
def test_whoever_is_not_signed_in_sees_what_is_for_society_and_nothing_else(audience: str) -> None:  # ORG-11
    assert NOBODY.sees(audience, "fengyang") == (audience == scope.SOCIETY)


@given(AUDIENCES, st.sampled_from([VILLAGER, MEMBER, OTHER_MEMBER]))
def test_signing_in_never_hides_what_was_public(audience: str, who: Standing) -> None:
    assert audience not in NOBODY.audiences or audience in who.audiences


@given(AUDIENCES)
def test_without_an_office_seeing_is_having_the_audience(audience: str) -> None:
    assert MEMBER.sees(audience, "fengyang") == (audience in MEMBER.audiences)
