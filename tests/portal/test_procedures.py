"""Procedures by forms: each sends one command, shows a refusal beside what was typed, and says how far it is."""

import json
import re
from typing import Any

import pytest

from tests.portal.fakes import Stage, problem
from tests.portal.furnished import POSTS, SHOWN, furnished
from tests.portal.procedural import CADRE, DECISION, OFFICER, PUBLICITY, ROUND, SESSION

pytestmark = pytest.mark.anyio
DONE = {"id": "n1", "version": 6, "result": {}}


def scene(person: str = "ma-xiaoyan", posts: list[dict[str, Any]] | None = None) -> Stage:
    made = furnished()
    me = {"person": person, "name_zh": "马小燕", "posts": POSTS if posts is None else posts, "member_of": ["FY-R1"]}
    made.answer("catalogue", "GET", "/me", me)
    made.sign_in(person)
    return made


async def filled(made: Stage, path: str, typed: dict[str, Any]) -> Any:
    """The form at a path, sent with what was typed and what is hidden in it."""
    page = (await made.browser.get(path)).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)[1:])
    return await made.browser.post(path.partition("?")[0], data=hidden | typed)


def sent(made: Stage, service: str, path: str) -> list[tuple[dict[str, str], dict[str, Any]]]:
    asked = made.services[service].asked
    return [(headers, json.loads(body)) for method, at, headers, body in asked if (method, at) == ("POST", path)]


# --- major decisions ---


STAGES = {
    "zh": ["党内征求意见", "第 2 天", "意见 3 条", "2026年4月6日", "马小燕", "系统自动"],
    "en": ["Opinions inside the Party", "day 2", "opinions: 3", "6 Apr 2026", "Ma Xiaoyan", "by itself"],
}


@pytest.mark.parametrize("language", STAGES)
async def test_a_decision_shows_its_stages_its_days_and_who_acted(language: str) -> None:  # PUB-17, ORG-15
    page = (await scene().browser.get("/decisions/x1", params={"lang": language})).text
    assert [word for word in STAGES[language] if word not in page] == []


async def test_the_notification_sends_the_evidence_of_the_one_channel_that_was_chosen() -> None:  # PUB-17, PUB-05
    made = scene()
    made.answer("publication", "POST", "/decisions/x1/notification", DONE)
    typed = {"on": "2026-04-09", "channel": "meeting", "meeting.present": "35", "meeting.of": "42", "intranet.url": "x"}
    assert (await filled(made, "/decisions/x1/notification", typed)).status_code == 303
    [(headers, body)] = sent(made, "publication", "/decisions/x1/notification")
    assert body == {"on": "2026-04-09", "told_through": {"channel": "meeting", "present": 35, "of": 42}}
    assert headers["if-match"] == '"5"'


async def test_evidence_that_is_refused_is_marked_in_its_channel_and_kept() -> None:  # PUB-17
    made = scene()
    wrong = problem(422, "INVALID", errors=[{"pointer": "/told_through/meeting/of", "detail": "too small"}])
    made.answer("publication", "POST", "/decisions/x1/notification", wrong)
    page = await filled(made, "/decisions/x1/notification", {"channel": "meeting", "meeting.present": "35"})
    assert page.status_code == 422
    assert 'id="meeting.of-error"' in page.text
    assert 'name="meeting.present" type="number" value="35"' in page.text


@pytest.mark.parametrize(("language", "words"), [("zh", "征求意见须满规定天数"), ("en", "all the days prescribed")])
async def test_a_round_that_is_too_short_is_refused_in_plain_words(language: str, words: str) -> None:  # PUB-17, P-15
    made = scene()
    facts = {"earliest": "2026-04-17", "least": 7}
    short = problem(409, "PERIOD_TOO_SHORT", errors=[{"pointer": "/days", "detail": "x"}], facts=facts)
    made.answer("publication", "POST", "/decisions/x1/rounds", short)
    page = await filled(made, f"/decisions/x1/rounds?lang={language}", {"round": "inside", "days": "3"})
    assert (page.status_code, words in page.text) == (409, True)
    assert 'id="days-error"' in page.text
    assert 'value="3"' in page.text
    assert "2026年4月17日" in page.text or "17 Apr 2026" in page.text


async def test_a_step_out_of_turn_says_in_chinese_what_must_come_first() -> None:  # PUB-17
    made = scene()
    early = problem(409, "STEP_OUT_OF_ORDER", facts={"expected": "the intra-Party notification"})
    made.answer("publication", "POST", "/decisions/x1/rounds", early)
    page = await filled(made, "/decisions/x1/rounds", {"round": "inside"})
    assert "须先进行: <strong>党内情况通报</strong>" in page.text
    assert "own words" not in page.text


