"""A session is a random value in the browser and a digest here; it ends by idleness, by age, with its token,
at sign-out.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.portal.sessions import ABSOLUTE, IDLE, Session, Sessions, SignIn
from services.portal.signin import local
from tests.portal.fakes import Stage, stage

NOW = datetime(2026, 4, 10, 6, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def kept() -> Sessions:
    return Sessions(create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}))


def test_the_value_in_the_browser_is_not_in_the_database() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    value = Sessions(engine).begin("ma-xiaoyan", "token", NOW, LATER)
    with engine.connect() as connection:
        assert value not in str(connection.execute(text("select * from sessions")).all())


def test_a_session_holds_while_it_is_used_and_no_longer_than_its_age() -> None:
    sessions = kept()
    value = sessions.begin("ma-xiaoyan", "token", NOW, LATER)
    moment = NOW
    while moment + IDLE < NOW + ABSOLUTE:
        moment += IDLE
        assert sessions.find(value, moment) == Session("ma-xiaoyan", "token")
    assert sessions.find(value, NOW + ABSOLUTE) is None


def test_an_idle_session_is_over_for_good() -> None:
    sessions = kept()
    value = sessions.begin("ma-xiaoyan", "token", NOW, LATER)
    assert sessions.find(value, NOW + IDLE + timedelta(seconds=1)) is None
    assert sessions.find(value, NOW) is None


def test_a_session_ends_with_its_token_and_at_sign_out() -> None:
    sessions = kept()
    short = sessions.begin("ma-xiaoyan", "token", NOW, NOW + timedelta(minutes=5))
    assert sessions.find(short, NOW + timedelta(minutes=5)) is None
    value = sessions.begin("ma-xiaoyan", "token", NOW, LATER)
    sessions.end(value)
    assert sessions.find(value, NOW) is None


def test_a_sign_in_is_finished_once_and_only_by_the_browser_that_began_it() -> None:
    sessions = kept()
    sign_in = SignIn("verifier", "nonce", "/tasks")
    sessions.start_sign_in("state", "browser", sign_in, NOW)
    sessions.start_sign_in("other", "browser", sign_in, NOW)
    assert sessions.finish_sign_in("other", "another browser", NOW) is None
    assert sessions.finish_sign_in("state", "browser", NOW) == sign_in
    assert sessions.finish_sign_in("state", "browser", NOW) is None


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x", ""]
)
def test_nobody_is_sent_to_another_site_after_signing_in(path: str) -> None:
    assert local(path) == "/"


def issuing(scene_nonce: list[str]) -> httpx2.AsyncClient:
    """A stand-in issuer: hands out a token for whoever is named in the code."""

    async def configuration(_request: Request) -> Response:
        base = "http://127.0.0.1:8000/dev/issuer"
        return JSONResponse({"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token"})

    async def token(request: Request) -> Response:
        form = await request.form()
        assert form["code_verifier"]
        return JSONResponse(
            {"access_token": f"token-of-{form['code']}", "id_token": unsigned(scene_nonce[0]), "expires_in": 3600}
        )

    paths = {"/dev/issuer/.well-known/openid-configuration": configuration, "/dev/issuer/token": token}
    app = Starlette(routes=[Route(path, endpoint, methods=["GET", "POST"]) for path, endpoint in paths.items()])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app))


def unsigned(nonce: str) -> str:
    import base64
    import json

    body = base64.urlsafe_b64encode(json.dumps({"nonce": nonce}).encode()).decode().rstrip("=")
    return f"e30.{body}.sig"


async def came_back(scene: Stage, nonces: list[str]) -> httpx2.Response:
    away = await scene.browser.get("/sign-in?back=/me")
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    nonces[:] = nonces or [asked["nonce"][0]]
    return await scene.browser.get(f"/sign-in/callback?code=ma-xiaoyan&state={asked['state'][0]}")


@pytest.mark.anyio
async def test_signing_in_gives_a_new_cookie_and_goes_on_to_the_page_asked_for() -> None:
    nonces: list[str] = []
    scene = stage(issuer_client=issuing(nonces))
    back = await came_back(scene, nonces)
    assert (back.status_code, back.headers["location"]) == (303, "/me")
    cookie = back.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "token-of" not in cookie
    scene.answer("catalogue", "GET", "/me", {"person": "ma-xiaoyan", "name_zh": "马小燕", "posts": []})
    assert "马小燕" in (await scene.browser.get("/me")).text
    assert scene.services["catalogue"].asked[-1][2]["authorization"] == "Bearer token-of-ma-xiaoyan"


@pytest.mark.anyio
async def test_an_answer_meant_for_another_sign_in_is_refused() -> None:
    scene = stage(issuer_client=issuing(["a nonce of somebody else"]))
    back = await came_back(scene, ["a nonce of somebody else"])
    assert back.status_code == 400
    assert (await scene.browser.get("/me")).headers["location"].startswith("/sign-in")
