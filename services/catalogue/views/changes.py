"""Changes as they are read: the four steps with persons, posts, days and due days, and what became of the items.

The steps come from the catalogue's own facts and from audit's; each has rows of its own, so that it does not matter
which is heard first. ``bound`` is what everyone may know who may know of the item (CAT-19, A-19).
"""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, get_args

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Date,
    Integer,
    RowMapping,
    String,
    Text,
    or_,
    select,
    update,
)

from services.catalogue.events import (
    REGISTRY,
    AnnouncementDueMoved,
    ChangeAnnounced,
    ChangeApproved,
    ChangeEvent,
    ChangeFact,
    ChangeFiled,
    ChangePassedAudit,
    ChangeRefused,
    ChangeRequested,
    ChangeReturned,
    ItemChange,
)
from services.catalogue.heard import OF_A_CHANGE
from services.catalogue.views.change_steps import Due, due_told, step_of
from shared import scope, walls
from shared.events import Heard, Recorded, hear
from shared.follow import TableMaker, View, upsert

OWN = frozenset(fact.__name__ for fact in get_args(ChangeEvent))
STAGES: dict[type[ChangeFact], str] = {
    ChangeRequested: "requested",
    ChangeApproved: "approved",
    ChangeRefused: "refused",
    ChangePassedAudit: "audited",
    ChangeReturned: "returned",
    ChangeFiled: "filed",
    ChangeAnnounced: "announced",
}


def _text(name: str, length: int = 100) -> "Column[str]":
    return Column(name, String(length), nullable=False, default="")


def _change() -> tuple["Column[str]", "Column[str]", "Column[str]"]:
    return Column("change", String(40), primary_key=True), _text("town", 40), _text("organisation", 40)


