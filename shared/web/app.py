"""Putting a service's web application together: routes, problems, limits, health, metrics, OpenAPI.

Who runs it sets ``app.state.follower`` (how far the views are, for Wait-For and /readyz) and may add checks
to ``app.state.readiness``, notes to ``app.state.notes`` and calls to ``app.state.on_clock``.
"""

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from shared.follow import View
from shared.handling import Handler
from shared.service import Platform
from shared.telemetry import tracing
from shared.web import direct, middleware, openapi, problems, routing
from shared.web.api import Api
from shared.web.caller import Register, Web
from shared.web.health import health, measure

Check = Callable[[], str]
"""Says what is wrong, or '' if nothing is."""


def make_app(
    name: str,
    platform: Platform,
    routers: Sequence[Api],
    *,
    register: Register,
    handler: Handler,
    views: Sequence[View] = (),
    description: str = "",
    readiness: Sequence[tuple[str, Check]] = (),
    measures: Sequence[Callable[[], None]] = (),
    lifespan: "Lifespan[FastAPI] | None" = None,
) -> FastAPI:
    """The application of one service; in development with the routes of :mod:`shared.web.development`.

    ``measures`` are called at each scrape to set gauges of the service's own, such as what is overdue.
    """
    settings = platform.settings
    app = _bare(name, description or openapi.DESCRIPTION, lifespan)
    app.state.web = Web(name, platform, register, handler, tuple(views))
    app.state.follower = None
    app.state.readiness = list(readiness)
    app.state.notes = []
    app.state.on_clock = []
    app.state.measures = list(measures)
    problems.install(app)
    mounted = [*routers, health(), *_development(settings.development)]
    for router in mounted:
        app.include_router(router)
    _deny_unnamed(app)
    routing.index(app)
    app.add_middleware(direct.Direct)
    app.add_middleware(
        middleware.Limits,
        body_bytes_max=settings.body_bytes_max,
        upload_bytes_max=settings.upload_bytes_max,
        uploads=middleware.uploads_of(mounted),
    )
    app.add_middleware(middleware.Watch, service=name)
    openapi.describe(app, settings.public_url)
    measure(app)
    return app


class Application(FastAPI):
    """FastAPI that, where nobody keeps spans, begins with our own outermost layer: what lies around it is for spans."""

    _watch: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._watch is None or scope["type"] != "http" or tracing.kept():
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await self._watch(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        stack = super().build_middleware_stack()
        layer: Any = stack
        while not isinstance(layer, middleware.Watch):
            layer = layer.app
        self._watch = layer
        return stack


def _bare(name: str, description: str, lifespan: "Lifespan[FastAPI] | None") -> FastAPI:
    """An application without routes, as OpenAPI is to describe it."""
    return Application(
        title=f"Gongkai {name}",
        version=openapi.VERSION,
        summary=openapi.summary(name),
        description=description,
        openapi_url=f"/api/{name}/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={
            "4XX": {"model": problems.Problem, "description": "Refused, with a stable code."},
            "5XX": {"model": problems.Problem, "description": "Not done, for reasons of ours."},
        },
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
        telemetry={"operation_spans": False, "exclude": _unkept},
    )


def _unkept(scope: MutableMapping[str, Any]) -> bool:
    """Requests of which the framework makes no span: those of machines, and all where nobody keeps spans."""
    return not tracing.kept() or scope.get("path") in middleware.QUIET


def actions_of(app: FastAPI) -> dict[str, str]:
    """Every route of an app as ``METHOD /template`` with the action it is for; '' where it names none."""
    found: dict[str, str] = {}
    for route in iter_route_contexts(app.routes):
        if route.path == app.openapi_url:
            continue
        extra: dict[str, Any] = getattr(route, "openapi_extra", None) or {}
        for method in (route.methods or set()) - {"HEAD"}:
            found[f"{method} {route.path}"] = extra.get("x-gongkai-action", "")
    return found


def _deny_unnamed(app: FastAPI) -> None:
    unnamed = [route for route, action in actions_of(app).items() if not action]
    if unnamed:
        raise ValueError(f"routes without an action of the policy table: {', '.join(unnamed)}")


def _development(on: bool) -> list[Api]:
    if not on:
        return []
    from shared.web.development import development

    return [development()]
