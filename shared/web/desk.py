"""What a command is given: who acts, when, ids to make, and ``handle``, which does it once and answers.

The command's id is derived from the person, the route and the Idempotency-Key, so that a retry is recognised
by the journal, in whichever replica it arrives.
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Annotated, Any

from fastapi import Depends
from prometheus_client import Counter
from pydantic import BaseModel, Field
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from shared import ids
from shared.decider import Refused
from shared.events import Context
from shared.handling import Do
from shared.journal import Outcome
from shared.policy import Acting
from shared.telemetry import metrics, names, tracing
from shared.web.caller import Caller, Web, described, header
from shared.web.caller import caller as called_by

_KEY = re.compile(r"[\x20-\x7e]{1,200}")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # in JSON: escaped, the backslash itself not
_ETAG = re.compile(r'"(\d{1,18})"')


class Done(BaseModel):
    """What came of a command. ``position`` can be sent as Wait-For; ``repeated``: it had been done before."""

    id: str = Field(description="The thing that was made or changed.")
    stream: str
    version: int = Field(description="The thing's version now; send it as If-Match with the next command.")
    position: str = Field(examples=["publication:17"])
    repeated: bool = False
    result: dict[str, Any] = Field(default_factory=dict)


@dataclass
class Desk(Caller):
    """One command. Ask :meth:`may` first; :meth:`handle` takes what it answers."""

    request: Request
    response: Response
    payload: bytes | FormData
    said: Any  # the JSON of the payload, where it has been read
    key: str
    expected_version: int | None
    decided: bool = field(default=False, init=False)
    _made: int = field(default=0, init=False)
    _granted: list[Acting] = field(default_factory=list, init=False)

    @cached_property
    def command_id(self) -> str:
        return ids.derived(self.standing.person, self.request.method, self.request.state.act.template, self.key)

    def new_id(self) -> str:
        """An id for a new thing: the same again when the command is retried, another at each call."""
        self._made += 1
        return ids.derived(self.command_id, str(self._made))

    def may(self, organisation: str = "", town: str = "", hidden: bool = False, makers: Collection[str] = ()) -> Acting:
        acting = super().may(organisation, town, hidden, makers)
        self._granted.append(acting)
        return acting

    def handle(
        self, do: Do, *more: Do, acting: Acting, result: Mapping[str, Any] | None = None, town: str = ""
    ) -> Done:
        """Do one command, or several as one. ``result`` is kept for a retry and holds no personal data."""
        told = self._told(do, acting, result)
        with tracing.span(names.COMMAND, service=self._web.name, action=self.action, command_id=self.command_id):
            told["context"] = self._context(acting, town)
            return self._done(self._web.handler.handle(do, *more, **told))

    async def handled(
        self, do: Do, *more: Do, acting: Acting, result: Mapping[str, Any] | None = None, town: str = ""
    ) -> Done:
        """The same for an ``async`` route that knows all it needs from memory: no thread waits for the journal."""
        told = self._told(do, acting, result)
        with tracing.span(names.COMMAND, service=self._web.name, action=self.action, command_id=self.command_id):
            told["context"] = self._context(acting, town)
            return self._done(await self._web.handler.handled(do, *more, **told))

    def _told(self, do: Do, acting: Acting, result: Mapping[str, Any] | None) -> dict[str, Any]:
        if acting not in self._granted:
            raise RuntimeError("a command is handled in a post that the desk has granted")
        return {
            "fingerprint": self.fingerprint(),
            "expected_version": self.expected_version,
            "result": {"id": do.identity, "stream": do.stream, "result": dict(result or {})},
        }

    def earlier(self) -> Done | None:
        """The answer of an earlier run of this very command; raises ``CommandReused`` for another's key."""
        outcome = self._web.handler.repeated(self.command_id, self.fingerprint())
        return self._done(outcome) if outcome else None

    def fingerprint(self) -> str:
        """Tells this command from another under the same key, without being a dictionary of what it says."""
        query = self.request.scope["query_string"].decode("latin-1")
        content = _content(self.payload) if self.said is None else self.said
        parts = (self.key, self.request.path_params, query, content)
        return self._web.platform.vault.fingerprint(*parts)

    @cached_property
    def _web(self) -> Web:
        web: Web = self.request.app.state.web
        return web

    def _context(self, acting: Acting, town: str) -> Context:
        return Context(
            town=town or acting.town,
            actor=acting.person,
            post=acting.post,
            organisation=acting.organisation,
            command_id=self.command_id,
            correlation_id=self.command_id,
            traceparent=tracing.traceparent(),
        )

    def _done(self, outcome: Outcome) -> Done:
        stream = str(outcome.result["stream"])
        version = outcome.versions.get(stream, 0)
        position = f"{self._web.name}:{outcome.position}"
        self._say(b"etag", f'"{version}"')
        self._say(b"gongkai-position", position)
        _counter(self._web.name, "repeated" if outcome.repeated else "done").inc()
        return Done(
            id=str(outcome.result["id"]),
            stream=stream,
            version=version,
            position=position,
            repeated=outcome.repeated,
            result=dict(outcome.result["result"]),
        )

    def _say(self, header: bytes, value: str) -> None:
        headers = self.response.raw_headers
        headers[:] = [*(pair for pair in headers if pair[0] != header), (header, value.encode())]


