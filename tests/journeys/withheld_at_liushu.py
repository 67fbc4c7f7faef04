"""S05 from 07-10 to 10-12, under the lid: what is not made public is filed upward, receipted, and ends by itself.

Told over HTTP on the demo county as it goes on after ``under_the_lid``; each function is a day.
"""

from typing import Any

from tests.journeys.dues_at_liushu import PUBLICATION, settled
from tests.journeys.people import World

CATALOGUE, AUDIT = "/api/catalogue/v1", "/api/audit/v1"
LIUSHU, SCHOOL = f"{CATALOGUE}/organisations/FY-R1", f"{CATALOGUE}/organisations/FY-S1"
WITHHOLDINGS, FILINGS = f"{CATALOGUE}/withholdings", f"{AUDIT}/filings"
CASE_OF_X = {
    "sub_item": "7.7",
    "kind": "temporarily-not",
    "ground": "case-under-investigation",
    "citation": "监督执纪工作规则第六十四条",
    "until": "2026-10-08",
    "addressed_to": "FY",
    "reviewer": "he-tao",
}
CASE, HOT = "FY-R1/7.7", "FY-S1/6.5"  # a member under investigation; what touches on many
FIRST, LATE = f"{CASE}/1", f"{HOT}/1"
NOTICE = "暂不公开，已备案"


