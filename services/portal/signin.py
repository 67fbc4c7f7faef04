"""Sign-in by OpenID Connect: authorization code with PKCE, exchanged on the server; the browser never sees a
token.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
from anyio import to_thread

from services.portal.clients import Away, Refusal
from services.portal.sessions import Session, SignIn
from services.portal.visit import Visit

CALLBACK = "/sign-in/callback"


@dataclass
class Issuer:
    """The OpenID provider: its address, how to reach it from here, and what it says of itself (asked once)."""

    url: str
    client: httpx2.AsyncClient
    _configuration: dict[str, Any] = field(default_factory=dict)

    async def configuration(self) -> dict[str, Any]:
        if not self._configuration:
            address = f"{self.url.rstrip('/')}/.well-known/openid-configuration"
            self._configuration = await self._json("GET", address)
        return self._configuration

    async def tokens(self, form: dict[str, str]) -> dict[str, Any]:
        return await self._json("POST", (await self.configuration())["token_endpoint"], data=form)

    async def _json(self, method: str, url: str, **rest: Any) -> dict[str, Any]:
        try:
            response = await self.client.request(method, url, **rest)
        except httpx2.TransportError as lost:
            raise Away("issuer") from lost
        if response.status_code >= 500:
            raise Away("issuer")
        if response.status_code >= 400:
            raise Refusal(400, "SIGN_IN_FAILED")
        return dict(response.json())


async def start(visit: Visit, issuer: Issuer, back: str) -> str:
    """The issuer's address to send the browser to; what its answer must fit is kept for this browser."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    configuration = await issuer.configuration()
    _ = visit.form_token  # gives this browser its value, if it has none
    kept = SignIn(verifier, nonce, local(back))
    await to_thread.run_sync(visit.desk.sessions.start_sign_in, state, visit.visitor, kept, visit.desk.timer.now())
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": visit.desk.settings.client_id,
        "redirect_uri": redirect_uri(visit),
        "scope": "openid profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "ui_locales": visit.language.tag,
    }
    return f"{configuration['authorization_endpoint']}?{urlencode(asked)}"


async def finish(visit: Visit, issuer: Issuer) -> str:
    """Exchange the code, begin a session under a new value, and answer where to go on. Raises SIGN_IN_FAILED."""
    query = visit.request.query_params
    sessions, now = visit.desk.sessions, visit.desk.timer.now()
    kept = await to_thread.run_sync(sessions.finish_sign_in, query.get("state", ""), visit.visitor, now)
    if kept is None or not query.get("code"):
        raise Refusal(400, "SIGN_IN_FAILED")
    settings = visit.desk.settings
    form = {
        "grant_type": "authorization_code",
        "code": query["code"],
        "redirect_uri": redirect_uri(visit),
        "client_id": settings.client_id,
        "code_verifier": kept.verifier,
    }
    if settings.client_secret.get_secret_value():
        form["client_secret"] = settings.client_secret.get_secret_value()
    tokens = await issuer.tokens(form)
    if claims(tokens.get("id_token", "")).get("nonce") != kept.nonce:
        raise Refusal(400, "SIGN_IN_FAILED")
    await _begin(visit, tokens)
    return kept.back


async def _begin(visit: Visit, tokens: dict[str, Any]) -> None:
    token = str(tokens["access_token"])
    person = await to_thread.run_sync(visit.desk.verifier.subject, token)
    now = visit.desk.timer.now()
    ends = now + timedelta(seconds=int(tokens.get("expires_in") or 3600))
    if visit.session:
        await to_thread.run_sync(visit.desk.sessions.end, visit.visitor)
    visit.visitor = await to_thread.run_sync(visit.desk.sessions.begin, person, token, now, ends)
    visit.session = Session(person, token)
    visit.set_cookie(visit.desk.cookie, visit.visitor, None)


def claims(token: str) -> dict[str, Any]:
    """What an id token says. It came from the issuer's own token endpoint, so its signature adds nothing
    here.
    """
    try:
        body = token.split(".")[1]
        return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    except (IndexError, ValueError):
        return {}


def redirect_uri(visit: Visit) -> str:
    return f"{visit.desk.settings.public_url.rstrip('/')}{CALLBACK}"


def local(path: str) -> str:
    """A path of our own and nothing else: no other site is ever redirected to."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and not any(c in path for c in "\r\n\t")
    return path if fine else "/"
