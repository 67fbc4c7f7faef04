"""The facts of a town's own channels beside the six inside and five outside the Party (PUB-16).

Start at :class:`ChannelDefined`.
"""

from datetime import date
from typing import Literal

from shared.events import Event


class ChannelDefined(Event):
    """From ``on``, the town may publish through ``channel``, which reaches ``audience``; ``evidence`` names the fields
    that prove it. Told again it has new terms; its audience stays.
    """

    town: str
    channel: str
    name_zh: str
    name_en: str
    audience: Literal["inside", "outside"]
    evidence: tuple[str, ...]
    on: date


class ChannelWithdrawn(Event):
    """From ``on``, nothing more is published through it; what was, stays."""

    town: str
    channel: str
    on: date
