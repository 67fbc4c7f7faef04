"""The facts of the question whether a disclosure is improved and made public again because of what was said of it.

Stream ``redisclosure-<disclosure>`` (PUB-30, FBK-13). The new version itself stands in the disclosure's stream.
"""

from datetime import date
from typing import Literal

from shared.events import Event

Cause = Literal["adopted", "several"]
Choice = Literal["re-disclose", "not-necessary"]


class RedisclosureFact(Event):
    disclosure: str
    town: str
    organisation: str
    opinions: tuple[str, ...]  # those that caused it, by id


class RedisclosureAsked(RedisclosureFact):
    """``owner`` is the first person responsible on that day; asked again, it grows by further opinions."""

    version: int
    cause: Cause
    owner: str
    on: date


class RedisclosureDecided(RedisclosureFact):
    choice: Choice
    reason: str = ""
    by: str
    on: date


class RedisclosureBegun(RedisclosureFact):
    """``version`` has been opened because of the opinions."""

    version: int
    by: str
    on: date


RedisclosureEvent = RedisclosureAsked | RedisclosureDecided | RedisclosureBegun
