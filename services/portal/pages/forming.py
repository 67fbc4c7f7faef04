"""What the forms of catalogues, changes, plans and withholdings share: values as typed, refusals beside their field.

Nothing is judged here; what a field may hold is the service's to say.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import anyio

from services.portal.pages import rows
from services.portal.visit import Visit

Question = tuple[str, str, Mapping[str, str]]  # service, path, parameters
INSIDE_CHANNELS = ("meeting", "document", "briefing", "intranet", "activity-room-board", "reading-room")
PUBLIC_CHANNELS = ("public-column", "website", "led", "touch-screen", "news-media")
UNIT_POSTS = ("unit-officer", "cdi-secretary", "leading-group-office")  # who speaks for a unit in charge (CAT-01)


async def at_once(visit: Visit, **questions: Question) -> dict[str, Any]:
    """Softly asked questions, all at the same time, by name; None where one is refused or away."""
    found: dict[str, Any] = {}

    async def one(name: str, service: str, path: str, params: Mapping[str, str]) -> None:
        found[name] = await visit.ask_softly(service, path, **params)

    async with anyio.create_task_group() as group:
        for name, question in questions.items():
            group.start_soon(one, name, *question)
    return found


def listed(typed: str) -> list[str]:
    """Names or codes, one a line or between commas."""
    plain = typed.replace("、", "\n").replace(",", "\n").replace(",", "\n").replace(";", "\n").replace(";", "\n")
    return [part.strip() for part in plain.splitlines() if part.strip()]


def in_town(visit: Visit, town: str, *kinds: str) -> bool:
    return any(p.get("kind") in kinds and p.get("town") == town for p in visit.posts)


def may_request(visit: Visit, known: Mapping[str, Any]) -> bool:
    """Ask for a change of its catalogue: the organisation itself, or a unit of its town (CAT-16)."""
    own = visit.holds("clerk", "secretary", "committee-secretary", organisation=str(known["organisation"]))
    return own or in_town(visit, str(known["town"]), *UNIT_POSTS)


def may_plan(visit: Visit, known: Mapping[str, Any]) -> bool:
    return visit.holds("clerk", "secretary", organisation=str(known["organisation"]))


def may_withhold(visit: Visit, known: Mapping[str, Any]) -> bool:
    return visit.holds("clerk", "secretary", "committee-secretary", organisation=str(known["organisation"]))


def deciding_on(unit: str, categories: Iterable[str], division: Any) -> set[str]:
    """Who decides on what ``unit`` was asked for: the town's division may have changed since (A-02, ORG-09)."""
    units = dict((division or {}).get("units", {}))
    now = {str(units[category]) for category in categories if category in units}
    return now if now and unit in units.values() else {unit, *now}


def categories_of(change: Mapping[str, Any]) -> set[str]:
    return {f"C{str(line['sub_item']).partition('.')[0]}" for line in change["lines"]}


def is_open(withholding: Mapping[str, Any]) -> bool:
    """Whether it stands, or waits for its reviewer."""
    return not withholding["ended"] and withholding.get("stage", "filed") in ("proposed", "filed")


def is_visitor(visit: Visit, *persons: str) -> bool:
    return bool(visit.session) and visit.person.get("person", "") in [p for p in persons if p]


async def own_channels(visit: Visit, town: str) -> dict[str, dict[str, Any]]:
    """What a town's own channels are called and whom they reach, by code; the latest terms of each (PUB-16)."""
    told = await visit.ask_softly("catalogue", f"/towns/{town}/channels") if town else None
    return {row["channel"]: row for row in rows(told)}


def methods(own: Mapping[str, Mapping[str, Any]], today: str) -> list[tuple[str, list[str]]]:
    """The channels to choose from, inside the Party and public, with the town's own of today."""
    holding = [c for c, row in own.items() if str(row["since"]) <= today < str(row["until"] or "9999")]
    inside = [*INSIDE_CHANNELS, *(c for c in holding if own[c]["audience"] == "inside")]
    public = [*PUBLIC_CHANNELS, *(c for c in holding if own[c]["audience"] == "outside")]
    return [("inside", inside), ("outside", public)]
