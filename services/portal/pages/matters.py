"""Staged work (逐段公开): its plan with milestones, what each day asks for, and the summary that closes it.

Opened, re-planned, told as reached or ended, and closed by forms (PUB-26 to PUB-28). Start at :func:`matter`.
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.i18n import mark as _
from services.portal.pages import Page, organisation_names, rows
from services.portal.pages.typed import (
    EMPTY,
    beside,
    duty_raised,
    filled,
    must_be_filled,
    today,
    typed_rows,
    whole,
)
from services.portal.visit import Visit

ROWS, MORE_ROWS, ROWS_MAX = 4, 4, 40
WRITERS = ("clerk", "secretary")
Form = dict[str, Any]
FIELDS = {
    "item": _("Catalogue item"),
    "title": _("What the work is called"),
    "title_en": _("The same in English"),
    "starts": _("Begins"),
    "ends": _("Planned to end"),
    "milestones": _("Milestones"),
    "moved": _("Milestones still to come"),
    "added": _("Further milestones"),
    "reason": _("Reason"),
    "on": _("Day"),
}


async def matters(visit: Visit) -> Response:
    """The staged work of an organisation: under way, ended, closed."""
    name = visit.path("organisation")
    found = await visit.ask("publication", "/matters", organisation=name, cursor=visit.sent("cursor"), limit="50")
    return visit.page(
        "matters.html",
        organisation=await place(visit, name),
        matters=rows(found),
        next=found.get("next"),
        writes=visit.holds(*WRITERS, organisation=name),
    )


async def place(visit: Visit, organisation: str) -> dict[str, Any]:
    return dict(await visit.ask("catalogue", f"/organisations/{organisation}"))


async def items_of(visit: Visit, organisation: str, kind: str) -> list[tuple[str, str]]:
    """The items of a kind in the organisation's catalogue, for choosing one."""
    found = rows(await visit.ask_softly("catalogue", f"/organisations/{organisation}/catalogue"))
    of_kind = [item for item in found if item.get("kind") == kind]
    return [(str(item["id"]), f"{item['sub_item']} {visit.language.name(item, 'title')}") for item in of_kind]


async def matter(visit: Visit, refusal: Refusal | None = None) -> Response:
    found = await on_plan(visit)
    return visit.page(
        "matter.html",
        refusal.status if refusal else 200,
        matter=found,
        names=await organisation_names(visit),
        writes=visit.holds(*WRITERS, organisation=found["organisation"]),
        refusal=refusal,
    )


async def on_plan(visit: Visit) -> dict[str, Any]:
    return dict(await visit.ask("publication", f"/matters/{visit.path('matter')}"))


def field_names(visit: Visit, parts: list[dict[str, str]], found: Form | None = None) -> dict[str, str]:
    """What the fields are called where a refusal lists them."""
    text = visit.language.text
    names = {name: text(words) for name, words in FIELDS.items()}
    for number, part in enumerate(parts, start=1):
        milestone = text(_("Milestone %(n)s"), n=number)
        names |= {f"{part['field']}.name": milestone, f"{part['field']}.on": f"{milestone}: {text(_('Planned for'))}"}
    return names | {f"moved.{part['number']}": f"{part['number']}. {part['name']}" for part in waiting(found or {})}


# --- opening ---


async def new(visit: Visit, refusal: Refusal | None = None) -> Response:
    name, parts = visit.path("organisation"), typed_rows(visit, "milestones", _row_count(visit))
    return visit.page(
        "matter_new.html",
        refusal.status if refusal else 200,
        organisation=await place(visit, name),
        items=await items_of(visit, name, "staged"),
        parts=parts,
        field_names=field_names(visit, parts),
        refusal=refusal,
    )


async def open_matter(visit: Visit) -> Response:
    if visit.sent("more"):
        return await new(visit)
    parts = filled(typed_rows(visit, "milestones", _row_count(visit, more=False)))
    body: Form = {name: visit.sent(name) for name in ("item", "title", "title_en", "starts", "ends")}
    try:
        must_be_filled(visit, "item", "title", "starts", "ends")
        must_be_whole(parts, "milestones")
        done = await visit.send("publication", "/matters", body | {"milestones": _told(parts)})
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await new(visit, beside(refusal, "matter", lambda way: field_of(way, {"milestones": parts})))
    return visit.see(f"/matters/{done.body['result']['matter']}", done)


def _row_count(visit: Visit, *, more: bool = True) -> int:
    """How many rows the form has; sent for more of them, it comes back with more."""
    typed = visit.sent("rows")
    count = int(typed) if typed.isascii() and typed.isdigit() else ROWS
    return min(count + (MORE_ROWS if more and visit.sent("more") else 0), ROWS_MAX)


def must_be_whole(parts: list[dict[str, str]], group: str, *, needed: bool = True) -> None:
    """A milestone has a name and a day; there is one at least, where they are ``needed``."""
    empty = [f"/{part['field']}.{name}" for part in parts for name in ("name", "on") if not part[name]]
    if needed and not parts:
        empty = [f"/{group}"]
    if empty:
        raise Refusal(422, "MISSING_FIELD", errors=[{"pointer": pointer, "detail": EMPTY} for pointer in empty])


def _told(parts: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"name": part["name"], "on": part["on"]} for part in parts]


def field_of(way: list[str], groups: dict[str, list[dict[str, str]]]) -> str:
    """The form's field that a pointer is about: ``/milestones/0/on`` is the day of the first row that was filled in."""
    if len(way) > 1 and way[0] in groups and way[1].isdigit() and int(way[1]) < len(groups[way[0]]):
        return ".".join((groups[way[0]][int(way[1])]["field"], *way[2:]))
    return way[-1] if way else ""


