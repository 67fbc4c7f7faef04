"""What one town cannot do to another's people, nor read of another's affairs, in the demo county on 2026-01-20."""

import pytest

from tests.catalogue import test_organisation_api
from tests.catalogue.test_api import code
from tests.catalogue.test_organisation_api import LATER, ROLL, Set, sheet

pytestmark = pytest.mark.in_order
county = test_organisation_api.county
LUO, LI_MIN = "luo-lan", "li-min"
MEMBERS = "/organisations/{}/members"
HIDING = {"ground": "consent-withdrawn"}


def joining(person: str) -> dict[str, object]:
    return {"persons": [{"person": person}], "on": "2026-01-20"}


def post(person: str, on: str = "2026-01-20") -> dict[str, str]:
    return {"person": person, "kind": "clerk", "title_zh": "干事", "title_en": "Clerk", "on": on, "post": "FY-R1/c2"}


def test_who_belongs_to_another_town_is_admitted_by_a_transfer_alone(county: Set) -> None:  # ORG-11 ORG-16
    refused = county.do("he-jing", MEMBERS.format("FY-R1"), joining(LUO))
    assert (code(refused), refused.json()["errors"][0]["pointer"]) == ("NOT_YOUR_REMIT", "/persons/0")
    assert code(county.do("jiang-ping", MEMBERS.format("FY-R1"), joining(LUO))) == "NOT_ELIGIBLE"
    book = sheet(ROLL, (LUO, "罗兰", "2026-01-20", None))
    assert code(county.do("he-jing", f"{MEMBERS.format('FY-R1')}/import", **book)) == "NOT_YOUR_REMIT"
    assert code(county.do("jiang-ping", f"{MEMBERS.format('FY-R1')}/import", **book)) == "IMPORT_REFUSED"


def test_who_belongs_to_another_town_takes_no_post_of_this_ones_giving(county: Set) -> None:  # ORG-07 ORG-16
    path = "/organisations/FY-R1/posts"
    assert code(county.do("he-jing", path, {"posts": [post(LUO)]})) == "NOT_YOUR_REMIT"
    assert code(county.do("he-jing", path, {"posts": [post("jiang-ping")]})) == "NOT_YOUR_REMIT"
    founded = {"organisation": "FY-R8", "type": "rural", "level": "branch", "name_zh": "新村党支部", "name_en": "New"}
    body = {**founded, "superior": "FY", "on": "2026-01-20", "posts": [post(LUO)]}
    assert code(county.do("he-jing", "/organisations", {"town": "fengyang", "organisations": [body]})) == (
        "NOT_YOUR_REMIT"
    )


def test_a_member_belongs_to_one_organisation_at_a_time(county: Set) -> None:  # ORG-11
    assert code(county.do("he-jing", MEMBERS.format("FY-E1"), joining("chen-xiuying"))) == "NOT_ELIGIBLE"
    book = sheet(ROLL, ("chen-xiuying", "陈秀英", "2025-03-01", "2025-06-01"))
    refused = county.do("he-jing", f"{MEMBERS.format('FY-E1')}/import", **book)
    assert (code(refused), refused.json()["errors"][0]["pointer"]) == ("IMPORT_REFUSED", "C2")
    assert county.sees("chen-xiuying", "/me")["member_of"] == ["FY-R1"]


def test_who_has_left_one_organisation_may_join_another(county: Set) -> None:  # ORG-11
    county.does("he-jing", f"{MEMBERS.format('FY-E1')}/wu-gang/leaving", {"on": LATER})
    assert code(county.do("he-jing", MEMBERS.format("FY-A1"), joining("wu-gang"))) == "NOT_ELIGIBLE"
    county.does("he-jing", MEMBERS.format("FY-A1"), {**joining("wu-gang"), "on": LATER})


def test_what_is_kept_of_a_person_of_two_towns_is_decided_by_the_county(county: Set) -> None:  # ORG-16
    """PIPL Art. 47: neither town hides or erases who belongs to the other, too."""
    county.does("he-jing", "/organisations/FY-R1/staff", joining(LUO))
    assert sorted(county.sees(LUO, "/me")["staff_of"]) == ["FY-R1"]
    for keeper in ("he-jing", "tang-ning"):
        for act in ("restriction", "erasure"):
            assert code(county.do(keeper, f"/persons/{LUO}/{act}", HIDING)) == "NOT_YOUR_REMIT"
        assert code(county.ask(keeper, f"/persons/{LUO}/erasure")) == "NOT_YOUR_REMIT"
    county.does("jiang-ping", f"/persons/{LUO}/restriction", HIDING)
    county.does("jiang-ping", f"/persons/{LUO}/restriction/lifting")
    county.does("tang-ning", "/persons/han-dong/restriction", HIDING)
    county.does("tang-ning", "/persons/han-dong/restriction/lifting")


