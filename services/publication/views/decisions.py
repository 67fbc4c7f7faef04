"""Major decisions as they stand, and the rounds in which opinions are solicited, each for those it asks (PUB-17).

A round has no title: those it asks know it by that of what was released to them (PUB-35).
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Integer, RowMapping, String, Text, select

from services.publication.events import REGISTRY
from services.publication.events.decisions import (
    DecisionEvent,
    DecisionResultPublished,
    MajorDecisionDropped,
    MajorDecisionNotified,
    MajorDecisionOpened,
    OpinionsSummarised,
    SolicitingClosed,
    SolicitingOpened,
    SolicitingProlonged,
)
from services.publication.views.acts import DRAFTED, act, part
from shared import walls
from shared.events import Event, Recorded
from shared.follow import TableMaker, View, upsert

OF_DECISION = frozenset(fact.__name__ for fact in get_args(DecisionEvent))


class Decisions(View):
    name: ClassVar[str] = "decisions"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"publication": OF_DECISION | {DRAFTED}}

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "decisions",
            Column("decision", String(100), primary_key=True),
            *(Column(name, String(100), nullable=False) for name in ("town", "organisation", "item")),
            *(Column(name, String(160), nullable=False) for name in ("audience_inside", "audience_outside")),
            Column("title", Text, nullable=False),
            Column("outside", Boolean, nullable=False),
            Column("opened_by", String(100), nullable=False),
            Column("on", Date, nullable=False),
            Column("stage", String(20), nullable=False),
            Column("notified_on", Date),
            Column("evidence", JSON),
            *(Column(name, JSON, nullable=False) for name in ("weighed", "acts", "drafts")),
            Column("result", String(100), nullable=False, default=""),
            *(Column(name, Date) for name in ("published_on", "dropped_on")),
            Column("version", Integer, nullable=False),
            index=(("organisation", "on"),),
        )
        self.rounds = table(
            "rounds",
            Column("decision", String(100), primary_key=True),
            Column("round", String(20), primary_key=True),
            *(Column(name, String(100), nullable=False) for name in ("town", "organisation", "disclosure")),
            Column("audience", String(160), nullable=False),
            Column("opens", Date, nullable=False),
            Column("until", Date, nullable=False),
            Column("days", Integer, nullable=False),
            Column("reckoning", JSON, nullable=False),
            Column("closed", Boolean, nullable=False),
            Column("opinions", Integer),
            index=(("audience", "until"), ("closed", "until")),
            open_to=walls.seen_by("audience"),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in OF_DECISION | {DRAFTED}:
            return
        fact = REGISTRY.read(event)
        if event.name == DRAFTED:
            self._drafted(tx, fact)
            return
        key = {"decision": event.identity}
        if isinstance(fact, MajorDecisionOpened):
            row = fact.model_dump(exclude={"decision"}) | {"stage": "opened", "result": ""}
            row |= {"weighed": [], "acts": [act(event, fact)], "drafts": []}
            upsert(tx, self.rows, key, row | {"version": event.version})
            return
        of_decision = self.rows.c.decision == event.identity
        acts = [*tx.execute(select(self.rows.c.acts).where(of_decision)).scalar_one(), act(event, fact)]
        tx.execute(self.rows.update().where(of_decision).values(**_changed(fact), acts=acts, version=event.version))
        if isinstance(fact, SolicitingOpened):
            self._open_round(tx, fact)
        if isinstance(fact, SolicitingProlonged | SolicitingClosed):
            own = (self.rounds.c.decision == event.identity) & (self.rounds.c.round == fact.round)
            tx.execute(self.rounds.update().where(own).values(**_moved(fact)))
        if isinstance(fact, SolicitingClosed) and fact.was is not None:  # what was summarised is to be weighed again
            summarised = of_decision & (self.rows.c.stage == "summarised")
            for outside, last in ((True, "society"), (False, "inside")):
                again = self.rows.update().where(summarised & (self.rows.c.outside == outside))
                tx.execute(again.values(stage=f"soliciting-{last}"))
        if isinstance(fact, MajorDecisionDropped):  # nobody is asked any more
            tx.execute(self.rounds.update().where(self.rounds.c.decision == event.identity).values(closed=True))

    def _drafted(self, tx: Connection, fact: Event) -> None:
        """A disclosure of it is being written."""
        if drafted := part(fact, "decision"):
            own = self.rows.c.decision == drafted[0]
            known = tx.execute(select(self.rows.c.drafts).where(own)).scalar_one_or_none() or []
            tx.execute(self.rows.update().where(own).values(drafts=[*known, drafted[1]]))

    def _open_round(self, tx: Connection, fact: SolicitingOpened) -> None:
        decision = tx.execute(select(self.rows).where(self.rows.c.decision == fact.decision)).mappings().one()
        audience = decision["audience_inside" if fact.round == "inside" else "audience_outside"]
        row = fact.model_dump(mode="python", include={"town", "organisation", "disclosure", "opens", "until", "days"})
        row |= {"audience": audience, "closed": False, "opinions": None}
        row["reckoning"] = fact.model_dump(mode="json")["reckoning"]
        upsert(tx, self.rounds, {"decision": fact.decision, "round": fact.round}, row)

    # --- questions ---

    def one(self, decision: str) -> RowMapping | None:
        with self.reading() as connection:
            return connection.execute(select(self.rows).where(self.rows.c.decision == decision)).mappings().first()

    def of(self, organisation: str) -> list[RowMapping]:
        """By id, which is by the time of opening."""
        query = select(self.rows).where(self.rows.c.organisation == organisation).order_by(self.rows.c.decision)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def rounds_of(self, decision: str) -> list[RowMapping]:
        query = select(self.rounds).where(self.rounds.c.decision == decision).order_by(self.rounds.c.opens)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def open_to(self, audiences: Collection[str], today: date) -> list[RowMapping]:
        """The rounds in which these audiences are asked now, the one that ends first first."""
        c = self.rounds.c
        running = c.audience.in_(sorted(audiences)) & c.closed.is_(False) & (c.opens <= today) & (c.until >= today)
        query = select(self.rounds).where(running).order_by(c.until, c.decision, c.round)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def running(self) -> list[RowMapping]:
        """The rounds that nobody has closed yet."""
        query = select(self.rounds).where(self.rounds.c.closed.is_(False)).order_by(self.rounds.c.decision)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def counted(self) -> list[RowMapping]:
        """The closed rounds of decisions that still have no result."""
        joined = select(self.rounds).join(self.rows, self.rows.c.decision == self.rounds.c.decision)
        open_ones = self.rows.c.stage.not_in(("published", "dropped")) & self.rounds.c.opinions.is_not(None)
        with self.reading() as connection:
            query = joined.where(self.rounds.c.closed & open_ones)
            return list(connection.execute(query.order_by(self.rounds.c.decision, self.rounds.c.round)).mappings())


def _changed(fact: Event) -> dict[str, Any]:
    match fact:
        case MajorDecisionNotified():
            evidence = fact.model_dump(mode="json")["evidence"]
            return {"stage": "notified", "notified_on": fact.on, "evidence": evidence}
        case SolicitingOpened():
            return {"stage": f"soliciting-{fact.round}"}
        case OpinionsSummarised():
            return {"stage": "summarised", "weighed": fact.model_dump(mode="json")["weighed"]}
        case DecisionResultPublished():
            return {"stage": "published", "result": fact.disclosure, "published_on": fact.on}
        case MajorDecisionDropped():
            return {"stage": "dropped", "dropped_on": fact.on}
        case _:
            return {}


def _moved(fact: SolicitingProlonged | SolicitingClosed) -> dict[str, Any]:
    if isinstance(fact, SolicitingClosed):
        return {"closed": True, "opinions": fact.opinions}
    reckoning = fact.model_dump(mode="json")["reckoning"]
    return {"until": fact.until, "days": reckoning[-1]["count"], "reckoning": reckoning}
