"""A holiday calendar is changed, and every open duty of 1,500 organisations is reckoned anew, on PostgreSQL.

Start at :func:`rows`. Ours is what runs: the ticker sees the new calendar, sends its commands, the journal takes their
events and the follower brings them to the view. The peer is psycopg alone, which reads the same rows of a copy of the
view and writes into each its new day, reckoning and history, in transactions of a thousand. Other commands are sent
all the while, and before.
"""

import gc
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Event, Thread
from time import monotonic, perf_counter, sleep
from typing import Any

import psycopg
from sqlalchemy import Engine, text

from services.catalogue import events as c
from services.embedded import YOUNG_OBJECTS
from services.publication import ticker
from services.publication.domain import schedule
from services.publication.domain.parameters import Parameters
from services.publication.events import REGISTRY, Duty, ObligationRaised
from services.publication.views.almanac import Almanac, to_raise
from services.publication.views.items import CatalogueItems
from services.publication.views.obligations import Obligations
from services.split.postgres import PostgresServer
from shared import calendars, reach
from shared.clock import FixedClock
from shared.cloudevents import topic_of
from shared.database import make_engine
from shared.events import Context, Registry
from shared.events import Event as Fact
from shared.following import Follower
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.ids import new_id
from shared.journal import Append, NewEvent, Write
from shared.journal.sql import SqlJournal, create_schema
from shared.log.embedded import EmbeddedLog
from shared.personal_data.sealing import Sealing
from shared.relay import Relay
from shared.ticking import Ticking
from shared.workdays import Calendar
from tests.benchmarks.rows import Effort, Row, percentile
from tests.publication.liushu import ITEMS, adopted
from tests.vaults import vault_in

AT_MOST = 5.0
COUNTY, TOWN = "bench", "fengyang"
NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
TRIGGERS = tuple(date(2026, 3, day) for day in (2, 3, 4, 5))
NEW_HOLIDAY = date(2026, 3, 20)
ITEMS_EACH = 5  # and each has a duty of each trigger's day
PAUSE_SECONDS = 0.02  # between the commands that are sent meanwhile
SETTLE_SECONDS_MAX = 300.0
AT_ONCE = 1_000


@dataclass
class Standing:
    """Publication's write side, its views of duties, items and register, and the ticker that moves duties."""

    folder: Path
    url: str
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        clock, self.engine = FixedClock(NOW), make_engine(self.url)
        self.log = EmbeddedLog(
            self.folder / "log.sqlite", {topic_of(COUNTY, s): 3 for s in ("catalogue", "publication")}
        )
        self.told_by = make_engine(f"sqlite:///{self.folder / 'catalogue.sqlite'}")
        for engine in (self.engine, self.told_by):
            create_schema(engine)
        self.catalogue = SqlJournal(self.told_by, "catalogue", clock)
        self.journal = SqlJournal(self.engine, "publication", clock)
        self.handler = Handler(self.journal, REGISTRY, sealing=Sealing(vault_in(self.folder)))
        self.register, self.items = Register(self.engine), CatalogueItems(self.engine)
        self.obligations = Obligations(self.engine)
        views = [self.register, self.items, self.obligations]
        self.follower = Follower(
            "publication", self.engine, self.journal, self.log, views, (), self.handler, COUNTY, clock
        )
        moved = ticker.moved(self.items, self.obligations, self.register)
        self.ticking = Ticking("publication", self.engine, (moved,), self.handler, clock)
        self.relay = Relay(self.told_by, self.catalogue, self.log, COUNTY, clock)
        for part in (self.relay, self.follower, self.ticking):
            part.prepare()

    def tell(self, *facts: tuple[str, Fact]) -> None:
        """Catalogue records them, and publication has seen them when this returns."""
        put(self.catalogue, c.REGISTRY, facts)
        while not self.relay.caught_up():
            self.relay.step(0.0)
        self.settle()

    def settle(self) -> None:
        deadline = monotonic() + SETTLE_SECONDS_MAX
        while not self.follower.caught_up():
            if monotonic() > deadline:
                raise TimeoutError("the views have not come to the end of the journals")
            sleep(0.002)

    def close(self) -> None:
        self.ticking.reactor.close()
        self.follower.stop()
        self.relay.stop()
        for one in (self.journal, self.catalogue, self.log):
            one.close()
        for engine in (self.engine, self.told_by):
            engine.dispose()


