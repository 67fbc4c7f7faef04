"""Relays and tickers outlive what nobody foresaw, and any number of processes may start at once."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from services.portal.sessions import PLAN as SESSIONS
from shared.clock import FixedClock, SystemClock
from shared.database import make_engine
from shared.following import settled
from shared.journal.schema import create_schema
from shared.journal.sql import SqlJournal
from shared.laying import lay
from shared.log import Log
from shared.relay import Relay
from shared.service import Ticker
from shared.ticking import Ticking
from tests.shared.flows import COUNTY, count, engine_of, handler_of, journal_of, log_of
from tests.shared.journals import together
from tests.shared.test_ticking import START, due


def prepare_all(log: Log, engine: Engine) -> None:
    create_schema(engine)
    journal = SqlJournal(engine, "catalogue", SystemClock())
    Relay(engine, journal, log, COUNTY, SystemClock()).prepare()
    Ticking("catalogue", engine, (), handler_of(journal), SystemClock()).prepare()
    lay(engine, SESSIONS)
    journal.close()


@pytest.mark.postgres
def test_replicas_that_start_at_once_all_come_up(postgres_url: str, tmp_path: Path) -> None:
    # PLT-01: as many processes of a service as one likes
    engines = [make_engine(postgres_url) for _ in range(8)]
    log = log_of(tmp_path)
    together([partial(prepare_all, log, engine) for engine in engines])
    log.close()
    for engine in engines:
        engine.dispose()


def test_a_relay_outlives_a_fault_nobody_foresaw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.relay.IDLE_SECONDS", 0.1)
    engine, log = engine_of(tmp_path, "catalogue"), log_of(tmp_path)
    journal = journal_of(engine, "catalogue")
    count(journal, "organisation-A", 1)
    relay = Relay(engine, journal, log, COUNTY, SystemClock())
    relay.prepare()
    publish, faults = log.publish, iter([KeyError("in a library")])

    def failing_once(records: Any) -> None:
        if fault := next(faults, None):
            raise fault
        publish(records)

    monkeypatch.setattr(log, "publish", failing_once)
    relay.start()
    assert settled(relay, timeout=5.0)
    relay.stop()
    journal.close()
    log.close()
    engine.dispose()


def test_a_ticker_outlives_a_fault_nobody_foresaw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.ticking.EVERY_SECONDS", 0.0)
    monkeypatch.setattr("shared.ticking.LOOK_SECONDS", 0.01)
    engine = engine_of(tmp_path, "catalogue")
    journal = journal_of(engine, "catalogue")
    clock = FixedClock(START.replace(day=START.day + 2))
    made = Ticking("catalogue", engine, [Ticker("daily", due)], handler_of(journal), clock)
    made.prepare()
    acquire, faults = made.lease.acquire, iter([KeyError("in a library")])

    def failing_once() -> bool:
        if fault := next(faults, None):
            raise fault
        return acquire()

    monkeypatch.setattr(made.lease, "acquire", failing_once)
    made.start()
    journal.await_beyond(1, 5.0)
    made.stop()
    assert journal.head() == 2
    journal.close()
    engine.dispose()
