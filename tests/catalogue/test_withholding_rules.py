"""The rules of a withholding: a ground with its citation, the right superior, an end that comes by itself."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.catalogue.domain import codes
from services.catalogue.domain.item import checked, item_of
from services.catalogue.domain.withholding import (
    WITHHOLDING,
    ExpireWithholding,
    HearWithholdingReceipt,
    ReplaceWithholding,
    WithdrawWithholding,
)
from services.catalogue.domain.withholding_review import ProposeWithholding, Terms
from services.catalogue.events import (
    WithholdingEnded,
    WithholdingEvent,
    WithholdingFiled,
    WithholdingProposed,
    WithholdingReceipted,
)
from shared.decider import Refused
from shared.grounds import GROUNDS
from shared.testing import scenario
from tests.catalogue.facts import usual

JUL_10, OCT_8, OCT_9 = date(2026, 7, 10), date(2026, 10, 8), date(2026, 10, 9)
ITEM = item_of("FY-R1", checked(usual("7.7"), codes.Channels()), "FY-CDI")
NAMES: dict[str, Any] = {
    "withholding": "FY-R1/7.7/1",
    "town": "fengyang",
    "organisation": "FY-R1",
    "item": "FY-R1/7.7",
    "sub_item": "7.7",
}
FILED: WithholdingEvent = WithholdingFiled(
    **NAMES,
    kind="temporarily-not",
    ground="case-under-investigation",
    citation="监督执纪工作规则第六十四条",
    until=OCT_8,
    addressed_to="FY",
    late_workdays=0,
    reviewer="he-tao",
    filed_by="liu-fang",
    on=JUL_10,
)


TERMS = Terms(ITEM, "FY", 90, JUL_10)
PROPOSED: WithholdingEvent = WithholdingProposed(
    **NAMES,
    kind="temporarily-not",
    ground="case-under-investigation",
    citation="监督执纪工作规则第六十四条",
    until=OCT_8,
    addressed_to="FY",
    reviewer="he-tao",
    proposed_by="liu-fang",
    on=JUL_10,
)
WITHDRAW = WithdrawWithholding("liu-fang", JUL_10)


def filing(**more: Any) -> ProposeWithholding:
    terms = replace(TERMS, **{name: more.pop(name) for name in ("item", "superior") if name in more})
    fields: dict[str, Any] = {
        "withholding": "FY-R1/7.7/1",
        "town": "fengyang",
        "organisation": "FY-R1",
        "terms": terms,
        "kind": "temporarily-not",
        "ground": "case-under-investigation",
        "citation": "监督执纪工作规则第六十四条",
        "until": OCT_8,
        "addressed_to": "FY",
        "reviewer": "he-tao",
        "by": "liu-fang",
    }
    return ProposeWithholding(**fields | more)


def ended(reason: str, on: date) -> WithholdingEvent:
    return WithholdingEnded.model_validate({**NAMES, "reason": reason, "on": on})


def test_a_temporary_one_is_filed_for_ninety_days_at_most() -> None:  # CAT-15, P-17, S05
    scenario(WITHHOLDING, given=[], when=filing(), then=[PROPOSED])
    scenario(WITHHOLDING, given=[], when=filing(until=OCT_9), then=Refused("OUT_OF_RANGE", ""))
    scenario(WITHHOLDING, given=[], when=filing(until=date(2026, 7, 9)), then=Refused("OUT_OF_RANGE", ""))


def test_it_goes_to_the_next_higher_organisation_of_that_day_and_no_other() -> None:  # CAT-15, A-03
    scenario(WITHHOLDING, given=[], when=filing(addressed_to="HS"), then=Refused("WRONG_SUPERIOR", ""))
    scenario(WITHHOLDING, given=[], when=filing(superior="FY-G1"), then=Refused("WRONG_SUPERIOR", ""))


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_ground_names_the_rule_it_rests_on(ground: str) -> None:  # CAT-14, A-11
    without = filing(ground=ground, citation=" ")
    scenario(WITHHOLDING, given=[], when=without, then=Refused("REASON_REQUIRED", ""))


def test_there_is_no_ground_beside_the_list() -> None:  # CAT-14, A-11
    scenario(WITHHOLDING, given=[], when=filing(ground="inconvenient"), then=Refused("UNKNOWN_CODE", ""))


def test_a_reviewer_who_is_not_the_filer_confirms_the_ground() -> None:
    scenario(WITHHOLDING, given=[], when=filing(reviewer=""), then=Refused("MISSING_FIELD", ""))
    scenario(WITHHOLDING, given=[], when=filing(reviewer="liu-fang"), then=Refused("SELF_APPROVAL", ""))


def test_only_an_item_of_the_catalogue_is_withheld() -> None:  # CAT-15
    scenario(WITHHOLDING, given=[], when=filing(item=None), then=Refused("OFF_CATALOGUE", ""))


def test_what_is_not_suitable_has_no_last_day_and_what_is_temporary_has_one() -> None:  # CAT-15
    scenario(WITHHOLDING, given=[], when=filing(kind="not-suitable"), then=Refused("INVALID", ""))
    scenario(WITHHOLDING, given=[], when=filing(until=None), then=Refused("MISSING_FIELD", ""))
    scenario(WITHHOLDING, given=[], when=filing(kind="never"), then=Refused("UNKNOWN_CODE", ""))


def test_a_temporary_one_ends_on_the_day_after_its_last_whenever_that_is_noticed() -> None:  # CAT-15
    over = ended("expired", OCT_9)
    scenario(WITHHOLDING, given=[FILED], when=ExpireWithholding(OCT_8), then=[])
    scenario(WITHHOLDING, given=[FILED], when=ExpireWithholding(OCT_9), then=[over])
    scenario(WITHHOLDING, given=[FILED], when=ExpireWithholding(date(2028, 10, 9)), then=[over])
    scenario(WITHHOLDING, given=[FILED, over], when=ExpireWithholding(OCT_9), then=[])


def test_it_is_withdrawn_once_or_replaced_by_a_new_filing() -> None:  # CAT-15
    gone = ended("withdrawn", JUL_10)
    scenario(WITHHOLDING, given=[FILED], when=WITHDRAW, then=[gone])
    scenario(WITHHOLDING, given=[FILED, gone], when=WITHDRAW, then=Refused("STEP_OUT_OF_ORDER", ""))
    scenario(WITHHOLDING, given=[], when=WITHDRAW, then=Refused("NOT_FOUND", ""))
    replaced = ended("replaced", OCT_8)
    scenario(WITHHOLDING, given=[FILED], when=ReplaceWithholding(OCT_8), then=[replaced])
    scenario(WITHHOLDING, given=[FILED, gone], when=ReplaceWithholding(OCT_8), then=[])


def test_what_has_run_out_expires_before_anybody_notices_and_whatever_is_done_next() -> None:  # CAT-15
    over = ended("expired", OCT_9)
    later = date(2026, 10, 20)
    scenario(WITHHOLDING, given=[FILED], when=ReplaceWithholding(OCT_9), then=[over])
    scenario(WITHHOLDING, given=[FILED], when=WithdrawWithholding("liu-fang", later), then=[over])
    noticed, unnoticed = WITHHOLDING.replay([FILED, over]), WITHHOLDING.replay([FILED])
    assert [state.ended_by(later) for state in (noticed, unnoticed)] == [OCT_9, OCT_9]
    assert unnoticed.ended_by(OCT_8) is None


def test_of_two_filings_at_once_one_gets_the_number() -> None:  # CAT-15
    scenario(WITHHOLDING, given=[FILED], when=filing(), then=Refused("VERSION_CONFLICT", ""))


def test_its_receipt_is_told_once_and_a_late_number_is_added() -> None:  # CAT-15, A-04
    deemed: WithholdingEvent = WithholdingReceipted(**NAMES, number="", deemed=True, on=date(2026, 7, 18))
    numbered: WithholdingEvent = WithholdingReceipted(**NAMES, number="凤党公备〔2026〕1号", deemed=False, on=JUL_10)
    by_time = HearWithholdingReceipt("", True, date(2026, 7, 18))
    by_hand = HearWithholdingReceipt("凤党公备〔2026〕1号", False, JUL_10)
    scenario(WITHHOLDING, given=[FILED], when=by_time, then=[deemed])
    scenario(WITHHOLDING, given=[FILED, deemed], when=by_time, then=[])
    scenario(WITHHOLDING, given=[FILED, deemed], when=by_hand, then=[numbered])
    scenario(WITHHOLDING, given=[FILED, numbered], when=by_hand, then=[])
