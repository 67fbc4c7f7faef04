"""What anyone may read: the latest disclosures, organisations and their catalogues, one disclosure with its versions.

A signed-in member sees here, at the same addresses, what is disclosed inside the Party too: the services decide.
"""

from typing import Any

from starlette.responses import Response

from services.portal.pages import Page, organisation_names, organisations_known, procedures, rows
from services.portal.visit import Visit


async def home(visit: Visit) -> Response:
    asked: dict[str, Any] = {name: visit.sent(name) for name in ("q", "organisation", "town")}
    asked["history"] = "true" if visit.sent("history") else ""
    found = await visit.ask("publication", "/shown", **asked, cursor=visit.sent("cursor"), limit="20")
    known = await organisations_known(visit)
    towns = rows(await visit.ask_softly("catalogue", "/towns"))
    return visit.page(
        "home.html",
        found=rows(found),
        next=found.get("next"),
        organisations=known,
        towns=towns,
        asked=asked,
        asked_now=await procedures.asked_today(visit),
    )


async def organisations(visit: Visit) -> Response:
    towns = rows(await visit.ask_softly("catalogue", "/towns"))
    known = await organisations_known(visit, needed=True)
    return visit.page("organisations.html", organisations=known, towns=towns)


async def organisation(visit: Visit) -> Response:
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    catalogue = await visit.ask_softly("catalogue", f"/organisations/{name}/catalogue")
    shown = await visit.ask_softly("publication", "/shown", organisation=name, limit="50")
    owed = await visit.ask_softly("publication", "/obligations", organisation=name) if visit.posts else None
    marks = await visit.ask_softly("catalogue", f"/organisations/{name}/withheld") if visit.signed_in else None
    return visit.page(
        "organisation.html",
        organisation=known,
        catalogue=catalogue,
        items=rows(catalogue),
        found=rows(shown),
        owed=rows(owed),
        sees_duties=owed is not None,
        withheld={mark["item"]: mark for mark in rows(marks)},
        units=await organisation_names(visit),
        procedures=await procedures.of_organisation(visit, name),
    )


async def disclosure(visit: Visit) -> Response:
    """One version with what stands beside it; its desk adds the timetable for those who work on it."""
    name = visit.path("disclosure")
    shown = await one(visit)
    known = await visit.ask_softly("catalogue", f"/organisations/{shown['organisation']}")
    return visit.page(
        "disclosure.html",
        shown=shown,
        organisation=known,
        item=await item_of(visit, shown),
        withheld=await _withheld(visit, shown),
        units=await organisation_names(visit),
        versions=rows(await visit.ask_softly("publication", f"/shown/{name}/versions")),
        receipt=await visit.ask_softly("audit", f"/receipts/{name}/place", version=str(shown["version"])),
        replies=rows(await visit.ask_softly("feedback", "/notices", disclosure=name)),
        work=await visit.ask_softly("publication", f"/disclosures/{name}") if visit.posts else None,
        **await procedures.of_disclosure(visit, shown),
    )


async def _withheld(visit: Visit, shown: dict[str, Any]) -> dict[str, Any] | None:
    """The mark that the item is withheld for now and on file, for its readers inside the Party (CAT-15)."""
    if not visit.signed_in:
        return None
    marks = rows(await visit.ask_softly("catalogue", f"/organisations/{shown['organisation']}/withheld"))
    return next((mark for mark in marks if mark.get("item") == shown.get("item")), None)


async def sheet(visit: Visit) -> Response:
    """The sheet for the public column, in the size of the column or the one chosen (PUB-12)."""
    shown = await visit.ask("publication", f"/shown/{visit.path('disclosure')}/sheet")
    known = await visit.ask_softly("catalogue", f"/organisations/{shown['organisation']}")
    paper = (visit.sent("paper") or shown.get("sheet") or "A3").lower()
    return visit.page("sheet.html", shown=shown, organisation=known, paper="a4" if paper == "a4" else "a3")


async def attachment(visit: Visit) -> Response:
    """An attachment, as a download and never as a page of ours; of a draft, for those who work on it."""
    path = f"/{visit.path('disclosure')}/attachments/{visit.path('digest')}"
    found = await visit.fetch("publication", f"/shown{path}")
    if found.status_code == 404 and visit.signed_in:
        found = await visit.fetch("publication", f"/disclosures{path}")
    if found.status_code != 200:
        return visit.page("missing.html", 404)
    kept = {k: v for k, v in found.headers.items() if k.lower() in ("content-type", "content-disposition")}
    return Response(found.content, 200, kept | {"Content-Security-Policy": "sandbox; default-src 'none'"})


async def receipt(visit: Visit) -> Response:
    """The proof that the transparency log has what this visitor is shown here, to be kept and checked elsewhere."""
    version = visit.sent("version")
    asked = f"?version={version}" if version.isdigit() else ""
    found = await visit.fetch("audit", f"/receipts/{visit.path('disclosure')}{asked}")
    if found.status_code != 200:
        return visit.page("missing.html", 404)
    kept = {k: v for k, v in found.headers.items() if k.lower() in ("content-type", "content-disposition")}
    return Response(found.content, 200, kept | {"Cache-Control": "private, no-cache"})


async def one(visit: Visit) -> dict[str, Any]:
    path = f"/shown/{visit.path('disclosure')}"
    version = visit.sent("version")
    return dict(await visit.ask("publication", f"{path}/versions/{version}" if version.isdigit() else path))


async def item_of(visit: Visit, shown: dict[str, Any]) -> dict[str, Any] | None:
    organisation, _, sub_item = str(shown.get("item", "")).partition("/")
    found = await visit.ask_softly("catalogue", f"/organisations/{organisation}/items/{sub_item}")
    return found if isinstance(found, dict) else None


PAGES = [
    Page("GET", "/", home),
    Page("GET", "/organisations", organisations),
    Page("GET", "/organisations/{organisation}", organisation),
    Page("GET", "/disclosures/{disclosure}", disclosure),
    Page("GET", "/disclosures/{disclosure}/sheet", sheet),
    Page("GET", "/disclosures/{disclosure}/receipt", receipt),
    Page("GET", "/disclosures/{disclosure}/attachments/{digest}", attachment),
]
