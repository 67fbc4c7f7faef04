"""What can be proved afterwards: the archive file, what a person or the public saw at an instant, and who
answered for it.
"""

from datetime import datetime

from starlette.responses import Response

from services.portal.pages import Page, organisation_names, organisations_known, rows
from services.portal.visit import Visit
from shared.clock import SHANGHAI


async def files(visit: Visit) -> Response:
    organisation = visit.sent("organisation") or next((p.get("organisation", "") for p in visit.posts), "")
    found = await visit.ask("archive", "/files", organisation=organisation)
    names = await organisation_names(visit)
    return visit.page("files.html", files=rows(found), organisation=organisation, names=names)


async def file(visit: Visit) -> Response:
    """Every version, its evidence and approval, the opinions and what came of them, in one year's file."""
    path = f"/files/{visit.path('organisation')}/{visit.path('year')}"
    found = await visit.ask("archive", path)
    return visit.page("file.html", file=found, names=await organisation_names(visit))


async def as_of(visit: Visit) -> Response:
    """What was shown to whom at an instant; asked by address, so that the question can be kept and sent on."""
    now = visit.desk.clock.now().astimezone(SHANGHAI)
    typed = {
        "organisation": visit.sent("organisation") or next((p.get("organisation", "") for p in visit.posts), ""),
        "at": visit.sent("at", now.strftime("%Y-%m-%dT%H:%M")),
        "person": visit.sent("person"),
    }
    found = None
    if visit.request.query_params.get("at"):
        moment = instant(typed["at"])
        if moment:
            person = {"person": typed["person"]} if typed["person"] else {"audience": "society"}
            found = await visit.ask("archive", "/as-of", at=moment, **person)
    known = await organisations_known(visit)
    shown = [r for r in (found or {}).get("shown", []) if typed["organisation"] in ("", r["organisation"])]
    return visit.page("as_of.html", found=found, shown=shown, typed=typed, organisations=known)


async def trace(visit: Visit) -> Response:
    found = await visit.ask("audit", f"/traces/{visit.path('disclosure')}")
    people = {step["person"]: step for step in found.get("steps", [])}
    return visit.page("trace.html", trace=found, people=people, names=await organisation_names(visit))


def instant(typed: str) -> str:
    """A local time as typed, as an instant; '' if it is none."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=SHANGHAI).isoformat()
    except ValueError:
        return ""


PAGES = [
    Page("GET", "/archive", files, person=True),
    Page("GET", "/archive/{organisation}/{year}", file, person=True),
    Page("GET", "/as-of", as_of, person=True),
    Page("GET", "/trace/{disclosure}", trace, person=True),
]