class Changes(View):
    name: ClassVar[str] = "changes"
    hears: ClassVar[tuple[str, ...]] = ("catalogue", "audit")
    revision: ClassVar[int] = 2
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "catalogue": OWN,
        "audit": frozenset(model.EVENT for model in OF_A_CHANGE),
    }

    def define(self, table: TableMaker) -> None:
        self._define_chain(table)
        self.bound = table(
            "bound",
            *_change(),
            Column("item", String(100), primary_key=True),
            *(_text(name) for name in ("sub_item", "kind", "number")),
            *(_text(name, 400) for name in ("title_zh", "title_en")),
            *(_text(name, 160) for name in ("audience_inside", "audience_outside")),
            Column("reason", Text, nullable=False),
            Column("disclosures", JSON, nullable=False),
            Column("on", Date, nullable=False),
            index=(("organisation", "on"),),
            open_to=walls.seen_by("audience_inside", "audience_outside"),
        )

    def _define_chain(self, table: TableMaker) -> None:
        self.rows = table(
            "changes",
            *_change(),
            _text("stage", 20),
            *(_text(name) for name in ("unit", "requested_by", "number")),
            Column("round", Integer, nullable=False, default=1),
            Column("base_version", Integer, nullable=False),
            Column("reason", Text, nullable=False),
            Column("lines", JSON, nullable=False),
            Column("requested_on", Date, nullable=False),
            Column("announce_by", Date),
            Column("version", Integer, nullable=False),
            index=(("organisation", "requested_on"), ("town", "requested_on"), ("stage", "announce_by")),
        )
        self.steps = table(
            "steps",
            *_change(),
            Column("service", String(20), primary_key=True),
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            Column("step", Integer, nullable=False),
            *(_text(name) for name in ("act", "person", "post", "post_organisation", "item")),
            Column("on", Date, nullable=False),
            Column("note", Text, nullable=False, default=""),
        )
        self.dues = table(
            "dues",
            *_change(),
            Column("step", Integer, primary_key=True, autoincrement=False),
            Column("due", JSON, nullable=False),
            Column("moves", JSON, nullable=False),
            Column("overdue_from", Date),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        fact: ChangeFact | Heard | None = hear(event, *OF_A_CHANGE)
        if event.service == REGISTRY.service and event.name in OWN:
            read = REGISTRY.read(event)
            fact = read if isinstance(read, ChangeFact) else None
        if fact is None:
            return
        if isinstance(fact, ChangeFact):
            self._stand(tx, fact, event.version)
        if due := due_told(fact):
            self._put_due(tx, due)
        if step := step_of(fact, event):
            key = {"change": step.pop("change"), "service": event.service, "position": event.position}
            upsert(tx, self.steps, key, step)

    def _stand(self, tx: Connection, fact: ChangeFact, version: int) -> None:
        values: dict[str, Any] = {"version": version}
        if type(fact) in STAGES:
            values["stage"] = STAGES[type(fact)]
        match fact:
            case ChangeRequested():
                kept = fact.model_dump(
                    mode="json", include={"town", "organisation", "unit", "round", "base_version", "reason", "lines"}
                )
                asked = {"requested_by": fact.requested_by, "requested_on": fact.on}
                upsert(tx, self.rows, {"change": fact.change}, values | kept | asked)
                return
            case ChangeFiled():
                values |= {"number": fact.number, "announce_by": fact.announce.due}
            case AnnouncementDueMoved():
                values["announce_by"] = fact.announce.due
            case ChangeAnnounced():
                for line in fact.lines:
                    self._bind(tx, fact, line)
            case _:
                pass
        tx.execute(update(self.rows).where(self.rows.c.change == fact.change).values(**values))

    def _bind(self, tx: Connection, fact: ChangeAnnounced, line: ItemChange) -> None:
        shown, told = line.becomes or line.announced_as, fact.told_of(line.item)
        place = {"organisation": fact.organisation, "town": fact.town}
        announced = line.announced_as
        outside = scope.audience_of(announced.audience_outside, **place) if announced.audience_outside else ""
        values = place | {
            "sub_item": line.sub_item,
            "kind": line.kind,
            "number": fact.number,
            "title_zh": shown.title_zh,
            "title_en": shown.title_en,
            "audience_inside": scope.audience_of(announced.audience_inside, **place),
            "audience_outside": outside,
            "reason": told.reason,
            "disclosures": list(told.disclosures),
            "on": fact.on,
        }
        upsert(tx, self.bound, {"change": fact.change, "item": line.item}, values)

    def _put_due(self, tx: Connection, due: Due) -> None:
        key = {"change": due.change, "step": due.step}
        table, values = self.dues, dict[str, Any](due.place)
        own = (table.c.change == due.change, table.c.step == due.step)
        before = tx.execute(select(table).where(*own)).mappings().one_or_none()
        moves = list(before["moves"]) if before and due.was else []
        values |= {"moves": [*moves, due.was.isoformat()] if due.was else moves}
        if due.day is not None:
            values |= {"due": due.day.model_dump(mode="json"), "overdue_from": None}
        elif before is not None:
            values |= {"due": before["due"], "overdue_from": due.overdue_from}
        else:
            return
        upsert(tx, table, key, values)

    # Questions.

    def listed(self, **wanted: str) -> list[RowMapping]:
        """Latest first; ``wanted`` names columns and the value each must have, '' for any."""
        table = self.rows
        query = select(table).order_by(table.c.requested_on.desc(), table.c.change.desc())
        for column, value in wanted.items():
            query = query.where(table.c[column] == value) if value else query
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def one(self, change: str) -> RowMapping | None:
        with self.reading() as connection:
            return connection.execute(select(self.rows).where(self.rows.c.change == change)).mappings().one_or_none()

    def steps_of(self, change: str) -> tuple[list[RowMapping], list[RowMapping]]:
        """What was done in the order of the steps, and the due days of those that have one."""
        steps, dues = self.steps, self.dues
        done = select(steps).where(steps.c.change == change).order_by(steps.c.on, steps.c.step, steps.c.position)
        owed = select(dues).where(dues.c.change == change).order_by(dues.c.step)
        with self.reading() as connection:
            return list(connection.execute(done).mappings()), list(connection.execute(owed).mappings())

    def waiting_for_announcement(self) -> list[RowMapping]:
        """With ``due``, the reckoning of its day."""
        rows, dues = self.rows, self.dues
        joined = rows.join(dues, (dues.c.change == rows.c.change) & (dues.c.step == 4))
        wanted = select(rows.c.change, rows.c.town, rows.c.version, dues.c.due, dues.c.overdue_from).select_from(joined)
        with self.reading() as connection:
            found = wanted.where(rows.c.stage == "filed").order_by(rows.c.change)
            return list(connection.execute(found).mappings())

    def bound_of(self, organisation: str, audiences: Collection[str] | None) -> list[RowMapping]:
        """What was announced of an organisation's items that these audiences may know of; ``None``: all."""
        table = self.bound
        query = select(table).where(table.c.organisation == organisation).order_by(table.c.on, table.c.item)
        if audiences is not None:
            known = sorted(audiences)
            query = query.where(or_(table.c.audience_inside.in_(known), table.c.audience_outside.in_(known)))
        with self.reading() as connection:
            return list(connection.execute(query).mappings())
