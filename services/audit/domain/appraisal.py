"""The rules of an organisation's appraisals of one year (PUB-21): scheduled within it, held, their results published.

As many as P-19 asks for are due by the year's end; the results P-19.results working days after closing.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import assert_never

from services.audit.events.appraisals import (
    AppraisalCancelled,
    AppraisalEvent,
    AppraisalResultsDueMoved,
    AppraisalResultsFellOverdue,
    AppraisalResultsPublished,
    AppraisalScheduled,
    AppraisalYearFellOverdue,
)
from shared.decider import Decider, Refused
from shared.due_days import DueDay
from shared.workdays import Calendar

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Appraisal:
    opens: date
    closes: date
    results_due: DueDay
    cancelled: bool = False
    published: bool = False
    disclosure: str = ""  # by which
    noticed: date | None = None  # the due day of its results that was noticed as missed


@dataclass(frozen=True)
class AppraisalYear:
    appraisals: tuple[Appraisal, ...] = field(default=())
    noticed: bool = False

    def held_by(self, today: date) -> int:
        """How many have closed."""
        return sum(not each.cancelled and each.closes < today for each in self.appraisals)


@dataclass(frozen=True)
class Place:
    organisation: str
    town: str
    year: int

    @property
    def identity(self) -> str:
        return f"{self.organisation}/{self.year}"


@dataclass(frozen=True)
class ScheduleAppraisal:
    place: Place
    opens: date
    closes: date
    results_due: DueDay
    by: str
    today: date


@dataclass(frozen=True)
class CancelAppraisal:
    place: Place
    number: int
    reason: str
    by: str
    today: date


@dataclass(frozen=True)
class PublishResults:
    """``shown``: the day on which the disclosure was shown to the organisation's members, if it was."""

    place: Place
    number: int
    disclosure: str
    version: int
    shown: date | None
    calendar: Calendar
    by: str
    today: date


@dataclass(frozen=True)
class MoveResultsDue:
    place: Place
    number: int
    results_due: DueDay


@dataclass(frozen=True)
class NoticeOverdue:
    """``required`` is P-19 as it held at the year's end."""

    place: Place
    required: int
    today: date


AppraisalCommand = ScheduleAppraisal | CancelAppraisal | PublishResults | MoveResultsDue | NoticeOverdue


def decide(state: AppraisalYear, command: AppraisalCommand) -> list[AppraisalEvent]:
    match command:
        case ScheduleAppraisal():
            return schedule(state, command)
        case CancelAppraisal():
            return cancel(state, command)
        case PublishResults():
            return publish_results(state, command)
        case MoveResultsDue():
            return move_results_due(state, command)
        case NoticeOverdue():
            return notice_overdue(state, command)
        case _:
            assert_never(command)


def schedule(state: AppraisalYear, command: ScheduleAppraisal) -> list[AppraisalEvent]:
    """Within its year, not in the past, and not while another is open."""
    opens, closes, year = command.opens, command.closes, command.place.year
    if not (opens <= closes and opens.year == closes.year == year):
        raise Refused("WRONG_DATE", f"An appraisal of {year} opens and closes in it.", f"in {year}", "/closes")
    if opens < command.today:
        raise Refused("WRONG_DATE", "It opens in the future.", f"from {command.today} on", "/opens")
    for number, other in enumerate(state.appraisals, start=1):
        if not other.cancelled and opens <= other.closes and other.opens <= closes:
            raise Refused("WRONG_DATE", f"Appraisal {number} is open then.", f"after {other.closes}", "/opens")
    return [
        AppraisalScheduled(
            **_of(command.place),
            number=len(state.appraisals) + 1,
            opens=opens,
            closes=closes,
            results_due=command.results_due,
            by=command.by,
        )
    ]


def cancel(state: AppraisalYear, command: CancelAppraisal) -> list[AppraisalEvent]:
    """Until it has opened: what has begun is held."""
    appraisal = _standing(state, command.number)
    if appraisal.opens <= command.today:
        raise Refused("STEP_OUT_OF_ORDER", "It has opened.", accepted="publishing its results")
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "Say why it is called off.", "a reason", "/reason")
    reason = command.reason.strip()
    return [AppraisalCancelled(**_of(command.place), number=command.number, reason=reason, by=command.by)]


