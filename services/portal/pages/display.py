"""What leaves the site on its own: the page for screens in the open, and the Atom feed. Both know only society."""

import re

from starlette.responses import Response

from services.portal.pages import Page, rows
from services.portal.visit import Visit

REFRESH_SECONDS = 60
SHOWN_ADDRESS = re.compile(r"https?://[^\s\"<>]*?/api/publication/v1/shown")


async def display(visit: Visit) -> Response:
    """For LED screens and kiosks: short texts, no chrome, refreshed by itself unless ``?refresh=off`` (PUB-14)."""
    name = visit.path("organisation")
    known = await visit.ask_as_anyone("catalogue", f"/organisations/{name}")
    found = rows(await visit.ask_as_anyone("publication", "/shown", organisation=name, limit="8"))
    lines = {line["disclosure"]: line["text"] for line in rows(await visit.ask_as_anyone("publication", "/led"))}
    shift = visit.desk.clock.now().minute % 3
    response = visit.page("display.html", organisation=known, found=found, lines=lines, shift=shift)
    if visit.sent("refresh") != "off":
        response.headers["Refresh"] = str(REFRESH_SECONDS)
    return response


async def feed(visit: Visit) -> Response:
    """The Atom feed of what is disclosed to society, with the addresses of our pages; a session adds nothing to it."""
    found = await visit.fetch("publication", "/feed.atom", as_anyone=True)
    pages = f"{visit.desk.settings.public_url.rstrip('/')}/disclosures"
    text = SHOWN_ADDRESS.sub(pages, found.text)
    return Response(text, found.status_code, {"Content-Type": "application/atom+xml; charset=utf-8"})


PAGES = [Page("GET", "/display/{organisation}", display), Page("GET", "/atom.xml", feed)]
