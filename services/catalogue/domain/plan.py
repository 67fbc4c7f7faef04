"""A matter outside the catalogue: a work plan goes to the unit in charge of its category, which decides it (CAT-12).

The unit decides on behalf of the town committee (A-02) within P-16, by a person who did not submit the plan; what is
approved, with or without conditions, is an item in force. Read ``decide`` for what may be asked.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, assert_never, get_args

from services.catalogue.domain import codes
from services.catalogue.domain.item import ItemDraft, audiences_of, must_say_nothing_personal
from services.catalogue.domain.template import must_be_in_charge
from services.catalogue.events.plans import (
    Condition,
    ConditionKind,
    PlanApproved,
    PlanDecisionFellOverdue,
    PlanEvent,
    PlanFact,
    PlanRefused,
    PlanSecrecyRefused,
    PlanSubmitted,
    PlanTerms,
)
from shared.decider import Decider, Refused
from shared.workdays import Calendar, Reckoning

SECRECY_GROUNDS = (
    "state-secret",
    "party-secret",
    "other-regulation",
    "personal-privacy",
    "case-under-investigation",
    "business-secret",
    "deliberation",
)
Stage = Literal["unknown", "submitted", "approved", "refused", "secrecy-refused"]


@dataclass(frozen=True)
class PlanDraft:
    """What the organisation writes, blanks and all. ``names``: persons whom the matter names."""

    category: str = ""
    title: str = ""
    content: str = ""
    reason: str = ""
    scope: str = ""
    audience_inside: str = ""
    audience_outside: str = ""
    methods: tuple[str, ...] = ()
    kind: str = "immediate"
    limit_days: int = 0
    trigger: date | None = None
    urgent: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Working days for the decision: P-16, and P-16.urgent for what cannot wait."""

    ordinary: int = 5
    urgent: int = 1


@dataclass(frozen=True)
class SubmitPlan:
    """``number`` is the next of the organisation's plans; ``in_charge`` the town's division on that day."""

    organisation: str
    town: str
    number: int
    on_behalf_of: str
    in_charge: Mapping[str, str]
    draft: PlanDraft
    by: str
    on: date
    channels: codes.Channels = field(default_factory=codes.Channels)


@dataclass(frozen=True)
class RefusePlanForSecrecy:
    by: str
    ground: str
    citation: str
    on: date


@dataclass(frozen=True)
class Decision:
    """Who decides, for which unit, and what the day for it was reckoned with."""

    by: str
    unit: str
    in_charge: Mapping[str, str]
    limits: Limits
    calendar: Calendar
    on: date


@dataclass(frozen=True)
class ApprovePlan:
    decision: Decision
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class RefusePlan:
    decision: Decision
    reason: str


@dataclass(frozen=True)
class MarkDecisionOverdue:
    """``due`` as it is reckoned today."""

    due: date
    today: date


PlanCommand = SubmitPlan | RefusePlanForSecrecy | ApprovePlan | RefusePlan | MarkDecisionOverdue


@dataclass(frozen=True)
class Plan:
    """``overdue`` is the due day for which it was last told that nobody had decided."""

    stage: Stage = "unknown"
    submitted: PlanSubmitted | None = None
    overdue: date | None = None
    conditions: tuple[Condition, ...] = ()


def plan_id(organisation: str, number: int) -> str:
    """Of the plan, and of the item that its matter is once it is approved."""
    return f"{organisation}/plan-{number}"


def decision_due(terms: PlanTerms, on: date, limits: Limits, calendar: Calendar) -> Reckoning:
    """The day by which a plan submitted ``on`` is decided, with its reckoning (P-16)."""
    return calendar.add(on, limits.urgent if terms.urgent else limits.ordinary)


def decide(plan: Plan, command: PlanCommand) -> list[PlanEvent]:
    match command:
        case SubmitPlan():
            return submit_plan(plan, command)
        case RefusePlanForSecrecy():
            return refuse_plan_for_secrecy(plan, command)
        case ApprovePlan():
            return approve_plan(plan, command)
        case RefusePlan():
            return refuse_plan(plan, command)
        case MarkDecisionOverdue():
            return mark_decision_overdue(plan, command)
        case _:
            assert_never(command)


