"""What a bare loop does: one INSERT and COMMIT for each event, the same bytes, on the same database in the same run."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Barrier, Lock, Thread
from time import perf_counter

import psycopg
from sqlalchemy import make_url

from tests.benchmarks.journal import DATA

CONNECTIONS_MAX = 80  # a PostgreSQL as it comes takes 100
TABLE = "CREATE TABLE IF NOT EXISTS bare (id integer, stream text, data text)"
Insert = Callable[[int], object]


def bare(url: str, callers: int, seconds: float) -> float:
    """Inserts a second by as many callers; SQLite's share one connection in turn, which is its best case."""
    ready, counts = Barrier(callers + 1), [0] * callers
    inserting = _sqlite(url) if url.startswith("sqlite") else _postgres(url, callers)
    with inserting as insert:
        threads = [Thread(target=_loop, args=(insert, n, seconds, ready, counts)) for n in range(callers)]
        for thread in threads:
            thread.start()
        ready.wait()
        started = perf_counter()
        for thread in threads:
            thread.join()
        return sum(counts) / (perf_counter() - started)


def _loop(insert: Insert, caller: int, seconds: float, ready: Barrier, counts: list[int]) -> None:
    ready.wait()
    finish = perf_counter() + seconds
    while perf_counter() < finish:
        insert(caller)
        counts[caller] += 1


@contextmanager
def _sqlite(url: str) -> Iterator[Insert]:
    turn = Lock()
    path = str(make_url(url).database) + ".bare"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE):
            connection.execute(statement)

        def insert(caller: int) -> None:
            with turn:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO bare VALUES (?, ?, ?)", (caller, f"bench-{caller}", DATA))
                connection.execute("COMMIT")

        yield insert


@contextmanager
def _postgres(url: str, callers: int) -> Iterator[Insert]:
    """A connection for each caller, up to what the server takes; those beyond it take turns."""
    address = url.replace("postgresql+psycopg://", "postgresql://")
    connections = [psycopg.connect(address, autocommit=True) for _ in range(min(callers, CONNECTIONS_MAX))]
    connections[0].execute(TABLE)

    def insert(caller: int) -> None:
        connection = connections[caller % len(connections)]
        connection.execute("INSERT INTO bare VALUES (%s, %s, %s)", (caller, f"bench-{caller}", DATA))

    try:
        yield insert
    finally:
        for connection in connections:
            connection.close()