def rows(effort: Effort) -> Iterator[Row]:
    organisations = effort.pick(1_500, 300)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongkai-bench-")))
        folder.chmod(0o755)
        server = stack.enter_context(PostgresServer(folder / "postgres"))
        stack.enter_context(reach.service())
        standing = Standing(folder, server.create_database("publication"))
        stack.callback(standing.close)
        standing.follower.start()
        count = founded(standing, organisations)
        stack.enter_context(as_served())
        idle = list[float]()
        with commands_meanwhile(standing, idle):
            sleep(effort.pick(4.0, 1.0))
        during = list[float]()
        bare = bare_update(standing)
        ours = reckoned_anew(standing, during, count)
    what = f"re-reckoning {count} open duties of {organisations} organisations"
    per = f"{1e6 * ours / count:.0f} µs a duty, {1e6 * bare / count:.0f} µs bare"
    yield Row(what, round(ours / bare, 2), "x bare", at_most=AT_MOST, note=per)
    for name, found in (("when idle", idle), ("meanwhile", during)):
        middle, worst = (round(1000 * percentile(found, share), 1) for share in (0.5, 0.99))
        yield Row(f"a command {name}, p99", worst, "ms", note=f"p50 {middle} ms; {len(found)} commands")


@contextmanager
def as_served() -> Iterator[None]:
    """As a process that serves does: what its start has made is left out of the search for cycles."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def reckoned_anew(standing: Standing, during: list[float], count: int) -> float:
    """Seconds from when the ticker is asked until the view shows the last of the moved days."""
    standing.tell(("calendar-2026", calendar(2, NEW_HOLIDAY)))
    with commands_meanwhile(standing, during):
        started = perf_counter()
        done = standing.ticking.tick_now()
        standing.settle()
        seconds = perf_counter() - started
    assert done == count, f"{done} of {count} duties were moved"
    with standing.engine.connect() as tx:
        shown = tx.execute(
            text("SELECT count(*) FROM obligations WHERE CAST(moves AS text) LIKE '%calendar%'")
        ).scalar()
    assert shown == count, f"the view shows {shown} of {count} moved duties"
    return seconds


@contextmanager
def commands_meanwhile(standing: Standing, took: list[float]) -> Iterator[None]:
    """A duty of another organisation is raised every :data:`PAUSE_SECONDS`; how long each took to be answered."""
    ended, item = Event(), next(iter(standing.items.in_force(NOW.date(), "B1")))
    almanac, marked = Almanac(standing.register, NOW), new_id()

    def send() -> None:
        with reach.service():
            number = 0
            while not ended.is_set():
                number += 1
                own = replace(item, item=f"{marked}/{number}", organisation=marked, since=NOW.date())
                do: Do = next(iter(to_raise(own, NOW.date(), almanac)))
                started = perf_counter()
                standing.handler.handle(do, context=Context(TOWN, "bench"))
                took.append(perf_counter() - started)
                sleep(PAUSE_SECONDS)

    thread = Thread(target=send, name="commands")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def founded(standing: Standing, organisations: int) -> int:
    """Organisations with their catalogues in force and duties that stand open; how many duties."""
    item = next(item for item in ITEMS if item.kind == "long-term")
    facts: list[tuple[str, Fact]] = [("calendar-2026", calendar(1))]
    raised: list[tuple[str, Fact]] = []
    for number in range(1, organisations + 1):
        name = f"B{number}"
        items = tuple(item.model_copy(update={"id": f"{name}/{i}"}) for i in range(ITEMS_EACH))
        update = {"catalogue": name, "organisation": name, "items": items}
        facts.append((f"catalogue-{name}", adopted().model_copy(update=update)))
        raised += (fact for one in items for fact in duties(name, one))
    standing.tell(*facts)
    put(standing.journal, REGISTRY, raised)
    standing.settle()
    with standing.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
        tx.execute(text("VACUUM ANALYZE"))
    return len(raised)


def duties(organisation: str, item: c.Item) -> Iterator[tuple[str, Fact]]:
    """One for each trigger, reckoned by the calendar that stands first."""
    for trigger in TRIGGERS:
        reckoned = schedule.reckon(
            Duty.FIRST,
            trigger,
            calendar=_first_calendar(),
            parameters=Parameters(),
            limit_days=item.limit_days,
        )
        obligation = f"{item.id}/first/{trigger}"
        raised = ObligationRaised(
            obligation=obligation,
            town=TOWN,
            organisation=organisation,
            item=item.id,
            sub_item=item.sub_item,
            title=item.title_zh,
            title_en=item.title_en,
            kind=item.kind,
            duty=Duty.FIRST,
            period=trigger.isoformat(),
            trigger=trigger,
            due=reckoned.due,
            parameter=reckoned.parameter,
            provisional=reckoned.provisional,
            calendars=reckoned.calendars,
            reckoning=reckoned.days,
        )
        yield f"obligation-{obligation}", raised


def calendar(version: int, *more: date) -> c.CalendarPublished:
    """The State Council's of 2026; with more holidays, as one that replaces it."""
    year = calendars.load_all().years[2026]
    holidays, make_up = (*sorted(year.holidays), *more), tuple(sorted(year.make_up_workdays))
    return c.CalendarPublished(
        year=2026, version=version, source=year.source, holidays=holidays, make_up_workdays=make_up
    )


