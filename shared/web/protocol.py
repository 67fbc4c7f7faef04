"""HTTP/1.1 as we speak it: an answer goes out in one piece, and bytes that are no request are answered by a problem."""

import asyncio
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.web import codes

MALFORMED = codes.lookup("MALFORMED")
BODY = json.dumps(
    {
        "type": "urn:gongkai:problem:malformed",
        "title": MALFORMED.en,
        "status": MALFORMED.status,
        "detail": "This is not an HTTP request that can be read, or its headers are too long.",
        "code": MALFORMED.code,
    }
).encode()
HEADERS = [
    (b"content-type", b"application/problem+json"),
    (b"content-length", str(len(BODY)).encode()),
    (b"connection", b"close"),
]


class InOnePiece:
    """A transport that sends together what is written in one turn of the event loop, such as an answer's head and body.

    Each sending is a call of the system, at which other threads take the interpreter.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if data:
            if not self._parts:
                self._loop.call_soon(self._send)
            self._parts.append(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        parts, self._parts = self._parts, []
        if parts:
            self._transport.write(b"".join(parts))


class ProblemProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, whose own 400 is a problem like every other refusal."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(InOnePiece(transport))  # type: ignore[arg-type]  # all of a transport that is asked for

    def send_400_response(self, msg: str) -> None:
        del msg
        answer = (
            h11.Response(status_code=400, headers=HEADERS, reason=b"Bad Request"),
            h11.Data(data=BODY),
            h11.EndOfMessage(),
        )
        self.transport.write(b"".join(self.conn.send(part) or b"" for part in answer))
        self.transport.close()
