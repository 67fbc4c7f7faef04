"""Each town's own channels as catalogue defines them: whom they reach, what proves them, from when to when (PUB-16)."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import JSON, Column, Connection, Date, String, and_, or_, select, update

from services.publication.domain.channels import OwnChannel
from services.publication.heard import ChannelDefined, ChannelWithdrawn
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert


class OwnChannels(View):
    name: ClassVar[str] = "own_channels"
    hears: ClassVar[tuple[str, ...]] = ("catalogue",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"catalogue": frozenset({"ChannelDefined", "ChannelWithdrawn"})}

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "own_channels",
            Column("town", String(40), primary_key=True),
            Column("channel", String(40), primary_key=True),
            Column("since", Date, primary_key=True),
            Column("until", Date),
            Column("name_zh", String(100), nullable=False),
            Column("name_en", String(100), nullable=False),
            Column("audience", String(20), nullable=False),
            Column("evidence", JSON, nullable=False),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        fact = hear(event, ChannelDefined, ChannelWithdrawn)
        if not isinstance(fact, ChannelDefined | ChannelWithdrawn):
            return
        c = self.rows.c
        before = and_(c.town == fact.town, c.channel == fact.channel, c.since <= fact.on)
        open_still = or_(c.until.is_(None), c.until > fact.on)
        tx.execute(update(self.rows).where(before, open_still).values(until=fact.on))
        if isinstance(fact, ChannelDefined):
            key = {"town": fact.town, "channel": fact.channel, "since": fact.on}
            terms = {"name_zh": fact.name_zh, "name_en": fact.name_en, "audience": fact.audience}
            upsert(tx, self.rows, key, terms | {"evidence": list(fact.evidence), "until": None})

    def of(self, town: str, on: date) -> tuple[OwnChannel, ...]:
        """What a release of that day may use."""
        c = self.rows.c
        holds = and_(c.town == town, c.since <= on, or_(c.until.is_(None), c.until > on))
        with self.reading() as connection:
            rows = connection.execute(select(self.rows).where(holds).order_by(c.channel)).all()
        return tuple(OwnChannel(row.channel, row.audience, tuple(row.evidence)) for row in rows)
