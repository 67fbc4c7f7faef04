"""A matter outside the catalogue is made public by a plan that the unit in charge of its category has approved."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.catalogue.domain.plan import (
    PLAN,
    ApprovePlan,
    Decision,
    Limits,
    MarkDecisionOverdue,
    Plan,
    PlanCommand,
    PlanDraft,
    RefusePlan,
    RefusePlanForSecrecy,
    SubmitPlan,
    decision_due,
)
from services.catalogue.events import (
    Condition,
    PlanApproved,
    PlanDecisionFellOverdue,
    PlanEvent,
    PlanRefused,
    PlanSecrecyRefused,
    PlanSubmitted,
)
from shared.calendars import load_all
from shared.decider import Refused
from shared.testing import scenario
from shared.workdays import Calendar, CalendarYear
from tests.catalogue.facts import UNITS

JUL_6, JUL_7, JUL_13 = date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 13)
CALENDAR = load_all()
FLOOD = PlanDraft(
    category="C6",
    title="防汛救灾捐款收支",
    content="捐款收入、发放对象和数额",
    reason="汛情突发，目录内没有此项",
    scope="inside-then-outside",
    methods=("activity-room-board", "public-column"),
    urgent=True,
    names=("陈秀英",),
)
SUBMIT = SubmitPlan("FY-R1", "fengyang", 1, "FY", UNITS, FLOOD, "liu-fang", JUL_6)
MASKED = Condition(kind="no-names-outside", names=("郭长福", "陈秀英"))


def submitted(**changes: Any) -> PlanEvent:
    (fact,) = PLAN.decide(Plan(), replace(SUBMIT, **changes))
    return fact


def deciding(by: str = "sun-wei", unit: str = "FY-DJB", on: date = JUL_7) -> Decision:
    return Decision(by, unit, UNITS, Limits(), CALENDAR, on)


def approved(*conditions: Condition, on: date = JUL_7, late: int = 0, urgent: bool = True) -> PlanEvent:
    given = submitted(draft=replace(FLOOD, urgent=urgent))
    assert isinstance(given, PlanSubmitted)
    return PlanApproved(
        plan="FY-R1/plan-1",
        town="fengyang",
        organisation="FY-R1",
        number=1,
        unit="FY-DJB",
        on_behalf_of="FY",
        title="防汛救灾捐款收支",
        terms=given.terms,
        conditions=conditions,
        decided_by="sun-wei",
        due=JUL_7 if urgent else JUL_13,
        late_workdays=late,
        on=on,
    )


def test_a_plan_goes_to_the_unit_in_charge_of_its_category() -> None:  # CAT-12 A-02, S05
    fact = submitted()
    assert isinstance(fact, PlanSubmitted)
    assert (fact.unit, fact.on_behalf_of, fact.plan) == ("FY-DJB", "FY", "FY-R1/plan-1")


def test_nobody_can_plan_for_a_category_without_a_unit() -> None:
    scenario(PLAN, given=[], when=replace(SUBMIT, in_charge={}), then=Refused("CATEGORY_UNASSIGNED", ""))


@pytest.mark.parametrize(
    ("blank", "code", "pointer"),
    [
        ({"category": ""}, "MISSING_FIELD", "/category"),
        ({"category": "C9"}, "UNKNOWN_CODE", "/category"),
        ({"title": " "}, "MISSING_FIELD", "/title"),
        ({"content": ""}, "MISSING_FIELD", "/content"),
        ({"reason": ""}, "REASON_REQUIRED", "/reason"),
        ({"scope": ""}, "MISSING_FIELD", "/scope"),
        ({"scope": "everywhere"}, "UNKNOWN_CODE", "/scope"),
        ({"methods": ()}, "MISSING_FIELD", "/methods"),
        ({"methods": ("wechat",)}, "UNKNOWN_CODE", "/methods"),
        ({"kind": ""}, "MISSING_FIELD", "/kind"),
        ({"kind": "periodic"}, "UNKNOWN_CODE", "/kind"),
        ({"scope": "inside"}, "CHANNEL_NOT_FOR_SCOPE", "/methods"),
    ],
)
def test_a_plan_says_all_that_an_item_says_and_why(blank: dict[str, Any], code: str, pointer: str) -> None:  # CAT-12
    with pytest.raises(Refused) as refused:
        submitted(draft=replace(FLOOD, **blank))
    assert (refused.value.code, refused.value.pointer) == (code, pointer)


def test_a_town_defined_channel_may_be_planned_for() -> None:  # PUB-16, S05
    channels = SUBMIT.channels.with_own([], ["wechat"])
    fact = submitted(draft=replace(FLOOD, methods=("wechat",)), channels=channels)
    assert isinstance(fact, PlanSubmitted)
    assert fact.terms.methods == ("wechat",)


def test_an_urgent_plan_is_decided_within_one_working_day_others_within_five() -> None:  # P-16, S05
    terms = {u: submitted(draft=replace(FLOOD, urgent=u)) for u in (True, False)}
    due = {u: decision_due(f.terms, JUL_6, Limits(), CALENDAR).due for u, f in terms.items() if hasattr(f, "terms")}
    assert due == {True: JUL_7, False: JUL_13}


def test_a_calendar_that_comes_later_moves_the_day_of_an_open_decision() -> None:  # P-16, requirements 3.7
    fact = submitted(on=date(2026, 12, 30), draft=replace(FLOOD, urgent=False))
    assert isinstance(fact, PlanSubmitted)
    unknown = decision_due(fact.terms, fact.on, Limits(), CALENDAR)
    new_year = frozenset({date(2027, 1, 1), date(2027, 1, 4)})
    notice = CalendarYear(2027, 1, "国办发明电", new_year, frozenset())
    known = decision_due(fact.terms, fact.on, Limits(), Calendar.of([*CALENDAR.years.values(), notice]))
    assert (unknown.due, unknown.provisional) == (date(2027, 1, 6), True)
    assert (known.due, known.provisional) == (date(2027, 1, 8), False)
    assert decision_due(fact.terms, fact.on, Limits(ordinary=2), CALENDAR).due == date(2027, 1, 1)


def test_the_unit_approves_with_conditions_that_carry_every_name() -> None:  # CAT-12, S05
    every = Condition(kind="no-names-outside", names=("陈秀英", "郭长福"))
    scenario(PLAN, given=[submitted()], when=ApprovePlan(deciding(), (MASKED,)), then=[approved(every)])


@pytest.mark.parametrize("title", ["给陈秀英的捐款", "给陈 秀英的捐款"])
def test_a_plan_is_not_approved_while_a_name_to_be_masked_stands_in_its_title(title: str) -> None:  # CAT-12
    given = [submitted(draft=replace(FLOOD, title=title))]
    scenario(PLAN, given=given, when=ApprovePlan(deciding(), (MASKED,)), then=Refused("CONDITION_NOT_MET", ""))
    assert PLAN.decide(PLAN.replay(given), ApprovePlan(deciding()))


@pytest.mark.parametrize(
    ("condition", "pointer"),
    [
        (Condition(kind="no-names-outside"), "/conditions/0/names"),
        (Condition(kind="as-stated", text=" "), "/conditions/0/text"),
    ],
)
def test_a_condition_that_asks_for_nothing_is_refused(condition: Condition, pointer: str) -> None:  # CAT-12
    plan = PLAN.replay([submitted(draft=replace(FLOOD, names=()))])
    with pytest.raises(Refused) as refused:
        PLAN.decide(plan, ApprovePlan(deciding(), (condition,)))
    assert (refused.value.code, refused.value.pointer) == ("MISSING_FIELD", pointer)


def test_a_refusal_carries_a_reason() -> None:  # CAT-12, S05
    scenario(PLAN, given=[submitted()], when=RefusePlan(deciding(), " "), then=Refused("REASON_REQUIRED", ""))
    (fact,) = PLAN.decide(PLAN.replay([submitted()]), RefusePlan(deciding(), "村务公开已有此项"))
    assert isinstance(fact, PlanRefused)
    assert fact.reason == "村务公开已有此项"


def test_whoever_submitted_it_decides_nothing_of_it() -> None:  # CAT-12 A-22
    for command in (
        ApprovePlan(deciding("liu-fang")),
        RefusePlan(deciding("liu-fang"), "x"),
        RefusePlanForSecrecy("liu-fang", "state-secret", "保密法", JUL_7),
    ):
        scenario(PLAN, given=[submitted()], when=command, then=Refused("SELF_APPROVAL", ""))


def test_another_unit_does_not_decide() -> None:  # ORG-09, CAT-01
    command = ApprovePlan(deciding("qian-li", "FY-DZB"))
    scenario(PLAN, given=[submitted()], when=command, then=Refused("NOT_YOUR_REMIT", ""))


def test_a_plan_is_decided_once() -> None:  # CAT-12
    for command in (ApprovePlan(deciding()), RefusePlan(deciding(), "x")):
        scenario(PLAN, given=[submitted(), approved()], when=command, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_a_late_decision_counts_its_working_days() -> None:  # P-16
    monday = date(2026, 7, 20)
    (fact,) = PLAN.decide(PLAN.replay([submitted()]), ApprovePlan(deciding(on=monday)))
    assert isinstance(fact, PlanApproved)
    assert (fact.due, fact.late_workdays) == (JUL_7, 9)


def test_the_reviewer_refuses_for_secrecy_on_a_ground_and_the_words_are_forgotten() -> None:  # PUB-35, S05
    refuse = RefusePlanForSecrecy("he-tao", "state-secret", "《保守国家秘密法》", JUL_7)
    (fact,) = PLAN.decide(PLAN.replay([submitted()]), refuse)
    assert isinstance(fact, PlanSecrecyRefused)
    assert fact.digest.startswith("sha256:")
    plan = PLAN.replay([submitted(), fact])
    assert "防汛" not in repr(plan)
    with pytest.raises(Refused, match="SECRECY_REFUSED"):
        PLAN.decide(plan, ApprovePlan(deciding()))
    for command in (replace(refuse, ground="because"), replace(refuse, citation=" ")):
        scenario(PLAN, given=[submitted()], when=command, then=Refused("REASON_REQUIRED", ""))


def test_a_decision_that_nobody_took_in_time_is_told_once() -> None:  # P-16
    late = MarkDecisionOverdue(JUL_7, JUL_7 + timedelta(days=1))
    told = PlanDecisionFellOverdue(
        plan="FY-R1/plan-1", town="fengyang", organisation="FY-R1", number=1, unit="FY-DJB", on_behalf_of="FY",
        due=JUL_7, from_day=JUL_7 + timedelta(days=1),
    )  # fmt: skip
    scenario(PLAN, given=[submitted()], when=replace(late, today=JUL_7), then=[])
    scenario(PLAN, given=[submitted()], when=late, then=[told])
    scenario(PLAN, given=[submitted(), told], when=replace(late, today=JUL_13), then=[])
    scenario(PLAN, given=[submitted(), approved()], when=late, then=[])


_people = st.sampled_from(["liu-fang", "sun-wei", "qian-li", "he-tao"])
_units = st.sampled_from(["FY-DJB", "FY-DZB"])
_days = st.integers(0, 20).map(lambda n: JUL_6 + timedelta(n))
_decisions = st.builds(lambda by, unit, on: deciding(by, unit, on), _people, _units, _days)
_commands: st.SearchStrategy[PlanCommand] = st.one_of(
    st.builds(lambda by, on: replace(SUBMIT, by=by, on=on), _people, _days),
    st.builds(ApprovePlan, _decisions, st.sampled_from([(), (MASKED,), (Condition(kind="as-stated"),)])),
    st.builds(RefusePlan, _decisions, st.sampled_from(["", "理由"])),
    st.builds(RefusePlanForSecrecy, _people, st.sampled_from(["", "state-secret"]), st.just("法"), _days),
    st.builds(MarkDecisionOverdue, _days, _days),
)


@over(st.lists(_commands, max_size=15))
def test_no_history_of_a_plan_ends_in_an_invalid_state(commands: list[PlanCommand]) -> None:  # CAT-12
    plan, facts = Plan(), list[PlanEvent]()
    for command in commands:
        before = plan
        try:
            new = PLAN.decide(plan, command)
        except Refused:
            assert plan == before, "a refusal changes nothing"
            continue
        facts += new
        plan = PLAN.replay(new, plan)
    names = [type(fact).__name__ for fact in facts]
    assert names.count("PlanSubmitted") <= 1
    assert sum(name in ("PlanApproved", "PlanRefused", "PlanSecrecyRefused") for name in names) <= 1
    assert PLAN.replay(facts) == plan
    deciders = [f for f in facts if isinstance(f, PlanApproved | PlanRefused)]
    assert all(plan.submitted and f.decided_by != plan.submitted.submitted_by for f in deciders)
    assert all(f.unit == "FY-DJB" for f in deciders)
