"""The register of opinions: one row an opinion, with what became of it, and the steps that led there.

The giver stands in one column, which only :meth:`Opinions.one`, :meth:`Opinions.of_giver` and
:meth:`Opinions.by_lookup` read; the register itself (:meth:`Opinions.register`) never carries it (FBK-11).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Boolean, Column, Connection, Date, Integer, String, Text, func, or_, select

from services.feedback.events import (
    REGISTRY,
    OfOpinion,
    OpinionAcknowledged,
    OpinionAssigned,
    OpinionClosed,
    OpinionDecided,
    OpinionDueMoved,
    OpinionExtended,
    OpinionFellOverdue,
    OpinionReceived,
    OpinionReplied,
)
from shared import reach, walls
from shared.columns import Instant
from shared.events import Event, Recorded
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]
OPEN = ("received", "acknowledged", "assigned", "decided", "replied")
UNANSWERED = OPEN[:-1]
RECEIVED_FIELDS = (
    "receipt_number", "town", "organisation", "disclosure", "item", "title", "audience", "channel", "giver",
    "giver_kind", "criticised", "text", "lookup_digest", "at", "acknowledge_by", "due",
)  # fmt: skip


class Opinions(View):
    name: ClassVar[str] = "opinions"
    hears: ClassVar[tuple[str, ...]] = ("feedback",)

    def define(self, table: TableMaker) -> None:
        self.opinions = table(
            "opinions",
            Column("opinion", String(40), primary_key=True),
            Column("receipt_number", String(40), nullable=False),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("disclosure", String(80), nullable=False),
            Column("item", String(80), nullable=False),
            Column("title", String(400), nullable=False),
            Column("audience", String(120), nullable=False),
            Column("channel", String(40), nullable=False),
            Column("giver", String(80), nullable=False),
            Column("giver_kind", String(20), nullable=False),
            Column("criticised", String(80), nullable=False),
            Column("text", Text, nullable=False),
            Column("lookup_digest", String(80), nullable=False),
            Column("at", Instant(), nullable=False),
            Column("acknowledge_by", Date, nullable=False),
            Column("due", Date, nullable=False),
            Column("reckoning", Text, nullable=False),
            Column("stage", String(20), nullable=False),
            Column("version", Integer, nullable=False),
            Column("handler", String(80), nullable=False, default=""),
            Column("disposition", String(20), nullable=False, default=""),
            Column("reason", Text, nullable=False, default=""),
            Column("extended", Boolean, nullable=False, default=False),
            Column("overdue_from", Date),
            Column("reply", Text, nullable=False, default=""),
            Column("reply_audience", String(120), nullable=False, default=""),
            Column("general", Boolean, nullable=False, default=False),
            Column("replied_at", Instant()),
            index=(("organisation", "at"), ("giver",), ("lookup_digest",), ("disclosure",), ("stage", "due")),
            open_to=f"{walls.given_by('giver')} OR general AND reply_audience = 'society'",
        )
        self.steps = table(
            "steps",
            Column("opinion", String(40), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("town", String(40), nullable=False),
            Column("step", String(40), nullable=False),
            Column("by", String(80), nullable=False),
            Column("at", Instant(), nullable=False),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != "feedback":
            return
        fact = REGISTRY.read(event)
        if not isinstance(fact, OfOpinion):
            return
        changes = {**_changes(fact), "version": event.version}
        upsert(tx, self.opinions, {"opinion": fact.opinion}, changes) if isinstance(fact, OpinionReceived) else (
            tx.execute(self.opinions.update().where(self.opinions.c.opinion == fact.opinion).values(**changes))
        )
        step = {"town": fact.town, "step": event.name, "by": getattr(fact, "by", ""), "at": _at(fact, event)}
        upsert(tx, self.steps, {"opinion": fact.opinion, "version": event.version}, step)

    def one(self, opinion: str) -> Row | None:
        """All of an opinion, its giver included: whoever asks sees to it who may know."""
        return self._first(self.opinions.c.opinion == opinion)

    def by_lookup(self, digest: str) -> Row | None:
        """The anonymous opinion whose code has this digest."""
        with reach.service():  # who has the code may be from anywhere
            return self._first(self.opinions.c.lookup_digest == digest) if digest else None

    def of_giver(self, person: str) -> Sequence[Row]:
        """A person's own opinions, latest first."""
        return self._rows(self.opinions.c.giver == person) if person else []

    def register(self, organisation: str, *, overdue: bool = False) -> Sequence[Row]:
        """An organisation's register, latest first, without who gave what."""
        late = [self.opinions.c.overdue_from.is_not(None), self.opinions.c.stage.in_(UNANSWERED)] if overdue else []
        rows = self._rows(self.opinions.c.organisation == organisation, *late)
        return [{k: v for k, v in row.items() if k not in ("giver", "criticised", "lookup_digest")} for row in rows]

    def notices(self, disclosure: str, audiences: Iterable[str]) -> Sequence[Row]:
        """The general replies about a disclosure that these audiences may read (FBK-09)."""
        o = self.opinions.c
        question = select(o.receipt_number, o.reply, o.replied_at, o.disposition, o.audience).where(
            o.disclosure == disclosure, o.reply != "", o.general, o.reply_audience.in_(sorted(audiences))
        )
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(question.order_by(o.replied_at)).mappings()]

    def steps_of(self, opinion: str) -> Sequence[Row]:
        question = select(self.steps).where(self.steps.c.opinion == opinion).order_by(self.steps.c.version)
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(question).mappings()]

    def late_on(self, today: date) -> Sequence[tuple[str, str, date, str]]:
        """(opinion, duty, due, town) of what is past its day: the ticker asks, the decider notices each once."""
        o = self.opinions.c
        question = select(o.opinion, o.town, o.stage, o.acknowledge_by, o.due).where(
            o.stage.in_(UNANSWERED), or_(o.due < today, (o.acknowledge_by < today) & (o.stage == "received"))
        )
        with self.reading() as connection:
            rows = connection.execute(question).all()
        answers = [(r.opinion, "answer", r.due, r.town) for r in rows if r.due < today]
        receipts = [(r.opinion, "receipt", r.acknowledge_by, r.town) for r in rows if r.stage == "received"]
        return [*answers, *(late for late in receipts if late[2] < today)]

    def unanswered(self) -> Sequence[Row]:
        """What has a day to keep: town, when it came, its days and how they were reckoned."""
        o = self.opinions.c
        columns = (o.opinion, o.town, o.version, o.at, o.acknowledge_by, o.due, o.reckoning)
        with self.reading() as connection:
            rows = connection.execute(select(*columns).where(o.stage.in_(UNANSWERED))).mappings()
            return [dict(row) for row in rows]

    def counts(self, organisation: str) -> Sequence[Row]:
        """How many per channel, stage and disposition (FBK-12)."""
        o = self.opinions.c
        columns = (o.channel, o.stage, o.disposition)
        question = select(*columns, func.count().label("opinions")).where(o.organisation == organisation)
        with self.reading() as connection:
            rows = connection.execute(question.group_by(*columns).order_by(*columns)).mappings()
            return [dict(row) for row in rows]

    def _first(self, condition: Any) -> Row | None:
        return next(iter(self._rows(condition)), None)

    def _rows(self, *conditions: Any) -> list[Row]:
        order = (self.opinions.c.at.desc(), self.opinions.c.opinion.desc())
        with self.reading() as connection:
            rows = connection.execute(select(self.opinions).where(*conditions).order_by(*order)).mappings()
            return [dict(row) for row in rows]


