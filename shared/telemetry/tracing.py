"""Traces from a request through command, journal, relay and follower to a view, linked by traceparents.

A span that works on a stored event does not continue the request's trace, which is long over; it links to it.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context as OtelContext
from opentelemetry.context import attach, detach
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span as SdkSpan
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, TraceState
from opentelemetry.util.types import AttributeValue

from shared.settings import Settings
from shared.telemetry import names

_tracer = trace.get_tracer("gongkai")


class NamesNobody(SpanProcessor):
    """Blanks addresses as spans begin: they may hold a receipt's lookup code or what someone searched for."""

    ADDRESSES = ("url.path", "url.query")

    def on_start(self, span: SdkSpan, parent_context: OtelContext | None = None) -> None:
        del parent_context
        held = span.attributes or {}
        span.set_attributes({key: "[blanked]" for key in self.ADDRESSES if key in held})


class WhereKept(Sampler):
    """Spans are recorded where somebody keeps them; elsewhere they only name the trace, which costs next to nothing."""

    def __init__(self) -> None:
        self.kept = False

    def should_sample(
        self,
        parent_context: OtelContext | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        sampler = _KEEPING if self.kept else ALWAYS_OFF
        return sampler.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return "WhereKept"


_KEEPING = ParentBased(ALWAYS_ON)
_sampler = WhereKept()
_numbers = RandomIdGenerator()


def set_up(settings: Settings, service: str, *processors: SpanProcessor) -> TracerProvider:
    """Install the process's tracer provider, once; later calls only add processors, as tests do."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider(sampler=_sampler, resource=_resource(settings, service))
        provider.add_span_processor(NamesNobody())
        trace.set_tracer_provider(provider)
        if settings.otlp_endpoint:
            also(_exporting(settings.otlp_endpoint))
    for processor in processors:
        also(processor)
    return provider


def also(processor: SpanProcessor) -> None:
    """Have another processor see the spans of this process, if any are made."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.add_span_processor(processor)
        _sampler.kept = True


def kept() -> bool:
    """Whether somebody keeps the spans of this process."""
    return _sampler.kept


class OnlyNamed(NonRecordingSpan):
    """Stands for a trace that nobody keeps here; it still has a name, for logs, events and answers."""

    def __init__(self, context: SpanContext) -> None:
        super().__init__(context)
        self.trace_id = f"{context.trace_id:032x}"
        self.span_id = f"{context.span_id:016x}"
        self.traceparent = f"00-{self.trace_id}-{self.span_id}-00"


@contextmanager
def named_only(called_by: str) -> Iterator[OnlyNamed]:
    """Be in a trace that nobody keeps here: the caller's if there is one."""
    before = _context(called_by) if called_by else None
    trace_number = before.trace_id if before else _numbers.generate_trace_id()
    span = OnlyNamed(SpanContext(trace_number, _numbers.generate_span_id(), is_remote=False))
    token = attach(trace.set_span_in_context(span))
    try:
        yield span
    finally:
        detach(token)


def traceparent() -> str:
    """The W3C form of the span we are in, or '' outside any."""
    span = trace.get_current_span()
    if isinstance(span, OnlyNamed):
        return span.traceparent
    context = span.get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def outgoing() -> dict[str, str]:
    """The header by which a service that is called continues the trace we are in."""
    here = traceparent()
    return {"traceparent": here} if here else {}


def trace_id(scope: Any) -> str:
    """The id under which a request is found in logs and traces: its trace's, or its own if none is kept."""
    span = trace.get_current_span()
    if isinstance(span, OnlyNamed):
        return span.trace_id
    context, state = span.get_span_context(), scope.setdefault("state", {})
    if context.is_valid:
        return f"{context.trace_id:032x}"
    return str(state.setdefault("trace_id", secrets.token_hex(16)))


def route(scope: Mapping[str, Any]) -> str:
    """The route's template, never the address itself, which may name a person or a receipt."""
    named = scope.get("state", {}).get("route")
    return str(named or getattr(scope.get("route"), "path", "") or "unknown")


def service(scope: Mapping[str, Any]) -> str:
    web = getattr(getattr(scope.get("app"), "state", None), "web", None)
    return str(getattr(web, "name", "unknown"))


@contextmanager
def span(
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    caused_by: Sequence[str] = (),
    **attributes: AttributeValue,
) -> Iterator[Span]:
    """A span with links to the traceparents that caused it; keyword attributes are named as in ``names``.

    Where nobody keeps spans, the one we are in stands for all that would lie within it.
    """
    around = trace.get_current_span()
    if not _sampler.kept and around.get_span_context().is_valid:
        yield around
        return
    with _tracer.start_as_current_span(name, kind=kind, links=links(caused_by), record_exception=False) as current:
        current.set_attributes({getattr(names, key.upper()): value for key, value in attributes.items()})
        yield current


def note_view(view: str, position: int) -> None:
    """Have the span we are in say that its work brought a view to a position; outside any it is not said."""
    here = trace.get_current_span()
    if isinstance(here, SdkSpan) and here.is_recording():
        known = (here.attributes or {}).get(names.VIEWS, ())
        views = (*known, view) if isinstance(known, tuple) else (view,)
        here.set_attributes({names.VIEWS: views, names.POSITION: position})


def begun(name: str, **attributes: AttributeValue) -> Callable[[], None] | None:
    """A span below the one we are in that ends when what is returned is called; None where nobody keeps spans."""
    if not _sampler.kept:
        return None
    return _tracer.start_span(name, attributes={getattr(names, k.upper()): v for k, v in attributes.items()}).end


def links(traceparents: Sequence[str]) -> list[Link]:
    """Links to stored traceparents; one that cannot be read is left out."""
    contexts = (_context(text) for text in dict.fromkeys(traceparents))
    return [Link(context) for context in contexts if context is not None]


def _context(text: str) -> SpanContext | None:
    parts = text.split("-")
    if len(parts) != 4 or len(parts[1]) != 32 or len(parts[2]) != 16:
        return None
    try:
        context = SpanContext(int(parts[1], 16), int(parts[2], 16), True, TraceFlags(int(parts[3], 16)))
    except ValueError:
        return None
    return context if context.is_valid else None


def _resource(settings: Settings, service: str) -> Resource:
    return Resource.create(
        {
            "service.name": service,
            "service.namespace": "gongkai",
            "deployment.environment.name": settings.environment.value,
            "gongkai.county": settings.county,
        }
    )


def _exporting(endpoint: str) -> SpanProcessor:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))
