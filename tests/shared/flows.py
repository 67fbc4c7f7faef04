"""A small service for tests of the way from journal to views: a counter per stream, a view, a reaction."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, Integer, String, select

from shared import ids
from shared.clock import SystemClock
from shared.database import sqlite_engine
from shared.decider import Decider
from shared.events import Context, Event, Recorded, Registry
from shared.follow import TableMaker, View, upsert
from shared.handling import Handler
from shared.journal import Append, NewEvent, Write
from shared.journal.sql import SqlJournal, create_schema
from shared.log import Log
from shared.log.embedded import EmbeddedLog

COUNTY = "qingshan"
SERVICES = ("catalogue", "publication", "feedback")


class Counted(Event):
    number: int
    note: str = ""


class Echoed(Event):
    number: int


@dataclass(frozen=True)
class Echo:
    number: int


def decide_echo(_state: int, command: Echo) -> list[Event]:
    return [Echoed(number=command.number)]


ECHO: Decider[int, Echo, Event] = Decider("echo", 0, decide_echo, lambda state, _event: state + 1)


class Numbers(View):
    """Every number heard, in the order of its stream; refuses the note it is told to stumble over."""

    name = "numbers"
    hears = ("catalogue", "publication")
    stumble: str = ""

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "rows",
            Column("source", String, primary_key=True),
            Column("position", Integer, primary_key=True),
            Column("town", String),
            Column("stream", String),
            Column("version", Integer),
            Column("number", Integer),
            index=(("stream", "version"),),
        )
        self.totals = table("totals", Column("stream", String, primary_key=True), Column("total", Integer))

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.data.get("note") and event.data["note"] == self.stumble:
            raise ValueError(f"stumbled over {self.stumble}")
        values = {"stream": event.stream, "version": event.version, "number": event.data["number"]}
        row = {"source": event.service, "position": event.position, "town": event.context.town}
        tx.execute(self.rows.insert().values(**row, **values))
        total = tx.execute(select(self.totals.c.total).where(self.totals.c.stream == event.stream)).scalar() or 0
        upsert(tx, self.totals, {"stream": event.stream}, {"total": total + event.data["number"]})

    def seen(self, source: str = "catalogue") -> list[int]:
        """The positions seen of a source, in order."""
        with self.reading() as tx:
            return list(
                tx.execute(
                    select(self.rows.c.position).where(self.rows.c.source == source).order_by(self.rows.c.position)
                ).scalars()
            )

    def total(self, stream: str) -> int:
        with self.reading() as tx:
            return tx.execute(select(self.totals.c.total).where(self.totals.c.stream == stream)).scalar() or 0


REGISTRIES = {service: Registry(service, [Counted, Echoed]) for service in SERVICES}


def engine_of(folder: Path, service: str) -> Engine:
    return sqlite_engine(folder / f"{service}.db")


def journal_of(engine: Engine, service: str) -> SqlJournal:
    create_schema(engine)
    return SqlJournal(engine, service, SystemClock())


def handler_of(journal: SqlJournal) -> Handler:
    return Handler(journal, REGISTRIES[journal.service])


def log_of(folder: Path, partitions: int = 3) -> EmbeddedLog:
    return EmbeddedLog(folder / "log.db", {f"{COUNTY}.{service}.events.v1": partitions for service in SERVICES})


def count(journal: SqlJournal, stream: str, *numbers: int, note: str = "", town: str = "fengyang") -> int:
    """Append one event per number; the position after them."""
    version = len(journal.stream(stream))
    registry = REGISTRIES[journal.service]
    events = tuple(
        NewEvent(ids.new_id(), registry.type_of(Counted), Counted(number=number, note=note).model_dump_json())
        for number in numbers
    )
    context = Context(town=town, actor="wang-jianjun", command_id=ids.new_id())
    return journal.append(Append(context.command_id, "", context, (Write(stream, version, events),))).position


def event_at(position: int, stream: str, version: int, service: str = "catalogue", number: int = 1) -> Recorded:
    """An event as a journal would hand it out."""
    return Recorded(
        service=service,
        position=position,
        stream=stream,
        version=version,
        event_id=ids.derived(service, str(position)),
        type=REGISTRIES[service].type_of(Counted),
        recorded_at=SystemClock().now(),
        data={"number": number, "note": ""},
        context=Context(town="fengyang", actor="wang-jianjun"),
    )


def close(*things: SqlJournal | Log | Engine) -> None:
    for thing in things:
        if isinstance(thing, Engine):
            thing.dispose()
        else:
            thing.close()
