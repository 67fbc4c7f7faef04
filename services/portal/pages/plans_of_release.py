"""Releases planned for a moment: made with their channels, seen, called off; and those that did not happen (PUB-04).

Everything is asked again when its time has come; a plan that came to nothing names who must see to it.
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.i18n import mark as _
from services.portal.pages import Page, people_of, rows
from services.portal.pages.matters import WRITERS, place
from services.portal.pages.release import INSIDE, OUTSIDE, evidence, field_of
from services.portal.pages.typed import beside, instant, must_be_filled
from services.portal.pages.work import again, on_desk
from services.portal.visit import Visit

FIELDS = {
    "at": _("To be disclosed at"),
    "channels": _("Channels and their evidence"),
    "lead_reason": _("Why it does not wait"),
}


async def planned(visit: Visit) -> Response:
    """What an organisation is to disclose by itself, and what it should have disclosed."""
    name = visit.path("organisation")
    found = await visit.ask(
        "publication", "/disclosures", organisation=name, planned="true", cursor=visit.sent("cursor"), limit="50"
    )
    listed = rows(found)
    return visit.page(
        "planned_releases.html",
        organisation=await place(visit, name),
        planned=_by_instant(listed, "planned"),
        missed=_by_instant(listed, "missed"),
        next=found.get("next"),
        people=await people_of(visit, name),
        writes=visit.holds(*WRITERS, organisation=name),
    )


def _by_instant(listed: list[dict[str, Any]], which: str) -> list[dict[str, Any]]:
    """Each plan with the disclosure it is of, in the order of their moments."""
    found = [plan | {"of": work} for work in listed for plan in work.get(which, [])]
    return sorted(found, key=lambda plan: str(plan["at"]))


async def plan_inside(visit: Visit) -> Response:
    return await _form(visit, "inside")


async def plan_outside(visit: Visit) -> Response:
    return await _form(visit, "outside")


async def save_inside(visit: Visit) -> Response:
    return await _save(visit, "inside")


async def save_outside(visit: Visit) -> Response:
    return await _save(visit, "outside")


async def _form(visit: Visit, side: str) -> Response:
    return visit.page("plan_release.html", desk_of=await on_desk(visit), refusal=None, **_shown(visit, side))


def _shown(visit: Visit, side: str) -> dict[str, Any]:
    """The same channels as of a release at once; a meeting cannot be foretold."""
    kinds = OUTSIDE if side == "outside" else {c: fields for c, fields in INSIDE.items() if c != "meeting"}
    names = {name: visit.language.text(words) for name, words in FIELDS.items()}
    chosen = set(visit.sent_all("channel"))
    return {"outside": side == "outside", "channels": kinds, "chosen": chosen, "field_names": names}


async def _save(visit: Visit, side: str) -> Response:
    disclosure = visit.path("disclosure")
    body: dict[str, Any] = {"at": instant(visit.sent("at")), "channels": _channels(visit, side)}
    if visit.sent("lead_reason"):
        body["lead_reason"] = visit.sent("lead_reason")
    path = f"/disclosures/{disclosure}/schedule-{side}"
    try:
        must_be_filled(visit, "at")
        done = await visit.send("publication", path, body, version=visit.sent("version"))
    except Refusal as refusal:
        told = beside(refusal, "release-plan", lambda way: field_of(way, visit))
        return await again(visit, "plan_release.html", told, **_shown(visit, side))
    return visit.see(f"/work/{disclosure}", done)


def _channels(visit: Visit, side: str) -> list[dict[str, Any]]:
    """What is posted or played begins with the plan, where nothing else was typed."""
    kinds, at = _shown(visit, side)["channels"], instant(visit.sent("at"))
    begins = {
        channel: [name for name in ("posted_at", "shown_from") if name in fields] for channel, fields in kinds.items()
    }
    return [dict.fromkeys(begins[one["channel"]], at) | one for one in evidence(visit, kinds)]


async def call_off(visit: Visit) -> Response:
    disclosure, side = visit.path("disclosure"), visit.path("side")
    path = f"/disclosures/{disclosure}/schedules/{side}/cancel"
    done = await visit.send("publication", path, step=f"cancel-{side}", version=visit.sent("version"))
    return visit.see(f"/work/{disclosure}", done)


PAGES = [
    Page("GET", "/organisations/{organisation}/planned-releases", planned, person=True),
    Page("GET", "/work/{disclosure}/plan-inside", plan_inside, person=True),
    Page("POST", "/work/{disclosure}/plan-inside", save_inside, person=True),
    Page("GET", "/work/{disclosure}/plan-outside", plan_outside, person=True),
    Page("POST", "/work/{disclosure}/plan-outside", save_outside, person=True),
    Page("POST", "/work/{disclosure}/plans/{side}/cancel", call_off, person=True),
]
