"""Running services: the adapters are chosen here, once a process; each service's relay, followers and tickers run here.

Start at :class:`LocalPlatform` (what a process gives to its services) and :class:`Running` (how they are kept going).
The same two serve one service on PostgreSQL and Kafka, and all of them on SQLite and the embedded log.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from threading import Event, Thread
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from shared import migrations
from shared.clock import Clock, MovableClock, SystemClock
from shared.cloudevents import topic_of
from shared.database import make_engine, owner_engine, sqlite_engine
from shared.documents import Documents
from shared.events import Registry
from shared.following import Follower, settled
from shared.handling import Handler
from shared.identity import TokenVerifier
from shared.identity.issuer import DevelopmentIssuer
from shared.identity.oidc import JwksVerifier
from shared.identity.register import Register
from shared.journal.sql import SqlJournal
from shared.laying import Plan, lay, must_fit
from shared.log import Log
from shared.log.embedded import EmbeddedLog
from shared.migrations import SchemaWrong
from shared.personal_data.custody import vault_of
from shared.personal_data.sealing import Sealing
from shared.rebuild import rebuild_view
from shared.relay import Relay
from shared.service import Service, Worker
from shared.settings import Settings
from shared.telemetry import measuring
from shared.telemetry.observers import FlowObserver, JournalObserver
from shared.telemetry.traced import TracedJournal
from shared.ticking import Ticking

PUBLISHERS = ("catalogue", "publication", "feedback", "archive", "audit")
PARTITIONS = 3
SETTLE_SECONDS_MAX = 15.0
AWAIT_SECONDS = 0.5
log = structlog.get_logger("gongkai.running")


class LocalPlatform:
    """What one process gives to the services it runs."""

    def __init__(self, settings: Settings, *, owner: bool = False) -> None:
        """``owner``: databases are opened by the role that owns their tables, where one is given."""
        self.settings, self._owner = settings, owner
        self.clock: Clock = MovableClock(settings.var / "clock.json") if settings.development else SystemClock()
        self.documents = Documents.in_folder(settings.var / "documents")
        self.issuer = DevelopmentIssuer(settings) if settings.development and not settings.issuer else None
        self.verifier: TokenVerifier = self.issuer.verifier() if self.issuer else JwksVerifier.of(settings)
        self.vault = vault_of(settings)
        self.journals: dict[str, SqlJournal] = {}
        self._engines: dict[str, Engine] = {}

    def engine(self, service: str) -> Engine:
        """The service's own database; ``{service}`` in the setting stands for its name."""
        if service not in self._engines:
            told, owned = self.settings.database_url, self._owner and self.settings.owner_url.get_secret_value() != ""
            url = (self.settings.owner_url if owned else told).get_secret_value().replace("{service}", service)
            here = self.settings.var / f"{service}.sqlite"
            opened = owner_engine if owned else make_engine
            self._engines[service] = opened(make_url(url)) if url else sqlite_engine(here)
        return self._engines[service]

    @cached_property
    def log(self) -> Log:
        return _log(self.settings)

    def handler(self, registry: Registry) -> Handler:
        service = registry.service
        journal = SqlJournal(self.engine(service), service, self.clock, observer=JournalObserver(service))
        self.journals[service] = journal
        return Handler(TracedJournal(journal), registry, sealing=Sealing(self.vault))

    def close(self) -> None:
        for journal in self.journals.values():
            journal.close()
        if "log" in self.__dict__:
            self.log.close()
        self.vault.close()
        for engine in self._engines.values():
            engine.dispose()


def _log(settings: Settings) -> Log:
    if settings.kafka:
        from shared.log.kafka import KafkaLog  # half a second to import, which one machine does not need

        return KafkaLog(settings.kafka)
    return EmbeddedLog(
        settings.var / "log.sqlite", {topic_of(settings.county, service): PARTITIONS for service in PUBLISHERS}
    )


