"""The portal says everything in Chinese and in English, and switching keeps the page."""

from collections import Counter
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from services.portal import labels
from services.portal.clients import Refusal
from services.portal.i18n import EN, ZH, preferred, written
from tests.portal.fakes import problem, stage

PORTAL = Path(labels.__file__).parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]


def written_in_pages() -> set[str]:
    options = {"templates/**.html": {"trimmed": "true"}}
    found = extract_from_dir(str(PORTAL), method_map=METHODS, options_map=options, keywords={"_": None})
    return {str(message) for _, _, message, _, _ in found}


def test_every_string_has_a_chinese_one_and_none_is_left_over() -> None:
    known = list(written("zh"))
    assert written_in_pages() == {str(message.id) for message in known}
    assert not [message.id for message in known if not message.string or message.fuzzy]


def test_no_two_files_say_the_same_differently() -> None:
    said = Counter(english for english, _ in {(str(m.id), str(m.string)) for m in written("zh")})
    assert [english for english, ways in said.items() if ways > 1] == []


def test_terms_of_the_glossary_are_used() -> None:
    pairs = {
        "inside before outside": "先党内后党外",
        "Secrecy review": "保密审查",
        "First person responsible": "第一责任人",
        "Approval sheet": "党务公开审批表",
        "Disclosure catalogue": "党务公开目录",
        "quarterly replacement": "每季度更换",
        "public column": "党务公开栏",
    }
    assert {en: ZH.text(en) for en in pairs} == pairs


def test_a_stranger_is_answered_in_the_browsers_language_and_else_in_chinese() -> None:
    assert preferred("", "en-GB,en;q=0.8") == EN
    assert preferred("", "zh-TW,zh;q=0.9,en;q=0.8") == ZH
    assert preferred("", "fr") == ZH
    assert preferred("en", "zh-CN") == EN


def test_days_and_instants_are_written_as_people_of_the_county_read_them() -> None:
    assert ZH.day("2026-04-15") == "2026年4月15日星期三"
    assert EN.day("2026-04-15") == "Wed 15 Apr 2026"
    assert ZH.instant("2026-04-11T06:00:00Z") == "2026年4月11日 14:00"
    assert EN.instant("2026-04-11T06:00:00Z") == "11 Apr 2026, 14:00"
    assert EN.not_before("2026-04-11T06:00:01Z") == "11 Apr 2026, 14:01"


def test_a_refusal_is_explained_in_both_languages_with_its_facts() -> None:
    refusal = Refusal(409, "LEAD_TOO_SHORT", facts={"earliest": "2026-04-11T06:00:00Z"}, detail="service's words")
    chinese, english = labels.refusal_texts(ZH, refusal), labels.refusal_texts(EN, refusal)
    assert chinese["earliest"] == "2026年4月11日 14:00"
    assert "service's words" not in chinese.values()
    plain = Refusal(409, "SELF_APPROVAL", detail="service's words")
    assert labels.refusal_texts(EN, plain)["detail"] == "service's words"
    assert chinese["title"] != english["title"]


@pytest.mark.anyio
async def test_switching_the_language_keeps_the_page_and_its_question() -> None:  # S12
    scene = stage()
    scene.answer("publication", "GET", "/shown", {"items": []})
    page = await scene.browser.get("/?q=dues&town=fengyang")
    assert 'lang="zh-CN"' in page.text
    assert 'href="/?q=dues&amp;town=fengyang&amp;lang=en"' in page.text
    switched = await scene.browser.get("/?q=dues&town=fengyang&lang=en")
    assert 'lang="en"' in switched.text
    assert 'lang="en"' in (await scene.browser.get("/")).text


@pytest.mark.anyio
async def test_large_type_stays_until_it_is_switched_back() -> None:
    scene = stage()
    scene.answer("publication", "GET", "/shown", {"items": []})
    assert 'class="large"' in (await scene.browser.get("/?type=large")).text
    assert 'class="large"' in (await scene.browser.get("/")).text
    assert 'class="large"' not in (await scene.browser.get("/?type=usual")).text


@pytest.mark.anyio
@pytest.mark.parametrize(("lang", "words"), [("zh", "没有此页面"), ("en", "There is no such page here")])
async def test_what_is_hidden_and_what_is_not_there_look_the_same(lang: str, words: str) -> None:  # ORG-11
    scene = stage()
    scene.answer("publication", "GET", "/shown/inside-only", problem(403, "NOT_YOUR_REMIT"))
    hidden = await scene.browser.get(f"/disclosures/inside-only?lang={lang}")
    absent = await scene.browser.get(f"/disclosures/absent?lang={lang}")
    assert hidden.status_code == absent.status_code == 404
    assert words in hidden.text
    assert hidden.text.replace("inside-only", "absent") == absent.text


@pytest.mark.anyio
@pytest.mark.parametrize(("lang", "words"), [("zh", "暂时无法使用"), ("en", "Not available just now")])
async def test_a_service_that_is_away_is_said_to_be_away(lang: str, words: str) -> None:
    scene = stage()
    scene.services["publication"].away = True
    page = await scene.browser.get(f"/?lang={lang}")
    assert page.status_code == 503
    assert words in page.text
