"""Which procedures of an organisation a visitor may look into, and what asks them today: for pages to start from."""

from typing import Any

import anyio

from services.portal.i18n import mark as _
from services.portal.pages import rows
from services.portal.pages.typed import today
from services.portal.visit import Visit

OVER = ("published", "dropped", "decided", "ended", "cancelled")


async def of_organisation(visit: Visit, place: str) -> list[dict[str, Any]]:
    """Major decisions and cadre matters for the desk and its superiors, sessions and appraisals for members too."""
    if not visit.signed_in:
        return []
    found: dict[str, Any] = {}

    async def look(name: str, service: str, path: str, **params: str) -> None:
        found[name] = await visit.ask_softly(service, path, organisation=place, **params)

    async with anyio.create_task_group() as group:
        group.start_soon(look, "sessions", "feedback", "/sessions")
        if visit.posts:
            group.start_soon(look, "decisions", "publication", "/decisions")
            group.start_soon(look, "cadre", "publication", "/cadre-matters")
    own = place in (visit.person.get("member_of") or [])
    return [
        *_link(found.get("decisions"), _("Major decisions"), f"/organisations/{place}/decisions", visit),
        *_link(found.get("cadre"), _("Cadre matters"), f"/organisations/{place}/cadre-matters", visit),
        *_link(found.get("sessions"), _("Sessions"), f"/sessions?organisation={place}", visit),
        *_link(
            [] if own or visit.posts else None, _("Appraisals of members"), f"/organisations/{place}/appraisals", visit
        ),
    ]


def _link(answer: Any, text: str, href: str, visit: Visit) -> list[dict[str, Any]]:
    """Nothing where the service did not answer: that is not for this visitor."""
    if answer is None:
        return []
    running = sum(row.get("stage") not in OVER for row in rows(answer))
    return [{"text": visit.language.text(text), "href": href, "running": running}]


async def of_disclosure(visit: Visit, shown: dict[str, Any]) -> dict[str, Any]:
    """The round that asks the reader of it today, and the days of a notice before an appointment (PUB-17, A-26)."""
    name = shown["disclosure"]
    rounds = rows(await visit.ask_softly("publication", "/soliciting", organisation=shown["organisation"]))
    notice = str(shown.get("item", "")).endswith("/5.5")
    days = await visit.ask_softly("publication", f"/shown/{name}/publicity") if notice else None
    return {"asked_until": next((r for r in rounds if r["disclosure"] == name), None), "publicity": days}


async def asked_today(visit: Visit) -> dict[str, Any]:
    """The rounds in which the visitor's opinion is asked, and the sessions that are coming for them."""
    rounds = rows(await visit.ask_softly("publication", "/soliciting"))
    coming: list[dict[str, Any]] = []
    if visit.signed_in:
        known = rows(await visit.ask_softly("feedback", "/sessions", limit="20"))
        coming = [s for s in known if s.get("stage") == "scheduled" and str(s.get("on")) >= today(visit)]
    return {"rounds": rounds, "coming": coming}
