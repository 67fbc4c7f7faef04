"""In a real browser: every page passes the accessibility rules in both languages, fits a phone, and needs no
script.
"""

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.portal.fakes import Stage
from tests.portal.furnished import DESK_PAGES, OPEN_PAGES, furnished

pytestmark = pytest.mark.browser
PORT = 8379
BASE = f"http://127.0.0.1:{PORT}"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
ADDRESSES = [("", a) for a in OPEN_PAGES] + [("ma-xiaoyan", a) for a in DESK_PAGES]


@pytest.fixture(scope="module")
def scene() -> Iterator[Stage]:
    made = furnished(public_url=BASE)
    server = uvicorn.Server(uvicorn.Config(made.portal.app, port=PORT, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield made
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield launched
        launched.close()


def visiting(scene: Stage, browser: Browser, person: str, language: str, *, width: int = 1280) -> BrowserContext:
    """A browser window; the policy of our pages would keep the checker's own script out."""
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    context.add_cookies([{"name": "lang", "value": language, "url": BASE}])
    if person:
        scene.sign_in(person)
        context.add_cookies([{"name": "gongkai", "value": scene.browser.cookies["gongkai"], "url": BASE}])
    return context


def wrong_on(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{v['id']}: {node['html'][:120]}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("person", ["", "ma-xiaoyan"])
def test_every_page_passes_wcag_2_2_aa(scene: Stage, browser: Browser, person: str, language: str) -> None:  # INT-10
    with visiting(scene, browser, person, language) as context:
        page, wrong = context.new_page(), {}
        for address in (a for who, a in ADDRESSES if who == person):
            page.goto(BASE + address)
            wrong[address] = wrong_on(page)
    assert {address: problems for address, problems in wrong.items() if problems} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_fits_a_phone_in_large_type(scene: Stage, browser: Browser, language: str) -> None:
    wide = []
    for person in ("", "ma-xiaoyan"):
        with visiting(scene, browser, person, language, width=390) as context:
            context.add_cookies([{"name": "type", "value": "large", "url": BASE}])
            page = context.new_page()
            for address in (a for who, a in ADDRESSES if who == person):
                page.goto(BASE + address)
                if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                    wide.append(address)
    assert wide == []


def test_everything_can_be_reached_and_sent_from_the_keyboard(scene: Stage, browser: Browser) -> None:
    scene.answer(
        "feedback", "POST", "/opinions", {"id": "o1", "result": {"receipt_number": "柳意〔2026〕1号", "code": "K7QF"}}
    )
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{BASE}/opinions/new?disclosure=d1&lang=en")
        page.keyboard.press("Tab")
        assert page.locator("a:focus").inner_text() == "Skip to the content"
        page.keyboard.press("Enter")
        while page.locator("#text:focus").count() == 0:
            page.keyboard.press("Tab")
        page.keyboard.type("Please put up a clearer sheet.")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "K7QF" in page.locator("main").inner_text()
