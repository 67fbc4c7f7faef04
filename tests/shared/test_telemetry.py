"""What is seen of the platform: traces that lead from a view to its request, metrics, logs without secrets."""

import json
import logging
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.events import Context, Recorded
from shared.journal.observing import BatchReport
from shared.settings import Settings
from shared.telemetry import logs, metrics, tracing
from shared.telemetry.observers import FlowObserver, JournalObserver
from shared.telemetry.traced import TracedJournal
from tests.shared.notes_service import notes_world

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    made = InMemorySpanExporter()
    tracing.set_up(Settings(), "tests", SimpleSpanProcessor(made))
    return made


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> InMemorySpanExporter:
    exporter.clear()
    return exporter


@pytest.fixture
def root_logger() -> Iterator[None]:
    """Logging set up by a test, undone after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    structlog.contextvars.clear_contextvars()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def event(traceparent: str) -> Recorded:
    stamp = Context(town="fengyang", actor="ma", traceparent=traceparent)
    data = {"text": "a"}
    when = datetime(2026, 4, 8, 1, 0, tzinfo=UTC)
    return Recorded("notes", 1, "note-1", 1, "e", "cn.gongkai.notes.NoteKept.v1", when, data, stamp)


def named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    return next(span for span in spans.get_finished_spans() if span.name == name)


def test_every_metric_is_described_and_every_description_has_its_metric() -> None:
    described = set(re.findall(r"^\| `(gongkai_\w+)`", DOCS.read_text(), re.MULTILINE))
    families = {f.name + ("_total" if f.type == "counter" else "") for f in metrics.REGISTRY.collect()}
    assert described == {name for name in families if name.startswith("gongkai_")}


def test_a_request_a_command_and_its_append_are_one_trace(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    with notes_world(tmp_path) as world:
        world.handler.journal = TracedJournal(world.handler.journal)
        answer = world.keep(traceparent=PARENT)
        stored = world.handler.journal.read(0)[0].context.traceparent
    command, append = named(spans, "handle"), named(spans, "append")
    request = next(s for s in spans.get_finished_spans() if s.kind is trace.SpanKind.SERVER)
    assert request.parent is not None
    assert f"{request.context.trace_id:032x}" == PARENT.split("-")[1] == answer.headers["traceparent"].split("-")[1]
    assert command.parent is not None
    assert command.parent.span_id == request.context.span_id
    assert append.parent is not None
    assert append.parent.span_id == command.context.span_id
    assert stored.split("-")[2] == f"{command.context.span_id:016x}"


@pytest.mark.parametrize(("doing", "name"), [("shipping", "send notes"), ("applying", "process notes")])
def test_later_work_on_an_event_links_to_the_request_behind_it(
    spans: InMemorySpanExporter, doing: str, name: str
) -> None:
    observer = FlowObserver()
    events = [event(PARENT), event(""), event("nonsense"), event(PARENT)]
    work = observer.shipping("notes", events) if doing == "shipping" else observer.applying("a", "notes", events)
    with work:
        pass
    links = named(spans, name).links
    assert [f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in links] == [PARENT[3:-3]]


def test_a_refusal_is_no_error_of_the_trace(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    with notes_world(tmp_path) as world:
        world.keep("early")
    assert all(not span.events for span in spans.get_finished_spans())


def test_health_is_not_traced(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    with notes_world(tmp_path) as world:
        world.client.get("/livez")
        world.client.get("/metrics")
    assert not spans.get_finished_spans()


@pytest.mark.usefixtures("root_logger")
def test_a_log_line_is_json_with_service_trace_and_no_secret(
    spans: InMemorySpanExporter, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("notes")
    with tracing.span("work"):
        structlog.get_logger("gongkai.test").info(
            "done", code="X", token="abc", Authorization="Bearer abc", text="village affairs"
        )
    logs.write_out()
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["service"], line["level"], line["code"]) == ("done", "notes", "info", "X")
    assert line["trace_id"] == f"{named(spans, 'work').context.trace_id:032x}"
    assert "abc" not in str(line)
    assert "village" not in str(line)


@pytest.mark.usefixtures("root_logger")
def test_lines_leave_in_their_order_a_warning_at_once_and_others_soon(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("notes")
    log = structlog.get_logger("gongkai.test")
    log.info("first")
    log.debug("never")
    log.warning("second")
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()] == ["first", "second"]
    log.info("third")
    time.sleep(5 * logs.GATHERED_SECONDS)
    assert json.loads(capsys.readouterr().out)["event"] == "third"


def test_where_nobody_keeps_spans_a_request_still_has_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_sampler", tracing.WhereKept())
    with notes_world(tmp_path) as world:
        own = [world.client.get("/api/notes/v1/none").headers["traceparent"].split("-")[1] for _ in range(2)]
        called_by = f"00-{'ab' * 16}-{'cd' * 8}-01"
        answer = world.client.get("/api/notes/v1/none", headers={"traceparent": called_by})
        kept = world.keep("early")
    assert len({*own, "0" * 32}) == 3
    assert answer.headers["traceparent"].split("-")[1] == "ab" * 16 == answer.json()["trace_id"]
    assert kept


@pytest.mark.usefixtures("root_logger")
def test_libraries_log_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("notes")
    logging.getLogger("kafka").warning("lost %s", "broker")
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["logger"], line["service"]) == ("lost broker", "kafka", "notes")


@pytest.mark.usefixtures("root_logger")
def test_no_address_is_logged_by_the_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("notes")
    logging.getLogger("httpx2").info("HTTP Request: GET http://here/opinions/17")
    logging.getLogger("uvicorn.access").info("GET /opinions/17")
    assert "opinions" not in capsys.readouterr().out


def test_the_journal_is_measured_by_batch() -> None:
    before = metrics.EVENTS.labels("measured")._value.get()
    JournalObserver("measured").batch(BatchReport(3, 5, 900, 1, 0, 2, 41, 0.001, 0.002, 0.003, 0.004))
    assert metrics.EVENTS.labels("measured")._value.get() == before + 5
    assert metrics.HEAD.labels("measured")._value.get() == 41
    assert metrics.APPEND_SECONDS.labels("measured")._sum.get() == pytest.approx(0.01)
    assert metrics.CONFLICTS.labels("measured")._value.get() == 1


def test_the_flow_is_measured_by_source_and_follower() -> None:
    observer = FlowObserver()
    observer.followed("measured", "tasks", "publication", 17, 4)
    observer.relay_lag("measured", 3, 1.5)
    observer.relay_epoch("measured", 2)
    observer.duplicates("measured", "publication", 6)
    observer.gap("measured", "publication", "position 7")
    observer.parked("measured", "tasks", "publication", "disclosure-1", "broken")
    text = metrics.exposition().decode()
    for line in (
        'gongkai_follower_position{follower="tasks",service="measured",source="publication"} 17.0',
        'gongkai_relay_lag_seconds{service="measured"} 1.5',
        'gongkai_relay_lease_epoch{service="measured"} 2.0',
        'gongkai_follower_duplicates_total{service="measured",source="publication"} 6.0',
        'gongkai_follower_gaps_total{service="measured",source="publication"} 1.0',
        'gongkai_parkings_total{follower="tasks",service="measured"} 1.0',
    ):
        assert line in text
