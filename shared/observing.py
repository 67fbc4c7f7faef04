"""What the relay and the followers have to say while they work, for logs and metrics; the default says
nothing.

``shared.telemetry`` may subclass :class:`Observer`; nothing here knows how figures are exported.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import structlog

from shared.events import Context, Recorded


@dataclass
class Observer:
    """Counts nothing, logs what an operator must act on. Every method may be called from any thread."""

    logger: structlog.stdlib.BoundLogger = field(default_factory=lambda: structlog.get_logger("gongkai.flow"))

    def relayed(self, service: str, events: int) -> None:
        """A batch was published and confirmed."""

    def relay_lag(self, service: str, events: int, seconds: float) -> None:
        """How far the log is behind the journal, and how old the oldest event not yet relayed is."""

    def relay_epoch(self, service: str, epoch: int) -> None:
        self.logger.info("relay_owned", service=service, epoch=epoch)

    def relay_failed(self, service: str, reason: str) -> None:
        self.logger.warning("relay_failed", service=service, reason=reason)

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
        self.logger.warning("follow_failed", service=service, source=source, reason=reason)

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
        self.logger.warning("tick_failed", service=service, ticker=ticker, reason=reason)
