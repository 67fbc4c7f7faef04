"""Changes of a catalogue, work plans, withholdings, filings and own channels by forms: what they send, and what they
show to whom.
"""

import json
import re
from typing import Any

import pytest
from starlette.responses import Response

from tests.portal.fakes import Stage, problem
from tests.portal.filed import CASE, CHANGE, FILING, PLAN, WITHHOLDING
from tests.portal.furnished import furnished

pytestmark = pytest.mark.anyio
NEW = "/organisations/FY-R1/changes/new"
UNIT = {"kind": "unit-officer", "organisation": "FY-DJB", "town": "fengyang", "post": "FY-DJB/unit-officer"}
HEAD = {"kind": "leading-group-head", "organisation": "FY", "town": "fengyang", "post": "FY/leading-group-head"}
OFFICE = {"kind": "leading-group-office", "organisation": "FY", "town": "fengyang", "post": "FY/leading-group-office"}
REVIEWER = {"kind": "secrecy-reviewer", "organisation": "FY-R1", "town": "fengyang", "post": "FY-R1/secrecy-reviewer"}
CLERK = {"kind": "clerk", "organisation": "FY-R1", "town": "fengyang", "post": "FY-R1/clerk"}
COUNTY = {"kind": "county-office", "organisation": "QS", "town": "", "post": "QS/county-office"}
APPROVED = CHANGE | {"stage": "approved"}
PROPOSED = WITHHOLDING | {"stage": "proposed", "proposed_by": "ma-xiaoyan", "proposed_on": "2026-04-08"}


def visited_by(person: str, post: dict[str, str], **more: Any) -> Stage:
    """``more``: what catalogue answers to a path of a change or a plan otherwise."""
    scene = furnished()
    scene.answer("catalogue", "GET", "/me", {"person": person, "name_zh": person, "posts": [post]})
    for path, answer in more.items():
        scene.answer("catalogue", "GET", f"/changes/{path}", answer)
    scene.sign_in(person)
    return scene


async def form_of(scene: Stage, address: str, action: str = "") -> dict[str, str]:
    """The hidden fields of the page's form for an action."""
    page = (await scene.browser.get(address)).text
    form = page.partition(f'action="{action or address.partition("?")[0]}"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"', form))


def sent(scene: Stage, service: str) -> list[tuple[str, dict[str, str], Any]]:
    return [(p, headers, json.loads(body)) for m, p, headers, body in scene.services[service].asked if m == "POST"]


async def test_a_request_sends_the_new_wording_against_the_version_that_its_writer_saw() -> None:  # CAT-16, CAT-21
    scene = visited_by("ma-xiaoyan", CLERK)
    scene.answer("catalogue", "POST", "/organisations/FY-R1/changes", {"id": "c1", "result": {"change": "c1"}})
    fields = await form_of(scene, f"{NEW}?change=change&item=3.9", NEW)
    typed = {"0.content": "每月收缴情况", "0.scope": "inside", "0.methods": "meeting", "0.kind": "immediate"}
    page = await scene.browser.post(NEW, data=fields | typed | {"0.cycle": "monthly", "reason": "规定有变"})
    assert page.headers["location"] == "/changes/c1"
    [(_, headers, body)] = sent(scene, "catalogue")
    assert headers["idempotency-key"] == fields["command"]
    assert (body["base_version"], body["reason"]) == (1, "规定有变")
    [line] = body["lines"]
    assert (line["kind"], line["sub_item"], line["text"]["content"]) == ("change", "3.9", "每月收缴情况")
    assert (line["text"]["methods"], line["text"]["cycle"]) == (["meeting"], "")


async def test_one_more_item_comes_into_the_request_without_sending_it() -> None:  # CAT-16
    scene = visited_by("ma-xiaoyan", CLERK)
    fields = await form_of(scene, f"{NEW}?change=terminate&item=3.9", NEW)
    more = {"do": "line", "new_change": "add", "new_number": "6.5", "reason": "已打的字"}
    page = (await scene.browser.post(NEW, data=fields | more)).text
    assert sent(scene, "catalogue") == []
    assert 'name="1.sub_item" value="6.5"' in page
    assert "重要事项办理情况" in page  # as the code list calls it
    assert "已打的字" in page


