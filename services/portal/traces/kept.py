"""The latest traces of the development platform, in memory and within bounds: the oldest goes first."""

import weakref
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from services.portal.traces.spans import Place, Seen, of_this_process
from shared.telemetry import names

BYTES_MAX = 16_000_000
SPANS_OF_A_TRACE_MAX = 1000
STORY_MAX = 500  # spans that one page shows


@dataclass
class Trace:
    """The spans of one trace that have come in so far; ``left_out`` counts those for which there was no room."""

    trace: str
    spans: list[Seen] = field(default_factory=list)
    weight: int = 0
    left_out: int = 0

    @property
    def root(self) -> Seen:
        """Where it began: the earliest span whose parent is not here."""
        here = {span.span for span in self.spans}
        return min((s for s in self.spans if s.parent not in here), key=lambda s: s.began, default=self.spans[0])

    @property
    def recorded(self) -> bool:
        """Whether it was asked for and something was written into a journal."""
        return self.root.kind == "server" and any(span.name == names.APPEND for span in self.spans)

    @property
    def failed(self) -> bool:
        return any(span.failed for span in self.spans)


class Kept:
    """At most ``traces_max`` traces and about ``bytes_max`` bytes of them; called from any thread."""

    def __init__(self, traces_max: int, bytes_max: int = BYTES_MAX) -> None:
        self.traces_max, self.bytes_max = traces_max, bytes_max
        self.weight = 0
        self._traces: OrderedDict[str, Trace] = OrderedDict()
        self._lock = Lock()

    def add(self, spans: Iterable[Seen]) -> None:
        with self._lock:
            for span in spans:
                self._add(span)
            while self._traces and (len(self._traces) > self.traces_max or self.weight > self.bytes_max):
                _, oldest = self._traces.popitem(last=False)
                self.weight -= oldest.weight

    def find(self, trace: str) -> Trace | None:
        with self._lock:
            return self._traces.get(trace)

    def begun(self, *, recorded: bool = False, limit: int = 100) -> list[Trace]:
        """The latest traces that somebody or time began, newest first; not the work that followed from them."""
        with self._lock:
            found = [t for t in reversed(self._traces.values()) if not t.root.links and (t.recorded or not recorded)]
        return sorted(found, key=lambda t: -t.root.began)[:limit]

    def story(self, trace: str) -> list[Seen]:
        """The spans of a trace and of all work that names one of them as its cause, at most :data:`STORY_MAX`."""
        with self._lock:
            everything = [span for kept in self._traces.values() for span in kept.spans]
        under, caused = _followers(everything)
        told: dict[Place, Seen] = {}
        next_ones = [span for span in everything if span.trace == trace]
        while next_ones and len(told) < STORY_MAX:
            told |= {span.place: span for span in next_ones[: STORY_MAX - len(told)]}
            places = [span.place for span in next_ones]
            reached = [s for place in places for s in (*under.get(place, ()), *caused.get(place, ()))]
            next_ones = list({s.place: s for s in reached if s.place not in told}.values())
        return list(told.values())

    def _add(self, span: Seen) -> None:
        kept = self._traces.setdefault(span.trace, Trace(span.trace))
        if len(kept.spans) >= SPANS_OF_A_TRACE_MAX:
            kept.left_out += 1
            return
        kept.spans.append(span)
        kept.weight += span.weight
        self.weight += span.weight


class Keeps(SpanProcessor):
    """Puts the spans that end in this process where they can be looked at, for as long as somebody keeps them."""

    def __init__(self, kept: Kept) -> None:
        self._kept = weakref.ref(kept)

    def on_end(self, span: ReadableSpan) -> None:
        kept = self._kept()
        if kept is not None:
            kept.add([of_this_process(span)])


def _followers(spans: list[Seen]) -> tuple[dict[Place, list[Seen]], dict[Place, list[Seen]]]:
    """By place: the spans below it, and those elsewhere that name it as their cause."""
    under: dict[Place, list[Seen]] = {}
    caused: dict[Place, list[Seen]] = {}
    for span in spans:
        if span.parent:
            under.setdefault((span.trace, span.parent), []).append(span)
        for link in span.links:
            caused.setdefault(link, []).append(span)
    return under, caused
