"""What the relay and the followers have to say while they work, for logs and metrics; the default says
nothing.

``shared.telemetry`` may subclass :class:`Observer`; nothing here knows how figures are exported.
"""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import structlog

from shared.events import Context, Recorded

REPEAT_SECONDS = 60.0  # how often a fault that goes on is said again


@dataclass
class Observer:
    """Counts nothing, logs what an operator must act on. Every method may be called from any thread."""

    logger: structlog.stdlib.BoundLogger = field(default_factory=lambda: structlog.get_logger("gongkai.flow"))
    _said: dict[tuple[str, ...], float] = field(default_factory=dict, init=False)

    def relayed(self, service: str, events: int) -> None:
        """A batch was published and confirmed."""

    def relay_lag(self, service: str, events: int, seconds: float) -> None:
        """How far the log is behind the journal, and how old the oldest event not yet relayed is."""

    def relay_epoch(self, service: str, epoch: int) -> None:
        self.logger.info("relay_owned", service=service, epoch=epoch)

    def relay_failed(self, service: str, reason: str) -> None:
        self._going_on("relay_failed", service=service, reason=reason)

    def relay_alarm(self, service: str, alarm: str, detail: str) -> None:
        self.logger.error("relay_alarm", service=service, alarm=alarm, detail=detail)

    def applying(self, service: str, source: str, events: Sequence[Recorded]) -> AbstractContextManager[object]:
        """Entered around the transaction in which views see a batch: a span may link to the events'
        traceparents.
        """
        del service, source, events
        return nullcontext()

    def commanding(self, service: str, by: str, context: Context) -> AbstractContextManager[str]:
        """Entered around a command of a reaction or ticker; gives the traceparent of that work, or ''."""
        del service, by, context
        return nullcontext("")

    def shipping(self, service: str, events: Sequence[Recorded]) -> AbstractContextManager[object]:
        """Entered around the publication of a batch."""
        del service, events
        return nullcontext()

    def followed(self, service: str, follower: str, source: str, position: int, events: int) -> None:
        """A view or reaction of ``service`` has got through ``events`` more of ``source``, up to
        ``position``.
        """

    def duplicates(self, service: str, source: str, count: int) -> None:
        """Records that had been seen before, dropped by position."""

    def follow_failed(self, service: str, source: str, reason: str) -> None:
        self._going_on("follow_failed", service=service, source=source, reason=reason)

    def gap(self, service: str, source: str, detail: str) -> None:
        self.logger.error("gap", service=service, source=source, detail=detail)

    def parked(self, service: str, follower: str, source: str, stream: str, reason: str) -> None:
        self.logger.error(
            "stream_parked", service=service, follower=follower, source=source, stream=stream, reason=reason
        )

    def refused(self, service: str, by: str, code: str, detail: str) -> None:
        """A reaction's or ticker's command was refused by the rules."""
        self.logger.info("command_refused", service=service, by=by, code=code, detail=detail)

    def tick_failed(self, service: str, ticker: str, reason: str) -> None:
        self._going_on("tick_failed", service=service, ticker=ticker, reason=reason)

    def flows_again(self, service: str, what: str) -> None:
        """``relay`` or ``follow``: whatever kept it has gone, and it works again."""
        for said in [key for key in self._said.copy() if key[0].startswith(what) and f"service={service}" in key]:
            self._said.pop(said, None)
        self.logger.info("flows_again", service=service, what=what)

    def _going_on(self, event: str, **about: str) -> None:
        """A fault at once, and again each minute while it goes on: attempts in between say nothing new."""
        kind = about["reason"].partition(":")[0]
        key = (event, kind, *(f"{name}={value}" for name, value in about.items() if name != "reason"))
        now = time.monotonic()
        if now - self._said.get(key, float("-inf")) >= REPEAT_SECONDS:
            self._said[key] = now
            self.logger.warning(event, **about)
