"""The desk of one disclosure: where it stands, who did what, and the next steps that this person may take."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, rows
from services.portal.visit import Visit

WRITERS = ("clerk", "secretary")
NEXT: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {  # stage -> step, and the posts that take it
    "draft": (("submit", WRITERS), ("edit", WRITERS), ("attach", WRITERS)),
    "refused": (("edit", WRITERS),),
    "submitted": (("review", ("secrecy-reviewer",)),),
    "cleared": (("approve", ("secretary",)),),
    "approved": (("release-inside", WRITERS), ("plan-inside", WRITERS), ("plan-outside", WRITERS)),
    "inside": (("release-outside", WRITERS), ("plan-outside", WRITERS), ("correct", (*WRITERS, "secrecy-reviewer"))),
    "outside": (("correct", (*WRITERS, "secrecy-reviewer")),),
}


async def work(visit: Visit) -> Response:
    desk = await on_desk(visit)
    question = await question_of(visit, desk) if desk.get("stage") in ("inside", "outside") else None
    more = [*steps(visit, desk), *steps_of_redisclosure(visit, desk, question)]
    writes = visit.holds(*WRITERS, organisation=str(desk.get("organisation", "")))
    told = rows(await visit.ask_softly("publication", f"/disclosures/{visit.path('disclosure')}/notices"))
    return visit.page("work.html", desk_of=desk, steps=more, question=question, writes=writes, told=told)


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
    left_out = {f"plan-{plan['side']}" for plan in desk.get("planned", [])}
    left_out |= {"plan-outside"} if desk.get("item_scope") == "inside" else set()
    stage = NEXT.get(str(desk.get("stage")), ())
    return [step for step, kinds in stage if step not in left_out and visit.holds(*kinds, organisation=place)]


def steps_of_redisclosure(visit: Visit, desk: dict[str, Any], question: dict[str, Any] | None) -> list[str]:
    """Who may decide an open question, and who writes what was decided (PUB-30)."""
    place, asked = str(desk.get("organisation", "")), question or {}
    decides = asked.get("pending") and visit.holds("secretary", "committee-secretary", organisation=place)
    writes = asked.get("due") and visit.holds(*WRITERS, "secrecy-reviewer", organisation=place)
    return [*(["decide-redisclosure"] if decides else []), *(["redisclose"] if writes else [])]


async def question_of(visit: Visit, desk: dict[str, Any]) -> dict[str, Any] | None:
    """Whether this disclosure is asked to be made public anew because of opinions; None if nobody asked."""
    cursor = ""
    while True:
        asked: dict[str, str] = {"organisation": str(desk.get("organisation", "")), "limit": "100", "cursor": cursor}
        found = await visit.ask_softly("publication", "/redisclosures", **asked)
        for row in rows(found):
            if row.get("disclosure") == visit.path("disclosure"):
                return row
        cursor = str((found or {}).get("next") or "")
        if not cursor:
            return None


async def again(visit: Visit, template: str, refusal: Refusal, **context: Any) -> Response:
    """The form once more with what was typed, what was wrong, and (after a conflict) what it is now."""
    if refusal.status in (401, 404):
        raise refusal
    desk = await on_desk(visit)
    return visit.page(template, refusal.status, desk_of=desk, refusal=refusal, **context)


PAGES = [Page("GET", "/work/{disclosure}", work, person=True)]
