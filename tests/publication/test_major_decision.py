"""A major decision is notified, solicited on and weighed before its result is made public (PUB-17, S08)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogue import events as c
from services.feedback import events as f
from services.publication.domain.decision import DECISION
from services.publication.domain.decision_commands import (
    CloseSoliciting,
    DecisionCommand,
    DraftPart,
    DropDecision,
    MakePartPublic,
    NotifyInside,
    OpenDecision,
    OpenSoliciting,
    ProlongSoliciting,
    SummariseOpinions,
)
from services.publication.events.decisions import (
    DecisionEvent,
    DecisionResultPublished,
    MajorDecisionNotified,
    OpinionsSummarised,
    SolicitingClosed,
    SolicitingOpened,
    SolicitingProlonged,
    Weighed,
)
from services.publication.events.parts import Meeting, Website
from shared import calendars
from shared.decider import Refused
from shared.testing import scenario
from tests.publication.liushu import COLUMN, ITEMS, MEETING, WORDS, Liushu, adopted, at, item

INTRANET = {"channel": "intranet", "url": "http://intranet.example/1"}
MA, ITEM, CALENDAR = "ma-xiaoyan", "FY-R1/6.5", calendars.load_all()


def august(day: int) -> date:
    return date(2026, 8, day)


OPEN = OpenDecision(
    "d1", "fengyang", "FY-R1", ITEM, "出售旧仓库", True, "members:FY-R1", "society", MA, august(1)
)  # fmt: skip
NOTIFY = NotifyInside(august(3), Meeting(on=august(3), present=30, of=43), MA, august(3))
INSIDE = OpenSoliciting("inside", 7, 7, "x0", True, CALENDAR, MA, august(3))
SOCIETY = OpenSoliciting("society", 15, 15, "x0", True, CALENDAR, MA, august(11))
IN_COUNTED = CloseSoliciting("inside", 0, august(11))
SOCIETY_COUNTED = CloseSoliciting("society", 0, august(27))
ASKED = (INSIDE, IN_COUNTED, SOCIETY, SOCIETY_COUNTED)
TAKEN = Weighed(gist="公开拍卖", opinions=3, taken=True)
SUMMARY = SummariseOpinions((TAKEN, Weighed(gist="不卖", opinions=1, taken=False, reason="已成危房")), MA, august(27))
RESULT = MakePartPublic("result", "x1", 1, MA, august(27))
WHOLE: tuple[DecisionCommand, ...] = (OPEN, NOTIFY, *ASKED, SUMMARY, RESULT)


def after(*commands: DecisionCommand) -> list[DecisionEvent]:
    facts: list[DecisionEvent] = []
    for command in commands:
        facts += DECISION.decide(DECISION.replay(facts), command)
    return facts


def refused(*given: DecisionCommand, when: DecisionCommand, code: str, **facts: Any) -> None:
    scenario(DECISION, given=after(*given), when=when, then=Refused(code, ""))
    with pytest.raises(Refused) as refusal:
        DECISION.decide(DECISION.replay(after(*given)), when)
    assert refusal.value.facts.items() >= facts.items()


def test_the_result_of_the_warehouse_is_public_on_august_27() -> None:  # PUB-17, P-15
    scenario(
        DECISION,
        given=after(*WHOLE[:-1]),
        when=RESULT,
        then=[
            DecisionResultPublished(
                decision="d1", town="fengyang", organisation="FY-R1", disclosure="x1", version=1, on=august(27), by=MA
            )
        ],
    )


def test_a_result_within_the_society_round_comes_too_soon() -> None:  # PUB-17
    for day in (20, 26):
        early = replace(RESULT, on=august(day))
        refused(OPEN, NOTIFY, INSIDE, SOCIETY, when=early, code="PERIOD_TOO_SHORT", earliest="2026-08-27")


def test_no_step_before_the_result_can_be_skipped() -> None:  # PUB-17
    steps = WHOLE[:-1]
    refused(OPEN, when=RESULT, code="STEP_OUT_OF_ORDER")
    refused(OPEN, NOTIFY, when=RESULT, code="STEP_OUT_OF_ORDER")
    refused(OPEN, NOTIFY, INSIDE, when=RESULT, code="STEP_OUT_OF_ORDER")
    refused(*steps[:-1], when=RESULT, code="STEP_OUT_OF_ORDER")
    refused(OPEN, when=INSIDE, code="STEP_OUT_OF_ORDER")
    refused(OPEN, NOTIFY, when=SOCIETY, code="STEP_OUT_OF_ORDER")
    refused(when=NOTIFY, code="NOT_FOUND")


def test_society_is_asked_once_the_inside_round_is_over() -> None:  # PUB-17, PUB-04
    soon = replace(SOCIETY, on=august(10))
    refused(OPEN, NOTIFY, INSIDE, when=soon, code="PERIOD_TOO_SHORT", earliest="2026-08-11")


def test_nobody_is_asked_about_what_was_not_released_to_them() -> None:  # PUB-35, PUB-04
    refused(OPEN, NOTIFY, when=replace(INSIDE, disclosure=""), code="MISSING_FIELD")
    refused(OPEN, NOTIFY, when=replace(INSIDE, shown=False), code="STEP_OUT_OF_ORDER")
    refused(OPEN, NOTIFY, INSIDE, when=replace(SOCIETY, disclosure=""), code="MISSING_FIELD")
    refused(OPEN, NOTIFY, INSIDE, when=replace(SOCIETY, shown=False), code="STEP_OUT_OF_ORDER")


def test_a_round_is_no_shorter_than_the_town_says() -> None:  # P-15
    refused(OPEN, NOTIFY, when=replace(INSIDE, days=6), code="PERIOD_TOO_SHORT", least=7, earliest="2026-08-11")
    refused(OPEN, NOTIFY, INSIDE, when=replace(SOCIETY, days=14), code="PERIOD_TOO_SHORT", least=15)


def test_the_days_of_a_round_are_counted_one_by_one() -> None:  # P-15
    opened = after(OPEN, NOTIFY, INSIDE)[-1]
    assert isinstance(opened, SolicitingOpened)
    assert (opened.until, opened.reckoning[0].count, len(opened.reckoning)) == (august(10), 0, 8)
    assert [(row.day, row.count) for row in opened.reckoning[-1:]] == [(august(10), 7)]


def test_an_item_for_inside_only_asks_nobody_outside() -> None:  # PUB-17, PUB-02
    inside = replace(OPEN, outside=False, audience_outside="")
    summary = replace(SUMMARY, on=august(11))
    refused(inside, NOTIFY, INSIDE, when=SOCIETY, code="CHANNEL_NOT_FOR_SCOPE")
    facts = after(inside, NOTIFY, INSIDE, IN_COUNTED, summary, replace(RESULT, on=august(11)))
    assert isinstance(facts[-1], DecisionResultPublished)


def test_what_was_not_taken_needs_a_reason() -> None:  # PUB-17
    silent = SummariseOpinions((Weighed(gist="不卖", opinions=1, taken=False),), MA, august(27))
    refused(*WHOLE[:-2], when=silent, code="REASON_REQUIRED")


def test_opinions_that_came_in_are_weighed() -> None:  # PUB-17
    closed = CloseSoliciting("society", 5, august(27))
    still = (OPEN, NOTIFY, INSIDE, IN_COUNTED, SOCIETY)
    refused(*still, when=SummariseOpinions((), MA, august(27)), code="STEP_OUT_OF_ORDER")
    refused(*still, closed, when=SummariseOpinions((), MA, august(27)), code="MISSING_FIELD", opinions=5)
    assert isinstance(after(*WHOLE[:-2], SummariseOpinions((), MA, august(27)))[-1], OpinionsSummarised)


def test_the_members_are_notified_through_a_channel_inside_the_party() -> None:  # PUB-17
    public = replace(NOTIFY, evidence=Website(url="https://fengyang.example/1"))
    refused(OPEN, when=public, code="CHANNEL_NOT_FOR_SCOPE")
    refused(OPEN, when=replace(NOTIFY, today=august(2)), code="WRONG_DATE")
    assert isinstance(after(OPEN, NOTIFY)[-1], MajorDecisionNotified)


def test_a_higher_parameter_prolongs_what_still_runs() -> None:  # P-15, 3.7
    longer = after(OPEN, NOTIFY, INSIDE, ProlongSoliciting("inside", 10, CALENDAR))
    moved = longer[-1]
    assert isinstance(moved, SolicitingProlonged)
    assert (moved.was, moved.until) == (august(10), august(13))
    assert after(OPEN, NOTIFY, INSIDE, ProlongSoliciting("inside", 3, CALENDAR)) == after(OPEN, NOTIFY, INSIDE)


def test_a_follow_up_comes_after_the_result_and_a_correction_of_it_whenever() -> None:  # PUB-17, PUB-31
    refused(*WHOLE[:-1], when=replace(RESULT, part="follow-up"), code="STEP_OUT_OF_ORDER")
    scenario(DECISION, given=after(*WHOLE), when=replace(RESULT, part="follow-up"), then=[])
    scenario(DECISION, given=after(*WHOLE), when=replace(RESULT, version=2), then=[])


def test_what_was_given_up_has_no_result() -> None:  # PUB-17
    refused(OPEN, when=DropDecision(" ", MA, august(4)), code="REASON_REQUIRED")
    refused(*WHOLE[:-1], DropDecision("不卖了", MA, august(27)), when=RESULT, code="STEP_OUT_OF_ORDER")
    refused(*WHOLE, when=DropDecision("不卖了", MA, august(28)), code="STEP_OUT_OF_ORDER")


def test_a_part_belongs_to_the_item_of_its_decision() -> None:  # PUB-17
    refused(OPEN, when=DraftPart("result", "FY-R1/3.9", "x1"), code="OFF_CATALOGUE")
    refused(OPEN, when=DraftPart("result", "FY-E1/6.5", "x1"), code="NOT_FOUND")
    refused(OPEN, when=DraftPart("rumour", ITEM, "x1"), code="UNKNOWN_CODE")


def test_of_another_organisations_decision_a_draft_learns_nothing() -> None:  # PUB-17, ORG-11
    dropped = DropDecision("不卖了", MA, august(4))
    for known in ((), (OPEN,), (OPEN, dropped)):
        refused(*known, when=DraftPart("rumour", "FY-E1/6.5", "x1"), code="NOT_FOUND")


@st.composite
def histories(draw: st.DrawFn) -> list[DecisionCommand]:
    """Mostly the next right step, now and then any other, on days that never go back."""
    today, chosen = august(1), list[DecisionCommand]()
    inside_only = draw(st.booleans())
    for _ in range(draw(st.integers(1, 14))):
        today += timedelta(days=draw(st.sampled_from([0, 1, 3, 8, 16])))
        dated: list[DecisionCommand] = [
            replace(OPEN, on=today, outside=not inside_only),
            replace(NOTIFY, on=today, today=today),
            replace(INSIDE, on=today, days=draw(st.sampled_from([6, 7, 9]))),
            replace(SOCIETY, on=today, days=draw(st.sampled_from([14, 15]))),
            CloseSoliciting("inside", 2, today),
            CloseSoliciting("society", 2, today),
            replace(SUMMARY, on=today),
            replace(RESULT, on=today, part=draw(st.sampled_from(["result", "solicitation", "follow-up"]))),
            ProlongSoliciting("inside", draw(st.sampled_from([5, 12])), CALENDAR),
        ]
        usual = dated[len(chosen) % 8]
        chosen.append(usual if draw(st.booleans()) else draw(st.sampled_from(dated)))
    return chosen


@settings(max_examples=150, deadline=None)
@given(histories())
def test_no_history_has_a_result_before_its_rounds(history: list[DecisionCommand]) -> None:  # PUB-17
    facts: list[DecisionEvent] = []
    state = DECISION.initial
    for command in history:
        before = state
        try:
            new = DECISION.decide(state, command)
        except Refused:
            assert state == before
            continue
        facts, state = [*facts, *new], DECISION.replay(new, state)
    assert state == DECISION.replay(facts)
    published = next((fact for fact in facts if isinstance(fact, DecisionResultPublished)), None)
    if published:
        told = facts[: facts.index(published)]
        rounds = {fact.round: fact for fact in told if isinstance(fact, SolicitingOpened)}
        asked = {"inside", "society"} if state.opened and state.opened.outside else {"inside"}
        assert rounds.keys() >= asked
        assert {fact.round for fact in told if isinstance(fact, SolicitingClosed)} >= asked
        assert all((published.on - each.opens).days > each.least for each in rounds.values())
        assert any(isinstance(fact, MajorDecisionNotified) for fact in told)
        assert any(isinstance(fact, OpinionsSummarised) for fact in told)


# --- over HTTP ---


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(8, 1, 9))
    sale = item("6.5", "immediate", "重要事项", major=True)
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 7, 1), 2, (*ITEMS, sale)))
    yield world
    world.close()


def done(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def decide(world: Liushu, decision: str, act: str, body: dict[str, Any], person: str = MA) -> Any:
    version = world.service.handler.journal.stream(f"decision-{decision}")[-1].version
    return world.do(person, f"/decisions/{decision}/{act}", body, version=version)


def test_a_release_of_a_major_item_asks_its_decision(liushu: Liushu) -> None:  # PUB-17, S08
    alone = str(done(liushu.do(MA, "/disclosures", {"item": ITEM} | WORDS), 201)["id"])
    liushu.approved(alone)
    shown = liushu.step(MA, alone, "release-inside", {"channels": [INTRANET]})
    assert (shown.status_code, shown.json()["code"]) == (409, "STEP_OUT_OF_ORDER")

    made = str(done(liushu.do(MA, "/decisions", {"item": ITEM, "title": "出售旧仓库"}), 201)["id"])
    asked = {"item": ITEM, "part_of": f"decision-{made}/solicitation"} | WORDS
    draft = str(done(liushu.do(MA, "/disclosures", asked), 201)["id"])
    liushu.approved(draft)
    liushu.go_to(at(8, 3, 9))
    done(liushu.step(MA, draft, "release-inside", {"channels": [INTRANET]}))
    evidence = MEETING | {"on": "2026-08-03"}
    done(decide(liushu, made, "notification", {"on": "2026-08-03", "told_through": evidence}))
    done(decide(liushu, made, "rounds", {"round": "inside", "disclosure": draft}), 201)
    rows = liushu.ask("chen-xiuying", "/soliciting").json()
    assert [(row["decision"], row["title"]) for row in rows] == [(made, WORDS["title"])]
    assert liushu.ask("zhou-dahai", "/soliciting").json() == []
    opinion(liushu, draft, 4)

    liushu.go_to(at(8, 11, 9))
    done(liushu.step(MA, draft, "release-outside", {"channels": [COLUMN | {"posted_at": "2026-08-11T09:00:00+08:00"}]}))
    done(decide(liushu, made, "rounds", {"round": "society", "disclosure": draft}), 201)
    page = liushu.ask("wang-jianjun", f"/decisions/{made}").json()
    assert [(r["round"], r["until"], r["opinions"]) for r in page["rounds"]] == [
        ("inside", "2026-08-10", 1),
        ("society", "2026-08-26", 0),
    ]
    asked_now = liushu.ask("", "/soliciting").json()[0]
    assert (asked_now["disclosure"], asked_now["title"]) == (draft, WORDS["title"])

    result = str(done(liushu.do(MA, "/disclosures", asked | {"part_of": f"decision-{made}/result"}), 201)["id"])
    liushu.approved(result)
    liushu.go_to(at(8, 20, 9))
    early = liushu.step(MA, result, "release-inside", {"channels": [INTRANET]})
    assert (early.json()["code"], early.json()["facts"]["earliest"]) == ("PERIOD_TOO_SHORT", "2026-08-27")
    liushu.go_to(at(8, 27, 9))
    weighed = [{"gist": "公开拍卖", "taken": True}, {"gist": "不卖", "taken": False}]
    assert decide(liushu, made, "summary", {"weighed": weighed}).json()["code"] == "REASON_REQUIRED"
    weighed[1]["reason"] = "已成危房"
    done(decide(liushu, made, "summary", {"weighed": weighed}))
    done(liushu.step(MA, result, "release-inside", {"channels": [INTRANET]}))
    row = liushu.ask("wang-jianjun", "/decisions", organisation="FY-R1").json()["items"][0]
    assert (row["stage"], row["result"], row["published_on"]) == ("published", result, "2026-08-27")
    assert liushu.ask("", "/soliciting").json() == []


def opinion(world: Liushu, disclosure: str, day: int) -> None:
    fact = f.OpinionReceived(
        opinion=f"o{day}",
        receipt_number="柳意〔2026〕1号",
        town="fengyang",
        organisation="FY-R1",
        disclosure=disclosure,
        channel="online",
        giver_kind="member",
        text="公开拍卖",
        at=at(8, day, 10),
        acknowledge_by=august(day + 1),
        due=august(25),
    )
    world.tell(f.REGISTRY, f"opinion-o{day}", fact)


def asked_inside(world: Liushu, made: str) -> str:
    """The decision's draft for opinions, released inside, and its round inside opened."""
    body = {"item": ITEM, "part_of": f"decision-{made}/solicitation"} | WORDS
    draft = str(done(world.do(MA, "/disclosures", body), 201)["id"])
    world.approved(draft)
    unreleased = decide(world, made, "rounds", {"round": "inside", "disclosure": draft})
    assert unreleased.json()["code"] == "STEP_OUT_OF_ORDER"
    done(world.step(MA, draft, "release-inside", {"channels": [INTRANET]}))
    done(decide(world, made, "rounds", {"round": "inside", "disclosure": draft}), 201)
    return draft


