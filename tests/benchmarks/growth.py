"""How the journal's work grows with what it already holds: the same work on ten and a hundred times the events."""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count as counting
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from services.publication.views.obligations import Obligations
from services.split.postgres import PostgresServer
from shared.clock import SystemClock
from shared.database import make_engine
from shared.events import Context
from shared.ids import new_id
from shared.journal import Append, NewEvent, Write
from shared.journal.sql import SqlJournal
from shared.replaying import replay
from tests.benchmarks.multiplied import fill
from tests.benchmarks.rows import Effort, Row, a_second

SERVICE = "publication"
CONTEXT = Context("fengyang", "bench", "FY-R1/secretary", "FY-R1")
DATA = '{"title":"村集体资金使用情况"}'


def rows(effort: Effort) -> Iterator[Row]:
    """Each figure beside that of the smallest journal."""
    sizes = effort.pick((10_000, 100_000, 1_000_000), (3_000, 30_000))
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "postgres") as server:
            first: dict[str, float] = {}
            for size in sizes:
                engine = make_engine(server.create_database(f"growth{size}"))
                fill(engine, SERVICE, size)
                for what, unit, measure in measures(engine, size):
                    figure = round(measure(), 1)
                    first.setdefault(what, figure)
                    yield Row(f"{what}, journal of {size} events", figure, unit, first[what])
                engine.dispose()


def measures(engine: Engine, size: int) -> Iterator[tuple[str, str, Callable[[], float]]]:
    journal = SqlJournal(engine, SERVICE, SystemClock())
    view = Obligations(engine)
    view.metadata.create_all(engine)
    yield "append, one at a time", "commands/s", partial(appends, journal)
    yield "read a page of 500", "pages/s", partial(pages, journal, size)
    yield "replay of obligations", "events/s", lambda: a_second(size, partial(replay, view, SERVICE, size))
    yield "as of a day: one organisation's open duties", "questions/s", partial(questions, view)
    journal.close()


def appends(journal: SqlJournal, many: int = 500) -> float:
    numbers = counting(1)

    def work() -> None:
        for _ in range(many):
            event = NewEvent(new_id(), "cn.gongkai.publication.Benched.v1", DATA)
            write = Write(f"growth-{next(numbers)}", 0, (event,))
            journal.append(Append(new_id(), "", CONTEXT, (write,)))

    return a_second(many, work)


def pages(journal: SqlJournal, size: int, many: int = 60) -> float:
    chance = Random(5)
    starts = [chance.randrange(max(1, size - 500)) for _ in range(many)]
    return a_second(many, lambda: [journal.read(start, 500) for start in starts])


def questions(view: Obligations, many: int = 200) -> float:
    return a_second(many, lambda: [list(view.listed(organisation="FY-R1", state="open")) for _ in range(many)])
