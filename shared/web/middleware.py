"""Around every request, in plain ASGI: size limits, headers of every answer, what is measured and logged.

``Watch`` stands outside everything else and is the last resort: whatever comes up to it becomes a problem.
"""

import time
from collections.abc import Iterable, Sequence
from functools import lru_cache

import structlog
from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import reach
from shared.telemetry import metrics, tracing
from shared.web import problems

log = structlog.get_logger("gongkai.web")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/livez", "/readyz", "/metrics"})
FORM_OVERHEAD_BYTES = 64 * 1024  # boundaries and field names around an uploaded file
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_NAMES = frozenset(name for name, _ in _RAW)
HSTS = "max-age=31536000; includeSubDomains"


class Watch:
    """Measures and logs each request, adds the security headers, and turns any fault into a problem."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service
        self._log = log.bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif tracing.kept():
            await self._watched(scope, receive, send)
        else:
            called_by = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
            with tracing.named_only(called_by.decode("latin-1")):
                await self._watched(scope, receive, send)

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = time.perf_counter(), 0
        scope["state"] = dict(scope.get("state", {}))

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(message, scope)
            await send(message)

        structlog.contextvars.bind_contextvars(trace_id=tracing.trace_id(scope), service=self.service)
        try:
            with reach.a_request():
                await self.app(scope, receive, sending)
        except Exception as fault:  # the last resort: nothing internal leaves
            answer = problems.unexpected(Request(scope, receive), fault)
            if status:
                raise  # the answer has begun: cutting it short is the only honest end
            await answer(scope, receive, sending)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = tracing.route(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        _measure(self.service, method, route, status).observe(seconds)
        if scope["path"] not in QUIET:
            actor = problems.acting(scope)
            took = round(seconds * 1000, 1)
            self._log.info("request", method=method, route=route, status=status, ms=took, actor=actor)


@lru_cache(maxsize=4096)
def _measure(service: str, method: str, route: str, status: int) -> Histogram:
    return metrics.HTTP_SECONDS.labels(service, method, route, str(status))


class Limits:
    """Refuses bodies that are too large, announced or not; where files are taken the limit is larger."""

    def __init__(self, app: ASGIApp, body_bytes_max: int, upload_bytes_max: int, uploads: Iterable[str]) -> None:
        self.app = app
        self.body_bytes_max = body_bytes_max
        self.upload_bytes_max = upload_bytes_max + FORM_OVERHEAD_BYTES
        self.uploads = tuple(compile_path(template)[0] for template in uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            answer = problems.problem(Request(scope, receive), "MALFORMED", "A NUL character stands in the address.")
            await answer(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        if announced.isdigit() and int(announced) > limit:
            answer = problems.problem(Request(scope, receive), "TOO_LARGE", _too_large(limit))
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        await self.app(scope, _counting(receive, limit), send)

    def _limit(self, path: str) -> int:
        return self.upload_bytes_max if any(p.match(path) for p in self.uploads) else self.body_bytes_max


def _counting(receive: Receive, limit: int) -> Receive:
    """The same body, cut off by an exception that the framework lets through to the problem handlers."""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise HTTPException(413, _too_large(limit))
        return message

    return counted


def _too_large(limit: int) -> str:
    return f"This address takes at most {limit} bytes."


def _dress(message: Message, scope: Scope) -> None:
    headers: list[tuple[bytes, bytes]] = message.setdefault("headers", [])
    there = {name for name, _ in headers}
    headers += _RAW if there.isdisjoint(_NAMES) else [pair for pair in _RAW if pair[0] not in there]
    if scope.get("scheme") == "https" and b"strict-transport-security" not in there:
        headers.append((b"strict-transport-security", HSTS.encode()))
    if b"traceparent" not in there:
        parent = tracing.traceparent() or f"00-{tracing.trace_id(scope)}-{'0' * 15}1-00"
        headers.append((b"traceparent", parent.encode()))


def uploads_of(routers: Sequence[object]) -> list[str]:
    return [template for router in routers for template in getattr(router, "uploads", ())]
