"""Opinions ask whether something is disclosed anew: the question, its decision, the new version by forms (PUB-30)."""

import json

import pytest

from tests.portal.fakes import Stage, problem
from tests.portal.furnished import POSTS, WORK
from tests.portal.staged import QUESTION
from tests.portal.test_forms import commands, hidden_fields
from tests.portal.test_matters_pages import at_work, shown

pytestmark = pytest.mark.anyio
DECIDE, ANEW = "/work/d1/decide-redisclosure", "/work/d1/redisclose"
DONE = {"id": "d1", "version": 8, "result": {}}
CLEARER = {"title": "第一季度党费", "text": "应缴6,120元，明细附后。", "note": "按党员意见写得更清楚"}


def asked(**question: object) -> Stage:
    scene = at_work()
    scene.answer("publication", "GET", "/disclosures/d1", WORK | {"stage": "inside"})
    scene.answer("publication", "GET", "/redisclosures", {"items": [QUESTION | question]})
    return scene


async def test_the_question_stands_on_its_desk_with_its_owner_and_leads_to_the_decision() -> None:  # PUB-30
    page = await shown(asked(), "/work/d1")
    assert "有意见要求研究是否再次公开" in page
    assert "王建军" in page
    assert f'href="{DECIDE}"' in page


async def test_a_clerk_writes_what_was_decided_and_does_not_decide() -> None:  # PUB-30
    scene = asked()
    scene.answer("catalogue", "GET", "/me", {"person": "ma-xiaoyan", "posts": [POSTS[1]]})
    page = await shown(scene, "/work/d1")
    assert DECIDE not in page
    assert f'href="{ANEW}"' in page
    assert f'href="{ANEW}"' not in await shown(asked(due=[]), "/work/d1")


async def test_the_decision_shows_its_opinions_and_names_the_version_of_the_question() -> None:  # PUB-30, FBK-13
    scene = asked()
    scene.answer("publication", "POST", "/redisclosures/d1/decision", DONE)
    page = await shown(scene, DECIDE)
    assert "收缴表看不清，请重贴。" in page
    assert "另有1条" in page
    fields = await hidden_fields(scene, DECIDE)
    await scene.browser.post(DECIDE, data=fields | {"choice": "re-disclose", "reason": ""})
    [(_, headers, body)] = commands(scene)
    assert json.loads(body) == {"choice": "re-disclose", "reason": ""}
    assert headers["if-match"] == '"2"'


@pytest.mark.parametrize(("typed", "field"), [({}, "choice"), ({"choice": "not-necessary"}, "reason")])
async def test_that_nothing_is_necessary_needs_a_reason_and_a_choice_is_made(
    typed: dict[str, str], field: str
) -> None:  # PUB-30
    scene = asked()
    page = await scene.browser.post(DECIDE, data=await hidden_fields(scene, DECIDE) | typed)
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert commands(scene) == []


async def test_what_was_decided_meanwhile_is_said_in_the_words_of_the_matter() -> None:  # PUB-30
    scene = asked()
    scene.answer("publication", "POST", "/redisclosures/d1/decision", problem(409, "STEP_OUT_OF_ORDER"))
    fields = await hidden_fields(scene, f"{DECIDE}?lang=zh")
    page = await scene.browser.post(DECIDE, data=fields | {"choice": "not-necessary", "reason": "表述已清楚"})
    assert page.status_code == 409
    assert "没有待决定的问题" in page.text
    assert "表述已清楚" in page.text
    assert 'value="not-necessary" checked' in page.text


async def test_the_new_version_says_what_was_improved_and_keeps_what_was_typed() -> None:  # PUB-30
    scene = asked()
    scene.answer("publication", "POST", "/disclosures/d1/redisclosure", DONE)
    fields = await hidden_fields(scene, ANEW)
    page = await scene.browser.post(ANEW, data=fields | CLEARER | {"note": ""})
    assert 'id="note-error"' in page.text
    assert "应缴6,120元，明细附后。" in page.text
    assert commands(scene) == []
    page = await scene.browser.post(ANEW, data=fields | CLEARER)
    assert page.headers["location"] == "/work/d1"
    assert json.loads(commands(scene)[0][2]) == CLEARER | {"summary": "", "led_text": ""}
    assert commands(scene)[0][1]["if-match"] == '"7"'


async def test_without_a_decision_the_correction_is_offered_instead() -> None:  # PUB-30, PUB-31
    page = await shown(asked(due=[]), ANEW)
    assert "<form" not in page
    assert 'href="/work/d1/correct"' in page


async def test_an_organisations_questions_are_listed_with_their_reasons() -> None:  # PUB-30
    decided = {"state": "not-necessary", "pending": [], "due": [], "reason": "表述已清楚", "decided_by": "wang-jianjun"}
    page = await shown(asked(**decided, decided_on="2026-04-10"), "/organisations/FY-R1/redisclosures")
    for words in ("决定不再次公开", "表述已清楚", "王建军", "2026年4月10日"):
        assert words in page
