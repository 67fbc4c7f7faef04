"""What has to be looked up at each scrape: how far followers are behind, gaps, what waits parked."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from shared import parking
from shared.log import LogUnavailable
from shared.telemetry import logs, metrics

log = structlog.get_logger("gongkai.telemetry")


class Following(Protocol):
    """What is looked at of :class:`shared.following.Follower`."""

    @property
    def positions(self) -> Mapping[tuple[str, str], int]: ...
    @property
    def gaps(self) -> Mapping[str, str]: ...
    def lag(self) -> Mapping[tuple[str, str], int]: ...


class Relaying(Protocol):
    """What is looked at of :class:`shared.relay.Relay`."""

    def lag(self) -> tuple[int, float]: ...


def follower(service: str, following: Following, engine: Engine) -> None:
    """Measure one service's follower; what cannot be asked just now keeps its last figure."""
    for look in (_gaps, _lag, _parked):
        tried(service, partial(look, service, following, engine))


def relay(service: str, relaying: Relaying) -> None:
    """How far the log is behind, whichever process ships; nobody else would say so while no process does."""
    events, seconds = relaying.lag()
    metrics.RELAY_LAG_EVENTS.labels(service).set(events)
    metrics.RELAY_LAG_SECONDS.labels(service).set(seconds)


def tried(service: str, look: Callable[[], None]) -> None:
    """Measure, or count that it could not be done: a scrape never fails for it."""
    try:
        look()
    except (LogUnavailable, SQLAlchemyError) as away:
        metrics.UNMEASURED.labels(service).inc()
        log.debug("not_measured", service=service, kind=type(away).__name__)


def _gaps(service: str, following: Following, _: Engine) -> None:
    for source in {source for _, source in following.positions}:
        metrics.GAPPED.labels(service, source).set(source in following.gaps)


def _lag(service: str, following: Following, _: Engine) -> None:
    try:
        lag = following.lag()
    except LogUnavailable as away:
        metrics.LOG_REACHABLE.labels(service).set(0)
        logs.going_on(log, "log_away", service=service, reason=str(away)[:200])
        raise
    metrics.LOG_REACHABLE.labels(service).set(1)
    for (name, source), events in lag.items():
        metrics.FOLLOWER_LAG_EVENTS.labels(service, name, source).set(events)


def _parked(service: str, following: Following, engine: Engine) -> None:
    streams = Counter(parked.follower for parked in parking.waiting(engine))
    for name in {name for name, _ in following.positions}:
        metrics.PARKED.labels(service, name).set(streams[name])