async def test_a_refused_request_keeps_what_was_typed_and_marks_the_line_at_fault() -> None:  # CAT-16
    scene = visited_by("ma-xiaoyan", CLERK)
    wrong = problem(422, "MISSING_FIELD", errors=[{"pointer": "/lines/1/text/content", "detail": "It is empty."}])
    scene.answer("catalogue", "POST", "/organisations/FY-R1/changes", wrong)
    fields = await form_of(scene, f"{NEW}?change=terminate&item=3.9", NEW)
    typed = {"1.change": "add", "1.sub_item": "6.6", "1.title_zh": "新事项", "reason": "规定有变"}
    page = await scene.browser.post(NEW, data=fields | typed)
    assert page.status_code == 422
    assert 'id="1.content-error"' in page.text
    assert 'href="#1.content"' in page.text
    for kept in ("新事项", "规定有变", 'name="0.sub_item" value="3.9"'):
        assert kept in page.text


async def test_who_changed_an_item_meanwhile_is_shown_and_the_next_request_is_against_what_stands() -> None:  # CAT-21
    scene = visited_by("ma-xiaoyan", CLERK)
    stale = problem(412, "VERSION_CONFLICT", facts={"version": 4, "changes": ["c9"]})
    scene.answer("catalogue", "POST", "/organisations/FY-R1/changes", stale)
    fields = await form_of(scene, f"{NEW}?change=revoke&item=3.9", NEW)
    page = (await scene.browser.post(NEW, data=fields | {"reason": "误列"})).text
    assert 'href="/changes/c9"' in page
    assert 'name="base_version" value="4"' in page


@pytest.mark.parametrize(
    ("person", "post", "stage", "offered"),
    [
        ("sun-wei", UNIT, "requested", {"approval", "refusal"}),
        ("liu-fang", UNIT, "requested", set()),  # who asked for it
        ("ma-xiaoyan", CLERK, "requested", set()),
        ("zhao-guoqiang", HEAD, "requested", set()),
        ("zhao-guoqiang", HEAD, "approved", {"audit", "return"}),
        ("liu-fang", HEAD, "approved", set()),
        ("sun-wei", UNIT, "approved", set()),
    ],
)
async def test_each_step_is_offered_to_whose_turn_it_is(
    person: str, post: dict[str, str], stage: str, offered: set[str]
) -> None:  # CAT-16, CAT-17, A-21
    scene = visited_by(person, post, c1=CHANGE | {"stage": stage})
    scene.answer("audit", "GET", "/cases/c1", CASE)
    page = (await scene.browser.get("/changes/c1")).text
    assert set(re.findall(r'action="/changes/c1/(\w+)"', page)) == offered
    assert ("您已办理此变更的前一步骤" in page) == (person == "liu-fang")


async def test_the_page_of_a_change_says_where_it_stands_who_acted_and_what_comes_next() -> None:  # CAT-16 to CAT-19
    scene = visited_by("ma-xiaoyan", CLERK)
    page = (await scene.browser.get("/changes/c1")).text
    for words in ("待批准", "提出申请", "代表镇党委批准或不予批准", "每月的办理情况", "逾期，自", "报县领导小组备案"):
        assert words in page


@pytest.mark.parametrize(("act", "typed"), [("audit", {"note": "同意"}), ("return", {"reason": "理由不足"})])
async def test_the_town_audits_the_case_in_the_version_that_was_seen(act: str, typed: dict[str, str]) -> None:  # CAT-17
    scene = visited_by("zhao-guoqiang", HEAD, c1=APPROVED)
    scene.answer("audit", "GET", "/cases/c1", CASE)
    scene.answer("audit", "POST", f"/cases/c1/{act}", {"id": "c1", "version": 4})
    fields = await form_of(scene, "/changes/c1", f"/changes/c1/{act}")
    assert (await scene.browser.post(f"/changes/c1/{act}", data=fields | typed)).status_code == 303
    [(path, headers, body)] = sent(scene, "audit")
    assert (path, headers["if-match"], body) == (f"/cases/c1/{act}", '"3"', typed)


@pytest.mark.parametrize(
    ("units", "offered", "task"),
    [
        ({"C6": "FY-DJB"}, {"approval", "refusal"}, True),
        ({"C6": "FY-DZB", "C3": "FY-DJB"}, set(), False),  # another unit is in charge by now
    ],
)
async def test_a_request_goes_to_the_unit_that_is_in_charge_today(
    units: dict[str, str], offered: set[str], task: bool
) -> None:  # CAT-16, ORG-09
    scene = visited_by("sun-wei", UNIT)
    scene.answer("catalogue", "GET", "/towns/fengyang/division", {"units": units})
    page = (await scene.browser.get("/changes/c1")).text
    assert set(re.findall(r'action="/changes/c1/(\w+)"', page)) == offered
    assert ("待批准的目录变更" in (await scene.browser.get("/tasks")).text) == task


