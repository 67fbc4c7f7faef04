"""What goes upward and waits for this person: plans to decide, changes to approve, audit, announce, filings to receipt.

A row has what it is called, where it is done, since when and until when. Start at :func:`waiting`.
"""

from collections.abc import Iterable
from typing import Any

import anyio

from services.portal.pages import all_rows
from services.portal.pages.changes import AUDITORS
from services.portal.pages.filings import FILERS, RECEIVERS
from services.portal.pages.forming import UNIT_POSTS, at_once, categories_of, deciding_on, is_visitor
from services.portal.visit import Visit

Rows = list[dict[str, Any]]
Asked = dict[str, tuple[str, str, dict[str, str]]]  # a name for it: service, path, parameters
DESK = ("clerk", "secretary")


async def waiting(visit: Visit) -> dict[str, Rows]:
    """By step. Whoever took an earlier step is not asked for the next (A-21)."""
    found = await _asked(visit, _questions(visit, await _towns(visit), await _below(visit)))
    units = _places(visit, UNIT_POSTS)
    divided = await _divisions(visit, {str(row["town"]) for kind in ("changes", "plans") for row in _all(found, kind)})
    changes = list({row["change"]: row for row in _all(found, "changes")}.values())
    plans = list({row["plan"]: row for row in _all(found, "plans")}.values())
    mine = _places(visit, DESK)
    return {
        "decide-plan": [
            p
            for p in plans
            if units & deciding_on(p["unit"], [p["category"]], divided[p["town"]])
            and not is_visitor(visit, p["submitted_by"])
        ],
        "approve-change": [
            c
            for c in changes
            if c["stage"] == "requested"
            and units & deciding_on(c["unit"], categories_of(c), divided[c["town"]])
            and not is_visitor(visit, c["requested_by"])
        ],
        "audit-change": _all(found, "cases"),
        "receive": _all(found, "filings"),
        "complete": _all(found, "returned"),
        "review-withholding": [w for w in _all(found, "withholdings") if _to_review(visit, w)],
        "revise-change": [c for c in changes if c["stage"] == "returned" and c["organisation"] in mine],
        "announce-change": [c for c in changes if c["stage"] == "filed" and c["organisation"] in mine],
    }


def _to_review(visit: Visit, withholding: dict[str, Any]) -> bool:
    return withholding.get("stage") == "proposed" and not is_visitor(visit, withholding["proposed_by"])


def _places(visit: Visit, kinds: Iterable[str]) -> set[str]:
    return {str(p["organisation"]) for p in visit.posts if p.get("kind") in set(kinds)}


async def _divisions(visit: Visit, towns: set[str]) -> dict[str, Any]:
    """Which unit is in charge of what today, by town."""
    return await at_once(visit, **{town: ("catalogue", f"/towns/{town}/division", {}) for town in towns})


async def _towns(visit: Visit) -> set[str]:
    """Where the visitor's units may decide: their own towns; any for a unit of the county (A-02)."""
    posts = [p for p in visit.posts if p.get("kind") in UNIT_POSTS]
    if not any(not p.get("town") for p in posts):
        return {str(p["town"]) for p in posts}
    return {str(row["town"]) for row in await all_rows(visit, "catalogue", "/towns")}


async def _below(visit: Visit) -> set[str]:
    """Whose withholdings the visitor may review: of the organisations they review for, and of all below (A-22)."""
    own = _places(visit, ("secrecy-reviewer",))
    found = set(own)
    for town in {str(p.get("town", "")) for p in visit.posts if p.get("kind") == "secrecy-reviewer"}:
        known = await all_rows(visit, "catalogue", "/organisations", town=town)
        found |= {str(o["organisation"]) for o in known if own & set(o.get("superiors", []))}
    return found


def _questions(visit: Visit, towns: set[str], below: set[str]) -> Asked:
    asked: Asked = {}
    for town in towns:
        asked[f"changes {town}"] = ("catalogue", "/changes", {"town": town, "stage": "requested"})
        asked[f"plans {town}"] = ("catalogue", f"/towns/{town}/plans", {"stage": "submitted"})
    for place in _places(visit, DESK):
        for stage in ("returned", "filed"):
            asked[f"changes {place} {stage}"] = ("catalogue", "/changes", {"organisation": place, "stage": stage})
    for town in {str(p["town"]) for p in visit.posts if p.get("kind") in AUDITORS and p.get("town")}:
        asked[f"cases {town}"] = ("audit", "/cases", {"town": town, "stage": "open"})
    for place in _places(visit, RECEIVERS):
        asked[f"filings {place}"] = ("audit", "/filings", {"superior": place, "stage": "submitted"})
    for place in _places(visit, FILERS):
        mine = {"organisation": place, "about": "withholding", "stage": "returned"}
        asked[f"returned {place}"] = ("audit", "/filings", mine)
    for town in {str(p["town"]) for p in visit.posts if p.get("kind") == "leading-group-office" and p.get("town")}:
        asked[f"returned {town}"] = ("audit", "/filings", {"town": town, "about": "change", "stage": "returned"})
    for place in below:
        asked[f"withholdings {place}"] = ("catalogue", "/withholdings", {"organisation": place})
    return asked


async def _asked(visit: Visit, questions: Asked) -> dict[str, Rows]:
    found: dict[str, Rows] = {}

    async def one(name: str, service: str, path: str, params: dict[str, Any]) -> None:
        found[name] = await all_rows(visit, service, path, **params)

    async with anyio.create_task_group() as group:
        for name, question in questions.items():
            group.start_soon(one, name, *question)
    return found


def _all(found: dict[str, Rows], kind: str) -> Rows:
    return [row for name in sorted(found) if name.partition(" ")[0] == kind for row in found[name]]