@lru_cache(maxsize=1)
def _first_calendar() -> Calendar:
    return Calendar.of([calendar(1)])


def put(journal: SqlJournal, registry: Registry, facts: Sequence[tuple[str, Fact]]) -> None:
    """As they would have been recorded, each by a command of its own."""
    versions: dict[str, int] = {}
    for start in range(0, len(facts), AT_ONCE):
        pending = []
        for stream, fact in facts[start : start + AT_ONCE]:
            version = versions.get(stream) or len(journal.stream(stream) if stream.startswith("calendar-") else ())
            versions[stream] = version + 1
            event = NewEvent(new_id(), registry.type_of(fact), fact.model_dump_json())
            append = Append(new_id(), "", Context(TOWN, "bench"), (Write(stream, version, (event,)),))
            pending.append(journal.submit(append))
        for one in pending:
            one.result()


def bare_update(standing: Standing) -> float:
    """Seconds to read the rows of a copy of the view and to write each back with another day, reckoning and history."""
    address = standing.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE bare (LIKE obligations INCLUDING ALL)")
        connection.execute("INSERT INTO bare SELECT * FROM obligations WHERE state = 'open'")
        connection.commit()
        connection.execute("ANALYZE bare")
        connection.commit()
        started = perf_counter()
        with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            found = cursor.execute("SELECT * FROM bare WHERE state = 'open'").fetchall()
            for start in range(0, len(found), AT_ONCE):
                cursor.executemany(BARE, [_changed(row) for row in found[start : start + AT_ONCE]])
                connection.commit()
        return perf_counter() - started


BARE = """
    UPDATE bare SET due = %(due)s, provisional = %(provisional)s, calendars = %(calendars)s, reckoning = %(reckoning)s,
                    moves = %(moves)s, overdue_from = NULL, version = %(version)s
     WHERE obligation = %(obligation)s
"""


def _changed(row: dict[str, Any]) -> dict[str, Any]:
    moves = [*row["moves"], {"was": row["due"].isoformat(), "reason": "calendar"}]
    lists = {"calendars": ["2026/2"], "reckoning": row["reckoning"], "moves": moves}
    told = {name: json.dumps(value) for name, value in lists.items()}
    return {**row, **told, "due": row["due"] + timedelta(days=3), "version": row["version"] + 1}
