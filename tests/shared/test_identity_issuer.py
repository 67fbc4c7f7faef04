"""The development issuer: only in development, only with PKCE, only back to our own pages."""

import base64
import hashlib
import html
import json
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
import httpx2
import pytest
from joserfc import jws

from shared.clock import FixedClock
from shared.identity.issuer import DevelopmentIssuer, OnlyInDevelopment
from shared.identity.oidc import JwksVerifier
from shared.identity.people import DemoPerson
from shared.settings import Environment, Settings

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
CALLBACK = "http://127.0.0.1:8000/sign-in/callback"
MA = DemoPerson("ma-xiaoyan", "马小燕", "Ma Xiaoyan", "党务干事", "clerk", "FY-R1", "柳树村党支部", "Liushu <Village>")
ASKED = {
    "response_type": "code",
    "client_id": "gongkai-portal",
    "redirect_uri": CALLBACK,
    "scope": "openid profile",
    "state": "s&1",
    "nonce": "n1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def settings(var: Path, environment: Environment = Environment.DEVELOPMENT) -> Settings:
    return Settings(environment=environment, var=var)


class Browser:
    """Asks the issuer as a browser and the portal would, following nothing."""

    def __init__(self, issuer: DevelopmentIssuer) -> None:
        self.issuer = issuer

    def ask(self, method: str, path: str, **rest: object) -> httpx2.Response:
        async def send() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self.issuer.app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                return await client.request(method, f"/dev/issuer{path}", **rest)  # type: ignore[arg-type]  # passed on

        return anyio.run(send)

    def page(self, **changed: str) -> httpx2.Response:
        return self.ask("GET", f"/authorize?{urlencode(ASKED | changed)}")

    def pick(self, person: str = "ma-xiaoyan", **changed: str) -> httpx2.Response:
        return self.ask("POST", "/authorize", data=ASKED | changed | {"person": person})

    def code(self) -> str:
        return parse_qs(urlsplit(self.pick().headers["location"]).query)["code"][0]

    def exchange(self, code: str, **changed: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": "gongkai-portal",
            "code_verifier": VERIFIER,
        }
        return self.ask("POST", "/token", data=form | changed)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 4, 10, 6, 0, tzinfo=UTC))


@pytest.fixture
def browser(tmp_path: Path, clock: FixedClock) -> Browser:
    return Browser(DevelopmentIssuer(settings(tmp_path), people=lambda: [MA], clock=clock))


def test_outside_development_it_refuses_to_start(tmp_path: Path) -> None:
    with pytest.raises(OnlyInDevelopment):
        DevelopmentIssuer(settings(tmp_path, Environment.PRODUCTION))
    assert not list(tmp_path.iterdir())


def test_all_processes_of_a_machine_check_and_make_the_same_tokens(tmp_path: Path) -> None:
    one, two = DevelopmentIssuer(settings(tmp_path)), DevelopmentIssuer(settings(tmp_path))
    assert two.verifier().subject(one.token("he-tao")) == "he-tao"
    (key,) = tmp_path.iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_what_it_publishes_has_no_private_part(browser: Browser) -> None:
    assert "d" not in browser.ask("GET", "/jwks").json()["keys"][0]
    said = browser.ask("GET", "/.well-known/openid-configuration").json()
    assert said["issuer"] == "http://127.0.0.1:8000/dev/issuer"
    assert said["code_challenge_methods_supported"] == ["S256"]


def test_an_access_token_is_typed_and_shaped_as_other_issuers_do(browser: Browser) -> None:  # RFC 9068
    token = jws.extract_compact(browser.issuer.token("he-tao").encode())
    assert token.headers()["typ"] == "at+jwt"
    claims = json.loads(token.payload)
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "azp", "realm_access"} <= claims.keys()
    assert (claims["sub"], claims["preferred_username"]) == ("he-tao", "he-tao")


def test_people_are_offered_by_organisation_in_the_readers_language(browser: Browser) -> None:
    chinese, english = browser.page(ui_locales="zh-CN").text, browser.page(ui_locales="en").text
    assert '<html lang="zh-CN">' in chinese
    assert "马小燕" in chinese
    assert "柳树村党支部" in chinese
    assert '<html lang="en">' in english
    assert "Ma Xiaoyan" in english
    assert "Liushu &lt;Village&gt;" in english
    assert "lang=en" in html.unescape(chinese)


def test_whoever_is_picked_is_signed_in_with_a_code_that_is_good_once(browser: Browser, clock: FixedClock) -> None:
    back = browser.pick()
    assert back.status_code == 303
    answer = parse_qs(urlsplit(back.headers["location"]).query)
    assert (answer["state"], answer["iss"]) == (["s&1"], ["http://127.0.0.1:8000/dev/issuer"])
    tokens = browser.exchange(answer["code"][0]).json()
    verifier = JwksVerifier(browser.issuer.url, "gongkai", browser.issuer.jwks, clock)
    assert verifier.subject(tokens["access_token"]) == "ma-xiaoyan"
    assert browser.exchange(answer["code"][0]).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"redirect_uri": f"{CALLBACK}2"},
        {"client_id": "another"},
        {"code": "guessed"},
    ],
)
def test_a_code_is_worth_nothing_to_another(changed: dict[str, str], browser: Browser) -> None:  # RFC 7636
    answer = browser.exchange(**({"code": browser.code()} | changed))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_a_code_ends_after_a_minute(browser: Browser, clock: FixedClock) -> None:
    code = browser.code()
    clock.advance(timedelta(seconds=60))
    assert browser.exchange(code).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "http://127.0.0.1:8000.evil.example/",
        "http://127.0.0.1:8000@evil.example/",
        "http://evil.example/#http://127.0.0.1:8000/",
        "https://127.0.0.1:8000/sign-in/callback",
        "//127.0.0.1:8000/x",
        "javascript:alert(1)",
        "http://127.0.0.1:8000\\@evil.example/",
        "http://127.0.0.1:8000/a\r\nSet-Cookie: x=1",
        "",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_ours(address: str, browser: Browser) -> None:
    for answer in (browser.page(redirect_uri=address), browser.pick(redirect_uri=address)):
        assert answer.status_code == 400
        assert "location" not in answer.headers


def test_an_unknown_client_stops_on_the_page(browser: Browser) -> None:
    assert browser.page(client_id="another").status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_without_pkce_there_is_no_code(changed: dict[str, str], error: str, browser: Browser) -> None:
    for answer in (browser.page(**changed), browser.pick(**changed)):
        assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]


@pytest.mark.parametrize("person", ["", "A B", "../x", "x" * 101, "<script>"])
def test_a_made_up_id_of_no_shape_is_asked_for_again(person: str, browser: Browser) -> None:
    answer = browser.pick(person)
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert 'role="alert"' in answer.text
    assert "马小燕" in answer.text


def test_the_page_keeps_what_the_client_asked(browser: Browser) -> None:
    text = html.unescape(browser.page().text)
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
    assert kept.items() >= ASKED.items()
