"""HTTP to plans for matters outside the catalogue: submit, decide, and the town's register of them (CAT-12)."""

from typing import Any

from services.catalogue.api.parts import Parts
from services.catalogue.api.plan_pages import (
    ApprovalBody,
    PlanBody,
    PlanPage,
    PlanRefusalBody,
    PlanStage,
    SecrecyRefusalBody,
    suggestion_of,
)
from services.catalogue.api.reach import knows_of
from services.catalogue.domain.plan import (
    PLAN,
    ApprovePlan,
    Decision,
    Limits,
    Plan,
    RefusePlan,
    RefusePlanForSecrecy,
    SubmitPlan,
    decision_due,
    plan_id,
)
from services.catalogue.events import PlanSubmitted, PlanTerms
from services.catalogue.views.plans import Row
from shared.decider import Refused
from shared.fields import VersionNumber
from shared.handling import Do
from shared.policy import Acting, permits
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.web.desk import Desk
from shared.web.reader import Reading

NUMBER_ATTEMPTS_MAX = 50
PATH = "/organisations/{organisation}/plans"


def add(router: Api, parts: Parts) -> None:
    _submitting(router, parts)
    _deciding(router, parts)
    _asking(router, parts)


def _submitting(router: Api, parts: Parts) -> None:
    @router.post(PATH, action="plan.submit", status_code=201)
    def submit_plan(organisation: str, body: PlanBody, desk: CommandDesk) -> Done:
        """To the unit in charge of its category; ``result`` says which that is, and by when it decides (P-16)."""
        state = parts.organisation(organisation)
        desk.may(organisation, state.town)
        return desk.earlier() or _numbered(parts, desk, organisation, state.town, body)


def _numbered(parts: Parts, desk: Desk, organisation: str, town: str, body: PlanBody) -> Done:
    """Under the organisation's next number; whoever loses a race for one takes the number after."""
    acting, first = desk.may(organisation, town), parts.plans.last_number(organisation) + 1
    in_charge, draft = parts.deciding_on(organisation, town, desk.today), body.draft()
    channels, committee = parts.town(town).channels(desk.today), parts.behind(organisation, town, desk.today)
    for number in range(first, first + NUMBER_ATTEMPTS_MAX):
        command = SubmitPlan(
            organisation, town, number, committee, in_charge, draft, desk.standing.person, desk.today, channels
        )
        due = parts.register.calendar().add(desk.today, _workdays(_limits(parts, desk, town), urgent=draft.urgent))
        result = {
            "plan": plan_id(organisation, number),
            "number": number,
            "unit": in_charge.get(draft.category, ""),
            "decision_due": due.due.isoformat(),
        }
        try:
            return desk.handle(
                Do(PLAN, plan_id(organisation, number), command), acting=acting, town=town, result=result
            )
        except Refused as taken:
            if taken.code != "VERSION_CONFLICT":
                raise
    raise Refused("BUSY", "Too many plans at once.", "the same a moment later")


def _workdays(limits: Limits, *, urgent: bool) -> int:
    return limits.urgent if urgent else limits.ordinary


def _limits(parts: Parts, caller: Desk | Reading, town: str) -> Limits:
    ordinary, urgent = (parts.register.parameter(town, p, caller.now) for p in ("P-16", "P-16.urgent"))
    return Limits(ordinary, urgent)


def _deciding(router: Api, parts: Parts) -> None:
    one = f"{PATH}/{{number}}"

    @router.post(f"{one}/secrecy-refusal", action="plan.review", versioned=True)
    def refuse_plan_for_secrecy(
        organisation: str, number: VersionNumber, body: SecrecyRefusalBody, desk: CommandDesk
    ) -> Done:
        """By the organisation's reviewer; the words are destroyed, and nowhere found again (PUB-35)."""
        submitted = _plan(parts, organisation, number)
        acting = desk.may(organisation, submitted.town, hidden=True)
        command = RefusePlanForSecrecy(desk.standing.person, body.ground, body.citation, desk.today)
        return desk.handle(Do(PLAN, submitted.plan, command), acting=acting, town=submitted.town)

    @router.post(f"{one}/approval", action="plan.decide", versioned=True)
    def approve_plan(organisation: str, number: VersionNumber, body: ApprovalBody, desk: CommandDesk) -> Done:
        """By the unit in charge; from then on the matter is an item in force, and its conditions bind."""
        acting, submitted = _to_decide(parts, desk, _plan(parts, organisation, number))
        decision = _decision(parts, desk, submitted, acting.organisation)
        command = ApprovePlan(decision, tuple(condition.condition() for condition in body.conditions))
        result = {"item": submitted.plan}
        return desk.handle(Do(PLAN, submitted.plan, command), acting=acting, town=submitted.town, result=result)

    @router.post(f"{one}/refusal", action="plan.decide", versioned=True)
    def refuse_plan(organisation: str, number: VersionNumber, body: PlanRefusalBody, desk: CommandDesk) -> Done:
        """With the reason: REASON_REQUIRED without."""
        acting, submitted = _to_decide(parts, desk, _plan(parts, organisation, number))
        command = RefusePlan(_decision(parts, desk, submitted, acting.organisation), body.reason)
        return desk.handle(Do(PLAN, submitted.plan, command), acting=acting, town=submitted.town)


