"""What was asked can be followed: from the request through command, journal, relay and follower to another's view."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from starlette.testclient import TestClient

from services.cli.demo import load_demo
from services.embedded import everything
from shared.events import Recorded
from shared.running import LocalPlatform
from shared.settings import Environment, Settings
from shared.telemetry import names, tracing

RELEASE = "POST /api/publication/v1/disclosures/{disclosure}/release-inside"
LOOKED_FOR = "something private"
ASKED_BY = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True)
class Seen:
    """Every span of a platform that loaded the demo county and showed one page, and what its journals hold."""

    spans: tuple[ReadableSpan, ...]
    journals: dict[str, list[Recorded]]

    def named(self, name: str, **attributes: object) -> list[ReadableSpan]:
        wanted = {getattr(names, key.upper()): value for key, value in attributes.items()}
        return [s for s in self.spans if s.name == name and wanted.items() <= dict(s.attributes or {}).items()]

    def under(self, parent: ReadableSpan, name: str) -> ReadableSpan:
        return next(s for s in self.named(name) if s.parent and s.parent.span_id == parent.context.span_id)

    def linked(self, to: ReadableSpan, name: str, **attributes: object) -> list[ReadableSpan]:
        """The spans that name another span as what caused them."""
        span = to.context.span_id
        return [s for s in self.named(name, **attributes) if span in {link.context.span_id for link in s.links}]

    def release(self) -> tuple[ReadableSpan, ReadableSpan, Recorded]:
        """The first inside release of the demo: its request, its command, the fact."""
        request = self.named(RELEASE)[0]
        command = self.under(request, names.COMMAND)
        fact = next(e for e in self.journals["publication"] if e.context.traceparent == parent_of(command))
        return request, command, fact


def parent_of(span: ReadableSpan) -> str:
    """The traceparent that work caused by this span would carry."""
    return f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-{int(span.context.trace_flags):02x}"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    exporter = InMemorySpanExporter()
    tracing.set_up(Settings(), "tests", SimpleSpanProcessor(exporter))
    var = tmp_path_factory.mktemp("traced")
    platform = platform_at(var)
    with TestClient(everything(platform)) as client:
        load_demo(client)
        client.get("/", headers={"traceparent": ASKED_BY})
        client.get("/api/publication/v1/shown", params={"q": LOOKED_FOR})
        journals = {name: list(journal.read(0, 100_000)) for name, journal in platform.journals.items()}
    yield Seen(exporter.get_finished_spans(), journals)
    exporter.shutdown()


def platform_at(var: Path) -> LocalPlatform:
    return LocalPlatform(Settings(environment=Environment.DEVELOPMENT, var=var, founder="jiang-ping"))


def test_a_request_leads_to_its_command_its_append_and_its_facts(seen: Seen) -> None:
    request, command, fact = seen.release()
    append = seen.under(command, names.APPEND)
    assert request.kind is SpanKind.SERVER
    assert {request.context.trace_id} == {command.context.trace_id, append.context.trace_id}
    assert fact.name == "DisclosureReleasedInside"
    assert fact.context.command_id == dict(append.attributes or {})[names.COMMAND_ID]


def test_a_fact_is_followed_through_the_relay_into_the_views_of_others(seen: Seen) -> None:
    _, command, _ = seen.release()
    assert seen.linked(command, f"{names.SEND} publication", service="publication")
    for service in ("publication", "archive", "feedback", "audit"):
        assert seen.linked(command, f"{names.PROCESS} publication", service=service), service


def test_what_follows_from_a_fact_names_its_cause_and_its_trace(seen: Seen) -> None:
    _, command, fact = seen.release()
    filed = [e for e in seen.journals["archive"] if e.context.causation_id == fact.event_id]
    assert filed
    for event in filed:
        assert event.context.traceparent == fact.context.traceparent
        assert event.context.correlation_id == fact.context.correlation_id
        work = seen.named(names.COMMAND, service="archive", command_id=event.context.command_id)
        assert seen.under(work[0], names.APPEND).context.trace_id == work[0].context.trace_id
        assert work[0] in seen.linked(command, names.COMMAND)


def test_what_time_brings_has_a_trace_of_its_own(seen: Seen) -> None:
    raised = next(e for e in seen.journals["publication"] if e.context.actor.startswith("service:"))
    ticked = [e for e in seen.journals["publication"] if e.name == "ObligationFellOverdue"]
    assert ticked
    for event in ticked:
        work = next(s for s in seen.named(names.COMMAND) if parent_of(s) == event.context.traceparent)
        assert dict(work.attributes or {})[names.COMMAND_ID] == event.context.command_id
    assert raised.context.traceparent


def test_every_fact_can_be_traced(seen: Seen) -> None:
    spans = {parent_of(span) for span in seen.spans}
    untraced = [e for journal in seen.journals.values() for e in journal if e.context.traceparent not in spans]
    assert untraced == []


def test_a_page_and_the_services_it_asks_are_one_trace(seen: Seen) -> None:
    page = seen.named("GET /")[0]
    assert parent_of(page).split("-")[1] == ASKED_BY.split("-")[1]
    asked = [s for s in seen.spans if s.parent and s.parent.span_id == page.context.span_id]
    assert {s.kind for s in asked} == {SpanKind.SERVER}
    assert {s.name.split("/")[2] for s in asked} >= {"publication"}


def test_no_span_says_who_or_what_was_asked_for(seen: Seen) -> None:
    told = [(key, str(value)) for span in seen.spans for key, value in dict(span.attributes or {}).items()]
    assert {value for key, value in told if key.startswith("url.")} <= {"[blanked]", "http"}
    assert not {key for key, _ in told} & {"http.target", "http.url", "url.full"}
    said = {value for _, value in told} | {span.name for span in seen.spans}
    assert not [text for text in said if "ma-xiaoyan" in text or LOOKED_FOR in text]
