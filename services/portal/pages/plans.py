"""Matters outside the catalogue: an organisation's register of them, the work plan, its decision by the unit in charge.

Approved, perhaps on conditions, the matter is an item in force and is drafted like any other (CAT-12).
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, all_rows, organisation_names, people_of
from services.portal.pages.catalogue import today
from services.portal.pages.forming import UNIT_POSTS, deciding_on, is_visitor, listed, may_plan, methods, own_channels
from services.portal.pages.typed import beside, number
from services.portal.visit import Visit

WRITTEN = ("category", "title", "content", "reason", "scope", "audience_inside", "audience_outside")
CONDITIONS = ("no-names-outside", "inside-only", "as-stated")
DECISIONS = ("approval", "refusal", "secrecy-refusal")


async def register(visit: Visit) -> Response:
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    await visit.ask("catalogue", f"/organisations/{name}/plans", limit="1")  # or it is refused by name
    found = await all_rows(visit, "catalogue", f"/organisations/{name}/plans")
    return visit.page("plans.html", organisation=known, plans=found[::-1], may_plan=may_plan(visit, known))


async def new(visit: Visit, refusal: Refusal | None = None) -> Response:
    known = await visit.ask("catalogue", f"/organisations/{visit.path('organisation')}")
    codes = await visit.ask_softly("catalogue", "/codes") or {}
    own = await own_channels(visit, str(known["town"]))
    return visit.page(
        "plan_form.html",
        refusal.status if refusal else 200,
        organisation=known,
        categories=codes.get("categories", []),
        channels=methods(own, today(visit)),
        chosen=visit.sent_all("methods"),
        own=own,
        refusal=refusal,
    )


async def submit(visit: Visit) -> Response:
    body: dict[str, Any] = {name: visit.sent(name) for name in WRITTEN}
    body |= {"methods": visit.sent_all("methods"), "limit_days": number(visit.sent("limit_days"))}
    body |= {"trigger": visit.sent("trigger") or None, "urgent": bool(visit.sent("urgent"))}
    body["names"] = listed(visit.sent("names"))
    path = f"/organisations/{visit.path('organisation')}/plans"
    try:
        done = await visit.send("catalogue", path, body)
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await new(visit, beside(refusal, "plan"))
    return visit.see(f"{path}/{done.body['result']['number']}", done)


async def plan(visit: Visit, refusal: Refusal | None = None) -> Response:
    path = f"/organisations/{visit.path('organisation')}/plans/{visit.path('number')}"
    found = dict(await visit.ask("catalogue", path))
    known = await visit.ask_softly("catalogue", f"/organisations/{found['organisation']}") or {}
    codes = await visit.ask_softly("catalogue", "/codes") or {}
    division = await visit.ask_softly("catalogue", f"/towns/{found['town']}/division")
    deciding = deciding_on(str(found["unit"]), [str(found["category"])], division)
    people = await people_of(visit, str(found["organisation"])) | await people_of(visit, str(found["unit"]))
    return visit.page(
        "plan.html",
        refusal.status if refusal else 200,
        plan=found,
        organisation=known,
        people=people,
        category=next((c for c in codes.get("categories", []) if c["code"] == found["category"]), {}),
        may=_may(visit, found, known, deciding),
        deciding=sorted(deciding),
        own=await own_channels(visit, str(found["town"])),
        units=await organisation_names(visit),
        refusal=refusal,
    )


def _may(visit: Visit, found: dict[str, Any], known: dict[str, Any], deciding: set[str]) -> dict[str, bool]:
    """Nobody decides on what they submitted; the reviewer's own refusal may come before the decision (PUB-35)."""
    place, waits = str(found["organisation"]), found["stage"] == "submitted"
    mine = is_visitor(visit, str(found["submitted_by"]))
    near = [place, *known.get("superiors", [])]
    reviews = any(visit.holds("secrecy-reviewer", organisation=o) for o in near)
    return {
        "decide": waits and not mine and any(visit.holds(*UNIT_POSTS, organisation=unit) for unit in deciding),
        "review": waits and not mine and reviews,
        "draft": found["stage"] == "approved" and visit.holds("clerk", "secretary", organisation=place),
    }


async def decide(visit: Visit) -> Response:
    """Approval with the ticked conditions, refusal with its reason, or the reviewer's refusal on a ground."""
    step = visit.path("act")
    if step not in DECISIONS:
        raise Refusal(404, "NOT_FOUND")
    path = f"/organisations/{visit.path('organisation')}/plans/{visit.path('number')}"
    try:
        done = await visit.send(
            "catalogue", f"{path}/{step}", _body(visit, step), step=step, version=visit.sent("version")
        )
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await plan(visit, beside(refusal, "plan", _field_of))
    return visit.see(path, done)


def _body(visit: Visit, step: str) -> dict[str, Any]:
    match step:
        case "refusal":
            return {"reason": visit.sent("reason")}
        case "secrecy-refusal":
            return {"ground": visit.sent("ground"), "citation": visit.sent("citation")}
        case _:
            return {"conditions": [_condition(visit, kind) for kind in _chosen(visit)]}


def _chosen(visit: Visit) -> list[str]:
    return [kind for kind in CONDITIONS if kind in visit.sent_all("condition")]


def _condition(visit: Visit, kind: str) -> dict[str, Any]:
    names = listed(visit.sent("condition_names")) if kind == "no-names-outside" else []
    return {"kind": kind, "text": visit.sent("condition_text") if kind == "as-stated" else "", "names": names}


def _field_of(pointer: list[str]) -> str:
    """``/conditions/0/names`` is the one field for names, wherever its condition stands."""
    last = pointer[-1] if pointer else ""
    if pointer[:1] == ["conditions"]:
        return f"condition_{last}" if last in ("names", "text") else "condition"
    return last


PAGES = [
    Page("GET", "/organisations/{organisation}/plans", register, person=True),
    Page("GET", "/organisations/{organisation}/plans/new", new, person=True),
    Page("POST", "/organisations/{organisation}/plans/new", submit, person=True),
    Page("GET", "/organisations/{organisation}/plans/{number}", plan, person=True),
    Page("POST", "/organisations/{organisation}/plans/{number}/{act}", decide, person=True),
]
