"""A command answered the short way gets the answer that the framework would have given, whatever was sent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services import embedded
from shared.running import LocalPlatform
from shared.settings import Settings
from shared.web.direct import Direct, Routes
from tests.shared.notes_service import World, notes_world

NOTES = "/api/notes/v1/notes"
MA = {"Authorization": "Bearer ma"}
JSON = {"Content-Type": "application/json"}
CONTENTS = (
    b'{"text": "a"}',
    b'{"text": "\\u6708", "more": [1, 2.5, null]}',
    b'{"text": 7}',
    b'{"text": null}',
    b'{"other": "a"}',
    b"{}",
    b'["a"]',
    b'"a"',
    b"null",
    b"{",
    b'{"text": "a"} b',
    b'{"text": "\\ud800"}',
    b'{"text": "a\\u0000"}',
    b'{"text": "a", "n": 123456789012345678901234567890, "x": NaN, "y": 1e400}',
    b'{"text": "a", "deep": ' + b"[" * 500 + b"]" * 500 + b"}",
    b"[" * 100_000,
    b'{"text": "\xff"}',
    b"\xef\xbb\xbf" + b'{"text": "a"}',
    '{"text": "a"}'.encode("utf-16"),
    b'{"text": "early"}',
    b'{"text": "' + b"a" * 600_000 + b'"}',
    b'{"text": "' + b"a" * 1_100_000 + b'"}',
    b"",
)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Authorization": "Bearer old"},
    {"Authorization": "ma"},
    {"Idempotency-Key": ""},
    {"Idempotency-Key": "x" * 201},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/json; charset=utf-8"},
    {"Content-Type": "application/vnd.x+json"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Gongkai-Acting-As": "FY-R9/clerk"},
    {"Wait-For": "nothing"},
    {"If-Match": "3"},
    {"If-Match": '"99"'},
    {"Accept-Language": "zh-CN"},
)
SENT: list[tuple[str, bytes, dict[str, str]]] = [(NOTES, content, {}) for content in CONTENTS]
SENT += [(NOTES, CONTENTS[0], given) for given in HEADERS]
SENT += [(f"{NOTES}/n1/more", content, {"If-Match": '"1"', **MA}) for content in CONTENTS[:12]]
SENT += [(f"{NOTES}/n1/more", content, MA) for content in CONTENTS[:3]]
SENT += [(f"{NOTES}{end}", CONTENTS[0], MA) for end in ("/", "//more", "/n1/more/", "/n1", "?after=x", "/n1%2Fa/more")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with notes_world(tmp_path) as made:
        yield made


def asked(folder: Path) -> list[Any]:
    """What comes of all of them, one after the other, in a world of its own."""
    folder.mkdir()
    with notes_world(folder) as world:
        said = []
        for number, (path, content, given) in enumerate(SENT):
            headers = JSON | {"Idempotency-Key": f"key-{number}"} | given
            answer = world.client.post(path, content=content, headers=headers)
            body = answer.json() if answer.content else None
            kept = {n: v for n, v in answer.headers.items() if n not in ("traceparent", "date", "content-length")}
            said.append((path, content[:60], given, answer.status_code, kept, {**(body or {}), "trace_id": ""}))
        return [*said, world.handler.journal.head()]


@pytest.fixture(autouse=True)
def no_spans_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where others keep them, FastAPI's own way is taken."""
    monkeypatch.setattr("shared.telemetry.tracing.kept", lambda: False)


def test_both_ways_answer_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = asked(tmp_path / "short")
    monkeypatch.setattr(Direct, "_found", lambda _self, _scope: None)
    whole = asked(tmp_path / "whole")
    for here, there in zip(short, whole, strict=True):
        assert here == there
    assert short[-1] > 10


def test_the_short_way_is_taken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.direct._checked", lambda _model, _said: 1 / 0)
    assert world.keep().status_code == 500
    assert world.client.post(NOTES, content=b"", headers=JSON | {"Idempotency-Key": "k"}).status_code == 422


@pytest.mark.parametrize("name", embedded.BUILDERS)
def test_no_route_is_taken_from_another(name: str, tmp_path: Path) -> None:
    """Whatever stands before it and would fit its address comes first."""
    settings = Settings(environment="production", issuer="https://issuer.invalid", var=tmp_path)
    app = embedded.BUILDERS[name](LocalPlatform(settings)).app
    routes = Routes(app)
    for candidate, methods, usual in routes._all:
        if usual:
            path = "/".join(["x"] * (candidate.length or 0))
            for place, part in candidate.fixed:
                path = "/".join([*path.split("/")[:place], part, *path.split("/")[place + 1 :]])
            found = routes.find(next(iter(methods)), path)
            assert found is not None
            assert found[0].endpoint is usual.endpoint