# --- changing the plan ---


async def replan(visit: Visit, refusal: Refusal | None = None) -> Response:
    found, parts = await on_plan(visit), typed_rows(visit, "added", _row_count(visit))
    return visit.page(
        "matter_replan.html",
        refusal.status if refusal else 200,
        matter=found,
        waiting=waiting(found),
        parts=parts,
        field_names=field_names(visit, parts, found),
        refusal=refusal,
    )


def waiting(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The milestones that have not been reached, which alone may be moved."""
    return [part for part in found.get("milestones", []) if not part["reached"]]


async def save_plan(visit: Visit) -> Response:
    """Only what differs from the plan is sent; the old days stay in sight."""
    if visit.sent("more"):
        return await replan(visit)
    found = await on_plan(visit)
    moved = _moved(visit, found)
    added = filled(typed_rows(visit, "added", _row_count(visit, more=False)))
    body: Form = {"moved": [{"number": m["number"], "on": m["on"]} for m in moved], "added": _told(added)}
    body |= {"reason": visit.sent("reason")}
    if visit.sent("ends") and visit.sent("ends") != found["ends"]:
        body["ends"] = visit.sent("ends")
    groups = {"moved": moved, "added": added}
    try:
        must_be_filled(visit, "reason", *(part["field"] for part in moved))
        must_be_whole(added, "added", needed=False)
        return await _acted(visit, "replan", body)
    except Refusal as refusal:
        return await replan(visit, _shown_again(refusal, lambda way: _planned_field(way, groups)))


def _planned_field(way: list[str], groups: dict[str, list[dict[str, str]]]) -> str:
    return "moved" if way == ["milestones"] else field_of([*way[:2]] if way[:1] == ["moved"] else way, groups)


def _moved(visit: Visit, found: dict[str, Any]) -> list[dict[str, Any]]:
    """The milestones whose day was typed anew."""
    typed = [(part, f"moved.{part['number']}") for part in waiting(found)]
    return [
        {"field": field, "number": part["number"], "on": visit.sent(field)}
        for part, field in typed
        if field in visit.form and visit.sent(field) != part["on"]
    ]


def _shown_again(refusal: Refusal, name_of: Any = None) -> Refusal:
    """For its form; what no form can show is raised."""
    if refusal.status in (401, 404):
        raise refusal
    return beside(refusal, "matter", name_of)


# --- what has happened ---


async def reached(visit: Visit, refusal: Refusal | None = None) -> Response:
    found = await on_plan(visit)
    number = whole(visit.path("number"))
    part = next((part for part in waiting(found) if part["number"] == number), None)
    if part is None:
        return visit.see(f"/matters/{found['matter']}")
    status, names = refusal.status if refusal else 200, field_names(visit, [])
    said = {"on": _day(visit), "refusal": refusal, "field_names": names}
    return visit.page("matter_reached.html", status, matter=found, part=part, **said)


async def tell_reached(visit: Visit) -> Response:
    number = visit.path("number")
    try:
        must_be_filled(visit, "on")
        return await _acted(visit, f"milestones/{number}/reached", {"on": visit.sent("on")}, f"stage/{{}}/{number}")
    except Refusal as refusal:
        return await reached(visit, _shown_again(refusal))


async def ended(visit: Visit, refusal: Refusal | None = None) -> Response:
    found = await on_plan(visit)
    status, names = refusal.status if refusal else 200, field_names(visit, [])
    said = {"on": _day(visit), "refusal": refusal, "field_names": names}
    return visit.page("matter_ended.html", status, matter=found, **said)


async def tell_ended(visit: Visit) -> Response:
    try:
        must_be_filled(visit, "on")
        return await _acted(visit, "end", {"on": visit.sent("on")}, "summary/{}")
    except Refusal as refusal:
        return await ended(visit, _shown_again(refusal))


async def close(visit: Visit) -> Response:
    """Refused while the summary is owed; publishing that closes it by itself (PUB-27)."""
    try:
        return await _acted(visit, "close", {})
    except Refusal as refusal:
        return await matter(visit, _shown_again(refusal))


def _day(visit: Visit) -> str:
    return visit.sent("on") if visit.request.method == "POST" else today(visit)


async def _acted(visit: Visit, step: str, body: Form, duty: str = "") -> Response:
    """One step, and back to the plan, once the ``duty`` that follows from it is there."""
    name = visit.path("matter")
    done = await visit.send("publication", f"/matters/{name}/{step}", body, version=visit.sent("version"))
    if duty:
        found = await visit.ask_softly("publication", f"/matters/{name}") or {}
        await duty_raised(visit, f"{found.get('item', '')}/{duty.format(name)}")
    return visit.see(f"/matters/{name}", done)


PAGES = [
    Page("GET", "/organisations/{organisation}/matters", matters, person=True),
    Page("GET", "/organisations/{organisation}/matters/new", new, person=True),
    Page("POST", "/organisations/{organisation}/matters/new", open_matter, person=True),
    Page("GET", "/matters/{matter}", matter, person=True),
    Page("GET", "/matters/{matter}/replan", replan, person=True),
    Page("POST", "/matters/{matter}/replan", save_plan, person=True),
    Page("GET", "/matters/{matter}/milestones/{number}/reached", reached, person=True),
    Page("POST", "/matters/{matter}/milestones/{number}/reached", tell_reached, person=True),
    Page("GET", "/matters/{matter}/end", ended, person=True),
    Page("POST", "/matters/{matter}/end", tell_ended, person=True),
    Page("POST", "/matters/{matter}/close", close, person=True),
]