@lru_cache(maxsize=64)
def _counter(service: str, outcome: str) -> Counter:
    return metrics.COMMANDS.labels(service, outcome)


async def _payload(request: Request) -> bytes | FormData:
    """The body as FastAPI has read it; a form stays a form, so that its files are not read into memory."""
    if (header(request, b"content-type") or "").startswith(("multipart/", "application/x-www-form-urlencoded")):
        form = await request.form()
        _must_not_hold_nul(any("\0" in (v if isinstance(v, str) else f"{v.filename}") for v in form.values()))
        return form
    return _free_of_nul(await request.body())


def _free_of_nul(body: bytes) -> bytes:
    _must_not_hold_nul(b"u0000" in body and _NUL.search(body) is not None)
    return body


def _must_not_hold_nul(found: bool) -> None:
    """No database here keeps a NUL character in a text."""
    if found:
        raise Refused("MALFORMED", "A NUL character stands in the body.", accepted="text without it")


DEMANDED: tuple[dict[str, Any], ...] = (
    described("idempotency-key", "header", "Names this command; a retry with the same key is done once."),
    described("if-match", "header", 'The version seen, as `"3"`.'),
)
"""What a command's request carries besides, for OpenAPI."""


async def _desk(request: Request, response: Response) -> Desk:
    return await desk_of(request, response)


async def desk_of(request: Request, response: Response, content: bytes | None = None, said: Any = None) -> Desk:
    """The desk for a request, whose content may have been read as JSON; ``response`` is where it puts its headers."""
    caller = await called_by(request)
    payload = await _payload(request) if content is None else _free_of_nul(content)
    key = header(request, b"idempotency-key") or ""
    if not _KEY.fullmatch(key):
        raise Refused("IDEMPOTENCY_KEY_NEEDED", "Idempotency-Key is missing or not 1 to 200 printable characters.")
    version = _version(header(request, b"if-match"), needed=request.state.act.versioned)
    desk = Desk(caller.standing, caller.now, caller.action, request, response, payload, said, key, version)
    request.state.desk = desk
    return desk


CommandDesk = Annotated[Desk, Depends(_desk)]


def _version(if_match: str | None, *, needed: bool) -> int | None:
    if if_match is None:
        if needed:
            raise Refused("VERSION_NEEDED", "If-Match is missing.", accepted='If-Match: "<version>"')
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if not found:
        raise Refused("MALFORMED", "If-Match is not one version.", accepted='If-Match: "3"', pointer="If-Match")
    return int(found[1])


def _content(payload: bytes | FormData) -> Any:
    if isinstance(payload, bytes):
        try:
            return json.loads(payload) if payload else None
        except (ValueError, RecursionError):
            return hashlib.sha256(payload).hexdigest()
    return sorted((name, _digest(value)) for name, value in payload.multi_items())


def _digest(value: UploadFile | str) -> str:
    """A field's text, or a file's name and SHA-256; the file is left where its reader had it."""
    if isinstance(value, str):
        return value
    place = value.file.tell()
    value.file.seek(0)
    digest = hashlib.file_digest(value.file, "sha256").hexdigest()  # type: ignore[arg-type]  # a spooled file reads like any other
    value.file.seek(place)
    return f"{value.filename}:{digest}"
