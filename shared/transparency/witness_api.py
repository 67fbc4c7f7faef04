"""HTTP to the witness a service is: logs ask it to cosign, anyone may read what it has seen (C2SP tlog-witness).

Its answers are those of that protocol, not problems of ours, since logs other than ours may ask.
"""

from collections.abc import Callable
from typing import Any

import anyio
from fastapi import Response
from starlette.requests import Request

from shared.decider import Refused
from shared.transparency.witness import BODY_BYTES_MAX, Answer, Witness
from shared.web import Api

PREFIX = "/api/{service}/v1/witness"
VIEW_SECONDS_MAX = 60  # how long a reader may keep what this witness has seen
_TEXT: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
_PROBLEM: dict[str, Any] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
AS_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": _TEXT}}
OR_NEVER: dict[int | str, dict[str, Any]] = AS_TEXT | {
    404: {"description": "Never cosigned here, or no witness.", "content": _TEXT | _PROBLEM}
}


def witness_routes(service: str, witness: Witness | None) -> Api:
    """Without a witness (no key was given) nothing is found here."""
    router = Api(service, prefix=PREFIX.format(service=service))

    @router.post("/add-checkpoint", action="log.witness", response_class=Response, include_in_schema=False)
    async def add_checkpoint(request: Request) -> Response:
        """Cosign a checkpoint of a log that is watched here, if it goes on from the last one."""
        body = await _body(request)
        return await _answered(witness, lambda there: there.add(body))

    @router.get("/vkey", action="log.read", response_class=Response, responses=AS_TEXT)
    def vkey() -> Response:
        """The key this witness cosigns with. Keep a copy from a source you trust."""
        key = _there(witness).signer.verifier.vkey
        return Response(f"{key}\n", media_type="text/plain; charset=utf-8")

    @router.get("/forks", action="log.read", response_class=Response, responses=AS_TEXT)
    def forks() -> Response:
        """Pairs of notes that one log has signed, and of which this witness refused the second."""
        pairs = (b"".join((before, b"\n", after, b"\n\n")) for before, after in _there(witness).forked())
        return Response(b"".join(pairs), media_type="text/plain; charset=utf-8")

    @router.get("/{origin_hash}/checkpoint", action="log.read", response_class=Response, responses=OR_NEVER)
    async def seen(origin_hash: str) -> Response:
        """The last checkpoint cosigned of the log whose origin has this SHA-256 (hexadecimal)."""
        answer = await _answered(witness, lambda there: there.view(origin_hash))
        answer.headers["Cache-Control"] = f"public, max-age={VIEW_SECONDS_MAX}"
        return answer

    return router


async def _body(request: Request) -> bytes:
    """No more than one byte above what is taken, so that what is too long is seen to be."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            break
    return body[: BODY_BYTES_MAX + 1]


async def _answered(witness: Witness | None, ask: Callable[[Witness], Answer]) -> Response:
    there = _there(witness)
    answer = await anyio.to_thread.run_sync(lambda: ask(there))
    return Response(answer.body, answer.status, headers={"Content-Type": answer.type})


def _there(witness: Witness | None) -> Witness:
    if witness is None:
        raise Refused("NOT_FOUND", "This service is no witness.")
    return witness
