"""The facts of a duty to make something public: raised, moved, fallen overdue, met or attested as unchanged.

Stream ``obligation-<organisation>/<sub-item>/<duty>/<period>``. Start at :class:`ObligationRaised`.
"""

from datetime import date
from enum import StrEnum

from services.publication.events.parts import CountedDay
from shared.events import Event


class Duty(StrEnum):
    """What a period of an item asks for (A-06, A-07, A-08)."""

    FIRST = "first"  # long-term content appears for the first time
    REPUBLICATION = "republication"  # long-term content has changed
    REPLACEMENT = "replacement"  # the period's new content
    FINE_TUNE = "fine-tune"  # a minor revision, or the attested absence of one
    STAGE = "stage"  # a milestone of staged work was reached
    SUMMARY = "summary"  # staged work has ended
    TRIGGERED = "triggered"  # something happened that must be made known at once


class ObligationFact(Event):
    obligation: str
    town: str
    organisation: str
    item: str
    title: str  # of the item, zh-CN
    title_en: str = ""


class ObligationRaised(ObligationFact):
    """``period`` is 2026-Q1, 2026-02, 2026 or the trigger's day; ``due`` was reckoned from ``trigger``."""

    sub_item: str
    kind: str
    duty: Duty
    period: str
    trigger: date
    due: date
    parameter: str
    provisional: bool = False
    calendars: tuple[str, ...] = ()
    reckoning: tuple[CountedDay, ...] = ()


class ObligationDueMoved(ObligationFact):
    was: date
    due: date
    reason: str
    provisional: bool = False
    calendars: tuple[str, ...] = ()
    reckoning: tuple[CountedDay, ...] = ()


class ObligationFellOverdue(ObligationFact):
    due: date
    from_day: date


class NoChangeAttested(ObligationFact):
    """A fine-tune that found nothing to tune: attested by a named person (PUB-25)."""

    by: str
    on: date


class ObligationFulfilled(ObligationFact):
    """``disclosure`` is empty when an attested absence of change fulfilled it."""

    disclosure: str = ""
    version: int = 0
    due: date
    on: date
    late_workdays: int


ObligationEvent = ObligationRaised | ObligationDueMoved | ObligationFellOverdue | NoChangeAttested | ObligationFulfilled
