"""What is said to someone whose bytes are no HTTP request at all: a problem too, though without a trace."""

import json

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


class ProblemProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, whose own 400 is a problem like every other refusal."""

    def send_400_response(self, msg: str) -> None:
        del msg
        answer = (
            h11.Response(status_code=400, headers=HEADERS, reason=b"Bad Request"),
            h11.Data(data=BODY),
            h11.EndOfMessage(),
        )
        self.transport.write(b"".join(self.conn.send(part) or b"" for part in answer))
        self.transport.close()
