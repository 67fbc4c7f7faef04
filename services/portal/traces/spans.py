"""A span as it is kept and shown: ids, times, and of its attributes only those that can say nothing of people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from shared.telemetry import names

Place = tuple[str, str]  # trace and span, hexadecimal

SHOWN = (
    names.SERVICE,
    names.ACTION,
    names.TOWN,
    names.BY,
    names.OUTCOME,
    names.EVENTS,
    names.POSITION,
    names.VIEWS,
    names.COMMAND_ID,
    names.MESSAGING_DESTINATION,
    "http.response.status_code",
)
NAME_MAX = 160
VALUE_MAX = 300
KINDS = ("internal", "internal", "server", "client", "producer", "consumer")


@dataclass(frozen=True, slots=True)
class Seen:
    """One span; ``began`` and ``ended`` are nanoseconds since 1970."""

    trace: str
    span: str
    parent: str
    links: tuple[Place, ...]
    process: str
    name: str
    kind: str
    began: int
    ended: int
    failed: bool
    says: Mapping[str, str]

    @property
    def place(self) -> Place:
        return self.trace, self.span

    @property
    def title(self) -> str:
        """What was done, and by which reaction or ticker if nobody asked for it."""
        by = self.says.get(names.BY, "")
        return f"{self.name} · {by}" if by else self.name

    @property
    def milliseconds(self) -> float:
        return max(0, self.ended - self.began) / 1e6

    @property
    def views(self) -> tuple[str, ...]:
        """The views that this piece of work brought up to date."""
        return tuple(self.says.get(names.VIEWS, "").split())

    @property
    def service(self) -> str:
        """Whose work it was: the service, where the process runs several."""
        return self.says.get(names.SERVICE, "") or self.process

    @property
    def weight(self) -> int:
        """Roughly how many bytes it takes up."""
        return 600 + 150 * len(self.links) + sum(len(k) + len(v) for k, v in self.says.items())


def said(attributes: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Of a span's attributes, those that are shown."""
    return {key: _text(value)[:VALUE_MAX] for key, value in attributes if key in SHOWN}


def of_this_process(span: ReadableSpan) -> Seen:
    """A span that has ended here."""
    context, parent = span.context, span.parent
    return Seen(
        trace=f"{context.trace_id:032x}",
        span=f"{context.span_id:016x}",
        parent=f"{parent.span_id:016x}" if parent else "",
        links=tuple((f"{one.context.trace_id:032x}", f"{one.context.span_id:016x}") for one in span.links),
        process=str(span.resource.attributes.get("service.name", "")),
        name=span.name[:NAME_MAX],
        kind=span.kind.name.lower(),
        began=span.start_time or 0,
        ended=span.end_time or 0,
        failed=span.status.status_code is StatusCode.ERROR,
        says=said((span.attributes or {}).items()),
    )


def _text(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return " ".join(str(one) for one in value)
    return str(value)
