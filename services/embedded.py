"""All services in one process, or one of them: the one module that knows every service.

Start at :func:`run`. Embedded, every service has its own SQLite file and all share one log; the portal calls them in
this process. One service alone takes its database and Kafka from the settings.
"""

import gc
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import uvicorn
from anyio import to_thread
from starlette.routing import Route

from services.archive.main import build as build_archive
from services.audit.main import build as build_audit
from services.audit.tlog.setup import Log
from services.catalogue.main import build as build_catalogue
from services.feedback.main import build as build_feedback
from services.front import App, Front, development_of, health_of
from services.portal.main import Portal
from services.portal.main import build as build_portal
from services.portal.traces.kept import Keeps
from services.publication.main import build as build_publication
from shared.identity.people import people_of
from shared.identity.register import Register
from shared.running import LocalPlatform, Running
from shared.service import Platform, Service
from shared.settings import Settings
from shared.telemetry import logs, tracing
from shared.transparency.witness import Witness
from shared.web.protocol import ProblemProtocol

BUILDERS: dict[str, Callable[[Platform], Service]] = {
    "catalogue": build_catalogue,
    "publication": build_publication,
    "feedback": build_feedback,
    "archive": build_archive,
    "audit": build_audit,
}
TARGETS = (*BUILDERS, "portal", "all")
THREADS_MAX = 100  # requests served at once in `def` endpoints; group commit wants company
DRAIN_SECONDS_MAX = 10
YOUNG_OBJECTS = 10_000  # made before the collector looks; Python's own 700 has it look twice a request


def run(settings: Settings, names: Sequence[str]) -> None:
    """Serve until told to stop. Raises ``OSError`` if the address is taken."""
    name = names[0] if len(names) == 1 else "all"
    logs.set_up("gongkai" if name == "all" else name, settings.log_level)
    tracing.set_up(settings, "gongkai" if name == "all" else name)
    listener = _listen(settings.host, settings.port)
    config = uvicorn.Config(
        application(settings, name),
        http=ProblemProtocol,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=DRAIN_SECONDS_MAX,
        server_header=False,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    if not server.started:
        raise SystemExit(1)


def application(settings: Settings, name: str) -> App:
    """What answers in this process: one service, the portal, or everything."""
    platform = LocalPlatform(settings)
    match name:
        case "all":
            return everything(platform)
        case "portal":
            return portal_alone(platform)
        case _:
            return one(platform, name)


def everything(platform: LocalPlatform) -> Front:
    """The embedded platform."""
    services = {name: _built(platform, name) for name in BUILDERS}
    _introduce(services)
    running = Running(platform, list(services.values()))
    clients = {name: _inside(service.app, name) for name, service in services.items()}
    prefixes: dict[str, App] = {f"/api/{name}/": service.app for name, service in services.items()}
    prefixes["/log/"] = services["audit"].app
    issuer: dict[str, httpx2.AsyncClient] = {}
    if platform.issuer:
        prefixes["/dev/"] = services["catalogue"].app
        issuer["issuer"] = clients["catalogue"]
    portal = build_portal(platform, {**clients, **issuer})
    _show_traces(portal, prefixes)
    return Front(portal.app, prefixes, health_of(clients), _kept_going(running))


def portal_alone(platform: LocalPlatform) -> Front:
    """The portal of the split platform, with the development issuer and clock where there are such."""
    clients = {name: httpx2.AsyncClient(base_url=url, timeout=30) for name, url in platform.settings.services.items()}
    prefixes: dict[str, App] = {}
    issuer: dict[str, httpx2.AsyncClient] = {}
    if platform.issuer:
        prefixes["/dev/"] = development_of(clients)
        issuer["issuer"] = clients["catalogue"]
    portal = build_portal(platform, {**clients, **issuer})
    _show_traces(portal, prefixes)
    return Front(portal.app, prefixes, health_of(clients), _kept_going(Running(platform, [])))


def one(platform: LocalPlatform, name: str) -> App:
    """A service alone."""
    service = _built(platform, name)
    alive = _kept_going(Running(platform, [service]))
    service.app.router.lifespan_context = lambda _app: alive
    return service.app


def _built(platform: LocalPlatform, name: str) -> Service:
    """The service; in development catalogue also answers for the issuer, since it knows the people."""
    service = BUILDERS[name](platform)
    issuer = platform.issuer
    if issuer and name == "catalogue":
        register = next(view for view in service.views if isinstance(view, Register))
        issuer.people = lambda: people_of(register, platform.clock.now(), platform.vault)
        for route in issuer.app.routes:
            if isinstance(route, Route):
                service.app.add_route(route.path, route.endpoint, methods=list(route.methods or ()))
    return service


def _show_traces(portal: Portal, prefixes: dict[str, App]) -> None:
    """In development: the spans of this process, and those that others send here, stand at /dev/traces."""
    if portal.traces is not None:
        prefixes["/dev/traces"] = portal.app
        tracing.also(Keeps(portal.traces))


def _introduce(services: Mapping[str, Service]) -> None:
    """Tell the transparency log of the witnesses in this process."""
    log: Log = services["audit"].extras["log"]
    witnesses = {name: worker for name, s in services.items() for worker in s.workers if isinstance(worker, Witness)}
    log.connect(witnesses)


def openapi_documents(settings: Settings | None = None) -> dict[str, dict[str, Any]]:
    """The OpenAPI document of every service, without starting any of them."""
    platform = LocalPlatform(settings or Settings(environment="production", issuer="https://issuer.invalid"))
    return {name: build(platform).app.openapi() for name, build in BUILDERS.items()}


def _inside(app: App, name: str) -> httpx2.AsyncClient:
    """A client that calls an application of this process."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=f"http://{name}", timeout=30)


@asynccontextmanager
async def _kept_going(running: Running) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS_MAX
    await to_thread.run_sync(running.start)
    _let_rest()
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(running.stop)


def _let_rest() -> None:
    """What stands after the start stays: the collector need not look at it again, nor so often at what comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before anything is opened: two starts at once end with one of them saying so."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # TCP by name: else asyncio delays answers
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener
