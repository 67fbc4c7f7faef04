"""The tape: every event of every service from the demo county and what was told of it, chapter after chapter.

It stands for a log that must be readable for ever. ``record_tape`` adds to it; ``test_replay`` plays it.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from functools import cache
from heapq import merge
from pathlib import Path

from shared.cloudevents import from_structured, structured
from shared.events import Recorded

FOLDER = Path(__file__).parent / "tape"
DIGESTS = Path(__file__).parent / "replayed.json"
COUNTY = "qingshan"
SERVICES = ("catalogue", "publication", "feedback", "archive", "audit")


@cache
def tape(service: str) -> tuple[Recorded, ...]:
    """The events of one service, in the order of its journal."""
    file = FOLDER / f"{service}.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return tuple(from_structured(json.loads(line)) for line in lines)


def together(services: Iterable[str]) -> Iterator[Recorded]:
    """Several tapes in the order in which things were recorded."""
    return merge(*(tape(service) for service in services), key=lambda event: event.recorded_at)


def keep(service: str, events: Iterable[Recorded]) -> int:
    """Write a service's tape; the same events give the same bytes. How many there are."""
    lines = [json.dumps(structured(event, COUNTY), ensure_ascii=False, sort_keys=True) for event in events]
    content = "".join(f"{line}\n" for line in lines).encode()
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{service}.jsonl.gz").write_bytes(gzip.compress(content, mtime=0))
    return len(lines)
