"""Leaves of the transparency log made durable, and the time from a commit until its receipt can be had.

The peer of the first is a bare loop over the same bytes: SHA-256 of each event, all of a batch written to a file, one
fsync. Ours digests the same events with salts, writes the ledger, hashes the tree, writes and flushes tiles and
bundles, and publishes signed checkpoints. The second runs relay, follower, keeper and four witnesses, as embedded.
"""

import hashlib
import os
import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import Engine

from services.audit.tlog.keeper import Keeper
from services.audit.tlog.publishing import Publisher
from services.audit.tlog.salts import Salts
from services.audit.tlog.store import Store
from services.audit.tlog.witnesses import Peer, Witnesses
from services.audit.tlog.writer import Writer, metadata
from services.audit.views.entries import Entries
from services.split.postgres import PostgresServer
from shared import reach
from shared.clock import SystemClock
from shared.cloudevents import canonical, topic_of
from shared.database import make_engine
from shared.events import Context, Recorded, Registry
from shared.following import Follower
from shared.handling import Handler
from shared.ids import new_id
from shared.journal import Append, NewEvent, Pending, Write
from shared.journal.sql import SqlJournal, create_schema
from shared.log.embedded import EmbeddedLog
from shared.relay import Relay
from shared.transparency.keys import Signer
from shared.transparency.schemes import COSIGNATURE
from shared.transparency.trust import Group, Known, Policy
from shared.transparency.witness import Witness
from tests.benchmarks.rows import Effort, Row, a_second, in_turns, percentile
from tests.platform.taped import tape

A_SECOND_AT_LEAST = 20_000.0
RECEIPT_P99_MS = 1_000.0
BATCH = 2_000  # events a follower's transaction may have when there are many
PACE = 200  # events a second while receipts are waited for
COUNTY = "bench"
KIND = "cn.gongkai.catalogue.PersonRegistered.v1"
LOG = Signer.of_seed("bench.example/log", bytes(range(32)))
NAMES = ("catalogue", "publication", "feedback", "archive")


def rows(effort: Effort) -> Iterator[Row]:
    count, rounds = effort.pick(40_000, 10_000), effort.pick(3, 1)
    told = events(count)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongkai-bench-")))
        folder.chmod(0o755)
        server = stack.enter_context(PostgresServer(folder / "postgres"))
        for database in ("PostgreSQL", "SQLite"):
            made = iter(range(rounds + 1))

            def ours(database: str = database, made: Iterator[int] = made) -> float:
                name = f"audit_{database.lower()}_{next(made)}"
                url = server.create_database(name) if database == "PostgreSQL" else f"sqlite:///{folder / name}.sqlite"
                return logged(url, folder / name, told)

            def peer() -> float:
                return bare(folder / "bare", told)

            own, loop = in_turns(rounds, ours, peer)
            what = f"leaves made durable in batches of {BATCH}, {database}"
            size = sum(len(canonical(event, COUNTY)) for event in told[:200]) // 200
            yield Row(
                what, own, "leaves/s", loop, note=f"{count} events of {size} bytes; peer: SHA-256 and fsync alone"
            )
            yield Row(f"{what}: against what is promised", own, "leaves/s", A_SECOND_AT_LEAST, 1.0)
        waits = receipts(folder / "live", effort.pick(10, 3))
    note = f"{len(waits)} events, {PACE} a second, four witnesses; longest {max(waits):.0f} ms"
    for name, share, limit in (("p50", 0.5, None), ("p99", 0.99, RECEIPT_P99_MS)):
        figure = round(percentile(waits, share), 1)
        yield Row(f"commit until a receipt can be had, {name}", figure, "ms", at_most=limit, note=note)


def events(count: int) -> Sequence[Recorded]:
    """The recorded story again and again, each event with an id and a place of its own."""
    told = list(tape("publication"))
    return [
        replace(told[i % len(told)], service="publication", position=i + 1, event_id=f"{i:036d}") for i in range(count)
    ]


