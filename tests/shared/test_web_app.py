"""An application is complete as it is put together: health, metrics, a description for machines, development routes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from shared.clock import MovableClock
from shared.telemetry import metrics
from shared.web import Api, make_app
from shared.web.app import actions_of
from tests.shared.notes_service import REGISTRY, Notes, Register, World, notes_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with notes_world(tmp_path, clock=MovableClock(tmp_path / "clock.json")) as made:
        yield made


def schema_of(world: World) -> Any:
    return world.client.get("/api/notes/v1/openapi.json").json()


def test_a_service_is_alive_and_ready_and_says_which_checks_it_passed(world: World) -> None:
    assert world.client.get("/livez").json() == {"status": "alive", "checks": {}, "notes": {}}
    answer = world.client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (200, {"database": "", "views": ""})


def test_what_is_away_without_keeping_commands_from_being_taken_is_a_note(world: World) -> None:
    world.app.state.notes.append(("log", lambda: "Kafka is away"))
    answer = world.client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["notes"]) == (
        200,
        "ready",
        {"log": "Kafka is away"},
    )


def test_a_service_whose_tables_are_missing_is_alive_but_not_ready(world: World) -> None:
    Notes(world.platform.database).metadata.drop_all(world.platform.database)
    answer = world.client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "tables missing: notes")
    assert world.client.get("/livez").status_code == 200


def test_a_service_without_its_database_is_not_ready(world: World) -> None:
    world.platform.database = create_engine("sqlite:////nonexistent/there.db")
    answer = world.client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "OperationalError")


def test_a_service_whose_follower_stands_at_a_gap_is_not_ready(world: World) -> None:
    class Gapped:
        ready = False
        gaps = {"publication": "position 7 is missing"}  # noqa: RUF012 - read only
        positions: dict[tuple[str, str], int] = {}  # noqa: RUF012 - nobody changes it

    world.app.state.follower = Gapped()
    answer = world.client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["views"]) == (503, "stands at a gap: publication")
    world.app.state.follower = None


def test_a_failing_check_of_the_runner_makes_it_not_ready(world: World) -> None:
    world.app.state.readiness.append(("relay", lambda: "the log is another"))
    answer = world.client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["relay"]) == (503, "the log is another")


def test_metrics_are_prometheus_text_by_route_template(world: World) -> None:
    world.client.get("/api/notes/v1/numbers/5")
    answer = world.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'route="/api/notes/v1/numbers/{number}",service="notes",status="200"' in answer.text


def test_a_measure_that_fails_leaves_the_other_figures(world: World) -> None:
    def away() -> None:
        raise OperationalError("select", {}, Exception("gone"))

    world.app.state.measures += [away, lambda: metrics.OVERDUE.labels("notes", "fengyang").set(3)]
    answer = world.client.get("/metrics")
    assert answer.status_code == 200
    assert 'gongkai_obligations_overdue{service="notes",town="fengyang"} 3.0' in answer.text


def test_a_route_must_name_an_action_of_the_policy_table() -> None:
    with pytest.raises(ValueError, match="no action"):
        Api("notes").get("/x", action="notes.invent")


def test_a_route_added_past_the_router_is_not_served(world: World) -> None:
    sneaky = Api("notes")
    sneaky.add_api_route("/open", lambda: None)
    with pytest.raises(ValueError, match="without an action"):
        make_app("notes", world.platform, [sneaky], register=Register(), handler=world.platform.handler(REGISTRY))


def test_every_route_of_an_app_has_an_action(world: World) -> None:
    actions = actions_of(world.app)
    assert actions["POST /api/notes/v1/notes"] == "opinion.give"
    assert all(actions.values())


def test_the_description_names_what_commands_need(world: World) -> None:
    keep = schema_of(world)["paths"]["/api/notes/v1/notes/{note}/more"]["post"]
    required = {p["name"].lower() for p in keep["parameters"] if p["required"]}
    assert required == {"note", "idempotency-key", "if-match"}
    assert "application/problem+json" in keep["responses"]["4XX"]["content"]


def test_the_description_offers_pages_only_where_there_are_pages(world: World) -> None:
    paths = schema_of(world)["paths"]
    names = {
        path: {p["name"] for p in paths[path]["get"]["parameters"]}
        for path in paths
        if "get" in paths[path] and "parameters" in paths[path]["get"]
    }
    assert {"cursor", "limit"} <= names["/api/notes/v1/numbers"]
    assert not {"cursor", "limit"} & names["/api/notes/v1/numbers/{number}"]


def test_the_description_is_what_a_linter_asks_for(world: World) -> None:
    schema = schema_of(world)
    operations = [op for ops in schema["paths"].values() for op in ops.values()]
    assert schema["info"]["license"]["identifier"]
    assert schema["servers"]
    assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert len({op["operationId"] for op in operations}) == len(operations)
    assert {tag for op in operations for tag in op["tags"]} == {tag["name"] for tag in schema["tags"]}


def test_the_clock_can_be_set_and_moved_and_what_falls_due_is_done_by_then(world: World) -> None:
    settled: list[datetime] = []
    world.app.state.on_clock.append(lambda: settled.append(world.platform.clock.now()))
    answer = world.client.post("/dev/clock", json={"set": "2026-04-08T09:00:00+08:00"})
    assert answer.json()["now"].startswith("2026-04-08T01:00:00")
    world.client.post("/dev/clock", json={"advance": {"days": 1, "hours": 15}})
    assert world.client.get("/dev/clock").json()["today"] == "2026-04-10"
    assert [moment.day for moment in settled] == [8, 9]
    assert settled[1] > datetime(2026, 4, 9, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "change", [{}, {"set": "2026-04-08T09:00:00"}, {"set": "soon"}, {"advance": {"days": -1}}, {"back": 1}]
)
def test_the_clock_is_not_set_to_something_unclear(world: World, change: dict[str, object]) -> None:
    answer = world.client.post("/dev/clock", json=change)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")


def test_a_token_is_had_for_a_named_person(world: World) -> None:
    class Issuer:
        def token(self, person: str) -> str:
            return f"token-of-{person}"

    world.platform.issuer = Issuer()  # type: ignore[attr-defined]  # what a development platform has besides
    answer = world.client.post("/dev/token", json={"person": "ma-xiaoyan"}).json()
    assert (answer["access_token"], answer["token_type"]) == ("token-of-ma-xiaoyan", "Bearer")
    assert answer["expires_in"] > 0


def test_outside_development_there_is_no_dev(tmp_path: Path) -> None:
    with notes_world(tmp_path, environment="production") as world:
        for method, path in [("GET", "/dev/clock"), ("POST", "/dev/clock"), ("POST", "/dev/token")]:
            answer = world.client.request(method, path, json={})
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
