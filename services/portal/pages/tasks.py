"""My tasks: what is owed and by when, what waits for my draft, review, approval or release, and opinions to
answer.
"""

from typing import Any

from starlette.responses import Response

from services.portal.pages import Page, rows
from services.portal.visit import Visit


async def tasks(visit: Visit) -> Response:
    places = sorted({p.get("organisation", "") for p in visit.posts} - {""})
    owed: list[dict[str, Any]] = []
    work: list[dict[str, Any]] = []
    opinions: list[dict[str, Any]] = []
    for place in places:
        owed += rows(await visit.ask_softly("publication", "/obligations", organisation=place))
        work += rows(await visit.ask_softly("publication", "/work", organisation=place))
        opinions += rows(await visit.ask_softly("feedback", "/opinions", organisation=place))
    open_duties = sorted((o for o in owed if not is_done(o)), key=lambda o: str(o.get("due", "")))
    return visit.page(
        "tasks.html",
        owed=open_duties,
        done=[o for o in owed if is_done(o)],
        work=work,
        opinions=[o for o in opinions if o.get("stage") != "closed"],
        may_draft=visit.holds("clerk", "secretary", "secrecy-reviewer"),
    )


def is_done(obligation: dict[str, Any]) -> bool:
    return str(obligation.get("state", "")).startswith("fulfilled")


PAGES = [Page("GET", "/tasks", tasks, person=True)]
