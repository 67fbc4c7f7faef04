"""Disclosing anew because of opinions: the question, its decision with a reason, and the new version (PUB-30, FBK-13).

Beside the correction, which says that something was wrong; here it was right, and is said more clearly.
"""

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.i18n import mark as _
from services.portal.pages import Page, each, people_of, rows
from services.portal.pages.drafting import as_typed, words
from services.portal.pages.matters import place
from services.portal.pages.typed import beside, must_be_filled
from services.portal.pages.work import on_desk, question_of
from services.portal.visit import Visit

FIELDS = {
    "choice": _("Decision"),
    "reason": _("Reason"),
    "note": _("What was improved, as readers will see it"),
    "title": _("Title"),
    "text": _("Text"),
    "summary": _("Summary"),
    "led_text": _("LED text"),
    "outside_text": _("Shortened, for society"),
}


async def questions(visit: Visit) -> Response:
    """The questions of an organisation: open ones, decided ones, and the new versions that followed."""
    name = visit.path("organisation")
    found = await visit.ask("publication", "/redisclosures", organisation=name, cursor=visit.sent("cursor"), limit="50")
    listed = rows(found)
    work = await each(visit, "publication", [f"/disclosures/{row['disclosure']}" for row in listed])
    return visit.page(
        "redisclosures.html",
        organisation=await place(visit, name),
        questions=listed,
        titles={path.rsplit("/", 1)[1]: desk.get("title", "") for path, desk in work.items() if desk},
        next=found.get("next"),
        people=await people_of(visit, name),
    )


async def decide(visit: Visit) -> Response:
    return await _form(visit, "redisclosure_decision.html")


async def decided(visit: Visit) -> Response:
    """Made public again, or not necessary, with the reason why not (PUB-30)."""
    disclosure = visit.path("disclosure")
    body = {name: visit.sent(name) for name in ("choice", "reason")}
    try:
        must_be_filled(visit, "choice", *(["reason"] if body["choice"] == "not-necessary" else []))
        path = f"/redisclosures/{disclosure}/decision"
        done = await visit.send("publication", path, body, version=visit.sent("version"))
    except Refusal as refusal:
        return await _form(visit, "redisclosure_decision.html", refusal)
    return visit.see(f"/work/{disclosure}", done)


async def redisclose(visit: Visit) -> Response:
    return await _form(visit, "redisclose.html")


async def redisclosed(visit: Visit) -> Response:
    """A new version that names its opinions; the former stays readable and is marked as superseded, not as wrong."""
    disclosure = visit.path("disclosure")
    body = words(visit) | {"note": visit.sent("note")}
    path = f"/disclosures/{disclosure}/redisclosure"
    try:
        must_be_filled(visit, "note", "title", "text")
        done = await visit.send("publication", path, body, version=visit.sent("version"))
    except Refusal as refusal:
        return await _form(visit, "redisclose.html", refusal)
    return visit.see(f"/work/{disclosure}", done)


async def _form(visit: Visit, template: str, refusal: Refusal | None = None) -> Response:
    """With the question and the opinions that raised it, as far as the visitor may read them."""
    if refusal and refusal.status in (401, 404):
        raise refusal
    desk = await on_desk(visit)
    question = await question_of(visit, desk)
    opinions = await each(visit, "feedback", [f"/opinions/{o}" for o in (question or {}).get("opinions", [])])
    return visit.page(
        template,
        refusal.status if refusal else 200,
        desk_of=desk,
        question=question,
        opinions=[opinion for opinion in opinions.values() if opinion],
        typed=as_typed(visit) if refusal else desk,
        field_names={name: visit.language.text(said) for name, said in FIELDS.items()},
        refusal=beside(refusal, "redisclosure") if refusal else None,
    )


PAGES = [
    Page("GET", "/organisations/{organisation}/redisclosures", questions, person=True),
    Page("GET", "/work/{disclosure}/decide-redisclosure", decide, person=True),
    Page("POST", "/work/{disclosure}/decide-redisclosure", decided, person=True),
    Page("GET", "/work/{disclosure}/redisclose", redisclose, person=True),
    Page("POST", "/work/{disclosure}/redisclose", redisclosed, person=True),
]
