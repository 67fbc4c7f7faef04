"""A batch: the commands waiting for one commit, and the judgement over each of them before anything is written.

Start at :func:`judge`. It knows no database: what the journal already holds comes in as :class:`Known`, and each
accepted command changes what the next one of the same batch meets, so one bad command never harms the rest.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from json.encoder import encode_basestring
from threading import Lock
from time import perf_counter
from typing import Any

import orjson

from shared.journal import (
    EVENT_BYTES_MAX,
    Append,
    CommandReused,
    EventTooLarge,
    JournalError,
    NewEvent,
    Outcome,
    Told,
    WrongVersion,
)

Verdict = Outcome | JournalError
_text = encode_basestring  # a JSON string
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _no_constants(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_constant=_no_constants).decode


def _read(data: str) -> Any:
    """What JSON says. orjson is by far the quicker, but does not take half a character written as an escape."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _decode(data)


class Waiting:
    """A command in the queue: checked and serialised by its caller, who sleeps until the verdict or is told of it."""

    __slots__ = ("_done", "_told", "_verdict", "append", "bytes", "command_json", "events_json", "since", "versions")

    def __init__(self, append: Append, told: Told | None = None) -> None:
        """Raises ValueError for what could never be stored, and :class:`EventTooLarge`."""
        self.append = append
        self.versions = _versions_after(append)
        self.events_json = list(_event_rows(append))
        self.command_json = _command_row(append, self.versions)
        self.bytes = sum(map(len, self.events_json)) + len(self.command_json)
        self.since = perf_counter()
        self._verdict: Verdict | None = None
        self._told = told
        self._done = Lock()
        self._done.acquire()

    def answer(self, verdict: Verdict) -> None:
        """The first answer stands."""
        if self._verdict is None:
            self._verdict = verdict
            self._done.release()
            if self._told is not None:
                self._told(self)

    def result(self) -> Outcome:
        """Wait for the verdict, and return or raise it."""
        with self._done:
            pass
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


def foreseen(batch: Sequence[Waiting]) -> dict[str, int] | None:
    """The version each stream must have for the whole batch to be accepted; None if it cannot be, whatever they are."""
    first: dict[str, int] = {}
    now: dict[str, int] = {}
    for waiting in batch:
        for write in waiting.append.writes:
            stream, expected = write.stream, write.expected_version
            if now.get(stream, expected) != expected:
                return None
            first.setdefault(stream, expected)
            now[stream] = expected + len(write.events)
    unique = len({waiting.append.command_id for waiting in batch}) == len(batch)
    return first if unique else None


def outcomes(batch: Sequence[Waiting], head: int) -> list[Verdict]:
    """What each command of a batch came to that was accepted as a whole on top of ``head``."""
    verdicts: list[Verdict] = []
    for waiting in batch:
        head += len(waiting.events_json)
        append = waiting.append
        verdicts.append(Outcome(append.command_id, append.fingerprint, head, waiting.versions, append.result))
    return verdicts


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
    tail = _tail(append)
    for write in append.writes:
        stream = _text(write.stream)
        for version, event in enumerate(write.events, start=write.expected_version + 1):
            _must_be_json_object(event)
            row = (
                f'{{"stream":{stream},"version":{version},"event_id":{_text(event.event_id)},'
                f'"type":{_text(event.type)},"data":{_text(event.data)},{tail}'
            )
            _must_be_storable(row)
            yield row


def _tail(append: Append) -> str:
    context = append.context
    return (
        f'"town":{_text(context.town)},"actor":{_text(context.actor)},"post":{_text(context.post)},'
        f'"organisation":{_text(context.organisation)},"command_id":{_text(append.command_id)},'
        f'"correlation_id":{_text(context.correlation_id)},"causation_id":{_text(context.causation_id)},'
        f'"traceparent":{_text(context.traceparent)}}}'
    )


def _command_row(append: Append, versions: Mapping[str, int]) -> str:
    """The command's row without its opening brace: the committer puts its place in front."""
    if not append.command_id:
        raise ValueError("a command needs an id")
    result = _text(_encode(dict(append.result))) if append.result else '"{}"'
    row = (
        f'"command_id":{_text(append.command_id)},"fingerprint":{_text(append.fingerprint)},'
        f'"versions":{_text(_numbers(versions))},"result":{result},"town":{_text(append.context.town)}}}'
    )
    _must_be_storable(row)
    return row


def _numbers(versions: Mapping[str, int]) -> str:
    return "{" + ",".join(f"{_text(stream)}:{version}" for stream, version in versions.items()) + "}"


def _must_be_json_object(event: NewEvent) -> None:
    if len(event.data) > EVENT_BYTES_MAX // 4 and len(event.data.encode()) > EVENT_BYTES_MAX:
        raise EventTooLarge(f"{event.type} has {len(event.data.encode())} bytes; {EVENT_BYTES_MAX} are allowed")
    if not isinstance(_read(event.data), dict):
        raise ValueError(f"the data of {event.type} is not a JSON object")  # noqa: TRY004 - the type is in the text


def _must_be_storable(row: str) -> None:
    """PostgreSQL's text holds neither NUL nor half a surrogate pair; better no journal does."""
    row.encode()
    if "\\u0000" in row and "\\u0000" in row.replace("\\\\", ""):
        raise ValueError("a name or value holds a NUL character")
