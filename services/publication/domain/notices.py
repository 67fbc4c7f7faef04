"""Telling members that something was shown for them: each through a channel they chose, tracked until it reached them.

Whatever fails is tried again, and in the end lies in the inbox, so that at least one channel always works (PUB-19).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, assert_never

from services.publication.events.notices import (
    NoticeChannel,
    NoticeDelivered,
    NoticeEvent,
    NoticeFailed,
    NoticeRead,
    NoticesPrepared,
    Recipient,
)
from shared.decider import Decider, Refused

ATTEMPTS_MAX = 5


@dataclass(frozen=True)
class PrepareNotices:
    disclosure: str
    version: int
    town: str
    organisation: str
    item: str
    recipients: tuple[Recipient, ...]
    at: datetime


@dataclass(frozen=True)
class RecordDelivery:
    person: str
    channel: NoticeChannel
    at: datetime


@dataclass(frozen=True)
class RecordFailure:
    person: str
    channel: NoticeChannel
    reason: str
    at: datetime


@dataclass(frozen=True)
class ReadNotice:
    person: str
    at: datetime


NoticeCommand = PrepareNotices | RecordDelivery | RecordFailure | ReadNotice


@dataclass(frozen=True)
class Notices:
    """Of one version: who was to be told, whom it reached, how often it failed, who has read it."""

    prepared: NoticesPrepared | None = None
    delivered: frozenset[str] = frozenset()
    attempts: Mapping[str, int] = field(default_factory=dict)
    read: frozenset[str] = frozenset()

    @property
    def recipients(self) -> frozenset[str]:
        return frozenset(r.person for r in self.prepared.recipients) if self.prepared else frozenset()


def notices_id(disclosure: str, version: int) -> str:
    return f"{disclosure}-{version}"


def decide(notices: Notices, command: NoticeCommand) -> list[NoticeEvent]:
    match command:
        case PrepareNotices():
            return prepare(notices, command)
        case RecordDelivery():
            return record_delivery(notices, command)
        case RecordFailure():
            return record_failure(notices, command)
        case ReadNotice():
            return read(notices, command)
        case _:
            assert_never(command)


def prepare(notices: Notices, command: PrepareNotices) -> list[NoticeEvent]:
    """Once a version. What goes into an inbox is there at once."""
    if notices.prepared:
        return []
    names = {n: getattr(command, n) for n in ("disclosure", "version", "town", "organisation", "item", "at")}
    prepared = NoticesPrepared(**names, recipients=command.recipients)
    here = tuple(r.person for r in command.recipients if r.channel == "inbox")
    return [prepared, *([NoticeDelivered(**names, persons=here, channel="inbox")] if here else [])]


def record_delivery(notices: Notices, command: RecordDelivery) -> list[NoticeEvent]:
    names = _names(notices, command.person)
    if command.person in notices.delivered:
        return []
    return [NoticeDelivered(**names, persons=(command.person,), channel=command.channel, at=command.at)]


def record_failure(notices: Notices, command: RecordFailure) -> list[NoticeEvent]:
    names, person = _names(notices, command.person), command.person
    if person in notices.delivered:
        return []
    attempt = notices.attempts.get(person, 0) + 1
    said = {"attempt": attempt, "reason": command.reason, "at": command.at}
    failed = NoticeFailed(**names, person=person, channel=command.channel, **said)
    if attempt < ATTEMPTS_MAX:
        return [failed]
    return [failed, NoticeDelivered(**names, persons=(person,), channel="inbox", at=command.at)]


def read(notices: Notices, command: ReadNotice) -> list[NoticeEvent]:
    names = _names(notices, command.person)
    if command.person in notices.read:
        return []
    return [NoticeRead(**names, person=command.person, at=command.at)]


def _names(notices: Notices, person: str) -> dict[str, Any]:
    if notices.prepared is None or person not in notices.recipients:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    return notices.prepared.model_dump(include={"disclosure", "version", "town", "organisation", "item"})


def evolve(notices: Notices, event: NoticeEvent) -> Notices:
    match event:
        case NoticesPrepared():
            return replace(notices, prepared=event)
        case NoticeDelivered():
            return replace(notices, delivered=notices.delivered | set(event.persons))
        case NoticeFailed():
            return replace(notices, attempts={**notices.attempts, event.person: event.attempt})
        case NoticeRead():
            return replace(notices, read=notices.read | {event.person})
        case _:
            assert_never(event)


NOTICES: Decider[Notices, NoticeCommand, NoticeEvent] = Decider("notices", Notices(), decide, evolve)
