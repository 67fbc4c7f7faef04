"""Who is calling: the bearer token names the person, the register says what they are at this moment.

Without a token the caller is nobody and sees what society sees. If the register cannot be asked, nobody gets
in: an answer is never wider because something is away (design 1.5).
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, Protocol

import anyio
from anyio import to_thread
from fastapi import Depends
from starlette.requests import Request

from shared import policy, reach
from shared.clock import business_day
from shared.decider import Refused
from shared.follow import View
from shared.handling import Handler
from shared.identity import NOBODY, OVERSEERS, Standing
from shared.service import Platform
from shared.telemetry import metrics

WAIT_SECONDS_MAX = 2.0
WAIT_STEP_SECONDS = 0.01


class Register(Protocol):
    """What is needed of ``shared.identity.register``: the dated standing of a person; ``remembered`` asks nobody."""

    def standing(self, person: str, at: datetime) -> Standing: ...

    def remembered(self, person: str, at: datetime) -> Standing | None: ...


@dataclass(frozen=True)
class Web:
    """What the requests of one service share; lies on ``app.state.web``."""

    name: str
    platform: Platform
    register: Register
    handler: Handler
    views: Sequence[View] = ()


class Decides:
    """Anything that can be asked whether the caller may; ``decided`` once it has been."""

    decided: bool

    def clear(self, answer: Any) -> None:
        """Open what the answer shows of personal data, in place, before it leaves."""


@dataclass
class Caller(Decides):
    """The person behind a request, their standing now, and the action their route is for."""

    standing: Standing
    now: datetime
    action: str
    decided: bool = field(default=False, init=False)

    @property
    def today(self) -> date:
        """The business day (Asia/Shanghai)."""
        return business_day(self.now)

    def may(
        self, organisation: str = "", town: str = "", hidden: bool = False, makers: Collection[str] = ()
    ) -> policy.Acting:
        """The post in which the caller may do this here; refuses as :func:`shared.policy.authorize` does."""
        acting = policy.authorize(
            self.action, self.standing, organisation=organisation, town=town, hidden=hidden, makers=makers
        )
        self.decided = True
        return acting


def described(name: str, where: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": where, "required": False, "schema": {"type": "string"}, "description": text}


ASKED: tuple[dict[str, Any], ...] = (
    described("wait-for", "header", "`service:position` that the answer must take into account."),
    described("after", "query", "The same as Wait-For, for links."),
    described("gongkai-acting-as", "header", "Act in this post alone, of those the person holds."),
)
"""What :func:`caller` reads of every request, for OpenAPI: read by hand, it costs a fraction of what declared would."""


def header(request: Request, name: bytes) -> str | None:
    """The first header of that name, in small letters; looked up so many times that the framework's way would tell."""
    return next((value.decode("latin-1") for given, value in request.scope["headers"] if given == name), None)


async def _caught_up(request: Request) -> None:
    """Wait, without holding a thread, until the views have reached a position (two seconds at most)."""
    query = request.scope.get("query_string")
    text = header(request, b"wait-for") or (request.query_params.get("after") if query else None)
    follower = getattr(request.app.state, "follower", None)
    if not text or follower is None:
        return
    source, _, number = text.rpartition(":")
    if not source or not number.isdecimal() or len(number) > 18:
        raise Refused("MALFORMED", "Wait-For is not a position.", accepted="publication:17", pointer="Wait-For")
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not follower.wait_for(source, int(number), 0):
        if time.monotonic() >= deadline:
            metrics.WAIT_FOR_TIMEOUTS.labels(request.app.state.web.name).inc()
            raise Refused("VIEWS_BEHIND", f"What was done at {text} is not yet shown here.")
        await anyio.sleep(WAIT_STEP_SECONDS)


async def caller(request: Request) -> Caller:
    """The caller, resolved from the Authorization header."""
    act = request.scope["endpoint"].act
    request.state.act, request.state.route = act, act.template
    await _caught_up(request)
    web: Web = request.app.state.web
    now = web.platform.clock.now()
    subject = await _subject(request, web)
    request.state.subject = subject
    standing = await _standing(web, subject, now) if subject else NOBODY
    if standing.erased:
        raise Refused("SIGN_IN_ERASED", "What was known of this person has been erased.")
    if acting_as := header(request, b"gongkai-acting-as"):
        standing = _in_post(standing, acting_as)
    reach.narrow(standing.person, standing.towns, county=standing.of_county)
    return Caller(standing, now, act.action)


CallerDep = Annotated[Caller, Depends(caller)]


async def _standing(web: Web, subject: str, now: datetime) -> Standing:
    """From memory where that counts; what may have to be asked for is asked for in a thread."""
    remembered = web.register.remembered(subject, now)
    return remembered if remembered is not None else await to_thread.run_sync(web.register.standing, subject, now)


async def _subject(request: Request, web: Web) -> str:
    headers = [value for name, value in request.scope["headers"] if name == b"authorization"]
    if not headers:
        return ""
    scheme, _, token = headers[0].decode("latin-1").partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise Refused("TOKEN_INVALID", "Authorization is not a bearer token.", accepted="Authorization: Bearer <token>")
    verifier, token = web.platform.verifier, token.strip()
    return verifier.remembered(token) or await to_thread.run_sync(verifier.subject, token)


def _in_post(standing: Standing, post: str) -> Standing:
    """The standing narrowed to one post; what comes from memberships goes with the person and stays."""
    held = tuple(p for p in standing.posts if p.post == post)
    if not held:
        raise Refused("POST_NOT_HELD", "You do not hold that post now.", accepted="a post you hold")
    overseen = standing.overseen if any(p.kind in OVERSEERS for p in held) else frozenset[str]()
    return replace(standing, posts=held, overseen=overseen, town=held[0].town or standing.town)
