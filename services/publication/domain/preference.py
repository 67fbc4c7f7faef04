"""How a person wants to be told of what is shown for them: their inbox, by e-mail, or both (PUB-19)."""

import re
from dataclasses import dataclass
from typing import get_args

from services.publication.events.notices import NoticeChannel, NoticeChannelsChosen
from shared.decider import Decider, Refused

ADDRESS = re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,}")


@dataclass(frozen=True)
class ChooseChannels:
    person: str
    channels: tuple[str, ...]
    address: str = ""


def decide(chosen: NoticeChannelsChosen | None, command: ChooseChannels) -> list[NoticeChannelsChosen]:
    known: tuple[NoticeChannel, ...] = get_args(NoticeChannel)
    if not command.channels:
        raise Refused("MISSING_FIELD", "At least one channel.", accepted=", ".join(known), pointer="/channels")
    if unknown := set(command.channels) - set(known):
        raise Refused("UNKNOWN_CODE", f"{min(unknown)} is no channel.", ", ".join(known), "/channels")
    by_mail = "email" in command.channels
    if by_mail and not ADDRESS.fullmatch(command.address.strip()):
        raise Refused("MISSING_FIELD", "An e-mail needs an address.", accepted="name@example.org", pointer="/address")
    channels = tuple(channel for channel in known if channel in command.channels)
    address = command.address.strip() if by_mail else ""
    told = NoticeChannelsChosen(person=command.person, channels=channels, address=address)
    return [] if told == chosen else [told]


def evolve(_: NoticeChannelsChosen | None, event: NoticeChannelsChosen) -> NoticeChannelsChosen | None:
    return event


PREFERENCE: Decider[NoticeChannelsChosen | None, ChooseChannels, NoticeChannelsChosen] = Decider(
    "preference", None, decide, evolve
)
