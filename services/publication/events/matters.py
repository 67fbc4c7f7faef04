"""The facts of staged work, a matter: opened with its plan, re-planned, its milestones reached, ended, closed.

Stream ``matter-<matter>``. The duties it brings are obligations that name it; that they were met, and by which
disclosure, is told here too, so that a matter's history is whole. Start at :class:`MatterOpened`.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.events import Event

PLANNED, CONFIRMED = "planned", "confirmed"


class Milestone(BaseModel):
    """A part of the work after which a stage is made public; ``number`` is its own within the matter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    name: str
    on: date


class MatterFact(Event):
    matter: str
    town: str
    organisation: str
    item: str
    title: str  # of the matter, zh-CN
    title_en: str = ""


class MatterOpened(MatterFact):
    """Staged work under an item in force; it is expected to last from ``starts`` to ``ends`` (PUB-26)."""

    item_title: str
    starts: date
    ends: date
    milestones: tuple[Milestone, ...]
    opened_by: str
    on: date


class MatterReplanned(MatterFact):
    """``moved`` are milestones with the new day, ``added`` are new ones; the old days stay in history."""

    moved: tuple[Milestone, ...] = ()
    added: tuple[Milestone, ...] = ()
    ends: date
    ended_before: date  # when it was expected to end until now
    reason: str
    by: str
    on: date


class MilestoneReached(MatterFact):
    """``how``: confirmed by a person, or its planned day came and nobody had re-planned it (``by`` is empty then)."""

    number: int
    name: str
    on: date
    how: Literal["planned", "confirmed"]
    by: str = ""


class MatterEnded(MatterFact):
    """The work has really ended. ``cross_year``: not in the year it began; ``summary_owed`` as A-01 says."""

    on: date
    how: Literal["planned", "confirmed"]
    cross_year: bool
    summary_owed: bool
    by: str = ""


class MatterMadePublic(MatterFact):
    """A stage or the summary was shown: inside, then outside where the item goes there."""

    part: Literal["stage", "summary"]
    number: int = 0  # of the milestone
    obligation: str
    disclosure: str
    version: int
    side: Literal["inside", "outside"]
    on: date


class MatterClosed(MatterFact):
    """Nothing more is expected of it; from ``on`` its papers are to be filed. ``summary`` is a disclosure, if owed."""

    on: date
    cross_year: bool
    summary: str
    stages: tuple[str, ...]  # the disclosures that showed them
    by: str = ""


MatterEvent = MatterOpened | MatterReplanned | MilestoneReached | MatterEnded | MatterMadePublic | MatterClosed
