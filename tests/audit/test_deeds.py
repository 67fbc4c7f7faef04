"""Who answered for a change, a withholding, a matter, a procedure: each step in order, with the person and the post."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.archive import events as r
from services.audit import events as a
from services.audit.views.deeds import Deeds
from services.catalogue import events as c
from services.catalogue.events.changes import ItemChange
from services.publication import events as p
from services.publication.events.cadre import CadreMatterOpened, Candidate, ObjectionReceived
from services.publication.events.decisions import DecisionResultPublished, MajorDecisionNotified, MajorDecisionOpened
from services.publication.events.matters import Milestone
from services.publication.events.parts import Meeting
from shared.clock import at
from shared.due_days import CountedDay, DueDay
from shared.events import Event, Registry
from shared.testing import recorded, view_of

OF: dict[str, Any] = {"town": "fengyang", "organisation": "FY-R1"}
ON: dict[str, Any] = OF | {"on": date(2026, 7, 6)}
DUE = DueDay(due=date(2026, 7, 13), parameter="P-18", days=(CountedDay(day=date(2026, 7, 6), kind="workday", count=0),))
CLERK, SECRETARY = ("ma-xiaoyan", "FY-R1/clerk"), ("wang-jianjun", "FY-R1/secretary")
UNIT, CDI, COUNTY = ("sun-wei", "FY-DJB/officer"), ("li-min", "FY/cdi"), ("jiang-ping", "QS/office")
PLATFORM = ("service:catalogue", "")
Told = tuple[Registry, Event, tuple[str, str]]


def steps(kind: str, subject: str, story: Sequence[Told]) -> list[tuple[str, str, str]]:
    """Step, person and post, of facts told one an hour."""
    events = [
        recorded(registry, f"{kind}-{subject}", fact, hour, actor=who, post=post, at=at(date(2026, 7, 6), hour))
        for hour, (registry, fact, (who, post)) in enumerate(story, start=1)
    ]
    return [(row["step"], row["person"], row["post"]) for row in view_of(Deeds, events).of(kind, subject)]


def test_a_change_is_answered_for_by_whoever_took_each_of_its_steps() -> None:  # CAT-16 to CAT-19, ORG-15
    lines = (ItemChange(kind="terminate", item="FY-R1/3.11", sub_item="3.11"),)
    said: dict[str, Any] = ON | {"change": "C1", "lines": lines, "reason": "并入"}
    unit: dict[str, Any] = {"unit": "FY-DJB", "on_behalf_of": "FY", "requested_by": "ma-xiaoyan"}
    filed: dict[str, Any] = ON | {"filing": "C1", "about": "change", "reference": "C1", "addressed_to": "QS"}
    more: dict[str, Any] = {"round": 1, "items": ("FY-R1/3.11",), "matter": "terminate", "persons": (), "due": DUE}
    receipt: dict[str, Any] = {"filing": "C1", "number": "青党公备〔2026〕1号"}
    story: list[Told] = [
        (c.REGISTRY, c.ChangeRequested(**said, **unit, base_version=1), CLERK),
        (c.REGISTRY, c.ChangeApproved(**said, **unit, round=1, approved_by="sun-wei"), UNIT),
        (a.REGISTRY, a.ChangeAudited(**ON, change="C1", round=1, note="", by="li-min"), CDI),
        (a.REGISTRY, a.FilingSubmitted(**filed, **more), PLATFORM),
        (a.REGISTRY, a.FilingReceived(**filed, number=receipt["number"], deemed=False, by="jiang-ping"), COUNTY),
        (c.REGISTRY, c.ChangeShown(**ON, change="C1", item="FY-R1/3.11", disclosure="D1", side="inside",
                                   released_by="ma-xiaoyan"), PLATFORM),
        (c.REGISTRY, c.ChangeAnnounced(**said, **receipt, disclosures=("D1",), approved_by="sun-wei",
                                       announced_by=("ma-xiaoyan", "wang-jianjun")), PLATFORM),
    ]  # fmt: skip
    assert steps("change", "C1", story) == [
        ("change-requested", *CLERK),
        ("change-approved", *UNIT),
        ("change-audited", *CDI),
        ("filing-submitted", "", ""),
        ("filing-received", *COUNTY),
        ("change-shown", "ma-xiaoyan", ""),
        ("change-announced", "ma-xiaoyan", ""),
        ("change-announced", "wang-jianjun", ""),
    ]


def test_a_withholding_is_answered_for_with_the_duties_it_suspended() -> None:  # CAT-15, ORG-15
    of: dict[str, Any] = ON | {"withholding": "FY-R1/7.7/1", "item": "FY-R1/7.7"}
    day = date(2026, 7, 15)
    filing: dict[str, Any] = {"kind": "temporarily-not", "ground": "under-investigation", "citation": "x"}
    filing |= {"until": date(2026, 10, 8), "addressed_to": "FY", "late_workdays": 0, "reviewer": "he-tao"}
    duty: dict[str, Any] = of | {"obligation": "FY-R1/7.7/triggered/1", "title": "案件", "due": day}
    receipt: dict[str, Any] = ON | {"filing": "w", "about": "withholding", "reference": "FY-R1/7.7/1"}
    story: list[Told] = [
        (c.REGISTRY, c.WithholdingFiled(**of, sub_item="7.7", **filing, filed_by="wang-jianjun"), SECRETARY),
        (p.REGISTRY, p.ObligationSuspended(**duty, kind="temporarily-not", until=None, late_workdays=0), PLATFORM),
        (a.REGISTRY, a.FilingReceived(**receipt, addressed_to="FY", number="", deemed=True, by=""), PLATFORM),
        (c.REGISTRY, c.WithholdingEnded(**of, sub_item="7.7", reason="expired"), PLATFORM),
        (p.REGISTRY, p.ObligationResumed(**duty, reason="expired", late_from=day), PLATFORM),
    ]
    assert steps("withholding", "FY-R1/7.7/1", story) == [
        ("withholding-filed", *SECRETARY),
        ("withholding-confirmed", "he-tao", ""),
        ("duty-suspended", "", ""),
        ("filing-deemed-received", "", ""),
        ("withholding-ended", "", ""),
        ("duty-resumed", "", ""),
    ]


def test_a_withholding_that_was_reviewed_is_its_proposers_and_its_reviewers() -> None:  # CAT-15, A-22, ORG-15
    of: dict[str, Any] = ON | {"withholding": "FY-R1/7.7/2", "item": "FY-R1/7.7", "sub_item": "7.7"}
    said: dict[str, Any] = {"kind": "temporarily-not", "ground": "under-investigation", "citation": "x"}
    said |= {"until": date(2026, 10, 8), "addressed_to": "FY", "reviewer": "he-tao"}
    reviewer = ("he-tao", "FY-R1/secrecy-reviewer")
    story: list[Told] = [
        (c.REGISTRY, c.WithholdingProposed(**of, **said, proposed_by="wang-jianjun"), SECRETARY),
        (c.REGISTRY, c.WithholdingConfirmed(**of, confirmed_by="he-tao"), reviewer),
        (c.REGISTRY, c.WithholdingFiled(**of, **said, late_workdays=0, filed_by="wang-jianjun"), reviewer),
    ]
    assert steps("withholding", "FY-R1/7.7/2", story) == [
        ("withholding-proposed", *SECRETARY),
        ("withholding-confirmed", *reviewer),
        ("withholding-filed", "wang-jianjun", ""),
    ]


def test_a_matter_is_answered_for_from_its_plan_to_its_file() -> None:  # PUB-26, PUB-27, ARC-05, ORG-15
    of: dict[str, Any] = OF | {"matter": "M1", "item": "FY-R1/3.8", "title": "东口道路硬化"}
    day, later = date(2026, 7, 6), date(2026, 7, 30)
    plan: dict[str, Any] = {"item_title": "工程", "starts": day, "ends": later, "opened_by": "wang-jianjun"}
    milestones = (Milestone(number=1, name="路基", on=day),)
    file: dict[str, Any] = {"number": "柳树-2026-002", "year": 2026, "papers": (), "late_workdays": 0}
    moved: dict[str, Any] = {"ends": later, "ended_before": later, "reason": "连续降雨", "by": "wang-jianjun"}
    story: list[Told] = [
        (p.REGISTRY, p.MatterOpened(**of, **plan, milestones=milestones, on=day), SECRETARY),
        (p.REGISTRY, p.MatterReplanned(**of, **moved, on=day), SECRETARY),
        (p.REGISTRY, p.MilestoneReached(**of, number=1, name="路基", on=day, how="planned"), PLATFORM),
        (p.REGISTRY, p.MatterClosed(**of, on=day, cross_year=False, summary="D9", stages=()), PLATFORM),
        (r.REGISTRY, r.DossierFiled(**of, **file, by="ma-xiaoyan", on=day), CLERK),
    ]
    assert steps("matter", "M1", story) == [
        ("matter-opened", *SECRETARY),
        ("matter-replanned", *SECRETARY),
        ("milestone-reached", "", ""),
        ("matter-closed", "", ""),
        ("dossier-filed", *CLERK),
    ]


def test_a_plan_outside_the_catalogue_is_answered_for() -> None:  # CAT-12, A-02
    of: dict[str, Any] = ON | {"plan": "FY-R1/plan-1", "number": 1, "unit": "FY-DJB", "on_behalf_of": "FY"}
    refused = c.PlanRefused(**of, reason="x", decided_by="sun-wei", due=date(2026, 7, 7), late_workdays=0)
    late = {key: value for key, value in of.items() if key != "on"} | {"due": date(2026, 7, 7)}
    overdue = c.PlanDecisionFellOverdue(**late, from_day=date(2026, 7, 8))
    story: list[Told] = [(c.REGISTRY, overdue, PLATFORM), (c.REGISTRY, refused, UNIT)]
    assert steps("plan", "FY-R1/plan-1", story) == [("plan-decision-overdue", "", ""), ("plan-refused", *UNIT)]


def test_a_major_decision_is_answered_for_and_tells_no_words() -> None:  # PUB-17, ORG-15
    of: dict[str, Any] = ON | {"decision": "K1"}
    item: dict[str, Any] = {"item": "FY-R1/3.9", "title": "仓库出售", "outside": False}
    opened = MajorDecisionOpened(**of, **item, audience_inside="members:FY-R1", opened_by="wang-jianjun")
    meeting = Meeting(on=date(2026, 7, 6), present=3, of=4)
    story: list[Told] = [
        (p.REGISTRY, opened, SECRETARY),
        (p.REGISTRY, MajorDecisionNotified(**of, evidence=meeting, by="ma-xiaoyan"), CLERK),
        (p.REGISTRY, DecisionResultPublished(**of, disclosure="D1", version=1, by="ma-xiaoyan"), PLATFORM),
    ]
    assert steps("decision", "K1", story) == [
        ("decision-opened", *SECRETARY),
        ("decision-notified", *CLERK),
        ("result-published", "ma-xiaoyan", ""),
    ]


def test_of_a_cadre_matter_neither_candidates_nor_objectors_are_told() -> None:  # PUB-18, FBK-11
    of: dict[str, Any] = ON | {"cadre": "P1"}
    candidates = (Candidate(number=1, name="sealed:name", meant_post="sealed:post"),)
    opened = CadreMatterOpened(**of, unit="FY-DJB", kind="appointment", candidates=candidates, opened_by="sun-wei")
    objection = ObjectionReceived(**of, number=1, objector="sealed:who", text="sealed:what", by="")
    story: list[Told] = [(p.REGISTRY, opened, UNIT), (p.REGISTRY, objection, ("zhou-dahai", ""))]
    assert steps("cadre", "P1", story) == [("cadre-opened", *UNIT), ("objection-received", "", "")]


def test_what_held_on_another_day_stands_at_that_day() -> None:  # ORG-15
    told = MajorDecisionNotified(
        **OF, decision="K1", on=date(2026, 7, 2), evidence=Meeting(on=date(2026, 7, 2), present=3, of=4), by="x"
    )
    event = recorded(p.REGISTRY, "decision-K1", told, 1, at=at(date(2026, 7, 6), 9))
    [row] = view_of(Deeds, [event]).of("decision", "K1")
    assert (row["at"], row["recorded_at"]) == (at(date(2026, 7, 2)), at(date(2026, 7, 6), 9))
