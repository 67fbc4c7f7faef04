"""My tasks: what is owed and by when, what waits for my draft, review, approval or release, and opinions to answer."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, each, organisation_names, people_of, rows
from services.portal.pages.waiting import waiting
from services.portal.visit import Visit
from shared.clock import business_day

RECKONED_MAX = 40
SOON = timedelta(days=31)
OVERSEERS = ("committee-secretary", "leading-group-head", "leading-group-office", "cdi-secretary")
STEPS = ("submit", "review", "approve", "release-inside", "release-outside", "decide-redisclosure", "redisclose")


async def tasks(visit: Visit) -> Response:
    places = sorted({p.get("organisation", "") for p in visit.posts} - {""})
    found = [t for t in rows(await visit.ask("publication", "/tasks")) if t.get("organisation") in places]
    owed = sorted((t for t in found if t["step"] == "draft" and t["obligation"]), key=lambda t: str(t["due"]))
    until = str(business_day(visit.desk.clock.now() + SOON))
    soon = [t for t in owed if str(t["due"]) <= until]
    opinions: list[dict[str, Any]] = []
    for place in places:
        opinions += rows(await visit.ask_softly("feedback", "/opinions", organisation=place))
    return visit.page(
        "tasks.html",
        soon=soon,
        later=owed[len(soon) :],
        duties=await _reckoned(visit, [t["obligation"] for t in soon[:RECKONED_MAX]]),
        work={step: [t for t in found if t["step"] == step] for step in STEPS},
        redraft=[t for t in found if t["step"] == "draft" and t["disclosure"]],
        overdue=await _overdue(visit),
        opinions=[o for o in opinions if o.get("stage") not in ("replied", "closed")],
        waiting=await waiting(visit),
        people=await _owners(visit, found),
        names=await organisation_names(visit),
        may_draft=visit.holds("clerk", "secretary", "secrecy-reviewer"),
    )


async def _owners(visit: Visit, found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Those in post where a planned release did not happen: among them is who must see to it."""
    people: dict[str, dict[str, Any]] = {}
    for place in sorted({t["organisation"] for t in found if t.get("missed")}):
        people |= await people_of(visit, place)
    return people


async def _overdue(visit: Visit) -> list[dict[str, Any]]:
    """What is overdue in the towns or organisations that one oversees."""
    found: dict[str, dict[str, Any]] = {}
    for post in visit.posts:
        place = {"town": post.get("town")} if post.get("kind") in OVERSEERS else {}
        if post.get("kind") == "supervisor":
            place = {"organisation": post.get("organisation")}
        if place:
            answer = await visit.ask_softly("publication", "/obligations", state="overdue", limit="100", **place)
            found |= {row["obligation"]: row for row in rows(answer)}
    return sorted(found.values(), key=lambda row: (str(row["due"]), str(row["obligation"])))


async def _reckoned(visit: Visit, obligations: list[str]) -> dict[str, Any]:
    """The duties with the reckoning of their due days."""
    answers = await each(visit, "publication", [f"/obligations/{o}" for o in obligations])
    return {path.removeprefix("/obligations/"): duty for path, duty in answers.items() if duty}


async def duty(visit: Visit, refusal: Refusal | None = None) -> Response:
    """One duty: state, due day and how it was reckoned, the staged work it is of; some may be attested as unchanged."""
    found = await visit.ask("publication", f"/obligations/{visit.path('obligation')}")
    matter, looks = found.get("matter"), found.get("duty") in ("existence-check", "republication")
    shown = await visit.ask_softly("publication", "/shown", item=found["item"], limit="3") if looks else None
    return visit.page(
        "duty.html",
        refusal.status if refusal else 200,
        duty=found,
        shown_now=rows(shown),
        matter=await visit.ask_softly("publication", f"/matters/{matter}") if matter else None,
        people=await people_of(visit, str(found.get("organisation", ""))),
        names=await organisation_names(visit),
        refusal=refusal,
    )


async def no_change(visit: Visit) -> Response:
    obligation = visit.path("obligation")
    try:
        path = f"/obligations/{obligation}/no-change"
        done = await visit.send("publication", path, version=visit.sent("version"))
    except Refusal as refusal:
        return await duty(visit, refusal)
    return visit.see(f"/duties/{obligation}", done)


PAGES = [
    Page("GET", "/tasks", tasks, person=True),
    Page("GET", "/duties/{obligation:path}", duty, person=True),
    Page("POST", "/duties/{obligation:path}", no_change, person=True),
]
