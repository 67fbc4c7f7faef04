"""In a real browser: the forms of those who approve, audit, receive and review pass the accessibility rules and fit a
phone, and a request is written and sent without script.
"""

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from tests.portal.fakes import Stage
from tests.portal.filed import CASE, CHANGE, FILING, PLAN
from tests.portal.furnished import furnished
from tests.portal.test_browser import wrong_on
from tests.portal.test_filed_pages import CLERK, COUNTY, HEAD, OFFICE, PROPOSED, REVIEWER, UNIT

pytestmark = pytest.mark.browser
PORT = 8381
BASE = f"http://127.0.0.1:{PORT}"
FORMS = (  # of somebody who never acted before and holds every post that may
    "/changes/c1",
    "/changes/audited",
    "/changes/filed",
    "/organisations/FY-R1/changes/new",
    "/filings/c1",
    "/organisations/FY-R1/plans/1",
    "/withholdings/FY-R1/3.9/1",
    "/organisations/FY-R1/withholdings/new",
    "/towns/fengyang/channels",
    "/tasks",
)


@pytest.fixture(scope="module")
def scene() -> Iterator[Stage]:
    made = furnished(public_url=BASE)
    posts = [UNIT, HEAD, OFFICE, REVIEWER, COUNTY, CLERK]
    made.answer("catalogue", "GET", "/me", {"person": "wu-gang", "name_zh": "吴刚", "posts": posts})
    made.answer("catalogue", "GET", "/withholdings", {"items": [PROPOSED]})
    made.answer("catalogue", "GET", "/changes/audited", CHANGE | {"change": "audited", "stage": "approved"})
    made.answer("catalogue", "GET", "/changes/filed", CHANGE | {"change": "filed", "stage": "filed"})
    made.answer("audit", "GET", "/cases/audited", CASE)
    made.answer("audit", "GET", "/filings/c1", FILING | {"filing": "c1", "about": "change", "addressed_to": "QS"})
    made.answer("catalogue", "GET", "/towns/fengyang/plans", {"items": [PLAN]})
    made.sign_in("wu-gang")
    server = uvicorn.Server(uvicorn.Config(made.portal.app, port=PORT, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield made
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_forms_of_who_decides_pass_wcag_and_fit_a_phone(scene: Stage, chromium: Browser, language: str) -> None:
    """INT-10."""
    found: dict[str, list[str]] = {}
    with chromium.new_context(viewport={"width": 390, "height": 900}, bypass_csp=True) as context:
        for name, value in (("lang", language), ("gongkai", scene.browser.cookies["gongkai"]), ("type", "large")):
            context.add_cookies([{"name": name, "value": value, "url": BASE}])
        page = context.new_page()
        for address in FORMS:
            page.goto(BASE + address)
            found[address] = wrong_on(page)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found[address].append("wider than the phone")
    assert {address: problems for address, problems in found.items() if problems} == {}


def test_a_request_is_written_and_sent_without_script(scene: Stage, chromium: Browser) -> None:  # CAT-16
    scene.answer("catalogue", "POST", "/organisations/FY-R1/changes", {"id": "c1", "result": {"change": "c1"}})
    with chromium.new_context(java_script_enabled=False) as context:
        context.add_cookies([{"name": "gongkai", "value": scene.browser.cookies["gongkai"], "url": BASE}])
        page = context.new_page()
        page.goto(f"{BASE}/organisations/FY-R1/changes/new?change=terminate&item=3.9&lang=en")
        page.locator("#new_change").select_option("change")
        page.locator("#new_item").select_option("3.9")
        page.get_by_role("button", name="Put it into the request").click()
        page.locator("[id='1.content']").fill("Of every month")
        page.locator("#reason").fill("Said so by the rule")
        page.get_by_role("button", name="Send the request").click()
        assert page.url.startswith(f"{BASE}/changes/c1")
        assert "What comes next" in page.locator("main").inner_text()
