"""A service as a value: its name, rules, views, reactions, ticker and HTTP face, ready to be run alone or with others.

``services/<name>/main.py`` has ``build(platform) -> Service`` and does no work at import. ``shared.running`` runs it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Engine, MetaData

from shared.clock import Clock
from shared.documents import Documents
from shared.events import Recorded, Registry
from shared.follow import View
from shared.handling import Do, Handler
from shared.identity import TokenVerifier
from shared.merging import Batch
from shared.personal_data.vault import Vault
from shared.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI


@dataclass(frozen=True)
class Reaction:
    """What a service does because of others' events (or its own): each event gives commands, each done once.

    The command id is derived from ``name``, the event and the command's place in the list, so a repeated delivery
    changes nothing. A refusal is logged and counted, and the next event follows. ``heeds`` may name, by service, the
    only events that give any: what is none of them costs nothing; a service that is left out is heard whole.
    """

    name: str
    hears: tuple[str, ...]
    commands: Callable[[Recorded], Iterable[Do]]
    heeds: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def wants(self, batch: Batch) -> bool:
        """Whether any of these events may give a command."""
        heeded = self.heeds.get(batch.source)
        return heeded is None or any(event.name in heeded for event in batch.events)


@dataclass(frozen=True)
class Ticker:
    """What falls due by itself. ``due(now)`` names the commands; each ``Do.key`` is done once, however often asked.

    ``one_by_one``: to name a command is to have done something already, so each is recorded before the next is
    asked for.
    """

    name: str
    due: Callable[[datetime], Iterable[Do]]
    one_by_one: bool = False


class Worker(Protocol):
    """A thread of a service's own, kept going with its flow; ``trouble`` says what keeps it from its work, or ''."""

    trouble: str

    def prepare(self) -> None: ...

    def start(self) -> None: ...

    def wind_down(self) -> None: ...

    def stop(self) -> None: ...


class Platform(Protocol):
    """What a process hands to the services it runs: the one place where adapters were chosen."""

    settings: Settings
    clock: Clock
    documents: Documents
    verifier: TokenVerifier
    vault: Vault

    def engine(self, service: str) -> Engine:
        """The service's own database; no other service reads it."""
        ...

    def handler(self, registry: Registry) -> Handler:
        """The write side over the service's own journal."""
        ...


@dataclass
class Service:
    name: str
    registry: Registry
    handler: Handler
    engine: Engine
    app: "FastAPI"
    views: Sequence[View] = ()
    reactions: Sequence[Reaction] = ()
    tickers: Sequence[Ticker] = ()
    ledgers: Sequence[View] = ()  # followed like views, but never made again: what they decided stands
    workers: Sequence[Worker] = ()
    tables: Sequence[MetaData] = ()  # kept ones of its own besides those every service has
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def hears(self) -> frozenset[str]:
        """The services whose events this one follows, itself among them if a view of its own needs it."""
        followed = (*self.views, *self.ledgers)
        heard = [*(view.hears for view in followed), *(reaction.hears for reaction in self.reactions)]
        return frozenset(service for hears in heard for service in hears)
