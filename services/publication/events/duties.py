"""The facts of a duty to make something public: raised, moved, suspended, fallen overdue, met, ended with its item.

Stream ``obligation-<organisation>/<sub-item>/<duty>/<period>``; the duties of a matter or a trigger name it instead of
a period. What raises a duty beside the catalogue is here too: content that changed, something that happened. Start at
:class:`ObligationRaised`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from services.publication.events.parts import CountedDay
from shared.events import Event


class Duty(StrEnum):
    """What a period of an item asks for (A-06, A-07, A-08)."""

    FIRST = "first"  # long-term content appears for the first time
    REPUBLICATION = "republication"  # long-term content has changed
    REPLACEMENT = "replacement"  # the period's new content
    FINE_TUNE = "fine-tune"  # a minor revision, or the attested absence of one
    EXISTENCE_CHECK = "existence-check"  # long-term content is looked at: still shown, still right
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
    """``period`` is 2026-Q1, 2026-02, 2026 or the trigger's day; ``due`` was reckoned from ``trigger``.

    ``matter`` and ``milestone`` name staged work and its part; ``cause`` the recorded change or trigger. Where
    hours are given (``limit_hours``), ``due_at`` is the instant and ``due`` its day.
    """

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
    matter: str = ""
    milestone: str = ""
    cause: str = ""
    limit_hours: int = 0
    due_at: datetime | None = None


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
    """A fine-tune or existence check that found nothing to change: attested by a named person (PUB-22, PUB-25).

    ``disclosure`` is what was looked at and is still shown, where there is one.
    """

    by: str
    on: date
    disclosure: str = ""


class ObligationFulfilled(ObligationFact):
    """``disclosure`` is empty when an attested absence of change fulfilled it (PUB-33)."""

    disclosure: str = ""
    version: int = 0
    due: date
    on: date
    late_workdays: int


class ObligationSuspended(ObligationFact):
    """A withholding was filed: the duty waits, and is neither lost nor overdue meanwhile (CAT-15).

    ``late_workdays``: how late the duty was by then; that stays. ``until`` is the last day, None: for good.
    """

    withholding: str
    kind: str
    on: date
    until: date | None
    due: date
    late_workdays: int


class ObligationResumed(ObligationFact):
    """The withholding is over; ``due`` is what it was, and lateness counts again after ``late_from``."""

    withholding: str
    reason: str
    on: date
    due: date
    late_from: date


class ObligationEnded(ObligationFact):
    """Its item is in force no more from ``on``; ``changes`` of the catalogue dropped it (A-19). Late stays late."""

    reason: Literal["item-dropped"]
    changes: tuple[str, ...]
    on: date
    due: date
    late_workdays: int


ObligationEvent = (
    ObligationRaised
    | ObligationDueMoved
    | ObligationFellOverdue
    | NoChangeAttested
    | ObligationFulfilled
    | ObligationSuspended
    | ObligationResumed
    | ObligationEnded
)


class ContentChanged(Event):
    """What an item tells of has changed on a day: long-term content is to be made public again (PUB-22, A-07).

    Stream ``content-<item>``; ``number`` counts the changes of the item.
    """

    item: str
    town: str
    organisation: str
    title: str  # of the item, zh-CN
    title_en: str = ""
    number: int
    what: str
    on: date
    told_by: str


class TriggerRecorded(Event):
    """Something happened that an item wants made known at once (PUB-29, A-08). Stream ``trigger-<trigger>``.

    ``limit_hours``: so soon after ``happened_at``, where that is less than the working days of P-04; 0: those.
    """

    trigger: str
    item: str
    town: str
    organisation: str
    title: str  # of the item, zh-CN
    title_en: str = ""
    what: str
    happened_at: datetime
    on: date
    limit_hours: int = 0
    told_by: str


TriggerEvent = ContentChanged | TriggerRecorded
