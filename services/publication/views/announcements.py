"""Changes of catalogues as far as they are publication's: what may be announced, and what became of an item (CAT-19).

``notices`` go with every page of an item that was revoked or terminated: nothing that was shown is taken back (A-19).
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import JSON, Column, Connection, Date, RowMapping, String, Text, delete, or_, select, update

from services.publication.domain.explaining import Announced
from services.publication.domain.schedule import ItemInForce
from services.publication.heard import ChangeAnnounced, ChangeFiled, ChangeRefused, ChangeRequested, HeardLine
from shared import scope, walls
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert
from shared.scope import Scope

ENDINGS = ("revoke", "terminate")


class Announcements(View):
    name: ClassVar[str] = "announcements"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    revision: ClassVar[int] = 2
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "catalogue": frozenset({ChangeRequested.EVENT, ChangeRefused.EVENT, ChangeFiled.EVENT, ChangeAnnounced.EVENT})
    }

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "announcements",
            Column("change", String(40), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("stage", String(20), nullable=False),
            Column("persons", JSON, nullable=False),
            Column("lines", JSON, nullable=False),
            Column("filed_on", Date),
        )
        self.notices = table(
            "notices",
            Column("item", String(100), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("audience_inside", String(160), nullable=False),
            Column("audience_outside", String(160), nullable=False),
            Column("kind", String(20), nullable=False),
            Column("explanation", Text, nullable=False),
            Column("change", String(40), nullable=False),
            Column("number", String(60), nullable=False),
            Column("disclosures", JSON, nullable=False),
            Column("on", Date, nullable=False),
            open_to=walls.seen_by("audience_inside", "audience_outside"),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        fact = hear(event, ChangeRequested, ChangeRefused, ChangeFiled, ChangeAnnounced)
        rows = self.rows
        match fact:
            case ChangeRequested():
                values = {"town": fact.town, "organisation": fact.organisation, "stage": "requested"}
                upsert(tx, rows, {"change": fact.change}, values | {"persons": [], "lines": [], "filed_on": None})
            case ChangeFiled():
                lines = [line.model_dump(mode="json") for line in fact.lines]
                values_filed = {"stage": "filed", "persons": list(fact.persons), "lines": lines, "filed_on": fact.on}
                tx.execute(update(rows).where(rows.c.change == fact.change).values(**values_filed))
            case ChangeRefused():
                tx.execute(update(rows).where(rows.c.change == fact.change).values(stage="refused"))
            case ChangeAnnounced():
                tx.execute(update(rows).where(rows.c.change == fact.change).values(stage="announced"))
                for line in fact.lines:
                    self._note(tx, fact, line)
            case _:
                pass

    def _note(self, tx: Connection, fact: ChangeAnnounced, line: HeardLine) -> None:
        if line.kind not in ENDINGS:  # an item that comes again
            tx.execute(delete(self.notices).where(self.notices.c.item == line.item))
            return
        place, terms = {"organisation": fact.organisation, "town": fact.town}, line.announced_as
        outside = scope.audience_of(Scope(terms.audience_outside), **place) if terms.audience_outside else ""
        told = fact.told_of(line.item)
        values = {
            "town": fact.town,
            "audience_inside": scope.audience_of(Scope(terms.audience_inside), **place),
            "audience_outside": outside,
            "kind": line.kind,
            "explanation": told.reason,
            "change": fact.change,
            "number": fact.number,
            "disclosures": list(told.disclosures),
            "on": fact.on,
        }
        upsert(tx, self.notices, {"item": line.item}, values)

    def to_announce(self, change: str, item: str, on: date) -> Announced:
        """What a draft for an item on a change's behalf stands on; a change of another organisation is unknown."""
        with self.reading() as connection:
            found = select(self.rows).where(self.rows.c.change == change)
            row = connection.execute(found).mappings().one_or_none()
        if row is None or row["organisation"] != item.partition("/")[0]:
            return Announced(change, "unknown")
        lines = [HeardLine.model_validate(line) for line in row["lines"]]
        touched = next((line for line in lines if line.item == item), None)
        terms = _terms(row, touched, on) if touched else None
        return Announced(change, row["stage"], terms, tuple(row["persons"]))

    def notice(self, item: str, audiences: Collection[str]) -> RowMapping | None:
        """What became of an item that is in no catalogue any more, for those to whom it was announced (CAT-19)."""
        c = self.notices.c
        told = or_(*(column.in_(sorted(audiences)) for column in (c.audience_inside, c.audience_outside)))
        with self.reading() as connection:
            return connection.execute(select(self.notices).where(c.item == item, told)).mappings().one_or_none()


def _terms(row: RowMapping, line: HeardLine, on: date) -> ItemInForce:
    terms = line.announced_as
    return ItemInForce(
        item=line.item,
        sub_item=terms.sub_item,
        organisation=row["organisation"],
        town=row["town"],
        title=terms.title_zh,
        title_en=terms.title_en,
        kind=terms.kind,
        since=row["filed_on"] or on,
        cycle=terms.cycle,
        scope=terms.scope,
        audience_inside=terms.audience_inside,
        audience_outside=terms.audience_outside,
        methods=terms.methods,
    )
