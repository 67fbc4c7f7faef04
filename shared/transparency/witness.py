"""The witness a service is of the transparency log: it cosigns a checkpoint only if it goes on from the last one.

Start at :meth:`Witness.add`. What was cosigned is on the disk before the answer leaves, and a later checkpoint takes
its place only where it stood when it was compared; what would give the log a second history is refused and kept as
evidence (C2SP tlog-witness).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from shared.clock import Clock, SystemClock
from shared.columns import Instant
from shared.database import WRITING, durable, make_tables, write_turn
from shared.telemetry import metrics
from shared.transparency import merkle
from shared.transparency.keys import NoteWrong, Signer, Verifier, unb64
from shared.transparency.merkle import EMPTY_ROOT, ProofWrong
from shared.transparency.notes import Checkpoint, open_note, signature_parts, split_note

BODY_BYTES_MAX = 16_384
HASHES_MAX = 63
SUSPECTS_MAX = 100
TEXT = "text/plain; charset=utf-8"
SIZE_TYPE = "text/x.tlog.size"
log = structlog.get_logger("gongkai.witness")
metadata = MetaData()
seen = Table(
    "witness_seen",
    metadata,
    Column("origin", String(400), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),  # as the log signed it, with this witness's own line
)
forks = Table(
    "witness_forks",
    metadata,
    Column("origin", String(400), primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary, primary_key=True),
    Column("against", LargeBinary, nullable=False),  # what had been cosigned then
    Column("note", LargeBinary, nullable=False),  # what the log signed all the same
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Answer:
    """What is sent back: an HTTP status, its text and the text's type."""

    status: int
    body: bytes = b""
    type: str = TEXT


class _No(Exception):
    """Not cosigned; what is answered instead."""

    def __init__(self, status: int, why: str, type_: str = TEXT) -> None:
        super().__init__(why)
        self.answer = Answer(status, f"{why}\n".encode(), type_)


@dataclass(frozen=True)
class Seen:
    checkpoint: Checkpoint
    note: bytes


@dataclass(frozen=True)
class _Asked:
    """A request: the size it goes on from, the proof, and what the log signed."""

    old: int
    proof: Sequence[bytes]
    checkpoint: Checkpoint
    note: bytes


