"""Every question that can be asked of the services, made from their OpenAPI documents: a new route is asked by itself.

A parameter of a name that is not known here stops the crawl with :class:`Untaught`, so that no read path is left out
by oversight. Start at :func:`questions`.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.embedded import openapi_documents
from tests.isolation.county import BRANCHES, KINDS, County, word

PLUMBING = {"wait-for", "after", "gongkai-acting-as", "idempotency-key", "if-match", "if-none-match", "range", "accept"}
PUBLIC = "/api/publication/v1"
ITEM, YEAR, WHEN = "3.9", "2026", "2026-04-12T12:00:00+08:00"


class Untaught(Exception):
    """A route takes something for which the crawl has no values."""


@dataclass(frozen=True)
class Route:
    """One operation of a service; ``body`` is the JSON schema of what it is sent, resolved, or None."""

    method: str
    path: str
    action: str
    parameters: tuple[tuple[str, str, bool], ...]  # name, where, required

    @property
    def in_path(self) -> tuple[str, ...]:
        return tuple(name for name, where, _ in self.parameters if where == "path")

    @property
    def optional(self) -> tuple[str, ...]:
        return tuple(name for name, where, must in self.parameters if where == "query" and not must)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, where, must in self.parameters if where == "query" and must)


@dataclass(frozen=True)
class Question:
    """``said``: words that the question holds itself, and an answer may therefore repeat."""

    route: Route
    path: str
    params: tuple[tuple[str, str], ...] = ()
    said: str = ""


def routes(method: str) -> list[Route]:
    found = []
    for document in openapi_documents().values():
        for path, operations in document["paths"].items():
            operation = operations.get(method)
            if operation and path not in ("/livez", "/readyz", "/metrics"):
                found.append(Route(method, path, operation["x-gongkai-action"], tuple(_parameters(operation))))
    return found


def questions(county: County) -> list[Question]:
    asked = dict.fromkeys(question for route in routes("get") for question in _of(route, county))
    return list(asked)


def _parameters(operation: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for parameter in operation.get("parameters", []):
        if parameter["name"].lower() not in PLUMBING and parameter["in"] in ("path", "query"):
            yield parameter["name"], parameter["in"], parameter.get("required", False)


def _of(route: Route, county: County) -> Iterator[Question]:
    """Each address alone, then with each optional parameter, then with all that have to do with one branch."""
    for branch in BRANCHES:
        known = values(county, branch)
        for address in _addresses(route, known):
            needed = [tuple(zip(route.required, v, strict=True)) for v in _choices(route, route.required, known)]
            for params in needed:
                yield Question(route, address, params, _said(params, branch))
                for name in route.optional:
                    for (value,) in _choices(route, (name,), known):
                        more = (*params, (name, value))
                        yield Question(route, address, more, _said(more, branch))


def _addresses(route: Route, known: dict[str, list[str]]) -> Iterator[str]:
    for chosen in _choices(route, route.in_path, known):
        path = route.path
        for name, value in zip(route.in_path, chosen, strict=True):
            path = path.replace(f"{{{name}}}", value)
        yield path


def _choices(route: Route, names: tuple[str, ...], known: dict[str, list[str]]) -> Iterator[tuple[str, ...]]:
    for name in names:
        if name not in known:
            raise Untaught(f"{route.method.upper()} {route.path}: no values for {name}")
    return itertools.product(*(known[name] for name in names))


def _said(params: tuple[tuple[str, str], ...], branch: str) -> str:
    spoken = [word(branch, kind) for kind in KINDS for _, value in params if word(branch, kind) in value]
    return spoken[0] if spoken else ""


def _filed(county: County, branch: str) -> dict[str, list[str]]:
    """What goes upward for approval or the record."""
    change, withholding = ([county.things[branch, kind]] for kind in ("change", "withholding"))
    asked = {"superior": [branch[:2]], "about": ["change"], "standing": ["true"]}
    owed = {"matter": [county.things[branch, "dossier"], county.things[branch, "matter"]], "by": ["item"]}
    return {"change": change, "withholding": withholding, "filing": withholding, **asked, **owed}


ANYWHERE: dict[str, list[str]] = {  # the same whatever branch one asks about
    "history": ["true"],
    "planned": ["true"],
    "overdue": ["false"],
    "screen": ["村口"],
    "device": ["touch-1"],
    "side": ["inside"],
    "channel": ["chat-group"],
    "kind": ["change", "withholding", "plan", "matter", "decision", "cadre"],
    "until": [WHEN],
    "known_at": [WHEN],
    "limit": ["100"],
    "cursor": ["x"],
}


def values(county: County, branch: str) -> dict[str, list[str]]:
    """What each parameter may be when one asks about a branch."""
    disclosures = [county.things[branch, kind] for kind in ("draft", "inside", "outside")]
    return ANYWHERE | {
        "organisation": [branch],
        "town": [BRANCHES[branch]],
        "disclosure": disclosures,
        "digest": [county.digests[branch, kind] for kind in ("draft", "inside", "outside")],
        "decision": [county.things[branch, "decision"]],
        "session": [county.things[branch, "session"]],
        "cadre": [county.things[branch, "cadre"]],
        "number": ["1"],
        "opinion": [county.things[branch, "opinion"]],
        "obligation": [county.duties[branch]],
        "version": ["1", "2"],
        "year": [YEAR],
        "item": [f"{branch}/{ITEM}"],
        "sub_item": [ITEM],
        "type": ["rural"],
        "q": [word(branch, kind) for kind in KINDS],
        "state": ["open"],
        "stage": ["draft", "released", "requested", "submitted", "filed"],
        **_filed(county, branch),
        "unread": ["true"],
        "person": ["chen-xiuying", "luo-lan"],
        "audience": ["society", f"members:{branch}", f"desk:{branch}"],
        "at": [WHEN],
        "since": ["2026-04-01T00:00:00+08:00"],
        "on": ["2026-04-12"],
        "dry_run": ["true"],
        "event_id": ["no-such"],
        "origin_hash": ["0" * 64],
        "hold": ["case-2099-1"],
        **_between_units(county, branch),
        "index": ["0"],
        "size": ["1"],
        "old": ["1"],
        "new": ["2"],
        "tile": ["0/000.p/200", "entries/000.p/200"],
    }


def _between_units(county: County, branch: str) -> dict[str, list[str]]:
    """Who asks whom what (ORG-10), and who is in charge of what (ORG-08)."""
    offices = ("party_government_office", "party_building_office")
    return {"referral": [county.things[branch, "referral"]], "unit": [branch], **{o: [branch] for o in offices}}
