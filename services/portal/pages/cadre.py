"""Cadre matters: notice, inspection, publicity in whole working days, objections, appointment, in this order (PUB-18).

For the unit in charge each step is a form of its own; the desk of the organisation drafts the notices and reads along.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.i18n import mark as _
from services.portal.labels import label
from services.portal.pages import Page, organisation_names, rows
from services.portal.pages.steps import Entry, Step, form, made, unanswerable
from services.portal.pages.typed import beside, number, today
from services.portal.visit import Visit
from shared.clock import SHANGHAI

ABOUT = "cadre"
UNITS = ("unit-officer", "cdi-secretary", "leading-group-office")  # of which one is in charge, as the service knows
WRITERS = ("clerk", "secretary")
NAMED = ("name", "present_post", "meant_post")
CANDIDATES = 5
CATEGORY = "C5"
PARTS = {"inspection-notice": "5.4", "publicity": "5.5", "appointment": "5.6"}
OUTCOMES = ("not-established", "established-no-bar", "established-bars")
REASON = Entry("reason", _("Reason"), "rows", max=4000)


async def listed(visit: Visit) -> Response:
    place = visit.path("organisation")
    found = rows(await visit.ask("publication", "/cadre-matters", organisation=place, limit="100"))
    names = await organisation_names(visit)
    opens = visit.holds(*UNITS, organisation=await _in_charge(visit, place))
    return visit.page("cadre_matters.html", organisation=place, found=found, names=names, opens=opens)


async def _in_charge(visit: Visit, place: str) -> str:
    """The unit that is in charge of cadre matters in the town of an organisation (ORG-08)."""
    known = await visit.ask_softly("catalogue", f"/organisations/{place}") or {}
    division = await visit.ask_softly("catalogue", f"/towns/{known.get('town', '')}/division") or {}
    return str((division.get("units") or {}).get(CATEGORY) or "nobody")


async def new(visit: Visit, refusal: Refusal | None = None) -> Response:
    status, names = refusal.status if refusal else 200, await organisation_names(visit)
    context = {"organisation": visit.path("organisation"), "names": names, "count": CANDIDATES}
    return visit.page("cadre_new.html", status, refusal=refusal, **context)


async def open_matter(visit: Visit) -> Response:
    lines = [{name: visit.sent(f"{name}-{n}") for name in NAMED} for n in range(CANDIDATES)]
    kept = [n for n, line in enumerate(lines) if any(line.values())]  # candidate by candidate: the form's line
    body = {"organisation": visit.path("organisation"), "kind": visit.sent("kind", "appointment")}
    try:
        done = await visit.send("publication", "/cadre-matters", body | {"candidates": [lines[n] for n in kept]})
    except Refusal as refusal:
        if unanswerable(refusal):
            raise
        return await new(visit, beside(refusal, ABOUT, lambda pointer: _of_candidate(kept, pointer)))
    return visit.see(f"/cadre-matters/{made(done, 'cadre')}", done)


def _of_candidate(kept: list[int], pointer: list[str]) -> str:
    """The line of the form that a pointer means; of a whole candidate, the first of its needed fields."""
    if pointer[:1] == ["candidates"] and len(pointer) > 1:
        line = kept[int(pointer[1])] if int(pointer[1]) < len(kept) else 0
        return f"{pointer[2] if len(pointer) > 2 else 'name'}-{line}"
    return "name-0" if pointer[:1] == ["candidates"] else "".join(pointer[-1:])


async def matter(visit: Visit) -> Response:
    """Its stages with their days, candidates, objections, who acted; and the steps for whoever may take them."""
    found = await visit.ask("publication", f"/cadre-matters/{visit.path('cadre')}")
    keeps = visit.holds(*UNITS, organisation=str(found["unit"]))
    return visit.page(
        "cadre_matter.html",
        matter=found,
        steps=_steps(found, today(visit)) if keeps else [],
        keeps=keeps,
        items=_to_draft(visit, found),
        today=today(visit),
        names=await organisation_names(visit),
    )


def _steps(found: dict[str, Any], day: str) -> list[str]:
    """What may come next, as far as the portal can tell; the service has the last word."""
    if found["stage"] in ("decided", "ended"):
        return []
    steps, up = ["inspection"] if found["stage"] == "noticed" else [], found["publicity"]
    if found["kind"] == "dismissal" or (up and not up["down_at"] and str(found["earliest"]) <= day):
        steps.append("appointment")
    if up:
        steps += ["putting-up" if up["down_at"] else "taking-down", "objections"]
    return [*steps, "withdrawal"]


def _to_draft(visit: Visit, found: dict[str, Any]) -> dict[str, str]:
    """The notices that the organisation's desk may draft next, and the items they belong to."""
    if found["stage"] == "ended" or not visit.holds(*WRITERS, organisation=str(found["organisation"])):
        return {}
    been = {draft["part"] for draft in found["drafts"]}
    parts = ["appointment"] if found["kind"] == "dismissal" else list(PARTS)
    return {part: f"{found['organisation']}/{PARTS[part]}" for part in parts if part not in been}


async def step(visit: Visit, refusal: Refusal | None = None) -> Response:
    """The form of the step that the address names."""
    found = await visit.ask("publication", f"/cadre-matters/{visit.path('cadre')}")
    make = FORMS.get(visit.path("step"))
    if make is None or (visit.path("step") == "settlement" and not _objection(visit, found)):
        raise Refusal(404, "NOT_FOUND")
    about = _objection(visit, found)
    return form(visit, make(visit, found), refusal, about=about.get("text") or about.get("opinion", ""))


def _objection(visit: Visit, found: dict[str, Any]) -> dict[str, Any]:
    """The objection that the address names, for the form that settles it."""
    number = visit.request.path_params.get("number", "")
    return next((o for o in found["objections"] if str(o["number"]) == number), {})


