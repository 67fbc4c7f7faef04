"""Staged work by forms: its plan is read, opened, changed, told and closed, and nothing typed is lost on a refusal."""

import json
from typing import Any

import pytest

from tests.portal.fakes import Stage, problem
from tests.portal.furnished import furnished
from tests.portal.staged import ENDED, MATTER, REACHED
from tests.portal.test_forms import commands, hidden_fields

pytestmark = pytest.mark.anyio
NEW = "/organisations/FY-R1/matters/new"
WORK = {"item": "FY-R1/3.8", "title": "村道硬化工程", "title_en": "", "starts": "2026-03-01", "ends": "2026-09-30"}
ROWS = {
    "milestones.1.name": "开工",
    "milestones.1.on": "2026-03-01",
    "milestones.3.name": "铺装",
    "milestones.3.on": "2026-05-20",
}
DONE = {"id": "m1", "version": 4, "result": {"matter": "m1"}}


def at_work(person: str = "ma-xiaoyan") -> Stage:
    scene = furnished()
    scene.sign_in(person)
    return scene


async def shown(scene: Stage, address: str, language: str = "zh") -> str:
    page = await scene.browser.get(address, params={"lang": language})
    assert page.status_code == 200
    return str(page.text.partition("<main")[2])


def sent(scene: Stage) -> Any:
    [(_, _, body)] = commands(scene)
    return json.loads(body)


@pytest.mark.parametrize(
    ("language", "due", "before"),
    [("zh", "2026年6月3日星期三", "原计划日期"), ("en", "Wed 3 Jun 2026", "Planned before")],
)
async def test_a_plan_shows_each_milestone_with_its_due_day_and_the_days_it_had(
    language: str, due: str, before: str
) -> None:  # PUB-26
    page = await shown(at_work(), "/matters/m1", language)
    assert due in page
    assert before in page
    assert "连续降雨，沥青不能摊铺" in page
    assert page.count('class="reckoning"') == 2
    assert 'href="/duties/FY-R1/3.8/stage/m1/1"' in page
    assert "obligation=FY-R1/3.8/stage/m1/1" in page


async def test_a_reader_who_may_not_tell_is_offered_no_form() -> None:  # ORG-14
    scene = at_work()
    scene.answer(
        "catalogue", "GET", "/me", {"person": "guo", "posts": [{"kind": "supervisor", "organisation": "FY-R1"}]}
    )
    page = await shown(scene, "/matters/m1") + await shown(scene, "/matters/m2")
    assert "/matters/m1/replan" not in page
    assert "<form" not in page


async def test_the_summary_is_drafted_from_the_work_that_owes_it() -> None:  # PUB-27
    page = await shown(at_work(), "/matters/m2")
    assert "2026年7月24日星期五" in page
    assert "obligation=FY-R1/3.8/summary/m1" in page


async def test_work_is_opened_with_the_milestones_that_were_filled_in() -> None:  # PUB-26
    scene = at_work()
    scene.answer("publication", "POST", "/matters", DONE)
    fields = await hidden_fields(scene, NEW)
    page = await scene.browser.post(NEW, data=fields | WORK | ROWS)
    assert (page.status_code, page.headers["location"]) == (303, "/matters/m1")
    assert sent(scene) == WORK | {
        "milestones": [{"name": "开工", "on": "2026-03-01"}, {"name": "铺装", "on": "2026-05-20"}]
    }
    assert commands(scene)[0][1]["idempotency-key"] == fields["command"]


async def test_more_rows_are_had_without_losing_what_was_typed() -> None:
    scene = at_work()
    fields = await hidden_fields(scene, NEW)
    page = await scene.browser.post(NEW, data=fields | WORK | ROWS | {"more": "yes"})
    assert page.status_code == 200
    assert 'name="milestones.8.on"' in page.text
    for typed in ("村道硬化工程", "铺装", "2026-05-20"):
        assert f'value="{typed}"' in page.text
    assert commands(scene) == []


async def test_a_milestone_without_a_day_is_marked_at_its_own_field() -> None:
    scene = at_work()
    fields = await hidden_fields(scene, NEW)
    page = await scene.browser.post(NEW, data=fields | WORK | {"milestones.2.name": "路基"})
    assert page.status_code == 422
    assert 'id="milestones.2.on-error"' in page.text
    assert 'href="#milestones.2.on"' in page.text
    assert 'value="路基"' in page.text
    assert commands(scene) == []


async def test_what_the_service_says_of_a_row_stands_at_the_row_that_was_typed() -> None:
    scene = at_work()
    wrong = problem(422, "INVALID", errors=[{"pointer": "/milestones/1/on", "detail": "Not a day."}])
    scene.answer("publication", "POST", "/matters", wrong)
    fields = await hidden_fields(scene, f"{NEW}?lang=en")
    page = await scene.browser.post(NEW, data=fields | WORK | ROWS)
    assert 'id="milestones.3.on-error"' in page.text
    assert "Milestone 3: Planned for" in page.text