def logged(url: str, folder: Path, told: Sequence[Recorded]) -> float:
    """Events a second until a published checkpoint covers the last."""
    engine = make_engine(url)
    ledger = Entries(engine, COUNTY, Salts((b"a secret of the bench",)))
    ledger.metadata.create_all(engine)
    metadata.create_all(engine)
    writer = Writer(engine, ledger, Store(folder), LOG)

    def work() -> None:
        with reach.service():
            for start in range(0, len(told), BATCH):
                with engine.begin() as tx:
                    ledger.apply_many(tx, told[start : start + BATCH])
                writer.seal()
            while writer.seal() < len(told):
                pass

    rate = a_second(len(told), work)
    engine.dispose()
    return rate


def bare(file: Path, told: Sequence[Recorded]) -> float:
    whole = [canonical(event, COUNTY) for event in told]

    def work() -> None:
        with file.open("wb") as out:
            for start in range(0, len(whole), BATCH):
                for data in whole[start : start + BATCH]:
                    out.write(hashlib.sha256(data).digest() + data)
                out.flush()
                os.fsync(out.fileno())

    return a_second(len(told), work)


class Watched(Store):
    """Remembers when which size was published."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.at: list[tuple[int, float]] = []

    def publish(self, note: bytes) -> None:
        super().publish(note)
        self.at.append((int(note.split(b"\n", 2)[1]), monotonic()))


def receipts(folder: Path, seconds: int) -> list[float]:
    """Milliseconds from each commit until the checkpoint that covers it was published."""
    folder.mkdir(parents=True)
    engines = {name: make_engine(f"sqlite:///{folder / name}.sqlite") for name in (*NAMES, "audit")}
    log = EmbeddedLog(folder / "log.sqlite", {topic_of(COUNTY, name): 3 for name in (*NAMES, "audit")})
    for name in ("catalogue", "audit"):
        create_schema(engines[name])
    journal = SqlJournal(engines["catalogue"], "catalogue", SystemClock())
    audit = SqlJournal(engines["audit"], "audit", SystemClock())
    relay = Relay(engines["catalogue"], journal, log, COUNTY, SystemClock())
    ledger = Entries(engines["audit"], COUNTY, Salts((b"a secret of the bench",)))
    handler = Handler(audit, Registry.empty("audit"))
    follower = Follower("audit", engines["audit"], audit, log, [ledger], (), handler, COUNTY, SystemClock())
    store = Watched(folder / "tlog")
    writer = Writer(engines["audit"], ledger, store, LOG)
    writer.publisher = _witnessed(store, engines)
    keeper = Keeper(engines["audit"], writer)
    parts = (relay, follower, keeper)
    with reach.service():
        for part in parts:
            part.prepare()
            part.start()
        committed = _paced(journal, seconds * PACE)
        deadline = monotonic() + 30
        while (not store.at or store.at[-1][0] < len(committed)) and monotonic() < deadline:
            sleep(0.02)
        for part in reversed(parts):
            part.stop()
    for one in (journal, audit, log):
        one.close()
    for engine in engines.values():
        engine.dispose()
    sizes = [size for size, _ in store.at]
    return [1000 * (store.at[bisect_left(sizes, position)][1] - at) for position, at in sorted(committed.items())]


def _witnessed(store: Store, engines: dict[str, Engine]) -> Publisher:
    keys = {name: Signer.of_seed(f"bench.example/{name}", name.ljust(32).encode(), COSIGNATURE) for name in NAMES}
    peers: dict[str, Peer] = {}
    for name, key in keys.items():
        witness = Witness(name, engines[name], key, [LOG.verifier])
        witness.prepare()
        peers[name] = witness
    known = {name: Known(key.verifier, name=name) for name, key in keys.items()}
    policy = Policy((Known(LOG.verifier),), tuple(known.values()), (Group("three", 3, NAMES),), "three")
    return Publisher(store, [LOG], policy, Witnesses(LOG.verifier, known, peers))


def _paced(journal: SqlJournal, count: int) -> dict[int, float]:
    """When each position was answered for."""
    answered: dict[int, float] = {}

    def done(pending: Pending) -> None:
        answered[pending.result().position] = monotonic()

    context, data = Context("fengyang", "bench", "FY/secretary", "FY"), '{"person": "x", "note": "' + "y" * 900 + '"}'
    start = monotonic()
    for number in range(count):
        sleep(max(0.0, start + number / PACE - monotonic()))
        write = Write(f"person-{number}", 0, (NewEvent(new_id(), KIND, data),))
        journal.submit(Append(new_id(), "", context, (write,)), done)
    while len(answered) < count:
        sleep(0.02)
    return answered
