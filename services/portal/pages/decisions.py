"""Major decisions: opened, notified, put up for opinions inside and then in society, weighed, and only then published.

For the desk each step is a form of its own; whoever is asked finds the rounds that are open to them (PUB-17, PUB-30).
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.i18n import mark as _
from services.portal.labels import label
from services.portal.pages import Page, organisation_names, rows
from services.portal.pages.release import INSIDE, evidence
from services.portal.pages.steps import Entry, Step, form, made, unanswerable
from services.portal.pages.typed import beside, number, today
from services.portal.visit import Visit

ABOUT = "decision"
DESK = ("clerk", "secretary")
LINE = ("gist", "opinions", "taken", "reason")
BLANK_LINES, LINES_MAX = 3, 60


async def listed(visit: Visit) -> Response:
    place = visit.path("organisation")
    found = rows(await visit.ask("publication", "/decisions", organisation=place, limit="100"))
    names = await organisation_names(visit)
    return visit.page("decisions.html", organisation=place, found=found, names=names)


async def new(visit: Visit, refusal: Refusal | None = None) -> Response:
    place = visit.path("organisation")
    items = rows(await visit.ask_softly("catalogue", f"/organisations/{place}/catalogue"))
    major_first = sorted(items, key=lambda item: not item.get("major"))
    options = [(i["id"], f"{i['sub_item']} {visit.language.name(i, 'title')}") for i in major_first]
    step = Step(
        _("Open a major decision"),
        _("Open it"),
        (f"/organisations/{place}/decisions", visit.language.text(_("Major decisions"))),
        (
            Entry("item", _("Catalogue item"), "choice" if options else "text", options=options),
            Entry(
                "title", _("Title"), max=200, hint=_("It is read at the desk; who is asked reads the released text.")
            ),
        ),
        _("Nothing of its result can be published before the members were notified and opinions were solicited."),
    )
    return form(visit, step, refusal)


async def open_decision(visit: Visit) -> Response:
    body = {"item": visit.sent("item"), "title": visit.sent("title")}
    try:
        done = await visit.send("publication", "/decisions", body)
    except Refusal as refusal:
        if unanswerable(refusal):
            raise
        return await new(visit, beside(refusal, ABOUT))
    return visit.see(f"/decisions/{made(done, 'decision')}", done)


async def decision(visit: Visit) -> Response:
    """Its stages with their days, its disclosures, who acted; and the next step for whoever may take it."""
    found = await visit.ask("publication", f"/decisions/{visit.path('decision')}")
    return visit.page(
        "decision.html",
        decision=found,
        rounds={each["round"]: each for each in found["rounds"]},
        steps=steps(visit, found),
        today=today(visit),
        names=await organisation_names(visit),
    )


def steps(visit: Visit, found: dict[str, Any]) -> list[str]:
    """What this person may do next, as far as the portal can tell; the service has the last word."""
    if not visit.holds(*DESK, organisation=str(found["organisation"])):
        return []
    return [*_next(found, today(visit)), *(["dropping"] if found["stage"] not in ("published", "dropped") else [])]


def _next(found: dict[str, Any], day: str) -> list[str]:
    """A round begins when the one before is over, the weighing when the last one is."""
    over = {each["round"] for each in found["rounds"] if each["until"] < day}
    match found["stage"]:
        case "opened":
            return ["notification"]
        case "notified":
            return ["rounds"]
        case "soliciting-inside" if found["outside"]:
            return ["rounds"] if "inside" in over else []
        case "soliciting-inside" | "soliciting-society":
            return ["summary"] if found["stage"].removeprefix("soliciting-") in over else []
        case _:
            return []


async def step(visit: Visit, refusal: Refusal | None = None) -> Response:
    """The form of the step that the address names."""
    found = await visit.ask("publication", f"/decisions/{visit.path('decision')}")
    name = visit.path("step")
    if name == "summary":
        return await _weighing(visit, found, refusal)
    if name not in FORMS:
        raise Refusal(404, "NOT_FOUND")
    return form(visit, FORMS[name](visit, found), refusal)


def _notification(visit: Visit, found: dict[str, Any]) -> Step:
    return Step(
        _("Record the notification inside the Party"),
        _("Record it"),
        _back(found),
        (Entry("on", _("Notified on"), "date", value=today(visit)),),
        _("When and how the members were notified: choose one channel and fill in its evidence."),
        str(found["version"]),
        INSIDE,
    )


def _round(visit: Visit, found: dict[str, Any]) -> Step:
    """The inside round first; what is put up is the decision's draft for opinions, released before."""
    drafts = [d["disclosure"] for d in found["drafts"] if d["part"] == "solicitation"]
    name = label(visit.language, "part", "solicitation")
    options = [(d, f"{name} {n}" if len(drafts) > 1 else name) for n, d in enumerate(drafts, start=1)]
    been = any(each["round"] == "inside" for each in found["rounds"])
    asked = ["society", "inside"] if been else ["inside", "society"]
    rounds = [(r, label(visit.language, "round", r)) for r in asked if r == "inside" or found["outside"]]
    days = _("Calendar days, from the day after opening. Empty: as few as the town permits.")
    return Step(
        _("Open a round of opinions"),
        _("Open the round"),
        _back(found),
        (
            Entry("round", _("Who is asked"), "choice", options=rounds),
            Entry("disclosure", _("What is put up for opinions"), "choice", options=options or [("", "–")]),
            Entry("days", _("For how many days"), "number", days, required=False),
        ),
        _("It runs from today. Those who are asked must have been shown the text before."),
        str(found["version"]),
    )


