"""Saying no over HTTP: every refusal and fault becomes an RFC 9457 problem with a stable code.

``install`` puts the handlers on an app. Nothing internal leaves: a fault is INTERNAL and a trace id.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import structlog
from anyio import to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from shared.decider import Refused
from shared.documents import DocumentsUnavailable
from shared.journal import CommandReused, EventTooLarge, JournalBusy, JournalUnavailable, WrongVersion
from shared.personal_data.key_store import KeysUnavailable
from shared.telemetry import logs, metrics, tracing
from shared.web import codes
from shared.web.codes.code import Code

log = structlog.get_logger("gongkai.web")
MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="gongkai"'
Handler = Callable[[Request, Exception], Response]


class FieldError(BaseModel):
    """One field at fault, by JSON pointer into the body, or by the name of a parameter or header."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457, with the stable ``code`` that callers switch on."""

    type: str = Field(examples=["urn:gongkai:problem:inside-first"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["INSIDE_FIRST"])
    accepted: str | None = Field(None, description="What would be accepted.")
    errors: list[FieldError] | None = None
    facts: dict[str, Any] | None = Field(None, description="What a caller may want to show, such as an earliest time.")
    instance: str
    trace_id: str


class NotModified(Exception):
    """The caller has this version already (If-None-Match)."""

    def __init__(self, etag: str) -> None:
        self.etag = etag


def problem(
    request: Request,
    code: str,
    detail: str,
    *,
    accepted: str = "",
    errors: list[dict[str, str]] | None = None,
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for a code; counted and logged with route and actor id, never with texts (design 1.7)."""
    row = codes.lookup(code)
    _note(request, row)
    chinese = request.headers.get("accept-language", "").lower().startswith("zh")
    body = {
        "type": f"urn:gongkai:problem:{code.lower().replace('_', '-')}",
        "title": row.zh if chinese else row.en,
        "status": row.status,
        "detail": detail,
        "code": code,
        "accepted": accepted or None,
        "errors": errors or None,
        "facts": dict(facts) if facts else None,
        "instance": request.url.path,
        "trace_id": tracing.trace_id(request.scope),
    }
    extra = {"WWW-Authenticate": _challenge(code)} if row.status == 401 else {}
    extra |= {"Retry-After": "1"} if row.status == 503 else {}
    return JSONResponse(
        {k: v for k, v in body.items() if v is not None},
        status_code=row.status,
        media_type=MEDIA_TYPE,
        headers=extra | dict(headers or {}),
    )


def acting(scope: Scope) -> str:
    """Whom logs name: the id of the person in whose name it is done; nobody for an unnamed opinion."""
    state: dict[str, Any] = scope.get("state", {})
    desk = state.get("desk")
    return str(desk.standing.person if desk is not None else state.get("subject", ""))


def install(app: FastAPI) -> None:
    """Put the handlers for refusals and faults on an app."""
    for kind, handler in _handlers().items():
        app.add_exception_handler(kind, handler)


async def answer_to(request: Request, fault: Exception) -> Response:
    """What the app answers to a refusal or fault; raises one that it has no name for."""
    handlers = _handlers()
    handler = next((handlers[kind] for kind in type(fault).__mro__ if kind in handlers), None)
    if handler is None:
        raise fault
    return await to_thread.run_sync(handler, request, fault)


@cache
def _handlers() -> dict[type[Exception], Handler]:
    return {
        Refused: _refused,
        WrongVersion: _wrong_version,
        CommandReused: _command_reused,
        JournalBusy: _busy,
        JournalUnavailable: _unavailable,
        DocumentsUnavailable: _unavailable,
        KeysUnavailable: _unavailable,
        DBAPIError: _database,
        PoolExhausted: _busy,
        EventTooLarge: _event_too_large,
        RequestValidationError: _invalid,
        HTTPException: refused_by_framework,
        NotModified: _not_modified,
    }


def unexpected(request: Request, fault: BaseException) -> Response:
    """The last resort: the fault goes to the log with its trace, the caller gets the trace id only."""
    logs.fault(log, fault, route=tracing.route(request.scope))
    return problem(request, "INTERNAL", "Something failed on our side. The trace id helps us find it.")


def _refused(request: Request, refusal: Exception) -> Response:
    """A refusal, unless the command had already got through: then its answer again (design 1.2)."""
    assert isinstance(refusal, Refused)  # noqa: S101 - how Starlette types its handlers
    earlier = _earlier(request)
    if earlier is not None:
        return earlier
    facts = dict(refusal.facts)
    errors = facts.pop("errors", None)  # a refusal with several places at fault, such as the cells of a sheet
    if refusal.pointer:
        errors = [{"pointer": refusal.pointer, "detail": refusal.detail}]
    return problem(request, refusal.code, refusal.detail, accepted=refusal.accepted, errors=errors, facts=facts)


def _wrong_version(request: Request, conflict: Exception) -> Response:
    assert isinstance(conflict, WrongVersion)  # noqa: S101 - installed for this kind alone
    earlier = _earlier(request)
    if earlier is not None:
        return earlier
    return problem(
        request,
        "VERSION_CONFLICT",
        f"It is at version {conflict.actual} now.",
        accepted=f'If-Match: "{conflict.actual}"',
        facts={"version": conflict.actual},
        headers={"ETag": f'"{conflict.actual}"'},
    )


def _earlier(request: Request) -> Response | None:
    """What was answered when this very command got through the first time, if it did."""
    desk = getattr(request.state, "desk", None)
    if desk is None:
        return None
    try:
        done = desk.earlier()
    except CommandReused as reused:
        return _command_reused(request, reused)
    if done is None:
        return None
    return JSONResponse(done.model_dump(), status_code=request.state.act.status, headers=dict(desk.response.headers))


def _command_reused(request: Request, _: Exception) -> Response:
    detail = "This Idempotency-Key was used before, with other contents."
    return problem(request, "IDEMPOTENCY_KEY_REUSED", detail, accepted="a new Idempotency-Key")


def _busy(request: Request, _: Exception) -> Response:
    return problem(request, "BUSY", "Too many requests are waiting.", accepted="the same request, shortly")


def _unavailable(request: Request, fault: Exception) -> Response:
    logs.going_on(log, "unavailable", what=type(fault).__name__, reason=str(fault).partition("\n")[0][:200])
    return problem(request, "UNAVAILABLE", "Nothing was changed.", accepted="the same request, shortly")


def _database(request: Request, fault: Exception) -> Response:
    """A lost database is UNAVAILABLE; a statement that the database refuses is a fault of ours."""
    assert isinstance(fault, DBAPIError)  # noqa: S101 - installed for this kind alone
    if fault.connection_invalidated or type(fault).__name__ in {"OperationalError", "InterfaceError"}:
        reason = str(fault.orig).strip().partition("\n")[0][:200]
        logs.going_on(log, "database_unavailable", kind=type(fault).__name__, reason=reason)
        return problem(request, "UNAVAILABLE", "The database cannot be reached.", accepted="the same request, shortly")
    if type(fault).__name__ == "DataError":
        logs.fault(log, fault, route=tracing.route(request.scope))
        return problem(request, "INVALID", "A value is out of the range that can be looked for.")
    return unexpected(request, fault)


def _event_too_large(request: Request, _: Exception) -> Response:
    return problem(request, "EVENT_TOO_LARGE", "The text is too long to be recorded.", accepted="an attachment")


def _invalid(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)  # noqa: S101 - installed for this kind alone
    found = fault.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return problem(request, "MALFORMED", "The body is not JSON.")
    errors = [{"pointer": _pointer(e["loc"]), "detail": e["msg"]} for e in found]
    return problem(request, "INVALID", "Some fields are not as described.", errors=errors)


def refused_by_framework(request: Request, fault: Exception) -> Response:
    """What the framework itself refuses: unknown address, method, media type, size."""
    assert isinstance(fault, HTTPException)  # noqa: S101 - installed for this kind alone
    row = codes.of_status(fault.status_code)
    said = {404: "There is no such thing here.", 413: fault.detail}
    detail = said.get(fault.status_code, row.meaning)
    return problem(request, row.code, detail, headers=fault.headers)


def _not_modified(_: Request, answer: Exception) -> Response:
    assert isinstance(answer, NotModified)  # noqa: S101 - installed for this kind alone
    return Response(status_code=304, headers={"ETag": answer.etag, "Cache-Control": "private, no-cache"})


def _pointer(loc: tuple[str | int, ...]) -> str:
    """``("body", "items", 0, "title")`` is ``/items/0/title``; a parameter or header is named as it is."""
    where, *rest = loc or ("",)
    if where != "body":
        return ".".join(str(part) for part in rest) or str(where)
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in rest)


def _challenge(code: str) -> str:
    if code == "SIGN_IN_NEEDED":
        return CHALLENGE
    return f'{CHALLENGE}, error="invalid_token", error_description="{codes.lookup(code).en}"'


def _note(request: Request, row: Code) -> None:
    """Counted by code and logged, so that refusals can be watched without their texts."""
    route = tracing.route(request.scope)
    actor = acting(request.scope)
    metrics.REFUSALS.labels(tracing.service(request.scope), row.code).inc()
    if getattr(request.state, "desk", None) is not None:
        outcome = "failed" if row.status >= 500 else "conflict" if row.status == 412 else "refused"
        metrics.COMMANDS.labels(tracing.service(request.scope), outcome).inc()
    log.info("refused", code=row.code, status=row.status, route=route, method=request.method, actor=actor)
