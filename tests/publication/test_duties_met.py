"""A duty is met by one disclosure, and what follows is a correction of it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from tests.publication.liushu import DUES, ITEMS, WORDS, Liushu, adopted, at


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(4, 9, 9))
    yield world
    world.close()


def test_a_met_duty_takes_no_second_disclosure_but_a_correction(liushu: Liushu) -> None:  # PUB-31, PUB-36
    first = liushu.drafted()
    liushu.approved(first)
    liushu.go_to(at(4, 10, 14))
    liushu.released_inside(first)
    again = liushu.do("ma-xiaoyan", "/disclosures", {"obligation": DUES} | WORDS | {"text": "应缴6,210.00元。"})
    said = again.json()
    assert (again.status_code, said["code"], said["accepted"]) == (409, "STEP_OUT_OF_ORDER", f"a correction of {first}")
    correction = WORDS | {"text": "应缴6,210.00元。", "note": "数额有误。"}
    assert liushu.step("ma-xiaoyan", first, "corrections", correction).status_code == 201


def test_one_draft_at_a_time_is_on_its_way_for_a_duty(liushu: Liushu) -> None:  # PUB-36
    first = liushu.drafted()
    again = liushu.do("ma-xiaoyan", "/disclosures", {"obligation": DUES} | WORDS | {"title": "另一份"}).json()
    assert (again["code"], again["accepted"]) == ("STEP_OUT_OF_ORDER", f"the draft {first}")


def test_a_draft_of_terms_that_hold_no_more_is_in_nobodys_way(liushu: Liushu) -> None:  # CAT-19, PUB-36
    liushu.drafted()
    narrowed = ITEMS[0].model_copy(update={"scope": "inside", "audience_outside": None})
    liushu.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 4, 9), 2, (narrowed, *ITEMS[1:])))
    again = liushu.do("ma-xiaoyan", "/disclosures", {"obligation": DUES} | WORDS | {"title": "另一份"})
    assert again.status_code == 201


def test_an_approved_plan_is_for_one_disclosure(liushu: Liushu) -> None:  # CAT-12
    terms: dict[str, Any] = {"category": "C6", "methods": ("meeting",), "audience_outside": "society"}
    reach = {"scope": "inside-then-outside", "audience_inside": "members"}
    names = {"plan": "FY-R1/plan-1", "town": "fengyang", "organisation": "FY-R1", "unit": "FY-DJB"}
    said = {"on_behalf_of": "FY", "title": "捐款", "decided_by": "sun-wei", "due": date(2026, 4, 9), "late_workdays": 0}
    approved = c.PlanApproved(**names, **said, number=1, terms=c.PlanTerms(**terms, **reach), on=date(2026, 4, 9))
    liushu.tell(c.REGISTRY, "plan-FY-R1/plan-1", approved)
    first = liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/plan-1"} | WORDS).json()["id"]
    other = WORDS | {"title": "另一事项", "text": "与该方案无关的内容"}
    again = liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/plan-1"} | other).json()
    assert (again["code"], again["accepted"]) == ("STEP_OUT_OF_ORDER", f"the draft {first}")
    liushu.approved(first)
    liushu.go_to(at(4, 10, 14))
    liushu.released_inside(first)
    owed = liushu.ask("ma-xiaoyan", "/obligations", organisation="FY-R1", limit=100).json()["items"]
    assert {d["state"] for d in owed if d["item"] == "FY-R1/plan-1"} == {"fulfilled"}
    liushu.go_to(at(11, 9, 9))
    again = liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/plan-1"} | other | {"summary": "又一份"}).json()
    assert (again["code"], again["accepted"]) == ("STEP_OUT_OF_ORDER", f"a correction of {first}")
    happened = {"item": "FY-R1/plan-1", "what": "又一件事", "happened_at": at(11, 9, 8).isoformat()}
    assert liushu.do("ma-xiaoyan", "/triggers", happened).json()["code"] == "OFF_CATALOGUE"
