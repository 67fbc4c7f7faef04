"""The regular appraisals by members as a schedule: what a year owes, what is planned, held and published (PUB-21).

An organisation's own page for its desk and its members; a town's for those who oversee it.
"""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.i18n import mark as _
from services.portal.pages import Page, organisation_names, rows
from services.portal.pages.steps import Entry, Step, form, unanswerable
from services.portal.pages.typed import beside, number, today
from services.portal.visit import Visit

ABOUT = "appraisal"
KEEPERS = ("clerk", "secretary")
OFFICE = "leading-group-office"  # which schedules for every organisation of its town
PLACE = "/organisations/{organisation}/appraisals"


def _year(visit: Visit) -> str:
    typed = visit.sent("year")
    return typed if typed.isdigit() and len(typed) == 4 else today(visit)[:4]


async def of_organisation(visit: Visit) -> Response:
    place, year = visit.path("organisation"), _year(visit)
    found = rows(await visit.ask("audit", "/appraisals", organisation=place, year=year))
    keeps = visit.holds(*KEEPERS, organisation=place) or visit.holds(OFFICE)
    return await _page(visit, found, year, place, keeps=keeps)


async def of_town(visit: Visit) -> Response:
    found = rows(await visit.ask("audit", "/appraisals", town=visit.path("town"), year=_year(visit)))
    return await _page(visit, found, _year(visit), "", keeps=False)


async def _page(visit: Visit, found: list[dict[str, Any]], year: str, place: str, *, keeps: bool) -> Response:
    names, before = await organisation_names(visit), int(year) - 1
    around: dict[str, Any] = {"year": year, "before": before, "after": before + 2, "today": today(visit)}
    return visit.page("appraisals.html", organisation=place, found=found, keeps=keeps, names=names, **around)


async def step(visit: Visit, refusal: Refusal | None = None) -> Response:
    """Scheduling, calling off, or saying which disclosure has shown the results."""
    name, place, year = visit.path("step"), visit.path("organisation"), visit.path("year")
    of_year = rows(await visit.ask("audit", "/appraisals", organisation=place, year=year))
    known = of_year[0] if of_year else {}
    if name not in FIELDS or (name != "new" and not _standing(known, visit.path("number"))):
        raise Refusal(404, "NOT_FOUND")
    back = (f"/organisations/{place}/appraisals?year={year}", visit.language.text(_("Appraisals of members")))
    return form(visit, await _form(visit, name, back, str(known.get("version", ""))), refusal)


def _standing(known: dict[str, Any], number_of: str) -> bool:
    return any(str(a["number"]) == number_of and not a["cancelled"] for a in known.get("appraisals", []))


async def _form(visit: Visit, name: str, back: tuple[str, str], version: str) -> Step:
    match name:
        case "new":
            days = (Entry("opens", _("First day"), "date"), Entry("closes", _("Last day"), "date"))
            lead = _("Within the year, from today on, and not while another is open.")
            return Step(_("Schedule an appraisal"), _("Schedule it"), back, days, lead)
        case "cancellation":
            reason = Entry("reason", _("Reason"), "rows", max=500)
            lead = _("Until it has opened. What has begun is held.")
            return Step(_("Call the appraisal off"), _("Call it off"), back, (reason,), lead, version)
        case _:
            which = Entry("disclosure", _("Disclosure with the results"), "choice", options=await _shown(visit))
            lead = _("It has shown the results to the members after the last day of the appraisal.")
            return Step(_("Name the published results"), _("Record it"), back, (which,), lead, version)


async def _shown(visit: Visit) -> list[tuple[str, str]]:
    """What the organisation has disclosed, the latest first."""
    found = await visit.ask_softly("publication", "/shown", organisation=visit.path("organisation"), limit="50")
    listed = [(row["disclosure"], f"{row['title']} · {visit.language.day(row['shown_from'])}") for row in rows(found)]
    return listed or [("", "–")]


FIELDS = {"new": ("opens", "closes"), "cancellation": ("reason",), "results": ("disclosure",)}


async def act(visit: Visit) -> Response:
    name, place, year = visit.path("step"), visit.path("organisation"), visit.path("year")
    if name not in FIELDS:
        raise Refusal(404, "NOT_FOUND")
    body: dict[str, Any] = {field: visit.sent(field) for field in FIELDS[name]}
    path = f"/organisations/{place}/appraisals"
    body |= {"year": number(year)} if name == "new" else {}
    way = path if name == "new" else f"{path}/{year}/{visit.path('number')}/{name}"
    try:
        done = await visit.send("audit", way, body, version=visit.sent("version"))
    except Refusal as refusal:
        if unanswerable(refusal):
            raise
        return await step(visit, beside(refusal, ABOUT))
    return visit.see(f"{path}?year={year}", done)


async def new(visit: Visit) -> Response:
    visit.request.path_params["step"] = "new"
    return await (act(visit) if visit.request.method == "POST" else step(visit))


PAGES = [
    Page("GET", PLACE, of_organisation, person=True),
    Page("GET", "/towns/{town}/appraisals", of_town, person=True),
    Page("GET", f"{PLACE}/{{year}}/new", new, person=True),
    Page("POST", f"{PLACE}/{{year}}/new", new, person=True),
    Page("GET", f"{PLACE}/{{year}}/{{number}}/{{step}}", step, person=True),
    Page("POST", f"{PLACE}/{{year}}/{{number}}/{{step}}", act, person=True),
]
