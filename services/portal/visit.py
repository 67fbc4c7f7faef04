"""One visit to one page: who visits, in which language, what they sent, and how they are answered.

A page is ``async def page(visit) -> Response``. It asks services with :meth:`Visit.ask`, sends commands with
:meth:`Visit.send`, and answers with :meth:`Visit.page` or :meth:`Visit.see`. ``endpoint`` turns it into a
route.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import httpx2
from anyio import to_thread
from jinja2 import Environment
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.portal.clients import Answer, Away, Refusal, Services
from services.portal.i18n import Language, preferred
from services.portal.security import form_token, form_token_fits, from_our_pages
from services.portal.sessions import Session, Sessions
from shared import ids
from shared.clock import Clock, SystemClock
from shared.identity import TokenVerifier
from shared.settings import Settings

YEAR_SECONDS = 31_536_000
FORM_SLACK_BYTES = 200_000


@dataclass(frozen=True)
class Desk:
    """What every page stands on: settings, clock, sessions, services, templates."""

    settings: Settings
    clock: Clock
    sessions: Sessions
    services: Services
    verifier: TokenVerifier
    secret: bytes
    templates: Mapping[str, Environment]  # by language
    timer: Clock = field(default_factory=SystemClock)  # for sessions, which a moved clock must not end (decision 0005)

    @property
    def secure(self) -> bool:
        return self.settings.public_url.startswith("https:")

    @property
    def cookie(self) -> str:
        return "__Host-gongkai" if self.secure else "gongkai"


@dataclass
class Visit:
    desk: Desk
    request: Request
    language: Language
    session: Session | None = None
    visitor: str = ""
    form: FormData = field(default_factory=FormData)
    person: dict[str, Any] = field(default_factory=dict)  # what the register says of the visitor now
    unread: int = 0  # of the visitor's notices
    _cookies: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    @classmethod
    async def of(cls, desk: Desk, request: Request) -> "Visit":
        """The visit behind a request: cookie to session, session to what the register says of the person."""
        visit = cls.unnamed(desk, request)
        visit.visitor = request.cookies.get(desk.cookie, "")
        chosen, language = request.query_params.get("lang", ""), visit.language
        if chosen == language.code:
            visit.set_cookie("lang", chosen, YEAR_SECONDS)
        if request.query_params.get("type") in ("large", "usual"):
            visit.set_cookie("type", request.query_params["type"], YEAR_SECONDS)
        if visit.visitor:
            visit.session = await to_thread.run_sync(desk.sessions.find, visit.visitor, desk.timer.now())
        if visit.session:
            visit.person = await visit._standing()
        return visit

    @classmethod
    def unnamed(cls, desk: Desk, request: Request) -> "Visit":
        """A visit by nobody, in the language asked for: all that can be had when the database is away."""
        chosen = request.query_params.get("lang", "") or request.cookies.get("lang", "")
        return cls(desk, request, preferred(chosen, request.headers.get("accept-language", "")))

    # -- who

    @property
    def signed_in(self) -> bool:
        return self.session is not None

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The posts in which the person acts: all they hold, or the one they chose."""
        held = [p for p in self.person.get("posts", []) if isinstance(p, dict)]
        chosen = self.session.post if self.session else ""
        return [p for p in held if p.get("post") == chosen] or held

    def holds(self, *kinds: str, organisation: str = "") -> bool:
        return any(
            p.get("kind") in kinds and (not organisation or p.get("organisation") == organisation) for p in self.posts
        )

    async def _standing(self) -> dict[str, Any]:
        assert self.session is not None  # noqa: S101 - asked only of a signed-in visit
        try:
            return dict((await self.ask("catalogue", "/me")) or {})
        except (Away, Refusal):
            return {"person": self.session.person, "posts": []}

    async def count_unread(self) -> None:
        """How many notices wait for the visitor (PUB-19); a page does without it if that cannot be told."""
        answer = await self.ask_softly("publication", "/inbox/count")
        self.unread = int(answer.get("count", 0)) if isinstance(answer, dict) else 0

    @property
    def large(self) -> bool:
        return self.request.query_params.get("type", self.request.cookies.get("type")) == "large"

    # -- what was sent

    def sent(self, name: str, default: str = "") -> str:
        """A field of the form as typed, or of the address on a first visit."""
        value = self.form.get(name)
        if value is None:
            value = self.request.query_params.get(name, default) if self.request.method == "GET" else default
        return value.strip() if isinstance(value, str) else default

    def sent_all(self, name: str) -> list[str]:
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def files(self, name: str) -> list[UploadFile]:
        return [f for f in self.form.getlist(name) if isinstance(f, UploadFile) and f.filename]

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    @cached_property
    def command(self) -> str:
        """The key under which this form does one thing, however often it is sent."""
        return self.sent("command") or ids.new_id()

    @property
    def form_token(self) -> str:
        if not self.visitor:
            self.visitor = secrets.token_urlsafe(32)
            self.set_cookie(self.desk.cookie, self.visitor, None)
        return form_token(self.desk.secret, self.visitor)

    async def read_form(self) -> None:
        """Take the form in, or raise :class:`Refusal` when it is not from one of our pages or too large."""
        if not from_our_pages(self.request, self.desk.settings.public_url):
            raise Refusal(403, "FORM_NOT_OURS")
        length = self.request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > self.desk.settings.upload_bytes_max + FORM_SLACK_BYTES:
            raise Refusal(413, "TOO_LARGE")
        self.form = await self.request.form(max_files=20, max_fields=400, max_part_size=1_000_000)
        if not form_token_fits(self.desk.secret, self.visitor, self.sent("form_token")):
            raise Refusal(403, "FORM_NOT_OURS")

    # -- asking the services

    async def ask(self, service: str, path: str, **params: Any) -> Any:
        """What a service answers to a question, as the visitor may see it."""
        return (await self.ask_fully(service, path, **params)).body

    async def ask_fully(self, service: str, path: str, **params: Any) -> Answer:
        shown = {k: v for k, v in params.items() if v not in ("", None)}
        headers = self._headers()
        position = self.request.query_params.get("after", "")
        if not position:
            return await self.desk.services.ask(service, "GET", path, headers=headers, params=shown)
        try:
            waiting = headers | {"Wait-For": position}
            return await self.desk.services.ask(service, "GET", path, headers=waiting, params=shown)
        except Refusal as refusal:
            if refusal.code != "VIEWS_BEHIND":
                raise
            return await self.desk.services.ask(service, "GET", path, headers=headers, params=shown)

    async def ask_with(self, service: str, path: str, headers: Mapping[str, str]) -> Any:
        """A question whose secret goes in a header."""
        return (await self.desk.services.ask(service, "GET", path, headers=self._headers() | dict(headers))).body

    async def ask_softly(self, service: str, path: str, **params: Any) -> Any:
        """The same for a part of a page that may be missing: None when refused or away."""
        try:
            return await self.ask(service, path, **params)
        except (Refusal, Away):
            return None

    async def send(
        self, service: str, path: str, body: Any = None, *, step: str = "", version: str = "", **rest: Any
    ) -> Answer:
        """A command. ``step`` tells apart several that one form sends; ``version`` is what the form was made
        from.
        """
        key = ids.derived(self.command, step) if step else self.command
        headers = self._headers() | {"Idempotency-Key": key}
        if version:
            headers["If-Match"] = f'"{version}"'
        content = rest or {"json": {} if body is None else body}
        return await self.desk.services.ask(service, "POST", path, headers=headers, **content)

    async def ask_as_anyone(self, service: str, path: str, **params: Any) -> Any:
        """The same question without a person: what society sees, whoever is signed in here."""
        headers = {"Accept-Language": self.language.tag}
        return (await self.desk.services.ask(service, "GET", path, headers=headers, params=params)).body

    async def fetch(self, service: str, path: str, *, as_anyone: bool = False) -> httpx2.Response:
        """A document as bytes with its own headers."""
        headers = {} if as_anyone else self._headers()
        return await self.desk.services.raw(service, "GET", f"/api/{service}/v1{path}", headers=headers)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Language": self.language.tag}
        if self.session:
            headers["Authorization"] = f"Bearer {self.session.token}"
            if self.session.post:
                headers["Gongkai-Acting-As"] = self.session.post
        if trace := self.request.headers.get("traceparent"):
            headers["traceparent"] = trace
        return headers

    # -- answering

    def address(self, **changes: str) -> str:
        """This page with some of its query changed: how the language and the type size are switched."""
        kept = {k: v for k, v in self.request.query_params.items() if k not in ("after", *changes)}
        return f"{self.request.url.path}?{urlencode(kept | changes)}"

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        made = self.desk.templates[self.language.code].get_template(template)
        html = made.render(visit=self, say=self.language, desk=self.desk, now=self.desk.clock.now(), **context)
        return HTMLResponse(html, status, {"Cache-Control": "no-store", "Content-Language": self.language.tag})

    def see(self, path: str, done: Answer | None = None) -> Response:
        """On to another page, which then waits until it can show what was just done."""
        if done and done.position:
            path += ("&" if "?" in path else "?") + urlencode({"after": done.position})
        return RedirectResponse(path, 303)

    def refused(self, refusal: Refusal) -> Response:
        """A refusal that no form shows: hidden and absent things look the same."""
        if refusal.status == 401:
            return self.to_sign_in()
        if refusal.status == 404 or (refusal.status == 403 and self.request.method == "GET"):
            return self.page("missing.html", 404)
        return self.page("refused.html", refusal.status, refusal=refusal)

    def to_sign_in(self) -> Response:
        url = self.request.url
        back = f"{url.path}?{url.query}" if url.query else url.path
        return RedirectResponse(f"/sign-in?{urlencode({'back': back})}", 303)

    def set_cookie(self, name: str, value: str, seconds: int | None) -> None:
        self._cookies[name] = (value, seconds)

    def finish(self, response: Response) -> Response:
        for name, (value, seconds) in self._cookies.items():
            response.set_cookie(
                name, value, max_age=seconds, path="/", secure=self.desk.secure, httponly=True, samesite="lax"
            )
        return response


PageMaker = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class Page:
    """An address and what answers it; ``person`` when somebody must be signed in."""

    method: str
    path: str
    make: PageMaker
    person: bool = False


def endpoint(desk: Desk, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        visit = await Visit.of(desk, request)
        try:
            if page.person and not visit.signed_in:
                return visit.finish(visit.to_sign_in())
            if request.method == "POST":
                await visit.read_form()
            elif visit.signed_in:
                await visit.count_unread()
            response = await page.make(visit)
        except Refusal as refusal:
            response = visit.refused(refusal)
        except Away as away:
            response = visit.page("away.html", 503, service=away.service)
        finally:
            await visit.form.close()
        return visit.finish(response)

    return answer