async def test_only_what_differs_from_the_plan_is_sent_with_its_reason() -> None:  # PUB-26
    scene = at_work()
    scene.answer("publication", "POST", "/matters/m1/replan", DONE)
    fields = await hidden_fields(scene, "/matters/m1/replan")
    typed = {"moved.2": "2026-06-10", "ends": "2026-09-30", "reason": "连续降雨"}
    page = await scene.browser.post("/matters/m1/replan", data=fields | typed)
    assert page.headers["location"] == "/matters/m1"
    assert sent(scene) == {"moved": [{"number": 2, "on": "2026-06-10"}], "added": [], "reason": "连续降雨"}
    assert commands(scene)[0][1]["if-match"] == '"3"'


async def test_a_plan_is_not_changed_without_a_reason_and_the_days_typed_stay() -> None:  # PUB-26
    scene = at_work()
    fields = await hidden_fields(scene, "/matters/m1/replan")
    page = await scene.browser.post("/matters/m1/replan", data=fields | {"moved.2": "2026-06-10", "ends": "2026-10-15"})
    assert page.status_code == 422
    assert 'id="reason-error"' in page.text
    assert 'value="2026-06-10"' in page.text
    assert 'value="2026-10-15"' in page.text


async def test_a_day_that_does_not_lie_ahead_is_said_of_the_milestones() -> None:  # PUB-26
    scene = at_work()
    past = problem(422, "INVALID", errors=[{"pointer": "/moved", "detail": "A plan is for days to come."}])
    scene.answer("publication", "POST", "/matters/m1/replan", past)
    fields = await hidden_fields(scene, "/matters/m1/replan?lang=zh")
    typed = {"moved.2": "2026-01-10", "ends": "2026-09-30", "reason": "提前"}
    page = await scene.browser.post("/matters/m1/replan", data=fields | typed)
    assert 'id="moved-error"' in page.text
    assert "计划只能调整尚未到来的日期" in page.text
    assert "In the service" not in page.text


async def test_a_milestone_is_told_as_reached_and_its_duty_waited_for() -> None:  # PUB-26
    scene = at_work()
    scene.answer("publication", "POST", "/matters/m1/milestones/2/reached", DONE)
    scene.answer("publication", "GET", "/obligations/FY-R1/3.8/stage/m1/2", REACHED)
    fields = await hidden_fields(scene, "/matters/m1/milestones/2/reached")
    page = await scene.browser.post("/matters/m1/milestones/2/reached", data=fields | {"on": "2026-04-10"})
    assert page.headers["location"] == "/matters/m1"
    assert sent(scene) == {"on": "2026-04-10"}
    asked = [path for _, path, _, _ in scene.services["publication"].asked]
    assert "/obligations/FY-R1/3.8/stage/m1/2" in asked


async def test_a_milestone_that_was_reached_meanwhile_leads_back_to_the_plan() -> None:
    page = await at_work().browser.get("/matters/m1/milestones/1/reached")
    assert page.headers["location"] == "/matters/m1"


async def test_a_close_before_the_summary_says_what_is_missing_and_leads_to_its_draft() -> None:  # PUB-27
    scene = at_work()
    scene.answer("publication", "POST", "/matters/m2/close", problem(422, "SUMMARY_MISSING"))
    fields = await hidden_fields(scene, "/matters/m2?lang=zh")
    page = await scene.browser.post("/matters/m2/close", data=fields)
    assert page.status_code == 422
    assert "总结公开后，本项工作自动结项" in page.text
    assert "LED" not in page.text
    assert "obligation=FY-R1/3.8/summary/m1" in page.text


async def test_work_across_a_years_end_says_that_it_owes_no_summary_where_it_owes_none() -> None:  # A-01, PUB-28
    scene = at_work()
    none = {"summary_owed": False, "summary_obligation": "", "summary_due": None, "summary_state": ""}
    scene.answer("publication", "GET", "/matters/m2", ENDED | none)
    assert "不需要总结公开" in await shown(scene, "/matters/m2")
    assert "年末不需要" in await shown(scene, "/matters/m1")


async def test_telling_the_end_names_the_milestones_that_will_not_come() -> None:  # PUB-27
    page = await shown(at_work(), "/matters/m1/end")
    assert "铺装" in page
    assert "开工" not in page.partition("<form")[0].partition("note warn")[2]
    assert MATTER["title"] in page


async def test_the_organisations_page_leads_to_its_staged_work_for_those_who_see_duties() -> None:
    assert "/organisations/FY-R1/matters" in await shown(at_work(), "/organisations/FY-R1")
    assert "/organisations/FY-R1/matters" not in (await furnished().browser.get("/organisations/FY-R1")).text
