"""Commands over HTTP are done once, at the version that was seen, by whoever may (design 1.2, 1.7)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shared.journal import Append, JournalBusy, JournalUnavailable, Outcome
from tests.shared.notes_service import World, notes_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with notes_world(tmp_path) as made:
        yield made


def test_a_command_answers_with_the_thing_its_version_and_its_position(world: World) -> None:
    answer = world.keep("abc")
    done = answer.json()
    assert answer.status_code == 201
    assert (done["version"], done["position"], done["repeated"]) == (1, "notes:1", False)
    assert done["stream"] == f"note-{done['id']}"
    assert done["result"] == {"long": 3}
    assert (answer.headers["etag"], answer.headers["gongkai-position"]) == ('"1"', "notes:1")


def test_the_same_command_twice_changes_the_world_once_and_gets_the_same_answer(world: World) -> None:
    first, second = world.keep(key="k").json(), world.keep(key="k").json()
    assert second == first | {"repeated": True}
    assert world.handler.journal.head() == 1


def test_a_repeated_body_may_be_spelt_otherwise(world: World) -> None:
    head = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    for text in ('{"text":"a"}', '{ "text" : "\\u0061" }'):
        assert world.client.post("/api/notes/v1/notes", content=text, headers=head).status_code == 201
    assert world.handler.journal.head() == 1


def test_a_key_used_for_another_body_is_refused(world: World) -> None:
    world.keep("a", key="k")
    answer = world.keep("b", key="k")
    assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert world.handler.journal.head() == 1


def test_a_key_used_for_another_thing_is_refused(world: World) -> None:
    one, two = world.keep().json()["id"], world.keep().json()["id"]
    assert world.add(one, key="k").status_code == 200
    assert world.add(two, key="k").json()["code"] == "IDEMPOTENCY_KEY_REUSED"


def test_the_same_key_of_another_person_is_another_command(world: World) -> None:
    world.keep(key="k", Authorization="Bearer ma")
    assert world.keep(key="k", Authorization="Bearer bai").json()["repeated"] is False


@pytest.mark.parametrize("key", ["", "x" * 201, "é".encode().decode("latin-1")])
def test_a_command_without_a_usable_key_is_refused(world: World, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")} if key else {}
    answer = world.client.post("/api/notes/v1/notes", json={"text": "a"}, headers=headers)  # type: ignore[arg-type]  # raw bytes
    assert (answer.status_code, answer.json()["code"]) == (400, "IDEMPOTENCY_KEY_NEEDED")


def test_a_retry_that_comes_when_the_rules_would_refuse_gets_the_first_answer(world: World) -> None:
    note = world.keep("first", key="k").json()["id"]
    world.add(note, "more")
    again = world.keep("first", key="k")
    assert (again.status_code, again.json()["id"], again.json()["repeated"]) == (201, note, True)


def test_a_retry_that_comes_when_the_version_is_stale_gets_the_first_answer(world: World) -> None:
    note = world.keep().json()["id"]
    first = world.add(note, key="k")
    world.add(note, version=2)
    again = world.add(note, key="k")
    assert (again.status_code, again.headers["etag"]) == (200, first.headers["etag"])


def test_the_same_key_in_flight_many_times_gets_one_answer(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.keep("first", key="k"), range(8)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["id"] for a in answers}) == 1
    assert world.handler.journal.head() == 1


def test_a_command_to_an_existing_thing_needs_if_match(world: World) -> None:
    note = world.keep().json()["id"]
    headers = {"Authorization": "Bearer ma", "Idempotency-Key": "k"}
    answer = world.client.post(f"/api/notes/v1/notes/{note}/more", json={"text": "b"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (428, "VERSION_NEEDED")


def test_a_stale_version_is_refused_with_the_present_one(world: World) -> None:
    note = world.keep().json()["id"]
    world.add(note)
    answer = world.add(note, version=1)
    assert (answer.status_code, answer.json()["code"]) == (412, "VERSION_CONFLICT")
    assert answer.headers["etag"] == '"2"'
    assert answer.json()["facts"] == {"version": 2}


@pytest.mark.parametrize("etag", ["1", '"x"', '"1", "2"', 'W/"1"', "*"])
def test_an_if_match_that_names_no_version_is_malformed(world: World, etag: str) -> None:
    headers = {"Authorization": "Bearer ma", "Idempotency-Key": "k", "If-Match": etag}
    answer = world.client.post("/api/notes/v1/notes/n/more", json={"text": "b"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED")


def test_an_upload_is_recognised_by_its_content(world: World) -> None:
    def send(content: bytes) -> Any:
        files = {"file": ("a.txt", content)}
        return world.client.post(
            "/api/notes/v1/files", data={"text": "t"}, files=files, headers={"Idempotency-Key": "k"}
        )

    first = send(b"one")
    assert first.status_code == 200
    assert send(b"one").json() == first.json() | {"repeated": True}
    assert send(b"two").json()["code"] == "IDEMPOTENCY_KEY_REUSED"


def test_a_refusal_says_why_where_and_what_would_be_accepted(world: World) -> None:
    answer = world.keep("early")
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert problem["code"] == "INSIDE_FIRST"
    assert problem["accepted"] == "after the inside release"
    assert problem["errors"] == [{"pointer": "/text", "detail": "Not inside yet."}]
    assert problem["facts"] == {"earliest": "10:00"}
    assert world.handler.journal.head() == 0


def test_a_command_in_a_post_that_nobody_granted_is_not_done(world: World) -> None:
    answer = world.client.post("/api/notes/v1/unasked", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    assert world.handler.journal.head() == 0


@pytest.mark.parametrize(("fault", "code"), [(JournalBusy, "BUSY"), (JournalUnavailable, "UNAVAILABLE")])
def test_a_journal_that_cannot_take_it_says_when_to_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: type[Exception], code: str
) -> None:
    def refuse(_: Append) -> Outcome:
        raise fault("full")

    monkeypatch.setattr(world.handler.journal, "append", refuse)
    answer = world.keep()
    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert answer.headers["retry-after"] == "1"


def test_a_text_too_large_for_an_event_is_refused(world: World) -> None:
    answer = world.keep("x" * 600_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "EVENT_TOO_LARGE")
