"""What leaves the site on its own: the display page for screens in the open, and the Atom feed. Both know
only society.
"""

from starlette.responses import Response

from services.portal.pages import Page, rows
from services.portal.visit import Visit


async def display(visit: Visit) -> Response:
    """For LED screens and kiosks: short texts, no chrome, refreshed by itself; only what is for society
    (PUB-14).
    """
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    shown = await visit.ask("publication", "/disclosures", organisation=name, audience="society", limit="8")
    outside = [row for row in rows(shown) if row.get("outside_at")]
    return visit.page("display.html", organisation=known, found=outside, shift=visit.desk.clock.now().minute % 3)


async def feed(visit: Visit) -> Response:
    """The Atom feed of what is disclosed to society; a session adds nothing to it."""
    found = await visit.fetch("publication", "/atom")
    return Response(found.content, found.status_code, {"Content-Type": "application/atom+xml; charset=utf-8"})


PAGES = [Page("GET", "/display/{organisation}", display), Page("GET", "/atom.xml", feed)]
