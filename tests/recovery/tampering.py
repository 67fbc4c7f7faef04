"""Hands that damage what others keep: records taken out of the embedded log's file."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from shared.cloudevents import from_record, topic_of
from shared.log import Log, Record
from shared.log.embedded import EmbeddedLog
from tests.shared.flows import COUNTY
from tests.shared.towns import Town

Lost = Callable[[int], bool]  # by journal position


def in_log(town: Town, service: str = "catalogue") -> list[Record]:
    """Every record of the service's topic, partition by partition."""
    topic = topic_of(COUNTY, service)
    ends = town.log.positions(topic)
    return [record for p, end in ends.items() if end for record in town.log.read({(topic, p): 0}, 10_000, wait=0)]


def rewrite_log(town: Town, lost: Lost, service: str = "catalogue") -> None:
    """Leave records out of the service's topic, and number what stays anew."""
    take_out(town.log, topic_of(COUNTY, service), lost)


def take_out(log: Log, topic: str, lost: Lost) -> None:
    assert isinstance(log, EmbeddedLog)
    kept: list[tuple[Record, int]] = []
    for partition, end in log.positions(topic).items():
        records = log.read({(topic, partition): 0}, 10_000, wait=0) if end else []
        staying = [r for r in records if not lost(from_record(r).position)]
        kept += [(record, offset) for offset, record in enumerate(staying)]
    with closing(sqlite3.connect(Path(log.path))) as file, file:
        rows = {
            (p, o): h
            for p, o, h in file.execute("select partition, offset, headers from records where topic = ?", [topic])
        }
        file.execute("delete from records where topic = ?", [topic])
        file.executemany(
            "insert into records values (?, ?, ?, ?, ?, ?)",
            [(topic, r.partition, offset, r.key, r.value, rows[r.partition, r.offset]) for r, offset in kept],
        )
