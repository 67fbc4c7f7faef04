"""The facts of a plan for a matter outside the catalogue: submitted, decided by the unit in charge, perhaps overdue.

Stream ``plan-<organisation>/plan-<number>``. Until it is approved its words are sealed as a draft's are; what was
approved is an item like any other and says in clear what is owed. Start at :class:`PlanSubmitted` (CAT-12).
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from shared.events import Event
from shared.personal_data import Personal, Subject
from shared.scope import Scope

ConditionKind = Literal["no-names-outside", "inside-only", "as-stated"]
Unapproved = Annotated[str, Personal(of="plan", kind=Subject.DRAFT)]


class PlanTerms(BaseModel):
    """What a work plan proposes beside its words: scope, methods and time limit, from the code lists (CAT-13).

    ``trigger`` is the day named as the start of its one duty; without it that is the day of approval. ``limit_days``
    narrows the town's limit for what is immediate (P-04); 0 leaves it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: str
    scope: Literal["inside", "inside-then-outside", "outside"]
    audience_inside: Scope
    audience_outside: Scope | None
    methods: tuple[str, ...]
    limit_days: int = 0
    trigger: date | None = None
    urgent: bool = False


class Condition(BaseModel):
    """What an approval asks for. ``no-names-outside`` carries the names that must not appear outside the Party;
    ``inside-only`` keeps the matter inside; ``as-stated`` says it in words to those who examine the text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ConditionKind
    text: str = ""
    names: tuple[str, ...] = ()


class PlanFact(Event):
    """``unit`` is in charge of the plan's category and decides on behalf of the town committee (A-02)."""

    plan: str  # "FY-R1/plan-1"
    town: str
    organisation: str
    number: int
    unit: str
    on_behalf_of: str


class PlanSubmitted(PlanFact):
    """``names`` are persons whom the matter names, if the organisation says so."""

    title: Unapproved
    content: Unapproved
    reason: Unapproved
    names: Annotated[tuple[str, ...], Personal(of="plan", kind=Subject.DRAFT)] = ()
    terms: PlanTerms
    submitted_by: str
    on: date


class PlanSecrecyRefused(PlanFact):
    """Why and by whom; the words are not told, and their key is destroyed (PUB-35). ``digest`` knows them again."""

    ground: str
    citation: str
    reviewer: str
    digest: Annotated[str, Personal(of="plan", kind=Subject.DISCLOSURE)]
    on: date


class PlanApproved(PlanFact):
    """From ``on`` the matter is an item in force; ``due`` was the day for the decision (P-16)."""

    title: str
    terms: PlanTerms
    conditions: Annotated[tuple[Condition, ...], Personal(of="plan", kind=Subject.DRAFT, within=("text", "names"))] = ()
    decided_by: str
    due: date
    late_workdays: int
    on: date


class PlanRefused(PlanFact):
    reason: Unapproved
    decided_by: str
    due: date
    late_workdays: int
    on: date


class PlanDecisionFellOverdue(PlanFact):
    """Nobody decided by ``due``; told once for each due day."""

    due: date
    from_day: date


PlanEvent = PlanSubmitted | PlanSecrecyRefused | PlanApproved | PlanRefused | PlanDecisionFellOverdue
