"""Views made again from a long journal on PostgreSQL, against a bare scan of that journal that only decodes its JSON.

The peer is psycopg alone: one SELECT of the data in order, each text decoded by the decoder that ours uses too
(pydantic's, which is quicker than the standard library's, so that the peer is at its best). A view that heeds few of
the events is also held to a scan of those few.
"""

import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from pydantic_core import from_json
from sqlalchemy import Engine

from services.archive.views.files import Files
from services.audit.views.trace import Trace
from services.publication.views.obligations import Obligations
from services.publication.views.shown import Shown
from services.split.postgres import PostgresServer
from shared.database import make_engine
from shared.follow import View
from shared.replaying import replay
from tests.benchmarks.multiplied import fill
from tests.benchmarks.rows import Effort, Row, a_second, in_turns

AT_LEAST = 0.5
SERVICE = "publication"
VIEWS: tuple[type[View], ...] = (Obligations, Shown, Files, Trace)


@dataclass(frozen=True)
class Bench:
    engine: Engine
    count: int

    def ours(self, kind: type[View]) -> float:
        """Events a second through the whole journal, the view's tables and indexes made anew."""
        view = kind(self.engine, "__bench")
        view.metadata.drop_all(self.engine)
        view.metadata.create_all(self.engine)
        rate = a_second(self.count, partial(replay, view, SERVICE, self.count))
        view.metadata.drop_all(self.engine)
        return rate

    def peer(self, names: Collection[str] = ()) -> float:
        """The whole journal, or only the events with these names."""
        address = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        like = [f"%.{name}.v%" for name in names]
        heeded = "WHERE type LIKE ANY(%(like)s)" if names else ""
        question = f"SELECT data FROM events {heeded} ORDER BY position"  # noqa: S608 - our own words
        found = 0
        with psycopg.connect(address) as connection:

            def scan() -> None:
                nonlocal found
                for (data,) in connection.execute(question, {"like": like}):
                    from_json(data)
                    found += 1

            seconds = 1 / a_second(1, scan)
        return found / seconds


def rows(effort: Effort) -> Iterator[Row]:
    count, rounds = effort.pick(100_000, 30_000), effort.pick(5, 3)
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "postgres") as server:
            engine = make_engine(server.create_database("replay"))
            fill(engine, SERVICE, count)
            bench = Bench(engine, count)
            bench.peer()  # the first pays for a cold cache
            for kind in VIEWS:
                yield row(bench, kind, rounds)
            engine.dispose()


def row(bench: Bench, kind: type[View], rounds: int) -> Row:
    ours, peer = in_turns(rounds, partial(bench.ours, kind), bench.peer)
    heeded = kind.heeds.get(SERVICE, frozenset())
    few = f"; heeds {len(heeded)} kinds, which alone are scanned at {bench.peer(heeded):.0f}/s" if heeded else ""
    return Row(f"view {kind.name}, {bench.count} events", ours, "events/s", peer, AT_LEAST, note=f"whole journal{few}")
