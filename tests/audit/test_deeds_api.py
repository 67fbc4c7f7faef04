"""Over HTTP: a trace of something other than a disclosure exists for those who may look at traces and at the thing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.audit.main import build
from services.catalogue import events as c
from services.catalogue.events.changes import ItemChange
from services.publication import events as p
from services.publication.events.cadre import CadreMatterOpened, Candidate
from services.publication.events.decisions import MajorDecisionOpened
from services.publication.events.matters import Milestone
from tests.feedback.world import World, noon

OF: dict[str, Any] = {"town": "fengyang", "organisation": "FY-R1"}
CLERK = {"actor": "ma-xiaoyan", "post": "FY-R1/clerk", "organisation": "FY-R1"}
SECRETARY = {"actor": "wang-jianjun", "post": "FY-R1/secretary", "organisation": "FY-R1"}
UNIT = {"actor": "sun-wei", "post": "FY-DJB/officer", "organisation": "FY-DJB"}
DAY = date(2026, 7, 6)
READERS = ("wang-jianjun", "guo-changfu", "li-min", "fang-zheng", "ma-xiaoyan", "wu-gang", "chen-xiuying", "")
PATHS = {
    "change": "changes/C1", "withholding": "withholdings/FY-R1/7.7/1", "plan": "plans/FY-R1/1", "matter": "matters/M1",
    "decision": "decisions/K1", "cadre": "cadre-matters/P1",
}  # fmt: skip
TO_ALL = {"wang-jianjun", "guo-changfu", "li-min", "fang-zheng"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(build, tmp_path, noon(7, 6))
    _a_county(world)
    lines = (ItemChange(kind="terminate", item="FY-R1/3.11", sub_item="3.11"),)
    unit: dict[str, Any] = {"unit": "FY-DJB", "on_behalf_of": "FY"}
    asked = c.ChangeRequested(
        **OF, **unit, change="C1", lines=lines, reason="并入", requested_by="ma-xiaoyan", base_version=1, on=DAY
    )
    of: dict[str, Any] = OF | {"withholding": "FY-R1/7.7/1", "item": "FY-R1/7.7", "sub_item": "7.7", "on": DAY}
    said: dict[str, Any] = {"kind": "not-suitable", "ground": "deliberation", "citation": "x", "until": None}
    proposed = c.WithholdingProposed(**of, **said, addressed_to="FY", reviewer="he-tao", proposed_by="wang-jianjun")
    days: dict[str, Any] = {"starts": DAY, "ends": DAY, "milestones": (Milestone(number=1, name="路基", on=DAY),)}
    matter = p.MatterOpened(
        **OF, **days, matter="M1", item="FY-R1/3.8", title="东口", item_title="x", opened_by="wang-jianjun", on=DAY
    )
    decision = MajorDecisionOpened(
        **OF, decision="K1", item="x", title="仓库", outside=False, audience_inside="x", opened_by="x", on=DAY
    )
    cadre = CadreMatterOpened(
        **OF, cadre="P1", unit="FY-DJB", kind="appointment", opened_by="sun-wei", on=DAY,
        candidates=(Candidate(number=1, name="sealed:name", meant_post="sealed:post"),),
    )  # fmt: skip
    late: dict[str, Any] = {"plan": "FY-R1/plan-1", "number": 1, "due": DAY, "from_day": DAY}
    world.tell(c.REGISTRY, "change-C1", asked, CLERK)
    world.tell(c.REGISTRY, "withholding-FY-R1/7.7/1", proposed, SECRETARY)
    world.tell(c.REGISTRY, "plan-FY-R1/plan-1", c.PlanDecisionFellOverdue(**OF, **unit, **late))
    world.tell(p.REGISTRY, "matter-M1", matter, SECRETARY)
    world.tell(p.REGISTRY, "decision-K1", decision, SECRETARY)
    world.tell(p.REGISTRY, "cadre-P1", cadre, UNIT)
    yield world
    world.close()


def _a_county(world: World) -> None:
    made: dict[str, Any] = {"type": "organ", "level": "county", "name_zh": "县纪委", "name_en": "CDI", "on": DAY}
    world.tell(c.REGISTRY, "organisation-QS-CDI", c.OrganisationRegistered(organisation="QS-CDI", town="", **made))
    post: dict[str, Any] = {"post": "QS-CDI/county-cdi", "kind": "county-cdi", "title_zh": "书记", "title_en": "CDI"}
    taken = c.PostTaken(organisation="QS-CDI", person="fang-zheng", on=date(2026, 1, 1), **post)
    world.tell(c.REGISTRY, "organisation-QS-CDI", taken)


def approved(world: World) -> None:
    """The change goes on to the town's audit, and from there to the county."""
    lines = (ItemChange(kind="terminate", item="FY-R1/3.11", sub_item="3.11"),)
    said: dict[str, Any] = OF | {"change": "C1", "lines": lines, "reason": "并入", "round": 1, "unit": "FY-DJB"}
    people = {"on_behalf_of": "FY", "requested_by": "ma-xiaoyan", "approved_by": "sun-wei"}
    world.tell(c.REGISTRY, "change-C1", c.ChangeApproved(**said, **people, on=DAY), UNIT)
    version = world.ask("li-min", "/cases/C1").json()["version"]
    audited = world.do("li-min", "/cases/C1/audit", {"note": ""}, version=version)
    assert audited.status_code == 200, audited.text
    world.catch_up()


