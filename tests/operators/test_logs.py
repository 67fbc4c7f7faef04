"""A log that can be read at three in the morning: one line for one problem, whatever is tried meanwhile."""

import io
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from shared.log import LogUnavailable
from shared.telemetry import logs, measuring, metrics
from tests.shared.notes_service import notes_world


class Night:
    """Seconds that a test lets pass, and what was logged meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.log, self._monkeypatch = 1000.0, io.StringIO(), monkeypatch

    def monotonic(self) -> float:
        return self.now

    sleep = staticmethod(time.sleep)

    def begin(self) -> None:
        """Set logging up as a service does, to here; pytest has its own stdout until a test's first line."""
        self._monkeypatch.setattr("sys.stdout", self.log)
        logs.set_up("notes")

    def said(self, event: str = "") -> list[dict[str, Any]]:
        """The lines since this was asked last, of one event if it is named."""
        text = self.log.getvalue()
        self.log.seek(0)
        self.log.truncate()
        lines = [json.loads(line) for line in text.splitlines()]
        return [line for line in lines if not event or line["event"] == event]


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    """Logging on a clock of the test's; undone after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    night = Night(monkeypatch)
    monkeypatch.setattr("shared.telemetry.logs.time", night)
    monkeypatch.setattr("shared.telemetry.logs._told", {})
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)  # a server of another test may have cut it off
    structlog.contextvars.clear_contextvars()
    yield night
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def an_outage(attempts: int) -> None:
    """What Kafka's client says of so many attempts to reach a broker."""
    for attempt in range(attempts):
        refused = "KafkaConnectionError: 111 ECONNREFUSED"
        logging.getLogger("kafka.net.manager").error("Connection failed: %s", refused)
        logging.getLogger("kafka.net.connection").error("<KafkaConnection node=%s>: lost: %s", attempt, refused)
        logging.getLogger("kafka.cluster").warning("No node available for metadata refresh - backoff/retry")


def test_a_library_says_each_cause_once_a_minute(night: Night) -> None:
    night.begin()
    an_outage(200)
    assert len(night.said()) == 2
    night.now += logs.REPEAT_SECONDS - 1
    an_outage(200)
    logging.getLogger("kafka.net.manager").error("Authentication failed: SaslAuthenticationFailedError: denied")
    assert [line["event"][:14] for line in night.said()] == ["Authentication"]
    night.now += 1
    an_outage(1)
    assert len(night.said()) == 2


def test_what_is_ours_is_never_held_back(night: Night) -> None:
    night.begin()
    for _ in range(3):
        structlog.get_logger("gongkai.flow").error("gap", source="publication")
    assert len(night.said("gap")) == 3


def test_a_server_that_starts_is_one_line_not_six(night: Night) -> None:
    night.begin()
    logging.getLogger("uvicorn.error").info("Waiting for application startup.")
    logging.getLogger("uvicorn.error").error("Application startup failed. Exiting.")
    assert [line["event"] for line in night.said()] == ["Application startup failed. Exiting."]


def test_many_requests_without_a_database_are_one_problem(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.begin()
    with notes_world(tmp_path) as world:

        def away(*_: object, **__: object) -> None:
            raise OperationalError("SELECT 'text of somebody'", {}, Exception("connection refused\nmore"))

        monkeypatch.setattr(type(world.handler), "handle", away)
        answers = [world.keep() for _ in range(5)]
    assert {answer.status_code for answer in answers} == {503}
    (line,) = night.said("database_unavailable")
    assert (line["reason"], "somebody" in str(line)) == ("connection refused", False)


class Following:
    """A follower whose log is away at first."""

    away = True

    def __init__(self) -> None:
        self.positions, self.gaps = {("files", "publication"): 3}, dict[str, str]()

    def lag(self) -> dict[tuple[str, str], int]:
        if self.away:
            raise LogUnavailable("Kafka at 127.0.0.1:1: refused")
        return {("files", "publication"): 0}


def test_a_log_that_is_away_is_said_and_measured(night: Night) -> None:
    night.begin()
    following, engine = Following(), create_engine("sqlite://")
    for _ in range(3):
        measuring.follower("measured-log", following, engine)
    assert metrics.LOG_REACHABLE.labels("measured-log")._value.get() == 0
    assert len(night.said("log_away")) == 1
    following.away = False
    measuring.follower("measured-log", following, engine)
    assert metrics.LOG_REACHABLE.labels("measured-log")._value.get() == 1
    engine.dispose()
