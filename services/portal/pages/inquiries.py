"""Sessions in which members ask about inner-Party affairs: announced, asked in, answered, and published (PUB-20).

Members find them at /sessions; the desk keeps them from the same pages.
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.i18n import mark as _
from services.portal.labels import label
from services.portal.pages import Page, organisation_names, people_of, rows
from services.portal.pages.steps import Entry, Step, form, made, unanswerable
from services.portal.pages.typed import beside, today
from services.portal.visit import Visit

ABOUT = "session"
DESK = ("clerk", "secretary")
KINDS = ("hearing", "consultation", "inquiry")
SCOPES = ("members", "unit-staff", "town-members")
TEXT_MAX = 4000


async def sessions(visit: Visit) -> Response:
    """Those that the visitor may know of, the latest first."""
    place = visit.sent("organisation")
    found = await visit.ask("feedback", "/sessions", organisation=place, cursor=visit.sent("cursor"), limit="30")
    return visit.page(
        "sessions.html",
        found=rows(found),
        next=found.get("next"),
        organisation=place,
        keeps=[p["organisation"] for p in visit.posts if p.get("kind") in DESK and place in ("", p["organisation"])],
        today=today(visit),
        names=await organisation_names(visit),
    )


async def new(visit: Visit, refusal: Refusal | None = None) -> Response:
    place, words = visit.path("organisation"), visit.language
    step = Step(
        _("Announce a session"),
        _("Announce it"),
        (f"/sessions?organisation={place}", words.text(_("Sessions"))),
        (
            Entry("kind", _("Kind"), "choice", options=[(k, label(words, "session", k)) for k in KINDS]),
            Entry("topic", _("Topic"), max=200),
            Entry("on", _("Day of the session"), "date"),
            Entry("place", _("Place"), max=200, required=False),
            Entry("scope", _("For whom"), "choice", options=[(s, label(words, "scope", s)) for s in SCOPES]),
        ),
        _("Members may ask from now on; whom it is for reads the record afterwards."),
    )
    return form(visit, step, refusal)


async def announce(visit: Visit) -> Response:
    body = {name: visit.sent(name) for name in ("kind", "topic", "on", "place", "scope")}
    try:
        done = await visit.send("feedback", f"/organisations/{visit.path('organisation')}/sessions", body)
    except Refusal as refusal:
        if unanswerable(refusal):
            raise
        return await new(visit, beside(refusal, ABOUT))
    return visit.see(f"/sessions/{made(done, 'session')}", done)


async def session(visit: Visit, refusal: Refusal | None = None) -> Response:
    """What it is about, the questions that the visitor may read, and what they may do."""
    found = await visit.ask("feedback", f"/sessions/{visit.path('session')}")
    place = str(found["organisation"])
    keeps = visit.holds(*DESK, organisation=place)
    return visit.page(
        "session.html",
        refusal.status if refusal else 200,
        session=found,
        keeps=keeps,
        asks=visit.signed_in and found["stage"] == "scheduled",
        today=today(visit),
        people=await people_of(visit, place),
        names=await organisation_names(visit),
        refusal=refusal,
    )


async def ask(visit: Visit) -> Response:
    """A question by a member, with or without their name."""
    body = {"text": visit.sent("text"), "anonymous": visit.sent("named") == "no"}
    path = f"/sessions/{visit.path('session')}"
    try:
        done = await visit.send("feedback", f"{path}/questions", body)
    except Refusal as refusal:
        if unanswerable(refusal):
            raise
        return await session(visit, beside(refusal, ABOUT))
    return visit.see(f"{path}?asked=yes", done)


async def step(visit: Visit, refusal: Refusal | None = None) -> Response:
    """The form of the step that the address names: an answer, the promise of one, the record, calling it off."""
    found = await visit.ask("feedback", f"/sessions/{visit.path('session')}")
    number = str(visit.request.path_params.get("number", ""))
    question = next((q for q in found["questions"] if str(q["number"]) == number), None)
    name = visit.path("step")
    if name not in (ANSWERING if number else KEEPING) or (number and question is None):
        raise Refusal(404, "NOT_FOUND")
    people = await people_of(visit, str(found["organisation"]))
    return form(visit, _form(visit, name, found, people), refusal, about=question["text"] if question else "")


ANSWERING, KEEPING = ("answer", "promise"), ("record", "cancellation")


def _form(visit: Visit, name: str, found: dict[str, Any], people: dict[str, Any]) -> Step:
    back, version = (f"/sessions/{found['session']}", str(found["topic"])), str(found["version"])
    by = Entry("answered_by", _("Who answers"), "choice", options=_answering(visit, people))
    match name:
        case "answer":
            text = Entry("text", _("What is answered"), "rows", max=TEXT_MAX)
            return Step(_("Answer the question"), _("Record the answer"), back, (by, text), version=version)
        case "promise":
            lead = _("The written answer is due so many working days after the session as the town prescribes.")
            return Step(_("Promise a written answer"), _("Promise it"), back, (by,), lead, version)
        case "record":
            lead = _("Every question has an answer or the promise of one. From now on all whom it is for read it.")
            return Step(_("Publish the record"), _("Publish it"), back, (), lead, version)
        case _:
            reason = Entry("reason", _("Reason"), "rows", max=TEXT_MAX)
            return Step(_("Call the session off"), _("Call it off"), back, (reason,), version=version)


def _answering(visit: Visit, people: dict[str, Any]) -> list[tuple[str, str]]:
    """The visitor first, then those in post in the organisation."""
    own = str(visit.person.get("person", ""))
    named = {own: visit.language.name(visit.person) or own} if own else {}
    return list((named | {p: visit.language.name(row) or p for p, row in people.items()}).items())


async def act(visit: Visit) -> Response:
    path, name = f"/sessions/{visit.path('session')}", visit.path("step")
    number = str(visit.request.path_params.get("number", ""))
    if name not in (ANSWERING if number else KEEPING):
        raise Refusal(404, "NOT_FOUND")
    way = f"{path}/questions/{number}/{name}" if number else f"{path}/{name}"
    fields = {"answer": ("text", "answered_by"), "promise": ("answered_by",), "cancellation": ("reason",)}
    body = {field: visit.sent(field) for field in fields.get(name, ())}
    try:
        done = await visit.send("feedback", way, body, version=visit.sent("version"))
    except Refusal as refusal:
        if unanswerable(refusal):
            raise
        return await step(visit, beside(refusal, ABOUT))
    return visit.see(path, done)


ONE = "/sessions/{session}"
PAGES = [
    Page("GET", "/sessions", sessions, person=True),
    Page("GET", "/organisations/{organisation}/sessions/new", new, person=True),
    Page("POST", "/organisations/{organisation}/sessions/new", announce, person=True),
    Page("GET", ONE, session, person=True),
    Page("POST", f"{ONE}/questions", ask, person=True),
    Page("GET", f"{ONE}/questions/{{number}}/{{step}}", step, person=True),
    Page("POST", f"{ONE}/questions/{{number}}/{{step}}", act, person=True),
    Page("GET", f"{ONE}/{{step}}", step, person=True),
    Page("POST", f"{ONE}/{{step}}", act, person=True),
]
