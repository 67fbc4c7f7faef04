"""Secrecy review and approval: two persons, neither of them the author, each confirming what the next relies
on.
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page
from services.portal.pages.work import again, on_desk
from services.portal.visit import Visit


async def review(visit: Visit) -> Response:
    return visit.page("review.html", desk_of=await on_desk(visit), refusal=None)


async def decide(visit: Visit) -> Response:
    """Cleared with scope and time limit confirmed (CAT-13), refused on a ground (PUB-35), or returned."""
    base, decision = f"/disclosures/{visit.path('disclosure')}", visit.sent("decision")
    path, body = f"{base}/review", _review(visit, decision)
    if decision == "return":
        path, body = f"{base}/return", {"reason": visit.sent("reason")}
    try:
        done = await visit.send("publication", path, body, step=decision, version=visit.sent("version"))
    except Refusal as refusal:
        return await again(visit, "review.html", refusal, decision=decision)
    return visit.see(f"/work/{visit.path('disclosure')}", done)


def _review(visit: Visit, decision: str) -> dict[str, Any]:
    if decision != "clear":
        return {"cleared": False, "ground": visit.sent("ground"), "citation": visit.sent("citation")}
    confirmed = {name: visit.sent(name) == "yes" for name in ("confirms_scope", "confirms_time_limit")}
    return {"cleared": True, **confirmed}


async def approve(visit: Visit) -> Response:
    return visit.page("approve.html", desk_of=await on_desk(visit), refusal=None)


async def approved(visit: Visit) -> Response:
    path = f"/disclosures/{visit.path('disclosure')}/approve"
    try:
        done = await visit.send("publication", path, version=visit.sent("version"))
    except Refusal as refusal:
        return await again(visit, "approve.html", refusal)
    return visit.see(f"/work/{visit.path('disclosure')}", done)


PAGES = [
    Page("GET", "/work/{disclosure}/review", review, person=True),
    Page("POST", "/work/{disclosure}/review", decide, person=True),
    Page("GET", "/work/{disclosure}/approve", approve, person=True),
    Page("POST", "/work/{disclosure}/approve", approved, person=True),
]
