"""What a page may load, what the browser is told, and what the gateway lets through."""

import pytest

from tests.portal.fakes import stage

pytestmark = pytest.mark.anyio
ADDRESSES = ["/", "/nothing", "/livez", "/static/portal.css", "/api/none/v1/x", "/tasks"]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_answer_carries_the_security_headers(address: str) -> None:
    scene = stage()
    scene.answer("publication", "GET", "/shown", {"items": []})
    headers = (await scene.browser.get(address)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"


async def test_pages_need_no_script_and_no_inline_style() -> None:
    scene = stage()
    scene.answer("publication", "GET", "/shown", {"items": []})
    text = (await scene.browser.get("/")).text
    assert "<script" not in text
    assert "style=" not in text


async def test_over_https_the_cookie_is_bound_to_the_host_and_the_connection() -> None:
    scene = stage(public_url="https://gongkai.example", session_secret="made-up")
    cookie = (await scene.browser.get("/opinions/look-up")).headers["set-cookie"]
    assert cookie.startswith("__Host-gongkai=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_outside_development_it_does_not_start_without_a_secret() -> None:
    with pytest.raises(SystemExit, match="GONGKAI_SESSION_SECRET"):
        stage(environment="production", issuer="https://issuer.example")


async def test_development_is_said_on_every_page_and_only_there() -> None:
    scene = stage()
    scene.answer("publication", "GET", "/shown", {"items": []})
    assert 'class="development"' in (await scene.browser.get("/")).text
    real = stage(environment="production", issuer="https://issuer.example", session_secret="made-up")
    real.answer("publication", "GET", "/shown", {"items": []})
    assert 'class="development"' not in (await real.browser.get("/")).text


async def test_the_gateway_passes_a_bearer_on_and_keeps_cookies_back() -> None:
    scene = stage()
    scene.answer("feedback", "GET", "/opinions", {"items": []})
    headers = {"authorization": "Bearer abc", "cookie": "gongkai=secret", "connection": "x-hop", "x-hop": "1"}
    answer = await scene.browser.get("/api/feedback/v1/opinions", headers=headers)
    assert answer.json() == {"items": []}
    assert answer.headers["etag"] == '"7"'
    _, _, passed, _ = scene.services["feedback"].asked[-1]
    assert passed["authorization"] == "Bearer abc"
    assert "cookie" not in passed
    assert "x-hop" not in passed


async def test_the_gateway_passes_bodies_and_refusals_through() -> None:
    scene = stage()
    answer = await scene.browser.post("/api/feedback/v1/opinions", json={"text": "hello"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "NOT_FOUND"
    assert scene.services["feedback"].asked[-1][3] == b'{"text":"hello"}'


async def test_the_gateway_passes_the_transparency_log_through_from_audit() -> None:
    scene = stage()
    answer = await scene.browser.get("/log/tile/0/000.p/3")
    assert answer.json()["code"] == "NOT_FOUND"
    assert scene.services["audit"].asked[-1][:2] == ("GET", "/log/tile/0/000.p/3")


async def test_the_screen_and_the_feed_know_nothing_of_who_looks() -> None:  # PUB-14
    scene = stage()
    scene.answer("catalogue", "GET", "/organisations/FY-R1", {"organisation": "FY-R1", "name_zh": "柳树村党支部"})
    scene.answer("publication", "GET", "/shown", {"items": []})
    scene.answer("publication", "GET", "/led", [])
    scene.answer("publication", "GET", "/feed.atom", {})
    scene.sign_in("ma-xiaoyan")
    screen = await scene.browser.get("/display/FY-R1")
    await scene.browser.get("/atom.xml")
    assert screen.headers["refresh"] == "60"
    assert "refresh" not in (await scene.browser.get("/display/FY-R1?refresh=off")).headers
    asked = [h for _, path, h, _ in scene.services["publication"].asked if path in ("/shown", "/led", "/feed.atom")]
    assert asked
    assert not [headers for headers in asked if "authorization" in headers]
