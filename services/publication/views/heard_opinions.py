"""Opinions given on disclosures, as far as procedures count them: no words, no givers (PUB-17, FBK-13)."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import Column, Connection, Date, Integer, String, func, select

from services.publication.heard import OpinionDecided, OpinionReceived
from shared.clock import business_day
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert


class HeardOpinions(View):
    name: ClassVar[str] = "heard_opinions"
    hears: ClassVar[tuple[str, ...]] = ("feedback",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "feedback": frozenset({OpinionReceived.EVENT, OpinionDecided.EVENT})
    }

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "heard_opinions",
            Column("opinion", String(40), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("disclosure", String(100), nullable=False),
            Column("version", Integer, nullable=False, default=0),
            Column("on", Date, nullable=False),
            Column("disposition", String(20), nullable=False, default=""),
            index=(("disclosure", "on"),),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        fact = hear(event, OpinionReceived, OpinionDecided)
        if isinstance(fact, OpinionReceived) and fact.disclosure:
            row = fact.model_dump(include={"town", "organisation", "disclosure", "version"})
            upsert(tx, self.rows, {"opinion": fact.opinion}, row | {"on": business_day(fact.at)})
        if isinstance(fact, OpinionDecided):
            decided = self.rows.update().where(self.rows.c.opinion == fact.opinion)
            tx.execute(decided.values(disposition=fact.disposition))

    def count(self, disclosure: str, first: date, last: date) -> int:
        """How many came in on a disclosure from the one day to the other."""
        rows = self.rows.c
        within = (rows.disclosure == disclosure) & (rows.disclosure != "") & rows.on.between(first, last)
        with self.reading() as connection:
            return connection.scalar(select(func.count()).select_from(self.rows).where(within)) or 0

    def of(self, disclosure: str) -> Collection[str]:
        """All opinions on a disclosure, by id."""
        with self.reading() as connection:
            query = select(self.rows.c.opinion).where(self.rows.c.disclosure == disclosure)
            return list(connection.scalars(query.order_by(self.rows.c.opinion)))
