"""The router every service writes its interface with: each route names the action it is for.

What a route forgets is refused: without a desk or a reader only what is open to the caller as such gets
through, and an answer for which nobody asked ``may`` or looked at the audiences never leaves (design 1.5).
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, UploadFile

from shared.policy import ACTIONS
from shared.web.caller import ASKED, CallerDep, Decides
from shared.web.desk import DEMANDED, Desk

F = TypeVar("F", bound=Callable[..., Any])
UPLOAD = "x-gongkai-upload"
VERSIONED = "x-gongkai-versioned"
ACTION = "x-gongkai-action"


@dataclass(frozen=True)
class Act:
    """What a route is for; :func:`shared.web.caller.caller` finds it on the endpoint, as ``act``."""

    action: str
    versioned: bool
    template: str
    status: int = 200


class Api(APIRouter):
    """The routes of one service under ``/api/<service>/v1``."""

    def __init__(self, service: str, *, prefix: str | None = None) -> None:
        super().__init__(prefix=f"/api/{service}/v1" if prefix is None else prefix, tags=[service])
        self.service = service
        self.uploads: list[str] = []
        self.acts: dict[str, Act] = {}

    def get(self, path: str, *, action: str, **extra: Any) -> Callable[[F], F]:  # type: ignore[override]  # an action is required
        return self._route("GET", path, action, versioned=False, **extra)

    def file(self, path: str, *, action: str, **extra: Any) -> Callable[[F], F]:
        """A GET whose headers may be asked for alone (HEAD)."""
        return self._route("GET", path, action, versioned=False, also=["HEAD"], **extra)

    def post(  # type: ignore[override]  # an action is required
        self, path: str, *, action: str, versioned: bool = False, **extra: Any
    ) -> Callable[[F], F]:
        """``versioned``: a command to an existing thing, which needs If-Match."""
        return self._route("POST", path, action, versioned=versioned, **extra)

    def put(  # type: ignore[override]  # an action is required
        self, path: str, *, action: str, versioned: bool = False, **extra: Any
    ) -> Callable[[F], F]:
        return self._route("PUT", path, action, versioned=versioned, **extra)

    def patch(  # type: ignore[override]  # an action is required
        self, path: str, *, action: str, versioned: bool = False, **extra: Any
    ) -> Callable[[F], F]:
        return self._route("PATCH", path, action, versioned=versioned, **extra)

    def delete(  # type: ignore[override]  # an action is required
        self, path: str, *, action: str, versioned: bool = False, **extra: Any
    ) -> Callable[[F], F]:
        return self._route("DELETE", path, action, versioned=versioned, **extra)

    def _route(
        self, method: str, path: str, action: str, *, versioned: bool, also: Sequence[str] = (), **extra: Any
    ) -> Callable[[F], F]:
        if action not in ACTIONS:
            raise ValueError(f"{method} {path}: the policy table has no action {action!r}")
        template = f"{self.prefix}{path}"
        act = Act(action, versioned, template, extra.get("status_code") or 200)
        self.acts[f"{method} {template}"] = act

        def register(endpoint: F) -> F:
            first: list[Any] = [] if _decides(endpoint) else [Depends(_open)]
            if _uploads(endpoint):
                self.uploads.append(template)
            marks: dict[str, Any] = {ACTION: action} | ({VERSIONED: True} if versioned else {})
            marks["parameters"] = [*ASKED, *(DEMANDED if _commands(endpoint) else ())]
            extra["dependencies"] = [*first, *extra.pop("dependencies", ())]
            extra["openapi_extra"] = marks | extra.pop("openapi_extra", {})
            self.add_api_route(path, _checked(endpoint, act), methods=[method], **extra)
            for other in also:
                self.add_api_route(
                    path, _checked(endpoint, act), methods=[other], **extra | {"include_in_schema": False}
                )
            return endpoint

        return register


async def _open(caller: CallerDep) -> None:
    """Stands in for the desk or reader a route does not have: the action must be open everywhere."""
    caller.may()


def _checked(endpoint: Callable[..., Any], act: Act) -> Callable[..., Any]:
    """The endpoint, whose answer is thrown away if it never asked whether the caller may have it."""
    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def asked(**values: Any) -> Any:
            return _decided(await endpoint(**values), values, endpoint)

        asked.act = act  # type: ignore[attr-defined]  # found by the caller
        return asked

    @functools.wraps(endpoint)
    def called(**values: Any) -> Any:
        return _decided(endpoint(**values), values, endpoint)

    called.act = act  # type: ignore[attr-defined]  # found by the caller
    return called


def _decided(answer: Any, values: dict[str, Any], endpoint: Callable[..., Any]) -> Any:
    for value in values.values():
        if isinstance(value, Decides):
            if not value.decided:
                raise RuntimeError(f"{endpoint.__name__} answered without asking what the caller may")
            value.clear(answer)
    return answer


def _parameters(endpoint: Callable[..., Any]) -> list[Any]:
    return [p.annotation for p in inspect.signature(endpoint, eval_str=True).parameters.values()]


def _decides(endpoint: Callable[..., Any]) -> bool:
    origins = (getattr(a, "__origin__", a) for a in _parameters(endpoint))
    return any(isinstance(o, type) and issubclass(o, Decides) for o in origins)


def _commands(endpoint: Callable[..., Any]) -> bool:
    return any(getattr(a, "__origin__", a) is Desk for a in _parameters(endpoint))


def _uploads(endpoint: Callable[..., Any]) -> bool:
    return any("UploadFile" in repr(a) or a is UploadFile for a in _parameters(endpoint))
