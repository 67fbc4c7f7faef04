"""What a service stands on is measured: its clock, its database's clock, its disk, leases and backups."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services.embedded import everything
from shared.clock import FixedClock, SystemClock
from shared.database import make_engine
from shared.lease import Lease
from shared.lease import metadata as lease_metadata
from shared.running import LocalPlatform
from shared.settings import Environment, Settings
from shared.telemetry import metrics, standing

NOW = datetime(2026, 4, 8, 1, 0, tzinfo=UTC)


class Steady:
    """Time that only goes forward."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def steps(service: str, direction: str) -> float:
    return float(metrics.CLOCK_STEPS.labels(service, direction)._value.get())


@pytest.mark.parametrize(
    ("steady", "wall", "back", "forward"), [(5, 5, 0, 0), (5, 4.5, 0, 0), (5, -3600, 1, 0), (5, 7200, 0, 1)]
)
def test_a_clock_that_was_set_is_counted_by_its_direction(
    steady: float, wall: float, back: int, forward: int, request: pytest.FixtureRequest
) -> None:
    service, time, clock = request.node.name, Steady(), FixedClock(NOW)
    watch = standing.ClockWatch(service, clock, time)
    watch.look()
    time.seconds += steady
    watch.clock = FixedClock(NOW + timedelta(seconds=wall))
    watch.look()
    assert (steps(service, "back"), steps(service, "forward")) == (back, forward)


def test_a_database_of_another_time_is_measured(database_url: str) -> None:
    engine = make_engine(database_url)
    standing.skew("skewed", engine, SystemClock())
    assert abs(metrics.CLOCK_SKEW.labels("skewed")._value.get()) < 2
    standing.skew("skewed", engine, FixedClock(SystemClock().now() - timedelta(minutes=5)))
    assert 298 < metrics.CLOCK_SKEW.labels("skewed")._value.get() < 330
    engine.dispose()


def test_a_lease_is_held_while_somebody_holds_it(database_url: str) -> None:
    engine = make_engine(database_url)
    standing.leases("leased", engine)  # there is no table yet, and that is no fault
    with engine.begin() as tx:
        lease_metadata.create_all(tx)
    lease = Lease(engine, "relay-notes")

    def measured() -> tuple[float, float]:
        standing.leases("leased", engine)
        held, epochs = (m.labels("leased", "relay-notes") for m in (metrics.LEASE_HELD, metrics.LEASE_EPOCHS))
        return float(held._value.get()), float(epochs._value.get())

    assert lease.acquire()
    assert measured() == (1, 1)
    lease.release()
    assert measured() == (0, 1)
    assert lease.acquire()
    assert measured() == (1, 2)
    engine.dispose()


def test_the_age_of_backups_is_that_of_the_newest(tmp_path: Path) -> None:
    for stamp in ("20260405T010000Z", "20260407T010000Z"):
        (tmp_path / f"gongkai-qingshan-{stamp}.tar").touch()
    standing.backups("backed", tmp_path, "qingshan", FixedClock(NOW))
    assert metrics.BACKUP_AGE.labels("backed", "data")._value.get() == 86_400
    assert metrics.BACKUP_AGE.labels("backed", "keys")._value.get() == NOW.timestamp()


def test_a_running_platform_gives_every_figure_of_what_it_stands_on(tmp_path: Path) -> None:
    settings = Settings(environment=Environment.DEVELOPMENT, var=tmp_path, backups=str(tmp_path), founder="a")
    with TestClient(everything(LocalPlatform(settings))) as client:
        text = client.get("/metrics").text
    services = ("catalogue", "publication", "feedback", "archive", "audit")

    def given(name: str, judged: Callable[[float], bool], **labels: str) -> bool:
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        lines = [line for line in text.splitlines() if line.startswith(name) and all(w in line for w in wanted)]
        return bool(lines) and all(judged(float(line.rpartition(" ")[2])) for line in lines)

    for service in services:
        assert given("gongkai_ready", lambda v: v == 1, service=service)
        assert given("gongkai_log_reachable", lambda v: v == 1, service=service)
        assert given("gongkai_lease_held", lambda v: v == 1, service=service, lease=f"relay-{service}")
        assert given("gongkai_disk_free_bytes", lambda v: v > 0, service=service)
        assert given("gongkai_clock_database_skew_seconds", lambda v: abs(v) < 2, service=service)
        assert given("gongkai_backup_age_seconds", lambda v: v > 0, service=service, kind="data")
        assert given("gongkai_relay_lag_events", lambda v: v >= 0, service=service)
