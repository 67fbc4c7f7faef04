"""One command over HTTP, and how soon another service shows what it did, on platforms as people start them."""

import itertools
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from threading import Barrier, Thread
from time import perf_counter
from typing import Any

from services.split.plan import Plan
from services.split.processes import Child

CLIENTS = 32
PERSONS = "/api/catalogue/v1/persons"
FOUNDER = "jiang-ping"
COUNTY = {
    "county": "qingshan",
    "name_zh": "青山县",
    "name_en": "Qingshan",
    "organisation": "QS",
    "organisation_name_zh": "青山县党务公开领导小组",
    "organisation_name_en": "Leading group",
    "office_person": FOUNDER,
    "office_person_name_zh": "蒋平",
    "office_person_name_en": "Jiang Ping",
}
_numbers = itertools.count(1)


class Client:
    """One connection, kept open; speaks as the county's office."""

    def __init__(self, url: str, token: str = "") -> None:
        host, port = url.removeprefix("http://").split(":")
        self.connection = HTTPConnection(host, int(port), timeout=60)
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, content, self.headers | more)
        answer = self.connection.getresponse()
        read = answer.read()
        return answer.status, json.loads(read) if read else None

    def register(self, path: str = PERSONS) -> str:
        """Register one more person; the position it was recorded at."""
        number = next(_numbers)
        person = {"person": f"bench-{number}", "name_zh": "张三", "name_en": "Zhang San"}
        body = {"town": "", "persons": [person], "on": "2026-01-05"}
        status, done = self.ask("POST", path, body, Idempotency_Key=f"bench-{number}")
        assert status == 201, done
        return str(done["position"])


def founded(url: str) -> str:
    """Found the county; a token of its office."""
    status, answer = Client(url).ask("POST", "/dev/token", {"person": FOUNDER})
    assert status == 200, answer
    token = str(answer["access_token"])
    status, answer = Client(url, token).ask("POST", "/api/catalogue/v1/county", COUNTY, Idempotency_Key="county")
    assert status == 201, answer
    Client(url, token).ask("GET", "/api/catalogue/v1/towns", Wait_For=answer["position"])
    return token


def commands_a_second(url: str, path: str, token: str, seconds: float) -> dict[str, float]:
    """Commands a second and their latency (ms) with 32 clients at once."""
    ready, latencies = Barrier(CLIENTS + 1), list[float]()

    def work() -> None:
        client, own = Client(url, token), []
        ready.wait()
        finish = perf_counter() + seconds
        while (started := perf_counter()) < finish:
            client.register(path)
            own.append(perf_counter() - started)
        latencies.extend(own)

    threads = [Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    ready.wait()
    started = perf_counter()
    for thread in threads:
        thread.join()
    return {"per_second": round(len(latencies) / (perf_counter() - started), 1), **spread(latencies)}


def visible(url: str, token: str, samples: int) -> dict[str, float]:
    """From a command's answer until publication's views have it: a read that waits, beside one that need not."""
    client, waited, plain = Client(url, token), list[float](), list[float]()
    for _ in range(samples):
        position = client.register()
        started = perf_counter()
        status, _ = client.ask("GET", "/api/publication/v1/shown", Wait_For=position)
        between = perf_counter()
        client.ask("GET", "/api/publication/v1/shown")
        plain.append(perf_counter() - between)
        waited.append(between - started)
        assert status == 200
    return {**spread(waited), **{f"peer_{name}": value for name, value in spread(plain).items()}}


def spread(seconds: list[float]) -> dict[str, float]:
    cuts = quantiles(seconds, n=100)
    return {"p50_ms": round(1000 * cuts[49], 1), "p99_ms": round(1000 * cuts[98], 1)}


@contextmanager
def bare_server(var: Path) -> Iterator[str]:
    plan = Plan.apart(var)
    command = [sys.executable, "-m", "tests.benchmarks.bare_server", str(plan.ports["portal"])]
    child = Child("bare", command, {}, var / "bare.log")
    child.start()
    try:
        child.await_ready(f"{plan.portal_url}/readyz")
        yield plan.portal_url
    finally:
        child.stop()
