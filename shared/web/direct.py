"""The short way of a command: its route found by its address, its body read and checked once, its answer sent.

Start at :class:`Direct`. FastAPI describes every route and answers most. Commands of the usual kind, which take parts
of the address, one JSON body and a desk, are answered here: the same refusals in the same order, for a fraction of what
a framework must do that does not know what is coming. Whatever is not as usual goes on to FastAPI.
"""

import functools
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.telemetry import tracing
from shared.web import problems
from shared.web.desk import Desk, Done, desk_of
from shared.web.routing import Candidate

JSON = b"application/json"
UNREAD = "There was an error parsing the body"  # as FastAPI says it


@dataclass(frozen=True)
class Usual:
    """A route that can be answered here: the names under which its endpoint wants body and desk."""

    endpoint: Callable[..., Any]
    desk: str
    body: str
    model: type[BaseModel]

    @classmethod
    def of(cls, endpoint: Callable[..., Any] | None) -> "Usual | None":
        """None for a route that takes or gives anything else."""
        if endpoint is None or not hasattr(endpoint, "act"):
            return None
        signature = inspect.signature(endpoint, eval_str=True)
        named = {"desk": "", "body": "", "parts": ""}
        model: type[BaseModel] = BaseModel
        for name, parameter in signature.parameters.items():
            wanted = parameter.annotation
            kind = "desk" if getattr(wanted, "__origin__", None) is Desk else "parts" if wanted is str else "body"
            if parameter.default is not parameter.empty or (kind != "parts" and named[kind]):
                return None
            if kind == "body" and not (isinstance(wanted, type) and issubclass(wanted, BaseModel)):
                return None
            named[kind], model = name, wanted if kind == "body" else model
        if not named["desk"] or not named["body"] or signature.return_annotation is not Done:
            return None
        return cls(endpoint, named["desk"], named["body"], model)

    async def called(self, parts: Mapping[str, str], body: BaseModel, desk: Desk) -> Done:
        values = {**parts, self.body: body, self.desk: desk}
        if inspect.iscoroutinefunction(self.endpoint):
            done: Done = await self.endpoint(**values)
            return done
        return await to_thread.run_sync(functools.partial(self.endpoint, **values))


class Routes:
    """The routes of an app in the order in which they are tried, by method and number of parts."""

    def __init__(self, app: FastAPI) -> None:
        tried = [(Candidate.of(route), route) for route in iter_route_contexts(app.routes)]
        self._all = [
            (candidate, route.methods or set(), Usual.of(route.endpoint) if candidate.length else None)
            for candidate, route in tried
        ]
        self._fitting: dict[tuple[str, int], list[tuple[Candidate, Usual | None]]] = {}

    def find(self, method: str, path: str) -> "tuple[Usual, dict[str, str]] | None":
        """The usual route that would be taken, and the parts of the address it is given; None if another would."""
        parts = path.split("/")
        for candidate, usual in self._of(method, len(parts)):
            if candidate.takes(path, parts):
                named = {name: parts[place] for place, name in candidate.named}
                return (usual, named) if usual and all(named.values()) else None
        return None

    def _of(self, method: str, length: int) -> Iterable[tuple[Candidate, Usual | None]]:
        fitting = self._fitting.get((method, length))
        if fitting is None:
            tried = [(candidate, usual) for candidate, methods, usual in self._all if method in methods]
            fitting = [(candidate, usual) for candidate, usual in tried if candidate.length in (None, length)]
            if any(usual for _, usual in fitting):
                self._fitting[method, length] = fitting
        return fitting


class Direct:
    """ASGI middleware next to the framework, inside of all others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._routes: Routes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._found(scope)
        if found is None:
            await self.app(scope, receive, send)
            return
        usual, scope["path_params"] = found
        scope["endpoint"] = usual.endpoint
        request = Request(scope, receive)
        try:
            answer = await _answered(usual, request)
        except Exception as fault:  # noqa: BLE001 - what has no name is raised again by `answer_to`
            answer = await problems.answer_to(request, fault)
        await answer(scope, receive, send)

    def _found(self, scope: Scope) -> "tuple[Usual, dict[str, str]] | None":
        if scope["type"] != "http" or scope["method"] == "GET" or scope.get("root_path") or tracing.kept():
            return None  # where spans are kept, the framework's own say what it did
        if self._routes is None:
            self._routes = Routes(scope["app"])
        return self._routes.find(scope["method"], scope["path"]) if _is_json(scope) else None


async def _answered(usual: Usual, request: Request) -> Response:
    content = await _content(request.receive)
    said = _json(content)
    answer = Response(status_code=usual.endpoint.act.status)  # type: ignore[attr-defined]  # as Api has marked it
    answer.raw_headers = []
    desk = await desk_of(request, answer, content, said)
    done = await usual.called(request.path_params, _checked(usual.model, said), desk)
    answer.body = done.__pydantic_serializer__.to_json(done)
    length = b"%d" % len(answer.body)
    answer.raw_headers += [(b"content-length", length), (b"content-type", JSON)]
    return answer


def _is_json(scope: Scope) -> bool:
    """Whether it says that it brings JSON, and how much."""
    kind = length = b""
    for name, value in scope["headers"]:
        if name == b"content-type":
            kind = value
        elif name == b"content-length":
            length = value
    return kind.partition(b";")[0].strip().lower() == JSON and length not in (b"", b"0")


async def _content(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HTTPException(400, UNREAD)
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _json(content: bytes) -> Any:
    """As the framework reads it; what only Python's own decoder takes is left to that."""
    try:
        return from_json(content)
    except ValueError:
        pass
    try:
        return json.loads(content)
    except json.JSONDecodeError as fault:
        where = {"type": "json_invalid", "loc": ("body", fault.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([where]) from fault
    except (ValueError, RecursionError) as fault:
        raise HTTPException(400, UNREAD) from fault


def _checked(model: type[BaseModel], said: Any) -> BaseModel:
    try:
        return model.__pydantic_validator__.validate_python(said, from_attributes=True)  # type: ignore[no-any-return]  # it is of the model
    except ValidationError as fault:
        found = [{**error, "loc": ("body", *error["loc"])} for error in fault.errors(include_url=False)]
        raise RequestValidationError(found, body=said) from fault