def submit_plan(plan: Plan, command: SubmitPlan) -> list[PlanEvent]:  # CAT-12
    if plan.submitted:
        next_number = command.number + 1
        raise Refused("VERSION_CONFLICT", "Another plan took this number.", accepted=str(next_number))
    draft = command.draft
    terms = _terms(draft, command.channels)
    unit = command.in_charge.get(draft.category, "")
    if not unit:
        detail = f"No unit is in charge of {draft.category}."
        raise Refused("CATEGORY_UNASSIGNED", detail, "a division", "/category")
    return [
        PlanSubmitted(
            plan=plan_id(command.organisation, command.number),
            town=command.town,
            organisation=command.organisation,
            number=command.number,
            unit=unit,
            on_behalf_of=command.on_behalf_of,
            title=draft.title.strip(),
            content=draft.content.strip(),
            reason=draft.reason.strip(),
            names=_listed(draft.names),
            terms=terms,
            submitted_by=command.by,
            on=command.on,
        )
    ]


def _terms(draft: PlanDraft, channels: codes.Channels) -> PlanTerms:
    """Complete like an item: title, content, scope, methods, time limit, and the reason for being outside."""
    if draft.category not in codes.CATEGORIES:
        code = "UNKNOWN_CODE" if draft.category else "MISSING_FIELD"
        raise Refused(code, "A plan belongs to one category.", "C1 to C8", "/category")
    for name in ("title", "content"):
        if not getattr(draft, name).strip():
            raise Refused("MISSING_FIELD", f"A plan has a {name}.", pointer=f"/{name}")
    if not draft.reason.strip():
        raise Refused("REASON_REQUIRED", "Why is it made public outside the catalogue?", pointer="/reason")
    must_say_nothing_personal(draft, ("title", "content", "reason"))  # PUB-31
    if draft.kind != "immediate":
        code = "UNKNOWN_CODE" if draft.kind else "MISSING_FIELD"
        detail = "What is outside the catalogue is made public once, at once: its time limit is immediate."
        raise Refused(code, detail, "immediate", "/kind")
    fields = ("content", "scope", "audience_inside", "audience_outside", "methods", "kind", "limit_days")
    inside, outside = audiences_of(ItemDraft("The plan", **{n: getattr(draft, n) for n in fields}), channels)
    return PlanTerms.model_validate(
        {
            "category": draft.category,
            "scope": draft.scope,
            "audience_inside": inside,
            "audience_outside": outside,
            "methods": tuple(dict.fromkeys(draft.methods)),
            "limit_days": draft.limit_days,
            "trigger": draft.trigger,
            "urgent": draft.urgent,
        }
    )


def refuse_plan_for_secrecy(plan: Plan, command: RefusePlanForSecrecy) -> list[PlanEvent]:  # PUB-35, CAT-14
    """By the reviewer, at any time before the decision: the words are forgotten, the ground stands."""
    submitted = _undecided(plan, command.by)
    if command.ground not in SECRECY_GROUNDS:
        raise Refused("REASON_REQUIRED", "Name a ground.", accepted=", ".join(SECRECY_GROUNDS), pointer="/ground")
    if not command.citation.strip():
        raise Refused("REASON_REQUIRED", "Cite the rule that the ground stands on.", pointer="/citation")
    must_say_nothing_personal(command, ("citation",))
    return [
        PlanSecrecyRefused(
            **_names(submitted),
            ground=command.ground,
            citation=command.citation.strip(),
            reviewer=command.by,
            digest=digest_of(submitted),
            on=command.on,
        )
    ]


def digest_of(submitted: PlanSubmitted) -> str:
    """Knows the same words again."""
    words = [submitted.title, submitted.content, submitted.reason]
    return "sha256:" + hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def approve_plan(plan: Plan, command: ApprovePlan) -> list[PlanEvent]:
    submitted, told = _deciding(plan, command.decision)
    conditions = tuple(_condition(submitted, c, n) for n, c in enumerate(command.conditions))
    _must_not_name_in_title(submitted, conditions)
    return [PlanApproved(**told, title=submitted.title, terms=submitted.terms, conditions=conditions)]


def _must_not_name_in_title(submitted: PlanSubmitted, conditions: tuple[Condition, ...]) -> None:
    """The title is shown with the disclosure: a name to be masked outside cannot stand in it (CAT-12)."""
    title = _plain(submitted.title)
    if any(_plain(name) in title for condition in conditions for name in condition.names):
        detail = "A name that is to be masked outside stands in the title of the plan."
        raise Refused("CONDITION_NOT_MET", detail, "a refusal, and a plan with another title", "/conditions")


