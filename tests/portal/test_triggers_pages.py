"""What happened and what changed is told by forms, which lead on to the duty that follows and to its draft."""

import json
from typing import Any

import pytest

from tests.portal.fakes import problem
from tests.portal.furnished import DUTY, SUSPENDED
from tests.portal.test_forms import commands, hidden_fields
from tests.portal.test_matters_pages import at_work, shown

pytestmark = pytest.mark.anyio
HAPPENED, CHANGED = "/organisations/FY-R1/happened", "/organisations/FY-R1/content-changed"
FIRE = {"item": "FY-R1/4.4", "what": "村东口发生火情", "happened_at": "2026-04-10T08:30"}
RULES = {"item": "FY-R1/4.2", "what": "增加列席代表", "on": "2026-04-09"}
TRIGGERED = DUTY | {"duty": "triggered", "told": "村东口发生火情", "due_at": "2026-04-11T00:30:00Z", "reckoning": []}


async def test_what_happened_is_told_and_leads_to_its_duty() -> None:  # PUB-29
    scene = at_work()
    scene.answer("publication", "POST", "/triggers", {"id": "t1", "version": 1, "result": {"trigger": "t1"}})
    scene.answer("publication", "GET", "/obligations/FY-R1/4.4/triggered/t1", TRIGGERED)
    fields = await hidden_fields(scene, HAPPENED)
    page = await scene.browser.post(HAPPENED, data=fields | FIRE | {"limit_hours": "24"})
    assert page.headers["location"] == "/duties/FY-R1/4.4/triggered/t1"
    [(_, headers, body)] = commands(scene)
    assert json.loads(body) == FIRE | {"happened_at": "2026-04-10T08:30:00+08:00", "limit_hours": 24}
    assert headers["idempotency-key"] == fields["command"]
    duty = await shown(scene, "/duties/FY-R1/4.4/triggered/t1")
    for words in ("村东口发生火情", "2026年4月11日 08:30", "按小时计算", "/drafts/new"):
        assert words in duty
    draft = await scene.browser.get("/drafts/new?obligation=FY-R1/4.4/triggered/t1")
    assert "村东口发生火情" in draft.text


async def test_only_immediate_items_are_offered_and_only_long_term_ones_change() -> None:  # PUB-29, PUB-22
    scene = at_work()
    assert [f"FY-R1/{n}" in await shown(scene, HAPPENED) for n in ("4.2", "4.4")] == [False, True]
    assert [f"FY-R1/{n}" in await shown(scene, CHANGED) for n in ("4.2", "4.4")] == [True, False]


@pytest.mark.parametrize(("language", "words"), [("zh", "1至72"), ("en", "hours go from 1 to 72")])
async def test_a_refused_trigger_keeps_what_was_typed_and_says_why(language: str, words: str) -> None:  # PUB-29
    scene = at_work()
    errors = [{"pointer": "/limit_hours", "detail": "Hours are for what cannot wait."}]
    scene.answer("publication", "POST", "/triggers", problem(422, "INVALID", errors=errors))
    fields = await hidden_fields(scene, f"{HAPPENED}?lang={language}")
    page = await scene.browser.post(HAPPENED, data=fields | FIRE | {"limit_hours": "96"})
    assert page.status_code == 422
    assert words in page.text
    assert 'id="limit_hours-error"' in page.text
    for typed in ("村东口发生火情", 'value="96"', 'value="2026-04-10T08:30"', 'value="FY-R1/4.4" selected'):
        assert typed in page.text


@pytest.mark.parametrize(("address", "typed", "empty"), [(HAPPENED, FIRE, "what"), (CHANGED, RULES, "on")])
async def test_what_a_form_needs_is_said_before_anything_is_sent(
    address: str, typed: dict[str, str], empty: str
) -> None:
    scene = at_work()
    fields: dict[str, Any] = await hidden_fields(scene, address)
    page = await scene.browser.post(address, data=fields | typed | {empty: ""})
    assert page.status_code == 422
    assert f'id="{empty}-error"' in page.text
    assert commands(scene) == []


async def test_changed_content_leads_to_its_republication_and_to_what_is_shown_now() -> None:  # PUB-22
    scene = at_work()
    scene.answer("publication", "POST", "/content-changes", {"id": "FY-R1/4.2", "version": 1})
    duty = DUTY | {"duty": "republication", "told": "增加列席代表"}
    scene.answer("publication", "GET", "/obligations/FY-R1/4.2/republication/2026-04-09", duty)
    fields = await hidden_fields(scene, f"{CHANGED}?item=FY-R1/4.2")
    page = await scene.browser.post(CHANGED, data=fields | RULES)
    assert page.headers["location"] == "/duties/FY-R1/4.2/republication/2026-04-09"
    assert json.loads(commands(scene)[0][2]) == RULES
    duty_page = await shown(scene, "/duties/FY-R1/4.2/republication/2026-04-09")
    assert "增加列席代表" in duty_page
    assert 'href="/disclosures/d1"' in duty_page


async def test_an_existence_check_leads_to_what_is_to_be_looked_at() -> None:  # PUB-22
    scene = at_work()
    scene.answer("publication", "GET", f"/obligations/{DUTY['obligation']}", DUTY | {"duty": "existence-check"})
    page = await shown(scene, f"/duties/{DUTY['obligation']}")
    assert 'href="/disclosures/d1"' in page.partition("现公开内容")[2]


async def test_a_duty_leads_to_withholding_its_item_and_a_suspended_one_to_what_was_filed() -> None:  # CAT-15
    scene = at_work()
    address = f"/duties/{DUTY['obligation']}"
    assert "/organisations/FY-R1/withholdings/new?sub_item=3.9" in await shown(scene, address)
    scene.answer("publication", "GET", f"/obligations/{DUTY['obligation']}", SUSPENDED)
    page = await shown(scene, address)
    assert 'href="/withholdings/w1"' in page
    assert "withholdings/new" not in page
