"""The journal's peer: `eventsourcing` with its default settings, saving an aggregate a command on the same database."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from threading import Barrier, Thread
from time import perf_counter
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from sqlalchemy import make_url

Saving = Callable[[int, float], float]
"""So many threads for so many seconds: aggregates saved a second."""


class Draft(Aggregate):
    """One event when it is made; saving it is one command."""

    @event("Drafted")
    def __init__(self, title: str, text: str) -> None:
        self.title, self.text = title, text


class Drafts(Application[UUID]):
    pass


@contextmanager
def saving(url: str, body: Mapping[str, str]) -> Iterator[Saving]:
    """One application over a database. Its address is all that is set; the rest is as the library comes."""
    with closing(Drafts(env=_settings(url))) as application:

        def run(callers: int, seconds: float) -> float:
            ready, counts = Barrier(callers + 1), [0] * callers

            def work(number: int) -> None:
                ready.wait()
                finish = perf_counter() + seconds
                while perf_counter() < finish:
                    application.save(Draft(**body))
                    counts[number] += 1

            threads = [Thread(target=work, args=(number,)) for number in range(callers)]
            for thread in threads:
                thread.start()
            ready.wait()
            started = perf_counter()
            for thread in threads:
                thread.join()
            return sum(counts) / (perf_counter() - started)

        yield run


def _settings(url: str) -> dict[str, str]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": f"{parsed.database}.peer"}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parsed.database),
        "POSTGRES_HOST": str(parsed.host or parsed.query["host"]),
        "POSTGRES_PORT": str(parsed.port or parsed.query.get("port", 5432)),
        "POSTGRES_USER": str(parsed.username),
        "POSTGRES_PASSWORD": str(parsed.password or "none"),
    }