def _plain(text: str) -> str:
    """However it is spaced or typed."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _condition(submitted: PlanSubmitted, condition: Condition, number: int) -> Condition:
    """Each binds by its kind: names must be known, words be said, and what stays inside must have been to go out."""
    at, text = f"/conditions/{number}", condition.text.strip()
    if condition.kind not in get_args(ConditionKind):
        raise Refused("UNKNOWN_CODE", "Not a condition.", ", ".join(get_args(ConditionKind)), f"{at}/kind")
    if condition.kind == "as-stated" and not text:
        raise Refused("MISSING_FIELD", "Say what is asked for.", pointer=f"{at}/text")
    must_say_nothing_personal(condition, ("text",), at)
    names = _listed((*submitted.names, *condition.names)) if condition.kind == "no-names-outside" else ()
    if condition.kind == "no-names-outside" and not names:
        raise Refused("MISSING_FIELD", "Which names must not appear outside?", pointer=f"{at}/names")
    return Condition(kind=condition.kind, text=text, names=names)


def refuse_plan(plan: Plan, command: RefusePlan) -> list[PlanEvent]:
    _, told = _deciding(plan, command.decision)
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "A refusal says why.", pointer="/reason")
    must_say_nothing_personal(command, ("reason",))
    return [PlanRefused(**told, reason=command.reason.strip())]


def mark_decision_overdue(plan: Plan, command: MarkDecisionOverdue) -> list[PlanEvent]:  # P-16
    submitted = plan.submitted
    if submitted is None or plan.stage != "submitted" or command.today <= command.due or plan.overdue == command.due:
        return []
    from_day = command.due + timedelta(days=1)
    return [PlanDecisionFellOverdue(**_names(submitted), due=command.due, from_day=from_day)]


def _deciding(plan: Plan, decision: Decision) -> tuple[PlanSubmitted, dict[str, Any]]:
    """The plan at hand and what either decision says of itself; only the unit in charge decides (ORG-09, A-02)."""
    submitted = _undecided(plan, decision.by)
    category = submitted.terms.category
    must_be_in_charge(decision.unit, f"{category[1:]}.", decision.in_charge)
    due = decision_due(submitted.terms, submitted.on, decision.limits, decision.calendar).due
    return submitted, {
        **_names(submitted),
        "unit": decision.unit,
        "decided_by": decision.by,
        "due": due,
        "late_workdays": decision.calendar.workdays_between(due, decision.on),
        "on": decision.on,
    }


def _undecided(plan: Plan, by: str) -> PlanSubmitted:
    if plan.submitted is None:
        raise Refused("NOT_FOUND", "There is no such plan.")
    if plan.submitted.submitted_by == by:
        accepted = "another person"
        raise Refused("SELF_APPROVAL", "Whoever submitted a plan does not decide on it.", accepted)
    if plan.stage == "secrecy-refused":
        raise Refused("SECRECY_REFUSED", "The plan was refused for secrecy; its words are not kept.")
    if plan.stage != "submitted":
        raise Refused("STEP_OUT_OF_ORDER", f"The plan is {plan.stage} already.", facts={"stage": plan.stage})
    return plan.submitted


def _names(submitted: PlanSubmitted) -> dict[str, Any]:
    return {name: getattr(submitted, name) for name in PlanFact.model_fields}


def _listed(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def evolve(plan: Plan, event: PlanEvent) -> Plan:
    match event:
        case PlanSubmitted():
            return Plan("submitted", event)
        case PlanSecrecyRefused():
            return Plan("secrecy-refused", _forgotten(plan), plan.overdue)
        case PlanApproved():
            return Plan("approved", plan.submitted, plan.overdue, event.conditions)
        case PlanRefused():
            return Plan("refused", plan.submitted, plan.overdue)
        case PlanDecisionFellOverdue():
            return Plan(plan.stage, plan.submitted, event.due)
        case _:
            assert_never(event)


def _forgotten(plan: Plan) -> PlanSubmitted | None:
    """The memory of a service keeps no longer than its journal what was refused for secrecy."""
    blank = {"title": "", "content": "", "reason": "", "names": ()}
    return plan.submitted.model_copy(update=blank) if plan.submitted else None


PLAN: Decider[Plan, PlanCommand, PlanEvent] = Decider("plan", Plan(), decide, evolve)