def _changes(fact: Event) -> Row:
    """What a fact sets in the opinion's row."""
    match fact:
        case OpinionReceived():
            return {f: getattr(fact, f) for f in RECEIVED_FIELDS} | _moved(fact) | {"stage": "received"}
        case OpinionAcknowledged():
            return {"stage": "acknowledged"}
        case OpinionAssigned():
            return {"stage": "assigned", "handler": fact.handler}
        case OpinionDecided():
            return {"stage": "decided", "disposition": fact.disposition, "reason": fact.reason}
        case OpinionExtended():
            return _moved(fact) | {"extended": True}
        case OpinionDueMoved():
            return _moved(fact) | {"acknowledge_by": fact.acknowledge_by}
        case OpinionFellOverdue():
            return {"overdue_from": fact.from_day}
        case OpinionReplied():
            told = {"reply": fact.text, "reply_audience": fact.audience, "replied_at": fact.at}
            return {"stage": "replied", "general": fact.general, **told}
        case OpinionClosed():
            return {"stage": "closed"}
        case _:
            return {}


def _moved(fact: OpinionReceived | OpinionExtended | OpinionDueMoved) -> Row:
    reckoning = fact.model_dump_json(include={"reckoning", "provisional"})
    return {"due": fact.due, "overdue_from": None, "reckoning": reckoning}


def _at(fact: Event, event: Recorded) -> datetime:
    at: datetime = getattr(fact, "at", event.recorded_at)
    return at
