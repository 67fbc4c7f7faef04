"""Secrecy review and approval: two persons, neither of them the author, each confirming what the next relies
on.
"""

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page
from services.portal.pages.work import again, on_desk
from services.portal.visit import Visit


async def review(visit: Visit) -> Response:
    return visit.page("review.html", desk_of=await on_desk(visit), refusal=None)


async def decide(visit: Visit) -> Response:
    """Cleared with scope and time limit confirmed (CAT-13), or refused on a ground (PUB-35)."""
    base = f"/disclosures/{visit.path('disclosure')}"
    clears = visit.sent("decision") == "clear"
    if clears:
        path, body = (
            f"{base}/clear",
            {
                "confirmed_scope": visit.sent("confirmed_scope"),
                "confirmed_time_limit": visit.sent("confirmed_time_limit"),
            },
        )
    else:
        path, body = f"{base}/refuse", {"ground": visit.sent("ground"), "citation": visit.sent("citation")}
    try:
        done = await visit.send("publication", path, body, step=visit.sent("decision"), version=visit.sent("version"))
    except Refusal as refusal:
        return await again(visit, "review.html", refusal)
    return visit.see(f"/work/{visit.path('disclosure')}", done)


async def approve(visit: Visit) -> Response:
    return visit.page("approve.html", desk_of=await on_desk(visit), refusal=None)


async def approved(visit: Visit) -> Response:
    base = f"/disclosures/{visit.path('disclosure')}"
    returns = visit.sent("decision") == "return"
    path, body = (f"{base}/return", {"reason": visit.sent("reason")}) if returns else (f"{base}/approve", {})
    try:
        done = await visit.send("publication", path, body, step=visit.sent("decision"), version=visit.sent("version"))
    except Refusal as refusal:
        return await again(visit, "approve.html", refusal)
    return visit.see(f"/work/{visit.path('disclosure')}", done)


PAGES = [
    Page("GET", "/work/{disclosure}/review", review, person=True),
    Page("POST", "/work/{disclosure}/review", decide, person=True),
    Page("GET", "/work/{disclosure}/approve", approve, person=True),
    Page("POST", "/work/{disclosure}/approve", approved, person=True),
]
