"""A span and a measure around every request of an application that makes none itself, as the portal's does not.

It continues the trace the caller names and is called by method and template, never by the address.
"""

import time

from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind, StatusCode
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import metrics, tracing

_tracer = trace.get_tracer("gongkai")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = ("/livez", "/readyz", "/metrics", "/static/", "/dev/traces")


class Served:
    """ASGI middleware; it belongs outside of all others."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(QUIET):
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        called_by = extract(dict(Headers(scope=scope)))
        with _tracer.start_as_current_span(scope["method"], called_by, SpanKind.SERVER) as span:

            async def sending(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            try:
                await self.app(scope, receive, sending)
            finally:
                route = tracing.route(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attributes({"http.request.method": scope["method"], "http.route": route})
                self._measure(scope["method"], route, status, time.perf_counter() - started)

    def _measure(self, method: str, route: str, status: int, seconds: float) -> None:
        known = method if method in METHODS else "other"
        metrics.HTTP_SECONDS.labels(self.service, known, route, str(status)).observe(seconds)
