"""The facts of a filing for the record (备案): submitted, received under a number, or returned for completion (A-04).

Stream ``filing-<reference>``; numbers come from stream ``filings-<receiver>/<year>``. A filing names items by their
codes and never holds what they say. Start at :class:`FilingSubmitted`.
"""

from datetime import date
from typing import Literal

from shared.due_days import DueDay
from shared.events import Event

FilingAbout = Literal["change", "withholding"]


class FilingFact(Event):
    """``reference`` is the id of what is filed; ``addressed_to`` the organisation that keeps it on record."""

    filing: str
    about: FilingAbout
    reference: str
    town: str
    organisation: str
    addressed_to: str


class FilingSubmitted(FilingFact):
    """``submitted_by`` is empty where the platform did it by itself; ``persons`` may not give its receipt.

    ``round`` counts the submissions; ``late_workdays`` are those after the day on which it should have been filed.
    """

    round: int
    items: tuple[str, ...]
    matter: str  # what is filed: the kind of the change or withholding
    ground: str = ""
    persons: tuple[str, ...]
    late_workdays: int = 0
    supplement: str = ""
    submitted_by: str = ""
    due: DueDay
    on: date


class FilingReceived(FilingFact):
    """``deemed``: nobody receipted it within P-18, so it counts as received, without a number."""

    number: str
    deemed: bool
    by: str
    on: date


class FilingReturned(FilingFact):
    missing: str
    by: str
    on: date


class FilingDueMoved(FilingFact):
    was: date
    due: DueDay


class FilingNumberGiven(Event):
    """The receiver's register of the year gave its next number to a filing: ``凤党公备〔2026〕12号``."""

    addressed_to: str
    year: int
    number: int
    filing_number: str
    filing: str


FilingEvent = FilingSubmitted | FilingReceived | FilingReturned | FilingDueMoved
