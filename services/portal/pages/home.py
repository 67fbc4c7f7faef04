"""What anyone may read: the latest disclosures, organisations and their catalogues, one disclosure with its
versions.

A signed-in member sees here, at the same addresses, what is disclosed inside the Party too: the services
decide.
"""

from typing import Any

from starlette.responses import Response

from services.portal.pages import Page, rows
from services.portal.visit import Visit


async def home(visit: Visit) -> Response:
    question: dict[str, Any] = {
        "q": visit.sent("q"),
        "organisation": visit.sent("organisation"),
        "town": visit.sent("town"),
    }
    found = await visit.ask("publication", "/disclosures", **question, cursor=visit.sent("cursor"), limit="20")
    organisations = await known_organisations(visit)
    return visit.page(
        "home.html",
        found=rows(found),
        next=found.get("next"),
        organisations=organisations,
        towns=await towns(visit),
        **question,
    )


async def organisations(visit: Visit) -> Response:
    return visit.page("organisations.html", organisations=await known_organisations(visit), towns=await towns(visit))


async def organisation(visit: Visit) -> Response:
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    catalogue = await visit.ask_softly("catalogue", f"/organisations/{name}/catalogue")
    shown = await visit.ask_softly("publication", "/disclosures", organisation=name, limit="50")
    owed = await visit.ask_softly("publication", "/obligations", organisation=name) if visit.posts else None
    return visit.page(
        "organisation.html",
        organisation=known,
        catalogue=catalogue,
        items=rows(catalogue),
        found=rows(shown),
        owed=rows(owed),
    )


async def disclosure(visit: Visit) -> Response:
    shown = await one(visit)
    known = await visit.ask_softly("catalogue", f"/organisations/{shown.get('organisation', '')}")
    replies = await visit.ask_softly("feedback", "/notices", disclosure=visit.path("disclosure"))
    return visit.page("disclosure.html", shown=shown, organisation=known, replies=rows(replies))


async def sheet(visit: Visit) -> Response:
    """The sheet for the public column, A3 or A4 (PUB-12)."""
    shown = await one(visit)
    known = await visit.ask_softly("catalogue", f"/organisations/{shown.get('organisation', '')}")
    paper = "a4" if visit.sent("paper").lower() == "a4" else "a3"
    return visit.page("sheet.html", shown=shown, organisation=known, paper=paper)


async def attachment(visit: Visit) -> Response:
    """An attachment, as a download and never as a page of ours."""
    path = f"/disclosures/{visit.path('disclosure')}/attachments/{visit.path('digest')}"
    found = await visit.fetch("publication", path)
    if found.status_code != 200:
        return visit.page("missing.html", 404)
    kept = {k: v for k, v in found.headers.items() if k.lower() in ("content-type", "content-disposition")}
    return Response(found.content, 200, kept | {"Content-Security-Policy": "sandbox; default-src 'none'"})


async def one(visit: Visit) -> dict[str, Any]:
    path = f"/disclosures/{visit.path('disclosure')}"
    return dict(await visit.ask("publication", path, version=visit.sent("version")))


async def known_organisations(visit: Visit) -> list[dict[str, Any]]:
    return rows(await visit.ask_softly("catalogue", "/organisations", town=visit.sent("town")))


async def towns(visit: Visit) -> list[dict[str, Any]]:
    return rows(await visit.ask_softly("catalogue", "/towns"))


PAGES = [
    Page("GET", "/", home),
    Page("GET", "/organisations", organisations),
    Page("GET", "/organisations/{organisation}", organisation),
    Page("GET", "/disclosures/{disclosure}", disclosure),
    Page("GET", "/disclosures/{disclosure}/sheet", sheet),
    Page("GET", "/disclosures/{disclosure}/attachments/{digest}", attachment),
]
