"""Organisations without a first person responsible, since when and until when: the town office's list (ORG-07)."""

from typing import Any, ClassVar

from sqlalchemy import Column, Connection, Date, String, func, select

from services.catalogue.events import REGISTRY, VacancyEnded, VacancyFound
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]


class VacanciesFound(View):
    name: ClassVar[str] = "vacancies"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    heeds: ClassVar[dict[str, frozenset[str]]] = {"catalogue": frozenset({"VacancyFound", "VacancyEnded"})}

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "vacancies",
            Column("organisation", String(40), primary_key=True),
            Column("since", Date, primary_key=True),
            Column("town", String(40), nullable=False),
            Column("until", Date),
            index=(("town", "until"),),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.name not in ("VacancyFound", "VacancyEnded"):
            return
        match REGISTRY.read(event):
            case VacancyFound() as found:
                key = {"organisation": found.organisation, "since": found.since}
                upsert(tx, self.rows, key, {"town": found.town, "until": None})
            case VacancyEnded() as ended:
                key = {"organisation": ended.organisation, "since": ended.since}
                upsert(tx, self.rows, key, {"town": ended.town, "until": ended.until})
            case _:
                pass

    def of_town(self, town: str, *, open_only: bool) -> list[Row]:
        """Those that last first, then the latest."""
        query = select(self.rows).where(self.rows.c.town == town)
        if open_only:
            query = query.where(self.rows.c.until.is_(None))
        with self.reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        return sorted(rows, key=lambda row: (row["organisation"], row["since"]))

    def known(self) -> dict[str, list[Row]]:
        """All by organisation, for the ticker."""
        found: dict[str, list[Row]] = {}
        with self.reading() as connection:
            for row in connection.execute(select(self.rows).order_by(self.rows.c.since)):
                found.setdefault(row.organisation, []).append(dict(row._mapping))
        return found

    def lasting_by_town(self) -> dict[str, int]:
        """How many last, by town; a town whose vacancies have all ended shows 0."""
        lasting = func.count() - func.count(self.rows.c.until)
        with self.reading() as connection:
            rows = connection.execute(select(self.rows.c.town, lasting).group_by(self.rows.c.town))
            return {town: int(count) for town, count in rows}
