"""Clocks that are stepped a day forward or back: leases go on changing hands, and one at a time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from shared import lease
from shared.database import sqlite_engine
from shared.lease import Lease, LeaseLost

DAY = 86_400.0


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path / "leases.db")
    lease.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The database's clock, as it is stepped."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(lease, "now_by", lambda _tx: str(now[0]))
    return now


def lease_of_another_machine(engine: Engine) -> Lease:
    """Whether its process still runs cannot be asked from here."""
    other = Lease(engine, "relay-catalogue")
    assert other.acquire()
    other.holder = f"elsewhere/1:{other.holder.split(':', 1)[1]}"
    with engine.begin() as tx:
        tx.execute(update(lease.leases).values(holder=other.holder))
    return other


@pytest.mark.usefixtures("clock")
def test_a_lease_holds_as_long_as_it_says(engine: Engine, clock: list[float]) -> None:
    lease_of_another_machine(engine)
    clock[0] += 4.9
    assert not Lease(engine, "relay-catalogue").acquire()
    clock[0] += 0.2
    assert Lease(engine, "relay-catalogue").acquire()


def test_a_clock_stepped_back_does_not_leave_a_dead_owner_in_possession(engine: Engine, clock: list[float]) -> None:
    lease_of_another_machine(engine)
    clock[0] -= DAY
    assert Lease(engine, "relay-catalogue").acquire()


@pytest.mark.parametrize("step", [DAY, -DAY])
def test_an_owner_overtaken_through_a_stepped_clock_writes_nothing(
    engine: Engine, clock: list[float], step: float
) -> None:
    first = lease_of_another_machine(engine)
    clock[0] += step
    second = Lease(engine, "relay-catalogue")
    assert second.acquire()
    with pytest.raises(LeaseLost), engine.begin() as tx:
        first.renew(tx)
    with engine.begin() as tx:
        second.renew(tx)
    assert second.epoch == first.epoch + 1


def test_a_living_owner_keeps_its_lease_through_a_step(engine: Engine, clock: list[float]) -> None:
    owner = Lease(engine, "relay-catalogue")
    assert owner.acquire()
    for step in (-DAY, DAY, DAY):
        clock[0] += step
        assert owner.acquire()
        assert not Lease(engine, "relay-catalogue").acquire()
