"""What raises a duty beside the catalogue's rhythm: something that happened (PUB-29), long-term content that changed.

Told by a form, which leads on to the duty that follows: short-dated, or within P-05, and from there to its draft.
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.i18n import mark as _
from services.portal.pages import Page
from services.portal.pages.matters import items_of, place
from services.portal.pages.typed import beside, duty_raised, instant, must_be_filled, now, today, whole
from services.portal.visit import Visit

FIELDS = {
    "item": _("Catalogue item"),
    "what": _("What has happened"),
    "happened_at": _("When it happened"),
    "limit_hours": _("To be made public within so many hours"),
    "on": _("Changed on"),
}


async def happened(visit: Visit, refusal: Refusal | None = None) -> Response:
    """Of an item that is disclosed immediately: what happened, when, and how much haste it needs."""
    first = {"happened_at": now(visit), "limit_hours": "", "what": ""}
    return await _form(visit, "happened.html", "immediate", first, refusal)


async def tell_happened(visit: Visit) -> Response:
    body: dict[str, Any] = {"item": visit.sent("item"), "what": visit.sent("what")}
    body["happened_at"] = instant(visit.sent("happened_at"))
    if visit.sent("limit_hours"):
        body["limit_hours"] = whole(visit.sent("limit_hours"))
    try:
        must_be_filled(visit, "item", "what", "happened_at")
        done = await visit.send("publication", "/triggers", body)
    except Refusal as refusal:
        return await happened(visit, _shown_again(refusal))
    return await _on_to_duty(visit, f"{body['item']}/triggered/{done.body['result']['trigger']}", done)


async def changed(visit: Visit, refusal: Refusal | None = None) -> Response:
    """Of long-term content: what has changed, and since when; it is to be made public again."""
    return await _form(visit, "content_changed.html", "long-term", {"on": today(visit), "what": ""}, refusal)


async def tell_changed(visit: Visit) -> Response:
    body = {name: visit.sent(name) for name in ("item", "what", "on")}
    try:
        must_be_filled(visit, *body)
        done = await visit.send("publication", "/content-changes", body)
    except Refusal as refusal:
        return await changed(visit, _shown_again(refusal))
    return await _on_to_duty(visit, f"{body['item']}/republication/{body['on']}", done)


async def _form(visit: Visit, template: str, kind: str, first: dict[str, str], refusal: Refusal | None) -> Response:
    name, again = visit.path("organisation"), visit.request.method == "POST"
    return visit.page(
        template,
        refusal.status if refusal else 200,
        organisation=await place(visit, name),
        items=await items_of(visit, name, kind),
        typed={field: visit.sent(field) if again else visit.sent(field) or value for field, value in first.items()},
        field_names={field: visit.language.text(words) for field, words in FIELDS.items()},
        refusal=refusal,
    )


def _shown_again(refusal: Refusal) -> Refusal:
    if refusal.status in (401, 404):
        raise refusal
    return beside(refusal, "trigger")


async def _on_to_duty(visit: Visit, duty: str, done: Any) -> Response:
    """To the duty once it is there; if that takes long, to the list in which it will stand."""
    there = await duty_raised(visit, duty)
    return visit.see(f"/duties/{duty}" if there else f"/organisations/{visit.path('organisation')}", done)


PAGES = [
    Page("GET", "/organisations/{organisation}/happened", happened, person=True),
    Page("POST", "/organisations/{organisation}/happened", tell_happened, person=True),
    Page("GET", "/organisations/{organisation}/content-changed", changed, person=True),
    Page("POST", "/organisations/{organisation}/content-changed", tell_changed, person=True),
]
