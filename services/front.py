"""One address for everything: which application answers a path, embedded or split, and the development routes.

Embedded, ``/api/<service>/`` goes to the service's application in this process; split, the portal forwards it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.telemetry import metrics
from shared.web import problems

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
HEALTH = ("/livez", "/readyz", "/metrics")


class Front:
    """The first match answers: exact health paths, then the longest prefix, then the portal."""

    def __init__(
        self, portal: Starlette, prefixes: Mapping[str, App], health: App, alive: AbstractAsyncContextManager[None]
    ) -> None:
        self.portal, self.health, self.alive = portal, health, alive
        self.prefixes = sorted(prefixes.items(), key=lambda item: -len(item[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self.app_for(scope.get("path", "/"))(scope, receive, send)

    def app_for(self, path: str) -> App:
        if path in HEALTH:
            return self.health
        return next((app for prefix, app in self.prefixes if path.startswith(prefix)), self.portal)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Everything starts before the first request and stops after the last; a failed start says why."""
        await receive()
        try:
            async with self.alive, self.portal.router.lifespan_context(self.portal):
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as failure:
            await send({"type": "lifespan.startup.failed", "message": f"{type(failure).__name__}: {failure}"})
            raise
        await send({"type": "lifespan.shutdown.complete"})


def health_of(clients: Mapping[str, httpx2.AsyncClient]) -> Starlette:
    """``/readyz`` asks every service; ready only if all are. ``/metrics`` is this process's own."""

    async def ready(_request: Request) -> Response:
        names = list(clients)
        answers = await asyncio.gather(*(_ready(clients[name]) for name in names))
        checks = dict(zip(names, answers, strict=True))
        good = not any(checks.values())
        return JSONResponse({"status": "ready" if good else "not ready", "checks": checks}, 200 if good else 503)

    async def alive(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    def measured(_request: Request) -> Response:
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    routes = [Route("/livez", alive), Route("/readyz", ready), Route("/metrics", measured)]
    return Starlette(routes=routes, exception_handlers={HTTPException: problems.refused_by_framework})


async def _ready(client: httpx2.AsyncClient) -> str:
    """What is wrong with a service, or ''."""
    try:
        answer = await client.get("/readyz", timeout=3)
    except httpx2.HTTPError as fault:
        return f"{type(fault).__name__}"
    if answer.status_code == 200:
        return ""
    return (
        "; ".join(f"{check}: {what}" for check, what in answer.json().get("checks", {}).items() if what) or "not ready"
    )


def development_of(clients: Mapping[str, httpx2.AsyncClient]) -> Starlette:
    """Split, in development: the clock is set once and every service then does what fell due; tokens come from one."""

    async def clock(request: Request) -> Response:
        first, *others = clients.values()
        if request.method == "GET":
            return _passed(await first.get("/dev/clock"))
        answer = await first.post("/dev/clock", content=await request.body(), headers=_JSON, timeout=60)
        if answer.status_code == 200:
            for client in [*others, *clients.values()]:
                await client.post("/dev/clock", json={"advance": {"minutes": 0}}, timeout=60)
        return _passed(answer)

    async def token(request: Request) -> Response:
        first = next(iter(clients.values()))
        return _passed(await first.post("/dev/token", content=await request.body(), headers=_JSON))

    async def issuer(request: Request) -> Response:
        """Catalogue answers for the development issuer."""
        kept = ("content-type", "accept", "accept-language", "origin")
        asked = {name: value for name, value in request.headers.items() if name in kept}
        first = next(iter(clients.values()))
        return _passed(
            await first.request(
                request.method, f"{request.url.path}?{request.url.query}", content=await request.body(), headers=asked
            )
        )

    return Starlette(
        routes=[
            Route("/dev/clock", clock, methods=["GET", "POST"]),
            Route("/dev/token", token, methods=["POST"]),
            Route("/dev/issuer/{rest:path}", issuer, methods=["GET", "POST"]),
        ]
    )


_JSON = {"content-type": "application/json"}


def _passed(answer: httpx2.Response) -> Response:
    kept = ("content-type", "location", "cache-control", "content-security-policy", "referrer-policy", "pragma")
    headers = {name: answer.headers[name] for name in kept if name in answer.headers}
    return Response(answer.content, answer.status_code, headers=headers)