async def test_a_request_that_several_units_are_in_charge_of_can_be_refused_by_each() -> None:  # CAT-16, ORG-09
    lines = [CHANGE["lines"][0], CHANGE["lines"][1] | {"sub_item": "3.9"}]
    scene = visited_by("sun-wei", UNIT, c1=CHANGE | {"lines": lines})
    scene.answer("catalogue", "GET", "/towns/fengyang/division", {"units": {"C6": "FY-DJB", "C3": "FY-DZB"}})
    page = (await scene.browser.get("/changes/c1")).text
    assert set(re.findall(r'action="/changes/c1/(\w+)"', page)) == {"refusal"}
    assert "现由多个单位负责" in page


async def test_a_refused_audit_is_explained_in_its_own_words() -> None:  # CAT-17, A-21
    scene = visited_by("zhao-guoqiang", HEAD, c1=APPROVED)
    scene.answer("audit", "GET", "/cases/c1", CASE)
    scene.answer("audit", "POST", "/cases/c1/return", problem(409, "SELF_APPROVAL"))
    fields = await form_of(scene, "/changes/c1", "/changes/c1/return")
    page = await scene.browser.post("/changes/c1/return", data=fields | {"reason": "理由不足"})
    assert page.status_code == 409
    assert "申请人和批准人不得审核" in page.text
    assert "理由不足" in page.text


@pytest.mark.parametrize(
    ("post", "stage", "act", "typed"),
    [
        (COUNTY, "submitted", "receipt", {}),
        (COUNTY, "submitted", "return", {"missing": "缺审核意见"}),
        (OFFICE, "returned", "resubmission", {"supplement": "补充审核意见"}),
    ],
)
async def test_the_county_receives_or_returns_and_the_office_completes(
    post: dict[str, str], stage: str, act: str, typed: dict[str, str]
) -> None:  # CAT-18
    scene = visited_by("jiang-ping", post)
    filing = FILING | {"filing": "c1", "reference": "c1", "about": "change", "addressed_to": "QS", "stage": stage}
    scene.answer("audit", "GET", "/filings/c1", filing)
    scene.answer("audit", "POST", f"/filings/c1/{act}", {"id": "c1", "version": 3})
    fields = await form_of(scene, "/filings/c1", f"/filings/c1/{act}")
    assert (await scene.browser.post(f"/filings/c1/{act}", data=fields | typed)).status_code == 303
    [(_, headers, body)] = sent(scene, "audit")
    assert (headers["if-match"], body) == ('"2"', typed)


async def test_an_announcement_is_drafted_from_the_page_of_its_change() -> None:  # CAT-19
    scene = visited_by("ma-xiaoyan", CLERK, c1=CHANGE | {"stage": "filed"})
    scene.answer("publication", "POST", "/disclosures", {"id": "d1", "result": {"disclosure": "d1"}})
    page = (await scene.browser.get("/changes/c1")).text
    [address] = re.findall(r'href="(/drafts/new\?[^"]*6\.5[^"]*)"', page)
    fields = await form_of(scene, address.replace("&amp;", "&"), "/drafts/new")
    assert fields["announces"] == "c1"
    await scene.browser.post("/drafts/new", data=fields | {"item": "FY-R1/6.5", "title": "公告", "text": "说明"})
    assert sent(scene, "publication")[-1][2]["announces"] == "c1"


async def test_a_plan_is_submitted_with_all_that_it_proposes() -> None:  # CAT-12
    scene = visited_by("ma-xiaoyan", CLERK)
    scene.answer("catalogue", "POST", "/organisations/FY-R1/plans", {"id": "p", "result": {"number": 2}})
    new = "/organisations/FY-R1/plans/new"
    typed: dict[str, Any] = {
        "category": "C6",
        "title": "受灾救助",
        "content": "名单",
        "reason": "群众关注",
        "urgent": "yes",
    }
    typed |= {"scope": "inside-then-outside", "methods": ["meeting", "public-column"], "names": "周大海\n吴刚"}
    page = await scene.browser.post(new, data=await form_of(scene, new) | typed)
    assert page.headers["location"] == "/organisations/FY-R1/plans/2"
    [(_, _, body)] = sent(scene, "catalogue")
    assert (body["names"], body["urgent"], body["trigger"]) == (["周大海", "吴刚"], True, None)
    assert body["methods"] == ["meeting", "public-column"]


