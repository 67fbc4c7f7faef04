"""An approved plan's matter is an item in force with one duty, and its conditions hold whatever is drafted for it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from shared.scope import Scope
from tests.publication.liushu import Liushu, adopted, at

TERMS: dict[str, Any] = {
    "category": "C6",
    "scope": "inside-then-outside",
    "audience_inside": Scope.MEMBERS,
    "audience_outside": Scope.SOCIETY,
    "methods": ("activity-room-board", "public-column"),
}
WORDS = {"title": "防汛救灾捐款收支", "text": "发放给陈秀英3,000.00元。", "summary": "捐款收支"}


def approved(liushu: Liushu, number: int, *names: str, **terms: Any) -> c.PlanApproved:
    """As the catalogue tells it: names sealed."""
    plan = f"FY-R1/plan-{number}"
    sealed = tuple(liushu.platform.vault.sealed((f"draft:{plan}", "", name) for name in names))
    fact = c.PlanApproved(
        plan=plan,
        town="fengyang",
        organisation="FY-R1",
        number=number,
        unit="FY-DJB",
        on_behalf_of="FY",
        title=WORDS["title"],
        terms=c.PlanTerms(**TERMS | terms),
        conditions=(c.Condition(kind="no-names-outside", names=sealed),) if names else (),
        decided_by="sun-wei",
        due=date(2026, 4, 8),
        late_workdays=0,
        on=date(2026, 4, 8),
    )
    liushu.tell(c.REGISTRY, f"plan-{plan}", fact)
    return fact


def duties(liushu: Liushu, number: int) -> list[tuple[str, str, str]]:
    rows = liushu.ask("ma-xiaoyan", "/obligations", organisation="FY-R1").json()["items"]
    return [(r["duty"], r["period"], r["due"]) for r in rows if r["item"] == f"FY-R1/plan-{number}"]


@pytest.fixture
def liushu(tmp_path: Path) -> Liushu:
    return Liushu(tmp_path, at(4, 8, 9))


def test_before_approval_there_is_no_such_item_and_after_it_there_is(liushu: Liushu) -> None:  # CAT-12, S05
    body = {"item": "FY-R1/plan-1", **WORDS}
    assert liushu.do("ma-xiaoyan", "/disclosures", body).json()["code"] == "OFF_CATALOGUE"
    approved(liushu, 1)
    assert liushu.do("ma-xiaoyan", "/disclosures", body).status_code == 201


def test_the_matter_owes_one_disclosure_at_once(liushu: Liushu) -> None:  # CAT-12 PUB-29 P-04
    approved(liushu, 1)
    liushu.go_to(at(4, 9, 9))
    assert duties(liushu, 1) == [("triggered", "2026-04-08", "2026-04-13")]


def test_a_plan_may_name_a_later_day_and_a_shorter_limit_and_no_earlier_day(liushu: Liushu) -> None:  # CAT-12
    approved(liushu, 1, trigger=date(2026, 4, 20), limit_days=1)
    approved(liushu, 2, trigger=date(2026, 3, 1))
    assert duties(liushu, 1) == [("triggered", "2026-04-20", "2026-04-21")]
    assert duties(liushu, 2) == [("triggered", "2026-04-08", "2026-04-13")]


def test_a_new_version_of_the_catalogue_takes_the_matter_away_no_more_than_its_duty(liushu: Liushu) -> None:  # CAT-12
    approved(liushu, 1)
    liushu.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 4, 9), version=2))
    liushu.go_to(at(4, 10, 9))
    assert duties(liushu, 1) == [("triggered", "2026-04-08", "2026-04-13")]
    assert liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/plan-1", **WORDS}).status_code == 201


def test_a_name_does_not_pass_outside_though_the_first_draft_was_refused_for_secrecy(
    liushu: Liushu,
) -> None:  # CAT-12 PUB-35, S05
    approved(liushu, 1, "陈秀英")
    drafted = liushu.do("ma-xiaoyan", "/disclosures", {"obligation": "FY-R1/plan-1/triggered/2026-04-08", **WORDS})
    disclosure = str(drafted.json()["id"])
    liushu.step("ma-xiaoyan", disclosure, "submit", {"attested_by": ["wang-jianjun"]})
    refusal = {"cleared": False, "ground": "personal-privacy", "citation": "个人信息保护法"}
    assert liushu.step("he-tao", disclosure, "review", refusal).status_code == 200
    liushu.service.handler.forget(f"disclosure-{disclosure}")
    assert liushu.step("ma-xiaoyan", disclosure, "revise", WORDS | {"text": "陈秀英等12户"}).status_code == 200
    liushu.approved(disclosure)
    liushu.released_inside(disclosure)
    liushu.go_to(at(4, 9, 15))
    column = {"channel": "public-column", "place": "村口", "posted_at": "2026-04-09T15:00:00+08:00"}
    answer = liushu.step("ma-xiaoyan", disclosure, "release-outside", {"channels": [column]})
    assert (answer.json()["code"], answer.json()["facts"]["places"]) == ("CONDITION_NOT_MET", ["text"])
    assert "陈秀英" not in answer.text


def test_the_views_hold_no_name_in_clear(liushu: Liushu) -> None:  # CAT-12
    approved(liushu, 1, "陈秀英")
    liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/plan-1", **WORDS | {"text": "捐款收支"}})
    kept = [file for file in liushu.platform.folder.rglob("*.sqlite*") if file.is_file()]
    assert kept
    assert not [file for file in kept if "陈秀英".encode() in file.read_bytes()]