def found_by(world: World, kind: str) -> set[str]:
    return {who for who in READERS if world.ask(who, f"/traces/{PATHS[kind]}").status_code == 200}


@pytest.mark.parametrize(
    ("kind", "for_whom"),
    [
        ("matter", TO_ALL),
        ("change", TO_ALL - {"fang-zheng"}),  # not filed yet
        ("withholding", TO_ALL - {"fang-zheng"}),
        ("decision", TO_ALL - {"fang-zheng"}),
        ("plan", {"wang-jianjun", "li-min"}),
        ("cadre", {"wang-jianjun", "li-min"}),
    ],
)
def test_a_trace_exists_for_whom_the_thing_exists(world: World, kind: str, for_whom: set[str]) -> None:
    """SUP-01, SUP-14, ORG-14, ORG-16, PUB-18."""
    assert found_by(world, kind) == for_whom


@pytest.mark.parametrize("kind", PATHS)
def test_the_list_of_traces_holds_what_can_be_opened_and_counts_no_more(world: World, kind: str) -> None:
    """SUP-01, design 1.5."""
    listing = {}
    for who in READERS:
        answer = world.ask(who, "/traces", organisation="FY-R1", kind=kind)
        listing[who] = len(answer.json()["items"]) if answer.status_code == 200 else 0
    assert {who for who, count in listing.items() if count} == found_by(world, kind)


def test_the_county_finds_a_change_once_it_was_filed(world: World) -> None:  # ORG-16, CAT-18
    approved(world)
    told = world.ask("fang-zheng", "/traces/changes/C1").json()
    assert [(step["step"], step["person"]) for step in told["steps"]] == [
        ("change-requested", "ma-xiaoyan"), ("change-approved", "sun-wei"), ("change-audited", "li-min"),
        ("filing-submitted", ""),
    ]  # fmt: skip
    assert (told["kind"], told["subject"], told["title"]) == ("change", "C1", "FY-R1/3.11")


def test_the_county_finds_a_withholding_once_it_was_filed(world: World) -> None:  # ORG-16, CAT-15
    of: dict[str, Any] = OF | {"withholding": "FY-R1/7.7/1", "item": "FY-R1/7.7", "sub_item": "7.7", "on": DAY}
    said: dict[str, Any] = {"kind": "not-suitable", "ground": "deliberation", "citation": "x", "until": None}
    filed = c.WithholdingFiled(
        **of, **said, addressed_to="FY", late_workdays=0, reviewer="he-tao", filed_by="wang-jianjun"
    )
    world.tell(c.REGISTRY, "withholding-FY-R1/7.7/1", filed, SECRETARY)
    world.catch_up()
    assert "fang-zheng" in found_by(world, "withholding")


def test_a_step_is_told_by_the_names_and_titles_of_its_time(world: World) -> None:  # ORG-15, ORG-07
    [step] = world.ask("li-min", "/traces/matters/M1").json()["steps"]
    assert (step["person_name_en"], step["post_title_en"]) == ("Wang-Jianjun", "SECRETARY")
    assert (step["first_person_responsible"], step["command_id"]) == ("wang-jianjun", "command-1")


def test_the_trace_of_a_cadre_matter_tells_of_nobody_who_is_meant(world: World) -> None:  # PUB-18
    told = world.ask("li-min", "/traces/cadre-matters/P1").text
    assert ("sealed" in told, "sun-wei" in told) == (False, True)


def test_what_was_never_done_has_no_trace(world: World) -> None:  # SUP-01
    for path in ("changes/C9", "withholdings/FY-R1/7.7/9", "plans/FY-R1/9", "matters/M9", "cadre-matters/P9"):
        assert world.ask("li-min", f"/traces/{path}").json()["code"] == "NOT_FOUND"