def _dropping(_visit: Visit, found: dict[str, Any]) -> Step:
    return Step(
        _("Give the decision up"),
        _("Give it up"),
        _back(found),
        (Entry("reason", _("Reason"), "rows", max=2000),),
        _("Nobody is asked any more. What was done stays recorded."),
        str(found["version"]),
    )


def _back(found: dict[str, Any]) -> tuple[str, str]:
    return f"/decisions/{found['decision']}", str(found["title"])


FORMS = {"notification": _notification, "rounds": _round, "dropping": _dropping}


async def _weighing(visit: Visit, found: dict[str, Any], refusal: Refusal | None) -> Response:
    """What was said, by how many, whether it was taken and if not, why: a line each, and more lines on request."""
    typed = _lines(visit)
    lines = [*typed, *({"taken": "yes"} for _line in range(BLANK_LINES))][:LINES_MAX]
    status = refusal.status if refusal else 200
    return visit.page("weighing.html", status, decision=found, lines=lines, refusal=refusal)


def _lines(visit: Visit) -> list[dict[str, str]]:
    """The lines on which something was typed, in their order."""
    every = [{name: visit.sent(f"{name}-{n}") for name in LINE} for n in range(LINES_MAX)]
    return [line for line in every if line["gist"] or line["reason"]]


async def act(visit: Visit) -> Response:
    name, path = visit.path("step"), f"/decisions/{visit.path('decision')}"
    if name == "summary" and visit.sent("more"):
        return await step(visit)
    if name not in (*FORMS, "summary"):
        raise Refusal(404, "NOT_FOUND")
    try:
        done = await visit.send("publication", f"{path}/{name}", _body(visit, name), version=visit.sent("version"))
    except Refusal as refusal:
        if unanswerable(refusal):
            raise
        return await step(visit, beside(refusal, ABOUT, lambda pointer: _field(visit, pointer)))
    return visit.see(path, done)


def _body(visit: Visit, name: str) -> dict[str, Any]:
    match name:
        case "notification":
            told = evidence(visit, INSIDE)
            return {"on": visit.sent("on"), "told_through": told[0] if told else {}}
        case "rounds":
            asked = {"round": visit.sent("round"), "disclosure": visit.sent("disclosure")}
            return asked | {"days": number(visit.sent("days"))}
        case "dropping":
            return {"reason": visit.sent("reason")}
        case _:
            return {"weighed": [_weighed(line) for line in _lines(visit)]}


def _weighed(line: dict[str, str]) -> dict[str, Any]:
    return line | {"taken": line["taken"] == "yes", "opinions": number(line["opinions"], otherwise=1)}


def _field(visit: Visit, pointer: list[str]) -> str:
    """The form's name of what a pointer names: a line has its number, an evidence its channel."""
    if pointer[:1] == ["weighed"] and len(pointer) == 3:
        return f"{pointer[2]}-{pointer[1]}"
    if pointer[:1] == ["told_through"]:
        return f"{visit.sent('channel')}.{pointer[-1]}" if len(pointer) > 1 else "channel"
    return pointer[-1] if pointer else ""


async def soliciting(visit: Visit) -> Response:
    """The rounds in which the visitor is asked today, whoever they are."""
    found = rows(await visit.ask("publication", "/soliciting"))
    return visit.page("soliciting.html", found=found, names=await organisation_names(visit))


PAGES = [
    Page("GET", "/soliciting", soliciting),
    Page("GET", "/organisations/{organisation}/decisions", listed, person=True),
    Page("GET", "/organisations/{organisation}/decisions/new", new, person=True),
    Page("POST", "/organisations/{organisation}/decisions/new", open_decision, person=True),
    Page("GET", "/decisions/{decision}", decision, person=True),
    Page("GET", "/decisions/{decision}/{step}", step, person=True),
    Page("POST", "/decisions/{decision}/{step}", act, person=True),
]
