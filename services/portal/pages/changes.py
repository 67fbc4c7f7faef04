"""A change of a catalogue on its way through four steps: where it stands, who acted, what comes next and from whom.

The request is written in ``change_form``, its receipt by the county given in ``filings`` (CAT-16 to CAT-19).
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, all_rows, organisation_names
from services.portal.pages.filings import filing_rights
from services.portal.pages.forming import (
    UNIT_POSTS,
    categories_of,
    deciding_on,
    in_town,
    is_visitor,
    may_request,
    own_channels,
)
from services.portal.pages.typed import beside
from services.portal.visit import Visit

AUDITORS = ("leading-group-head", "leading-group-office", "cdi-secretary")
LIKE = ("id", "category", "summary", "sub_item")  # follow from the others
ACTS: dict[str, tuple[str, str, str, str]] = {  # act -> service, path, what its form says, what it is about
    "approval": ("catalogue", "/changes/{}/approval", "", "change"),
    "refusal": ("catalogue", "/changes/{}/refusal", "reason", "change"),
    "audit": ("audit", "/cases/{}/audit", "note", "audit"),
    "return": ("audit", "/cases/{}/return", "reason", "audit"),
}


async def listing(visit: Visit) -> Response:
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    await visit.ask("catalogue", "/changes", organisation=name, limit="1")  # or it is refused by name
    return visit.page(
        "changes.html",
        organisation=known,
        changes=await all_rows(visit, "catalogue", "/changes", organisation=name),
        may_request=may_request(visit, known),
    )


async def change(visit: Visit, refusal: Refusal | None = None) -> Response:
    found = dict(await visit.ask("catalogue", f"/changes/{visit.path('change')}"))
    known = await visit.ask_softly("catalogue", f"/organisations/{found['organisation']}") or {}
    case = await visit.ask_softly("audit", f"/cases/{found['change']}")
    filing = await visit.ask_softly("audit", f"/filings/{found['change']}")
    division = await visit.ask_softly("catalogue", f"/towns/{found['town']}/division")
    deciding = deciding_on(str(found["unit"]), categories_of(found), division)
    return visit.page(
        "change.html",
        refusal.status if refusal else 200,
        change=found,
        organisation=known,
        lines=[line | {"fields": fields_changed(line)} for line in found["lines"]],
        case=case,
        filing=filing,
        deciding=sorted(deciding),
        may=_may(visit, found, case, known, deciding) | (filing_rights(visit, filing) if filing else {}),
        own=await own_channels(visit, str(found["town"])),
        units=await organisation_names(visit),
        refusal=refusal,
    )


def fields_changed(line: dict[str, Any]) -> list[dict[str, Any]]:
    """What a changed item says otherwise, field by field."""
    was, becomes = line.get("was") or {}, line.get("becomes") or {}
    if not (was and becomes):
        return []
    return [
        {"field": name, "old": was[name], "new": becomes.get(name)}
        for name in was
        if name not in LIKE and was[name] != becomes.get(name)
    ]


def _may(
    visit: Visit, found: dict[str, Any], case: dict[str, Any] | None, known: dict[str, Any], deciding: set[str]
) -> dict[str, bool]:
    """Which steps this person may take, as far as the portal can tell; ``barred``: they took an earlier one (A-21)."""
    stage, place = found["stage"], str(found["organisation"])
    acts = [(str(act["act"]), str(act["person"])) for step in found["steps"] for act in step["acts"]]
    asked = is_visitor(visit, *(person for name, person in acts if name == "requested"))
    approved = is_visitor(visit, *(person for name, person in acts if name == "approved"))
    decides = any(visit.holds(*UNIT_POSTS, organisation=unit) for unit in deciding)
    audits = bool(case) and (case or {}).get("stage") == "open" and in_town(visit, str(found["town"]), *AUDITORS)
    approves, audits = stage == "requested" and decides, stage == "approved" and audits
    return {
        "barred": (approves and asked) or (audits and (asked or approved)),
        "approve": approves and len(deciding) == 1 and not asked,
        "refuse": stage in ("requested", "returned") and decides and not asked,
        "audit": audits and not (asked or approved),
        "revise": stage == "returned" and bool(known) and may_request(visit, known),
        "announce": stage == "filed" and visit.holds("clerk", "secretary", organisation=place),
    }


async def act(visit: Visit) -> Response:
    """Approval or refusal by the unit in charge, the town's audit or its return; each form names the version it saw."""
    name, step = visit.path("change"), visit.path("act")
    if step not in ACTS:
        raise Refusal(404, "NOT_FOUND")
    service, path, field, about = ACTS[step]
    body = {field: visit.sent(field)} if field else {}
    try:
        done = await visit.send(service, path.format(name), body, step=step, version=visit.sent("version"))
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await change(visit, beside(refusal, about))
    return visit.see(f"/changes/{name}", done)


PAGES = [
    Page("GET", "/organisations/{organisation}/changes", listing, person=True),
    Page("GET", "/changes/{change}", change, person=True),
    Page("POST", "/changes/{change}/{act}", act, person=True),
]
