"""A route is found by index as the framework itself would have found it, whatever the address."""

import re
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from services import embedded
from shared.running import LocalPlatform
from shared.settings import Settings
from shared.web import routing
from shared.web.routing import Index


def addresses(template: str) -> set[str]:
    """Some that fit a route's template, and some that nearly do."""
    filled = re.sub(r"\{[^}]*\}", "FY-R1", template)
    deeper = re.sub(r"\{[^}]*\}", "a/b", template)
    return {template, filled, deeper, f"{filled}/", f"{filled}/x", filled.rsplit("/", 1)[0], f"/{filled}", filled[1:]}


@pytest.mark.parametrize("name", embedded.BUILDERS)
def test_the_index_finds_what_the_framework_finds(name: str, tmp_path: Path) -> None:
    settings = Settings(environment="production", issuer="https://issuer.invalid", var=tmp_path)
    app = embedded.BUILDERS[name](LocalPlatform(settings)).app
    indexes = [match.__self__ for r in app.router.routes if (match := getattr(r, "_match", None))]
    assert indexes
    assert all(isinstance(index, Index) for index in indexes)
    tried = 0
    for index in indexes:
        for template in {route.path_format for route in index.router.effective_candidates()}:
            for path in addresses(template):
                for method in ("GET", "POST", "PUT", "TRACE"):
                    scope = {"type": "http", "path": path, "method": method, "root_path": ""}
                    found, expected = index.match(dict(scope)), index.plain(dict(scope))
                    assert found == expected, (method, path)
                    tried += 1
    assert tried > 100


def test_the_first_of_two_routes_that_fit_is_taken_and_another_method_is_refused() -> None:
    app = FastAPI()
    api = APIRouter()

    @api.get("/notes/latest")
    def latest() -> str:
        return "latest"

    @api.get("/notes/{note}")
    def note(note: str) -> str:
        return note

    @api.get("/files/{path:path}")
    def file(path: str) -> str:
        return path

    app.include_router(api)
    routing.index(app)
    client = TestClient(app)
    assert client.get("/notes/latest").json() == "latest"
    assert client.get("/notes/n-1").json() == "n-1"
    assert client.get("/files/a/b/c").json() == "a/b/c"
    assert client.post("/notes/n-1").status_code == 405
    assert client.get("/notes").status_code == 404
    assert client.get("/" + "a/" * 200).status_code == 404
