"""The log's side of being witnessed: it shows each checkpoint to the witnesses of its policy and takes their word back.

Start at :meth:`Witnesses.cosigned` and :meth:`Witnesses.compare`. A witness that is away or refuses is told of and
passed over; one that holds a checkpoint of ours which this tree does not contain stops the log (:class:`LogRefused`).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

import httpx2
import structlog

from shared.telemetry import metrics
from shared.transparency import merkle
from shared.transparency.keys import NoteWrong, Verifier, b64
from shared.transparency.merkle import Nodes
from shared.transparency.notes import Checkpoint, open_checkpoint, open_note, split_note
from shared.transparency.trust import Known
from shared.transparency.witness import HASHES_MAX, Answer, origin_hash_of

SECONDS_MAX = 2.0  # how long one look at all witnesses may take
LATE_SECONDS = 10.0  # how long one that did not answer in time is left in peace
TRIES_MAX = 3
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
log = structlog.get_logger("gongkai.tlog")


class LogRefused(Exception):
    """Signing now would give the log a second history; the message says what does not fit. Nothing was signed."""


class Away(Exception):
    """A witness gives no answer that could be used; the message says why."""


class Peer(Protocol):
    """A witness as it is reached: in this process (``shared.transparency.witness``) or over HTTP."""

    def add(self, body: bytes) -> Answer: ...

    def view(self, origin_hash: str) -> Answer: ...


class OverHttp:
    """A witness behind its submission prefix. Connections are kept."""

    def __init__(self, url: str) -> None:
        self.client = httpx2.Client(base_url=url.rstrip("/") + "/", timeout=SECONDS_MAX)

    def add(self, body: bytes) -> Answer:
        return self._answer(lambda: self.client.post("add-checkpoint", content=body, headers=PLAIN))

    def view(self, origin_hash: str) -> Answer:
        return self._answer(lambda: self.client.get(f"{origin_hash}/checkpoint"))

    def _answer(self, ask: Callable[[], httpx2.Response]) -> Answer:
        try:
            answer = ask()
        except httpx2.HTTPError as fault:
            raise Away(f"no answer ({type(fault).__name__})") from fault
        return Answer(answer.status_code, answer.content, answer.headers.get("content-type", ""))


@dataclass
class Witnesses:
    """Those of the policy that can be reached. ``known`` and ``peers`` are by the policy's names."""

    log: Verifier
    known: dict[str, Known] = field(default_factory=dict)
    peers: dict[str, Peer] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict, init=False)
    compared: set[str] = field(default_factory=set, init=False)
    _sizes: dict[str, int] = field(default_factory=dict, init=False)  # what each cosigned last, as far as we know
    _late_until: dict[str, float] = field(default_factory=dict, init=False)
    _pool: ThreadPoolExecutor | None = field(default=None, init=False)

    def compare(self, size: int, root_at: Callable[[int], bytes]) -> set[str]:
        """Look at what each witness has seen of this log; the names of those that agree with a tree of ``size``.

        Asked once of each: afterwards they see every step. Raises :class:`LogRefused`.
        """
        missing = self.peers.keys() - self.compared
        for name, _ in self._all(missing, lambda name: self._compare(name, size, root_at)):
            self.compared.add(name)
        return self.compared

    def views(self) -> list[tuple[str, Checkpoint]]:
        """What each witness that answers has cosigned last of this log, by name."""
        found: dict[str, Checkpoint] = {}

        def look(name: str) -> str:
            seen = self._seen(name)
            if seen is not None:
                found[name] = seen
            return ""

        self._all(set(self.peers), look)
        return sorted(found.items())

    def cosigned(self, note: bytes, checkpoint: Checkpoint, nodes: Nodes) -> dict[str, str]:
        """The lines of the witnesses that cosigned in time, by name. Raises :class:`LogRefused`."""
        return dict(self._all(set(self.peers), lambda name: self._cosign(name, note, checkpoint, nodes)))

    def close(self) -> None:
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _all(self, names: set[str], ask: Callable[[str], str]) -> list[tuple[str, str]]:
        """Ask them at once, no longer than :data:`SECONDS_MAX`; who did not answer is told of."""
        if not names:
            return []
        self._pool = self._pool or ThreadPoolExecutor(max(8, 2 * len(self.peers)), thread_name_prefix="witness")
        patient = sorted(name for name in names if self._late_until.get(name, 0.0) <= monotonic())
        asked: dict[Future[str], str] = {self._pool.submit(ask, name): name for name in patient}
        answered, late = wait(asked, timeout=SECONDS_MAX)
        for future in late:
            self._late_until[asked[future]] = monotonic() + LATE_SECONDS
            self._tell(asked[future], "away", f"no answer in {SECONDS_MAX:.0f} s")
        done = []
        for future in answered:
            try:
                done.append((asked[future], future.result()))
                self.troubles.pop(asked[future], None)
            except Away as fault:
                self._tell(asked[future], "away", str(fault))
            except NoteWrong as fault:
                self._tell(asked[future], "refused", str(fault))
            except LogRefused as refused:
                self._tell(asked[future], "fork", str(refused))
                raise
            except Exception as fault:  # noqa: BLE001 - a witness in this process whose database is away
                self._tell(asked[future], "away", type(fault).__name__)
        return done

    def _tell(self, name: str, reason: str, why: str) -> None:
        metrics.WITNESS_FAILURES.labels("audit", name, reason).inc()
        if self.troubles.get(name) != why:
            log.warning("witness", witness=name, trouble=why)
        self.troubles[name] = why

    def _compare(self, name: str, size: int, root_at: Callable[[int], bytes]) -> str:
        seen = self._seen(name)
        if seen is None:
            return ""
        if seen.size > size:
            raise LogRefused(
                f"the witness {name} has seen {seen.size} entries, and only {size} are here: an old backup?"
            )
        if root_at(seen.size) != seen.root:
            raise LogRefused(f"the witness {name} has seen another history of the first {seen.size} entries")
        self._sizes[name] = seen.size
        return ""

    def _seen(self, name: str) -> Checkpoint | None:
        """Signed by this log, or it says nothing about it. Raises :class:`Away`, :class:`NoteWrong`."""
        answer = self.peers[name].view(origin_hash_of(self.log.name))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise Away(f"answers {answer.status}")
        return open_checkpoint(answer.body, self.log)

    def _cosign(self, name: str, note: bytes, checkpoint: Checkpoint, nodes: Nodes) -> str:
        """The witness's signature line. Its 409 says where it stands: then once more from there."""
        for _ in range(TRIES_MAX):
            old = min(self._sizes.get(name, 0), checkpoint.size)
            answer = self.peers[name].add(_request(old, note, checkpoint, nodes))
            if answer.status == 200:
                line = self._line(name, note, answer.body)
                self._sizes[name] = checkpoint.size
                return line
            stands = _size(answer)
            if stands is None or stands == old or stands > checkpoint.size:
                break
            self._sizes[name] = stands
        if answer.status in (409, 422):  # it may hold what we do not: only what we signed ourselves proves that
            self._compare(name, checkpoint.size, lambda size: merkle.root(nodes, size))
        said = answer.body[:80].decode(errors="replace").strip()
        raise NoteWrong(f"refuses: {answer.status} {said}")

    def _line(self, name: str, note: bytes, lines: bytes) -> str:
        """The one line that fits the witness's key."""
        key = self.known[name].verifier
        text, _ = split_note(note)
        for line in lines.decode(errors="replace").splitlines():
            one = f"{line}\n"
            try:
                if open_note(f"{text}\n{one}".encode(), [key]).times[0] > 0:
                    return one
            except NoteWrong:
                continue
        raise NoteWrong("answered with a signature that is not its own")


def _request(old: int, note: bytes, checkpoint: Checkpoint, nodes: Nodes) -> bytes:
    proof: Sequence[bytes] = merkle.consistency(nodes, old, checkpoint.size) if old else []
    assert len(proof) <= HASHES_MAX  # noqa: S101 - a tree has at most 63 levels
    return "".join([f"old {old}\n", *(f"{b64(value)}\n" for value in proof), "\n"]).encode() + note


def _size(answer: Answer) -> int | None:
    """The size that a 409 names."""
    said = answer.body.decode(errors="replace").strip()
    if answer.status != 409 or not said.isascii() or not said.isdecimal() or len(said) > 18:
        return None
    return int(said)
