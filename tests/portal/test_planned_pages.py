"""A release is planned for a moment, seen, called off; one that did not happen names who sees to it."""

import json

import pytest

from tests.portal.fakes import Stage, problem
from tests.portal.furnished import WORK
from tests.portal.staged import MISSED, TO_COME
from tests.portal.test_forms import commands, hidden_fields
from tests.portal.test_matters_pages import at_work, shown

pytestmark = pytest.mark.anyio
PLAN = "/work/d1/plan-inside"
BOARD = {"channel": "activity-room-board", "activity-room-board.place": "活动室"}
POSTED = {"activity-room-board.posted_at": "2026-04-12T13:30"}
DONE = {"id": "d1", "version": 8, "result": {"schedule": "s1"}}


def on_desk(**work: object) -> Stage:
    scene = at_work()
    scene.answer("publication", "GET", "/disclosures/d1", WORK | {"stage": "approved"} | work)
    return scene


@pytest.mark.parametrize(("typed", "posted"), [({}, "14:00"), (POSTED, "13:30")])
async def test_a_release_is_planned_for_a_moment_with_its_channels(
    typed: dict[str, str], posted: str
) -> None:  # PUB-04
    scene = on_desk()
    scene.answer("publication", "POST", "/disclosures/d1/schedule-inside", DONE)
    fields = await hidden_fields(scene, PLAN)
    page = await scene.browser.post(PLAN, data=fields | BOARD | typed | {"at": "2026-04-12T14:00"})
    assert page.headers["location"] == "/work/d1"
    [(_, headers, body)] = commands(scene)
    moment = "2026-04-12T14:00:00+08:00"
    board = {"channel": "activity-room-board", "place": "活动室", "posted_at": f"2026-04-12T{posted}:00+08:00"}
    assert json.loads(body) == {"at": moment, "channels": [board]}
    assert headers["if-match"] == '"7"'


async def test_a_meeting_is_not_planned_and_an_immediate_matter_may_say_why_it_does_not_wait() -> None:  # P-01
    scene = on_desk(kind="immediate")
    assert "meeting.present" not in await shown(scene, PLAN)
    assert 'name="lead_reason"' in await shown(scene, "/work/d1/plan-outside")
    scene.answer("publication", "GET", "/disclosures/d1", WORK | {"stage": "approved"})
    assert 'name="lead_reason"' not in await shown(scene, "/work/d1/plan-outside")


@pytest.mark.parametrize(("language", "words"), [("zh", "须先在党内公开"), ("en", "inside the Party first")])
async def test_a_plan_that_cannot_come_true_is_refused_with_its_reason(language: str, words: str) -> None:  # PUB-04
    scene = on_desk()
    scene.answer("publication", "POST", "/disclosures/d1/schedule-outside", problem(409, "INSIDE_FIRST"))
    fields = await hidden_fields(scene, f"/work/d1/plan-outside?lang={language}")
    typed = {"at": "2026-04-12T14:00", "channel": "website", "website.url": "https://fengyang.example/1"}
    page = await scene.browser.post("/work/d1/plan-outside", data=fields | typed)
    assert page.status_code == 409
    for kept in (words, 'value="2026-04-12T14:00"', 'value="https://fengyang.example/1"'):
        assert kept in page.text


@pytest.mark.parametrize("address", [PLAN, "/work/d1/release-inside"])
async def test_what_is_wrong_with_a_channel_stands_at_its_own_field(address: str) -> None:  # PUB-05
    scene = on_desk()
    errors = [{"pointer": "/channels/1/place", "detail": "Too short."}]
    for step in ("schedule-inside", "release-inside"):
        scene.answer("publication", "POST", f"/disclosures/d1/{step}", problem(422, "INVALID", errors=errors))
    fields = await hidden_fields(scene, address)
    two = {"channel": ["intranet", "reading-room"], "intranet.url": "http://a.example", "at": "2026-04-12T14:00"}
    page = await scene.browser.post(address, data=fields | two)
    assert 'id="reading-room.place-error"' in page.text
    assert 'value="http://a.example"' in page.text


async def test_a_plan_stands_on_its_desk_and_may_be_called_off() -> None:  # PUB-04
    scene = on_desk(planned=[TO_COME])
    scene.answer("publication", "POST", "/disclosures/d1/schedules/inside/cancel", DONE)
    page = await shown(scene, "/work/d1")
    assert "2026年4月12日 14:00" in page
    assert "/work/d1/plan-inside" not in page
    assert "/work/d1/plan-outside" in page
    fields = await hidden_fields(scene, "/work/d1")
    assert (await scene.browser.post("/work/d1/plans/inside/cancel", data=fields)).headers["location"] == "/work/d1"
    assert commands(scene)[0][1]["if-match"] == '"7"'


async def test_an_organisation_sees_what_is_planned_and_who_answers_for_what_was_missed() -> None:  # PUB-04
    page = await shown(at_work(), "/organisations/FY-R1/planned-releases")
    missed, _, planned = page.partition("待公开")
    assert "王建军" in missed
    assert "尚未生效" in missed
    assert "2026年4月12日 14:00" in planned
    assert "马小燕" in planned


async def test_a_missed_plan_names_its_owner_on_the_desk() -> None:  # PUB-04
    page = await shown(on_desk(missed=[MISSED]), "/work/d1")
    assert "王建军" in page.partition("定时公开未能进行")[2]
