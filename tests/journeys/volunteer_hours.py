"""S01, the extra item 3.12: not by editing what is in force, but by the four steps of a change.

A part of the story of the six catalogues; it also shows what any branch makes public inside, in four acts.
"""

from typing import Any

from tests.journeys.dues_at_liushu import settled
from tests.journeys.people import World

CATALOGUE, PUBLICATION, AUDIT = "/api/catalogue/v1", "/api/publication/v1", "/api/audit/v1"
RURAL = f"{CATALOGUE}/towns/fengyang/templates/rural"
LIUSHU = f"{CATALOGUE}/organisations/FY-R1"
BOARD = {"channel": "activity-room-board", "place": "党员活动室"}
COLUMN = {"channel": "public-column", "place": "村口", "sheet": "A3"}
TEXT = {
    "sub_item": "3.12",
    "title_zh": "党员志愿服务时长",
    "title_en": "Party-member volunteer hours",
    "scope": "inside-then-outside",
    "methods": ["activity-room-board", "public-column"],
}


def february_6_nothing_is_edited_in_place(world: World, hours: dict[str, Any]) -> None:  # CAT-16 CAT-21
    """An extra 3.12 may be written into the template; the catalogue in force changes only by the steps of a change."""
    world.it_is("2026-02-06T09:00")
    world("sun-wei").does(f"{RURAL}/items", {"items": [hours]})
    world("he-jing").does(f"{RURAL}/completion")
    settled(world)
    problem = world("he-jing").is_refused(f"{LIUSHU}/catalogue/draft")
    assert problem["code"] == "STEP_OUT_OF_ORDER"
    assert "approval, audit, filing, announcement" in problem["accepted"]
    assert versions(world) == [1]
    assert world("he-jing").raw(f"{LIUSHU}/items/3.12").status_code == 404


def february_12_a_new_item_by_four_steps(world: World, hours: dict[str, Any]) -> None:  # CAT-16 to CAT-19 CAT-21
    """Asked for, approved, audited, on record with the county, announced inside and then outside: version 2."""
    line = {"kind": "add", "sub_item": "3.12", "text": hours}
    body = {"base_version": 1, "reason": "丰富公开内容", "lines": [line]}
    change = world("wang-jianjun").does(f"{LIUSHU}/changes", body)["id"]
    words = {"title": TEXT["title_zh"], "text": "目录增加事项3.12。", "summary": "目录增加事项3.12。"}
    announcement = {"item": "FY-R1/3.12", "announces": change, **words}
    settled(world)
    problem = world("ma-xiaoyan").is_refused(f"{PUBLICATION}/disclosures", announcement)
    assert problem["code"] == "FILING_REQUIRED"
    steps = (
        ("sun-wei", f"{CATALOGUE}/changes/{change}", "approval", None),
        ("zhao-guoqiang", f"{AUDIT}/cases/{change}", "audit", {"note": "同意"}),
        ("jiang-ping", f"{AUDIT}/filings/{change}", "receipt", None),
    )
    for who, thing, act, said in steps:
        world(who).does(f"{thing}/{act}", said, version=world(who).get(thing)["version"])
        settled(world)
    world.it_is("2026-02-11T09:00")
    disclosure, version = shown_inside(world, "FY-R1", announcement)
    settled(world)
    assert versions(world) == [1], "what is announced inside alone does not bind yet"
    world.it_is("2026-02-12T10:00")
    channels = [COLUMN | {"posted_at": world.now().isoformat()}]
    outside = f"{PUBLICATION}/disclosures/{disclosure}/release-outside"
    world("ma-xiaoyan").does(outside, {"channels": channels}, version=version)
    settled(world)
    it_is_the_second_version(world, change)


def it_is_the_second_version(world: World, change: str) -> None:
    office = world("he-jing")
    page = office.get(f"{CATALOGUE}/changes/{change}")
    assert (page["stage"], [step["state"] for step in page["steps"]]) == ("announced", ["done"] * 4)
    assert versions(world) == [1, 2]
    before, now = (office.get(f"{LIUSHU}/catalogue", on=day) for day in ("2026-02-11", "2026-02-12"))
    assert {i["sub_item"] for i in now["items"]} - {i["sub_item"] for i in before["items"]} == {"3.12"}
    assert (before["version"], now["version"]) == (1, 2)
    nobody_knew = world("anyone").raw(f"{LIUSHU}/catalogue", on="2026-01-31")
    assert nobody_knew.json()["code"] == "NOT_IN_FORCE", "v1 holds from 02-01 on"


def versions(world: World) -> list[int]:
    return [row["version"] for row in world("he-jing").get(f"{LIUSHU}/catalogue/versions")["items"]]


def shown_inside(world: World, organisation: str, body: dict[str, Any]) -> tuple[str, int]:
    """Drafted, examined by the two others, shown on the board now; the disclosure and its version."""
    post, now = posts_of(world, organisation), world.now().isoformat()
    done = world(post["clerk"]).does(f"{PUBLICATION}/disclosures", body)
    disclosure = done["id"]
    steps: list[tuple[str, str, Any]] = [
        ("clerk", "submit", {"attested_by": [post["secretary"], post["clerk"]]}),
        ("secrecy-reviewer", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}),
        ("secretary", "approve", None),
        ("clerk", "release-inside", {"channels": [BOARD | {"posted_at": now}]}),
    ]
    for kind, step, what in steps:
        path = f"{PUBLICATION}/disclosures/{disclosure}/{step}"
        done = world(post[kind]).does(path, what, version=done["version"])
    return disclosure, done["version"]


def posts_of(world: World, organisation: str) -> dict[str, str]:
    held = world("he-jing").get(f"{CATALOGUE}/organisations/{organisation}")["posts"]
    return {holder["kind"]: holder["person"] for holder in held}
