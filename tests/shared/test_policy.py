"""Who may do what: the whole table spelt out and approved, and the few rules that stand beside it.

When the table changes on purpose, run this file with ``APPROVE=1`` and review the difference of policy_matrix.md.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.decider import Refused
from shared.identity import NOBODY, PostHeld, PostKind, Standing
from shared.policy import ACTIONS, NOT_TO_OWN_WORK, Acting, authorize

APPROVED = Path(__file__).parent / "policy_matrix.md"
AT = datetime(2026, 4, 10, 6, 0, tzinfo=UTC)
TREE = {
    "BRANCH": ("GENERAL", "COMMITTEE", "COUNTY"),
    "GENERAL": ("COMMITTEE", "COUNTY"),
    "OTHER": ("COMMITTEE", "COUNTY"),
    "COMMITTEE": ("COUNTY",),
    "UNIT": ("COMMITTEE", "COUNTY"),
    "ELSEWHERE": ("COMMITTEE-2", "COUNTY"),
}
SEATS = {  # where the holder of each kind of post sits
    PostKind.COUNTY_OFFICE: "COUNTY",
    PostKind.COUNTY_CDI: "COUNTY",
    PostKind.COMMITTEE_SECRETARY: "COMMITTEE",
    PostKind.LEADING_GROUP_HEAD: "COMMITTEE",
    PostKind.LEADING_GROUP_OFFICE: "COMMITTEE",
    PostKind.CDI_SECRETARY: "COMMITTEE",
    PostKind.UNIT_OFFICER: "UNIT",
    PostKind.SECRETARY: "GENERAL",
    PostKind.CLERK: "GENERAL",
    PostKind.SECRECY_REVIEWER: "GENERAL",
    PostKind.SUPERVISOR: "GENERAL",
}
TOWNS = {"ELSEWHERE": "town-2", "COUNTY": ""}
PLACES = ("own organisation", "one below it", "another of the town", "another town")


def town_of(organisation: str) -> str:
    return TOWNS.get(organisation, "town-1")


def standing(kind: PostKind, organisation: str = "", town: str | None = None) -> Standing:
    seat = organisation or SEATS[kind]
    where = town_of(seat) if town is None else town
    post = PostHeld(f"{seat}/{kind.value}", kind, "", "", seat, where)
    return Standing("someone", AT, posts=(post,), town=where, ancestors=TREE)


ROLES: dict[str, tuple[Standing, str]] = {
    "nobody": (NOBODY, "GENERAL"),
    "signed in": (Standing("someone", AT, ancestors=TREE), "GENERAL"),
    "member": (Standing("someone", AT, member_of=frozenset({"GENERAL"}), town="town-1", ancestors=TREE), "GENERAL"),
    **{kind.value: (standing(kind), SEATS[kind]) for kind in PostKind},
}


def target(place: str, seat: str) -> str:
    below = next((o for o in ("BRANCH", "GENERAL") if seat in TREE[o]), "")
    return {PLACES[0]: seat, PLACES[1]: below, PLACES[2]: "OTHER", PLACES[3]: "ELSEWHERE"}[place]


def answer(action: str, role: Standing, organisation: str) -> str:
    if not organisation:
        return " "
    try:
        authorize(action, role, organisation=organisation, town=town_of(organisation))
    except Refused:
        return "·"
    return "yes"


def matrix() -> str:
    lines = ["# Who may do what, where", "", "Generated from shared/policy.py; a `·` is a refusal.", ""]
    for action in sorted(ACTIONS):
        lines += [f"## {action}", "", f"| | {' | '.join(PLACES)} |", f"|---|{'---|' * len(PLACES)}"]
        for name, (role, seat) in ROLES.items():
            cells = [answer(action, role, target(place, seat)) for place in PLACES]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def test_who_may_do_what_is_as_it_was_approved() -> None:
    if os.environ.get("APPROVE"):
        APPROVED.write_text(matrix(), encoding="utf-8")
    assert matrix() == APPROVED.read_text(encoding="utf-8")


def refusal(action: str, who: Standing, organisation: str = "GENERAL", **more: object) -> str:
    with pytest.raises(Refused) as refused:
        authorize(action, who, organisation=organisation, town=town_of(organisation), **more)  # type: ignore[arg-type]  # of the test's own making
    return refused.value.code


def test_an_author_who_approves_learns_that_it_is_their_own_work() -> None:  # A-22, S02 04-09
    clerk = standing(PostKind.CLERK)
    assert refusal("disclosure.approve", clerk, makers=("someone",)) == "SELF_APPROVAL"
    assert refusal("disclosure.approve", clerk, makers=("another",)) == "NOT_YOUR_REMIT"


@pytest.mark.parametrize("action", sorted(NOT_TO_OWN_WORK))
def test_no_post_permits_judging_ones_own_work(action: str) -> None:
    for kind in PostKind:
        assert refusal(action, standing(kind), makers=["someone"]) == "SELF_APPROVAL"


def test_an_act_that_is_not_in_the_table_is_nobodys() -> None:
    for role, seat in ROLES.values():
        assert refusal("disclosure.burn", role, seat) in ("NOT_YOUR_REMIT", "SIGN_IN_NEEDED")


def test_what_is_hidden_does_not_exist_for_those_without_a_view_of_the_desk() -> None:  # NOT_FOUND, requirements 8.0
    assert refusal("disclosure.work", NOBODY, hidden=True) == "NOT_FOUND"
    assert refusal("disclosure.work", standing(PostKind.CLERK, "OTHER"), hidden=True) == "NOT_FOUND"
    assert refusal("disclosure.approve", standing(PostKind.CLERK), hidden=True) == "NOT_YOUR_REMIT"


def test_nobody_is_asked_to_sign_in_where_somebody_must_be() -> None:
    assert refusal("opinion.handle", NOBODY) == "SIGN_IN_NEEDED"


def test_a_post_of_the_countys_kind_inside_a_town_has_no_power_over_the_county() -> None:  # ORG-16
    """A town keeps its own posts; it must not be able to make itself the county."""
    climber = standing(PostKind.COUNTY_OFFICE, "GENERAL")
    for action in ("calendar.keep", "register.keep"):
        assert refusal(action, climber) == "NOT_YOUR_REMIT"


def test_an_act_names_the_post_that_permitted_it() -> None:  # ORG-15
    acting = authorize("disclosure.release", standing(PostKind.CLERK), organisation="GENERAL", town="town-1")
    assert acting == Acting("someone", "GENERAL/clerk", "GENERAL", "town-1")


def test_without_an_organisation_no_post_of_an_organisation_permits_anything() -> None:
    with pytest.raises(Refused, match="NOT_YOUR_REMIT"):
        authorize("disclosure.draft", standing(PostKind.CLERK))
    with pytest.raises(Refused, match="NOT_YOUR_REMIT"):
        authorize("catalogue.adopt", standing(PostKind.LEADING_GROUP_HEAD))