def filed(world: World, person: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Proposed by one, and filed with the word of the reviewer who was asked (A-11, A-22)."""
    done = world(person).does(f"{path}/withholdings", body)
    return world(body["reviewer"]).does(f"{WITHHOLDINGS}/{done['id']}/confirmation", version=done["version"])


def owed_on_july_15(world: World, secretary: str, item: str) -> None:
    """Something happened on 07-10 that the item wants made known within P-04."""
    happened = {"item": item, "what": "事由登记在案", "happened_at": "2026-07-10T08:00:00+08:00"}
    world(secretary).does(f"{PUBLICATION}/triggers", happened)
    settled(world)
    duty = the_duty(world, item)
    assert (duty["due"], duty["state"]) == ("2026-07-15", "open")


def the_duty(world: World, item: str) -> dict[str, Any]:
    """The duty of 07-10, as the town's coordinator finds it."""
    where = {"organisation": item.partition("/")[0], "limit": "100"}
    listed = world("li-min").get(f"{PUBLICATION}/obligations", **where)["items"]
    (duty,) = [row for row in listed if (row["item"], row["duty"]) == (item, "triggered")]
    return dict(duty)


def july_10_addressed_to_another_town(world: World) -> None:  # CAT-15 ORG-02 A-03
    world.it_is("2026-07-10T09:00")
    owed_on_july_15(world, "liu-fang", CASE)
    owed_on_july_15(world, "lin-hua", HOT)
    problem = world("liu-fang").is_refused(f"{LIUSHU}/withholdings", CASE_OF_X | {"addressed_to": "HS"})
    assert problem["code"] == "WRONG_SUPERIOR"
    assert rows(world, "liu-fang", "FY-R1") == [], "a refusal changes nothing"


def july_10_it_is_filed_and_on_record(world: World) -> None:  # CAT-15 PUB-29
    done = filed(world, "liu-fang", LIUSHU, CASE_OF_X)
    assert done["id"] == FIRST
    settled(world)
    filing = world("he-jing").get(f"{FILINGS}/{FIRST}")
    assert (filing["addressed_to"], filing["stage"], filing["late_workdays"]) == ("FY", "submitted", 0)
    problem = world("jiang-ping").is_refused(f"{FILINGS}/{FIRST}/receipt", version=filing["version"])
    assert problem["code"] == "NOT_YOUR_REMIT", "the county is not the next higher organisation"
    receipt = world("he-jing").does(f"{FILINGS}/{FIRST}/receipt", version=filing["version"])["result"]
    assert receipt["number"].startswith("凤党公备〔2026〕")
    settled(world)
    duty = the_duty(world, CASE)
    assert (duty["state"], duty["withholding"], duty["withheld_until"]) == ("suspended", FIRST, "2026-10-08")
    (row,) = rows(world, "liu-fang", "FY-R1")
    assert (row["number"], row["ended"], row["deemed"]) == (receipt["number"], "", False)


def july_10_members_see_that_it_is_on_file(world: World) -> None:  # CAT-14 CAT-15 ORG-11
    duty = the_duty(world, CASE)["obligation"]
    (mark,) = world("chen-xiuying").get(f"{LIUSHU}/withheld")
    assert (mark["sub_item"], mark["notice_zh"]) == ("7.7", NOTICE)
    assert set(mark) == {"item", "sub_item", "kind", "notice_zh", "notice_en", "until", "number"}, "and no content"
    for outsider in ("anyone", "zhou-dahai", "lin-hua", "luo-lan", "han-dong"):
        assert world(outsider).get(f"{LIUSHU}/withheld") == []
        assert world(outsider).raw(WITHHOLDINGS, organisation="FY-R1").status_code == 404
        world(outsider).finds_nothing(f"{FILINGS}/{FIRST}")
        world(outsider).finds_nothing(f"{PUBLICATION}/obligations/{duty}")


def july_16_the_school_files_a_day_late(world: World) -> None:  # CAT-15 SUP-15
    world.it_is("2026-07-16T10:00")
    duty = the_duty(world, HOT)
    assert (duty["state"], duty["overdue_from"]) == ("overdue", "2026-07-16")
    posts = world("he-jing").get(SCHOOL)["posts"]
    reviewer = next(holder["person"] for holder in posts if holder["kind"] == "secrecy-reviewer")
    late = {"sub_item": "6.5", "kind": "not-suitable", "ground": "personal-privacy"}
    late |= {"citation": "个人信息保护法第十三条", "addressed_to": "FY", "reviewer": reviewer}
    assert filed(world, "lin-hua", SCHOOL, late)["id"] == LATE
    settled(world)
    (row,) = rows(world, "li-min", "FY-S1")
    assert (row["late_workdays"], row["kind"]) == (1, "not-suitable")
    listed = {f["filing"]: f["late_workdays"] for f in world("li-min").get(FILINGS, town="fengyang")["items"]}
    assert (listed[LATE], listed[FIRST]) == (1, 0)
    figures = world("jiang-ping").get(f"{AUDIT}/filing-figures", town="fengyang")
    assert [(f["submitted"], f["late"]) for f in figures if f["about"] == "withholding"] == [(2, 1)]


def october_9_nobody_renewed_it(world: World) -> None:  # CAT-15 ORG-07
    world.it_is("2026-10-08T20:00")
    assert the_duty(world, CASE)["state"] == "suspended"
    world.it_is("2026-10-09T09:00")
    again = the_duty(world, CASE)
    duty = again["obligation"]
    assert (again["state"], again["overdue_from"], again["due"]) == ("overdue", "2026-10-09", "2026-07-15")
    (task,) = [t for t in world("liu-fang").get(f"{PUBLICATION}/tasks") if t["obligation"] == duty]
    assert (task["step"], task["overdue"]) == ("draft", True)
    where = {"town": "fengyang", "organisation": "FY-R1", "state": "overdue", "limit": "100"}
    overdue = world("li-min").get(f"{PUBLICATION}/obligations", **where)["items"]
    assert duty in [row["obligation"] for row in overdue]
    (row,) = rows(world, "liu-fang", "FY-R1")
    assert (row["ended"], row["ended_on"]) == ("expired", "2026-10-09")
    assert world("chen-xiuying").get(f"{LIUSHU}/withheld") == []


def october_12_for_good_it_takes_a_rule(world: World) -> None:  # CAT-14 CAT-15
    world.it_is("2026-10-12T09:00")
    for_good = CASE_OF_X | {"kind": "not-suitable", "until": None, "citation": ""}
    problem = world("liu-fang").is_refused(f"{LIUSHU}/withholdings", for_good)
    assert (problem["code"], problem["errors"][0]["pointer"]) == ("REASON_REQUIRED", "/citation")
    assert len(rows(world, "liu-fang", "FY-R1")) == 1, "a refusal changes nothing"
    done = filed(world, "liu-fang", LIUSHU, for_good | {"citation": CASE_OF_X["citation"]})
    settled(world)
    latest = next(row for row in rows(world, "liu-fang", "FY-R1") if row["withholding"] == done["id"])
    assert latest["late_workdays"] == 3, "10-09, the make-up workday 10-10, and 10-12"


def rows(world: World, asker: str, organisation: str) -> list[dict[str, Any]]:
    return list(world(asker).get(WITHHOLDINGS, organisation=organisation)["items"])