def publish_results(state: AppraisalYear, command: PublishResults) -> list[AppraisalEvent]:
    appraisal = _standing(state, command.number)
    if command.today <= appraisal.closes:
        earliest = appraisal.closes + ONE_DAY
        raise Refused("STEP_OUT_OF_ORDER", f"It closes on {appraisal.closes}.", f"from {earliest} on")
    if appraisal.published:
        raise Refused("STEP_OUT_OF_ORDER", "Its results have been published.")
    if command.shown is None or command.shown <= appraisal.closes:  # P-19: the results of this one
        detail = "The results have not been shown to the organisation's members since it closed."
        raise Refused("STEP_OUT_OF_ORDER", detail, "a disclosure released to them afterwards", "/disclosure")
    if any(each.disclosure == command.disclosure for each in state.appraisals):
        detail = "This disclosure has shown the results of another appraisal."
        raise Refused("STEP_OUT_OF_ORDER", detail, "a disclosure of its own", "/disclosure")
    return [
        AppraisalResultsPublished(
            **_of(command.place),
            number=command.number,
            disclosure=command.disclosure,
            version=command.version,
            on=command.shown,
            late_workdays=command.calendar.workdays_between(appraisal.results_due.due, command.shown),
            by=command.by,
        )
    ]


def move_results_due(state: AppraisalYear, command: MoveResultsDue) -> list[AppraisalEvent]:
    """A calendar or parameter changed before the results were published (requirements 3.7)."""
    appraisal = state.appraisals[command.number - 1] if command.number <= len(state.appraisals) else None
    if appraisal is None or appraisal.published or appraisal.cancelled:
        return []
    if not command.results_due.differs(appraisal.results_due):
        return []
    was, due = appraisal.results_due.due, command.results_due
    return [AppraisalResultsDueMoved(**_of(command.place), number=command.number, was=was, results_due=due)]


def notice_overdue(state: AppraisalYear, command: NoticeOverdue) -> list[AppraisalEvent]:
    """Each once: results whose day is over, and the year that ended with too few."""
    missed: list[AppraisalEvent] = [
        AppraisalResultsFellOverdue(**_of(command.place), number=number, due=due, from_day=due + ONE_DAY)
        for number, each in enumerate(state.appraisals, start=1)
        if not each.cancelled and not each.published
        if (due := each.results_due.due) < command.today and each.noticed != due
    ]
    end, held = date(command.place.year, 12, 31), state.held_by(command.today)
    if command.today > end and not state.noticed and held < command.required:
        counted = {"required": command.required, "held": held}
        missed.append(AppraisalYearFellOverdue(**_of(command.place), **counted, due=end, from_day=end + ONE_DAY))
    return missed


def _standing(state: AppraisalYear, number: int) -> Appraisal:
    if not 1 <= number <= len(state.appraisals):
        raise Refused("NOT_FOUND", "There is no such appraisal.")
    appraisal = state.appraisals[number - 1]
    if appraisal.cancelled:
        raise Refused("STEP_OUT_OF_ORDER", "It was called off.", accepted="another")
    return appraisal


def _of(place: Place) -> dict[str, str | int]:
    return {"organisation": place.organisation, "town": place.town, "year": place.year}


def evolve(state: AppraisalYear, event: AppraisalEvent) -> AppraisalYear:
    match event:
        case AppraisalScheduled():
            planned = Appraisal(event.opens, event.closes, event.results_due)
            return replace(state, appraisals=(*state.appraisals, planned))
        case AppraisalYearFellOverdue():
            return replace(state, noticed=True)
        case AppraisalCancelled():
            return _with(state, event.number, cancelled=True)
        case AppraisalResultsPublished():
            return _with(state, event.number, published=True, disclosure=event.disclosure)
        case AppraisalResultsDueMoved():
            return _with(state, event.number, results_due=event.results_due)
        case AppraisalResultsFellOverdue():
            return _with(state, event.number, noticed=event.due)
        case _:
            assert_never(event)


def _with(state: AppraisalYear, number: int, **changed: object) -> AppraisalYear:
    each = replace(state.appraisals[number - 1], **changed)  # type: ignore[arg-type]  # the fields named by evolve
    return replace(state, appraisals=(*state.appraisals[: number - 1], each, *state.appraisals[number:]))


APPRAISAL: Decider[AppraisalYear, AppraisalCommand, AppraisalEvent] = Decider(
    "appraisal", AppraisalYear(), decide, evolve
)
