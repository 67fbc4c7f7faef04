"""What a service says of itself: alive, ready (and if not, which check failed), measured."""

import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fastapi import FastAPI, Response
from pydantic import BaseModel
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from shared import reach
from shared.telemetry import measuring, metrics, standing
from shared.telemetry.standing import ClockWatch
from shared.web.api import Api
from shared.web.caller import Web


class Health(BaseModel):
    status: str
    checks: dict[str, str] = {}  # what is wrong, by check; empty text: nothing
    notes: dict[str, str] = {}  # what is away without keeping commands from being taken


def health() -> Api:
    """The routes ``/livez``, ``/readyz`` and ``/metrics``."""
    router = Api("health", prefix="")

    @router.get("/livez", action="health.read", operation_id="livez")
    async def livez() -> Health:
        return Health(status="alive")

    @router.get("/readyz", action="health.read", operation_id="readyz", responses={503: {"model": Health}})
    def readyz(request: Request, response: Response) -> Health:
        checks, notes = _checks(request.app), _notes(request.app)
        if any(checks.values()):
            response.status_code = 503
            return Health(status="not ready", checks=checks, notes=notes)
        return Health(status="ready", checks=checks, notes=notes)

    @router.get("/metrics", action="health.read", operation_id="metrics", response_class=Response)
    def exposition() -> Response:
        """Prometheus' text format."""
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def measure(app: FastAPI) -> None:
    """Have the app's follower measured at each scrape, for as long as there is the app."""
    reference, watch = weakref.ref(app), ClockWatch(app.state.web.name)

    @reach.as_service
    def look() -> bool:
        app = reference()
        if app is None:
            return False
        web: Web = app.state.web
        if app.state.follower is not None:
            measuring.follower(web.name, app.state.follower, web.platform.engine(web.name))
        for own in (*app.state.measures, *_standing(app, watch)):
            measuring.tried(web.name, own)
        return True

    metrics.measured_by(look)


def _standing(app: FastAPI, watch: ClockWatch) -> list[Callable[[], None]]:
    """What the service stands on, and whether it says of itself that it is ready."""
    web: Web = app.state.web
    engine = web.platform.engine(web.name)

    def ready() -> None:
        metrics.READY.labels(web.name).set(not any(_checks(app).values()))
        for what, note in app.state.notes:
            metrics.TROUBLE.labels(web.name, what).set(bool(note()))

    settings = web.platform.settings
    watched = [partial(standing.backups, web.name, Path(settings.backups), settings.county, watch.clock)]
    return [
        *(watched if settings.backups else []),
        ready,
        watch.look,
        partial(standing.room, web.name, settings.var),
        partial(standing.leases, web.name, engine),
        partial(standing.skew, web.name, engine, watch.clock),
    ]


def _checks(app: FastAPI) -> dict[str, str]:
    web: Web = app.state.web
    checks = {"database": _database(web), "views": _following(app.state.follower)}
    for name, check in app.state.readiness:
        checks[name] = check()
    return checks


def _notes(app: FastAPI) -> dict[str, str]:
    said = {name: note() for name, note in app.state.notes}
    return {name: what for name, what in said.items() if what}


def _database(web: Web) -> str:
    engine = web.platform.engine(web.name)
    wanted = {table for view in web.views for table in view.metadata.tables}
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
            missing = wanted - set(inspect(connection).get_table_names())
    except SQLAlchemyError as fault:
        return type(fault).__name__
    return f"tables missing: {', '.join(sorted(missing))}" if missing else ""


def _following(follower: object) -> str:
    """Whether the views are kept up: no gap, no dead thread. A lag is no reason to send people elsewhere."""
    if follower is None or getattr(follower, "ready", True):
        return ""
    gaps: dict[str, str] = getattr(follower, "gaps", {})
    return f"stands at a gap: {', '.join(sorted(gaps))}" if gaps else "not following"
