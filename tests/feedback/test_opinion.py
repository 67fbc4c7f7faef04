"""An opinion is received, handled by someone it does not criticise, decided on, answered, and only then closed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.feedback.domain import opinion_commands as do
from services.feedback.domain.opinion import OPINION
from services.feedback.domain.receipt_register import RECEIPTS, GiveNumber
from services.feedback.events import (
    OpinionAcknowledged,
    OpinionAssigned,
    OpinionClosed,
    OpinionDecided,
    OpinionEvent,
    OpinionExtended,
    OpinionFellOverdue,
    OpinionReceived,
    OpinionReplied,
    ReceiptNumberGiven,
)
from shared.decider import Refused
from shared.testing import scenario
from shared.workdays import Calendar
from tests.feedback.world import noon

NOW = noon(7, 8)
OF: dict[str, Any] = {
    "opinion": "o1", "receipt_number": "柳意〔2026〕3号", "town": "fengyang", "organisation": "FY-R1",
    "disclosure": "d1",
}  # fmt: skip
BY: dict[str, Any] = {"by": "ma-xiaoyan", "at": NOW}
DUE = {"acknowledge_by": date(2026, 7, 9), "due": date(2026, 7, 29)}


def received(giver: str = "zhou-dahai", criticised: str = "") -> OpinionReceived:
    kind: Any = "masses" if giver else "anonymous"
    said: Any = {"text": "too high", "channel": "online", "audience": "society", "at": NOW, "title": "Dues"}
    return OpinionReceived(**OF, **DUE, **said, giver=giver, giver_kind=kind, criticised=criticised)


def opinion(*, given: Sequence[OpinionEvent], when: do.OpinionCommand, then: Sequence[OpinionEvent] | Refused) -> None:
    scenario(OPINION, given=given, when=when, then=then)


ACKNOWLEDGED = OpinionAcknowledged(**OF, **BY)
ASSIGNED = OpinionAssigned(**OF, **BY, handler="wang-jianjun")
ADOPTED = OpinionDecided(**OF, **BY, disposition="adopt")
REPLIED = OpinionReplied(**OF, **BY, title="Dues", text="lowered", general=False, audience="person:zhou-dahai")


def test_assigning_acknowledges_what_was_not_acknowledged() -> None:  # FBK-08
    opinion(
        given=[received()],
        when=do.AssignOpinion("wang-jianjun", "ma-xiaoyan", NOW),
        then=[ACKNOWLEDGED, ASSIGNED],
    )


def test_an_opinion_is_not_handled_by_the_person_it_criticises() -> None:  # FBK-11
    opinion(
        given=[received(criticised="wang-jianjun")],
        when=do.AssignOpinion("wang-jianjun", "ma-xiaoyan", NOW),
        then=Refused("NOT_YOUR_REMIT", ""),
    )


@pytest.mark.parametrize("command", [
    do.DecideOpinion("adopt", "", "wang-jianjun", NOW), do.ReplyToOpinion("no", "wang-jianjun", NOW),
])  # fmt: skip
def test_the_person_criticised_neither_decides_nor_replies(command: Any) -> None:  # FBK-11
    assigned = OpinionAssigned(**OF, **BY, handler="ma-xiaoyan")
    given: list[OpinionEvent] = [received(criticised="wang-jianjun"), assigned, ADOPTED]
    opinion(given=given, when=command, then=Refused("NOT_YOUR_REMIT", ""))


@pytest.mark.parametrize("disposition", ["partly", "not-adopt"])
def test_anything_short_of_adopting_needs_a_reason(disposition: Any) -> None:  # FBK-08
    opinion(
        given=[received(), ACKNOWLEDGED, ASSIGNED],
        when=do.DecideOpinion(disposition, "  ", "wang-jianjun", NOW),
        then=Refused("REASON_REQUIRED", ""),
    )


def test_adopting_needs_no_reason() -> None:  # FBK-08
    opinion(
        given=[received(), ACKNOWLEDGED, ASSIGNED],
        when=do.DecideOpinion("adopt", "", "ma-xiaoyan", NOW),
        then=[ADOPTED],
    )


def test_nothing_is_decided_before_somebody_handles_it() -> None:  # FBK-08
    command = do.DecideOpinion("adopt", "", "ma-xiaoyan", NOW)
    opinion(given=[received()], when=command, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_the_answer_to_a_named_giver_is_for_them_alone() -> None:  # FBK-09
    opinion(
        given=[received(), ACKNOWLEDGED, ASSIGNED, ADOPTED],
        when=do.ReplyToOpinion("lowered", "ma-xiaoyan", NOW),
        then=[REPLIED],
    )


def test_the_answer_to_an_anonymous_giver_is_a_general_notice_in_scope() -> None:  # FBK-09
    opinion(
        given=[received(giver=""), ACKNOWLEDGED, ASSIGNED, ADOPTED],
        when=do.ReplyToOpinion("lowered", "ma-xiaoyan", NOW),
        then=[REPLIED.model_copy(update={"general": True, "audience": "society"})],
    )


@pytest.mark.parametrize("given", [[], [ACKNOWLEDGED], [ACKNOWLEDGED, ASSIGNED, ADOPTED]])
def test_an_opinion_is_not_closed_without_a_reply(given: list[OpinionEvent]) -> None:  # FBK-09
    command = do.CloseOpinion("ma-xiaoyan", NOW)
    opinion(given=[received(), *given], when=command, then=Refused("REPLY_MISSING", ""))


def test_an_answered_opinion_is_closed() -> None:  # FBK-09
    opinion(
        given=[received(), ACKNOWLEDGED, ASSIGNED, ADOPTED, REPLIED],
        when=do.CloseOpinion("ma-xiaoyan", NOW),
        then=[OpinionClosed(**OF, **BY)],
    )


EXTENDED_BY = Calendar().add(date(2026, 7, 29), 15)
EXTENDED = OpinionExtended(**OF, **BY, reason="needs the county", due_before=DUE["due"], due=EXTENDED_BY.due)


def test_the_answer_is_extended_once_by_fifteen_working_days() -> None:  # FBK-08, P-11
    command = do.ExtendAnswer("needs the county", EXTENDED_BY, "ma-xiaoyan", NOW)
    state = OPINION.replay([received(), ACKNOWLEDGED])
    [extended] = OPINION.decide(state, command)
    assert isinstance(extended, OpinionExtended)
    assert (extended.due_before, extended.due) == (date(2026, 7, 29), date(2026, 8, 19))
    assert extended.reckoning[-1].count == 15


def test_the_answer_is_not_extended_twice() -> None:  # FBK-08, P-11
    opinion(
        given=[received(), EXTENDED],
        when=do.ExtendAnswer("again", EXTENDED_BY, "ma-xiaoyan", NOW),
        then=Refused("ALREADY_EXTENDED", ""),
    )


def late(duty: Any, day: date) -> OpinionFellOverdue:
    return OpinionFellOverdue(**OF, duty=duty, from_day=day)


def test_on_its_last_day_nothing_is_late_yet() -> None:  # FBK-08
    command = do.NoticeOverdue(date(2026, 7, 29))
    opinion(given=[received(), ACKNOWLEDGED], when=command, then=[])


def test_what_is_late_is_noticed_from_the_day_after() -> None:  # FBK-08
    opinion(
        given=[received()],
        when=do.NoticeOverdue(date(2026, 7, 30)),
        then=[late("receipt", date(2026, 7, 10)), late("answer", date(2026, 7, 30))],
    )


def test_what_is_late_is_noticed_once() -> None:  # FBK-08
    given: list[OpinionEvent] = [received(), ACKNOWLEDGED, late("answer", date(2026, 7, 30))]
    opinion(given=given, when=do.NoticeOverdue(date(2026, 8, 3)), then=[])


def test_an_answered_opinion_is_never_late() -> None:  # FBK-08
    given: list[OpinionEvent] = [received(), ACKNOWLEDGED, ASSIGNED, ADOPTED, REPLIED]
    opinion(given=given, when=do.NoticeOverdue(date(2026, 12, 1)), then=[])


def test_the_register_gives_each_number_once() -> None:  # FBK-07
    first = ReceiptNumberGiven(
        organisation="FY-R1", year=2026, number=1, receipt_number="柳意〔2026〕1号", opinion="o1"
    )
    second = first.model_copy(update={"number": 2, "receipt_number": "柳意〔2026〕2号", "opinion": "o2"})
    scenario(RECEIPTS, given=[first], when=GiveNumber("FY-R1", "柳", 2026, 2, "o2"), then=[second])
    taken = GiveNumber("FY-R1", "柳", 2026, 1, "o3")
    scenario(RECEIPTS, given=[first], when=taken, then=Refused("VERSION_CONFLICT", ""))


def test_an_answered_opinion_moves_with_no_calendar() -> None:  # requirements 3.7
    given: list[OpinionEvent] = [received(), ACKNOWLEDGED, ASSIGNED, ADOPTED, REPLIED]
    opinion(given=given, when=do.MoveDue(date(2026, 7, 10), EXTENDED_BY), then=[])
