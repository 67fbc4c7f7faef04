"""An organisation's catalogue in full: in force on a day, its versions and what each says otherwise, and as a workbook.

Beside it stand what goes upward from it: changes under way, matters outside it, what is withheld (CAT-03, CAT-21).
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, organisation_names, rows
from services.portal.pages.forming import Question, at_once, is_open, may_plan, may_request, may_withhold, own_channels
from services.portal.visit import Visit
from shared.clock import business_day


async def catalogue(visit: Visit) -> Response:
    """Each item with content, scope, methods, time limit and kind; of another day if one is asked for."""
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    found, refusal = await _in_force(visit, name)
    beside = await at_once(visit, **_beside(visit, name))
    return visit.page(
        "catalogue.html",
        refusal.status if refusal else 200,
        organisation=known,
        catalogue=found,
        refusal=refusal,
        on=visit.sent("on") or today(visit),
        grouped=_grouped(found),
        categories=_categories(beside["codes"]),
        versions=sorted(rows(beside["versions"]), key=lambda v: -int(v["version"])),
        changes=rows(beside.get("changes")),
        plans=rows(beside.get("plans")),
        withholdings=[w for w in rows(beside.get("withholdings")) if is_open(w)],
        withheld={mark["item"]: mark for mark in rows(beside.get("marks"))},
        own=await own_channels(visit, str(known["town"])),
        units=await organisation_names(visit),
        may=_may(visit, known),
    )


def today(visit: Visit) -> str:
    return business_day(visit.desk.clock.now()).isoformat()


async def _in_force(visit: Visit, name: str) -> tuple[dict[str, Any], Refusal | None]:
    """The catalogue of the day asked for; a day without one, or none that is a day, is said on the page."""
    try:
        return dict(await visit.ask("catalogue", f"/organisations/{name}/catalogue", on=visit.sent("on"))), None
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return {}, refusal


def _beside(visit: Visit, name: str) -> dict[str, Question]:
    asked: dict[str, Question] = {
        "codes": ("catalogue", "/codes", {}),
        "versions": ("catalogue", f"/organisations/{name}/catalogue/versions", {"limit": "100"}),
    }
    if not visit.signed_in:
        return asked
    theirs = {"organisation": name, "limit": "100"}
    return asked | {
        "marks": ("catalogue", f"/organisations/{name}/withheld", {}),
        "changes": ("catalogue", "/changes", theirs),
        "plans": ("catalogue", f"/organisations/{name}/plans", {"limit": "100"}),
        "withholdings": ("catalogue", "/withholdings", theirs),
    }


def _grouped(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The items and the excluded sub-items by category, each in the order of the code list."""
    lines = [*rows(found), *({"excluded": True} | line for line in found.get("exclusions", []))]
    lines.sort(key=lambda line: [int(part) for part in str(line["sub_item"]).split(".")])
    grouped: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        grouped.setdefault(f"C{str(line['sub_item']).partition('.')[0]}", []).append(line)
    return grouped


def _categories(codes: Any) -> dict[str, dict[str, Any]]:
    return {category["code"]: category for category in (codes or {}).get("categories", [])}


def _may(visit: Visit, known: dict[str, Any]) -> dict[str, bool]:
    """What this person may begin here, as far as the portal can tell; the service has the last word."""
    return {
        "request": may_request(visit, known),
        "plan": may_plan(visit, known),
        "withhold": may_withhold(visit, known),
        "any": bool(visit.posts),
    }


async def differences(visit: Visit) -> Response:
    """Two versions beside each other: added, removed, changed by field, of what the reader may see (CAT-21)."""
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    old, new = visit.sent("old"), visit.sent("new")
    path = f"/organisations/{name}/catalogue/differences"
    found = await visit.ask("catalogue", path, old=old, new=new) if old.isdigit() and new.isdigit() else None
    if found is None:
        raise Refusal(404, "NOT_FOUND")
    return visit.page(
        "differences.html",
        organisation=known,
        found=found,
        own=await own_channels(visit, str(known["town"])),
        units=await organisation_names(visit),
    )


async def workbook(visit: Visit) -> Response:
    """The catalogue as an .xlsx in the officials' columns, in the reader's language and of what they may see."""
    on = visit.sent("on")
    asked = f"?on={on}" if on.replace("-", "").isdigit() else ""
    found = await visit.fetch("catalogue", f"/organisations/{visit.path('organisation')}/catalogue.xlsx{asked}")
    if found.status_code != 200:
        return visit.page("missing.html", 404)
    kept = {k: v for k, v in found.headers.items() if k.lower() in ("content-type", "content-disposition")}
    return Response(found.content, 200, kept | {"Cache-Control": "private, no-cache"})


PAGES = [
    Page("GET", "/organisations/{organisation}/catalogue", catalogue),
    Page("GET", "/organisations/{organisation}/catalogue/differences", differences),
    Page("GET", "/organisations/{organisation}/catalogue.xlsx", workbook),
]
