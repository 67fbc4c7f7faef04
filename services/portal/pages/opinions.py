"""Opinions and suggestions: anyone gives one, with or without a name, gets a receipt, and finds the reply;
officers answer.
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, organisation_names, organisations_known, people_of, rows
from services.portal.visit import Visit


async def opinions(visit: Visit) -> Response:
    """My own, and the register of the organisations in which I hold a post."""
    mine = rows(await visit.ask_softly("feedback", "/mine")) if visit.signed_in else []
    register: list[dict[str, Any]] = []
    for place in sorted({p.get("organisation", "") for p in visit.posts} - {""}):
        register += rows(await visit.ask_softly("feedback", "/opinions", organisation=place))
    return visit.page("opinions.html", mine=mine, register=register, names=await organisation_names(visit))


async def give(visit: Visit, refusal: Refusal | None = None) -> Response:
    about = visit.sent("disclosure")
    shown = await visit.ask("publication", f"/shown/{about}") if about else None
    organisation = str((shown or {}).get("organisation") or visit.sent("organisation"))
    known = await organisations_known(visit)
    return visit.page(
        "opinion_new.html",
        refusal.status if refusal else 200,
        shown=shown,
        organisation=organisation,
        organisations=known,
        refusal=refusal,
    )


async def given(visit: Visit) -> Response:
    about = visit.sent("disclosure")
    body = {
        "organisation": visit.sent("organisation"),
        "disclosure": about,
        "text": visit.sent("text"),
        "anonymous": not visit.signed_in or visit.sent("named") != "yes",
    }
    try:
        done = await visit.send("feedback", "/opinions", body)
    except Refusal as refusal:
        return await give(visit, refusal)
    return visit.page("receipt.html", 201, receipt=done.body.get("result") or done.body, about=about)


async def look_up(visit: Visit, refusal: Refusal | None = None) -> Response:
    return visit.page("look_up.html", refusal.status if refusal else 200, refusal=refusal, found=None)


async def looked_up(visit: Visit) -> Response:
    """By the code handed out with the receipt. It travels in a form and a header, never in an address."""
    try:
        found = await visit.ask_with("feedback", "/lookup", {"Look-Up-Code": visit.sent("code")})
    except Refusal as refusal:
        return await look_up(visit, refusal)
    return visit.page("look_up.html", found=found, refusal=None)


async def opinion(visit: Visit, refusal: Refusal | None = None) -> Response:
    answer = await visit.ask_fully("feedback", f"/opinions/{visit.path('opinion')}")
    version = answer.etag.strip('W/"')
    people = await people_of(visit, str(answer.body.get("organisation", "")))
    status = refusal.status if refusal else 200
    return visit.page(
        "opinion.html",
        status,
        opinion=answer.body,
        version=version,
        refusal=refusal,
        people=people,
        handlers=[(person, visit.language.name(known)) for person, known in people.items()],
    )


async def handle(visit: Visit) -> Response:
    """One step of handling: acknowledgement, assignment, decision, extension, reply, closing."""
    step = visit.path("step")
    bodies: dict[str, dict[str, Any]] = {
        "acknowledgement": {},
        "assignment": {"handler": visit.sent("handler")},
        "decision": {"disposition": visit.sent("disposition"), "reason": visit.sent("reason")},
        "extension": {"reason": visit.sent("reason")},
        "reply": {"text": visit.sent("text")},
        "closing": {},
    }
    if step not in bodies:
        raise Refusal(404, "NOT_FOUND")
    path = f"/opinions/{visit.path('opinion')}"
    try:
        done = await visit.send("feedback", f"{path}/{step}", bodies[step], step=step, version=visit.sent("version"))
    except Refusal as refusal:
        return await opinion(visit, refusal)
    return visit.see(path, done)


PAGES = [
    Page("GET", "/opinions", opinions),
    Page("GET", "/opinions/new", give),
    Page("POST", "/opinions/new", given),
    Page("GET", "/opinions/look-up", look_up),
    Page("POST", "/opinions/look-up", looked_up),
    Page("GET", "/opinions/{opinion}", opinion, person=True),
    Page("POST", "/opinions/{opinion}/{step}", handle, person=True),
]
