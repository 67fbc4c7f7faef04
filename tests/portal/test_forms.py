"""A form comes from our own pages, does one thing however often it is sent, and shows what was refused beside
what was typed.
"""

import json
import re

import pytest

from tests.portal.fakes import Stage, problem, stage

WORK = {
    "disclosure": "d1", "title": "第一季度党费", "text": "6120元", "summary": "", "led_text": "", "stage": "cleared",
    "version": 1, "stream_version": 7, "organisation": "FY-R1", "item": "FY-R1/3.9", "sub_item": "3.9",
    "item_title": "党费", "item_scope": "inside-then-outside", "kind": "periodic", "authors": ["ma-xiaoyan"],
    "attested_by": [], "reviewer": "he-tao", "steps": [], "attachments": [],
}  # fmt: skip
CLERK = {"post": "FY-R1/clerk", "kind": "clerk", "organisation": "FY-R1", "title_zh": "党务干事", "title_en": "Clerk"}
DONE = {"id": "d1", "version": 8, "result": {"disclosure": "d1"}}
pytestmark = pytest.mark.anyio


def at_work() -> Stage:
    scene = stage()
    scene.answer("catalogue", "GET", "/me", {"person": "ma-xiaoyan", "name_zh": "马小燕", "posts": [CLERK]})
    scene.answer("publication", "GET", "/disclosures/d1", WORK)
    scene.sign_in("ma-xiaoyan")
    return scene


async def hidden_fields(scene: Stage, path: str) -> dict[str, str]:
    page = (await scene.browser.get(path)).text
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return dict(found[1:])  # the first is the sign-out form's


def commands(scene: Stage, service: str = "publication") -> list[tuple[str, dict[str, str], bytes]]:
    return [(path, headers, body) for method, path, headers, body in scene.services[service].asked if method == "POST"]


async def test_a_form_sent_twice_is_one_command() -> None:
    scene = at_work()
    scene.answer("publication", "POST", "/disclosures/d1/approve", DONE)
    fields = await hidden_fields(scene, "/work/d1/approve")
    for _ in range(2):
        assert (await scene.browser.post("/work/d1/approve", data=fields)).status_code == 303
    keys = {headers["idempotency-key"] for _, headers, _ in commands(scene)}
    assert len(commands(scene)) == 2
    assert keys == {fields["command"]}


async def test_a_command_names_the_version_that_the_form_was_made_from_and_acts_as_the_person() -> None:
    scene = at_work()
    scene.answer("publication", "POST", "/disclosures/d1/approve", DONE)
    await scene.browser.post("/work/d1/approve", data=await hidden_fields(scene, "/work/d1/approve"))
    [(_, headers, _)] = commands(scene)
    assert headers["if-match"] == '"7"'
    assert headers["authorization"] == "Bearer token-of-ma-xiaoyan"
    assert "cookie" not in headers