def _plan(parts: Parts, organisation: str, number: int) -> PlanSubmitted:
    state: Plan = parts.handler.state(PLAN, plan_id(organisation, number))[1]
    if state.submitted is None:
        raise _nothing()
    return state.submitted


def _to_decide(parts: Parts, desk: Desk, submitted: PlanSubmitted) -> tuple[Acting, PlanSubmitted]:
    """Who may not read it does not learn from a refusal that there is such a plan (CAT-12)."""
    place = (submitted.organisation, submitted.town)
    acting = desk.may(*place, hidden=not permits("plan.read", desk.standing, *place))
    in_charge = parts.deciding_on(*place, desk.today).get(submitted.terms.category, "")
    if not knows_of("plan.read", desk.standing, *place, (submitted.unit, in_charge)):
        raise _nothing()
    return acting, submitted


def _decision(parts: Parts, desk: Desk, submitted: PlanSubmitted, unit: str) -> Decision:
    return Decision(
        by=desk.standing.person,
        unit=unit,
        in_charge=parts.deciding_on(submitted.organisation, submitted.town, desk.today),
        limits=_limits(parts, desk, submitted.town),
        calendar=parts.register.calendar(),
        on=desk.today,
    )


def _asking(router: Api, parts: Parts) -> None:
    @router.get(PATH, action="plan.read")
    def plans(organisation: str, reader: Reader, stage: PlanStage = "") -> Page[PlanPage]:
        """An organisation's own plans."""
        known = parts.register.organisation(organisation)
        reader.may(organisation, known.town if known else "", hidden=True)
        rows = _theirs(reader, parts.plans.listed(organisation=organisation, stage=stage))
        return reader.page((_page(parts, reader, row) for row in rows), lambda page: page.number)

    @router.get(f"{PATH}/{{number}}", action="plan.read")
    def plan(organisation: str, number: VersionNumber, reader: Reader) -> PlanPage:
        """With the reckoning of the day for its decision; the ETag goes into the decision's If-Match."""
        known = parts.register.organisation(organisation)
        reader.may(organisation, known.town if known else "", hidden=True)
        found = parts.plans.one(plan_id(organisation, number))
        row = next(iter(_theirs(reader, [found] if found else [])), None)
        if row is None:
            raise _nothing()
        reader.etag(row["stream_version"])
        return _page(parts, reader, row)

    @router.get("/towns/{town}/plans", action="plan.read")
    def register(town: str, reader: Reader, stage: PlanStage = "") -> Page[PlanPage]:
        """The town's register of matters outside the catalogue, each with what might become an item of it."""
        reader.may(town=town)
        rows = _theirs(reader, parts.plans.listed(town=town, stage=stage))
        return reader.page((_page(parts, reader, row) for row in rows), lambda p: (p.organisation, p.number))


def _theirs(reader: Reading, rows: list[Row]) -> list[Row]:
    """An officer of the county's units sees of a town's plans those that the unit decides on, and no others (A-02)."""
    standing = reader.standing
    return [r for r in rows if knows_of("plan.read", standing, r["organisation"], r["town"], (r["unit"],))]


def _nothing() -> Refused:
    return Refused("NOT_FOUND", "There is no such thing here.")


def _page(parts: Parts, reader: Reading, row: Row) -> PlanPage:
    """While it is open the day for the decision is reckoned anew; once decided it stays as it was."""
    terms = PlanTerms.model_validate(row["terms"])
    limits, calendar = _limits(parts, reader, row["town"]), parts.register.calendar()
    reckoned = decision_due(terms, row["submitted_on"], limits, calendar)
    more: dict[str, Any] = {
        "terms": terms,
        "due": row["due"] or reckoned.due,
        "provisional": reckoned.provisional and row["due"] is None,
        "reckoning": [{"day": d.day, "kind": d.kind, "count": d.count} for d in reckoned.days],
        "overdue": row["stage"] == "submitted" and reader.today > reckoned.due,
        "suggestion": suggestion_of(row, terms),
    }
    return PlanPage.model_validate({**row, **more})
