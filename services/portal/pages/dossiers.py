"""Dossiers: staged work that is to be filed as one, its filing by a form, its search, and a consultation on record.

Here too is who answered for what is no disclosure. Start at :func:`dossier`.
"""

from dataclasses import replace

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, organisation_names, people_of, rows
from services.portal.visit import Visit

TRACES = {
    "change": "changes",
    "withholding": "withholdings",
    "plan": "plans",
    "matter": "matters",
    "decision": "decisions",
    "cadre": "cadre-matters",
}


async def dossiers(visit: Visit) -> Response:
    """Owed, overdue, filed: what an organisation has to file, and what is found by words (ARC-05, ARC-06)."""
    name, words = visit.path("organisation"), visit.sent("q")
    found = await visit.ask("archive", "/dossiers", organisation=name, q=words, limit="100")
    names = await organisation_names(visit)
    return visit.page("dossiers.html", dossiers=rows(found), organisation=name, names=names, words=words)


async def dossier(visit: Visit, refusal: Refusal | None = None) -> Response:
    """Due day with its reckoning, papers, what the check finds missing; filed and consulted by forms."""
    found = await visit.ask("archive", f"/dossiers/{visit.path('matter')}")
    looked = await visit.ask_softly("archive", f"/dossiers/{visit.path('matter')}/consultations")
    return visit.page(
        "dossier.html",
        refusal.status if refusal else 200,
        dossier=found,
        looked=rows(looked),
        people=await people_of(visit, str(found["organisation"])),
        names=await organisation_names(visit),
        typed={"note": visit.sent("note"), "purpose": visit.sent("purpose")},
        refusal=replace(refusal, about="dossier") if refusal else None,
    )


async def file(visit: Visit) -> Response:
    matter = visit.path("matter")
    body, version = {"note": visit.sent("note")}, visit.sent("version")
    try:
        done = await visit.send("archive", f"/dossiers/{matter}/filing", body, version=version)
    except Refusal as refusal:
        return await dossier(visit, refusal)
    return visit.see(f"/dossiers/{matter}", done)


async def consult(visit: Visit) -> Response:
    matter = visit.path("matter")
    try:
        done = await visit.send("archive", f"/dossiers/{matter}/consultations", {"purpose": visit.sent("purpose")})
    except Refusal as refusal:
        return await dossier(visit, refusal)
    return visit.see(f"/dossiers/{matter}", done)


async def answered_for(visit: Visit) -> Response:
    """Who took each step of a change, a withholding, a plan, a matter or a procedure (ORG-15)."""
    kind = visit.path("kind")
    subject = visit.path("subject").replace("/plan-", "/") if kind == "plan" else visit.path("subject")
    found = await visit.ask("audit", f"/traces/{TRACES.get(kind, kind)}/{subject}")
    people = {step["person"]: step for step in found.get("steps", [])}
    return visit.page("deeds.html", trace=found, kind=kind, people=people, names=await organisation_names(visit))


PAGES = [
    Page("GET", "/organisations/{organisation}/dossiers", dossiers, person=True),
    Page("GET", "/dossiers/{matter}", dossier, person=True),
    Page("POST", "/dossiers/{matter}/filing", file, person=True),
    Page("POST", "/dossiers/{matter}/consultations", consult, person=True),
    Page("GET", "/trace/{kind}/{subject:path}", answered_for, person=True),
]
