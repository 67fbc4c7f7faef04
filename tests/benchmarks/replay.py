"""A view made again from the recorded story, against a bare scan of the same journal that only decodes its JSON."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from time import perf_counter

from tests.platform.replaying import platform_at, play, put_into_journal, services_at
from tests.platform.taped import tape

VIEW = "obligations"


def replayed(var: Path) -> dict[str, float]:
    """Events a second: publication's view of duties from an empty table, and the scan."""
    platform = platform_at(var)
    service = services_at(platform)["publication"]
    service.views = [view for view in service.views if view.name == VIEW]
    put_into_journal(service.engine, "publication")
    events = platform.journals["publication"].read(0, 100_000)
    play(service, [], 500)
    started = perf_counter()
    play(service, events, 500)
    took = perf_counter() - started
    platform.close()
    return {"per_second": round(len(events) / took), "peer_per_second": round(scanned(var / "publication.sqlite"))}


def scanned(file: Path) -> float:
    """Best of a few: the first pays for a cold cache."""
    best = 0.0
    with closing(sqlite3.connect(file)) as connection:
        for _ in range(5):
            started = perf_counter()
            for (data,) in connection.execute("SELECT data FROM events ORDER BY position"):
                json.loads(data)
            best = max(best, len(tape("publication")) / (perf_counter() - started))
    return best
