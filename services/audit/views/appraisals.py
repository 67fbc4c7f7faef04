"""Which organisations owe an appraisal for which years, and what they have scheduled (PUB-21, P-19).

An organisation owes its first for the year in which its first catalogue takes effect: before, nothing was open to be
appraised.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Integer, String, select

from services.audit.events import REGISTRY
from services.audit.events.appraisals import (
    AppraisalCancelled,
    AppraisalEvent,
    AppraisalFact,
    AppraisalResultsDueMoved,
    AppraisalResultsFellOverdue,
    AppraisalResultsPublished,
    AppraisalScheduled,
    AppraisalYearFellOverdue,
)
from services.audit.heard import CatalogueAdopted
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]
OF_APPRAISAL = frozenset(fact.__name__ for fact in get_args(AppraisalEvent))


class Appraisals(View):
    name: ClassVar[str] = "appraisals"
    hears: ClassVar[tuple[str, ...]] = ("catalogue", "audit")
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "catalogue": frozenset({CatalogueAdopted.EVENT}),
        "audit": OF_APPRAISAL,
    }

    def define(self, table: TableMaker) -> None:
        self.owing = table(
            "owing",
            Column("organisation", String(40), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("from_year", Integer, nullable=False),
        )
        self.rows = table(
            "appraisals",
            Column("organisation", String(40), primary_key=True),
            Column("year", Integer, primary_key=True, autoincrement=False),
            Column("number", Integer, primary_key=True, autoincrement=False),
            Column("town", String(40), nullable=False),
            Column("opens", Date, nullable=False),
            Column("closes", Date, nullable=False),
            Column("due_on", Date, nullable=False),
            Column("results_due", JSON, nullable=False),
            Column("cancelled", Boolean, nullable=False),
            Column("disclosure", String(100), nullable=False),
            Column("published_on", Date),
            Column("late_workdays", Integer),
            Column("overdue_from", Date),
        )
        self.years = table(
            "years",
            Column("organisation", String(40), primary_key=True),
            Column("year", Integer, primary_key=True, autoincrement=False),
            Column("town", String(40), nullable=False),
            Column("version", Integer, nullable=False),
            Column("overdue_from", Date),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        adopted = hear(event, CatalogueAdopted)
        if adopted:
            row = {"town": adopted.town, "from_year": adopted.effective.year}
            o = self.owing.c
            if tx.execute(select(o.organisation).where(o.organisation == adopted.organisation)).first() is None:
                upsert(tx, self.owing, {"organisation": adopted.organisation}, row)
        if event.service == REGISTRY.service and event.name in OF_APPRAISAL:
            fact = REGISTRY.read(event)
            assert isinstance(fact, AppraisalFact)  # noqa: S101 - the names above are its kinds
            self._change(tx, fact, event.version)

    def _change(self, tx: Connection, fact: AppraisalFact, version: int) -> None:
        year = fact.model_dump(include={"organisation", "year"})
        late = {"overdue_from": fact.from_day} if isinstance(fact, AppraisalYearFellOverdue) else {}
        upsert(tx, self.years, year, {"town": fact.town, "version": version, **late})
        if isinstance(fact, AppraisalScheduled):
            row = fact.model_dump(include={"town", "opens", "closes"}) | _due(fact)
            row |= {"cancelled": False, "disclosure": "", "published_on": None, "late_workdays": None}
            upsert(tx, self.rows, year | {"number": fact.number}, row | {"overdue_from": None})
        elif changed := _changed(fact):
            r = self.rows.c
            own = (r.organisation == fact.organisation) & (r.year == fact.year)
            tx.execute(self.rows.update().where(own, r.number == getattr(fact, "number", 0)).values(**changed))

    # --- questions ---

    def owed(self, *, organisation: str = "", town: str = "") -> list[Row]:
        """Who owes appraisals at all, and since which year."""
        o = self.owing.c
        query = select(self.owing).order_by(o.organisation)
        for column, value in ((o.organisation, organisation), (o.town, town)):
            query = query.where(column == value) if value else query
        return self._all(query)

    def scheduled(self, *, organisation: str = "", town: str = "", year: int = 0) -> list[Row]:
        r = self.rows.c
        query = select(self.rows).order_by(r.organisation, r.year, r.number)
        for column, value in ((r.organisation, organisation), (r.town, town), (r.year, year)):
            query = query.where(column == value) if value else query
        return self._all(query)

    def noticed(self) -> dict[tuple[str, int], Any]:
        """The years that were noticed as overdue, by organisation and year."""
        rows = self._all(select(self.years).where(self.years.c.overdue_from.is_not(None)))
        return {(row["organisation"], row["year"]): row["overdue_from"] for row in rows}

    def versions(self, year: int) -> dict[str, int]:
        """Of the streams of a year, by organisation."""
        return {row["organisation"]: row["version"] for row in self._all(select(self.years).where(self._of(year)))}

    def _of(self, year: int) -> Any:
        return self.years.c.year == year

    def _all(self, query: Any) -> list[Row]:
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _due(fact: AppraisalScheduled | AppraisalResultsDueMoved) -> Row:
    return {"due_on": fact.results_due.due, "results_due": fact.results_due.model_dump(mode="json")}


def _changed(fact: AppraisalFact) -> Row:
    match fact:
        case AppraisalCancelled():
            return {"cancelled": True}
        case AppraisalResultsPublished():
            return {"disclosure": fact.disclosure, "published_on": fact.on, "late_workdays": fact.late_workdays}
        case AppraisalResultsDueMoved():
            return _due(fact) | {"overdue_from": None}
        case AppraisalResultsFellOverdue():
            return {"overdue_from": fact.from_day}
        case _:
            return {}
