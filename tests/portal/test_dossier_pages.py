"""A closed matter is filed by a form, found by its words, consulted on record; and its trace names who answered."""

import json
from typing import Any

import pytest

from services.portal.pages import dossiers
from tests.portal.fakes import Stage, problem
from tests.portal.furnished import furnished
from tests.portal.test_forms import commands, hidden_fields

pytestmark = pytest.mark.anyio
PAPER = {
    "serial": 7, "file": "FY-R1/2026", "kind": "version", "ref": "d1/v1", "title": "道路硬化总结", "digest": "sha256:1",
    "at": "2026-07-22T01:00:00Z", "disclosure": "d1", "version": 1, "place": 0, "content": {"text": "沥青铺装完成"},
}  # fmt: skip
OWED: dict[str, Any] = {
    "matter": "m1", "organisation": "FY-R1", "town": "fengyang", "item": "FY-R1/3.8", "title": "东口道路硬化",
    "title_en": "Dongkou road", "stage": "owed", "number": "", "closed_on": "2026-07-24", "due_on": "2026-08-21",
    "overdue": False, "filed_on": None, "late_workdays": None, "version": 3, "moves": ["2026-08-20"], "disclosures": [],
    "due": {"provisional": False, "days": [{"day": "2026-08-21", "kind": "workday", "count": 20}]}, "opens": True,
    "may_file": True, "defects": [], "note": "", "filed_by": "", "papers": [PAPER],
}  # fmt: skip
FILED = OWED | {
    "stage": "filed", "number": "柳树-2026-002", "filed_on": "2026-08-17", "late_workdays": 0, "opens": False,
    "may_file": False, "filed_by": "ma-xiaoyan", "papers": [PAPER | {"place": 1, "content": {}}],
}  # fmt: skip
DONE = {"id": "m1", "version": 4, "result": {"number": "柳树-2026-002"}}


def at_work(dossier: dict[str, Any], person: str = "ma-xiaoyan") -> Stage:
    scene = furnished()
    scene.answer("archive", "GET", "/dossiers/m1", dossier)
    scene.answer("archive", "GET", "/dossiers", {"items": [dossier]})
    scene.sign_in(person)
    return scene


async def shown(scene: Stage, address: str, language: str = "zh") -> str:
    page = await scene.browser.get(address, params={"lang": language})
    assert page.status_code == 200, page.text
    return str(page.text.partition("<main")[2])


@pytest.mark.parametrize(
    ("language", "title", "due", "button"),
    [("zh", "东口道路硬化", "2026年8月21日星期五", "按本年度顺序编号归档"),
     ("en", "Dongkou road", "Fri 21 Aug 2026", "next number")],
)  # fmt: skip
async def test_a_matter_to_file_shows_its_day_with_the_reckoning(
    language: str, title: str, due: str, button: str
) -> None:  # ARC-05, P-20
    page = await shown(at_work(OWED), "/dossiers/m1", language)
    assert all(part in page for part in (title, due, button, 'class="reckoning"', "FY-R1/2026 · 7"))


async def test_filing_sends_the_version_seen_and_what_the_note_says() -> None:  # ARC-05
    scene = at_work(OWED | {"defects": ["missing approval d1"]})
    scene.answer("archive", "POST", "/dossiers/m1/filing", DONE)
    fields = await hidden_fields(scene, "/dossiers/m1")
    answer = await scene.browser.post("/dossiers/m1/filing", data=fields | {"note": "原件在镇档案室"})
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/dossiers/m1")
    [(_, headers, body)] = commands(scene, "archive")
    assert (headers["if-match"], json.loads(body)) == ('"3"', {"note": "原件在镇档案室"})


async def test_a_file_that_is_not_complete_comes_back_with_what_was_typed() -> None:  # ARC-05
    scene = at_work(OWED | {"defects": ["missing approval d1"]})
    scene.answer("archive", "POST", "/dossiers/m1/filing", problem(409, "FILE_INCOMPLETE"))
    fields = await hidden_fields(scene, "/dossiers/m1")
    answer = await scene.browser.post("/dossiers/m1/filing", data=fields | {"note": " "})
    assert answer.status_code == 409
    assert "卷内材料不齐全" in answer.text


async def test_who_consults_it_says_what_for() -> None:  # ARC-06
    scene = at_work(FILED, "chen-xiuying")
    scene.answer("archive", "POST", "/dossiers/m1/consultations", DONE)
    page = await shown(scene, "/dossiers/m1")
    assert ("柳树-2026-002" in page, "沥青铺装完成" in page, 'action="/dossiers/m1/filing"' in page) == (
        True,
        False,
        False,
    )
    fields = await hidden_fields(scene, "/dossiers/m1")
    answer = await scene.browser.post("/dossiers/m1/consultations", data=fields | {"purpose": "核对工期"})
    assert answer.status_code == 303
    [(_, _, body)] = commands(scene, "archive")
    assert json.loads(body) == {"purpose": "核对工期"}


async def test_matters_are_looked_for_by_words() -> None:  # ARC-06
    page = await shown(at_work(FILED), "/organisations/FY-R1/dossiers")
    assert 'href="/dossiers/m1"' in page
    assert "柳树-2026-002" in page


async def test_the_trace_of_a_matter_names_who_answered() -> None:  # ORG-15
    scene = at_work(FILED, "li-min")
    step = {
        "step": "dossier-filed", "person": "ma-xiaoyan", "person_name_zh": "马小燕", "person_name_en": "Ma Xiaoyan",
        "post": "FY-R1/clerk", "post_title_zh": "党务干事", "post_title_en": "Clerk", "for_organisation": "FY-R1",
        "first_person_responsible": "liu-fang", "at": "2026-08-17T01:00:00Z", "reference": "柳树-2026-002",
    }  # fmt: skip
    trace = {"organisation": "FY-R1", "title": "东口道路硬化", "subject": "m1", "kind": "matter", "steps": [step]}
    scene.answer("audit", "GET", "/traces/matters/m1", trace)
    page = await shown(scene, "/trace/matter/m1")
    assert all(part in page for part in ("马小燕", "党务干事", "已归档", "柳树-2026-002"))


def test_every_page_of_dossiers_is_for_who_is_signed_in() -> None:
    assert all(page.person for page in dossiers.PAGES)
