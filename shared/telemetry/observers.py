"""From what the journal, the relay and the followers say of themselves to metrics and spans.

They know nothing of Prometheus or OpenTelemetry; ``shared.running`` hands them these observers.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import structlog
from opentelemetry.trace import SpanKind

from shared.events import Context, Recorded
from shared.journal.observing import BatchReport
from shared.observing import Observer
from shared.telemetry import metrics, names, tracing

LINKS_MAX = 128  # what a span keeps; a batch may hold more events than that


class JournalObserver:
    """One journal's batches and failures, as metrics."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._log = structlog.get_logger("gongkai.journal")

    def batch(self, report: BatchReport) -> None:
        seconds = report.queue_seconds + report.lock_seconds + report.write_seconds + report.commit_seconds
        metrics.APPEND_SECONDS.labels(self.service).observe(seconds)
        metrics.LOCK_SECONDS.labels(self.service).observe(report.lock_seconds)
        metrics.COMMIT_SECONDS.labels(self.service).observe(report.commit_seconds)
        metrics.BATCH_APPENDS.labels(self.service).observe(report.commands)
        metrics.EVENTS.labels(self.service).inc(report.events)
        metrics.CONFLICTS.labels(self.service).inc(report.conflicts)
        metrics.HEAD.labels(self.service).set(report.head)
        metrics.QUEUE.labels(self.service).set(report.waiting)

    def failed(self, reason: str, commands: int) -> None:
        metrics.APPEND_FAILURES.labels(self.service, reason).inc(commands)
        self._log.warning("append_failed", service=self.service, reason=reason, commands=commands)


@dataclass
class FlowObserver(Observer):
    """The relay's and the followers' work, as metrics and spans beside the logs of the base."""

    def relayed(self, service: str, events: int) -> None:
        metrics.RELAY_SENT.labels(service).inc(events)

    def relay_lag(self, service: str, events: int, seconds: float) -> None:
        metrics.RELAY_LAG_EVENTS.labels(service).set(events)
        metrics.RELAY_LAG_SECONDS.labels(service).set(seconds)

    def relay_epoch(self, service: str, epoch: int) -> None:
        super().relay_epoch(service, epoch)
        metrics.LEASE_EPOCH.labels(service).set(epoch)
        metrics.LEASE_CHANGES.labels(service).inc()

    def relay_failed(self, service: str, reason: str) -> None:
        super().relay_failed(service, reason)
        metrics.RELAY_FAILURES.labels(service).inc()

    def relay_alarm(self, service: str, alarm: str, detail: str) -> None:
        super().relay_alarm(service, alarm, detail)
        metrics.RELAY_ALARMS.labels(service, alarm).inc()

    def shipping(self, service: str, events: Sequence[Recorded]) -> AbstractContextManager[object]:
        return tracing.span(
            f"{names.SEND} {service}",
            kind=SpanKind.PRODUCER,
            caused_by=_causes(events),
            service=service,
            events=len(events),
            position=events[-1].position if events else 0,
            messaging_operation=names.SEND,
            messaging_destination=service,
        )

    def applying(self, service: str, source: str, events: Sequence[Recorded]) -> AbstractContextManager[object]:
        return tracing.span(
            f"{names.PROCESS} {source}",
            kind=SpanKind.CONSUMER,
            caused_by=_causes(events),
            service=service,
            events=len(events),
            messaging_operation=names.PROCESS,
            messaging_destination=source,
        )

    @contextmanager
    def commanding(self, service: str, by: str, context: Context) -> Iterator[str]:
        causes = [context.traceparent]
        with tracing.span(names.COMMAND, caused_by=causes, service=service, by=by, command_id=context.command_id):
            yield tracing.traceparent()

    def followed(self, service: str, follower: str, source: str, position: int, events: int) -> None:
        metrics.FOLLOWER_APPLIED.labels(service, follower, source).inc(events)
        metrics.FOLLOWER_POSITION.labels(service, follower, source).set(position)
        tracing.note_view(follower, position)

    def duplicates(self, service: str, source: str, count: int) -> None:
        metrics.DUPLICATES.labels(service, source).inc(count)

    def follow_failed(self, service: str, source: str, reason: str) -> None:
        super().follow_failed(service, source, reason)
        metrics.FOLLOW_FAILURES.labels(service, source).inc()

    def gap(self, service: str, source: str, detail: str) -> None:
        super().gap(service, source, detail)
        metrics.GAPS.labels(service, source).inc()

    def parked(self, service: str, follower: str, source: str, stream: str, reason: str) -> None:
        super().parked(service, follower, source, stream, reason)
        metrics.PARKINGS.labels(service, follower).inc()

    def refused(self, service: str, by: str, code: str, detail: str) -> None:
        super().refused(service, by, code, detail)
        metrics.REACTION_REFUSALS.labels(service, by, code).inc()

    def tick_failed(self, service: str, ticker: str, reason: str) -> None:
        super().tick_failed(service, ticker, reason)
        metrics.TICKER_FAILURES.labels(service, ticker).inc()


def _causes(events: Sequence[Recorded]) -> list[str]:
    """The requests behind the latest events: as many as a span keeps links; none where nobody keeps spans."""
    if not tracing.kept():
        return []
    return [event.context.traceparent for event in events[-LINKS_MAX:] if event.context.traceparent]
