"""The event log for one machine: an SQLite file with the partitions, offsets and keys that Kafka would have.

Several processes may share the file. Within one process a reader is woken at once by a publish; from another
process it sees it within :data:`POLL_SECONDS`.
"""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from threading import Condition, Lock
from typing import Any

from shared.log import LogUnavailable, OffsetUnknown, Outgoing, Record, UnknownTopic

POLL_SECONDS = 0.1
BUSY_SECONDS = 10.0

SCHEMA = """
create table if not exists topics (topic text primary key, partitions integer not null) without rowid;
create table if not exists records (
    topic text not null, partition integer not null, "offset" integer not null,
    key blob not null, value blob not null, headers text not null,
    primary key (topic, partition, "offset")) without rowid;
"""
NEXT = 'select coalesce(max("offset") + 1, 0) from records where topic = ? and partition = ?'
INSERT = "insert into records values (?, ?, ?, ?, ?, ?)"
SELECT = (
    'select topic, partition, "offset", key, value, headers from records '
    'where topic = ? and partition = ? and "offset" >= ? order by "offset" limit ?'
)


class EmbeddedLog:
    """``topics`` gives the partitions of each topic; the count of a topic already in the file stays."""

    def __init__(self, path: Path, topics: Mapping[str, int]) -> None:
        self.path = path
        self._declared = dict(topics)
        self._connections: dict[str, sqlite3.Connection] = {}
        self._locks = {"reading": Lock(), "writing": Lock()}
        self._published: Counter[str] = Counter()  # by topic, in this process
        self._ends: dict[tuple[str, int], int] = {}  # offsets seen to be an end; the log only grows
        self._wake = Condition()
        self._closed = False

    def publish(self, records: Sequence[Outgoing]) -> None:
        with self._locks["writing"]:
            try:
                self._insert(self._connection("writing"), records)
            except sqlite3.Error as fault:
                raise LogUnavailable(f"{self.path}: {fault}") from fault
        with self._wake:
            self._published.update({record.topic for record in records})
            self._wake.notify_all()

    def read(self, offsets: Mapping[tuple[str, int], int], limit: int = 500, wait: float = 0.2) -> Sequence[Record]:
        deadline = time.monotonic() + wait
        topics = {topic for topic, _ in offsets}
        while True:
            published = self._news(topics)
            found, version = self._look(offsets, limit)
            left = deadline - time.monotonic()
            if found or left <= 0 or self._closed:
                return found
            self._await_change(topics, published, version, left)

    def partitions(self, topic: str) -> int:
        rows = self._query("select partitions from topics where topic = ?", topic)
        if not rows:
            raise UnknownTopic(topic)
        return int(rows[0][0])

    def positions(self, topic: str) -> Mapping[int, int]:
        return {p: int(self._query(NEXT, topic, p)[0][0]) for p in range(self.partitions(topic))}

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        for name, lock in self._locks.items():
            with lock:
                if connection := self._connections.pop(name, None):
                    connection.close()

    def _insert(self, connection: sqlite3.Connection, records: Sequence[Outgoing]) -> None:
        counts = dict(connection.execute("select topic, partitions from topics").fetchall())
        for topic, partition in {(record.topic, record.partition) for record in records}:
            if partition >= counts.get(topic, 0):
                raise UnknownTopic(f"{topic} has no partition {partition}")
        texts = [_text(record.headers) for record in records]
        connection.execute("begin immediate")
        try:
            following: dict[tuple[str, int], int] = {}
            rows: list[tuple[object, ...]] = []
            for record, text in zip(records, texts, strict=True):
                place = (record.topic, record.partition)
                offset = following.get(place)
                if offset is None:
                    offset = connection.execute(NEXT, place).fetchone()[0]
                following[place] = offset + 1
                rows.append((*place, offset, record.key, record.value, text))
            connection.executemany(INSERT, rows)
            connection.execute("commit")
        except BaseException:
            connection.rollback()
            raise

    def _look(self, offsets: Mapping[tuple[str, int], int], limit: int) -> tuple[list[Record], int]:
        """What is there now, each partition with its share of the limit, and the file's version."""
        share = max(1, limit // max(1, len(offsets)))
        found: list[Record] = []
        version = int(self._query("pragma data_version")[0][0])
        for (topic, partition), offset in offsets.items():
            rows = self._query(SELECT, topic, partition, offset, share)
            if (not rows or rows[0][2] != offset) and self._ends.get((topic, partition)) != offset:
                self._must_be_end(topic, partition, offset)
            found += [Record(t, p, o, key, value, _headers(text)) for t, p, o, key, value, text in rows]
        return found, version

    def _must_be_end(self, topic: str, partition: int, offset: int) -> None:
        if partition >= self.partitions(topic):
            raise UnknownTopic(f"{topic} has no partition {partition}")
        end = int(self._query(NEXT, topic, partition)[0][0])
        if not 0 <= offset <= end:
            raise OffsetUnknown(topic, partition, offset, end)
        if offset == end:
            self._ends[(topic, partition)] = end

    def _news(self, topics: set[str]) -> int:
        """Rises when something was published to one of the topics in this process."""
        return sum(self._published[topic] for topic in topics)

    def _await_change(self, topics: set[str], published: int, version: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            with self._wake:
                self._wake.wait_for(lambda: self._news(topics) != published or self._closed, min(left, POLL_SECONDS))
            if self._news(topics) != published or self._closed:
                return
            if int(self._query("pragma data_version")[0][0]) != version:
                return

    def _query(self, statement: str, *values: object) -> list[Any]:
        with self._locks["reading"]:
            try:
                return self._connection("reading").execute(statement, values).fetchall()
            except sqlite3.Error as fault:
                raise LogUnavailable(f"{self.path}: {fault}") from fault

    def _connection(self, name: str) -> sqlite3.Connection:
        """Opened at first use, so that a full disk or a missing folder stops nothing at start."""
        if self._closed:
            raise LogUnavailable(f"{self.path}: closed")
        if name not in self._connections:
            self._connections[name] = self._open()
        return self._connections[name]

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        with closing(connection.cursor()) as cursor:
            cursor.execute("pragma journal_mode = wal")
            cursor.execute("pragma synchronous = full")
            cursor.executescript(SCHEMA)
            cursor.executemany("insert or ignore into topics values (?, ?)", self._declared.items())
        return connection


def _text(headers: Sequence[tuple[str, bytes]]) -> str:
    return json.dumps([(name, value.decode("latin-1")) for name, value in headers])


def _headers(text: str) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value.encode("latin-1")) for name, value in json.loads(text))
