"""A trace told in order: each piece of work below what it belongs to or what caused it, and the views it changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.portal.traces.spans import Place, Seen
from shared.telemetry import names

WIDTH = 1000  # the scale of the bars
DEPTH_MAX = 12


@dataclass(frozen=True)
class Row:
    """One span in its place; ``after`` is milliseconds since the beginning, ``left`` and ``width`` are of the bar."""

    seen: Seen
    depth: int
    caused: bool  # not called by the row above it, but following from what that wrote
    after: float
    left: float
    width: float


@dataclass(frozen=True)
class Changed:
    """Views of a service that a batch with our event brought up to date."""

    service: str
    source: str
    views: tuple[str, ...]
    position: str
    after: float


@dataclass(frozen=True)
class Story:
    rows: tuple[Row, ...]
    changed: tuple[Changed, ...]
    milliseconds: float
    services: tuple[str, ...]


def tell(spans: Sequence[Seen]) -> Story:
    """The story of the spans, which are those of one trace and of what followed from it."""
    zero = min(span.began for span in spans)
    whole = max(1, max(span.ended for span in spans) - zero)
    rows = tuple(
        Row(
            seen,
            min(depth, DEPTH_MAX),
            caused,
            (seen.began - zero) / 1e6,
            WIDTH * (seen.began - zero) / whole,
            max(2.0, WIDTH * (seen.ended - seen.began) / whole),
        )
        for seen, depth, caused in _in_order(spans)
    )
    services = tuple(dict.fromkeys(row.seen.service for row in rows))
    return Story(rows, tuple(_changed(spans, zero)), whole / 1e6, services)


def _in_order(spans: Sequence[Seen]) -> Iterator[tuple[Seen, int, bool]]:
    here = {span.place: span for span in spans}
    below: dict[Place, list[tuple[Seen, bool]]] = {}
    tops: list[Seen] = []
    for span in sorted(spans, key=lambda s: (s.began, s.span)):
        owner, caused = _owner(span, here)
        if owner is None:
            tops.append(span)
        else:
            below.setdefault(owner, []).append((span, caused))
    told: set[Place] = set()
    waiting = [(top, 0, False) for top in reversed(tops)]
    while waiting:
        span, depth, caused = waiting.pop()
        if span.place in told:
            continue
        told.add(span.place)
        yield span, depth, caused
        children = sorted(below.get(span.place, ()), key=lambda child: (child[1], child[0].began))
        waiting += [(child, depth + 1, by_link) for child, by_link in reversed(children)]


def _owner(span: Seen, here: dict[Place, Seen]) -> tuple[Place | None, bool]:
    """The span below which it is told: its parent, or the first of its causes."""
    if (span.trace, span.parent) in here:
        return (span.trace, span.parent), False
    return next((link for link in span.links if link in here and link != span.place), None), True


def _changed(spans: Sequence[Seen], zero: int) -> Iterator[Changed]:
    for span in sorted(spans, key=lambda s: s.ended):
        if span.views:
            source, position = span.says.get(names.MESSAGING_DESTINATION, ""), span.says.get(names.POSITION, "")
            yield Changed(span.service, source, span.views, position, (span.ended - zero) / 1e6)
