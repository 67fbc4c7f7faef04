"""S08: Liushu sells its old warehouse. Told, asked inside and outside, weighed, and only then made public (PUB-17)."""

from pathlib import Path
from typing import Any

import httpx2

from services.cli.demo import load_demo
from tests.journeys import platforms
from tests.journeys.dues_at_liushu import settled
from tests.journeys.people import World
from tests.journeys.stepping import INTRANET, PUBLICATION, Stepping

FEEDBACK = "/api/feedback/v1"
ITEM = "FY-R1/6.5"
WORDS = {
    "title": "旧仓库处置方案",
    "text": "拟以公开拍卖方式出售村旧仓库，现征求意见。",
    "summary": "出售旧仓库征求意见",
}


def test_the_sale_of_the_old_warehouse(tmp_path: Path) -> None:  # PUB-17, PUB-30, FBK-13, S08
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        load_demo(client, lambda _step: None)
        world = World(client)
        sale = opened_on_august_1(world)
        draft = august_3_told_and_asked_inside(world, sale)
        august_11_asked_in_society(world, sale, draft)
        result = august_20_too_early(world, sale)
        august_27_weighed_and_public(world, sale, result)
        september_one_opinion_shows_it_unclear(world, result)


def opened_on_august_1(world: World) -> dict[str, Any]:
    world.it_is("2026-08-01T09:00")
    return world("liu-fang").does(f"{PUBLICATION}/decisions", {"item": ITEM, "title": "出售旧仓库"})


def moves(world: World, sale: dict[str, Any], step: str, body: Any) -> None:
    done = world("liu-fang").does(f"{PUBLICATION}/decisions/{sale['id']}/{step}", body, version=sale["version"])
    sale["version"] = done["version"]


def august_3_told_and_asked_inside(world: World, sale: dict[str, Any]) -> Stepping:
    world.it_is("2026-08-03T09:00")
    body = {"item": ITEM, "part_of": f"decision-{sale['id']}/solicitation"} | WORDS
    draft = Stepping.approved(world, body, "liu-fang")
    draft.inside()
    meeting = {"channel": "meeting", "on": "2026-08-03", "present": 35, "of": 42, "minutes": "党员大会通报"}
    moves(world, sale, "notification", {"on": "2026-08-03", "told_through": meeting})
    moves(world, sale, "rounds", {"round": "inside", "days": 7, "disclosure": draft.id})
    settled(world)
    asked = world("chen-xiuying").get(f"{PUBLICATION}/soliciting")
    assert [(row["decision"], row["until"]) for row in asked] == [(sale["id"], "2026-08-10")]
    assert world("zhou-dahai").get(f"{PUBLICATION}/soliciting") == []
    world("chen-xiuying").does(f"{FEEDBACK}/opinions", {"disclosure": draft.id, "text": "应当公开拍卖。"})
    return draft


def august_11_asked_in_society(world: World, sale: dict[str, Any], draft: Stepping) -> None:
    path, society = f"{PUBLICATION}/decisions/{sale['id']}/rounds", {"round": "society", "disclosure": draft.id}
    world.it_is("2026-08-10T09:00")
    soon = world("liu-fang").is_refused(path, society, version=sale["version"])
    assert (soon["code"], soon["facts"]["earliest"]) == ("PERIOD_TOO_SHORT", "2026-08-11")
    world.it_is("2026-08-11T09:00")
    draft.outside()
    sale["version"] = world("liu-fang").get(f"{PUBLICATION}/decisions/{sale['id']}")["version"]
    moves(world, sale, "rounds", society | {"days": 15})
    settled(world)
    asked = world("zhou-dahai").get(f"{PUBLICATION}/soliciting")
    assert [(row["opens"], row["until"]) for row in asked] == [("2026-08-11", "2026-08-26")]
    rounds = world("liu-fang").get(f"{PUBLICATION}/decisions/{sale['id']}")["rounds"]
    assert [(r["round"], r["closed"], r["opinions"]) for r in rounds] == [("inside", True, 1), ("society", False, 0)]
    assert [row["count"] for row in rounds[1]["reckoning"]] == list(range(16))


def august_20_too_early(world: World, sale: dict[str, Any]) -> Stepping:
    world.it_is("2026-08-20T09:00")
    body = {"item": ITEM, "part_of": f"decision-{sale['id']}/result"} | WORDS
    result = Stepping.approved(world, body | {"title": "旧仓库处置结果"}, "liu-fang")
    early = result.stays("release-inside", "PERIOD_TOO_SHORT", {"channels": INTRANET})
    assert early["facts"]["earliest"] == "2026-08-27"
    for name in ("chen-xiuying", "zhou-dahai"):
        world(name).finds_nothing(f"{PUBLICATION}/shown/{result.id}")
    return result


def august_27_weighed_and_public(world: World, sale: dict[str, Any], result: Stepping) -> None:
    world.it_is("2026-08-27T09:00")
    result.stays("release-inside", "STEP_OUT_OF_ORDER", {"channels": INTRANET})
    weighed = [
        {"gist": "应当公开拍卖", "taken": True},
        {"gist": "改作粮库", "taken": False, "reason": "房屋已鉴定为危房"},
    ]
    sale["version"] = world("liu-fang").get(f"{PUBLICATION}/decisions/{sale['id']}")["version"]
    moves(world, sale, "summary", {"weighed": weighed})
    result.inside()
    settled(world)
    decision = world("liu-fang").get(f"{PUBLICATION}/decisions/{sale['id']}")
    assert (decision["stage"], decision["result"], decision["published_on"]) == ("published", result.id, "2026-08-27")
    world.it_is("2026-08-28T10:00")
    result.outside()
    settled(world)
    assert world("zhou-dahai").get(f"{PUBLICATION}/shown/{result.id}")["title"] == "旧仓库处置结果"


def september_one_opinion_shows_it_unclear(world: World, result: Stepping) -> None:
    """The opinion is adopted; Liu decides that it is made public again, clearer."""
    world.it_is("2026-09-01T09:00")
    given = world("zhou-dahai").does(f"{FEEDBACK}/opinions", {"disclosure": result.id, "text": "成交价没写清楚。"})
    path, liu = f"{FEEDBACK}/opinions/{given['id']}", world("liu-fang")
    assigned = liu.does(f"{path}/assignment", {"handler": "liu-fang"}, version=given["version"])
    liu.does(f"{path}/decision", {"disposition": "adopt"}, version=assigned["version"])
    settled(world)
    asked = liu.get(f"{PUBLICATION}/redisclosures", organisation="FY-R1")["items"]
    (row,) = [row for row in asked if row["disclosure"] == result.id]
    assert (row["state"], row["owner"], row["opinions"]) == ("pending", "liu-fang", [given["id"]])
    decision = f"{PUBLICATION}/redisclosures/{result.id}/decision"
    liu.does(decision, {"choice": "re-disclose"}, version=row["version"])
    clearer = WORDS | {"title": "旧仓库处置结果", "text": "公开拍卖成交价80,000元。", "note": "补充成交价"}
    result.moves("ma-xiaoyan", "redisclosure", clearer)
    result.examined()
    result.inside()
    world.it_is("2026-09-02T10:00")
    result.outside()
    settled(world)
    versions = world("zhou-dahai").get(f"{PUBLICATION}/shown/{result.id}/versions")
    assert [(v["version"], bool(v["superseded_at"])) for v in versions] == [(2, False), (1, True)]
    assert "80,000" in world("zhou-dahai").get(f"{PUBLICATION}/shown/{result.id}")["text"]
