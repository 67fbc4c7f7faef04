"""A town's own channels beside the eleven usual ones: whom each reaches, what proves it, from when to when (PUB-16)."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, rows
from services.portal.pages.catalogue import today
from services.portal.pages.forming import in_town, listed
from services.portal.pages.typed import beside
from services.portal.visit import Visit

WRITTEN = ("channel", "name_zh", "name_en", "audience")


async def channels(visit: Visit, refusal: Refusal | None = None) -> Response:
    town = visit.path("town")
    told = rows(await visit.ask("catalogue", f"/towns/{town}/channels"))
    towns = {row["town"]: row for row in rows(await visit.ask_softly("catalogue", "/towns"))}
    return visit.page(
        "channels.html",
        refusal.status if refusal else 200,
        town=towns.get(town, {"town": town}),
        channels=told,
        today=today(visit),
        may_keep=in_town(visit, town, "leading-group-office"),
        refusal=refusal,
    )


async def define(visit: Visit) -> Response:
    body: dict[str, Any] = {name: visit.sent(name) for name in WRITTEN}
    body |= {"evidence": listed(visit.sent("evidence")), "on": visit.sent("on") or None}
    return await _send(visit, "", body)


async def withdraw(visit: Visit) -> Response:
    return await _send(visit, f"/{visit.path('channel')}/withdrawal", {"on": visit.sent("end_on") or None})


async def _send(visit: Visit, more: str, body: dict[str, Any]) -> Response:
    """``on`` is another field in the form that ends a channel."""
    path = f"/towns/{visit.path('town')}/channels"
    try:
        done = await visit.send("catalogue", f"{path}{more}", body, step=more)
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await channels(visit, beside(refusal, "channel"))
    return visit.see(path, done)


PAGES = [
    Page("GET", "/towns/{town}/channels", channels),
    Page("POST", "/towns/{town}/channels", define, person=True),
    Page("POST", "/towns/{town}/channels/{channel}/withdrawal", withdraw, person=True),
]
