"""Clients of a server, in a process of their own: on each connection one command after another, as fast as it answers.

``python -m tests.benchmarks.load`` reads a :class:`Load` as JSON and prints a :class:`Found`. Requests are of bytes
prepared before; of an answer it reads the status, the length and the ETag that the next command must name.
"""

import asyncio
import itertools
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from statistics import quantiles
from time import perf_counter, process_time

_keys = itertools.count(1)
MARK = "00000000"


@dataclass(frozen=True)
class Load:
    """One connection for each of ``paths``; ``versions`` are what If-Match says first, and rise with every answer.

    :data:`MARK` in the body is another number in every request, so that no command says what has been said.
    The answers of the first ``warm_up`` seconds do not count: the server fills its caches then.
    """

    host: str
    port: int
    paths: list[str]
    body: str
    token: str = ""
    versions: list[int] = field(default_factory=list)
    seconds: float = 2.0
    warm_up: float = 0.5
    run: str = "run"


@dataclass(frozen=True)
class Found:
    """Answers a second, milliseconds until one came, and the share of a core that the clients themselves took."""

    per_second: float
    p50_ms: float
    p99_ms: float
    busy: float
    statuses: dict[str, int]


def applied(load: Load) -> Found:
    """Apply it from another process."""
    command = [sys.executable, "-m", "tests.benchmarks.load"]
    done = subprocess.run(command, input=json.dumps(asdict(load)), capture_output=True, text=True, check=True)
    return Found(**json.loads(done.stdout))


class Client(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends the next."""

    def __init__(self, load: Load, place: int, tally: "Tally") -> None:
        self.load, self.tally = load, tally
        self.version = load.versions[place] if load.versions else 0
        token = f"Authorization: Bearer {load.token}\r\n" if load.token else ""
        self.head = (
            f"POST {load.paths[place]} HTTP/1.1\r\nHost: {load.host}:{load.port}\r\n{token}"
            f"Content-Type: application/json\r\nContent-Length: {len(load.body.encode())}\r\n"
        )
        self.tail = load.body.encode()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = b""
        self.transport: asyncio.Transport
        self.sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.received[: end + 2].lower()
        length = int(_header(head, b"content-length") or 0)
        if len(self.received) < end + 4 + length:
            return
        status, self.received = int(head[9:12]), b""
        etag = _header(head, b"etag").strip(b'"')
        self.version = int(etag) if etag else 0
        if self.tally.took(status, perf_counter() - self.sent):
            self._send()
        else:
            self.transport.close()
            self.ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the server has hung up"))

    def _send(self) -> None:
        match = f'If-Match: "{self.version}"\r\n' if self.version else ""
        key = f"{next(_keys):08}"
        head = f"{self.head}{match}Idempotency-Key: {self.load.run}-{key}\r\n\r\n"
        self.sent = perf_counter()
        self.transport.write(head.encode() + self.tail.replace(MARK.encode(), key.encode()))


class Tally:
    def __init__(self, load: Load) -> None:
        self.begin = perf_counter() + load.warm_up
        self.end = self.begin + load.seconds
        self.latencies: list[float] = []
        self.statuses: dict[str, int] = {}

    def took(self, status: int, seconds: float) -> bool:
        """Whether to go on."""
        now = perf_counter()
        self.statuses[str(status)] = self.statuses.get(str(status), 0) + 1
        if self.begin <= now < self.end:
            self.latencies.append(seconds)
        return now < self.end


async def run(load: Load) -> Found:
    loop, tally, busy = asyncio.get_running_loop(), Tally(load), process_time()
    clients = [Client(load, place, tally) for place in range(len(load.paths))]
    for client in clients:
        await loop.create_connection(lambda c=client: c, load.host, load.port)  # type: ignore[misc]  # bound now
    await asyncio.gather(*(client.ended for client in clients))
    cuts = quantiles(tally.latencies, n=100)
    share = (process_time() - busy) / (load.seconds + load.warm_up)
    rate = len(tally.latencies) / load.seconds
    return Found(round(rate, 1), round(1000 * cuts[49], 1), round(1000 * cuts[98], 1), round(share, 2), tally.statuses)


def _header(head: bytes, name: bytes) -> bytes:
    start = head.find(b"\r\n" + name + b":")
    return head[start + len(name) + 3 : head.find(b"\r\n", start + 2)].strip() if start >= 0 else b""


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(asyncio.run(run(Load(**json.loads(sys.stdin.read())))))))
