"""Builds the portal: settings, clock, its own database and a client for each service in; an ASGI application
out.

``clients`` holds an ``httpx2.AsyncClient`` for each service by name (in this process or elsewhere), and under
``issuer`` one that reaches the OpenID provider; without it the provider is asked over the network.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
from jinja2 import ChainableUndefined, Environment, FileSystemLoader
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.portal import labels
from services.portal.clients import Refusal, Services
from services.portal.gateway import gateway
from services.portal.i18n import Language, translations
from services.portal.last_resort import LastResort, log
from services.portal.pages import (
    account,
    appraisals,
    cadre,
    catalogue,
    change_form,
    changes,
    channels,
    decisions,
    display,
    dossiers,
    drafting,
    filings,
    guide,
    home,
    inbox,
    inquiries,
    matters,
    opinions,
    plans,
    plans_of_release,
    records,
    redisclosing,
    release,
    review,
    tasks,
    traces,
    triggers,
    withholdings,
    work,
)
from services.portal.security import SecurityHeaders
from services.portal.sessions import Sessions
from services.portal.signin import Issuer
from services.portal.traces.kept import Kept
from services.portal.visit import Desk, Visit, endpoint
from shared.service import Platform
from shared.telemetry import logs
from shared.telemetry.serving import Served

HERE = Path(__file__).parent
AREAS: tuple[ModuleType, ...] = (home, display, tasks, work, drafting, review, release, opinions, records, inbox)
AREAS += (matters, triggers, plans_of_release, redisclosing, dossiers)
AREAS += (catalogue, change_form, changes, filings, plans, withholdings, channels)
AREAS += (guide,)
AREAS += (decisions, cadre, inquiries, appraisals)
PAGES = [page for area in AREAS for page in area.PAGES]


@dataclass
class Portal:
    """The portal as a value, beside the services': it has an application and a database, and neither events
    nor rules.
    """

    app: Starlette
    engine: Engine
    name: str = "portal"
    hears: frozenset[str] = frozenset()
    traces: Kept | None = None  # in development: where the spans that end in this process are to be kept
    extras: dict[str, Any] = field(default_factory=dict)


def build(platform: Platform, clients: Mapping[str, httpx2.AsyncClient]) -> Portal:
    """The portal over the given services. Outside development it refuses to start without a session secret."""
    settings = platform.settings
    engine = platform.engine("portal")
    desk = Desk(
        settings=settings,
        clock=platform.clock,
        sessions=Sessions(engine),
        services=Services({name: client for name, client in clients.items() if name != "issuer"}),
        verifier=platform.verifier,
        secret=_secret(settings.session_secret.get_secret_value(), settings.development),
        templates={code: _environment(Language(code)) for code in ("zh", "en")},
    )
    issuer = Issuer(
        settings.issuer or f"{settings.public_url.rstrip('/')}/dev/issuer",
        clients.get("issuer") or httpx2.AsyncClient(timeout=10),
    )
    kept = Kept(settings.traces_kept) if settings.development and settings.traces_kept else None
    return Portal(_application(desk, issuer, kept), engine, traces=kept)


def _application(desk: Desk, issuer: Issuer, kept: Kept | None) -> Starlette:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await issuer.client.aclose()

    pages = [*PAGES, *account.pages(issuer)]
    pages += traces.pages(kept) if kept else []
    routes: list[BaseRoute] = [
        *(Route(p.path, endpoint(desk, p), methods=[p.method]) for p in pages),
        Route("/livez", _alive),
        Route("/readyz", _alive),
        *([traces.receiver(kept)] if kept else []),
        *gateway(desk.services),
        Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
    ]

    async def failed(request: Request, failure: Exception) -> Response:
        status = failure.status_code if isinstance(failure, HTTPException) else 500
        visit = await Visit.of(desk, request)
        if status == 404:
            return visit.finish(visit.page("missing.html", 404))
        return visit.finish(visit.refused(Refusal(status, f"HTTP_{status}")))

    async def broken(request: Request, _fault: Exception) -> Response:
        return Visit.unnamed(desk, request).page("broken.html", 500)

    async def away(request: Request, fault: Exception) -> Response:
        logs.going_on(log, "database_unavailable", kind=type(fault).__name__)
        return Visit.unnamed(desk, request).page("away.html", 503, service="issuer")  # it keeps sessions only

    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[
            Middleware(Served, service="portal"),
            Middleware(SecurityHeaders, public_url=desk.settings.public_url, issuer=desk.settings.issuer),
            Middleware(LastResort, answer=broken),
        ],
        exception_handlers={HTTPException: failed, OperationalError: away},
    )


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    spoken = translations(language.code)
    install = getattr(environment, "install_gettext_callables")  # noqa: B009 - added by the extension, unknown to types
    install(gettext=spoken.gettext, ngettext=spoken.ngettext, newstyle=True)
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals["label"] = lambda vocabulary, code: labels.label(language, vocabulary, code)
    environment.globals["refusal_texts"] = lambda refusal: labels.refusal_texts(language, refusal)
    environment.globals["refusal_title"] = lambda code: labels.refusal_title(language, code)
    environment.globals["say_detail"] = lambda refusal: labels.says_more(language, refusal)
    environment.filters["day"] = language.day
    environment.filters["instant"] = language.instant
    environment.filters["not_before"] = language.not_before
    environment.filters["named"] = language.name
    return environment


def _secret(configured: str, development: bool) -> bytes:
    if configured:
        return configured.encode()
    if not development:
        raise SystemExit("The portal needs GONGKAI_SESSION_SECRET: without it forms cannot be told from forged ones.")
    return os.urandom(32)
