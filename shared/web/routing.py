"""Finding a request's route by the fixed parts of its address, instead of trying one pattern after the other.

A service has some fifty routes, and the framework tries them in order, twice. Here only those are tried whose number of
parts and whose fixed parts fit; which of them is taken, and what follows from it, stays the framework's. Should a newer
framework work otherwise, :func:`index` leaves it as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from starlette.routing import Match
from starlette.types import Scope

FOUND = "gongkai.found"
Found = tuple[Match, Scope, Any, Any]


@dataclass(frozen=True)
class Candidate:
    """A route as its router would try it; ``length`` is None for one that takes an address of any length."""

    route: Any
    length: int | None
    fixed: tuple[tuple[int, str], ...]
    named: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, route: Any) -> "Candidate":
        parts = str(getattr(route, "path_format", "") or "").split("/")
        whole = all(c.regex == "[^/]+" for c in getattr(route, "param_convertors", {}).values())
        if not whole or len(parts) == 1 or any("{" in p and not _is_parameter(p) for p in parts):
            return cls(route, None, (), ())
        fixed = tuple((place, part) for place, part in enumerate(parts) if not _is_parameter(part))
        named = tuple((place, part[1:-1]) for place, part in enumerate(parts) if _is_parameter(part))
        return cls(route, len(parts), fixed, named)

    def fits(self, parts: Sequence[str]) -> bool:
        return self.length is None or all(parts[place] == part for place, part in self.fixed)

    def takes(self, path: str, parts: Sequence[str]) -> bool:
        """The same, sure also of one that takes an address of any length."""
        return self.fits(parts) and (self.length is not None or bool(self.route.path_regex.match(path)))


@dataclass
class Index:
    """The routes of one included router; ``plain`` is its own way of finding one."""

    router: Any
    plain: Callable[[Scope], Found]
    _known: list[Any] = field(default_factory=list, init=False)
    _by_length: dict[int, list[Candidate]] = field(default_factory=dict, init=False)

    def match(self, scope: Scope) -> Found:
        """What ``plain`` would find; the second time it is asked, from memory."""
        path, method = scope["path"], scope.get("method")
        before = scope.get(FOUND)
        if before and before[:3] == (id(self), path, method):
            found: Found = before[3]
            return found
        if scope["type"] != "http" or scope.get("root_path"):
            return self.plain(scope)
        found = self._found(scope, path.split("/"))
        scope[FOUND] = (id(self), path, method, found)
        return found

    def _found(self, scope: Scope, parts: list[str]) -> Found:
        partial: Found | None = None
        for candidate in self._of_length(len(parts)):
            if not candidate.fits(parts):
                continue
            route = candidate.route
            original = route.original_route
            match, child = route.matches(scope)
            if match == Match.NONE:
                continue
            child["route"] = original
            if match == Match.FULL:
                return match, child, original, route
            partial = partial or (match, child, original, route)
        return partial or (Match.NONE, {}, None, None)

    def _of_length(self, length: int) -> list[Candidate]:
        routes = self.router.effective_candidates()
        if routes is not self._known:
            self._known, self._by_length = routes, {}
        fitting = self._by_length.get(length)
        if fitting is None:
            fitting = [c for c in map(Candidate.of, routes) if c.length in (None, length)]
            if length < LENGTH_MAX:
                self._by_length[length] = fitting
        return fitting


LENGTH_MAX = 64  # an address of more parts is nobody's, and is not remembered


def index(app: FastAPI) -> None:
    """Have the app's included routers find their routes by index, where all of them are plain routes."""
    for included in app.router.routes:
        candidates, plain = getattr(included, "effective_candidates", None), getattr(included, "_match", None)
        if candidates and plain and all(getattr(c, "dependant", None) is not None for c in candidates()):
            included._match = Index(included, plain).match  # type: ignore[attr-defined]  # the framework's own seam


def _is_parameter(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")
