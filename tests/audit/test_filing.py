"""A filing for the record is receipted under a number, returned for completion, or deemed received when nobody does."""

from datetime import date
from typing import Any

from services.audit.domain.filing import (
    FILING,
    FILING_NUMBERS,
    DeemReceived,
    GiveFilingNumber,
    MoveFilingDue,
    ReceiveFiling,
    ResubmitFiling,
    ReturnFiling,
    SubmitFiling,
    filing_number,
)
from services.audit.events import (
    FilingDueMoved,
    FilingEvent,
    FilingNumberGiven,
    FilingReceived,
    FilingReturned,
    FilingSubmitted,
)
from shared import calendars
from shared.decider import Refused
from shared.due_days import DueDay
from shared.testing import scenario

JUL_7, JUL_8 = date(2026, 7, 7), date(2026, 7, 8)
DUE = DueDay.of(calendars.load_all().add(JUL_7, 5), "P-18.receipt")
NUMBER = "青党公备〔2026〕1号"
OF_FILING: dict[str, Any] = {
    "filing": "C1",
    "about": "change",
    "reference": "C1",
    "town": "fengyang",
    "organisation": "FY-R1",
    "addressed_to": "QS",
}
ABOUT: dict[str, Any] = OF_FILING | {
    "items": ("FY-R1/6.5",),
    "matter": "terminate",
    "ground": "",
    "persons": ("ma-xiaoyan", "sun-wei", "zhao-guoqiang"),
    "late_workdays": 0,
    "due": DUE,
    "on": JUL_7,
}
SUBMITTED: FilingEvent = FilingSubmitted(**ABOUT, round=1)
RETURNED: FilingEvent = FilingReturned(**OF_FILING, missing="缺审核意见", by="jiang-ping", on=JUL_8)
DEEMED: FilingEvent = FilingReceived(**OF_FILING, number="", deemed=True, by="", on=date(2026, 7, 15))
RECEIPT = ReceiveFiling(NUMBER, "jiang-ping", JUL_8)
RECEIVED: FilingEvent = FilingReceived(**OF_FILING, number=NUMBER, deemed=False, by="jiang-ping", on=JUL_8)


def test_it_is_submitted_once() -> None:  # CAT-18
    scenario(FILING, given=[], when=SubmitFiling(**ABOUT), then=[SUBMITTED])
    scenario(FILING, given=[SUBMITTED], when=SubmitFiling(**ABOUT), then=[])


def test_the_receiver_gives_a_number_and_needs_to_agree_to_nothing() -> None:  # CAT-18, A-04
    scenario(FILING, given=[SUBMITTED], when=RECEIPT, then=[RECEIVED])
    scenario(FILING, given=[SUBMITTED, RECEIVED], when=RECEIPT, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_nobody_receipts_what_they_had_a_part_in() -> None:  # CAT-18, A-21
    for person in ("ma-xiaoyan", "sun-wei", "zhao-guoqiang"):
        command = ReceiveFiling(NUMBER, person, JUL_8)
        scenario(FILING, given=[SUBMITTED], when=command, then=Refused("SELF_APPROVAL", ""))


def test_it_is_returned_with_what_is_missing_and_submitted_anew() -> None:  # CAT-18, A-04
    back = ReturnFiling("缺审核意见", "jiang-ping", JUL_8)
    scenario(FILING, given=[SUBMITTED], when=back, then=[RETURNED])
    silent = ReturnFiling("", "jiang-ping", JUL_8)
    scenario(FILING, given=[SUBMITTED], when=silent, then=Refused("REASON_REQUIRED", ""))
    again = ResubmitFiling("补审核意见", DUE, "he-jing", True, JUL_8)
    more = {"round": 2, "supplement": "补审核意见", "submitted_by": "he-jing", "on": JUL_8}
    scenario(FILING, given=[SUBMITTED, RETURNED], when=again, then=[SUBMITTED.model_copy(update=more)])
    scenario(FILING, given=[SUBMITTED], when=again, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_only_the_leading_groups_office_files_a_change_anew() -> None:  # CAT-18
    by_branch = ResubmitFiling("补", DUE, "liu-fang", False, JUL_8)
    scenario(FILING, given=[SUBMITTED, RETURNED], when=by_branch, then=Refused("NOT_YOUR_REMIT", ""))


def test_only_who_withholds_completes_the_filing_of_it() -> None:  # CAT-15
    about = {"about": "withholding", "organisation": "FY-S1", "addressed_to": "FY"}
    given = [fact.model_copy(update=about) for fact in (SUBMITTED, RETURNED)]
    by_office = ResubmitFiling("补", DUE, "he-jing", True, JUL_8)
    scenario(FILING, given=given, when=by_office, then=Refused("NOT_YOUR_REMIT", ""))
    own = ResubmitFiling("补", DUE, "lin-hua", True, JUL_8, by_filer=True)
    more = about | {"round": 2, "supplement": "补", "submitted_by": "lin-hua", "on": JUL_8}
    scenario(FILING, given=given, when=own, then=[SUBMITTED.model_copy(update=more)])


def test_without_a_receipt_it_is_deemed_received_on_the_day_after_whenever_that_is_noticed() -> None:  # A-04, P-18
    scenario(FILING, given=[SUBMITTED], when=DeemReceived(DUE.due), then=[])
    scenario(FILING, given=[SUBMITTED], when=DeemReceived(date(2028, 7, 15)), then=[DEEMED])
    scenario(FILING, given=[SUBMITTED, DEEMED], when=DeemReceived(date(2028, 7, 15)), then=[])
    scenario(FILING, given=[SUBMITTED, RETURNED], when=DeemReceived(date(2028, 7, 15)), then=[])


def test_a_number_may_still_come_after_that_and_a_return_may_not() -> None:
    scenario(FILING, given=[SUBMITTED, DEEMED], when=RECEIPT, then=[RECEIVED])
    back = ReturnFiling("缺", "jiang-ping", JUL_8)
    scenario(FILING, given=[SUBMITTED, DEEMED], when=back, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_the_day_for_the_receipt_moves_with_the_calendar() -> None:  # P-18
    later = DUE.model_copy(update={"due": date(2026, 7, 15)})
    moved: FilingEvent = FilingDueMoved(**OF_FILING, was=DUE.due, due=later)
    scenario(FILING, given=[SUBMITTED], when=MoveFilingDue(later), then=[moved])
    scenario(FILING, given=[SUBMITTED, RECEIVED], when=MoveFilingDue(later), then=[])


def test_no_two_receivers_give_the_same_number() -> None:  # CAT-18, CAT-15
    names = ["中共凤阳镇委员会", "中共凤凰镇委员会", "中共凤阳镇柳树村委员会", "中共青石县委员会", "凤阳镇机关党总支"]
    given = [filing_number(name, 2026, 12, names).removesuffix("党公备〔2026〕12号") for name in names]
    assert given == ["凤阳", "凤凰", "凤阳镇柳", "青", "凤阳镇机关党总支"]


def test_numbers_run_without_a_gap_in_the_receivers_year() -> None:  # CAT-18
    assert filing_number("中共凤阳镇委员会", 2026, 12) == "凤党公备〔2026〕12号"
    give = GiveFilingNumber("QS", 2026, 1, NUMBER, "C1")
    given = FilingNumberGiven(addressed_to="QS", year=2026, number=1, filing_number=NUMBER, filing="C1")
    scenario(FILING_NUMBERS, given=[], when=give, then=[given])
    scenario(FILING_NUMBERS, given=[given], when=give, then=Refused("VERSION_CONFLICT", ""))
