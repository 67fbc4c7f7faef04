"""The town audits an approved change: another person, of another unit where the town says so, within P-18."""

from datetime import date
from typing import Any

from services.audit.domain.case import CASE, AuditChange, MarkCaseOverdue, MoveCaseDue, OpenCase, ReturnChange
from services.audit.events import (
    CaseDueMoved,
    CaseEvent,
    CaseFellOverdue,
    CaseLine,
    CaseOpened,
    ChangeAudited,
    ChangeAuditReturned,
)
from shared import calendars
from shared.decider import Refused
from shared.due_days import DueDay
from shared.testing import scenario

JUL_6, JUL_7 = date(2026, 7, 6), date(2026, 7, 7)
DUE = DueDay.of(calendars.load_all().add(JUL_6, 5), "P-18")
LINE = CaseLine(kind="terminate", item="FY-R1/6.5", sub_item="6.5", title_zh="切身利益", title_en="Vital interests")
OF_CASE: dict[str, Any] = {"change": "C1", "town": "fengyang", "organisation": "FY-R1"}
ABOUT: dict[str, Any] = OF_CASE | {
    "lines": (LINE,),
    "reason": "并入",
    "unit": "FY-DJB",
    "requested_by": "ma-xiaoyan",
    "approved_by": "sun-wei",
    "due": DUE,
    "on": JUL_6,
}


def opened(round: int = 1) -> CaseEvent:  # noqa: A002 - the word of the fact
    return CaseOpened(**ABOUT, round=round)


def auditing(by: str = "zhao-guoqiang", unit: str = "FY", *, other_unit: bool = True) -> AuditChange:
    return AuditChange("同意", by, (unit,), other_unit, JUL_7)


AUDITED: CaseEvent = ChangeAudited(**OF_CASE, round=1, note="同意", by="zhao-guoqiang", on=JUL_7)
RETURNED: CaseEvent = ChangeAuditReturned(**OF_CASE, round=1, reason="理由不足", by="zhao-guoqiang", on=JUL_7)


def test_a_case_is_opened_once_for_each_round() -> None:  # CAT-17
    scenario(CASE, given=[], when=OpenCase(**ABOUT, round=1), then=[opened()])
    scenario(CASE, given=[opened()], when=OpenCase(**ABOUT, round=1), then=[])
    scenario(CASE, given=[opened(), RETURNED], when=OpenCase(**ABOUT, round=2), then=[opened(2)])


def test_the_town_passes_a_change_or_returns_it_with_the_reason() -> None:  # CAT-17
    scenario(CASE, given=[opened()], when=auditing(), then=[AUDITED])
    back = ReturnChange("理由不足", "zhao-guoqiang", ("FY",), True, JUL_7)
    scenario(CASE, given=[opened()], when=back, then=[RETURNED])
    silent = ReturnChange(" ", "zhao-guoqiang", ("FY",), True, JUL_7)
    scenario(CASE, given=[opened()], when=silent, then=Refused("REASON_REQUIRED", ""))


def test_who_asked_or_approved_does_not_audit() -> None:  # CAT-17, A-21
    for person in ("ma-xiaoyan", "sun-wei"):
        scenario(CASE, given=[opened()], when=auditing(person), then=Refused("SELF_APPROVAL", ""))


def test_the_approving_unit_does_not_audit_where_the_town_says_so() -> None:  # CAT-17, A-21
    own = auditing("zhou-min", "FY-DJB")
    scenario(CASE, given=[opened()], when=own, then=Refused("NOT_YOUR_REMIT", ""))
    allowed = auditing("zhou-min", "FY-DJB", other_unit=False)
    audited = AUDITED.model_copy(update={"by": "zhou-min"})
    scenario(CASE, given=[opened()], when=allowed, then=[audited])


def test_a_second_post_does_not_get_round_the_other_unit() -> None:  # CAT-17, A-21
    command = AuditChange("同意", "zhou-min", ("FY", "FY-DJB"), True, JUL_7)
    scenario(CASE, given=[opened()], when=command, then=Refused("NOT_YOUR_REMIT", ""))


def test_who_asked_or_approved_in_an_earlier_round_does_not_audit() -> None:  # CAT-17, A-21
    again = OpenCase(**ABOUT, round=2, earlier=("liu-fang", "zhou-min"))
    facts = [opened(), RETURNED, *CASE.decide(CASE.replay([opened(), RETURNED]), again)]
    for person in ("liu-fang", "zhou-min"):
        scenario(CASE, given=facts, when=auditing(person), then=Refused("SELF_APPROVAL", ""))


def test_what_is_decided_is_not_decided_again() -> None:  # CAT-17
    scenario(CASE, given=[opened(), AUDITED], when=auditing("li-min"), then=Refused("STEP_OUT_OF_ORDER", ""))
    scenario(CASE, given=[], when=auditing(), then=Refused("NOT_FOUND", ""))


def test_an_audit_falls_overdue_once_and_moves_with_the_calendar() -> None:  # P-18
    late: CaseEvent = CaseFellOverdue(**OF_CASE, round=1, due=DUE.due, from_day=date(2026, 7, 14))
    scenario(CASE, given=[opened()], when=MarkCaseOverdue(DUE.due), then=[])
    scenario(CASE, given=[opened()], when=MarkCaseOverdue(date(2028, 7, 14)), then=[late])
    scenario(CASE, given=[opened(), late], when=MarkCaseOverdue(date(2028, 7, 15)), then=[])
    later = DUE.model_copy(update={"due": date(2026, 7, 14)})
    moved: CaseEvent = CaseDueMoved(**OF_CASE, round=1, was=DUE.due, due=later)
    scenario(CASE, given=[opened()], when=MoveCaseDue(later), then=[moved])
    scenario(CASE, given=[opened(), AUDITED], when=MoveCaseDue(later), then=[])
