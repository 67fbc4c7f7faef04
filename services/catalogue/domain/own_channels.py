"""A town's own channels, such as a chat group or a loudspeaker: to whom they go, and what proves it (PUB-16).

Each is dated. Its code may stand among an item's methods while it is defined; its audience is settled once and for all.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.catalogue.domain import codes
from services.catalogue.events import ChannelDefined, ChannelWithdrawn
from shared.decider import Refused

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
FIELD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
TAKEN = frozenset({*codes.INSIDE_CHANNELS, *codes.PUBLIC_CHANNELS, "other"})
Audience = Literal["inside", "outside"]


@dataclass(frozen=True)
class OwnChannel:
    """A channel with its terms from ``since`` on, until ``until`` or for good."""

    code: str
    audience: Audience
    since: date
    until: date | None = None


Own = Mapping[str, tuple[OwnChannel, ...]]


@dataclass(frozen=True)
class DefineChannel:
    town: str
    channel: str
    name_zh: str
    name_en: str
    audience: str
    evidence: tuple[str, ...]
    on: date


@dataclass(frozen=True)
class WithdrawChannel:
    town: str
    channel: str
    on: date


def on_day(own: Own, day: date) -> list[OwnChannel]:
    return [span for spans in own.values() for span in spans if _covers(span, day)]


def define(own: Own, command: DefineChannel) -> Iterator[ChannelDefined]:
    if command.channel in TAKEN or not CODE.fullmatch(command.channel):
        detail = f"{command.channel!r} cannot be a channel of the town's own."
        raise Refused("UNKNOWN_CODE", detail, "letters, digits and -, none of the 11 channels", "/channel")
    for name in ("name_zh", "name_en"):
        if not getattr(command, name).strip():
            raise Refused("MISSING_FIELD", "A channel has a name in Chinese and in English.", pointer=f"/{name}")
    if command.audience not in ("inside", "outside"):
        raise Refused("UNKNOWN_CODE", "A channel declares whom it reaches.", "inside, outside", "/audience")
    _must_ask_for_evidence(command)
    _must_reach_whom_it_reached(own, command)
    yield ChannelDefined(
        town=command.town,
        channel=command.channel,
        name_zh=command.name_zh.strip(),
        name_en=command.name_en.strip(),
        audience="inside" if command.audience == "inside" else "outside",
        evidence=tuple(dict.fromkeys(command.evidence)),
        on=command.on,
    )


def _must_ask_for_evidence(command: DefineChannel) -> None:
    if not command.evidence:
        raise Refused("MISSING_FIELD", "A channel has evidence of its own.", pointer="/evidence")
    for number, name in enumerate(command.evidence):
        if not FIELD.fullmatch(name):
            raise Refused(
                "UNKNOWN_CODE", f"{name!r} names no field.", "such as group or sent-at", f"/evidence/{number}"
            )


def _must_reach_whom_it_reached(own: Own, command: DefineChannel) -> None:
    """What was meant for members must not reach society because a setting was changed."""
    known = own.get(command.channel, ())
    if known and known[0].audience != command.audience:
        detail, accepted = f"{command.channel} is {known[0].audience}; that stays.", "a channel of another code"
        raise Refused("ALREADY_REGISTERED", detail, accepted, "/audience")


def withdraw(own: Own, command: WithdrawChannel) -> Iterator[ChannelWithdrawn]:
    if not any(_covers(span, command.on) for span in own.get(command.channel, ())):
        raise Refused("NOT_IN_FORCE", "The town has no such channel on that day.")
    yield ChannelWithdrawn(town=command.town, channel=command.channel, on=command.on)


def told(own: Own, event: ChannelDefined | ChannelWithdrawn) -> Own:
    ended = tuple(
        replace(span, until=event.on) if _covers(span, event.on) else span for span in own.get(event.channel, ())
    )
    if isinstance(event, ChannelWithdrawn):
        return {**own, event.channel: ended}
    return {**own, event.channel: (*ended, OwnChannel(event.channel, event.audience, event.on))}


def _covers(span: OwnChannel, day: date) -> bool:
    return span.since <= day and (span.until is None or day < span.until)