async def test_a_plan_is_approved_with_conditions_by_the_unit_in_charge_and_by_nobody_else() -> None:  # CAT-12
    path = "/organisations/FY-R1/plans/1"
    own = (await visited_by("liu-fang", UNIT).browser.get(path)).text
    assert f'action="{path}/approval"' not in own  # who submitted it
    scene = visited_by("sun-wei", UNIT)
    wrong = problem(422, "MISSING_FIELD", errors=[{"pointer": "/conditions/1/text", "detail": "Say what."}])
    scene.answer("catalogue", "POST", f"{path}/approval", wrong)
    fields = await form_of(scene, path, f"{path}/approval")
    typed: dict[str, Any] = {"condition": ["as-stated", "no-names-outside"], "condition_names": "吴刚"}
    page = await scene.browser.post(f"{path}/approval", data=fields | typed)
    assert 'id="condition_text-error"' in page.text
    assert "吴刚" in page.text
    [(_, headers, body)] = sent(scene, "catalogue")
    names = {"kind": "no-names-outside", "text": "", "names": ["吴刚"]}
    assert body["conditions"] == [names, {"kind": "as-stated", "text": "", "names": []}]
    assert headers["if-match"] == '"1"'


async def test_a_plan_is_refused_with_its_reason() -> None:  # CAT-12
    path = "/organisations/FY-R1/plans/1"
    scene = visited_by("sun-wei", UNIT)
    scene.answer("catalogue", "POST", f"{path}/refusal", problem(422, "REASON_REQUIRED"))
    fields = await form_of(scene, path, f"{path}/refusal")
    page = await scene.browser.post(f"{path}/refusal", data=fields | {"reason": ""})
    assert (page.status_code, "须说明理由" in page.text) == (422, True)


async def test_a_withholding_is_proposed_to_a_reviewer_and_the_next_higher_organisation() -> None:  # CAT-15
    scene = visited_by("ma-xiaoyan", CLERK)
    known = scene.services["catalogue"].answers["GET", "/organisations/FY-R1"]
    reviewer = {"kind": "secrecy-reviewer", "person": "he-tao", "name_zh": "何涛", "name_en": "He Tao"}
    above = known | {"superior": "FY", "superiors": ["FY"], "posts": [reviewer]}
    scene.answer("catalogue", "GET", "/organisations/FY-R1", above)
    late = problem(
        422, "OUT_OF_RANGE", errors=[{"pointer": "/until", "detail": "Too late."}], facts={"last": "2026-07-07"}
    )
    scene.answer("catalogue", "POST", "/organisations/FY-R1/withholdings", late)
    new = "/organisations/FY-R1/withholdings/new"
    typed = {"sub_item": "3.9", "kind": "temporarily-not", "ground": "case-under-investigation", "until": "2027-01-01"}
    typed |= {"citation": "条例第九条", "reviewer": "he-tao"}
    page = (await scene.browser.post(new, data=await form_of(scene, new) | typed)).text
    [(_, _, body)] = sent(scene, "catalogue")
    assert body == typed | {"addressed_to": "FY"}
    for words in ('id="until-error"', "2026年7月7日", "条例第九条", '<option value="he-tao" selected>'):
        assert words in page


@pytest.mark.parametrize(
    ("person", "post", "offered"),
    [
        ("he-tao", REVIEWER, {"confirmation", "refusal"}),
        ("ma-xiaoyan", REVIEWER, set()),  # who proposed it
        ("liu-fang", CLERK, {"withdrawal"}),
        ("sun-wei", UNIT, set()),
    ],
)
async def test_a_proposed_withholding_waits_for_another_person(
    person: str, post: dict[str, str], offered: set[str]
) -> None:  # CAT-15, A-11, A-22
    scene = visited_by(person, post)
    scene.answer("catalogue", "GET", "/withholdings", {"items": [PROPOSED]})
    scene.answer("audit", "GET", "/filings/FY-R1/3.9/1", problem(404, "NOT_FOUND"))
    page = (await scene.browser.get("/withholdings/FY-R1/3.9/1")).text
    assert set(re.findall(r'action="/withholdings/FY-R1/3.9/1/(\w+)"', page)) == offered
    assert "待保密审查确认" in page


async def test_the_reviewer_confirms_or_names_a_ground_against_it() -> None:  # CAT-15, A-11
    scene = visited_by("he-tao", REVIEWER)
    path = "/withholdings/FY-R1/3.9/1"
    scene.answer("catalogue", "GET", "/withholdings", {"items": [PROPOSED]})
    for act, typed in (("confirmation", {}), ("refusal", {"ground": "shorter-time-suffices"})):
        scene.answer("catalogue", "POST", f"{path}/{act}", {"id": "w", "version": 2})
        fields = await form_of(scene, path, f"{path}/{act}")
        assert (await scene.browser.post(f"{path}/{act}", data=fields | typed)).status_code == 303
        assert sent(scene, "catalogue")[-1][2] == typed


