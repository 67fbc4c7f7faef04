"""The journal: where a service's facts are decided, numbered 1, 2, 3 ... without a gap, and made durable.

This is the port. ``sql`` is its one adapter, for PostgreSQL and SQLite, with group commit. An append is answered only
when it is on disk (design 1.1); the same command id changes the world once and gets the same answer (design 1.2).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.events import Context, Recorded

UNKNOWN = "?"  # the fingerprint of a command that was restored from the log: whoever has its id repeats it
EVENT_BYTES_MAX = 512 * 1024  # above this the relay's Kafka producer would stop for good (handbook: kafka.md 4)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event ready to be written: typed, identified and serialised outside the journal's lock."""

    event_id: str
    type: str
    data: str  # JSON object


@dataclass(frozen=True, slots=True)
class Write:
    """What to add to one stream, which must stand at ``expected_version`` (0: must not exist)."""

    stream: str
    expected_version: int
    events: tuple[NewEvent, ...]


@dataclass(frozen=True, slots=True)
class Append:
    """One command's whole effect, over one stream or several: all of it is written, or none.

    ``fingerprint`` tells a retry from another command that reuses the id. ``result`` is kept with the command and
    handed out again to a retry; it must hold no personal data. A command without events is still recorded.
    """

    command_id: str
    fingerprint: str
    context: Context
    writes: tuple[Write, ...]
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: ``position`` is the journal's position after it, ``versions`` those of its streams."""

    command_id: str
    fingerprint: str
    position: int
    versions: Mapping[str, int]
    result: Mapping[str, Any]
    repeated: bool = False

    def is_of(self, fingerprint: str) -> bool:
        """Whether a command with this fingerprint is the one that came to this."""
        return self.fingerprint in (fingerprint, UNKNOWN)


class JournalError(Exception):
    """The journal could not take the append; nothing of it was written."""


class WrongVersion(JournalError):
    """The stream has moved on: someone else wrote first. Carries the version it has now."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream} is at version {actual}, not {expected}")
        self.stream, self.expected, self.actual = stream, expected, actual


class CommandReused(JournalError):
    """The command id has been used before, for another command."""


class EventTooLarge(JournalError):
    """An event is above ``EVENT_BYTES_MAX``: documents travel as digests."""


class JournalBusy(JournalError):
    """The queue of waiting appends is full: try again shortly."""


class JournalUnavailable(JournalError):
    """The database cannot be reached or cannot write (disk full, connection lost).

    Only when the connection was lost for good may the append still have been written: send the same command id again.
    """


class JournalGap(Exception):
    """The journal does not go on where its reader stands: something is missing, or the reader is ahead of it.

    A restored backup or a lossy failover does this. Whoever reads must stop; going on would hide the loss (design 1.3).
    """


class Pending(Protocol):
    """An append under way."""

    def result(self) -> Outcome:
        """Wait until it is durable. Raises :class:`JournalError` and its kinds; then nothing was written."""
        ...


Told = Callable[[Pending], None]
"""Told once that ``result`` need not wait any more, by the thread that writes: it must neither block nor raise."""


class Journal(Protocol):
    service: str

    def append(self, append: Append) -> Outcome:
        """Write and wait until durable. Raises :class:`JournalError` and its kinds; then nothing was written."""
        ...

    def submit(self, append: Append, told: Told | None = None) -> Pending:
        """The same without waiting, so that one thread can have many under way. ``told`` is called when it has ended.

        Raises at once what can be said at once: :class:`JournalBusy`, :class:`EventTooLarge`.
        """
        ...

    def outcome(self, command_id: str) -> Outcome | None:
        """The recorded outcome of a command, or None if it never got through."""
        ...

    def stream(self, stream: str, after: int = 0) -> Sequence[Recorded]:
        """The events of one stream above a version, in order. Raises :class:`JournalGap` if one is missing."""
        ...

    def streams(self, streams: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        """The events of several streams, each as :meth:`stream` has them; those that do not exist are left out."""
        ...

    def read(self, after: int, limit: int = 500) -> Sequence[Recorded]:
        """The events above a position: exactly ``after + 1, after + 2, ...``, or :class:`JournalGap` is raised."""
        ...

    def head(self) -> int:
        """The last position given out; equals the number of events in the journal."""
        ...

    def await_beyond(self, position: int, timeout: float) -> None:
        """Return once the head may be above ``position``, or after ``timeout`` seconds. A hint, never a promise."""
        ...

    def close(self) -> None: ...
