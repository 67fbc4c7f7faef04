"""What questions about duties and staged work are answered with."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.publication.events.parts import CountedDay
from shared.workdays import Calendar


class Moved(BaseModel):
    was: date
    reason: str


class DutyRow(BaseModel):
    """``state`` is open, overdue, suspended, fulfilled or ended on the day of asking."""

    obligation: str
    town: str
    organisation: str
    item: str
    sub_item: str
    title: str
    title_en: str
    kind: str
    duty: str
    period: str
    due: date
    due_at: datetime | None = Field(description="The instant, where hours are given and no days.")
    provisional: bool
    state: str
    overdue_from: date | None
    disclosure: str
    attested_by: str
    fulfilled_on: date | None
    late_workdays: int | None = Field(description="Of an overdue duty: so far.")
    matter: str = Field(description="The staged work it belongs to, and its milestone.")
    milestone: str
    withholding: str = Field(description="Why it is suspended, and until when.")
    withheld_until: date | None
    ended_on: date | None
    version: int

    @classmethod
    def of(cls, row: RowMapping, today: date, calendar: Calendar) -> Self:
        shown: dict[str, Any] = dict(row)
        late_from = max(row["due"], row["excused_until"] or date.min)
        if row["state"] == "open" and (late_from < today or row["overdue_from"]):
            late = (row["late_workdays"] or 0) + calendar.workdays_between(late_from, today)
            shown |= {"state": "overdue", "late_workdays": late}
        return cls.model_validate(shown)


class DutyPage(DutyRow):
    """How the due day came about, day by day, which days it had before, and who answers for it (ORG-07, ORG-15)."""

    trigger: date
    cause: str
    told: str = Field(description="What has happened or changed, as it was told; for those who may read its file.")
    parameter: str
    calendars: list[str]
    reckoning: list[CountedDay]
    moves: list[Moved]
    first_person: str | None = Field(description="Responsible when it was met or ended, else today; null: vacant.")
    first_person_when_due: str | None = Field(description="Responsible on the due day, once that has come.")


class TimelinessRow(BaseModel):
    """Counts of duties, not of publications; ``on_time_rate`` is of those that are over, None while none is.

    ``missed`` were overdue when their item left the catalogue, ``withheld_late`` when they were withheld.
    """

    town: str
    organisation: str
    item: str
    met_on_time: int
    met_late: int
    overdue: int
    missed: int
    withheld_late: int
    withheld: int
    not_yet_due: int
    late_workdays: int
    on_time_rate: float | None


class Earlier(BaseModel):
    """A planned day that was changed."""

    on: date
    reason: str
    changed_on: date


class MilestoneRow(BaseModel):
    """``due`` is when its stage is due, or would be if it is reached as planned; ``reckoning`` how that comes about."""

    number: int
    name: str
    on: date
    was: list[Earlier]
    reached: date | None
    how: str
    due: date
    provisional: bool
    reckoning: list[CountedDay]
    obligation: str
    state: str


class ShownStage(BaseModel):
    part: str
    number: int
    obligation: str
    disclosure: str
    version: int
    side: str
    on: date


class MatterRow(BaseModel):
    """``stage`` is open, ended or closed."""

    matter: str
    town: str
    organisation: str
    item: str
    item_title: str
    title: str
    title_en: str
    starts: date
    ends: date
    stage: str
    ended_on: date | None
    cross_year: bool
    summary_owed: bool
    closed_on: date | None
    summary: str
    version: int


class MatterPage(MatterRow):
    """The plan with its old days, each stage's due day and state, what was shown, and when the summary is due."""

    milestones: list[MilestoneRow]
    ends_before: list[Earlier]
    history: list[ShownStage]
    summary_due: date | None
    summary_state: str
    summary_obligation: str
    summary_reckoning: list[CountedDay]