async def test_what_goes_upward_stands_among_the_tasks_of_who_must_act() -> None:  # CAT-12, CAT-15 to CAT-19
    returned = CHANGE | {"stage": "returned", "change": "c2"}
    cases: list[tuple[str, dict[str, str], str, Any, str]] = [
        ("sun-wei", UNIT, "catalogue", {"items": [CHANGE]}, "待批准的目录变更"),
        ("sun-wei", UNIT, "catalogue", {"items": []}, "待审批的工作方案"),
        ("ma-xiaoyan", CLERK, "catalogue", {"items": [returned]}, "待重新申请的目录变更"),
        ("ma-xiaoyan", CLERK, "catalogue", {"items": [CHANGE | {"stage": "filed"}]}, "待公告的目录变更"),
        ("zhao-guoqiang", HEAD, "catalogue", {"items": []}, "待审核的目录变更"),
        ("jiang-ping", COUNTY, "catalogue", {"items": []}, "待备案收讫"),
        ("he-jing", OFFICE, "catalogue", {"items": []}, "待补正的备案"),
        ("he-tao", REVIEWER, "catalogue", {"items": []}, "待保密审查确认的备案"),
    ]
    for person, post, service, changes, words in cases:
        scene = visited_by(person, post)
        scene.answer(service, "GET", "/changes", changes)
        scene.answer("catalogue", "GET", "/withholdings", {"items": [PROPOSED]})
        assert words in (await scene.browser.get("/tasks")).text, (person, words)


async def test_who_asked_for_a_change_or_submitted_a_plan_is_not_asked_to_decide_it() -> None:  # A-21, CAT-12
    page = (await visited_by("liu-fang", UNIT).browser.get("/tasks")).text
    assert "待批准的目录变更" not in page
    assert PLAN["title"] not in page


async def test_a_town_adds_and_ends_channels_of_its_own() -> None:  # PUB-16
    scene = visited_by("he-jing", OFFICE)
    path = "/towns/fengyang/channels"
    scene.answer("catalogue", "POST", path, {"id": "fengyang", "version": 9})
    typed = {"channel": "radio", "name_zh": "大喇叭", "name_en": "Loudspeaker", "audience": "outside"}
    await scene.browser.post(path, data=await form_of(scene, path) | typed | {"evidence": "place\nsent-at"})
    assert sent(scene, "catalogue")[-1][2] == typed | {"evidence": ["place", "sent-at"], "on": None}
    ending = f"{path}/wechat-group/withdrawal"
    scene.answer("catalogue", "POST", ending, {"id": "fengyang", "version": 10})
    fields = await form_of(scene, path, ending)
    await scene.browser.post(ending, data=fields | {"end_on": "2026-05-01"})
    assert sent(scene, "catalogue")[-1][2] == {"on": "2026-05-01"}
    assert "/withdrawal" not in (await visited_by("ma-xiaoyan", CLERK).browser.get(path)).text


async def test_a_catalogue_names_its_own_channels_changes_and_versions_and_goes_out_as_a_workbook() -> None:  # CAT-21
    scene = visited_by("ma-xiaoyan", CLERK)
    page = (await scene.browser.get("/organisations/FY-R1/catalogue/differences?old=1&new=2")).text
    assert "党员大会、党员微信群" in page
    page = (await scene.browser.get("/organisations/FY-R1/catalogue")).text
    for address in ("changes/c1", "withholdings/FY-R1/3.9/1", "organisations/FY-R1/plans/1"):
        assert f'href="/{address}"' in page
    disposition = {"content-disposition": "attachment; filename*=UTF-8''a.xlsx", "content-type": "application/x"}
    scene.answer("catalogue", "GET", "/organisations/FY-R1/catalogue.xlsx", Response(b"PK", headers=disposition))
    book = await scene.browser.get("/organisations/FY-R1/catalogue.xlsx?on=2026-03-01")
    assert (book.content, book.headers["content-disposition"]) == (b"PK", disposition["content-disposition"])


async def test_a_day_without_a_catalogue_is_said_on_the_page() -> None:  # CAT-21
    scene = visited_by("ma-xiaoyan", CLERK)
    scene.answer("catalogue", "GET", "/organisations/FY-R1/catalogue", problem(409, "NOT_IN_FORCE"))
    page = await scene.browser.get("/organisations/FY-R1/catalogue?on=2020-01-01")
    assert page.status_code == 409
    assert 'value="2020-01-01"' in page.text
