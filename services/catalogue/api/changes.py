"""HTTP to changes of a catalogue in force: request, approve or refuse, and the chain of the four steps (CAT-16 to 19).

The audit and the county's receipt are audit's to take, the announcement publication's.
"""

from sqlalchemy import RowMapping

from services.catalogue.api.change_pages import Act, ChangeBody, ChangePage, ChangeRow, ChangeStage, RefusalBody, Step
from services.catalogue.api.pages import BoundChange
from services.catalogue.api.parts import Parts
from services.catalogue.api.reach import knows_of
from services.catalogue.domain.catalogue import CATALOGUE, Catalogue, FreeItems, LodgeItems
from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_commands import ApproveChange, RefuseChange, RequestChange
from services.catalogue.domain.change_lines import Basis, unit_of
from services.catalogue.domain.change_state import Change
from services.catalogue.domain.codes import category_of
from services.catalogue.events import ChangeRequested
from services.catalogue.views.catalogues import sees_all
from services.catalogue.views.change_steps import ANNOUNCEMENT, APPROVAL, AUDIT, FILING
from shared.decider import Refused
from shared.handling import Do
from shared.policy import Acting
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.web.reader import Reading

NAMES = {APPROVAL: "approval", AUDIT: "audit", FILING: "filing", ANNOUNCEMENT: "announcement"}
DONE = {"approved": 1, "audited": 2, "filed": 3, "announced": 4}
FILED = frozenset({"audited", "filed", "announced"})  # the county has it for the record from the audit on
WAITING = {"requested": 1, "returned": 1, "approved": 2, "audited": 3, "filed": 4}


def add(router: Api, parts: Parts) -> None:
    _requesting(router, parts)
    _deciding(router, parts)
    _reading(router, parts)


