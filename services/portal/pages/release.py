"""Release inside the Party and to society, each with the evidence of its channels, and the correction of what
was shown.
"""

from datetime import datetime
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.pages import Page
from services.portal.pages.drafting import as_typed, words
from services.portal.pages.typed import beside
from services.portal.pages.work import again, on_desk
from services.portal.visit import Visit
from shared.clock import SHANGHAI

# channel -> its fields: name and kind of input
INSIDE: dict[str, dict[str, str]] = {
    "meeting": {"on": "date", "present": "number", "of": "number", "minutes": "text"},
    "activity-room-board": {"place": "text", "posted_at": "datetime-local"},
    "intranet": {"url": "text"},
    "document": {"number": "text", "distribution": "list"},
    "briefing": {"issue": "text", "recipients": "list"},
    "reading-room": {"place": "text"},
}
OUTSIDE: dict[str, dict[str, str]] = {
    "public-column": {"place": "text", "sheet": "sheet", "posted_at": "datetime-local"},
    "website": {"url": "text"},
    "led": {"screen": "text", "shown_from": "datetime-local", "shown_to": "datetime-local"},
    "touch-screen": {"device": "text"},
    "news-media": {"outlet": "text", "on": "date", "link": "text"},
}


async def inside(visit: Visit) -> Response:
    return visit.page("release.html", desk_of=await on_desk(visit), refusal=None, **_form(visit, outside=False))


async def outside(visit: Visit) -> Response:
    return visit.page("release.html", desk_of=await on_desk(visit), refusal=None, **_form(visit, outside=True))


async def release_inside(visit: Visit) -> Response:
    return await _release(visit, outside=False)


async def release_outside(visit: Visit) -> Response:
    return await _release(visit, outside=True)


async def correct(visit: Visit) -> Response:
    desk = await on_desk(visit)
    return visit.page("correct.html", desk_of=desk, refusal=None, typed=desk, finders=finders(visit, desk))


async def open_correction(visit: Visit) -> Response:
    body = words(visit) | {name: visit.sent(name) for name in ("note", "found_by")}
    path = f"/disclosures/{visit.path('disclosure')}/corrections"
    try:
        done = await visit.send("publication", path, body, version=visit.sent("version"))
    except Refusal as refusal:
        desk = await on_desk(visit)
        return await again(visit, "correct.html", refusal, typed=as_typed(visit), finders=finders(visit, desk))
    return visit.see(f"/work/{visit.path('disclosure')}", done)


def finders(visit: Visit, desk: dict[str, Any]) -> list[tuple[str, str]]:
    """Who may have found the mistake: whoever opens the correction, or anyone else in post there."""
    here = {person: visit.language.name(known) for person, known in desk["people"].items()}
    mine = str(visit.person.get("person") or "")
    own = {mine: visit.language.name(visit.person) or mine} if mine else {}
    return list((own | here).items())


async def _release(visit: Visit, *, outside: bool) -> Response:
    way = "outside" if outside else "inside"
    path = f"/disclosures/{visit.path('disclosure')}/release-{way}"
    body: dict[str, Any] = {"channels": evidence(visit, OUTSIDE if outside else INSIDE)}
    try:
        done = await visit.send("publication", path, body, version=visit.sent("version"))
    except Refusal as refusal:
        told = beside(refusal, "release", lambda way: field_of(way, visit))
        return await again(visit, "release.html", told, **_form(visit, outside=outside))
    return visit.see(f"/work/{visit.path('disclosure')}", done)


def _form(visit: Visit, *, outside: bool) -> dict[str, Any]:
    chosen = set(visit.sent_all("channel"))
    return {"outside": outside, "channels": OUTSIDE if outside else INSIDE, "chosen": chosen}


def field_of(way: list[str], visit: Visit) -> str:
    """``/channels/1/place`` is that field of the second channel that was ticked."""
    ticked = visit.sent_all("channel")
    if len(way) > 1 and way[0] == "channels" and way[1].isdigit() and int(way[1]) < len(ticked):
        channel = ticked[int(way[1])]
        return f"{channel}.{way[-1]}" if len(way) > 2 else f"use-{channel}"
    return way[-1] if way else ""


def evidence(visit: Visit, kinds: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    """The evidence of each ticked channel, as typed; the service judges it."""
    found = []
    for channel in visit.sent_all("channel"):
        if channel in kinds:
            values = {n: _value(visit.sent(f"{channel}.{n}"), k) for n, k in kinds[channel].items()}
            found.append({"channel": channel} | {n: v for n, v in values.items() if v not in ("", None, [])})
    return found


def _value(typed: str, kind: str) -> Any:
    match kind:
        case "datetime-local" if typed:
            try:
                return datetime.fromisoformat(typed).replace(tzinfo=SHANGHAI).isoformat()
            except ValueError:
                return typed
        case "list":
            return [part.strip() for part in typed.replace("、", ",").replace(",", ",").split(",") if part.strip()]
        case "number" if typed.isdigit():
            return int(typed)
        case _:
            return typed


PAGES = [
    Page("GET", "/work/{disclosure}/release-inside", inside, person=True),
    Page("POST", "/work/{disclosure}/release-inside", release_inside, person=True),
    Page("GET", "/work/{disclosure}/release-outside", outside, person=True),
    Page("POST", "/work/{disclosure}/release-outside", release_outside, person=True),
    Page("GET", "/work/{disclosure}/correct", correct, person=True),
    Page("POST", "/work/{disclosure}/correct", open_correction, person=True),
]
