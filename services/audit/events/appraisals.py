"""The facts of members' regular appraisals (党员定期评议): scheduled for a year, their results published, or overdue.

Stream ``appraisal-<organisation>/<year>`` (PUB-21, P-19). The ballots themselves are no part of it.
"""

from datetime import date

from shared.due_days import DueDay
from shared.events import Event


class AppraisalFact(Event):
    organisation: str
    town: str
    year: int


class AppraisalScheduled(AppraisalFact):
    """The ``number``-th of the year, from ``opens`` to the end of ``closes``; results are due ``results_due``."""

    number: int
    opens: date
    closes: date
    results_due: DueDay
    by: str


class AppraisalCancelled(AppraisalFact):
    number: int
    reason: str
    by: str


class AppraisalResultsPublished(AppraisalFact):
    """``disclosure`` has shown the results to the organisation's members at least (A-13)."""

    number: int
    disclosure: str
    version: int
    on: date
    late_workdays: int
    by: str


class AppraisalResultsDueMoved(AppraisalFact):
    number: int
    was: date
    results_due: DueDay


class AppraisalResultsFellOverdue(AppraisalFact):
    number: int
    due: date
    from_day: date


class AppraisalYearFellOverdue(AppraisalFact):
    """The year is over with fewer appraisals held than P-19 asks for."""

    required: int
    held: int
    due: date
    from_day: date


AppraisalEvent = (
    AppraisalScheduled
    | AppraisalCancelled
    | AppraisalResultsPublished
    | AppraisalResultsDueMoved
    | AppraisalResultsFellOverdue
    | AppraisalYearFellOverdue
)