@pytest.mark.parametrize("origin", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
async def test_a_form_of_another_site_is_refused(origin: dict[str, str]) -> None:
    scene = at_work()
    fields = await hidden_fields(scene, "/work/d1/approve")
    answer = await scene.browser.post("/work/d1/approve", data=fields, headers=origin)
    assert answer.status_code == 403
    assert commands(scene) == []


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
async def test_a_form_without_our_token_is_refused(token: str) -> None:
    scene = at_work()
    answer = await scene.browser.post("/work/d1/approve", data={"form_token": token})
    assert answer.status_code == 403
    assert commands(scene) == []


async def test_a_form_too_large_is_refused_unread() -> None:
    scene = at_work()
    answer = await scene.browser.post("/work/d1/attach", content=b"x", headers={"content-length": "99999999999"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("language", "title", "explanation"),
    [("zh", "不得审批本人事项", "拟稿人不得审查"), ("en", "Not by yourself", "Whoever drafted it")],
)
async def test_approving_ones_own_draft_is_refused_on_the_page(language: str, title: str, explanation: str) -> None:
    scene = at_work()
    scene.answer("publication", "POST", "/disclosures/d1/approve", problem(409, "SELF_APPROVAL"))
    fields = await hidden_fields(scene, f"/work/d1/approve?lang={language}")
    page = await scene.browser.post("/work/d1/approve", data=fields)
    assert page.status_code == 409
    assert title in page.text
    assert explanation in page.text
    assert ("own words" in page.text) == (language == "en")


async def test_a_correction_short_of_a_channel_says_which_in_the_readers_words() -> None:  # PUB-31
    scene = at_work()
    short = problem(422, "MISSING_FIELD", facts={"left_out": ["activity-room-board"]})
    scene.answer("publication", "POST", "/disclosures/d1/release-inside", short)
    fields = await hidden_fields(scene, "/work/d1/release-inside?lang=zh")
    page = await scene.browser.post("/work/d1/release-inside", data=fields)
    assert "还须包括: <strong>党员活动室公示栏</strong>" in page.text


async def test_a_refused_draft_keeps_what_was_typed_and_marks_the_field() -> None:
    scene = at_work()
    missing = problem(422, "MISSING_FIELD", errors=[{"pointer": "/title", "detail": "It is empty."}])
    scene.answer("publication", "POST", "/disclosures", missing)
    fields = await hidden_fields(scene, "/drafts/new?item=FY-R1/3.9")
    page = await scene.browser.post("/drafts/new", data=fields | {"text": "收缴6120元", "item": "FY-R1/3.9"})
    assert page.status_code == 422
    assert "收缴6120元" in page.text
    assert 'id="title-error"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert 'href="#title"' in page.text


async def test_a_file_with_personal_data_leaves_the_draft_and_names_the_cell() -> None:
    scene = at_work()
    scene.answer("publication", "POST", "/disclosures", DONE)
    found = problem(422, "PERSONAL_DATA_FOUND", facts={"places": ["Sheet1!C7"]})
    scene.answer("publication", "POST", "/disclosures/d1/attachments", found)
    fields = await hidden_fields(scene, "/drafts/new?item=FY-R1/3.9")
    page = await scene.browser.post("/drafts/new", data=fields, files={"attachment": ("dues.csv", b"id", "text/csv")})
    assert page.status_code == 422
    assert "Sheet1!C7" in page.text
    assert "dues.csv" in page.text
    assert 'action="/work/d1/attach"' in page.text
    attaching = commands(scene)[-1]
    assert attaching[1]["if-match"] == '"8"'
    assert attaching[1]["idempotency-key"] != fields["command"]


async def test_a_conflict_shows_what_it_is_now_and_sends_the_new_version_next() -> None:
    scene = at_work()
    fields = await hidden_fields(scene, "/work/d1/edit")
    scene.answer("publication", "GET", "/disclosures/d1", WORK | {"text": "改过的正文", "stream_version": 9})
    scene.answer("publication", "POST", "/disclosures/d1/revise", problem(412, "VERSION_CONFLICT"))
    page = await scene.browser.post("/work/d1/edit", data=fields | {"text": "我的正文"})
    assert page.status_code == 412
    assert "改过的正文" in page.text
    assert "我的正文" in page.text
    assert 'name="version" value="9"' in page.text


async def test_editing_keeps_the_shortened_text_for_outside() -> None:
    scene = at_work()
    work = {"outside_text": "节录", "outside_attachments": ["sha256:a"]}
    scene.answer("publication", "GET", "/disclosures/d1", WORK | work)
    scene.answer("publication", "POST", "/disclosures/d1/revise", DONE)
    page = await scene.browser.get("/work/d1/edit")
    assert ">节录</textarea>" in page.text
    fields = await hidden_fields(scene, "/work/d1/edit")
    await scene.browser.post("/work/d1/edit", data=fields | {"text": "全文，节录", "outside_text": "节录"})
    sent = json.loads(commands(scene)[-1][2])
    assert sent["outside"] == {"title": "", "text": "节录", "summary": "", "note": "", "attachments": ["sha256:a"]}
    await scene.browser.post("/work/d1/edit", data=fields | {"text": "全文", "outside_text": ""})
    assert "outside" not in json.loads(commands(scene)[-1][2])


async def test_the_evidence_of_each_channel_used_is_sent_and_of_no_other() -> None:  # PUB-05
    scene = at_work()
    scene.answer("publication", "POST", "/disclosures/d1/release-inside", DONE)
    fields = await hidden_fields(scene, "/work/d1/release-inside")
    typed = {"meeting.on": "2026-04-10", "meeting.present": "38", "meeting.of": "43", "reading-room.place": "镇政府"}
    await scene.browser.post("/work/d1/release-inside", data=fields | typed | {"channel": ["meeting"]})
    [(_, _, body)] = commands(scene)
    assert json.loads(body) == {"channels": [{"channel": "meeting", "on": "2026-04-10", "present": 38, "of": 43}]}


async def test_an_early_outside_release_is_told_its_earliest_instant() -> None:  # PUB-04
    scene = at_work()
    early = problem(409, "LEAD_TOO_SHORT", facts={"earliest": "2026-04-11T06:00:00+00:00"})
    scene.answer("publication", "POST", "/disclosures/d1/release-outside", early)
    fields = await hidden_fields(scene, "/work/d1/release-outside")
    page = await scene.browser.post("/work/d1/release-outside", data=fields)
    assert page.status_code == 409
    assert "2026年4月11日 14:00" in page.text


async def test_an_anonymous_opinion_gets_number_and_code_and_no_name_is_sent() -> None:  # FBK-01
    scene = stage()
    receipt = {"receipt_number": "柳意〔2026〕1号", "due": "2026-05-07", "code": "K7QF-93MD"}
    scene.answer("feedback", "POST", "/opinions", {"id": "o1", "result": receipt})
    fields = await hidden_fields_of_stranger(scene, "/opinions/new?organisation=FY-R1")
    page = await scene.browser.post("/opinions/new", data=fields | {"text": "请重贴", "organisation": "FY-R1"})
    assert page.status_code == 201
    assert "K7QF-93MD" in page.text
    [(_, headers, body)] = commands(scene, "feedback")
    assert "authorization" not in headers
    assert json.loads(body)["anonymous"] is True


async def hidden_fields_of_stranger(scene: Stage, path: str) -> dict[str, str]:
    page = (await scene.browser.get(path)).text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


async def test_the_look_up_code_travels_in_a_header_and_never_in_an_address() -> None:
    scene = stage()
    scene.answer(
        "feedback", "GET", "/lookup", {"receipt_number": "柳意〔2026〕1号", "stage": "replied", "reply": "已重贴"}
    )
    fields = await hidden_fields_of_stranger(scene, "/opinions/look-up")
    page = await scene.browser.post("/opinions/look-up", data=fields | {"code": "K7QF"})
    assert "已重贴" in page.text
    assert scene.services["feedback"].asked[-1][2]["look-up-code"] == "K7QF"


async def test_after_an_act_the_next_page_waits_for_it() -> None:
    scene = at_work()
    scene.answer("publication", "POST", "/disclosures/d1/approve", DONE)
    fields = await hidden_fields(scene, "/work/d1/approve")
    await scene.browser.get("/work/d1?after=publication:17")
    waited = [headers.get("wait-for") for _, path, headers, _ in scene.services["publication"].asked]
    assert waited[-1] == "publication:17"
    assert fields["version"] == "7"
