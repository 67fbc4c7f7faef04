"""The facts of the town's audit of a change to a catalogue, step 2 of its four (CAT-17).

Stream ``case-<change>``: one case a change, opened anew in each round. Start at :class:`CaseOpened`.
"""

from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.due_days import DueDay
from shared.events import Event


class CaseLine(BaseModel):
    """One item of the change: what is asked of it, and what it is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    item: str
    sub_item: str
    title_zh: str
    title_en: str
    reason: str = ""  # why this one, where that is not the reason of the whole change


class CaseFact(Event):
    change: str
    town: str
    organisation: str
    round: int


class CaseOpened(CaseFact):
    """The change was approved by ``approved_by`` in the name of ``unit``; the audit is due within P-18."""

    lines: tuple[CaseLine, ...]
    reason: str
    unit: str
    requested_by: str
    approved_by: str
    due: DueDay
    on: date
    earlier: tuple[str, ...] = ()  # who asked for it or approved it in an earlier round


class ChangeAudited(CaseFact):
    note: str
    by: str
    on: date


class ChangeAuditReturned(CaseFact):
    reason: str
    by: str
    on: date


class CaseDueMoved(CaseFact):
    was: date
    due: DueDay


class CaseFellOverdue(CaseFact):
    due: date
    from_day: date


CaseEvent = CaseOpened | ChangeAudited | ChangeAuditReturned | CaseDueMoved | CaseFellOverdue
