"""The description of a service's interface for machines, complete enough for a linter and a generator."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

VERSION = "1.0.0"
DESCRIPTION = (
    "Commands carry an `Idempotency-Key`, and `If-Match` where they change an existing thing. Every refusal "
    "is an RFC 9457 problem with a stable `code`. Lists are paged with an opaque `cursor`."
)
LICENSE = {"name": "European Union Public Licence 1.2", "identifier": "EUPL-1.2"}
_PAGING = {"cursor", "limit"}
_TAGS = {
    "catalogue": "The register of organisations and people, and the catalogues of what is owed.",
    "publication": "Obligations, disclosures, their review, approval and release.",
    "feedback": "Opinions, their handling and the replies.",
    "archive": "The files and their history.",
    "audit": "Traces of accountability and the transparency log.",
    "portal": "The pages' own routes.",
    "health": "What the service says of itself.",
    "development": "Clock and tokens for trying stories out; absent outside development.",
}


def summary(name: str) -> str:
    return _TAGS.get(name, f"The {name} service.")


def describe(app: FastAPI, url: str) -> None:
    """Give the app its description, made once when it is first asked for."""

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _schema(app, url)
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]  # FastAPI's own way of extending its schema


def _schema(app: FastAPI, url: str) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        servers=[{"url": url, "description": "This deployment"}],
        license_info=LICENSE,
    )
    used = {tag for operations in schema["paths"].values() for op in operations.values() for tag in op["tags"]}
    schema["tags"] = [{"name": tag, "description": summary(tag)} for tag in sorted(used)]
    schema.setdefault("components", {})["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An OIDC access token.",
        }
    }
    schema["security"] = [{"bearer": []}, {}]
    for operations in schema["paths"].values():
        for operation in operations.values():
            _finish(operation)
    _require_discriminators(schema, schema["components"]["schemas"])
    return schema


def _require_discriminators(node: Any, models: dict[str, Any]) -> None:
    """Name in each alternative, as required, the property that tells it from the others."""
    if isinstance(node, dict):
        told = node.get("discriminator", {})
        for reference in told.get("mapping", {}).values():
            required = models[reference.rsplit("/", 1)[-1]].setdefault("required", [])
            required += [] if told["propertyName"] in required else [told["propertyName"]]
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _require_discriminators(part, models)


def _finish(operation: dict[str, Any]) -> None:
    """What FastAPI cannot know: headers that are required, paging only where there are pages, media types."""
    parameters = operation.get("parameters", [])
    if "cursor" in {p["name"] for p in parameters} and not _pages(operation):
        operation["parameters"] = [p for p in parameters if p["name"] not in _PAGING]
    for parameter in parameters:
        name = parameter["name"].lower()
        if name == "idempotency-key" or (name == "if-match" and operation.get("x-gongkai-versioned")):
            parameter["required"] = True
    for status in ("4XX", "5XX"):
        problem = operation["responses"].get(status, {}).get("content", {})
        if "application/json" in problem:
            problem["application/problem+json"] = problem.pop("application/json")


def _pages(operation: dict[str, Any]) -> bool:
    return "/Page_" in str(operation["responses"])
