"""Each item of a change may have a reason of its own, which is all that its readers are told of the others' (A-19)."""

from dataclasses import replace

from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_lines import LineDraft
from services.catalogue.events import ChangeAnnounced, ChangeEvent, ChangeRequested, ItemAnnounced, ItemChange
from services.publication.heard import HeardLine
from shared.scope import Scope
from tests.catalogue.test_change import (
    AUDITED,
    JUL_10,
    LINE,
    REASON,
    TERMINATE,
    approved,
    asking,
    bound,
    filed,
    item,
    releasing,
    requested,
)

OTHER = LINE.model_copy(update={"item": "FY-R1/7.7", "sub_item": "7.7", "was": item("7.7"), "reason": "已办结"})


def test_a_line_keeps_the_reason_that_its_writer_gave_for_it() -> None:  # CAT-16, A-19
    (fact,) = CHANGE.decide(CHANGE.initial, asking(replace(TERMINATE, reason=" 已办结 ")))
    assert isinstance(fact, ChangeRequested)
    assert (fact.reason, fact.lines[0].reason) == (REASON, "已办结")


def test_what_is_told_of_each_item_is_its_own_reason_and_where_it_was_announced() -> None:  # CAT-19, A-19
    lines = (LINE, OTHER)
    given: list[ChangeEvent] = [requested(*lines), approved(*lines), AUDITED, filed(*lines)]
    given += CHANGE.decide(CHANGE.replay(given), releasing("inside"))
    last = replace(releasing("inside", line=OTHER), disclosure="D2")
    announced = CHANGE.decide(CHANGE.replay(given), last)[-1]
    assert isinstance(announced, ChangeAnnounced)
    assert announced.items == (
        ItemAnnounced(item="FY-R1/4.3", reason=REASON, disclosures=("D1",)),
        ItemAnnounced(item="FY-R1/7.7", reason="已办结", disclosures=("D2",)),
    )


def test_of_a_change_announced_before_that_was_kept_the_whole_reason_is_told() -> None:  # CAT-19, A-19
    before = bound().model_copy(update={"items": ()})
    assert isinstance(before, ChangeAnnounced)
    told = ItemAnnounced(item="FY-R1/4.3", reason=REASON, disclosures=("D1",))
    assert (before.told_of("FY-R1/4.3"), before.on) == (told, JUL_10)


def test_a_change_is_announced_to_whomever_either_wording_reaches() -> None:  # CAT-19
    was = item("4.3").model_copy(update={"audience_inside": Scope.TOWN_MEMBERS, "audience_outside": Scope.UNIT_STAFF})
    becomes = was.model_copy(update={"audience_inside": Scope.MEMBERS, "audience_outside": Scope.SOCIETY})
    for old, new in ((was, becomes), (becomes, was)):
        line = ItemChange(kind="change", item=was.id, sub_item="4.3", was=old, becomes=new)
        heard = HeardLine.model_validate(line.model_dump(mode="json"))
        for told in (line.announced_as, heard.announced_as):
            assert (told.audience_inside, told.audience_outside) == ("town-members", "society")


def test_a_request_names_a_reason_for_a_line_only_if_it_wants_to() -> None:  # CAT-16
    (fact,) = CHANGE.decide(CHANGE.initial, asking(LineDraft("terminate", "4.3")))
    assert isinstance(fact, ChangeRequested)
    assert fact.lines[0].reason == ""
