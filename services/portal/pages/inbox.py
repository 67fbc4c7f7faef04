"""What was shown for me, read or not, and how I want to be told of it (PUB-19)."""

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, rows
from services.portal.visit import Visit


async def inbox(visit: Visit, refusal: Refusal | None = None) -> Response:
    found = await visit.ask("publication", "/inbox", cursor=visit.sent("cursor"), limit="30")
    return visit.page(
        "inbox.html",
        refusal.status if refusal else 200,
        notices=rows(found),
        next=found.get("next"),
        preference=await visit.ask_softly("publication", "/notice-preference") or {},
        refusal=refusal,
    )


async def read(visit: Visit) -> Response:
    path = f"/inbox/{visit.path('disclosure')}/{visit.path('version')}/read"
    return visit.see("/inbox", await visit.send("publication", path))


async def prefer(visit: Visit) -> Response:
    """The inbox has everything in any case; an e-mail only says that there is something."""
    body = {"channels": ["inbox", *(["email"] if visit.sent("email") else [])], "address": visit.sent("address")}
    try:
        done = await visit.send("publication", "/notice-preference", body)
    except Refusal as refusal:
        if refusal.status == 401:
            raise
        return await inbox(visit, refusal)
    return visit.see("/inbox", done)


PAGES = [
    Page("GET", "/inbox", inbox, person=True),
    Page("POST", "/inbox/preference", prefer, person=True),
    Page("POST", "/inbox/{disclosure}/{version}/read", read, person=True),
]
