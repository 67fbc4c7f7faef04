"""What an organisation does not, or not yet, make public: filed with the next higher organisation before it is due.

The ground is named and the content never. Whoever proposes it needs a secrecy reviewer's confirmation, with which it is
filed in place of what stands for the same item; the duty waits and is not deleted (CAT-15, A-11).
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page, all_rows, each, organisation_names, rows
from services.portal.pages.filings import filing_rights
from services.portal.pages.forming import is_open, is_visitor, may_withhold
from services.portal.pages.typed import beside
from services.portal.visit import Visit

FIELDS = ("sub_item", "kind", "ground", "citation", "reviewer")
ACTS = ("confirmation", "refusal", "withdrawal")


async def register(visit: Visit) -> Response:
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    await visit.ask("catalogue", "/withholdings", organisation=name, limit="1")  # or it is refused by name
    return visit.page(
        "withholdings.html",
        organisation=known,
        withholdings=await all_rows(visit, "catalogue", "/withholdings", organisation=name),
        may_withhold=may_withhold(visit, known),
    )


async def new(visit: Visit, refusal: Refusal | None = None) -> Response:
    """For an item of the catalogue in force; what stands for it already is shown, since this replaces it."""
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    items = rows(await visit.ask_softly("catalogue", f"/organisations/{name}/catalogue"))
    before = await all_rows(visit, "catalogue", "/withholdings", organisation=name)
    return visit.page(
        "withholding_form.html",
        refusal.status if refusal else 200,
        organisation=known,
        items=items,
        standing=[w for w in before if is_open(w)],
        reviewers=await reviewers(visit, known),
        units=await organisation_names(visit),
        refusal=refusal,
    )


async def reviewers(visit: Visit, known: dict[str, Any]) -> list[tuple[str, str]]:
    """The secrecy reviewers of the organisation and of those above it, but for who files (A-11, A-22)."""
    paths = [f"/organisations/{o}" for o in [known["organisation"], *known.get("superiors", [])]]
    found = await each(visit, "catalogue", paths)
    me = visit.person.get("person", "")
    return [
        (holder["person"], f"{visit.language.name(holder)} ({visit.language.name(found[path])})")
        for path in paths
        for holder in (found[path] or {}).get("posts", [])
        if holder["kind"] == "secrecy-reviewer" and holder["person"] != me
    ]


async def submit(visit: Visit) -> Response:
    name = visit.path("organisation")
    known = await visit.ask("catalogue", f"/organisations/{name}")
    body: dict[str, Any] = {field: visit.sent(field) for field in FIELDS}
    body |= {"until": visit.sent("until") or None, "addressed_to": known.get("superior") or ""}
    try:
        done = await visit.send("catalogue", f"/organisations/{name}/withholdings", body)
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await new(visit, beside(refusal, "withholding"))
    return visit.see(f"/withholdings/{done.body['id']}", done)


async def withholding(visit: Visit, refusal: Refusal | None = None) -> Response:
    """Its state, its receipt by the next higher organisation, and what its filer or receiver may do."""
    name = visit.path("withholding")
    found = await one(visit, name)
    known = await visit.ask_softly("catalogue", f"/organisations/{found['organisation']}") or {}
    filing = await visit.ask_softly("audit", f"/filings/{name}")
    return visit.page(
        "withholding.html",
        refusal.status if refusal else 200,
        withholding=found,
        organisation=known,
        people={p["person"]: p for p in known.get("posts", [])},
        filing=filing,
        may=_may(visit, found, known) | (filing_rights(visit, filing) if filing else {}),
        units=await organisation_names(visit),
        refusal=refusal,
    )


def _may(visit: Visit, found: dict[str, Any], known: dict[str, Any]) -> dict[str, bool]:
    """A reviewer of the organisation or of one above it, who did not propose it (A-22); its filers may end it."""
    waits = found.get("stage") == "proposed"
    near = [found["organisation"], *known.get("superiors", [])]
    reviews = waits and any(visit.holds("secrecy-reviewer", organisation=o) for o in near)
    mine = is_visitor(visit, str(found.get("proposed_by", "")))
    return {
        "withdraw": is_open(found) and bool(known) and may_withhold(visit, known),
        "review": reviews and not mine,
        "barred": reviews and mine,
    }


async def one(visit: Visit, name: str) -> dict[str, Any]:
    listed = await all_rows(visit, "catalogue", "/withholdings", organisation=name.partition("/")[0])
    found = next((row for row in listed if row["withholding"] == name), None)
    if found is None:
        raise Refusal(404, "NOT_FOUND")
    return found


async def act(visit: Visit) -> Response:
    """The reviewer's confirmation or refusal, or the withdrawal by who filed it."""
    name, step = visit.path("withholding"), visit.path("act")
    if step not in ACTS:
        raise Refusal(404, "NOT_FOUND")
    body = {"ground": visit.sent("ground")} if step == "refusal" else {}
    try:
        path = f"/withholdings/{name}/{step}"
        done = await visit.send("catalogue", path, body, step=step, version=visit.sent("version"))
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await withholding(visit, beside(refusal, "withholding"))
    return visit.see(f"/withholdings/{name}", done)


PAGES = [
    Page("GET", "/organisations/{organisation}/withholdings", register, person=True),
    Page("GET", "/organisations/{organisation}/withholdings/new", new, person=True),
    Page("POST", "/organisations/{organisation}/withholdings/new", submit, person=True),
    Page("GET", "/withholdings/{withholding:path}", withholding, person=True),
    Page("POST", "/withholdings/{withholding:path}/{act}", act, person=True),
]
