"""The desk of one disclosure: where it stands, who did what, and the next steps that this person may take."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page
from services.portal.visit import Visit

NEXT = {
    "draft": ("edit", "submit"),
    "returned": ("edit", "submit"),
    "submitted": ("review",),
    "cleared": ("approve",),
    "approved": ("release-inside",),
    "inside": ("release-outside", "correct"),
    "outside": ("correct",),
}


async def work(visit: Visit) -> Response:
    desk = await on_desk(visit)
    return visit.page("work.html", desk_of=desk, steps=steps(desk))


async def on_desk(visit: Visit) -> dict[str, Any]:
    """The disclosure as its desk sees it, with the version a command must name."""
    answer = await visit.ask_fully("publication", f"/work/{visit.path('disclosure')}")
    shown = dict(answer.body)
    shown["etag"] = answer.etag.strip('W/"') or str(shown.get("stream_version", ""))
    return shown


def steps(desk: dict[str, Any]) -> list[str]:
    """What may be done next, as far as the portal can tell; the service has the last word."""
    allowed = desk.get("may") or desk.get("actions")
    found = list(NEXT.get(str(desk.get("state", "")), ()))
    return [s for s in found if s in allowed] if isinstance(allowed, list) else found


async def again(visit: Visit, template: str, refusal: Refusal, **context: Any) -> Response:
    """The form once more with what was typed, what was wrong, and (after a conflict) what it is now."""
    desk = await on_desk(visit)
    status = refusal.status if refusal.status in (403, 409, 412, 422) else 409
    return visit.page(template, status, desk_of=desk, refusal=refusal, **context)


PAGES = [Page("GET", "/work/{disclosure}", work, person=True)]
