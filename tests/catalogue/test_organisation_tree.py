"""The tree is dated: an organisation moves under another superior from a day on; nothing ever stands above itself."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.catalogue.domain.organisation import ORGANISATION
from services.catalogue.domain.tree import KeepPlace, PlaceOrganisation, Upper, above_from, place, superior_on
from services.catalogue.events import OrganisationPlaced
from shared.decider import Refused
from shared.testing import scenario
from tests.catalogue.facts import ABOVE, JAN_5, JUL_1, LIUSHU

GENERAL = {"FY-G1": Upper("fengyang", "general-branch", JAN_5, ((JAN_5, "FY"),)), **ABOVE}
UNDER_FY = OrganisationPlaced(organisation="FY-R1", superior="FY", on=JAN_5)


def moving(superior: str, on: date = JUL_1, above: Mapping[str, Upper] = GENERAL) -> PlaceOrganisation:
    return PlaceOrganisation("FY-R1", superior, on, above)


def test_the_next_higher_is_the_one_of_the_acts_date() -> None:  # ORG-02
    moved = OrganisationPlaced(organisation="FY-R1", superior="FY-G1", on=JUL_1)
    scenario(ORGANISATION, given=[LIUSHU, UNDER_FY], when=moving("FY-G1"), then=[moved])
    placements = ORGANISATION.replay([LIUSHU, UNDER_FY, moved]).placements
    assert [superior_on(placements, JUL_1 - timedelta(1)), superior_on(placements, JUL_1)] == ["FY", "FY-G1"]


def test_a_move_to_where_it_stands_changes_nothing() -> None:  # ORG-02
    scenario(ORGANISATION, given=[LIUSHU, UNDER_FY], when=moving("FY"), then=[])


def test_a_move_before_the_last_one_is_refused() -> None:  # ORG-02
    later = OrganisationPlaced(organisation="FY-R1", superior="FY-G1", on=JUL_1)
    before = moving("FY", JUL_1 - timedelta(1))
    scenario(ORGANISATION, given=[LIUSHU, UNDER_FY, later], when=before, then=Refused("WRONG_DATE", ""))


@pytest.mark.parametrize(
    ("superior", "upper"),
    [
        ("HS", Upper("heshan", "town-committee", JAN_5, ((JAN_5, "QS"),))),  # another town's, ORG-16
        ("FY-R1", Upper("fengyang", "branch", JAN_5)),  # itself
        ("FY-E1", Upper("fengyang", "branch", JAN_5, ((JAN_5, "FY"),))),  # nothing stands under a branch
        ("FY-G2", Upper("fengyang", "general-branch", JUL_1 + timedelta(1))),  # not yet there
    ],
)
def test_no_organisation_stands_under_what_is_not_above_it(superior: str, upper: Upper) -> None:  # ORG-02 ORG-16
    command = moving(superior, above={superior: upper, **ABOVE})
    scenario(ORGANISATION, given=[LIUSHU, UNDER_FY], when=command, then=Refused("WRONG_SUPERIOR", ""))


def test_what_is_not_registered_is_nobodys_superior() -> None:  # ORG-02
    scenario(ORGANISATION, given=[LIUSHU, UNDER_FY], when=moving("FY-X"), then=Refused("WRONG_SUPERIOR", ""))


def test_the_county_and_a_town_stay_above_what_is_theirs() -> None:  # ORG-03 ORG-16
    under_own = PlaceOrganisation("FY", "FY-G1", JUL_1, GENERAL)
    with pytest.raises(Refused, match="WRONG_SUPERIOR"):
        place("fengyang", "town-committee", JAN_5, ((JAN_5, "QS"),), under_own)
    with pytest.raises(Refused, match="WRONG_SUPERIOR"):
        place("", "county", JAN_5, (), PlaceOrganisation("QS", "FY", JUL_1, ABOVE))


def test_a_town_moves_under_another_of_the_countys_own() -> None:  # ORG-03
    office = {"QS-2": Upper("", "county", JAN_5)}
    assert place("fengyang", "town-committee", JAN_5, ((JAN_5, "QS"),), PlaceOrganisation("FY", "QS-2", JUL_1, office))


def test_no_ring_arises_on_a_later_day_either() -> None:  # ORG-02
    later = JUL_1 + timedelta(30)
    above = {"G2": Upper("fengyang", "general-branch", JAN_5, ((JAN_5, "FY"), (later, "G1"))), **ABOVE}
    above["G1"] = Upper("fengyang", "general-branch", JAN_5, ((JAN_5, "FY"),))
    with pytest.raises(Refused, match=f"On {later}"):
        place("fengyang", "general-branch", JAN_5, ((JAN_5, "FY"),), PlaceOrganisation("G1", "G2", JUL_1, above))


def test_those_above_confirm_that_they_stand_where_the_move_was_judged_by() -> None:  # ORG-02
    scenario(ORGANISATION, given=[LIUSHU, UNDER_FY], when=KeepPlace(((JAN_5, "FY"),)), then=[])
    moved = KeepPlace(((JAN_5, "FY"), (JUL_1, "FY-G1")))
    scenario(ORGANISATION, given=[LIUSHU, UNDER_FY], when=moved, then=Refused("WRONG_SUPERIOR", ""))


GROUPS = ["G1", "G2", "G3", "G4"]
_moves = st.lists(st.tuples(st.sampled_from(GROUPS), st.sampled_from(["FY", *GROUPS]), st.integers(0, 20)), max_size=14)


@over(_moves)
def test_no_history_of_moves_makes_a_ring_on_any_day(moves: list[tuple[str, str, int]]) -> None:  # ORG-02
    tree = {name: Upper("fengyang", "general-branch", JAN_5, ((JAN_5, "FY"),)) for name in GROUPS} | ABOVE
    for name, superior, days in moves:
        own, on = tree[name], JAN_5 + timedelta(days)
        command = PlaceOrganisation(name, superior, on, _above(tree, superior, on))
        try:
            facts = place(own.town, own.level, own.since, own.placements, command)
        except Refused:
            continue
        placements = (*own.placements, *((f.on, f.superior) for f in facts))
        tree[name] = Upper(own.town, own.level, own.since, placements)
    for days in range(22):
        for name in GROUPS:
            assert _top(tree, name, JAN_5 + timedelta(days)) == "QS"


def _above(tree: Mapping[str, Upper], start: str, on: date) -> dict[str, Upper]:
    """Everything that stands above on that day or later: what the edge brings along."""
    found: dict[str, Upper] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in tree and name not in found:
            found[name] = tree[name]
            waiting += above_from(tree[name].placements, on)
    return found


def _top(tree: Mapping[str, Upper], name: str, day: date) -> str:
    for _ in range(len(tree) + 1):
        upper = superior_on(tree[name].placements, day)
        if not upper:
            return name
        name = upper
    return "a ring"