def _requesting(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/changes", action="change.request", status_code=201)
    def request_change(organisation: str, body: ChangeBody, desk: CommandDesk) -> Done:
        """Of one item or several of one unit: by the organisation itself, or by the unit in charge."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        return desk.earlier() or _asked(parts, desk, acting, desk.new_id(), organisation, body)

    @router.post("/changes/{change}/revision", action="change.request", versioned=True)
    def revise_change(change: str, body: ChangeBody, desk: CommandDesk) -> Done:
        """Asked for anew, after the town's audit has returned it."""
        acting, state = _of_change(parts, desk, change)
        return desk.earlier() or _asked(parts, desk, acting, change, state.request.organisation, body)


def _asked(parts: Parts, desk: CommandDesk, acting: Acting, change: str, organisation: str, body: ChangeBody) -> Done:
    """The request and its hold on the items are one: of two who want the same item, one gets it."""
    town = parts.organisation(organisation).town
    catalogue: Catalogue = parts.handler.state(CATALOGUE, organisation)[1]
    basis = Basis(
        organisation,
        catalogue,
        body.base_version,
        parts.deciding_on(organisation, town, desk.today),
        parts.town(town).channels(desk.today),
    )
    drafts = tuple(line.draft() for line in body.lines)
    committee = parts.behind(organisation, town, desk.today)
    command = RequestChange(
        change, town, drafts, basis, body.reason, committee, acting.organisation, acting.person, desk.today
    )
    lodge = LodgeItems(change, tuple(f"{organisation}/{draft.sub_item}" for draft in drafts))
    dos = (Do(CHANGE, change, command), Do(CATALOGUE, organisation, lodge))
    return desk.handle(*dos, acting=acting, town=town, result={"change": change})


def _deciding(router: Api, parts: Parts) -> None:
    @router.post("/changes/{change}/approval", action="change.approve", versioned=True)
    def approve_change(change: str, desk: CommandDesk) -> Done:
        """By the unit in charge, on behalf of the town committee (A-02); then the town audits it."""
        acting, state = _of_change(parts, desk, change)
        command = ApproveChange(acting.organisation, _in_charge(parts, desk, state), acting.person, desk.today)
        return desk.handle(Do(CHANGE, change, command), acting=acting, town=state.request.town)

    @router.post("/changes/{change}/refusal", action="change.approve", versioned=True)
    def refuse_change(change: str, body: RefusalBody, desk: CommandDesk) -> Done:
        """By the unit in charge; if several are by now, by any of them: each then decides on a change of its own."""
        acting, state = _of_change(parts, desk, change)
        unit, by, units = acting.organisation, acting.person, _deciding_today(parts, desk, state.request)
        in_charge = unit if unit in units else _in_charge(parts, desk, state)
        command = RefuseChange(body.reason, unit, in_charge, by, desk.today)
        free = Do(CATALOGUE, state.request.organisation, FreeItems(change))
        return desk.handle(Do(CHANGE, change, command), free, acting=acting, town=state.request.town)


def _of_change(parts: Parts, desk: CommandDesk, change: str) -> tuple[Acting, Change]:
    """Who may not read it does not learn from a refusal that there is such a change (CAT-16, ORG-16)."""
    state: Change = parts.handler.state(CHANGE, change)[1]
    known = state.requested
    place = (known.organisation, known.town) if known else ("", "")
    units = _deciding_today(parts, desk, known) | {known.unit} if known else set()
    knows = knows_of("change.read", desk.standing, *place, units, filed=state.stage in FILED)
    acting = desk.may(*place, hidden=not knows)
    if known is None or not knows:
        raise _nothing()
    return acting, state


def _deciding_today(parts: Parts, desk: CommandDesk, request: ChangeRequested) -> set[str]:
    deciding = parts.deciding_on(request.organisation, request.town, desk.today)
    return {deciding.get(category_of(line.sub_item), "") for line in request.lines}


def _in_charge(parts: Parts, desk: CommandDesk, state: Change) -> str:
    """The unit in charge today: the division may have changed since the request."""
    request = state.request
    return unit_of(request.lines, parts.deciding_on(request.organisation, request.town, desk.today))


def _reading(router: Api, parts: Parts) -> None:
    @router.get("/changes", action="change.read")
    def changes(reader: Reader, organisation: str = "", town: str = "", stage: ChangeStage = "") -> Page[ChangeRow]:
        """Of one organisation, or of a town; the latest first."""
        known = parts.register.organisation(organisation) if organisation else None
        place = known.town if known else town
        reader.may(organisation if known else "", place, hidden=True)
        if organisation and known is None:
            raise _nothing()
        listed = parts.changes.listed(organisation=organisation, town=place, stage=stage)
        rows = [row for row in listed if _may_know(reader, row)]
        pages = (ChangeRow.model_validate(_fields(row)) for row in rows)
        return reader.page(pages, lambda row: (row.requested_on, row.change), descending=True)

    @router.get("/changes/{change}", action="change.read")
    def change(change: str, reader: Reader) -> ChangePage:
        """The chain: who took which step, in which post, on which day, and what is due when."""
        row = parts.changes.one(change)
        if row is None:
            reader.may(hidden=True)
            raise _nothing()
        reader.may(row["organisation"], row["town"], hidden=True)
        if not _may_know(reader, row):
            raise _nothing()
        return ChangePage.model_validate(_fields(row) | {"steps": _steps(parts, row)})

    @router.get("/organisations/{organisation}/catalogue/changes", action="catalogue.read")
    def bound_changes(organisation: str, reader: Reader) -> list[BoundChange]:
        """What was changed, revoked or terminated and why, of the items that the asker may know of."""
        reader.may(organisation)
        town = parts.organisation(organisation).town
        return bound_of(parts, organisation, town, reader.audiences)


def _may_know(reader: Reading, row: RowMapping) -> bool:
    """A unit of the county knows of what it decides on, the county of what was filed, and of no others (ORG-16)."""
    place, filed = (row["organisation"], row["town"]), row["stage"] in FILED
    return knows_of("change.read", reader.standing, *place, (row["unit"],), filed=filed)


def bound_of(parts: Parts, organisation: str, town: str, audiences: frozenset[str] | None) -> list[BoundChange]:
    """Those that these audiences may know of; all for who works on the catalogue or oversees it."""
    whole = audiences is None or sees_all({"organisation": organisation, "town": town}, audiences)
    known = None if whole else audiences
    rows = parts.changes.bound_of(organisation, known)
    return [BoundChange.model_validate({name: row[name] for name in BoundChange.model_fields}) for row in rows]


def _fields(row: RowMapping) -> dict[str, object]:
    return {name: row[name] for name in ChangeRow.model_fields}


def _steps(parts: Parts, row: RowMapping) -> list[Step]:
    acts, dues = parts.changes.steps_of(row["change"])
    owed = {due["step"]: {name: due[name] for name in ("due", "moves", "overdue_from")} for due in dues}
    return [
        Step.model_validate(
            {
                "number": number,
                "name": name,
                "state": _state(number, row["stage"]),
                "acts": [_act(parts, act) for act in acts if act["step"] == number],
            }
            | owed.get(number, {})
        )
        for number, name in NAMES.items()
    ]


def _state(number: int, stage: str) -> str:
    if number <= DONE.get(stage, 0):
        return "done"
    return "waiting" if WAITING.get(stage) == number else "to come"


def _act(parts: Parts, act: RowMapping) -> Act:
    person = parts.register.person(act["person"]) if act["person"] else None
    names = {"name_zh": person.name_zh if person else "", "name_en": person.name_en if person else ""}
    known = {name: act[name] for name in Act.model_fields if name not in names}
    return Act.model_validate(known | names)


def _nothing() -> Refused:
    return Refused("NOT_FOUND", "There is no such thing here.")
