"""Staged work as it stands: the plan with the days it had before, what was reached, what was shown, whether it closed.

A row is a matter; its plan and its history are kept in it, so that one question answers for the whole (PUB-26).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Integer, RowMapping, String, select, update

from services.publication.events import (
    REGISTRY,
    MatterClosed,
    MatterEnded,
    MatterEvent,
    MatterMadePublic,
    MatterOpened,
    MatterReplanned,
    MilestoneReached,
)
from services.publication.events.matters import Milestone
from shared.events import Recorded
from shared.follow import TableMaker, View

GOING_ON, OVER, CLOSED = "open", "ended", "closed"
Plan = list[dict[str, Any]]


class Matters(View):
    name: ClassVar[str] = "matters"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "publication": frozenset(fact.__name__ for fact in get_args(MatterEvent))
    }

    def define(self, table: TableMaker) -> None:
        def text(name: str, length: int) -> "Column[str]":
            return Column(name, String(length), nullable=False, default="")

        self.rows = table(
            "matters",
            Column("matter", String(100), primary_key=True),
            *(text(name, 100) for name in ("town", "organisation", "item")),
            *(text(name, 400) for name in ("item_title", "title", "title_en")),
            Column("starts", Date, nullable=False),
            Column("ends", Date, nullable=False),
            Column("next_day", Date),
            text("stage", 20),
            Column("plan", JSON, nullable=False),
            Column("ends_before", JSON, nullable=False),
            Column("shown", JSON, nullable=False),
            Column("ended_on", Date),
            Column("cross_year", Boolean, nullable=False),
            Column("summary_owed", Boolean, nullable=False),
            Column("closed_on", Date),
            text("summary", 100),
            Column("version", Integer, nullable=False),
            index=(("organisation",), ("next_day",)),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in self.heeds["publication"]:
            return
        fact = REGISTRY.read(event)
        if isinstance(fact, MatterOpened):
            tx.execute(self.rows.insert().values(**_opened(fact), version=event.version))
            return
        same = self.rows.c.matter == event.identity
        row = tx.execute(select(self.rows).where(same)).mappings().one()
        changed = dict(row) | _changes(row, fact)
        changed |= {"next_day": _next_day(changed), "version": event.version}
        tx.execute(update(self.rows).where(same).values(**changed))

    # --- questions ---

    def one(self, matter: str) -> RowMapping | None:
        with self.reading() as connection:
            return connection.execute(select(self.rows).where(self.rows.c.matter == matter)).mappings().first()

    def listed(self, *, organisation: str = "", town: str = "", stage: str = "") -> list[RowMapping]:
        query = select(self.rows).order_by(self.rows.c.starts, self.rows.c.matter)
        for column, value in (("organisation", organisation), ("town", town), ("stage", stage)):
            if value:
                query = query.where(self.rows.c[column] == value)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def arriving(self, today: date) -> Iterator[RowMapping]:
        """Those of whose plan a day has come."""
        query = select(self.rows).where(self.rows.c.next_day <= today).order_by(self.rows.c.matter)
        with self.reading() as connection:
            return iter(connection.execute(query).mappings().all())


def _opened(fact: MatterOpened) -> dict[str, Any]:
    names = {"matter", "town", "organisation", "item", "item_title", "title", "title_en", "starts", "ends"}
    row: dict[str, Any] = fact.model_dump(include=names)
    row |= {"stage": GOING_ON, "plan": [_part(part) for part in fact.milestones], "ends_before": [], "shown": []}
    row |= {"cross_year": False, "summary_owed": True, "summary": ""}
    return row | {"next_day": _next_day(row)}


def _part(part: Milestone) -> dict[str, Any]:
    return {"number": part.number, "name": part.name, "on": part.on.isoformat(), "was": [], "reached": None, "how": ""}


def _next_day(row: Mapping[str, Any]) -> date | None:
    if row["stage"] != GOING_ON:
        return None
    waiting = [date.fromisoformat(part["on"]) for part in row["plan"] if part["reached"] is None]
    earliest: date = min([*waiting, row["ends"]])
    return earliest


def _changes(row: RowMapping, fact: object) -> dict[str, Any]:
    match fact:
        case MatterReplanned():
            return _replanned(row, fact)
        case MilestoneReached():
            reached = {"reached": fact.on.isoformat(), "how": fact.how}
            return {"plan": [part | (reached if part["number"] == fact.number else {}) for part in row["plan"]]}
        case MatterEnded():
            said = {"cross_year": fact.cross_year, "summary_owed": fact.summary_owed}
            return {"stage": OVER, "ended_on": fact.on, **said}
        case MatterMadePublic():
            shown = fact.model_dump(
                mode="json", exclude={"matter", "town", "organisation", "item", "title", "title_en"}
            )
            return {"shown": [*row["shown"], shown]}
        case MatterClosed():
            return {"stage": CLOSED, "closed_on": fact.on, "summary": fact.summary}
        case _:
            return {}


def _replanned(row: RowMapping, fact: MatterReplanned) -> dict[str, Any]:
    """The old days stay beside the new ones, with the reason."""
    moved = {part.number: part for part in fact.moved}
    plan: Plan = []
    for part in row["plan"]:
        if new := moved.get(part["number"]):
            earlier = {"on": part["on"], "reason": fact.reason, "changed_on": fact.on.isoformat()}
            plan.append(part | {"on": new.on.isoformat(), "was": [*part["was"], earlier]})
        else:
            plan.append(part)
    changed: dict[str, Any] = {"plan": [*plan, *(_part(part) for part in fact.added)], "ends": fact.ends}
    if fact.ends != fact.ended_before:
        before = {"on": fact.ended_before.isoformat(), "reason": fact.reason, "changed_on": fact.on.isoformat()}
        changed["ends_before"] = [*row["ends_before"], before]
    return changed
