"""The request for a change of a catalogue: lines that add, change, revoke or terminate, with the reason (CAT-16).

One form holds all lines; a further one is added by sending the form to itself. The new wording of a line begins with
the wording in force. Start at :func:`new`.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from services.portal.clients import Answer, Refusal
from services.portal.pages import Page, rows
from services.portal.pages.catalogue import today
from services.portal.pages.forming import at_once, methods, own_channels
from services.portal.pages.typed import beside, number
from services.portal.visit import Visit

TEXTS = ("title_zh", "title_en", "content", "basis", "scope", "audience_inside", "audience_outside")
LIMITS = ("kind", "cycle", "fine_tune", "limit_days", "limit_hours", "reason")
LINES_MAX = 60
Line = dict[str, Any]  # change, sub_item, why, text (for add and change), was (the item in force)


@dataclass(frozen=True)
class Ground:
    """What a request stands on: the organisation, its catalogue in force, the code list and the town's channels."""

    organisation: dict[str, Any]
    catalogue: dict[str, Any]
    sub_items: dict[str, dict[str, Any]]
    own: dict[str, dict[str, Any]]

    def item(self, sub_item: str) -> dict[str, Any] | None:
        return next((i for i in self.catalogue.get("items", []) if i["sub_item"] == sub_item), None)


async def ground(visit: Visit, organisation: str) -> Ground:
    known = await visit.ask("catalogue", f"/organisations/{organisation}")
    found = await at_once(
        visit,
        catalogue=("catalogue", f"/organisations/{organisation}/catalogue", {}),
        codes=("catalogue", "/codes", {}),
    )
    listed = [s for c in (found["codes"] or {}).get("categories", []) for s in c["sub_items"]]
    own = await own_channels(visit, str(known["town"]))
    return Ground(known, found["catalogue"] or {}, {s["code"]: s for s in listed}, own)


async def new(visit: Visit) -> Response:
    """With the line that the address names, as the catalogue's page links it; else without any yet."""
    base = await ground(visit, visit.path("organisation"))
    lines = [line] if (line := begun(base, visit.sent("change"), visit.sent("item"))) else []
    return form(visit, base, lines, "")


async def send_new(visit: Visit) -> Response:
    name = visit.path("organisation")
    return await send(visit, name, f"/organisations/{name}/changes")


async def again(visit: Visit) -> Response:
    """After the audit's return: as it was asked for, to be written anew (CAT-17)."""
    found = await visit.ask("catalogue", f"/changes/{visit.path('change')}")
    base = await ground(visit, str(found["organisation"]))
    lines = [
        {
            "change": line["kind"],
            "sub_item": line["sub_item"],
            "was": base.item(line["sub_item"]),
            "text": line["becomes"],
            "why": line.get("reason", ""),
        }
        for line in found["lines"]
    ]
    return form(visit, base, lines, str(found["reason"]), change=found)


async def send_again(visit: Visit) -> Response:
    found = await visit.ask("catalogue", f"/changes/{visit.path('change')}")
    return await send(visit, str(found["organisation"]), f"/changes/{found['change']}/revision", found)


async def send(visit: Visit, organisation: str, path: str, change: dict[str, Any] | None = None) -> Response:
    """The request; or, by its other button, the same form with one line more and nothing sent."""
    base = await ground(visit, organisation)
    lines = typed_lines(visit, base)
    if visit.sent("do") == "line":
        line = begun(base, visit.sent("new_change"), visit.sent("new_number") or visit.sent("new_item"))
        return form(visit, base, [*lines, line] if line else lines, visit.sent("reason"), change=change)
    body = {
        "base_version": number(visit.sent("base_version")) or base.catalogue.get("version", 1),
        "reason": visit.sent("reason"),
        "lines": [sent_line(line) for line in lines],
    }
    try:
        done = await visit.send("catalogue", path, body, version=visit.sent("version"))
    except Refusal as refusal:
        if refusal.status == 401 or refusal.code == "NOT_FOUND":
            raise
        return form(visit, base, lines, visit.sent("reason"), beside(refusal, "change", field_of), change)
    return visit.see(f"/changes/{made(done) or (change or {}).get('change', '')}", done)