def _step(
    title: str, button: str, lead: str, *entries: Callable[[Visit, dict[str, Any]], Entry] | Entry
) -> Callable[[Visit, dict[str, Any]], Step]:
    """A form for a matter; an entry that depends on it is made from it."""

    def make(visit: Visit, found: dict[str, Any]) -> Step:
        made_entries = [e if isinstance(e, Entry) else e(visit, found) for e in entries]
        title_of = visit.language.text(_("Cadre matter"))
        return Step(
            title, button, (f"/cadre-matters/{found['cadre']}", title_of), made_entries, lead, str(found["version"])
        )

    return make


def _candidates(text: str, *, none: bool) -> Callable[[Visit, dict[str, Any]], Entry]:
    """Whom it concerns, among those who stand; ``none``: nobody in particular is a choice."""

    def entry(visit: Visit, found: dict[str, Any]) -> Entry:
        standing = [
            (str(c["number"]), f"{c['name']} · {c['meant_post']}") for c in found["candidates"] if not c["withdrawn"]
        ]
        everybody = [("0", visit.language.text(_("nobody in particular")))] if none else []
        return Entry("candidate", text, "choice", options=[*everybody, *standing])

    return entry


def _outcome(visit: Visit, _found: dict[str, Any]) -> Entry:
    options = [(code, label(visit.language, "outcome", code)) for code in OUTCOMES]
    return Entry("outcome", _("What was found"), "choice", options=options)


def _day(text: str) -> Callable[[Visit, dict[str, Any]], Entry]:
    return lambda visit, _found: Entry("on", text, "date", value=today(visit))


FORMS: dict[str, Callable[[Visit, dict[str, Any]], Step]] = {
    "inspection": _step(
        _("Record the inspection"),
        _("Record it"),
        _("It is held so many working days after its notice as the town prescribes; the notice's day is not counted."),
        _day(_("Held on")),
    ),
    "objections": _step(
        _("Record an objection"),
        _("Record it"),
        _("What came in otherwise than as an opinion on the notice; those are recorded by themselves."),
        _candidates(_("Against whom"), none=True),
        Entry("text", _("What is objected"), "rows", max=4000),
        Entry("objector", _("By whom"), max=80, required=False, hint=_("Empty for one who does not give a name.")),
    ),
    "settlement": _step(
        _("Settle the objection"),
        _("Record what was found"),
        _("Nobody is appointed before every objection is settled."),
        _outcome,
        _candidates(_("Whom it concerns"), none=True),
        REASON,
    ),
    "taking-down": _step(
        _("The notice came down"),
        _("Record it"),
        _("Before its days are over: they begin anew when it is up again."),
        Entry("at", _("When it came down"), "datetime-local", hint=_("Empty: now."), required=False),
        REASON,
    ),
    "putting-up": _step(
        _("The notice is up again"),
        _("It is up again from now"),
        _("Its days are counted anew from now: whole working days, on which it is visible in all office hours."),
    ),
    "withdrawal": _step(
        _("Withdraw a candidate"),
        _("Withdraw the candidate"),
        _("With the last candidate the matter ends."),
        _candidates(_("Candidate"), none=False),
        REASON,
    ),
    "appointment": _step(
        _("Decide the appointment"),
        _("Decide it today"),
        _("Of those who still stand, after the full publicity and with every objection settled."),
    ),
}


async def act(visit: Visit) -> Response:
    path, name = f"/cadre-matters/{visit.path('cadre')}", visit.path("step")
    if name not in FORMS:
        raise Refusal(404, "NOT_FOUND")
    way = f"objections/{visit.path('number')}/settlement" if name == "settlement" else name
    try:
        done = await visit.send("publication", f"{path}/{way}", _body(visit, name), version=visit.sent("version"))
    except Refusal as refusal:
        if unanswerable(refusal):
            raise
        return await step(visit, beside(refusal, ABOUT))
    return visit.see(path, done)


def _body(visit: Visit, name: str) -> dict[str, Any]:
    match name:
        case "inspection":
            return {"on": visit.sent("on")}
        case "objections":
            said = {"text": visit.sent("text"), "objector": visit.sent("objector")}
            return said | {"candidate": number(visit.sent("candidate"))}
        case "settlement":
            found = {"outcome": visit.sent("outcome"), "reason": visit.sent("reason")}
            return found | {"candidate": number(visit.sent("candidate"))}
        case "taking-down":
            return {"at": _instant(visit.sent("at")), "reason": visit.sent("reason")}
        case "withdrawal":
            return {"candidate": number(visit.sent("candidate")), "reason": visit.sent("reason")}
        case _:
            return {}


def _instant(typed: str) -> str | None:
    """A local time as an instant, or as typed for the service to judge; None for now."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=SHANGHAI).isoformat() if typed else None
    except ValueError:
        return typed


async def settle(visit: Visit) -> Response:
    visit.request.path_params["step"] = "settlement"
    return await (act(visit) if visit.request.method == "POST" else step(visit))


PLACE, ONE = "/organisations/{organisation}/cadre-matters", "/cadre-matters/{cadre}"
PAGES = [
    Page("GET", PLACE, listed, person=True),
    Page("GET", f"{PLACE}/new", new, person=True),
    Page("POST", f"{PLACE}/new", open_matter, person=True),
    Page("GET", ONE, matter, person=True),
    Page("GET", f"{ONE}/objections/{{number}}/settlement", settle, person=True),
    Page("POST", f"{ONE}/objections/{{number}}/settlement", settle, person=True),
    Page("GET", f"{ONE}/{{step}}", step, person=True),
    Page("POST", f"{ONE}/{{step}}", act, person=True),
]