def test_who_was_first_responsible_on_a_past_day_stays_it(county: Set) -> None:  # ORG-07 ORG-15
    succession = {**post("chen-xiuying", "2025-03-01"), "kind": "secretary", "post": "FY-R1/secretary"}
    body = {"posts": [{**succession, "succeeds": "wang-jianjun"}]}
    assert code(county.do("he-jing", "/organisations/FY-R1/posts", body)) == "WRONG_DATE"
    leaving = {"post": "FY-S1/secretary", "person": "lin-hua", "on": "2025-03-01"}
    assert code(county.do("he-jing", "/organisations/FY-S1/posts/left", leaving)) == "WRONG_DATE"
    firsts = [county.sees("", f"/organisations/{o}", on="2025-06-01")["first_person"] for o in ("FY-R1", "FY-S1")]
    assert firsts == ["wang-jianjun", "lin-hua"]
    county.does("he-jing", "/organisations/FY-S1/posts/left", leaving | {"on": "2026-01-20"})
    assert county.sees("", "/organisations/FY-S1", on="2026-01-20")["first_person"] is None


def test_who_has_a_successor_may_leave_before_they_come(county: Set) -> None:  # ORG-07
    sooner = {"post": "FY-R1/secretary", "person": "wang-jianjun", "on": "2026-06-20"}
    county.does("he-jing", "/organisations/FY-R1/posts/left", sooner)
    days = ("2026-06-19", "2026-06-20", "2026-07-01")
    firsts = [county.sees("", "/organisations/FY-R1", on=day)["first_person"] for day in days]
    assert firsts == ["wang-jianjun", None, "liu-fang"]


def test_a_category_is_given_to_a_body_that_has_officers(county: Set) -> None:  # ORG-08
    body = {"units": {"C7": "FY-R1"}, "on": "2026-03-01"}
    assert code(county.do("he-jing", "/towns/fengyang/division", body)) == "NOT_ELIGIBLE"
    usual = {"party_government_office": "FY-DZB", "party_building_office": "FY-R1", "on": "2026-03-01"}
    assert code(county.do("he-jing", "/towns/fengyang/division/defaults", usual)) == "NOT_ELIGIBLE"


def test_a_town_sets_no_period_shorter_than_the_requirements_allow(county: Set) -> None:  # P-01 P-06 P-15 A-05
    for parameter, value in (("P-01", "0"), ("P-06", "4"), ("P-15", "6"), ("P-15.society", "14")):
        body = {"values": {parameter: value}, "on": LATER}
        assert code(county.do("he-jing", "/towns/fengyang/parameters", body)) == "UNKNOWN_CODE"
    county.does("he-jing", "/towns/fengyang/parameters", {"values": {"P-01.immediate": "0"}, "on": LATER})


def test_a_template_is_read_by_the_towns_units_and_its_oversight(county: Set) -> None:  # ORG-11 ORG-16
    """Its lines say what an item for the inside alone holds, and how it is shown."""
    for path in ("/towns/fengyang/templates", "/towns/fengyang/templates/rural"):
        for outsider in ("zhou-dahai", LUO, "tang-ning", "jiang-ping"):
            assert code(county.ask(outsider, path)) == "NOT_YOUR_REMIT"
        for insider in ("sun-wei", LI_MIN, "he-jing", "zhao-guoqiang"):
            county.sees(insider, path)


def test_a_leading_group_is_of_the_towns_own_people(county: Set) -> None:  # ORG-05
    path = "/organisations/FY-DJB/leading-group"
    for stranger in ("nobody-at-all", LUO):
        body = {"head": "sun-wei", "members": [LI_MIN, stranger], "on": "2026-01-20"}
        refused = county.do("he-jing", path, body)
        assert (code(refused), refused.json()["errors"][0]["pointer"]) == ("NOT_ELIGIBLE", "/members/1")
    county.does("he-jing", path, {"head": "sun-wei", "members": [LI_MIN], "on": "2026-01-20"})
    joining_late = {"joined": [LUO], "left": [], "on": LATER}
    assert code(county.do("he-jing", f"{path}/members", joining_late, version=1)) == "NOT_ELIGIBLE"
