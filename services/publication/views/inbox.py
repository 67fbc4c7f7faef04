"""Each person's notices, by whether they reached them and were read; and through which channels each wants to be told.

A notice names a disclosure and nothing of what it says: readers are given what they may see when they read (PUB-19).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import JSON, Boolean, Column, Integer, RowMapping, String, Table, Text, case, func, select

from services.publication.events import REGISTRY
from services.publication.events.notices import (
    NoticeChannelsChosen,
    NoticeDelivered,
    NoticeFailed,
    NoticeRead,
    NoticesPrepared,
)
from shared import walls
from shared.columns import Instant
from shared.events import Event, Recorded
from shared.follow import GatheredView, Key, Store, TableMaker

KINDS = (NoticesPrepared, NoticeDelivered, NoticeFailed, NoticeRead, NoticeChannelsChosen)
REST = tuple(timedelta(minutes=m) for m in (0, 10, 60, 360, 1440))  # before each attempt
MAILS_AT_ONCE = 50


class Inbox(GatheredView):
    name: ClassVar[str] = "inbox"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"publication": frozenset(kind.__name__ for kind in KINDS)}

    def define(self, table: TableMaker) -> None:
        self.notices = table(
            "notices",
            Column("disclosure", String(100), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("person", String(100), primary_key=True),
            *(Column(name, String(100), nullable=False) for name in ("town", "organisation", "item", "channel")),
            Column("prepared_at", Instant, nullable=False),
            Column("delivered_at", Instant),
            Column("delivered_by", String(20), nullable=False),
            Column("failures", Integer, nullable=False),
            Column("next_at", Instant),
            Column("read_at", Instant),
            index=(("person", "prepared_at"), ("next_at",)),
            open_to=walls.given_by("person"),
        )
        self.preferences = table(
            "preferences",
            Column("person", String(100), primary_key=True),
            Column("town", String(100), nullable=False),
            Column("channels", JSON, nullable=False),
            Column("address", Text, nullable=False),
            Column("by_mail", Boolean, nullable=False),
            open_to=walls.given_by("person"),
        )

    def touched(self, event: Recorded) -> Iterator[tuple[Table, Key]]:
        if event.service == REGISTRY.service and event.stream.startswith("notices-"):
            data = event.data
            persons = data.get("persons") or [r["person"] for r in data.get("recipients", ())] or [data.get("person")]
            for person in persons:
                yield self.notices, (data["disclosure"], data["version"], person)

    def change(self, rows: Store, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in self.heeds["publication"]:
            return
        fact: Event = REGISTRY.read(event)
        notices = rows[self.notices]
        match fact:
            case NoticesPrepared():
                for recipient in fact.recipients:
                    notices.put(_prepared(fact, recipient.person, recipient.channel))
            case NoticeDelivered():
                for person in fact.persons:
                    key = (fact.disclosure, fact.version, person)
                    notices.change(*key, delivered_at=fact.at, delivered_by=fact.channel, next_at=None)
            case NoticeFailed():
                again = fact.at + REST[min(fact.attempt, len(REST) - 1)]
                notices.change(fact.disclosure, fact.version, fact.person, failures=fact.attempt, next_at=again)
            case NoticeRead():
                notices.change(fact.disclosure, fact.version, fact.person, read_at=fact.at)
            case NoticeChannelsChosen():
                chosen = {"channels": list(fact.channels), "by_mail": "email" in fact.channels}
                row = {"person": fact.person, "town": event.context.town, "address": fact.address}
                rows[self.preferences].put(row | chosen)
            case _:
                pass

    # --- questions ---

    def of(self, person: str, *, unread: bool = False) -> list[RowMapping]:
        """Newest first."""
        n = self.notices.c
        query = select(self.notices).where(n.person == person)
        if unread:
            query = query.where(n.read_at.is_(None))
        with self.reading() as connection:
            return list(connection.execute(query.order_by(n.prepared_at.desc(), n.disclosure.desc())).mappings())

    def figures(self, disclosure: str) -> list[RowMapping]:
        """Of each version: how many were to be told, whom it reached, how many have read it of their own accord."""
        n = self.notices.c
        count = {
            "prepared": func.count(),
            "delivered": func.sum(case((n.delivered_at.is_not(None), 1), else_=0)),
            "by_email": func.sum(case((n.delivered_by == "email", 1), else_=0)),
            "waiting": func.sum(case((n.delivered_at.is_(None), 1), else_=0)),
            "failures": func.sum(n.failures),
            "read": func.sum(case((n.read_at.is_not(None), 1), else_=0)),
        }
        query = select(n.version, *(figure.label(name) for name, figure in count.items()))
        query = query.where(n.disclosure == disclosure).group_by(n.version).order_by(n.version)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def to_mail(self, now: datetime) -> list[RowMapping]:
        """What is to be sent by e-mail now, with the sealed address of whom it is for."""
        n, p = self.notices.c, self.preferences.c
        query = select(self.notices, p.address).join(self.preferences, n.person == p.person)
        query = query.where(n.next_at <= now).order_by(n.next_at, n.person).limit(MAILS_AT_ONCE)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def preference(self, person: str) -> RowMapping | None:
        with self.reading() as connection:
            query = select(self.preferences).where(self.preferences.c.person == person)
            return connection.execute(query).mappings().one_or_none()

    def by_mail(self) -> frozenset[str]:
        """Who wants to be told by e-mail."""
        query = select(self.preferences.c.person).where(self.preferences.c.by_mail)
        with self.reading() as connection:
            return frozenset(connection.scalars(query))


def _prepared(fact: NoticesPrepared, person: str, channel: str) -> dict[str, Any]:
    names = fact.model_dump(include={"disclosure", "version", "town", "organisation", "item"})
    blank = {"delivered_at": None, "delivered_by": "", "failures": 0, "read_at": None}
    next_at = fact.at if channel == "email" else None
    return names | blank | {"person": person, "channel": channel, "prepared_at": fact.at, "next_at": next_at}