async def test_the_weighing_takes_the_lines_that_were_filled_in_and_offers_more() -> None:  # PUB-17
    made = scene()
    made.answer("publication", "POST", "/decisions/x1/summary", DONE)
    typed = {"gist-0": "公开拍卖", "taken-0": "yes", "gist-2": "改作粮库", "taken-2": "no", "reason-2": "已成危房"}
    more = await filled(made, "/decisions/x1/summary", typed | {"more": "yes"})
    assert ("改作粮库" in more.text, 'id="gist-4"' in more.text) == (True, True)
    assert (await filled(made, "/decisions/x1/summary", typed)).status_code == 303
    [(_, body)] = sent(made, "publication", "/decisions/x1/summary")
    assert [(line["gist"], line["taken"], line["opinions"]) for line in body["weighed"]] == [
        ("公开拍卖", True, 1),
        ("改作粮库", False, 1),
    ]


async def test_a_reason_that_is_missing_is_asked_for_in_its_own_line() -> None:  # PUB-17
    made = scene()
    missing = problem(422, "REASON_REQUIRED", errors=[{"pointer": "/weighed/0/reason", "detail": "x"}])
    made.answer("publication", "POST", "/decisions/x1/summary", missing)
    page = await filled(made, "/decisions/x1/summary", {"gist-0": "改作粮库", "taken-0": "no"})
    assert 'id="reason-0-error"' in page.text
    assert "改作粮库" in page.text


async def test_a_draft_of_a_procedure_is_sent_as_its_part() -> None:  # PUB-17
    made = scene()
    made.answer("publication", "POST", "/disclosures", {"id": "d1", "version": 1, "result": {"disclosure": "d1"}})
    path = "/drafts/new?organisation=FY-R1&item=FY-R1/3.9&part_of=decision-x1/result"
    await filled(made, path, {"title": "结果", "item": "FY-R1/3.9"})
    [(_, body)] = sent(made, "publication", "/disclosures")
    assert body["part_of"] == "decision-x1/result"


@pytest.mark.parametrize("person", ["", "chen-xiuying"])
async def test_whoever_is_asked_finds_the_round_on_their_first_page(person: str) -> None:  # PUB-17, FBK-01
    made = scene(person, []) if person else furnished()
    page = (await made.browser.get("/")).text
    assert ROUND["title"] in page
    assert 'href="/opinions/new?disclosure=d1"' in page
    assert "第 2 天" in (await made.browser.get("/soliciting")).text


@pytest.mark.parametrize(("until", "offered"), [("2026-04-05", True), ("2026-04-10", False)])
async def test_the_next_round_is_offered_when_the_one_before_is_over(until: str, *, offered: bool) -> None:  # PUB-17
    made = scene()
    made.answer("publication", "GET", "/decisions/x1", DECISION | {"rounds": [ROUND | {"until": until}]})
    assert ("/decisions/x1/rounds" in (await made.browser.get("/decisions/x1")).text) is offered


# --- cadre matters ---


async def test_a_cadre_matter_shows_its_whole_working_days_and_why_they_moved() -> None:  # PUB-18, A-26
    page = (await scene().browser.get("/cadre-matters/k1")).text
    for words in ("5 个完整工作日", "暂定", "日历重新发布", "2026年4月11日", "工龄有疑问", "不再列为人选"):
        assert words in page


async def test_the_unit_in_charge_is_offered_the_steps_and_the_desk_the_drafts() -> None:  # PUB-18, ORG-08
    steps = [f"/cadre-matters/k1/{step}" for step in ("appointment", "objections", "taking-down")]
    over = {"publicity": PUBLICITY | {"last_day": "2026-04-09"}, "earliest": "2026-04-10"}
    made = scene("sun-wei", [OFFICER])
    made.answer("publication", "GET", "/cadre-matters/k1", CADRE | over)
    unit = (await made.browser.get("/cadre-matters/k1")).text
    desk = (await scene().browser.get("/cadre-matters/k1")).text
    assert [step in unit for step in steps] == [True, True, True]
    assert [step in desk for step in steps] == [False, False, False]
    assert ("part_of=cadre-k1/appointment" in desk, "part_of=" in unit) == (True, False)


async def test_a_notice_that_is_down_may_be_put_up_again() -> None:  # PUB-18, A-26
    made = scene("sun-wei", [OFFICER])
    down = PUBLICITY | {"down_at": "2026-04-07T01:00:00Z"}
    made.answer("publication", "GET", "/cadre-matters/k1", CADRE | {"publicity": down})
    page = (await made.browser.get("/cadre-matters/k1")).text
    assert ("/cadre-matters/k1/putting-up" in page, "/cadre-matters/k1/taking-down" in page) == (True, False)


