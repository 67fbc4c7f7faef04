"""How the portal asks the services: as the signed-in person, over HTTP, whether they run in this process or
elsewhere.

An answer is JSON; a problem+json answer becomes a :class:`Refusal`, an unreachable service an :class:`Away`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from shared.telemetry import tracing


class Away(Exception):
    """A service does not answer, or answers that it cannot now."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


@dataclass
class Refusal(Exception):
    """A service's problem+json answer. ``about`` is set by a form in whose matter a code is explained otherwise."""

    status: int
    code: str
    title: str = ""
    detail: str = ""
    accepted: str = ""
    errors: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    etag: str = ""
    about: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong with which field: the pointer's last part names the form's field."""
        return {str(e.get("pointer", "")).rsplit("/", 1)[-1]: str(e.get("detail", "")) for e in self.errors}


@dataclass(frozen=True)
class Answer:
    body: Any
    etag: str = ""
    position: str = ""


class Services:
    """The services, each behind a client whose base URL is the service's own."""

    def __init__(self, clients: Mapping[str, httpx2.AsyncClient]) -> None:
        self.clients = clients

    async def ask(self, service: str, method: str, path: str, *, headers: Mapping[str, str], **rest: Any) -> Answer:
        """One request to ``/api/<service>/v1<path>``. Raises :class:`Refusal` or :class:`Away`."""
        response = await self.raw(service, method, f"/api/{service}/v1{path}", headers=headers, **rest)
        if response.status_code >= 400:
            raise _refusal(response)
        body = response.json() if "json" in response.headers.get("content-type", "") else response.content
        position = response.headers.get("gongkai-position", "")
        return Answer(body, response.headers.get("etag", ""), position)

    async def raw(self, service: str, method: str, path: str, **rest: Any) -> httpx2.Response:
        client = self.clients.get(service)
        if client is None:
            raise Away(service)
        try:
            headers = {**rest.pop("headers", {}), **tracing.outgoing()}
            response = await client.request(method, path, headers=headers, **rest)
        except httpx2.TransportError as lost:
            raise Away(service) from lost
        if response.status_code >= 500 and b"VIEWS_BEHIND" not in response.content:
            raise Away(service)
        return response


def _refusal(response: httpx2.Response) -> Refusal:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    problem = problem if isinstance(problem, dict) else {}
    return Refusal(
        status=response.status_code,
        code=str(problem.get("code") or f"HTTP_{response.status_code}"),
        title=str(problem.get("title") or ""),
        detail=str(problem.get("detail") or ""),
        accepted=str(problem.get("accepted") or ""),
        errors=[e for e in problem.get("errors") or [] if isinstance(e, dict)],
        facts=dict(problem.get("facts") or {}),
        etag=response.headers.get("etag", ""),
    )
