"""The people of a story, each with a token of their own, acting over HTTP on the one address of the platform."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx2

_keys = itertools.count(1)


class Unexpected(AssertionError):
    """The platform answered otherwise than the story says."""


@dataclass
class Person:
    """Someone who asks and commands. ``last`` is where their last command stands, so that questions take it in."""

    name: str
    client: httpx2.Client
    token: str
    seen: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **params: Any) -> Any:
        return self._expect(self._get(path, params), 200).json()

    def raw(self, path: str, /, **params: Any) -> httpx2.Response:
        return self._get(path, params)

    def does(self, path: str, body: Any = None, *, version: int | None = None, **extra: Any) -> dict[str, Any]:
        """A command that is accepted; the answer's body."""
        answer = self._post(path, body, version, extra)
        if answer.status_code not in (200, 201):
            raise Unexpected(f"{self.name}: POST {path}: {answer.status_code} {answer.text}")
        done: dict[str, Any] = answer.json()
        service = path.split("/")[2]
        self.seen[service] = done["position"]
        return done

    def is_refused(self, path: str, body: Any = None, *, version: int | None = None, **extra: Any) -> dict[str, Any]:
        """A command that is refused; the problem's body."""
        answer = self._post(path, body, version, extra)
        if answer.status_code < 400:
            raise Unexpected(f"{self.name}: POST {path} was accepted: {answer.text}")
        assert answer.headers["content-type"].startswith("application/problem+json")
        problem: dict[str, Any] = answer.json()
        return problem

    def command(self, path: str, body: Any = None, *, version: int | None = None, **extra: Any) -> httpx2.Response:
        """A command, whatever comes of it."""
        return self._post(path, body, version, extra)

    def finds_nothing(self, path: str, **params: Any) -> None:
        answer = self._get(path, params)
        assert answer.status_code == 404, f"{self.name}: GET {path}: {answer.status_code} {answer.text}"
        assert answer.json()["code"] == "NOT_FOUND"

    def _get(self, path: str, params: dict[str, Any]) -> httpx2.Response:
        service = path.split("/")[2]
        waiting = {"Wait-For": self.seen[service]} if service in self.seen else {}
        return self.client.get(path, params=params, headers=self._who() | waiting)

    def _post(self, path: str, body: Any, version: int | None, extra: dict[str, Any]) -> httpx2.Response:
        headers = self._who() | {"Idempotency-Key": extra.pop("key", f"story-{next(_keys)}")}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        content = {} if body is None else {"json": body}
        return self.client.post(path, headers=headers, **content, **extra)

    def _who(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _expect(self, answer: httpx2.Response, status: int) -> httpx2.Response:
        if answer.status_code != status:
            raise Unexpected(f"{self.name}: {answer.request.url}: {answer.status_code} {answer.text}")
        return answer


@dataclass
class World:
    """The platform as a story sees it: people by name, and a clock."""

    client: httpx2.Client
    _people: dict[str, Person] = field(default_factory=dict)

    def __call__(self, name: str) -> Person:
        if name not in self._people:
            token = "" if name == "anyone" else self._token(name)
            self._people[name] = Person(name, self.client, token)
        return self._people[name]

    def it_is(self, instant: str) -> None:
        """Make it this moment (Asia/Shanghai); whatever falls due by then has fallen due."""
        answer = self.client.post("/dev/clock", json={"set": f"{instant}:00+08:00"}, timeout=120)
        assert answer.status_code == 200, answer.text

    def now(self) -> datetime:
        return datetime.fromisoformat(self.client.get("/dev/clock").json()["now"])

    def _token(self, name: str) -> str:
        answer = self.client.post("/dev/token", json={"person": name})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])
