"""A journal whose appends are spans: what a command waits for until it is durable, seen inside its trace."""

from collections.abc import Mapping, Sequence

from shared.events import Recorded
from shared.journal import Append, Journal, Outcome, Pending, Told
from shared.telemetry import names, tracing


class TracedJournal:
    """Any journal, with a span around each append."""

    def __init__(self, journal: Journal) -> None:
        self.service = journal.service
        self._journal = journal

    def append(self, append: Append) -> Outcome:
        events = sum(len(write.events) for write in append.writes)
        with tracing.span(names.APPEND, service=self.service, command_id=append.command_id, events=events) as span:
            outcome = self._journal.append(append)
            span.set_attribute(names.POSITION, outcome.position)
            return outcome

    def submit(self, append: Append, told: Told | None = None) -> Pending:
        """The span ends when the append has."""
        end = tracing.begun(names.APPEND, service=self.service, command_id=append.command_id)
        if end is None:
            return self._journal.submit(append, told)

        def ended(pending: Pending) -> None:
            end()
            if told:
                told(pending)

        return self._journal.submit(append, ended)

    def outcome(self, command_id: str) -> Outcome | None:
        return self._journal.outcome(command_id)

    def stream(self, stream: str, after: int = 0) -> Sequence[Recorded]:
        return self._journal.stream(stream, after)

    def streams(self, streams: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        return self._journal.streams(streams)

    def read(self, after: int, limit: int = 500) -> Sequence[Recorded]:
        return self._journal.read(after, limit)

    def head(self) -> int:
        return self._journal.head()

    def await_beyond(self, position: int, timeout: float) -> None:
        self._journal.await_beyond(position, timeout)

    def close(self) -> None:
        self._journal.close()
