"""Traces in development: what is kept, how a request is told to the views it changed, and what is never shown."""

import gzip
import json
import re
import zlib
from dataclasses import replace

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.portal.traces import kept as keeping
from services.portal.traces import otlp
from services.portal.traces.kept import Kept
from services.portal.traces.story import tell
from shared.telemetry import names
from tests.portal.fakes import stage
from tests.portal.furnished import RELEASE, SPANS, TRACE, furnished, span

SENT = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "archive"}}]},
            "scopeSpans": [
                {
                    "spans": [
                        {
                            "traceId": TRACE,
                            "spanId": "00000000000000a1",
                            "parentSpanId": "",
                            "name": "process publication",
                            "kind": 5,
                            "startTimeUnixNano": "1775800800000000000",
                            "endTimeUnixNano": "1775800800002000000",
                            "attributes": [
                                {"key": names.VIEWS, "value": {"arrayValue": {"values": [{"stringValue": "files"}]}}},
                                {"key": names.EVENTS, "value": {"intValue": "3"}},
                                {"key": "enduser.id", "value": {"stringValue": "ma-xiaoyan"}},
                            ],
                            "links": [{"traceId": TRACE, "spanId": "0000000000000003"}],
                            "status": {"code": 2},
                        }
                    ]
                }
            ],
        }
    ]
}


def as_protobuf() -> bytes:
    sent = ExportTraceServiceRequest()
    resource = sent.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "archive"
    made = resource.scope_spans.add().spans.add(
        trace_id=bytes.fromhex(TRACE),
        span_id=bytes.fromhex("00000000000000a1"),
        name="process publication",
        kind=5,
        start_time_unix_nano=1775800800000000000,
        end_time_unix_nano=1775800800002000000,
    )
    made.attributes.add(key=names.VIEWS).value.array_value.values.add().string_value = "files"
    made.attributes.add(key=names.EVENTS).value.int_value = 3
    made.attributes.add(key="enduser.id").value.string_value = "ma-xiaoyan"
    made.links.add(trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex("0000000000000003"))
    made.status.code = 2
    content: bytes = sent.SerializeToString()
    return content


def test_protobuf_and_json_are_read_alike_and_only_what_names_nobody_is_kept() -> None:
    (from_json,) = otlp.read(json.dumps(SENT).encode(), otlp.JSON)
    (from_protobuf,) = otlp.read(gzip.compress(as_protobuf()), otlp.PROTOBUF, "gzip")
    assert from_json == from_protobuf
    assert (from_json.process, from_json.milliseconds, from_json.failed) == ("archive", 2.0, True)
    assert dict(from_json.says) == {names.VIEWS: "files", names.EVENTS: "3"}
    assert from_json.links == ((TRACE, "0000000000000003"),)


@pytest.mark.parametrize(
    ("body", "kind", "encoding"),
    [
        (b"\xff\xff\xff", otlp.PROTOBUF, ""),
        (b"{", otlp.JSON, ""),
        (b'{"resourceSpans": 3}', otlp.JSON, ""),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "no hex"}]}]}]}', otlp.JSON, ""),
        (b"[" * 100_000, otlp.JSON, ""),
        (b"no gzip", otlp.PROTOBUF, "gzip"),
        (zlib.compress(bytes(40_000_000), wbits=31), otlp.PROTOBUF, "gzip"),
    ],
)
def test_what_is_no_export_is_refused(body: bytes, kind: str, encoding: str) -> None:
    with pytest.raises(otlp.NotOtlp):
        otlp.read(body, kind, encoding)


def test_the_oldest_traces_go_when_there_are_too_many_or_they_weigh_too_much() -> None:
    few = Kept(traces_max=3)
    few.add(replace(SPANS[0], trace=f"{n:032x}") for n in range(10))
    assert [few.find(f"{n:032x}") is not None for n in range(10)] == [False] * 7 + [True] * 3
    light = Kept(traces_max=1000, bytes_max=10_000)
    for n in range(1000):
        light.add([replace(SPANS[0], trace=f"{n:032x}", says={names.COMMAND_ID: "x" * 200})])
        assert light.weight <= 10_000
    assert light.find(f"{999:032x}") is not None


