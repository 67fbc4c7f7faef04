"""A portal over stand-in services: each answers from a table of method and path, and remembers what it was
asked.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.portal.main import Portal, build
from services.portal.sessions import Sessions
from shared.clock import Clock, FixedClock, SystemClock
from shared.documents import Documents
from shared.events import Registry
from shared.handling import Handler
from shared.identity import TokenVerifier
from shared.personal_data.vault import Vault
from shared.settings import Environment, Settings
from tests.vaults import vault_in

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)
SERVICES = ("catalogue", "publication", "feedback", "archive", "audit")


@dataclass
class FakeService:
    """Answers ``(method, path below /v1)``, by a function of the query where that counts; else NOT_FOUND."""

    name: str
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    away: bool = False

    async def respond(self, request: Request) -> Response:
        path = request.url.path.removeprefix(f"/api/{self.name}/v1")
        self.asked.append((request.method, path, dict(request.headers), await request.body()))
        if self.away:
            return JSONResponse({"code": "UNAVAILABLE"}, 503)
        answer = self.answers.get((request.method, path))
        if answer is None:
            return problem(404, "NOT_FOUND")
        if callable(answer) and not isinstance(answer, Response):
            answer = answer(request.query_params)
        return answer if isinstance(answer, Response) else JSONResponse(answer, headers={"ETag": '"7"'})

    def client(self) -> httpx2.AsyncClient:
        methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]
        app = Starlette(routes=[Route("/{rest:path}", self.respond, methods=methods)])
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=f"http://{self.name}")


def problem(status: int, code: str, **more: Any) -> Response:
    body = {"status": status, "code": code, "title": code, "detail": "In the service's own words."} | more
    return JSONResponse(body, status, media_type="application/problem+json")


class FakeVerifier:
    def remembered(self, token: str) -> str:  # noqa: ARG002 - nothing is remembered
        return ""

    def subject(self, token: str) -> str:
        return token.removeprefix("token-of-")


@dataclass
class FakePlatform:
    settings: Settings
    clock: Clock
    documents: Documents
    database: Engine
    verifier: TokenVerifier = field(default_factory=FakeVerifier)
    vault: Vault = field(default_factory=lambda: vault_in(Path("var")))  # opens nothing: no page needs it

    def engine(self, service: str) -> Engine:
        assert service == "portal"
        return self.database

    def handler(self, registry: Registry) -> Handler:
        raise AssertionError(f"the portal writes no events of {registry.service}")


@dataclass
class Stage:
    """The portal, its stand-ins and a browser."""

    portal: Portal
    services: dict[str, FakeService]
    platform: FakePlatform
    browser: httpx2.AsyncClient

    def sign_in(self, person: str) -> None:
        """As if the person had come back from the issuer."""
        now = SystemClock().now()
        ends = now + timedelta(hours=8)
        value = Sessions(self.platform.database).begin(person, f"token-of-{person}", now, ends)
        self.browser.cookies.clear()
        self.browser.cookies.set("gongkai", value)

    def answer(self, service: str, method: str, path: str, answer: Any) -> None:
        self.services[service].answers[method, path] = answer


def stage(issuer_client: httpx2.AsyncClient | None = None, **settings: Any) -> Stage:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    chosen: dict[str, Any] = {"environment": Environment.DEVELOPMENT, "var": Path("var")} | settings
    platform = FakePlatform(Settings(**chosen), FixedClock(NOW), Documents.in_memory(), engine)
    services = {name: FakeService(name) for name in SERVICES}
    issuer = {"issuer": issuer_client} if issuer_client else {}
    portal = build(platform, {name: s.client() for name, s in services.items()} | issuer)
    transport = httpx2.ASGITransport(app=portal.app, raise_app_exceptions=False)
    browser = httpx2.AsyncClient(transport=transport, base_url=platform.settings.public_url)
    return Stage(portal, services, platform, browser)
