"""What the development issuer shows and answers: its OpenID configuration, keys, sign-in page and tokens.

Authorization code with PKCE (S256) and nothing else. :func:`issuer_app` answers below ``/dev/issuer`` in the
process that serves the portal. Codes live in that process's memory, for a minute, for one use.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from anyio import to_thread
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from shared.identity.issuing import ALGORITHM, LIFETIME_SECONDS, PATH, Issuing
from shared.identity.people import DemoPerson

CODE_SECONDS = 60
CODES_MAX = 1_000
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
PERSON = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
ASKED = ("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
         "code_challenge_method", "ui_locales", "lang")  # fmt: skip
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PAGE = NO_STORE | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
SAYS = {
    "zh-CN": {
        "title": "选择登录人员",
        "banner": "开发环境登录：任何人都可以任意身份登录，请勿用于生产。",
        "other": "English",
        "elsewhere": "其他人员",
        "by_id": "或输入人员编号",
        "members": "没有职务的党员",
        "go": "登录",
        "client": "请求来自未知的应用或返回地址，已停止。",
        "person": "人员编号无效。",
    },
    "en": {
        "title": "Choose who to sign in as",
        "banner": "Development sign-in: anybody may sign in as anyone. Not for production.",
        "other": "中文",
        "elsewhere": "Others",
        "by_id": "Or give a person's id",
        "members": "Members without a post",
        "go": "Sign in",
        "client": "An unknown application, or an unknown address to return to. It stops here.",
        "person": "That is not the id of a person.",
    },
}
TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for until it is exchanged."""

    person: str
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    scope: str
    ends: float


def issuer_app(issuer: Issuing) -> Starlette:
    pages = IssuerPages(issuer)
    return Starlette(
        routes=[
            Route(f"{PATH}/.well-known/openid-configuration", pages.configuration),
            Route(f"{PATH}/jwks", pages.keys),
            Route(f"{PATH}/authorize", pages.choose),
            Route(f"{PATH}/authorize", pages.chosen, methods=["POST"]),
            Route(f"{PATH}/token", pages.exchange, methods=["POST"]),
        ]
    )