@dataclass
class Witness:
    """``logs`` are the keys of the logs it watches. A worker of its service: it only needs its tables."""

    service: str
    engine: Engine
    signer: Signer
    logs: Sequence[Verifier]
    clock: Clock = field(default_factory=SystemClock)
    trouble: str = ""

    def prepare(self) -> None:
        with self.engine.begin() as tx:
            make_tables(tx, metadata)

    def start(self) -> None:
        """It works when it is asked."""

    def wind_down(self) -> None:
        """Nothing runs."""

    def stop(self) -> None:
        """Nothing runs."""

    def add(self, body: bytes) -> Answer:
        """A log asks for its checkpoint to be cosigned: the cosignature line, or the status that says why not."""
        try:
            return self._cosigned(self._asked(body))
        except _No as no:
            metrics.WITNESS_REFUSALS.labels(self.service, str(no.answer.status)).inc()
            return no.answer

    def view(self, origin_hash: str) -> Answer:
        """The checkpoint last cosigned of the log whose origin has this SHA-256, with both signatures."""
        for log in self.logs:
            if origin_hash_of(log.name) == origin_hash and (last := self.last(log.name)):
                return Answer(200, last.note)
        return Answer(404, b"never cosigned here\n")

    def last(self, origin: str) -> Seen | None:
        with self.engine.connect() as tx:
            row = tx.execute(select(seen.c.note).where(seen.c.origin == origin)).one_or_none()
        return Seen(Checkpoint.parse(split_note(bytes(row.note))[0]), bytes(row.note)) if row else None

    def forked(self) -> Sequence[tuple[bytes, bytes]]:
        """The evidence: pairs of notes that one log signed and that cannot both be true."""
        with self.engine.connect() as tx:
            rows = tx.execute(select(forks.c.against, forks.c.note).order_by(forks.c.at, forks.c.size))
            return [(bytes(against), bytes(note)) for against, note in rows]

    def _asked(self, body: bytes) -> _Asked:
        """The request, from a log that is known and has signed it; else :class:`_No`."""
        if len(body) > BODY_BYTES_MAX:
            raise _No(400, f"a request has at most {BODY_BYTES_MAX} bytes")
        head, blank, note = body.partition(b"\n\n")
        try:
            old, *proof = head.decode("ascii").split("\n")
            hashes = [unb64(line) for line in proof]
            text, _ = split_note(note)
            checkpoint = Checkpoint.parse(text)
        except (NoteWrong, UnicodeDecodeError) as fault:
            raise _No(400, f"not a request to cosign: {fault}") from fault
        size = old.removeprefix("old ")
        well_formed = blank and old == f"old {size}" and size.isdecimal() and len(size) < 19 and str(int(size)) == size
        if not well_formed or len(hashes) > HASHES_MAX or any(len(h) != merkle.HASH_BYTES for h in hashes):
            raise _No(400, "not a request to cosign: old size, hashes, blank line, checkpoint")
        keys = [log for log in self.logs if log.name == checkpoint.origin]
        if not keys:
            raise _No(404, "a log that is not watched here")
        try:
            open_note(note, keys)
        except NoteWrong as fault:
            raise _No(403, str(fault)) from fault
        if int(size) > checkpoint.size:
            raise _No(400, "the old size is larger than the checkpoint's")
        return _Asked(int(size), hashes, checkpoint, _signed_by(note, keys))

    def _cosigned(self, asked: _Asked) -> Answer:
        origin = asked.checkpoint.origin
        last = self.last(origin)
        before = last.checkpoint.size if last else 0
        if asked.old != before:
            raise _No(409, str(before), SIZE_TYPE)
        self._must_go_on(asked, last)
        line = self.signer.line(asked.checkpoint.text, max(1, int(self.clock.now().timestamp())))
        if not self._kept(asked.checkpoint, asked.note + line.encode(), last):
            again = self.last(origin)  # another request was faster: nothing was signed to anyone
            raise _No(409, str(again.checkpoint.size if again else 0), SIZE_TYPE)
        return Answer(200, line.encode())

    def _must_go_on(self, asked: _Asked, last: Seen | None) -> None:
        """Raises :class:`_No`, and keeps what the log has signed beside what it had signed before."""
        new = asked.checkpoint
        if new.size == 0 and new.root != EMPTY_ROOT:
            raise _No(422, "the root of an empty tree is another")
        if asked.old == 0:
            if asked.proof:
                raise _No(422, "nothing is proven from an empty tree")
            return
        assert last is not None  # noqa: S101 - its size is not 0
        try:
            merkle.verify_consistency(asked.old, new.size, asked.proof, last.checkpoint.root, new.root)
        except ProofWrong as fault:
            self._keep_evidence(asked, last)
            raise _No(422, str(fault)) from fault

    def _kept(self, checkpoint: Checkpoint, note: bytes, last: Seen | None) -> bool:
        """Put it in the place of ``last``, if that still stands there; on the disk when this returns."""
        values = {"size": checkpoint.size, "root": checkpoint.root, "note": note}
        with write_turn(self.engine), self.engine.connect().execution_options(**{WRITING: True}) as raw:
            connection = durable(raw)
            with connection.begin():
                if last is None:
                    return _first(connection, {"origin": checkpoint.origin, **values})
                was = last.checkpoint
                place = (seen.c.origin == was.origin, seen.c.size == was.size, seen.c.root == was.root)
                moved = connection.execute(update(seen).where(*place).values(**values)).rowcount == 1
                if moved:
                    connection.execute(delete(forks).where(*_same(checkpoint)))  # it was only badly proven
                return moved

    def _keep_evidence(self, asked: _Asked, last: Seen) -> None:
        """Once for each checkpoint. Of the same size with another root it is a fork for certain; of another size it
        may only be badly proven, which anyone can send: of those a bounded number is kept, and no alarm is given."""
        certain = asked.checkpoint.size == last.checkpoint.size
        with self.engine.begin() as tx:
            there = tx.execute(select(forks.c.size).where(*_same(asked.checkpoint))).first()
            many = tx.execute(select(func.count()).select_from(forks)).scalar_one() >= SUSPECTS_MAX
            if there or (many and not certain) or asked.checkpoint.root == last.checkpoint.root:
                return
            new = asked.checkpoint
            row = {"origin": new.origin, "size": new.size, "root": new.root, "at": self.clock.now()}
            tx.execute(insert(forks), row | {"against": last.note, "note": asked.note})
        if certain:
            metrics.WITNESS_FORKS.labels(self.service).inc()
            log.error("the transparency log has two histories", origin=new.origin, size=new.size)


def origin_hash_of(origin: str) -> str:
    """How a log is called in the addresses of witnesses."""
    return hashlib.sha256(origin.encode()).hexdigest()


def _same(checkpoint: Checkpoint) -> tuple[ColumnElement[bool], ...]:
    key = forks.c
    return key.origin == checkpoint.origin, key.size == checkpoint.size, key.root == checkpoint.root


def _first(tx: Connection, row: dict[str, object]) -> bool:
    """Whether this became the first row of the log."""
    make = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    return tx.execute(make(seen).values(**row).on_conflict_do_nothing().returning(seen.c.origin)).first() is not None


def _signed_by(note: bytes, keys: Sequence[Verifier]) -> bytes:
    """The note with the signature lines of these keys alone."""
    text, lines = split_note(note)
    known = {(key.name, key.key_id) for key in keys}
    kept = (f"{line}\n" for line in lines if signature_parts(line)[:2] in known)
    return f"{text}\n{''.join(kept)}".encode()
