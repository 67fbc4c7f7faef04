"""What feedback reads of others' facts: what publication showed to which audiences."""

from datetime import datetime
from typing import ClassVar

from shared.events import Heard


class Released(Heard):
    SERVICE: ClassVar[str] = "publication"
    disclosure: str
    town: str
    organisation: str
    item: str
    version: int
    title: str
    at: datetime
    audiences: tuple[str, ...]


class DisclosureReleasedInside(Released):
    EVENT: ClassVar[str] = "DisclosureReleasedInside"


class DisclosureReleasedOutside(Released):
    EVENT: ClassVar[str] = "DisclosureReleasedOutside"
