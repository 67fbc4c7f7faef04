"""What was said of a disclosure raises the question whether it is made public again (PUB-30, FBK-13)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogue import events as c
from services.feedback import events as f
from services.publication.domain.redisclosure import (
    REDISCLOSURE,
    AskRedisclosure,
    BeginRedisclosure,
    DecideRedisclosure,
    RedisclosureCommand,
)
from services.publication.events.redisclosure import (
    RedisclosureAsked,
    RedisclosureBegun,
    RedisclosureDecided,
    RedisclosureEvent,
)
from shared.decider import Refused
from shared.testing import scenario
from tests.publication.liushu import ITEMS, WORDS, Liushu, adopted, at, item

LIU, DAY = "wang-jianjun", date(2026, 7, 29)
ASK = AskRedisclosure("d1", "fengyang", "FY-R1", 1, ("o1",), "adopted", LIU, DAY)
AGAIN = DecideRedisclosure("re-disclose", "", LIU, DAY)
NOT = DecideRedisclosure("not-necessary", "表述已清楚", LIU, DAY)
BEGIN = BeginRedisclosure(2, "ma-xiaoyan", DAY)
CLEARER = WORDS | {"text": "应缴党费6,120.00元，已全部上缴，明细附后。", "note": "按党员意见写得更清楚"}


def after(*commands: RedisclosureCommand) -> list[RedisclosureEvent]:
    facts: list[RedisclosureEvent] = []
    for command in commands:
        facts += REDISCLOSURE.decide(REDISCLOSURE.replay(facts), command)
    return facts


def refused(*given: RedisclosureCommand, when: RedisclosureCommand, code: str) -> None:
    scenario(REDISCLOSURE, given=after(*given), when=when, then=Refused(code, ""))


def test_that_nothing_is_necessary_needs_a_reason() -> None:  # PUB-30
    refused(ASK, when=replace(NOT, reason=" "), code="REASON_REQUIRED")
    decided = after(ASK, NOT)[-1]
    assert isinstance(decided, RedisclosureDecided)
    assert (decided.opinions, decided.reason) == (("o1",), "表述已清楚")


def test_nobody_decides_or_begins_unasked() -> None:  # PUB-30
    refused(when=AGAIN, code="STEP_OUT_OF_ORDER")
    refused(ASK, NOT, when=AGAIN, code="STEP_OUT_OF_ORDER")
    refused(ASK, when=BEGIN, code="STEP_OUT_OF_ORDER")
    refused(ASK, NOT, when=BEGIN, code="STEP_OUT_OF_ORDER")
    refused(ASK, AGAIN, BEGIN, when=BEGIN, code="STEP_OUT_OF_ORDER")


def test_a_question_grows_while_it_is_open() -> None:  # PUB-30, FBK-13
    facts = after(ASK, ASK, replace(ASK, opinions=("o2",)), AGAIN, BEGIN)
    assert [type(fact) for fact in facts].count(RedisclosureAsked) == 2
    assert isinstance(facts[-1], RedisclosureBegun)
    assert facts[-1].opinions == ("o1", "o2")


def test_several_opinions_on_a_major_matter_raise_it_too() -> None:  # PUB-30, FBK-13
    several = replace(ASK, cause="several", opinions=("o1", "o2"))
    assert after(several) == []
    assert len(after(replace(several, opinions=("o1", "o2", "o3")))) == 1
    considered = after(replace(several, opinions=("o1", "o2", "o3")), NOT, replace(several, opinions=("o1", "o4")))
    assert isinstance(considered[-1], RedisclosureDecided)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["o1", "o2", "o3"])), max_size=10))
def test_every_opinion_is_considered_once(history: list[tuple[int, str]]) -> None:  # PUB-30
    state, facts = REDISCLOSURE.initial, list[RedisclosureEvent]()
    for kind, opinion in history:
        before = state
        try:
            new = REDISCLOSURE.decide(state, (replace(ASK, opinions=(opinion,)), AGAIN, NOT, BEGIN)[kind])
        except Refused:
            assert state == before
            continue
        facts, state = [*facts, *new], REDISCLOSURE.replay(new, state)
    decided = [opinion for fact in facts if isinstance(fact, RedisclosureDecided) for opinion in fact.opinions]
    assert len(decided) == len(set(decided))
    assert state == REDISCLOSURE.replay(facts)


# --- over HTTP ---


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(4, 8, 9))
    yield world
    world.close()


def heard(world: Liushu, disclosure: str, opinion: str, disposition: str = "") -> None:
    of = {"opinion": opinion, "receipt_number": "柳意〔2026〕1号", "town": "fengyang", "organisation": "FY-R1"}
    about: dict[str, Any] = of | {"disclosure": disclosure, "at": world.clock.now()}
    days = {"acknowledge_by": DAY, "due": DAY}
    received = f.OpinionReceived(**about, **days, channel="online", giver_kind="member", text="看不懂")
    world.tell(f.REGISTRY, f"opinion-{opinion}", received)
    if disposition:
        decided = f.OpinionDecided.model_validate({**about, "disposition": disposition, "by": LIU})
        world.tell(f.REGISTRY, f"opinion-{opinion}", decided)


def shown_everywhere(world: Liushu) -> str:
    disclosure = world.drafted()
    world.approved(disclosure)
    released(world, disclosure)
    return disclosure


def released(world: Liushu, disclosure: str) -> None:
    inside = {"channels": [{"channel": "intranet", "url": "http://intranet.example/1"}]}
    assert world.step("ma-xiaoyan", disclosure, "release-inside", inside).status_code == 200
    world.go_to(world.clock.now().replace(day=world.clock.now().day + 2))
    outside = {"channels": [{"channel": "website", "url": "https://fengyang.example/1"}]}
    answer = world.step("ma-xiaoyan", disclosure, "release-outside", outside)
    assert answer.status_code == 200, answer.text


def test_an_adopted_opinion_leads_to_a_clearer_version(liushu: Liushu) -> None:  # PUB-30, FBK-13, S08
    disclosure = shown_everywhere(liushu)
    heard(liushu, disclosure, "o1", "adopt")
    row = liushu.ask("wang-jianjun", "/redisclosures", organisation="FY-R1").json()["items"][0]
    assert (row["state"], row["owner"], row["opinions"]) == ("pending", "wang-jianjun", ["o1"])
    waiting = [t["step"] for t in liushu.ask("wang-jianjun", "/tasks").json() if t["disclosure"] == disclosure]
    assert waiting == ["decide-redisclosure"]
    early = liushu.step("ma-xiaoyan", disclosure, "redisclosure", CLEARER)
    assert early.json()["code"] == "STEP_OUT_OF_ORDER"
    path = f"/redisclosures/{disclosure}/decision"
    clerk = liushu.do("ma-xiaoyan", path, {"choice": "re-disclose"}, version=row["version"])
    assert clerk.json()["code"] == "NOT_YOUR_REMIT"
    assert liushu.do("wang-jianjun", path, {"choice": "re-disclose"}, version=row["version"]).status_code == 200
    assert liushu.step("ma-xiaoyan", disclosure, "redisclosure", CLEARER).status_code == 201
    liushu.approved(disclosure)
    released(liushu, disclosure)
    versions = liushu.ask("zhou-dahai", f"/shown/{disclosure}/versions").json()
    assert [(v["version"], v["replaces"]) for v in versions] == [(2, 1), (1, 0)]
    assert (versions[1]["superseded_by"], versions[1]["corrected_at"]) == (disclosure, None)
    names = [event.name for event in liushu.service.handler.journal.stream(f"disclosure-{disclosure}")]
    assert names.count("VersionRedisclosed") == 2
    assert "VersionCorrected" not in names
    assert disclosure in [r["disclosure"] for r in liushu.ask("zhou-dahai", "/shown").json()["items"]]


def test_a_question_that_comes_while_a_version_is_owed_hides_neither(liushu: Liushu) -> None:  # PUB-30
    disclosure = shown_everywhere(liushu)
    heard(liushu, disclosure, "o1", "adopt")
    path = f"/redisclosures/{disclosure}/decision"
    assert liushu.do("wang-jianjun", path, {"choice": "re-disclose"}, version=1).status_code == 200
    heard(liushu, disclosure, "o2", "adopt")
    row = liushu.ask("wang-jianjun", "/redisclosures", organisation="FY-R1").json()["items"][0]
    assert (row["state"], row["pending"], row["due"]) == ("pending", ["o2"], ["o1"])
    assert steps(liushu, disclosure) == ["decide-redisclosure", "redisclose"]
    said = {"choice": "not-necessary", "reason": "同上"}
    assert liushu.do("wang-jianjun", path, said, version=row["version"]).status_code == 200
    assert steps(liushu, disclosure) == ["redisclose"]
    heard(liushu, disclosure, "o3", "adopt")
    assert liushu.step("ma-xiaoyan", disclosure, "redisclosure", CLEARER).status_code == 201
    assert "decide-redisclosure" in steps(liushu, disclosure)
    assert "redisclose" not in steps(liushu, disclosure)


def steps(world: Liushu, disclosure: str) -> list[str]:
    """What waits for the secretary, who also writes."""
    return [task["step"] for task in world.ask("wang-jianjun", "/tasks").json() if task["disclosure"] == disclosure]


def test_what_is_not_necessary_is_recorded_with_its_reason(liushu: Liushu) -> None:  # PUB-30
    disclosure = shown_everywhere(liushu)
    heard(liushu, disclosure, "o1", "not-adopt")
    assert liushu.ask("wang-jianjun", "/redisclosures", organisation="FY-R1").json()["items"] == []
    heard(liushu, disclosure, "o2", "partly")
    path = f"/redisclosures/{disclosure}/decision"
    silent = liushu.do("wang-jianjun", path, {"choice": "not-necessary"}, version=1)
    assert (silent.status_code, silent.json()["code"]) == (422, "REASON_REQUIRED")
    said = {"choice": "not-necessary", "reason": "附件已有明细"}
    assert liushu.do("wang-jianjun", path, said, version=1).status_code == 200
    row = liushu.ask("he-tao", "/redisclosures", organisation="FY-R1").json()["items"][0]
    assert (row["state"], row["reason"], row["opinions"]) == ("not-necessary", "附件已有明细", ["o2"])
    assert liushu.ask("zhou-dahai", "/redisclosures", organisation="FY-R1").status_code == 404


def test_three_opinions_on_a_major_matter_ask_whatever_became_of_them(liushu: Liushu) -> None:  # PUB-30, PUB-17
    sale = item("6.5", "immediate", "重要事项", major=True, scope="inside", audience_outside=None)
    liushu.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 3, 1), 2, (*ITEMS, sale)))
    made = str(liushu.do("ma-xiaoyan", "/decisions", {"item": "FY-R1/6.5", "title": "卖仓库"}).json()["id"])
    body = {"item": "FY-R1/6.5", "part_of": f"decision-{made}/solicitation"} | WORDS
    draft = str(liushu.do("ma-xiaoyan", "/disclosures", body).json()["id"])
    liushu.approved(draft)
    inside = {"channels": [{"channel": "intranet", "url": "http://intranet.example/1"}]}
    assert liushu.step("ma-xiaoyan", draft, "release-inside", inside).status_code == 200
    for opinion in ("o1", "o2"):
        heard(liushu, draft, opinion)
    assert liushu.ask("wang-jianjun", "/redisclosures", organisation="FY-R1").json()["items"] == []
    heard(liushu, draft, "o3")
    row = liushu.ask("wang-jianjun", "/redisclosures", organisation="FY-R1").json()["items"][0]
    assert row["opinions"] == ["o1", "o2", "o3"]
