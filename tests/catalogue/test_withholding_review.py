"""A withholding is drafted by one and confirmed by another before it is filed; who reviews it may refuse it."""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from services.catalogue.domain.withholding import WITHHOLDING, WithdrawWithholding
from services.catalogue.domain.withholding_review import ConfirmWithholding, RefuseWithholding
from services.catalogue.events import (
    ReviewGround,
    WithholdingConfirmed,
    WithholdingEvent,
    WithholdingFiled,
    WithholdingRefused,
    WithholdingTakenBack,
)
from shared.decider import Refused
from shared.testing import scenario
from tests.catalogue.test_withholding_rules import FILED, JUL_10, NAMES, OCT_8, PROPOSED, TERMS, filing

JUL_16 = date(2026, 7, 16)
CONFIRM = ConfirmWithholding(TERMS, 0, "he-tao")
CONFIRMED: WithholdingEvent = WithholdingConfirmed(**NAMES, confirmed_by="he-tao", on=JUL_10)
REFUSE = RefuseWithholding("part-may-be-made-public", "he-tao", JUL_10)
REFUSED: WithholdingEvent = WithholdingRefused(
    **NAMES, ground="part-may-be-made-public", refused_by="he-tao", on=JUL_10
)
TAKEN_BACK: WithholdingEvent = WithholdingTakenBack(**NAMES, taken_back_by="ma-xiaoyan", on=JUL_10)


def test_it_is_filed_with_the_reviewers_own_act_and_not_before() -> None:  # CAT-15, A-11
    scenario(WITHHOLDING, given=[], when=filing(), then=[PROPOSED])
    scenario(WITHHOLDING, given=[PROPOSED], when=CONFIRM, then=[CONFIRMED, FILED])


def test_who_drafted_it_neither_confirms_nor_refuses_it() -> None:  # CAT-15, A-22
    own = replace(CONFIRM, by="liu-fang")
    scenario(WITHHOLDING, given=[PROPOSED], when=own, then=Refused("SELF_APPROVAL", ""))
    scenario(WITHHOLDING, given=[PROPOSED], when=replace(REFUSE, by="liu-fang"), then=Refused("SELF_APPROVAL", ""))


def test_another_reviewer_than_the_one_who_was_asked_may_confirm_and_is_named() -> None:  # CAT-15, A-22
    facts = WITHHOLDING.decide(WITHHOLDING.replay([PROPOSED]), replace(CONFIRM, by="ye-qing"))
    assert isinstance(facts[-1], WithholdingFiled)
    assert (facts[-1].reviewer, facts[-1].filed_by) == ("ye-qing", "liu-fang")


def test_its_lateness_is_that_of_the_day_of_filing_and_not_of_the_draft() -> None:  # CAT-15, S05
    later = replace(CONFIRM, terms=replace(TERMS, on=JUL_16), late_workdays=1)
    filed = FILED.model_copy(update={"on": JUL_16, "late_workdays": 1})
    confirmed = CONFIRMED.model_copy(update={"on": JUL_16})
    scenario(WITHHOLDING, given=[PROPOSED], when=later, then=[confirmed, filed])


def test_what_has_changed_since_the_draft_is_asked_again() -> None:  # CAT-15, A-03, P-17
    for terms, code in (
        (replace(TERMS, superior="FY-G1"), "WRONG_SUPERIOR"),
        (replace(TERMS, item=None), "OFF_CATALOGUE"),
        (replace(TERMS, on=date(2026, 10, 9)), "OUT_OF_RANGE"),
    ):
        scenario(WITHHOLDING, given=[PROPOSED], when=replace(CONFIRM, terms=terms), then=Refused(code, ""))


@pytest.mark.parametrize("ground", get_args(ReviewGround))
def test_the_reviewer_refuses_it_for_a_coded_ground(ground: str) -> None:  # CAT-15, PUB-35
    (fact,) = WITHHOLDING.decide(WITHHOLDING.replay([PROPOSED]), replace(REFUSE, ground=ground))
    assert isinstance(fact, WithholdingRefused)
    assert fact.ground == ground


def test_a_refusal_names_a_ground_of_the_list() -> None:  # CAT-15
    scenario(WITHHOLDING, given=[PROPOSED], when=replace(REFUSE, ground=""), then=Refused("REASON_REQUIRED", ""))
    words = replace(REFUSE, ground="内容是…")
    scenario(WITHHOLDING, given=[PROPOSED], when=words, then=Refused("UNKNOWN_CODE", ""))


def test_what_was_refused_or_taken_back_is_over() -> None:  # CAT-15
    withdraw = WithdrawWithholding("ma-xiaoyan", JUL_10)
    scenario(WITHHOLDING, given=[PROPOSED], when=withdraw, then=[TAKEN_BACK])
    for over in (REFUSED, TAKEN_BACK):
        for command in (CONFIRM, REFUSE, withdraw):
            scenario(WITHHOLDING, given=[PROPOSED, over], when=command, then=Refused("STEP_OUT_OF_ORDER", ""))
    scenario(WITHHOLDING, given=[PROPOSED, CONFIRMED, FILED], when=CONFIRM, then=Refused("STEP_OUT_OF_ORDER", ""))
    scenario(WITHHOLDING, given=[], when=CONFIRM, then=Refused("NOT_FOUND", ""))


def test_one_proposal_for_an_item_waits_at_a_time() -> None:  # CAT-15
    second = filing(withholding="FY-R1/7.7/2", waiting="FY-R1/7.7/1")
    scenario(WITHHOLDING, given=[], when=second, then=Refused("STEP_OUT_OF_ORDER", ""))
    scenario(WITHHOLDING, given=[PROPOSED], when=filing(), then=Refused("VERSION_CONFLICT", ""))


def test_what_was_filed_before_there_were_proposals_stands_as_it_did() -> None:  # CAT-15
    state = WITHHOLDING.replay([FILED])
    assert (state.stage, state.filing.reviewer, state.ended_by(OCT_8)) == ("standing", "he-tao", None)
    scenario(WITHHOLDING, given=[FILED], when=CONFIRM, then=Refused("STEP_OUT_OF_ORDER", ""))
