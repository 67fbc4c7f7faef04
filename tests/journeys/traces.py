"""Somewhere for processes to send their traces to: an OTLP/HTTP receiver that remembers the spans it gets."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

T = TypeVar("T")


@dataclass(frozen=True)
class Sent:
    """A span as some process sent it; ids are hexadecimal."""

    process: str
    name: str
    trace: str
    span: str
    parent: str
    links: frozenset[str]
    attributes: dict[str, str]


@dataclass
class Receiver:
    endpoint: str
    _spans: list[Sent] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            process = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
            found = [_sent(process, span) for scope in resource.scope_spans for span in scope.spans]
            with self._lock:
                self._spans += found

    def spans(self) -> list[Sent]:
        with self._lock:
            return list(self._spans)

    def await_one(self, find: Callable[[list[Sent]], T | None], seconds: float = 20.0) -> T:
        """What ``find`` finds among the spans, once it is there."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (found := find(self.spans())) is not None:
                return found
            time.sleep(0.1)
        names = sorted({(span.process, span.name) for span in self.spans()})
        raise AssertionError(f"no such span came in {seconds:.0f} s; there are {names}")


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listens on a free port of this machine while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
    server.take = received.take  # type: ignore[attr-defined]  # the handler reaches us through its server
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.take(body)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _sent(process: str, span: Span) -> Sent:
    return Sent(
        process,
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        frozenset(link.span_id.hex() for link in span.links),
        {a.key: a.value.string_value or str(a.value.int_value) for a in span.attributes},
    )