class IssuerPages:
    def __init__(self, issuer: Issuing) -> None:
        self.issuer = issuer
        self.settings = issuer.settings
        self.codes: dict[str, Code] = {}

    async def configuration(self, _request: Request) -> Response:
        url = self.issuer.url
        return JSONResponse(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/jwks",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile"],
                "ui_locales_supported": ["zh-CN", "en"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def keys(self, _request: Request) -> Response:
        return JSONResponse(self.issuer.jwks(), headers={"Cache-Control": "max-age=60"})

    def choose(self, request: Request) -> Response:
        return self._refusal(request.query_params) or self._page(request.query_params)

    async def chosen(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if refusal := self._refusal(form):
            return refusal
        person = form.get("person", "").strip()
        if not PERSON.fullmatch(person):
            return await to_thread.run_sync(self._page, form, "person")
        code = self._keep(person, form)
        return _back(form, {"code": code, "iss": self.issuer.url})

    async def exchange(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if form.get("grant_type") != "authorization_code":
            return _error("unsupported_grant_type")
        secret = self.settings.client_secret.get_secret_value()
        if secret and not hmac.compare_digest(form.get("client_secret", "").encode(), secret.encode()):
            return _error("invalid_client", 401)
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or not self._fits(code, form):
            return _error("invalid_grant")
        answer = {
            "access_token": self.issuer.token(code.person, scope=code.scope),
            "id_token": self.issuer.id_token(code.person, code.nonce),
            "token_type": "Bearer",
            "expires_in": LIFETIME_SECONDS,
            "scope": code.scope,
        }
        return JSONResponse(answer, headers=NO_STORE)

    def _fits(self, code: Code, form: Mapping[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = (form.get("client_id"), form.get("redirect_uri")) == (code.client_id, code.redirect_uri)
        return same and hmac.compare_digest(proved, code.challenge) and self._now() < code.ends

    def _keep(self, person: str, asked: Mapping[str, str]) -> str:
        now = self._now()
        self.codes = {key: code for key, code in self.codes.items() if code.ends > now}
        while len(self.codes) >= CODES_MAX:
            self.codes.pop(next(iter(self.codes)))
        key = secrets.token_urlsafe(32)
        self.codes[key] = Code(
            person,
            asked["client_id"],
            asked["redirect_uri"],
            asked["code_challenge"],
            asked.get("nonce", ""),
            asked.get("scope", "openid"),
            now + CODE_SECONDS,
        )
        return key

    def _refusal(self, asked: Mapping[str, str]) -> Response | None:
        """To an unknown client or address nothing is ever sent back; other faults go to the client."""
        known = asked.get("client_id") == self.settings.client_id
        if not known or not _under(self.settings.public_url, asked.get("redirect_uri", "")):
            return self._page(asked, "client", stop=True)
        if asked.get("response_type") != "code":
            return _back(asked, {"error": "unsupported_response_type"})
        if asked.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(asked.get("code_challenge", "")):
            return _back(asked, {"error": "invalid_request", "error_description": "PKCE with S256 is needed"})
        return None

    def _page(self, asked: Mapping[str, str], fault: str = "", *, stop: bool = False) -> Response:
        lang = language(asked)
        other = "en" if lang == "zh-CN" else "zh-CN"
        kept = {name: asked[name] for name in ASKED if name in asked}
        text = TEMPLATES.get_template("issuer.html").render(
            lang=lang,
            say=SAYS[lang],
            refused=SAYS[lang][fault] if fault else "",
            stop=stop,
            asked=kept,
            other_lang=other,
            other_query=urlencode(kept | {"lang": other}),
            groups=[] if stop else _grouped(self.issuer.people(), chinese=lang == "zh-CN"),
        )
        return HTMLResponse(text, 400 if fault else 200, headers=PAGE)

    def _now(self) -> float:
        return self.issuer.clock.now().timestamp()


def language(asked: Mapping[str, str]) -> str:
    """``lang`` if the reader chose, else the first of ``ui_locales`` that we speak, else Chinese."""
    for tag in [asked.get("lang", ""), *asked.get("ui_locales", "").split()]:
        if tag.lower().startswith("en"):
            return "en"
        if tag.lower().startswith("zh"):
            return "zh-CN"
    return "zh-CN"


def _grouped(people: Iterable[DemoPerson], *, chinese: bool) -> list[tuple[str, list[dict[str, str | bool]]]]:
    """People under their organisation's name; they come in order of organisations."""
    groups = []
    for _, some in groupby(people, key=lambda p: p.organisation):
        found = list(some)
        rows: list[dict[str, str | bool]] = [
            {
                "person": p.person,
                "name": p.name_zh if chinese else p.name_en,
                "role": p.role_zh if chinese else p.role_en,
                "plain": p.role_en == "member",
            }
            for p in found
        ]
        groups.append((found[0].organisation_zh if chinese else found[0].organisation_en, rows))
    return groups


def _under(base: str, address: str) -> bool:
    """Whether an address is one of our own pages: the same origin, a path below ours, and nothing clever."""
    ours, theirs = urlsplit(base.rstrip("/") + "/"), urlsplit(address)
    plain = not any(mark in address for mark in ("\\", "#", "@", "..", "%")) and address.isprintable()
    same = (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
    return plain and same and theirs.path.startswith(ours.path)


def _back(asked: Mapping[str, str], answer: dict[str, str]) -> Response:
    state = {"state": asked["state"]} if asked.get("state") else {}
    joint = "&" if "?" in asked["redirect_uri"] else "?"
    address = f"{asked['redirect_uri']}{joint}{urlencode(answer | state)}"
    return RedirectResponse(address, 303, headers=NO_STORE)


def _error(code: str, status: int = 400) -> Response:
    return Response(json.dumps({"error": code}), status, headers=NO_STORE, media_type="application/json")