@dataclass
class Flow:
    """One service's events under way: out by the relay, in by the follower, and what falls due by the ticker."""

    service: Service
    relay: Relay
    follower: Follower
    ticking: Ticking
    awaited: str = field(default="", init=False)  # why the database cannot be used yet; '' if it can
    _stop: Event = field(default_factory=Event, init=False)
    _waiting: Thread | None = field(default=None, init=False)

    @property
    def plan(self) -> Plan:
        return Plan.of(self.service)

    @classmethod
    def of(cls, service: Service, platform: LocalPlatform) -> "Flow":
        journal, observer = platform.journals[service.name], FlowObserver()
        common: dict[str, Any] = {"county": platform.settings.county, "clock": platform.clock, "observer": observer}
        relay = Relay(service.engine, journal, platform.log, hold=journal.hold, **common)
        follower = Follower(
            service.name,
            service.engine,
            journal,
            platform.log,
            (*service.views, *service.ledgers),
            service.reactions,
            service.handler,
            **common,
        )
        for view in service.views:
            if isinstance(view, Register):
                view.followed(partial(follower.positions.__getitem__, (view.name, "catalogue")))
        ticking = Ticking(service.name, service.engine, service.tickers, service.handler, platform.clock, observer)
        return cls(service, relay, follower, ticking)

    def open(self) -> None:
        """Prepare and start. Tables on PostgreSQL that are not yet those of this program are waited for meanwhile."""
        try:
            self.prepare()
        except SchemaWrong as wrong:
            if self.service.engine.dialect.name == "sqlite":
                raise
            self.awaited = str(wrong)
            log.warning("waiting for tables", service=self.service.name, trouble=self.awaited)
            self._waiting = Thread(target=self._await_tables, name=f"await-{self.service.name}", daemon=True)
            self._waiting.start()
        else:
            self.start()

    def _await_tables(self) -> None:
        while not self._stop.wait(AWAIT_SECONDS):
            try:
                self.prepare()
            except SchemaWrong as wrong:
                self.awaited = str(wrong)
            except SQLAlchemyError as fault:
                self.awaited = f"{type(fault).__name__} while the tables were looked at"
            else:
                self.start()
                self.awaited = ""
                return

    def prepare(self) -> None:
        """Have the database as this program needs it: an SQLite file is laid here and now, PostgreSQL only looked at
        (``gongkai migrate``). Raises :class:`SchemaWrong`.
        """
        if self.service.engine.dialect.name == "sqlite":
            for view in lay(self.service.engine, self.plan).stale:
                self.follower.prepare()
                log.info("rebuilding", view=view.name, service=self.service.name)
                rebuild_view(self.follower, view, accept_difference=True)
        else:
            must_fit(self.service.engine, self.plan)
        self.relay.prepare()
        self.follower.prepare()
        self.ticking.prepare()
        for worker in self.service.workers:
            worker.prepare()

    def start(self) -> None:
        self.relay.start()
        self.follower.start()
        self.ticking.start()
        for worker in self.service.workers:
            worker.start()

    def looked_at(self, question: Callable[[Connection, str], str]) -> str:
        """What the database says of its tables; '' while it is away, which others say."""
        try:
            with self.service.engine.connect() as connection:
                return question(connection, self.service.name)
        except SQLAlchemyError:
            return ""

    def wind_down(self) -> None:
        """Ask every thread to end after what it has in hand; :meth:`stop` waits for them."""
        self._stop.set()
        if self._waiting:
            self._waiting.join()
        for worker in self.service.workers:
            worker.wind_down()
        for part in (self.ticking, self.follower, self.relay):
            part.wind_down()

    def stop(self) -> None:
        for worker in self.service.workers:
            worker.stop()
        self.ticking.stop()
        self.follower.stop()
        self.relay.stop()


@dataclass
class Running:
    """Services with their flows. ``clock_moved`` is called when the development clock has been set."""

    platform: LocalPlatform
    services: Sequence[Service]
    flows: list[Flow] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.flows = [Flow.of(service, self.platform) for service in self.services]
        for flow in self.flows:
            flow.service.app.state.follower = flow.follower
            flow.service.app.state.readiness.append(("relay", _alarm_of(flow.relay)))
            flow.service.app.state.readiness.append(("tables", partial(_tables_wrong, flow)))
            flow.service.app.state.notes.append(("tables", partial(_tables_ahead, flow)))
            flow.service.app.state.notes.append(("log", _trouble_of(flow)))
            flow.service.app.state.measures.append(partial(measuring.relay, flow.service.name, flow.relay))
            for worker in flow.service.workers:
                flow.service.app.state.notes.append((type(worker).__name__.lower(), _worker_trouble(worker)))
            flow.service.app.state.on_clock.append(self.clock_moved)

    def start(self) -> None:
        if self.flows:
            self.platform.vault.forget()
            self.platform.vault.generation()  # without its keys nothing starts
        if len(self.flows) == 1:
            self.flows[0].open()
        else:  # each hears the others: all are prepared before the first begins
            for flow in self.flows:
                flow.prepare()
            for flow in self.flows:
                flow.start()
        log.info("started", services=[s.name for s in self.services])

    def stop(self) -> None:
        for flow in self.flows:
            flow.wind_down()
        for flow in self.flows:
            flow.stop()
        self.platform.close()
        log.info("stopped", services=[s.name for s in self.services])

    def clock_moved(self) -> None:
        """Whatever fell due has fallen due, and what follows from it has followed, when this returns."""
        for _ in range(3):
            self.settle()
            if sum(flow.ticking.tick_now() for flow in self.flows) == 0:
                return
        self.settle()

    def settle(self, timeout: float = SETTLE_SECONDS_MAX) -> bool:
        """Wait until nothing is under way between the services of this process."""
        return settled(*(part for flow in self.flows for part in (flow.relay, flow.follower)), timeout=timeout)


def _trouble_of(flow: Flow) -> Callable[[], str]:
    """Why events do not flow just now; journals accept meanwhile, so it is no reason to be unready."""
    return lambda: flow.relay.trouble or flow.follower.trouble


def _tables_wrong(flow: Flow) -> str:
    return flow.awaited or flow.looked_at(migrations.trouble)


def _tables_ahead(flow: Flow) -> str:
    return flow.looked_at(migrations.note)


def _worker_trouble(worker: Worker) -> Callable[[], str]:
    return lambda: worker.trouble


def _alarm_of(relay: Relay) -> Callable[[], str]:
    return lambda: relay.alarm
