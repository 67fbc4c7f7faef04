"""A batch: the commands waiting for one commit, and the judgement over each of them before anything is written.

Start at :func:`judge`. It knows no database: what the journal already holds comes in as :class:`Known`, and each
accepted command changes what the next one of the same batch meets, so one bad command never harms the rest.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from time import perf_counter
from typing import Any

from shared.journal import (
    EVENT_BYTES_MAX,
    Append,
    CommandReused,
    EventTooLarge,
    JournalError,
    NewEvent,
    Outcome,
    WrongVersion,
)
from shared.journal.statements import CONTEXT_FIELDS

Verdict = Outcome | JournalError
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _no_constants(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_constant=_no_constants).decode


class Waiting:
    """A command in the queue: checked and serialised by its caller, who sleeps until the verdict."""

    __slots__ = ("_done", "_verdict", "append", "bytes", "command_json", "events_json", "since", "versions")

    def __init__(self, append: Append) -> None:
        """Raises ValueError for what could never be stored, and :class:`EventTooLarge`."""
        self.append = append
        self.versions = _versions_after(append)
        self.events_json = list(_event_rows(append))
        self.command_json = _command_row(append, self.versions)
        self.bytes = sum(map(len, self.events_json)) + len(self.command_json)
        self.since = perf_counter()
        self._verdict: Verdict | None = None
        self._done = Lock()
        self._done.acquire()

    def answer(self, verdict: Verdict) -> None:
        """The first answer stands."""
        if self._verdict is None:
            self._verdict = verdict
            self._done.release()

    def wait(self) -> Outcome:
        self._done.acquire()
        if isinstance(self._verdict, Outcome):
            return self._verdict
        assert self._verdict is not None, "answered without a verdict"  # noqa: S101 - cannot be: see answer()
        raise self._verdict


@dataclass
class Known:
    """What the journal holds of what a batch touches. ``found`` are commands that were there before the batch;
    ``waited`` is how long the database kept us waiting for the lock (seconds).
    """

    service: str
    head: int
    recorded_at: datetime
    versions: dict[str, int]
    found: dict[str, Outcome]
    waited: float = 0.0


def judge(batch: Sequence[Waiting], known: Known, *, ours: bool = False) -> tuple[list[Verdict], list[Waiting]]:
    """A verdict for each, and those that must be written. ``ours``: a found command is this very one, sent before.

    That is the case when the connection was lost during commit and the batch is sent again.
    """
    versions, head = dict(known.versions), known.head
    done: dict[str, Outcome] = {}
    verdicts: list[Verdict] = []
    accepted: list[Waiting] = []
    for waiting in batch:
        append = waiting.append
        earlier = known.found.get(append.command_id) or done.get(append.command_id)
        refusal = None if earlier else _conflict(append, versions)
        if earlier:
            again = append.command_id in done or not ours
            same = earlier.is_of(append.fingerprint)
            verdicts.append(replace(earlier, repeated=again) if same else _reused(append))
        elif refusal:
            verdicts.append(refusal)
        else:
            versions.update(waiting.versions)
            head += len(waiting.events_json)
            outcome = Outcome(append.command_id, append.fingerprint, head, waiting.versions, append.result)
            done[append.command_id] = outcome
            verdicts.append(outcome)
            accepted.append(waiting)
    return verdicts, accepted


def _conflict(append: Append, versions: Mapping[str, int]) -> WrongVersion | None:
    own: dict[str, int] = {}
    for write in append.writes:
        actual = own.get(write.stream, versions.get(write.stream, 0))
        if actual != write.expected_version:
            return WrongVersion(write.stream, write.expected_version, actual)
        own[write.stream] = actual + len(write.events)
    return None


def _reused(append: Append) -> CommandReused:
    return CommandReused(f"command {append.command_id} has been used before, for another command")


def _versions_after(append: Append) -> dict[str, int]:
    return {write.stream: write.expected_version + len(write.events) for write in append.writes}


def _event_rows(append: Append) -> Iterable[str]:
    """Each event as the JSON row the database will store, all but its position and instant."""
    context = {name: getattr(append.context, name) for name in CONTEXT_FIELDS}
    context["command_id"] = append.command_id
    tail = "," + _encode(context)[1:]
    _must_be_storable(tail)
    for write in append.writes:
        for place, event in enumerate(write.events, start=1):
            _must_be_json_object(event)
            own = {"stream": write.stream, "version": write.expected_version + place}
            own |= {"event_id": event.event_id, "type": event.type, "data": event.data}
            row = _encode(own)[:-1]
            _must_be_storable(row)
            yield row + tail


def _command_row(append: Append, versions: Mapping[str, int]) -> str:
    """The command's row without its opening brace: the committer puts its place in front."""
    if not append.command_id:
        raise ValueError("a command needs an id")
    row = _encode(
        {
            "command_id": append.command_id,
            "fingerprint": append.fingerprint,
            "versions": _encode(versions),
            "result": _encode(dict(append.result)),
            "town": append.context.town,
        }
    )
    _must_be_storable(row)
    return row[1:]


def _must_be_json_object(event: NewEvent) -> None:
    if len(event.data) > EVENT_BYTES_MAX // 4 and len(event.data.encode()) > EVENT_BYTES_MAX:
        raise EventTooLarge(f"{event.type} has {len(event.data.encode())} bytes; {EVENT_BYTES_MAX} are allowed")
    if not isinstance(_decode(event.data), dict):
        raise ValueError(f"the data of {event.type} is not a JSON object")  # noqa: TRY004 - the type is in the text


def _must_be_storable(row: str) -> None:
    """PostgreSQL's text holds neither NUL nor half a surrogate pair; better no journal does."""
    row.encode()
    if "\\u0000" in row and "\\u0000" in row.replace("\\\\", ""):
        raise ValueError("a name or value holds a NUL character")