def test_a_trace_without_end_does_not_take_all_the_room() -> None:
    kept = Kept(traces_max=10)
    kept.add(replace(SPANS[0], span=f"{n:016x}") for n in range(keeping.SPANS_OF_A_TRACE_MAX + 7))
    found = kept.find(TRACE)
    assert found is not None
    assert (len(found.spans), found.left_out) == (keeping.SPANS_OF_A_TRACE_MAX, 7)
    assert len(kept.story(TRACE)) == keeping.STORY_MAX


def test_a_request_is_told_down_to_the_views_of_other_services() -> None:
    kept = Kept(traces_max=10)
    kept.add([*reversed(SPANS), span(9, "elsewhere", "audit", by=99)])
    story = tell(kept.story(TRACE))
    told = [(row.depth, row.seen.process, row.seen.name, row.caused) for row in story.rows]
    assert told == [
        (0, "portal", RELEASE, False),
        (1, "publication", RELEASE, False),
        (2, "publication", names.COMMAND, False),
        (3, "publication", names.APPEND, False),
        (3, "archive", "process publication", True),
        (3, "archive", names.COMMAND, True),
    ]
    (changed,) = story.changed
    assert (changed.service, changed.views, changed.position) == ("archive", ("files", "shown_history"), "17")


def test_spans_that_name_each_other_as_parents_are_told_once() -> None:
    one, two = span(1, "a", "x", under=2), span(2, "b", "x", under=1)
    assert tell([one, two]).rows == ()
    assert len(tell([span(3, "c", "x"), one, two]).rows) == 1


def test_the_list_shows_what_somebody_began_and_not_what_followed() -> None:
    kept = Kept(traces_max=10)
    kept.add([*SPANS, replace(SPANS[0], trace="f" * 32)])
    assert {trace.trace for trace in kept.begun()} == {TRACE, "f" * 32}
    assert [trace.trace for trace in kept.begun(recorded=True)] == [TRACE]


@pytest.mark.anyio
async def test_what_processes_send_can_be_looked_at() -> None:
    scene = furnished()
    for content, kind in ((json.dumps(SENT).encode(), otlp.JSON), (as_protobuf(), otlp.PROTOBUF)):
        taken = await scene.browser.post("/dev/traces/v1/traces", content=content, headers={"content-type": kind})
        assert taken.status_code == 200
    page = (await scene.browser.get(f"/dev/traces/{TRACE}", params={"lang": "en"})).text
    assert "process publication" in page
    assert "files" in page
    assert "14:00:00" in page
    assert "ma-xiaoyan" not in page
    found = await scene.browser.get("/dev/traces", params={"trace": f"00-{TRACE}-00000000000000a1-01"})
    assert found.headers["location"] == f"/dev/traces/{TRACE}"


@pytest.mark.anyio
async def test_what_is_sent_amiss_is_refused_with_a_code() -> None:
    browser = furnished().browser
    sent = {
        "MALFORMED": (b"{", otlp.JSON),
        "UNSUPPORTED_MEDIA_TYPE": (b"{}", "text/plain"),
        "TOO_LARGE": (bytes(otlp.BODY_BYTES_MAX + 1), otlp.PROTOBUF),
    }
    for code, (body, kind) in sent.items():
        answer = await browser.post("/dev/traces/v1/traces", content=body, headers={"content-type": kind})
        assert answer.json()["code"] == code


@pytest.mark.anyio
async def test_what_a_span_says_is_text_on_the_page() -> None:
    scene = furnished()
    assert scene.portal.traces is not None
    scene.portal.traces.add([replace(SPANS[0], trace="e" * 32, name="<script>x</script>")])
    pages = [await scene.browser.get(path) for path in ("/dev/traces?recorded=no", "/dev/traces/" + "e" * 32)]
    assert all("<script" not in page.text and "&lt;script" in page.text for page in pages)
    assert not [page for page in pages if re.search(r'style="|onclick', page.text)]


@pytest.mark.anyio
@pytest.mark.parametrize("address", ["/dev/traces", f"/dev/traces/{TRACE}", "/dev/traces/v1/traces"])
async def test_outside_development_there_are_no_traces(address: str) -> None:
    settings = {"environment": "production", "issuer": "https://issuer.example", "session_secret": "made-up"}
    real = furnished(**settings)
    assert real.portal.traces is None
    assert (await real.browser.get(address)).status_code == 404
    posted = await real.browser.post(address, content=b"{}", headers={"content-type": otlp.JSON})
    assert posted.status_code in (404, 405)
    switched_off = stage(traces_kept=0)
    assert (await switched_off.browser.get(address)).status_code == 404
