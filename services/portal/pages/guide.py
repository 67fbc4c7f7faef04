"""How each kind of user does their work here: short texts in both languages, kept beside the portal in ``guide/``.

The words that stand out in them are those on the pages, and the addresses are pages of the portal.
"""

from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal.pages import Page
from services.portal.visit import Visit

TEXTS = Path(__file__).parent.parent / "guide"
ROLES = ("secretary", "member", "supervisor", "archivist")


def text(language: str, role: str) -> str:
    return (TEXTS / language / f"{role}.md").read_text(encoding="utf-8")


def title(language: str, role: str) -> str:
    return text(language, role).partition("\n")[0].removeprefix("# ")


@cache
def rendered(language: str, role: str) -> Markup:
    made: str = MarkdownIt("commonmark", {"html": False}).render(text(language, role))
    return Markup(made)  # noqa: S704 - our own texts, in which HTML is not let through


async def guides(visit: Visit) -> Response:
    return visit.page("guides.html", guides={role: title(visit.language.code, role) for role in ROLES})


async def guide(visit: Visit) -> Response:
    role = visit.path("role")
    if role not in ROLES:
        raise HTTPException(404)
    code = visit.language.code
    return visit.page("guide.html", heading=title(code, role), words=rendered(code, role))


PAGES = [Page("GET", "/guide", guides), Page("GET", "/guide/{role}", guide)]
