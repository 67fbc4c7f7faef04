"""Every route of every service names an action of the policy table, and every action is for some route (design 8)."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.embedded import BUILDERS
from shared.policy import ACTIONS, PERMITS
from shared.running import LocalPlatform
from shared.settings import Environment, Settings
from shared.web.app import actions_of

Apps = dict[str, FastAPI]
HEALTH = {"/livez", "/readyz", "/metrics"}
COMMANDS = {"post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    """The services as production has them, with empty views, not started."""
    var = tmp_path_factory.mktemp("routes")
    settings = Settings(environment=Environment.PRODUCTION, issuer="https://issuer.example", var=var)
    platform = LocalPlatform(settings)
    services = {name: build(platform) for name, build in BUILDERS.items()}
    for service in services.values():
        for view in service.views:
            view.metadata.create_all(service.engine)
    yield {name: service.app for name, service in services.items()}
    platform.close()


def operations(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_route_names_an_action_of_the_policy_table(apps: Apps) -> None:
    named = {(name, route): action for name, app in apps.items() for route, action in actions_of(app).items()}
    assert not {where: action for where, action in named.items() if action not in ACTIONS}


def test_every_action_of_the_policy_table_is_for_some_route(apps: Apps) -> None:
    used = {action for app in apps.values() for action in actions_of(app).values()}
    assert ACTIONS - used - {"development"} == set()


def test_every_route_lies_under_its_service(apps: Apps) -> None:
    strays = [
        path
        for name, app in apps.items()
        for _, path, _ in operations(app)
        if not path.startswith((f"/api/{name}/v1/", "/log/") if name == "audit" else f"/api/{name}/v1/")
        and path not in HEALTH
    ]
    assert not strays


def test_every_change_is_a_command_with_an_idempotency_key(apps: Apps) -> None:
    without = [
        f"{method} {path}"
        for app in apps.values()
        for method, path, operation in operations(app)
        if method in COMMANDS and not _needs(operation, "idempotency-key")
    ]
    assert not without


def test_operations_are_named_once_and_described(apps: Apps) -> None:
    for app in apps.values():
        ids = [operation["operationId"] for _, _, operation in operations(app)]
        assert len(ids) == len(set(ids))


def test_production_has_no_development_routes(apps: Apps) -> None:
    assert not [path for app in apps.values() for _, path, _ in operations(app) if path.startswith("/dev")]


def test_nobody_without_a_token_gets_more_than_a_refusal_where_no_action_is_open(apps: Apps) -> None:
    """No route answers an anonymous caller with data by mistake: each asks before it looks (design 1.5)."""
    answered = {}
    for app in apps.values():
        client = TestClient(app, raise_server_exceptions=False)
        for method, path, operation in operations(app):
            if method == "get" and not _open(operation) and path not in HEALTH:
                address = path.replace("{", "x").replace("}", "x")
                answered[address] = client.get(address).status_code
    assert {address: status for address, status in answered.items() if status not in {401, 404, 422}} == {}


def _needs(operation: dict[str, Any], header: str) -> bool:
    return any(p["name"].lower() == header and p["required"] for p in operation.get("parameters", []))


def _open(operation: dict[str, Any]) -> bool:
    return any(p.action == operation["x-gongkai-action"] and p.who == "anyone" for p in PERMITS)
