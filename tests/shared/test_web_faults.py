"""Whatever is sent or breaks, the answer is a problem with a stable code, and nothing internal leaves (design 1.7)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.telemetry import metrics
from tests.shared.notes_service import SECRET, World, notes_world

NOTES = "/api/notes/v1/notes"
KEY = {"Idempotency-Key": "k"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with notes_world(tmp_path, body_bytes_max=1000, upload_bytes_max=5000) as made:
        yield made


def problem_of(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert len(body["trace_id"]) == 32
    return answer.status_code, body["code"]


def test_an_unknown_address_is_not_found(world: World) -> None:
    assert problem_of(world.client.get("/api/notes/v1/nowhere")) == (404, "NOT_FOUND")


def test_a_wrong_method_names_the_right_ones(world: World) -> None:
    answer = world.client.delete("/api/notes/v1/notes")
    assert problem_of(answer) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("body", ["{", "", "nul", '{"text": "a",}', "]"])
def test_a_body_that_is_not_json_is_malformed_or_invalid(world: World, body: str) -> None:
    status, code = problem_of(world.client.post(NOTES, content=body, headers=KEY | JSON))
    assert (status, code) == ((422, "INVALID") if not body else (400, "MALFORMED"))


def test_every_field_at_fault_is_named(world: World) -> None:
    answer = world.client.post(NOTES, json={"text": 3}, headers=KEY)
    assert problem_of(answer) == (422, "INVALID")
    assert answer.json()["errors"][0]["pointer"] == "/text"


def test_an_announced_body_that_is_too_large_is_refused_before_it_is_read(world: World) -> None:
    answer = world.client.post(NOTES, json={"text": "x" * 2000}, headers=KEY)
    assert problem_of(answer) == (413, "TOO_LARGE")
    assert answer.headers["connection"] == "close"


def test_an_unannounced_body_is_cut_off_at_the_limit(world: World) -> None:
    pieces = (b'{"text": "' + b"x" * 500, b"x" * 600, b'"}')
    answer = world.client.post(NOTES, content=iter(pieces), headers=KEY | JSON)
    assert problem_of(answer) == (413, "TOO_LARGE")


def test_a_file_may_be_larger_than_a_body_but_not_without_limit(world: World) -> None:
    def send(size: int) -> Any:
        head = {"Idempotency-Key": str(size)}
        files = {"file": ("a.txt", b"x" * size)}
        return world.client.post("/api/notes/v1/files", data={"text": "t"}, files=files, headers=head)

    assert send(4000).status_code == 200
    assert problem_of(send(5000 + 64 * 1024)) == (413, "TOO_LARGE")


def test_a_fault_says_nothing_of_itself_to_the_caller_and_no_text_to_the_log(world: World) -> None:
    with capture_logs() as logs:
        answer = world.client.get("/api/notes/v1/broken")
    assert problem_of(answer) == (500, "INTERNAL")
    assert SECRET not in answer.text
    assert "ZeroDivision" not in answer.text
    fault = next(entry for entry in logs if entry["event"] == "fault")
    assert fault["kind"] == "ZeroDivisionError"
    assert any("notes_service.py" in frame for frame in fault["frames"])


def test_a_refusal_is_counted_and_logged_with_the_actor_and_without_the_text(world: World) -> None:
    counter = metrics.REFUSALS.labels("notes", "INSIDE_FIRST")
    before = counter._value.get()
    with capture_logs() as logs:
        world.keep("early", Authorization="Bearer ma")
    assert counter._value.get() == before + 1
    refused = next(entry for entry in logs if entry["event"] == "refused")
    assert (refused["code"], refused["route"], refused["actor"]) == ("INSIDE_FIRST", NOTES, "ma")
    assert "early" not in str(logs)


def test_a_request_is_logged_by_its_template_not_by_its_address(world: World) -> None:
    with capture_logs() as logs:
        world.client.get("/api/notes/v1/numbers/77?after=")
    request = next(entry for entry in logs if entry["event"] == "request")
    assert request["route"] == "/api/notes/v1/numbers/{number}"
    assert "77" not in str(request)


def test_titles_speak_the_callers_language(world: World) -> None:
    answer = world.client.get("/api/notes/v1/nowhere", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert answer.json()["title"] == "未找到"


@pytest.mark.parametrize("path", ["/livez", "/api/notes/v1/nowhere", "/api/notes/v1/broken"])
def test_every_answer_carries_the_security_headers_and_its_trace(world: World, path: str) -> None:
    headers = world.client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert len(headers["traceparent"].split("-")[1]) == 32