def made(done: Answer) -> str:
    return str((done.body.get("result") or {}).get("change") or done.body.get("id", ""))


def form(
    visit: Visit,
    base: Ground,
    lines: list[Line],
    reason: str,
    refusal: Refusal | None = None,
    change: dict[str, Any] | None = None,
) -> Response:
    """After a conflict the next request is written against the version that stands now."""
    stale = refusal is not None and refusal.code == "VERSION_CONFLICT"
    seen = "" if stale else visit.sent("base_version")
    present = (refusal.facts.get("version") if refusal and stale else "") or base.catalogue.get("version", "")
    return visit.page(
        "change_form.html",
        refusal.status if refusal else 200,
        organisation=base.organisation,
        items=rows(base.catalogue),
        lines=lines,
        reason=reason,
        base_version=seen or present,
        channels=methods(base.own, today(visit)),
        own=base.own,
        change=change,
        refusal=refusal,
    )


def begun(base: Ground, kind: str, sub_item: str) -> Line | None:
    """A line as it is first offered: what stands in force; for a new item what is usual for its number (CAT-13)."""
    if not (kind and sub_item):
        return None
    was, usual = base.item(sub_item), base.sub_items.get(sub_item, {})
    text: dict[str, Any] | None = None
    if kind == "change":
        text = dict(was or {})
    if kind == "add":
        offered = {name: usual.get(name) or "" for name in ("kind", "scope", "cycle", "audience_outside")}
        text = offered | {"title_zh": usual.get("name_zh", ""), "title_en": usual.get("name_en", ""), "methods": []}
    return {"change": kind, "sub_item": sub_item, "was": was, "text": text, "why": ""}


def typed_lines(visit: Visit, base: Ground) -> list[Line]:
    """The lines as typed, without those that are to be left out."""
    lines: list[Line] = []
    for place in range(LINES_MAX):
        kind = visit.sent(f"{place}.change")
        if not kind:
            break
        if visit.sent(f"{place}.drop"):
            continue
        sub_item = visit.sent(f"{place}.sub_item")
        text: dict[str, Any] | None = None
        if kind in ("add", "change"):
            text = {name: visit.sent(f"{place}.{name}") for name in (*TEXTS, *LIMITS)}
            text |= {"methods": visit.sent_all(f"{place}.methods"), "major": bool(visit.sent(f"{place}.major"))}
        line = {"change": kind, "sub_item": sub_item, "was": base.item(sub_item), "text": text}
        lines.append(line | {"why": visit.sent(f"{place}.why")})
    return lines


def sent_line(line: Line) -> dict[str, Any]:
    """As catalogue takes it: no wording for what ends, a cycle only for what is periodic, no reason where none is."""
    body = {"kind": line["change"], "sub_item": line["sub_item"], "reason": line["why"]}
    if line["text"] is None:
        return body
    text = line["text"] | {"sub_item": line["sub_item"]}
    text |= {name: number(line["text"][name]) for name in ("limit_days", "limit_hours")}
    if not text["reason"]:
        del text["reason"]
    if text["kind"] != "periodic":
        text |= {"cycle": "", "fine_tune": ""}
    return body | {"text": text}


def field_of(pointer: list[str]) -> str:
    """``/lines/0/text/content`` is ``0.content``; the line's own kind is ``0.change``, its reason ``0.why``."""
    if len(pointer) < 3 or pointer[0] != "lines":
        return pointer[-1] if pointer else ""
    if pointer[2] == "text":
        return f"{pointer[1]}.{pointer[3]}" if len(pointer) > 3 else f"{pointer[1]}.content"
    own = {"kind": "change", "reason": "why"}
    return f"{pointer[1]}.{own.get(pointer[2], pointer[2])}"


PAGES = [
    Page("GET", "/organisations/{organisation}/changes/new", new, person=True),
    Page("POST", "/organisations/{organisation}/changes/new", send_new, person=True),
    Page("GET", "/changes/{change}/revision", again, person=True),
    Page("POST", "/changes/{change}/revision", send_again, person=True),
]