async def test_candidates_are_sent_as_they_stand_and_marked_where_they_were_typed() -> None:  # PUB-18
    made = scene("sun-wei", [OFFICER])
    missing = problem(422, "MISSING_FIELD", errors=[{"pointer": "/candidates/0", "detail": "x"}])
    made.answer("publication", "POST", "/cadre-matters", missing)
    path = "/organisations/FY-R1/cadre-matters/new"
    page = await filled(made, path, {"kind": "appointment", "name-2": "李强"})
    assert ('id="name-2-error"' in page.text, 'value="李强"' in page.text) == (True, True)
    [(_, body)] = sent(made, "publication", "/cadre-matters")
    assert body["candidates"] == [{"name": "李强", "present_post": "", "meant_post": ""}]


async def test_an_objection_is_settled_with_what_was_found_and_whom_it_concerns() -> None:  # PUB-18
    made = scene("sun-wei", [OFFICER])
    path = "/cadre-matters/k1/objections/1/settlement"
    made.answer("publication", "POST", path, DONE)
    typed = {"outcome": "established-bars", "candidate": "1", "reason": "属实"}
    assert (await filled(made, path, typed)).status_code == 303
    assert sent(made, "publication", path)[0][1] == typed | {"candidate": 1}


@pytest.mark.parametrize("address", ["/cadre-matters/k1/objections/9/settlement", "/cadre-matters/k1/unknown"])
async def test_there_is_no_form_for_what_is_not_there(address: str) -> None:  # PUB-18
    assert (await scene("sun-wei", [OFFICER]).browser.get(address)).status_code == 404


@pytest.mark.parametrize(("language", "words"), [("zh", "完整工作日"), ("en", "whole working days")])
async def test_an_appointment_before_its_day_names_the_earliest(language: str, words: str) -> None:  # PUB-18, P-06
    made = scene("sun-wei", [OFFICER])
    early = problem(409, "PERIOD_TOO_SHORT", facts={"earliest": "2026-04-11"})
    made.answer("publication", "POST", "/cadre-matters/k1/appointment", early)
    page = await filled(made, f"/cadre-matters/k1/appointment?lang={language}", {})
    assert (page.status_code, words in page.text) == (409, True)
    assert "2026年4月11日" in page.text or "11 Apr 2026" in page.text


# --- sessions ---


async def test_a_member_asks_with_or_without_their_name() -> None:  # PUB-20
    made = scene("chen-xiuying", [])
    made.answer("feedback", "POST", "/sessions/s1/questions", DONE)
    page = (await made.browser.get("/sessions/s1")).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)[1:])
    for named in ("yes", "no"):
        await made.browser.post("/sessions/s1/questions", data=hidden | {"text": "结余?", "named": named})
    assert [body["anonymous"] for _, body in sent(made, "feedback", "/sessions/s1/questions")] == [False, True]


async def test_a_question_by_a_stranger_is_refused_and_kept() -> None:  # PUB-20
    made = scene("zhou-dahai", [])
    made.answer("feedback", "POST", "/sessions/s1/questions", problem(409, "NOT_A_MEMBER"))
    page = (await made.browser.get("/sessions/s1")).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)[1:])
    refused = await made.browser.post("/sessions/s1/questions", data=hidden | {"text": "结余?"})
    assert (refused.status_code, "本组织党员提问" in refused.text, "结余?" in refused.text) == (409, True, True)


async def test_an_answer_names_who_gives_it() -> None:  # PUB-20
    made = scene()
    path = "/sessions/s1/questions/1/answer"
    made.answer("feedback", "POST", path, DONE)
    assert "结余多少?" in (await made.browser.get(path)).text
    await filled(made, path, {"text": "6210元。", "answered_by": "wang-jianjun"})
    [(headers, body)] = sent(made, "feedback", path)
    assert (body, headers["if-match"]) == ({"text": "6210元。", "answered_by": "wang-jianjun"}, '"4"')


async def test_the_record_shows_answers_with_their_person_and_what_is_promised() -> None:  # PUB-20
    page = (await scene().browser.get("/sessions/s1")).text
    for words in ("6210元。", "答复人： 王建军", "书面答复期限", "2026年4月24日"):
        assert words in page


