"""The facts of notices to members: who is told that something was shown for them, how, and whether it reached them.

Streams ``notices-<disclosure>-<version>`` and ``preference-<person>``. Start at :class:`NoticesPrepared`. A notice
holds no word of what was shown: that is looked up when it is read (PUB-19).
"""

from datetime import datetime
from typing import Annotated, Literal

from services.publication.events.parts import Value
from shared.events import Event
from shared.personal_data import Personal

NoticeChannel = Literal["inbox", "email"]


class Recipient(Value):
    """A member, and the channel of those they chose through which they are told."""

    person: str
    channel: NoticeChannel


class NoticeFact(Event):
    disclosure: str
    version: int
    town: str
    organisation: str
    item: str


class NoticesPrepared(NoticeFact):
    """For each member in the scope of an inside release as of that instant."""

    recipients: tuple[Recipient, ...]
    at: datetime


class NoticeDelivered(NoticeFact):
    persons: tuple[str, ...]
    channel: NoticeChannel
    at: datetime


class NoticeFailed(NoticeFact):
    """The ``attempt``-th, from 1; after the last it is delivered into the inbox."""

    person: str
    channel: NoticeChannel
    attempt: int
    reason: str
    at: datetime


class NoticeRead(NoticeFact):
    """By whoever it is for, of their own accord; nobody is counted for not reading (PUB-36)."""

    person: str
    at: datetime


class NoticeChannelsChosen(Event):
    """How a person wants to be told; ``address`` is theirs alone."""

    person: str
    channels: tuple[NoticeChannel, ...]
    address: Annotated[str, Personal(of="person")] = ""


NoticeEvent = NoticesPrepared | NoticeDelivered | NoticeFailed | NoticeRead
