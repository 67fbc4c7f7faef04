"""Sends the platform what it must refuse, and looks at what the journals hold before and after."""

import itertools
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2

from services.split.plan import SERVICES
from shared.clock import FixedClock, SystemClock
from shared.identity.issuing import Issuing
from shared.settings import Environment, Settings
from tests.journeys.platforms import Standing

ANSWER_SECONDS_MAX = 5.0
CLERK = "ma-xiaoyan"
DISCLOSURES = "/api/publication/v1/disclosures"
DRAFT = {"item": "FY-R1/3.9", "title": "党费收缴情况", "text": "应收六千元，实收六千元。"}
_keys = itertools.count(1)


def fresh_key() -> dict[str, str]:
    return {"Idempotency-Key": f"bad-{next(_keys)}"}


@dataclass
class Sender:
    """``client`` speaks to the platform; commands go out as the clerk of Liushu unless told otherwise."""

    client: httpx2.Client
    standing: Standing
    _tokens: dict[str, str] = field(default_factory=dict)

    def token(self, person: str = CLERK) -> str:
        if person not in self._tokens:
            answer = self.client.post("/dev/token", json={"person": person})
            self._tokens[person] = str(answer.json()["access_token"])
        return self._tokens[person]

    def bearer(self, person: str = CLERK) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(person)}"}

    def post(self, path: str = DISCLOSURES, person: str = CLERK, **request: Any) -> httpx2.Response:
        headers = self.bearer(person) | fresh_key() | request.pop("headers", {})
        return self.client.post(path, headers=headers, **request)

    def get(self, path: str, person: str = "", **request: Any) -> httpx2.Response:
        headers = (self.bearer(person) if person else {}) | request.pop("headers", {})
        return self.client.get(path, headers=headers, **request)

    def draft(self) -> dict[str, Any]:
        """A draft of the clerk's, for commands to an existing thing; with the ``key`` it was made under."""
        key = fresh_key()
        answer = self.post(json=DRAFT, headers=key)
        assert answer.status_code == 201, answer.text
        return {**answer.json(), "key": key}

    def heads(self) -> dict[str, int]:
        """How many events each journal holds, once all is quiet."""
        assert self.client.post("/dev/clock", json={"advance": {"minutes": 0}}, timeout=60).status_code == 200
        return heads(self.standing)

    def issuing(self, **changed: Any) -> Issuing:
        """An issuer like the platform's own, with its key, but for what is changed."""
        own = {"environment": Environment.DEVELOPMENT, "var": self.standing.var, "public_url": self.standing.url}
        return Issuing(Settings(**{**own, **changed}))

    def old_token(self) -> str:
        issuing = self.issuing()
        issuing.clock = FixedClock(SystemClock().now() - timedelta(days=2))
        return issuing.token(CLERK)


def heads(standing: Standing) -> dict[str, int]:
    return {service: count(standing, service, "select count(*) from events") for service in SERVICES}


def count(standing: Standing, service: str, question: str, *values: object) -> int:
    with closing(sqlite3.connect(standing.var / f"{service}.sqlite", timeout=10)) as connection:
        return int(connection.execute(question, values).fetchone()[0])


def refused(answer: httpx2.Response, *expected: tuple[int, str]) -> dict[str, Any]:
    """The answer is a problem, one of those expected, given in time."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert (answer.status_code, problem["code"]) in expected, problem
    assert answer.elapsed.total_seconds() < ANSWER_SECONDS_MAX
    return problem


@contextmanager
def nothing_written(sender: Sender) -> Iterator[None]:
    """Whatever is done inside leaves every journal as it was."""
    before = sender.heads()
    yield
    assert sender.heads() == before


def within(seconds: float, question: Any) -> Any:
    """What the question comes to once it is true, asked again for so long at most."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := question():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")
