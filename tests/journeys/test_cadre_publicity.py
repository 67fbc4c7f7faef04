"""A cadre of Fengyang is put up for a post over May Day 2026: no day may be missing, whatever the calendar (PUB-18)."""

from pathlib import Path
from typing import Any

import httpx2

from services.cli.demo import load_demo
from tests.journeys import platforms
from tests.journeys.dues_at_liushu import settled
from tests.journeys.people import World
from tests.journeys.stepping import INTRANET, PUBLICATION, WEBSITE, Stepping

CATALOGUE, FEEDBACK = "/api/catalogue/v1", "/api/feedback/v1"
WORDS = {"title": "拟任干部任前公示", "text": "李强同志拟任村党支部副书记，现予公示。", "summary": "任前公示"}
SUN = "sun-wei"


def test_the_publicity_over_may_day(tmp_path: Path) -> None:  # PUB-18, A-26, P-06, P-07
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        load_demo(client, lambda _step: None)
        world = World(client)
        matter = april_24_sun_wei_opens_the_matter(world)
        april_27_the_inspection_is_announced(world, matter)
        april_28_it_is_held(world, matter)
        notice = april_30_the_notice_goes_up(world, matter)
        may_7_the_calendar_is_issued_again(world, notice)
        may_10_is_a_day_too_early(world, matter, notice)
        may_12_the_appointment(world, matter)


def april_24_sun_wei_opens_the_matter(world: World) -> dict[str, Any]:
    world.it_is("2026-04-24T09:00")
    meant = {"name": "李强", "present_post": "村委会委员", "meant_post": "村党支部副书记"}
    body = {"organisation": "FY-R1", "candidates": [meant]}
    assert world("qian-li").is_refused(f"{PUBLICATION}/cadre-matters", body)["code"] == "NOT_YOUR_REMIT"
    matter = world(SUN).does(f"{PUBLICATION}/cadre-matters", body)
    for outsider in ("qian-li", "chen-xiuying", "zhou-dahai", "luo-lan"):
        answer = world(outsider).raw(f"{PUBLICATION}/cadre-matters/{matter['id']}")
        assert answer.status_code in (403, 404)
        assert "李强" not in answer.text
    return matter


def stage(world: World, matter: dict[str, Any], part: str, sub_item: str) -> Stepping:
    body = {"item": f"FY-R1/{sub_item}", "part_of": f"cadre-{matter['id']}/{part}"} | WORDS
    return Stepping.approved(world, body, "wang-jianjun")


def acts(world: World, matter: dict[str, Any], step: str, body: Any = None) -> dict[str, Any]:
    return world(SUN).does(f"{PUBLICATION}/cadre-matters/{matter['id']}/{step}", body, version=now_at(world, matter))


def is_refused(world: World, matter: dict[str, Any], step: str, body: Any = None) -> dict[str, Any]:
    path = f"{PUBLICATION}/cadre-matters/{matter['id']}/{step}"
    return world(SUN).is_refused(path, body, version=now_at(world, matter))


def now_at(world: World, matter: dict[str, Any]) -> int:
    settled(world)
    return int(world(SUN).get(f"{PUBLICATION}/cadre-matters/{matter['id']}")["version"])


def april_27_the_inspection_is_announced(world: World, matter: dict[str, Any]) -> None:
    early = stage(world, matter, "publicity", "5.5")
    assert early.stays("release-inside", "STEP_OUT_OF_ORDER", {"channels": INTRANET})["accepted"]
    notice = stage(world, matter, "inspection-notice", "5.4")
    notice.inside()
    world.it_is("2026-04-27T09:00")
    notice.outside()
    soon = is_refused(world, matter, "inspection", {"on": "2026-04-27"})
    assert (soon["code"], soon["facts"]["earliest"]) == ("PERIOD_TOO_SHORT", "2026-04-28")


def april_28_it_is_held(world: World, matter: dict[str, Any]) -> None:
    world.it_is("2026-04-28T16:00")
    acts(world, matter, "inspection", {"on": "2026-04-28"})


def april_30_the_notice_goes_up(world: World, matter: dict[str, Any]) -> Stepping:
    notice = stage(world, matter, "publicity", "5.5")
    notice.inside()
    world.it_is("2026-04-30T08:00")
    notice.outside()
    settled(world)
    days = world("anyone").get(f"{PUBLICATION}/shown/{notice.id}/publicity")
    assert (days["first_day"], days["last_day"]) == ("2026-04-30", "2026-05-09")
    make_up = next(row for row in days["reckoning"] if row["day"] == "2026-05-09")
    assert (make_up["kind"], make_up["count"]) == ("make-up", 5)
    return notice


def may_7_the_calendar_is_issued_again(world: World, notice: Stepping) -> None:
    """The county hears that May 8 is free after all; the notice says the later day from then on."""
    world.it_is("2026-05-07T09:00")
    days = {
        "holidays": [f"2026-05-0{day}" for day in (1, 2, 3, 4, 5, 8)],
        "make_up_workdays": ["2026-05-09"],
    }
    notice_of_2026 = {"year": 2026, "source": "更正通知", **days}
    world("jiang-ping").does(f"{CATALOGUE}/calendars", notice_of_2026)
    settled(world)
    world.it_is("2026-05-07T09:01")
    settled(world)
    moved = world("anyone").get(f"{PUBLICATION}/shown/{notice.id}/publicity")
    assert (moved["last_day"], moved["moves"]) == ("2026-05-11", [{"was": "2026-05-09", "reason": "calendar"}])
    world("zhou-dahai").does(f"{FEEDBACK}/opinions", {"disclosure": notice.id, "text": "对其工龄有疑问。"})


def may_10_is_a_day_too_early(world: World, matter: dict[str, Any], notice: Stepping) -> None:
    world.it_is("2026-05-11T17:00")
    early = is_refused(world, matter, "appointment")
    assert (early["code"], early["facts"]["earliest"]) == ("PERIOD_TOO_SHORT", "2026-05-12")
    sheet = world("anyone").raw(f"{PUBLICATION}/shown/{notice.id}/publicity").json()
    assert sheet["ended"] is False


def may_12_the_appointment(world: World, matter: dict[str, Any]) -> None:
    world.it_is("2026-05-12T09:00")
    assert is_refused(world, matter, "appointment")["facts"]["objections"] == [1]
    acts(world, matter, "objections/1/settlement", {"outcome": "not-established", "reason": "档案已核对"})
    appointed = stage(world, matter, "appointment", "5.6")
    appointed.stays("release-inside", "STEP_OUT_OF_ORDER", {"channels": INTRANET})
    acts(world, matter, "appointment")
    appointed.inside()
    world.it_is("2026-05-13T10:00")
    appointed.moves("ma-xiaoyan", "release-outside", {"channels": WEBSITE})
    settled(world)
    page = world(SUN).get(f"{PUBLICATION}/cadre-matters/{matter['id']}")
    assert (page["stage"], page["decided_on"], page["publicity"]["ended"]) == ("decided", "2026-05-12", True)
    assert page["candidates"][0]["name"] == "李强"
