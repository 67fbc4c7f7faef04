"""Drafting: the text, its short forms, attachments through the personal-data gate, submission with
attestation.
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Answer, Refusal
from services.portal.pages import Page, rows
from services.portal.pages.work import again, on_desk
from services.portal.visit import Visit

WRITTEN = ("title", "text", "summary", "led_text")
OUTSIDE = ("outside_title", "outside_text", "outside_summary", "outside_note")


def words(visit: Visit) -> dict[str, Any]:
    """What the form says, as publication takes it; with a text for outside only if there is one (A-05)."""
    body: dict[str, Any] = {name: visit.sent(name) for name in WRITTEN}
    if visit.sent("outside_text").strip():
        outside = {name.removeprefix("outside_"): visit.sent(name) for name in OUTSIDE}
        body["outside"] = outside | {"attachments": visit.sent_all("outside_attachments")}
    return body


def as_typed(visit: Visit) -> dict[str, Any]:
    typed: dict[str, Any] = {name: visit.sent(name) for name in (*WRITTEN, *OUTSIDE)}
    return typed | {"outside_attachments": visit.sent_all("outside_attachments")}


async def new(visit: Visit, refusal: Refusal | None = None) -> Response:
    """An empty draft, for a duty or for any item of the organisation's catalogue."""
    organisation = visit.sent("organisation") or next((p.get("organisation", "") for p in visit.posts), "")
    catalogue = await visit.ask_softly("catalogue", f"/organisations/{organisation}/catalogue")
    owed = visit.sent("obligation")
    return visit.page(
        "draft.html",
        refusal.status if refusal else 200,
        organisation=organisation,
        items=rows(catalogue),
        refusal=refusal,
        typed=as_typed(visit) | {name: visit.sent(name) for name in ("item", "obligation", "announces", "part_of")},
        desk_of=None,
        duty=await visit.ask_softly("publication", f"/obligations/{owed}") if owed else None,
    )


async def save_new(visit: Visit) -> Response:
    body = words(visit) | {"item": visit.sent("item"), "obligation": visit.sent("obligation")}
    if visit.sent("announces"):  # a change of the catalogue (CAT-19)
        body["announces"] = visit.sent("announces")
    if visit.sent("part_of"):  # a procedure (PUB-17, PUB-18)
        body["part_of"] = visit.sent("part_of")
    try:
        done = await visit.send("publication", "/disclosures", body)
    except Refusal as refusal:
        return await new(visit, refusal)
    disclosure = str(done.body["result"]["disclosure"])
    return await attach_all(visit, disclosure, done)


async def edit(visit: Visit) -> Response:
    desk = await on_desk(visit)
    return visit.page("draft.html", desk_of=desk, typed=desk, refusal=None)


async def save(visit: Visit) -> Response:
    disclosure = visit.path("disclosure")
    path = f"/disclosures/{disclosure}/revise"
    try:
        done = await visit.send("publication", path, words(visit), version=visit.sent("version"))
    except Refusal as refusal:
        return await again(visit, "draft.html", refusal, typed=as_typed(visit))
    return await attach_all(visit, disclosure, done)


async def attach_all(visit: Visit, disclosure: str, done: Answer) -> Response:
    """The files of the form, one command each; the draft itself is kept whatever becomes of them."""
    for place, file in enumerate(visit.files("attachment")):
        sent = {"file": (file.filename or "", await file.read(), file.content_type or "application/octet-stream")}
        try:
            done = await visit.send(
                "publication",
                f"/disclosures/{disclosure}/attachments",
                step=f"attachment-{place}-{visit.sent('mask')}",
                version=str(done.body.get("version", "")),
                files=sent,
                data={"mask": "true" if visit.sent("mask") else "false"},
            )
        except Refusal as refusal:
            return await attachment_refused(visit, disclosure, refusal, file.filename or "")
    return visit.see(f"/work/{disclosure}", done)


async def attachment_refused(visit: Visit, disclosure: str, refusal: Refusal, name: str) -> Response:
    visit.request.path_params["disclosure"] = disclosure
    return await again(visit, "attach.html", refusal, refused_file=name)


async def attach(visit: Visit) -> Response:
    return visit.page("attach.html", desk_of=await on_desk(visit), refusal=None)


async def save_attachment(visit: Visit) -> Response:
    start = Answer({"version": visit.sent("version")})
    return await attach_all(visit, visit.path("disclosure"), start)


async def submit(visit: Visit) -> Response:
    return visit.page("submit.html", desk_of=await on_desk(visit), refusal=None, people=await attesters(visit))


async def send_in(visit: Visit) -> Response:
    disclosure = visit.path("disclosure")
    body = {"attested_by": visit.sent_all("attested_by")}
    try:
        done = await visit.send("publication", f"/disclosures/{disclosure}/submit", body, version=visit.sent("version"))
    except Refusal as refusal:
        return await again(visit, "submit.html", refusal, people=await attesters(visit))
    return visit.see(f"/work/{disclosure}", done)


async def attesters(visit: Visit) -> list[dict[str, Any]]:
    """Who may attest the truth of it: those in post in the organisation (PUB-31)."""
    desk = await on_desk(visit)
    return [p for p in desk["people"].values() if p.get("kind") in ("secretary", "clerk")]


PAGES = [
    Page("GET", "/drafts/new", new, person=True),
    Page("POST", "/drafts/new", save_new, person=True),
    Page("GET", "/work/{disclosure}/edit", edit, person=True),
    Page("POST", "/work/{disclosure}/edit", save, person=True),
    Page("GET", "/work/{disclosure}/attach", attach, person=True),
    Page("POST", "/work/{disclosure}/attach", save_attachment, person=True),
    Page("GET", "/work/{disclosure}/submit", submit, person=True),
    Page("POST", "/work/{disclosure}/submit", send_in, person=True),
]
