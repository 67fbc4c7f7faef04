"""The desk of one disclosure: where it stands, who did what, and the next steps that this person may take."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page
from services.portal.visit import Visit

WRITERS = ("clerk", "secretary")
NEXT: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {  # stage -> step, and the posts that take it
    "draft": (("submit", WRITERS), ("edit", WRITERS), ("attach", WRITERS)),
    "refused": (("edit", WRITERS),),
    "submitted": (("review", ("secrecy-reviewer",)),),
    "cleared": (("approve", ("secretary",)),),
    "approved": (("release-inside", WRITERS),),
    "inside": (("release-outside", WRITERS), ("correct", (*WRITERS, "secrecy-reviewer"))),
    "outside": (("correct", (*WRITERS, "secrecy-reviewer")),),
}


async def work(visit: Visit) -> Response:
    desk = await on_desk(visit)
    return visit.page("work.html", desk_of=desk, steps=steps(visit, desk))


async def on_desk(visit: Visit) -> dict[str, Any]:
    """The disclosure as its desk sees it, with the version a command must name and names for people."""
    answer = await visit.ask_fully("publication", f"/disclosures/{visit.path('disclosure')}")
    shown = dict(answer.body)
    shown["etag"] = str(shown.get("stream_version", ""))
    place = await visit.ask_softly("catalogue", f"/organisations/{shown.get('organisation', '')}") or {}
    shown["place"], posts = place, place.get("posts", [])
    shown["people"] = {p["person"]: p for p in posts}
    shown["posts"] = {p["post"]: p for p in posts}
    return shown


def steps(visit: Visit, desk: dict[str, Any]) -> list[str]:
    """What this person may do next, as far as the portal can tell; the service has the last word."""
    if desk.get("item_scope") == "inside" and desk.get("stage") == "inside":
        return ["correct"]
    place = str(desk.get("organisation", ""))
    return [step for step, kinds in NEXT.get(str(desk.get("stage")), ()) if visit.holds(*kinds, organisation=place)]


async def again(visit: Visit, template: str, refusal: Refusal, **context: Any) -> Response:
    """The form once more with what was typed, what was wrong, and (after a conflict) what it is now."""
    if refusal.status in (401, 404):
        raise refusal
    desk = await on_desk(visit)
    return visit.page(template, refusal.status, desk_of=desk, refusal=refusal, **context)


PAGES = [Page("GET", "/work/{disclosure}", work, person=True)]
