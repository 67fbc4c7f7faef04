"""Every page is made, in both languages, and says what it is about."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.responses import Response

from tests.portal.furnished import BRANCH, DESK_PAGES, FORMER, OPEN_PAGES, SHOWN, furnished

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_is_made_in_both_languages(language: str) -> None:
    scene = furnished()
    found = {}
    for address in OPEN_PAGES:
        found[address] = await scene.browser.get(address, params={"lang": language})
    scene.sign_in("ma-xiaoyan")
    for address in DESK_PAGES:
        found[address] = await scene.browser.get(address, headers={"accept-language": language})
    assert {a: p.status_code for a, p in found.items() if p.status_code != 200} == {"/nothing": 404}
    assert not [a for a, p in found.items() if "<h1" not in p.text]


async def test_a_version_that_was_corrected_says_so_and_leads_to_the_present_one() -> None:  # PUB-31
    scene = furnished()
    former = (await scene.browser.get("/disclosures/d1?version=1")).text
    assert "此版本已更正" in former
    present = (await scene.browser.get("/disclosures/d1")).text
    assert "金额由6120元更正为6210元" in present
    assert 'href="/disclosures/d1?version=1"' in present


async def test_a_version_disclosed_anew_is_not_called_a_correction() -> None:  # PUB-30, decision 0044
    again = SHOWN | {"renewal": "redisclosure", "note": "按党员意见写得更清楚。"}
    former = FORMER | {"corrected_at": None, "redisclosed_at": again["shown_from"], "superseded_by": "d1"}
    pages = {"/shown/d1": again, "/shown/d1/versions": [again, former], "/shown/d1/versions/1": former}
    scene = furnished()
    for path, answer in pages.items():
        scene.answer("publication", "GET", path, answer)
    old, new = [(await scene.browser.get(f"/disclosures/d1{which}")).text for which in ("?version=1", "")]
    assert "此版本已根据意见重新公开，原内容并无错误" in old
    assert "根据意见重新公开" in new
    assert "按党员意见写得更清楚" in new
    assert [word for word in ("更正", "后一期更换") if word in old + new] == []
    english = (await scene.browser.get("/disclosures/d1?version=1&lang=en")).text
    assert "disclosed anew because of opinions" in english


async def test_an_outsider_is_shown_neither_duties_nor_desk() -> None:
    scene = furnished()
    outside = (await scene.browser.get("/organisations/FY-R1")).text
    assert "公开任务" not in outside
    assert "/work/" not in (await scene.browser.get("/disclosures/d1")).text
    assert (await scene.browser.get("/tasks")).headers["location"].startswith("/sign-in")


async def test_a_duty_shows_its_due_day_and_how_it_was_reckoned() -> None:  # PUB-24
    scene = furnished()
    scene.sign_in("ma-xiaoyan")
    page = (await scene.browser.get("/duties/FY-R1/3.9/fine-tune/2026-05")).text
    assert "2026年5月11日星期一" in page
    assert "2026-05-10" in page


async def test_only_the_steps_of_the_stage_and_the_post_are_offered() -> None:
    scene = furnished()
    scene.sign_in("ma-xiaoyan")
    page = (await scene.browser.get("/work/d1")).text
    assert 'href="/work/d1/submit"' in page
    assert 'href="/work/d1/approve"' not in page


async def test_organisations_posts_and_people_are_called_by_their_names() -> None:  # ORG-15
    scene = furnished()
    scene.sign_in("ma-xiaoyan")
    raw = {}
    for address in ("/work/d1", "/work/d1/correct", "/archive/FY-R1/2026", "/archive", "/trace/d1", "/opinions"):
        page = (await scene.browser.get(address)).text.partition("<main")[2]
        shown = re.sub(r"FY-R1(/3\.9|-2026-\d+)", "", " ".join(re.findall(r">([^<]+)<|value=\"ma-xiaoyan\">", page)))
        raw[address] = re.findall(r"FY-R1\S*|ma-xiaoyan|wang-jianjun", shown)
    assert {address: found for address, found in raw.items() if found} == {}
    assert 'type="text" value="ma-xiaoyan"' not in (await scene.browser.get("/work/d1/correct")).text


async def test_one_acts_in_the_post_one_chose() -> None:  # ORG-15
    scene = furnished()
    scene.sign_in("ma-xiaoyan")
    page = (await scene.browser.get("/me")).text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    await scene.browser.post("/me/post", data={"form_token": token, "post": "FY-R1/clerk"})
    await scene.browser.get("/tasks")
    assert scene.services["publication"].asked[-1][2]["gongkai-acting-as"] == "FY-R1/clerk"
    await scene.browser.post("/me/post", data={"form_token": token, "post": "FY-R1/somebody-elses"})
    await scene.browser.get("/tasks")
    assert scene.services["publication"].asked[-1][2]["gongkai-acting-as"] == "FY-R1/clerk"


async def test_a_reader_gets_the_receipt_of_what_they_read_and_how_to_check_it() -> None:
    scene = furnished()
    assert "tlog-proof" not in (await scene.browser.get("/disclosures/d1")).text  # the log has none for this reader
    assert (await scene.browser.get("/disclosures/d1/receipt?version=2")).status_code == 404
    scene.answer("audit", "GET", "/receipts/d1/place", {"version": 2, "index": 389, "size": 1138})
    page = (await scene.browser.get("/disclosures/d1")).text
    assert 'href="/disclosures/d1/receipt?version=2"' in page
    assert "第 389 条记录" in page
    assert "gongkai check d1-2.tlog-proof --policy policy" in page
    headers = {"Content-Type": "text/plain", "Content-Disposition": 'attachment; filename="d1-2.tlog-proof"'}
    proof = Response(b"c2sp.org/tlog-proof@v1\n", headers=headers)
    scene.answer("audit", "GET", "/receipts/d1", proof)
    found = await scene.browser.get("/disclosures/d1/receipt?version=2")
    assert (found.content, found.headers["cache-control"]) == (proof.body, "private, no-cache")
    assert found.headers["content-disposition"] == 'attachment; filename="d1-2.tlog-proof"'


async def test_more_organisations_than_one_answer_holds_are_all_listed() -> None:  # ORG-02
    scene = furnished()
    pages = {"": ("FY-R1", "more"), "more": ("FY-R2", None)}

    def page(query: Mapping[str, str]) -> dict[str, Any]:
        organisation, following = pages[query.get("cursor", "")]
        return {"items": [BRANCH | {"organisation": organisation, "name": organisation}], "next": following}

    scene.services["catalogue"].answers[("GET", "/organisations")] = page
    listed = (await scene.browser.get("/organisations")).text
    assert all(f'href="/organisations/{name}"' in listed for name in ("FY-R1", "FY-R2"))
