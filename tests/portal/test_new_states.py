"""What publication and the catalogue say of duties, plans, shown things and notices is said on the pages too."""

from typing import Any

import pytest

from tests.portal.fakes import Stage
from tests.portal.furnished import DUTY, ENDED, SHOWN, STAGED, SUSPENDED, furnished

pytestmark = pytest.mark.anyio
ADDRESS = f"/obligations/{DUTY['obligation']}"


def signed_in(**answers: Any) -> Stage:
    """``answers``: the duty as publication tells it, or other answers by path."""
    scene = furnished()
    scene.sign_in("ma-xiaoyan")
    if "duty" in answers:
        scene.answer("publication", "GET", ADDRESS, answers["duty"])
    return scene


async def duty_page(duty: dict[str, Any], language: str) -> str:
    page = await signed_in(duty=duty).browser.get(f"/duties/{DUTY['obligation']}", params={"lang": language})
    return str(page.text.partition("<main")[2])


@pytest.mark.parametrize(
    ("language", "words", "until"),
    [("zh", "暂不公开，任务中止", "2026年6月30日"), ("en", "waits while withheld", "30 Jun 2026")],
)
async def test_a_suspended_duty_is_not_said_to_be_due(language: str, words: str, until: str) -> None:  # CAT-15
    page = await duty_page(SUSPENDED, language)
    assert words in page
    assert until in page
    assert "badge warn" not in page
    assert "/drafts/new" not in page


@pytest.mark.parametrize(("language", "words"), [("zh", "随事项终止"), ("en", "ended with its item")])
async def test_an_ended_duty_says_so_and_offers_no_step(language: str, words: str) -> None:
    page = await duty_page(ENDED, language)
    assert words in page
    assert "<form" not in page


@pytest.mark.parametrize(("language", "title"), [("zh", "村道硬化工程"), ("en", "Paving the road")])
async def test_a_stage_names_its_work_and_its_milestone(language: str, title: str) -> None:  # PUB-26
    page = await duty_page(STAGED, language)
    assert title in page
    assert "完成招标" in page


async def test_an_existence_check_may_be_attested_without_a_change() -> None:  # PUB-22
    page = await duty_page(DUTY | {"duty": "existence-check"}, "zh")
    assert "长期公开内容核查" in page
    assert "确认内容无变化" in page


async def test_days_off_within_a_reckoning_are_not_called_working_days() -> None:  # PUB-24
    page = await duty_page(DUTY, "zh")
    days = {day[11:21]: day for day in page.split("<time")[1:] if day.startswith(' datetime="2026-05-')}
    assert "第 1 个工作日" in days["2026-05-09"]
    assert "调休" in days["2026-05-09"]
    assert "周末" in days["2026-05-10"]
    assert "个工作日" not in days["2026-05-10"]


async def test_tasks_tell_of_plans_missed_plans_and_redisclosure() -> None:  # PUB-30
    page = (await signed_in().browser.get("/tasks")).text
    assert "2026年4月12日 14:00" in page
    assert "定时公开未能进行" in page
    assert "王建军" in page.partition("定时公开未能进行")[2]
    assert "待决定：是否根据意见再次公开" in page
    assert "待根据意见再次公开" in page


async def test_what_was_terminated_stays_with_its_notice_and_explanation() -> None:
    notice = {"kind": "terminate", "explanation": "事项已办结。", "number": "凤告〔2026〕3号", "disclosures": ["d9"]}
    scene = furnished()
    scene.answer("publication", "GET", "/shown/d1", SHOWN | {"notice": notice | {"on": "2026-09-16"}})
    page = (await scene.browser.get("/disclosures/d1")).text
    for words in ("已终止", "事项已办结。", "凤告〔2026〕3号", 'href="/disclosures/d9"', SHOWN["title"]):
        assert words in page


@pytest.mark.parametrize("address", ["/disclosures/d1", "/disclosures/d1/sheet"])
async def test_a_shortened_text_says_that_it_is_one(address: str) -> None:
    scene = furnished()
    path = address.replace("/disclosures", "/shown")
    assert "节录" not in (await scene.browser.get(address)).text
    scene.answer("publication", "GET", path, SHOWN | {"sheet": "A3", "shortened": True})
    assert "此为向社会公开的节录" in (await scene.browser.get(address)).text


@pytest.mark.parametrize("address", ["/organisations/FY-R1", "/disclosures/d1"])
async def test_the_mark_of_a_withholding_is_asked_for_people_who_signed_in_alone(address: str) -> None:  # CAT-15
    assert "暂不公开，已备案" not in (await furnished().browser.get(address)).text
    assert "暂不公开，已备案" in (await signed_in().browser.get(address)).text


async def test_notices_are_counted_read_and_preferred() -> None:  # PUB-19
    scene = signed_in()
    scene.answer("publication", "POST", "/inbox/d1/2/read", {"id": "n", "version": 2})
    scene.answer("publication", "POST", "/notice-preference", {"id": "p", "version": 1})
    assert "1 条未读" in (await scene.browser.get("/")).text
    page = (await scene.browser.get("/inbox")).text
    assert page.count("标为已读") == 2  # in the button's words and its name, of the unread one alone
    token = page.split('name="form_token" value="')[1].split('"')[0]
    form = {"form_token": token}
    assert (await scene.browser.post("/inbox/d1/2/read", data=form)).headers["location"] == "/inbox"
    sent = form | {"email": "yes", "address": "ma@example.org"}
    assert (await scene.browser.post("/inbox/preference", data=sent)).status_code == 303
    told = [asked[3] for asked in scene.services["publication"].asked if asked[1] == "/notice-preference"]
    assert b'"channels":["inbox","email"]' in told[-1].replace(b" ", b"")


async def test_pages_do_without_the_count_when_it_cannot_be_had() -> None:
    scene = signed_in()
    del scene.services["publication"].answers["GET", "/inbox/count"]
    page = await scene.browser.get("/organisations")
    assert (page.status_code, "条未读" in page.text) == (200, False)
