"""Filings for the record: what waits for its receipt, the receipt or the return, and the completion of what came back.

A receipted notice, never an approval (A-04): changes go to the county (CAT-18), withholdings to the next higher
organisation (CAT-15).
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, all_rows, organisation_names
from services.portal.pages.forming import in_town
from services.portal.pages.typed import beside
from services.portal.visit import Visit

RECEIVERS = ("secretary", "clerk", "committee-secretary", "leading-group-office", "county-office")
FILERS = ("clerk", "secretary", "committee-secretary")
FIELDS = {"receipt": "", "return": "missing", "resubmission": "supplement"}


async def listing(visit: Visit) -> Response:
    """What was filed with the organisations in which the visitor receives filings, and what their own have filed."""
    received: list[dict[str, Any]] = []
    filed: list[dict[str, Any]] = []
    for place in sorted({str(p.get("organisation", "")) for p in visit.posts} - {""}):
        received += await all_rows(visit, "audit", "/filings", superior=place)
        filed += await all_rows(visit, "audit", "/filings", organisation=place)
    names = await organisation_names(visit)
    return visit.page("filings.html", received=received, filed=filed, names=names)


async def filing(visit: Visit, refusal: Refusal | None = None) -> Response:
    found = dict(await visit.ask("audit", f"/filings/{visit.path('filing')}"))
    return visit.page(
        "filing.html",
        refusal.status if refusal else 200,
        filing=found,
        may=filing_rights(visit, found),
        units=await organisation_names(visit),
        refusal=refusal,
    )


def filing_rights(visit: Visit, found: dict[str, Any]) -> dict[str, bool]:
    """Who may receipt it or complete it, as far as the portal can tell. One that is deemed received lacks a number."""
    receiver = visit.holds(*RECEIVERS, organisation=str(found["addressed_to"]))
    waits, unnumbered = found["stage"] == "submitted", found["deemed"] and not found["number"]
    own = visit.holds(*FILERS, organisation=str(found["organisation"]))
    office = in_town(visit, str(found["town"]), "leading-group-office")
    return {
        "receive": receiver and (waits or unnumbered),
        "send_back": receiver and waits,
        "complete": found["stage"] == "returned" and (office if found["about"] == "change" else own),
    }


async def act(visit: Visit) -> Response:
    name, step = visit.path("filing"), visit.path("act")
    if step not in FIELDS:
        raise Refusal(404, "NOT_FOUND")
    body = {FIELDS[step]: visit.sent(FIELDS[step])} if FIELDS[step] else {}
    try:
        done = await visit.send("audit", f"/filings/{name}/{step}", body, step=step, version=visit.sent("version"))
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await filing(visit, beside(refusal, "filing"))
    return visit.see(f"/filings/{name}", done)


PAGES = [
    Page("GET", "/filings", listing, person=True),
    Page("GET", "/filings/{filing:path}", filing, person=True),
    Page("POST", "/filings/{filing:path}/{act}", act, person=True),
]