def test_a_decision_that_was_given_up_asks_nobody_any_more(liushu: Liushu) -> None:  # PUB-17
    made = str(done(liushu.do(MA, "/decisions", {"item": ITEM, "title": "出售旧仓库"}), 201)["id"])
    evidence = MEETING | {"on": "2026-08-01"}
    done(decide(liushu, made, "notification", {"on": "2026-08-01", "told_through": evidence}))
    asked_inside(liushu, made)
    assert len(liushu.ask("chen-xiuying", "/soliciting").json()) == 1
    done(decide(liushu, made, "dropping", {"reason": "不卖了"}))
    assert liushu.ask("chen-xiuying", "/soliciting").json() == []
    assert [r["closed"] for r in liushu.ask(MA, f"/decisions/{made}").json()["rounds"]] == [True]


def test_rounds_close_by_themselves_and_grow_with_the_parameter(liushu: Liushu) -> None:  # PUB-17, P-15
    made = str(done(liushu.do(MA, "/decisions", {"item": ITEM, "title": "出售旧仓库"}), 201)["id"])
    evidence = MEETING | {"on": "2026-08-01"}
    done(decide(liushu, made, "notification", {"on": "2026-08-01", "told_through": evidence}))
    asked_inside(liushu, made)
    longer = c.ParameterSet(town="fengyang", parameter="P-15", value="9", on=date(2026, 8, 2))
    liushu.clock.instant = at(8, 5, 9)
    liushu.tell(c.REGISTRY, "town-fengyang", longer)
    assert "SolicitingProlonged" in liushu.tick()
    liushu.clock.instant = at(8, 12, 9)
    assert liushu.tick().count("SolicitingClosed") == 1
    assert "SolicitingClosed" not in liushu.tick()
    page = liushu.ask("wang-jianjun", f"/decisions/{made}").json()["rounds"][0]
    assert (page["until"], page["closed"], page["earliest"]) == ("2026-08-10", True, "2026-08-11")


