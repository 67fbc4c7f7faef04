"""What the journal tells telemetry about itself: a report for each batch, and each refusal."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BatchReport:
    """One transaction of the committer.

    Seconds: the longest wait in the queue, the wait for the lock, judging and sending, and until it was durable.
    """

    commands: int
    events: int
    bytes: int
    conflicts: int
    repeats: int
    waiting: int
    head: int
    queue_seconds: float
    lock_seconds: float
    write_seconds: float
    commit_seconds: float


class Observer(Protocol):
    def batch(self, report: BatchReport) -> None:
        """A batch was committed (or found to hold nothing new). Called outside the lock; must not block or raise."""
        ...

    def failed(self, reason: str, commands: int) -> None:
        """Appends were turned away: ``busy``, ``unavailable``, ``refused`` (by the database) or ``too-large``."""
        ...


class Unobserved:
    """Nobody is watching."""

    def batch(self, report: BatchReport) -> None:
        del report

    def failed(self, reason: str, commands: int) -> None:
        del reason, commands
