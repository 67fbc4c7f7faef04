"""Plans for matters outside the catalogue: the town's register of them, with who decides, by when, and what came of it.

The words stand here sealed, as they came; once a plan is refused for secrecy they are gone. The day for a decision is
reckoned by whoever asks, so that a new calendar moves what is open (P-16).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, Column, Connection, Date, Integer, String, Text, func, select, update

from services.catalogue.events import (
    REGISTRY,
    PlanApproved,
    PlanDecisionFellOverdue,
    PlanEvent,
    PlanRefused,
    PlanSecrecyRefused,
    PlanSubmitted,
)
from shared.events import Recorded
from shared.follow import TableMaker, View

Row = dict[str, Any]
WORDS = ("title", "content", "reason")


class Plans(View):
    name: ClassVar[str] = "plans"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "catalogue": frozenset(fact.__name__ for fact in get_args(PlanEvent))
    }

    def define(self, table: TableMaker) -> None:
        self.plans = table(
            "plans",
            Column("plan", String(100), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("number", Integer, nullable=False),
            Column("category", String(4), nullable=False),
            Column("unit", String(40), nullable=False),
            Column("on_behalf_of", String(40), nullable=False),
            Column("stage", String(20), nullable=False),
            *(Column(name, Text, nullable=False) for name in WORDS),
            *(Column(name, JSON, nullable=False) for name in ("names", "terms", "conditions")),
            Column("submitted_by", String(80), nullable=False),
            Column("submitted_on", Date, nullable=False),
            Column("decided_by", String(80), nullable=False),
            Column("decided_on", Date),
            Column("due", Date),
            Column("late_workdays", Integer),
            Column("overdue_from", Date),
            Column("refusal", Text, nullable=False),
            Column("stream_version", Integer, nullable=False),
            index=(("town", "stage"), ("organisation",)),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.name not in self.heeds["catalogue"]:
            return
        fact = REGISTRY.read(event)
        match fact:
            case PlanSubmitted():
                tx.execute(self.plans.insert(), _submitted(fact, event.version))
            case PlanSecrecyRefused():
                gone: Row = {**dict.fromkeys(WORDS, ""), "names": [], "refusal": f"{fact.ground}: {fact.citation}"}
                told: Row = {"stage": "secrecy-refused", "decided_by": fact.reviewer, "decided_on": fact.on}
                self._change(tx, fact.plan, event, **gone, **told)
            case PlanApproved():
                conditions = [condition.model_dump(mode="json") for condition in fact.conditions]
                self._change(
                    tx, fact.plan, event, **_decided(fact), stage="approved", title=fact.title, conditions=conditions
                )
            case PlanRefused():
                self._change(tx, fact.plan, event, **_decided(fact), stage="refused", refusal=fact.reason)
            case PlanDecisionFellOverdue():
                self._change(tx, fact.plan, event, overdue_from=fact.from_day)
            case _:
                pass

    def _change(self, tx: Connection, plan: str, event: Recorded, **values: Any) -> None:
        table = self.plans
        tx.execute(update(table).where(table.c.plan == plan).values(**values, stream_version=event.version))

    # Questions.

    def one(self, plan: str) -> Row | None:
        with self.reading() as connection:
            row = connection.execute(select(self.plans).where(self.plans.c.plan == plan)).first()
        return dict(row._mapping) if row else None

    def listed(self, *, town: str = "", organisation: str = "", stage: str = "") -> list[Row]:
        """By organisation, oldest first."""
        table = self.plans
        query = select(table).order_by(table.c.organisation, table.c.number)
        for column, value in (("town", town), ("organisation", organisation), ("stage", stage)):
            if value:
                query = query.where(table.c[column] == value)
        with self.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def last_number(self, organisation: str) -> int:
        table = self.plans
        query = select(func.max(table.c.number)).where(table.c.organisation == organisation)
        with self.reading() as connection:
            return connection.scalar(query) or 0


def _submitted(fact: PlanSubmitted, version: int) -> Row:
    same = ("plan", "town", "organisation", "number", "unit", "on_behalf_of", *WORDS, "submitted_by")
    no_day: date | None = None
    return {
        **{name: getattr(fact, name) for name in same},
        "category": fact.terms.category,
        "stage": "submitted",
        "names": list(fact.names),
        "terms": fact.terms.model_dump(mode="json"),
        "conditions": [],
        "submitted_on": fact.on,
        "decided_by": "",
        **dict.fromkeys(("decided_on", "due", "late_workdays", "overdue_from"), no_day),
        "refusal": "",
        "stream_version": version,
    }


def _decided(fact: PlanApproved | PlanRefused) -> Row:
    same = ("unit", "decided_by", "due", "late_workdays")
    return {**{name: getattr(fact, name) for name in same}, "decided_on": fact.on}
