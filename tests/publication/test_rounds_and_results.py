"""A round is counted with all that was said in it, and a decision has one result (PUB-17)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.catalogue import events as c
from services.publication.domain.decision import DECISION
from services.publication.domain.decision_commands import CloseSoliciting, DraftPart
from services.publication.events.decisions import SolicitingClosed
from shared.testing import scenario
from tests.publication.liushu import ITEMS, MEETING, Liushu, adopted, at, item
from tests.publication.test_major_decision import (
    IN_COUNTED,
    INSIDE,
    ITEM,
    MA,
    NOTIFY,
    OPEN,
    RESULT,
    SOCIETY_COUNTED,
    SUMMARY,
    WHOLE,
    after,
    asked_inside,
    august,
    decide,
    done,
    opinion,
    refused,
)


def test_a_closed_round_is_counted_anew_when_more_is_heard_of_it() -> None:  # PUB-17
    more = CloseSoliciting("inside", 3, august(12), until=august(10))
    told = after(OPEN, NOTIFY, INSIDE, IN_COUNTED, more)[-1]
    assert isinstance(told, SolicitingClosed)
    assert (told.opinions, told.was) == (3, 0)
    scenario(DECISION, given=after(OPEN, NOTIFY, INSIDE, IN_COUNTED, more), when=replace(more, opinions=2), then=[])


def test_what_is_counted_anew_is_weighed_again_before_the_result() -> None:  # PUB-17
    more = replace(SOCIETY_COUNTED, opinions=5)
    refused(*WHOLE[:-1], more, when=RESULT, code="STEP_OUT_OF_ORDER", expected="the summary of the opinions")
    refused(*WHOLE[:-1], more, when=replace(SUMMARY, weighed=()), code="MISSING_FIELD", opinions=5)
    scenario(DECISION, given=after(*WHOLE, more), when=more, then=[])
    assert after(*WHOLE[:-1], more, SUMMARY, RESULT)[-1] == after(*WHOLE)[-1]


def test_a_decision_has_one_result() -> None:  # PUB-17
    refused(*WHOLE, when=DraftPart("result", ITEM, "x2"), code="STEP_OUT_OF_ORDER")
    refused(*WHOLE, when=replace(RESULT, disclosure="x2"), code="STEP_OUT_OF_ORDER")
    scenario(DECISION, given=after(*WHOLE[:-1]), when=DraftPart("result", ITEM, "x2"), then=[])
    scenario(DECISION, given=after(*WHOLE), when=DraftPart("follow-up", ITEM, "x2"), then=[])


# --- over HTTP ---


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(8, 1, 9))
    sale = item("6.5", "immediate", "重要事项", major=True)
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 7, 1), 2, (*ITEMS, sale)))
    yield world
    world.close()


def test_an_opinion_that_arrives_after_the_closing_is_counted(liushu: Liushu) -> None:  # PUB-17
    made = str(done(liushu.do(MA, "/decisions", {"item": ITEM, "title": "出售旧仓库"}), 201)["id"])
    evidence = MEETING | {"on": "2026-08-01"}
    done(decide(liushu, made, "notification", {"on": "2026-08-01", "told_through": evidence}))
    draft = asked_inside(liushu, made)
    liushu.clock.instant = at(8, 10, 9)
    assert "SolicitingClosed" in liushu.tick()
    opinion(liushu, draft, 4)
    assert liushu.tick().count("SolicitingClosed") == 1
    assert "SolicitingClosed" not in liushu.tick()
    page = liushu.ask("wang-jianjun", f"/decisions/{made}").json()
    assert [(each["closed"], each["opinions"]) for each in page["rounds"]] == [(True, 1)]
    assert page["stage"] == "soliciting-inside"