@pytest.mark.parametrize(("day", "offered"), [("2026-04-10", True), ("2026-04-11", False)])
async def test_the_record_is_published_from_the_day_of_the_session_on(day: str, *, offered: bool) -> None:  # PUB-20
    made = scene()
    made.answer("feedback", "GET", "/sessions/s1", SESSION | {"on": day, "questions": []})
    assert ("/sessions/s1/record" in (await made.browser.get("/sessions/s1")).text) is offered


async def test_members_find_the_sessions_to_come_on_their_first_page() -> None:  # PUB-20
    assert SESSION["topic"] in (await scene("chen-xiuying", []).browser.get("/")).text
    assert SESSION["topic"] not in (await furnished().browser.get("/")).text


# --- appraisals ---


async def test_the_year_of_appraisals_says_what_is_owed_held_and_late() -> None:  # PUB-21
    page = (await scene().browser.get("/organisations/FY-R1/appraisals")).text
    for words in ("应开展 2 次", "已开展 1 次", "结果逾期未公开", "2026年3月24日"):
        assert words in page
    assert "/appraisals/2026/1/results" in page
    assert "/appraisals/2026/2/cancellation" in page


async def test_an_appraisal_is_scheduled_with_its_days() -> None:  # PUB-21
    made = scene()
    path = "/organisations/FY-R1/appraisals"
    made.answer("audit", "POST", path, DONE)
    await filled(made, f"{path}/2026/new", {"opens": "2026-06-01", "closes": "2026-06-10"})
    assert sent(made, "audit", path)[0][1] == {"year": 2026, "opens": "2026-06-01", "closes": "2026-06-10"}


async def test_a_day_that_does_not_fit_is_marked_and_kept() -> None:  # PUB-21
    made = scene()
    wrong = problem(422, "WRONG_DATE", errors=[{"pointer": "/opens", "detail": "x"}])
    made.answer("audit", "POST", "/organisations/FY-R1/appraisals", wrong)
    page = await filled(made, "/organisations/FY-R1/appraisals/2026/new", {"opens": "2025-06-01", "closes": ""})
    assert ('id="opens-error"' in page.text, 'value="2025-06-01"' in page.text) == (True, True)
    assert "须在本年度内" in page.text


# --- from where they are found ---


async def test_an_organisation_offers_what_the_visitor_may_look_into_and_nothing_else() -> None:  # ORG-11
    page = (await scene().browser.get("/organisations/FY-R1")).text
    for way in ("/decisions", "/cadre-matters", "/appraisals"):
        assert f'href="/organisations/FY-R1{way}"' in page
    member = scene("chen-xiuying", [])
    page = (await member.browser.get("/organisations/FY-R1")).text
    assert ("/cadre-matters" in page, "/organisations/FY-R1/appraisals" in page) == (False, True)
    assert "/appraisals" not in (await furnished().browser.get("/organisations/FY-R1")).text


async def test_a_disclosure_says_that_its_readers_opinion_is_asked_and_how_long() -> None:  # PUB-17
    page = (await furnished().browser.get("/disclosures/d1")).text
    assert ("正在征求您的意见" in page, "2026年4月5日" in page) == (True, True)


async def test_a_notice_before_an_appointment_says_its_days_to_every_reader() -> None:  # PUB-18, A-26
    made = furnished()
    assert "任前公示：" not in (await made.browser.get("/disclosures/d1")).text
    made.answer("publication", "GET", "/shown/d1", SHOWN | {"item": "FY-R1/5.5"})
    made.answer("publication", "GET", "/shown/d1/publicity", PUBLICITY)
    page = (await made.browser.get("/disclosures/d1")).text
    for words in ("任前公示：如有异议", "5 个完整工作日", "2026年4月10日", "第 1 个工作日"):
        assert words in page


@pytest.mark.parametrize(("language", "words"), [("zh", "通知送达情况"), ("en", "Who was told")])
async def test_the_desk_sees_how_many_were_told_and_no_names(language: str, words: str) -> None:  # PUB-19
    page = (await scene().browser.get("/work/d1", params={"lang": language})).text
    told = page.partition(words)[2].partition("</dl>")[0]
    assert re.findall(r"<dd>(\d+)</dd>", told) == ["43", "42", "5", "1", "2", "30"]


async def test_whoever_may_not_inspect_it_sees_no_figures() -> None:  # PUB-19, ORG-11
    made = scene()
    del made.services["publication"].answers["GET", "/disclosures/d1/notices"]
    assert "通知送达情况" not in (await made.browser.get("/work/d1")).text


async def test_the_tasks_of_a_post_lead_to_its_organisation() -> None:  # PUB-17
    assert 'href="/organisations/FY-R1"' in (await scene().browser.get("/tasks")).text