def test_of_an_item_for_named_persons_the_members_hear_nothing(liushu: Liushu) -> None:  # PUB-17, PUB-02
    named = item("6.6", "immediate", "重要事项", major=True, scope="inside", audience_inside="named")
    named = named.model_copy(update={"audience_outside": None})
    liushu.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 7, 2), 3, (*ITEMS, named)))
    made = str(done(liushu.do(MA, "/decisions", {"item": "FY-R1/6.6", "title": "谈话"}), 201)["id"])
    opened = liushu.service.handler.journal.stream(f"decision-{made}")[0]
    assert opened.data["audience_inside"] == "desk:FY-R1"


def test_whoever_has_no_business_with_it_finds_no_decision(liushu: Liushu) -> None:  # PUB-17, ORG-11
    made = str(done(liushu.do(MA, "/decisions", {"item": ITEM, "title": "出售旧仓库"}), 201)["id"])
    assert liushu.ask("chen-xiuying", f"/decisions/{made}").status_code in (403, 404)
    assert liushu.ask("zhou-dahai", f"/decisions/{made}").status_code == 404
    assert liushu.ask("", "/decisions", organisation="FY-R1").status_code == 404
    notify = {"on": "2026-08-01", "told_through": MEETING | {"on": "2026-08-01"}}
    assert decide(liushu, made, "notification", notify, "wu-gang").status_code == 404
    other = liushu.do(MA, "/decisions", {"item": "FY-R1/9.9", "title": "x"})
    assert other.json()["code"] == "OFF_CATALOGUE"


def test_what_runs_on_its_own_shows_the_opened_decision_over_again(liushu: Liushu) -> None:
    body = {"item": ITEM, "title": "出售旧仓库"}
    first = liushu.do(MA, "/decisions", body, key="once").json()
    assert liushu.do(MA, "/decisions", body, key="once").json()["id"] == first["id"]


def test_a_title_with_a_personal_number_is_refused(liushu: Liushu) -> None:  # PUB-17
    answer = liushu.do(MA, "/decisions", {"item": ITEM, "title": "出售 110101199003074514"})
    assert (answer.status_code, answer.json()["code"]) == (422, "PERSONAL_DATA_FOUND")
