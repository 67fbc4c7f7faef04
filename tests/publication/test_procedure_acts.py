"""The page of a major decision or a cadre matter says who did what, and how far its disclosures are (ORG-15)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from shared.clock import business_day
from tests.publication.liushu import ITEMS, MEETING, WORDS, Liushu, adopted, at, item

MA, ITEM = "ma-xiaoyan", "FY-R1/6.5"


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(8, 1, 9))
    sale = item("6.5", "immediate", "重要事项", major=True)
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 7, 1), 2, (*ITEMS, sale)))
    yield world
    world.close()


def opened(world: Liushu) -> str:
    return str(world.do(MA, "/decisions", {"item": ITEM, "title": "出售旧仓库"}).json()["id"])


def decide(world: Liushu, decision: str, step: str, body: dict[str, Any]) -> None:
    version = world.service.handler.journal.stream(f"decision-{decision}")[-1].version
    answer = world.do(MA, f"/decisions/{decision}/{step}", body, version=version)
    assert answer.status_code in (200, 201), answer.text


def drafted(world: Liushu, decision: str) -> str:
    body = {"item": ITEM, "part_of": f"decision-{decision}/solicitation"} | WORDS
    draft = str(world.do(MA, "/disclosures", body).json()["id"])
    world.approved(draft)
    assert world.step(
        MA, draft, "release-inside", {"channels": [{"channel": "intranet", "url": "http://x"}]}
    ).is_success
    return draft


def test_a_decision_names_who_acted_when_and_why(liushu: Liushu) -> None:  # PUB-17, ORG-15
    made = opened(liushu)
    decide(liushu, made, "notification", {"on": "2026-08-01", "told_through": MEETING | {"on": "2026-08-01"}})
    decide(liushu, made, "dropping", {"reason": "不卖了"})
    acts = liushu.ask("wang-jianjun", f"/decisions/{made}").json()["acts"]
    assert [(a["act"], a["by"], a["by_zh"]) for a in acts] == [
        (name, MA, MA) for name in ("MajorDecisionOpened", "MajorDecisionNotified", "MajorDecisionDropped")
    ]
    assert [a["note"] for a in acts] == ["", "", "不卖了"]
    assert {business_day(liushu.clock.now()).isoformat()} == {a["at"][:10] for a in acts}


def test_what_happened_by_itself_names_nobody(liushu: Liushu) -> None:  # PUB-17, ORG-15
    made = opened(liushu)
    decide(liushu, made, "notification", {"on": "2026-08-01", "told_through": MEETING | {"on": "2026-08-01"}})
    decide(liushu, made, "rounds", {"round": "inside", "disclosure": drafted(liushu, made)})
    liushu.go_to(at(8, 9, 9))
    last = liushu.ask("wang-jianjun", f"/decisions/{made}").json()["acts"][-1]
    assert (last["act"], last["by"], last["by_zh"]) == ("SolicitingClosed", "", "")


def test_a_decision_lists_its_drafts_with_their_stage_and_without_their_words(liushu: Liushu) -> None:  # PUB-17
    made = opened(liushu)
    draft = drafted(liushu, made)
    page = liushu.ask("wang-jianjun", f"/decisions/{made}").json()
    assert page["drafts"] == [{"part": "solicitation", "disclosure": draft, "stage": "inside"}]


def test_whoever_is_asked_sees_the_days_of_the_round(liushu: Liushu) -> None:  # PUB-17
    made = opened(liushu)
    decide(liushu, made, "notification", {"on": "2026-08-01", "told_through": MEETING | {"on": "2026-08-01"}})
    decide(liushu, made, "rounds", {"round": "inside", "disclosure": drafted(liushu, made)})
    [row] = liushu.ask("chen-xiuying", "/soliciting").json()
    assert [day["count"] for day in row["reckoning"]] == list(range(8))
    assert (row["reckoning"][0]["day"], row["reckoning"][-1]["day"]) == (row["opens"], row["until"])
