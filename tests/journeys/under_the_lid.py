"""S05, outside the catalogue and under the lid: flood donations by a plan with a condition; a plan that is secret; a
plan refused; and what is withheld. Told over HTTP from 2026-07-06 on; each function is a step, :func:`tell` all of it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys import withheld_at_liushu as withheld
from tests.journeys.dues_at_liushu import settled
from tests.journeys.people import World

CATALOGUE, PUBLICATION = "/api/catalogue/v1", "/api/publication/v1"
PLANS = f"{CATALOGUE}/organisations/FY-R1/plans"
DUTY = "FY-R1/plan-1/triggered/2026-07-07"
FLOOD: dict[str, Any] = {
    "category": "C6",
    "title": "柳树村党支部防汛救灾捐款收支",
    "content": "捐款收入、发放对象和数额",
    "reason": "汛情突发，目录内没有此项",
    "scope": "inside-then-outside",
    "methods": ["activity-room-board", "public-column", "wechat-group"],
    "urgent": True,
}
NAMES = ["张桂兰", "李志强"]
WHOLE = "共收到捐款12,000.00元，已发放给张桂兰6,000.00元、李志强6,000.00元。"
MASKED = "共收到捐款12,000.00元，已发放给张**6,000.00元、李**6,000.00元。"
SECRET = ("网格安全值班表密件", "一号哨位每晚二十三时换岗", "上级要求尽快张贴哨位安排")
BOARD = {"channel": "activity-room-board", "place": "党员活动室", "posted_at": "2026-07-07T16:00:00+08:00"}
COLUMN = {"channel": "public-column", "place": "村口", "sheet": "A3", "posted_at": "2026-07-08T16:30:00+08:00"}
GROUP = {"channel": "other", "code": "wechat-group", "details": {"posted": "2026-07-08 16:30"}}


@dataclass
class Story:
    """What has been made so far: the disclosure of the donations, at its version."""

    world: World
    disclosure: str = ""
    version: int = 0

    def moves(self, name: str, step: str, body: Any = None) -> dict[str, Any]:
        path = f"{PUBLICATION}/disclosures/{self.disclosure}/{step}"
        done = self.world(name).does(path, body, version=self.version)
        self.version = done["version"]
        return done

    def stays(self, name: str, step: str, code: str, body: Any = None) -> dict[str, Any]:
        path = f"{PUBLICATION}/disclosures/{self.disclosure}/{step}"
        problem = self.world(name).is_refused(path, body, version=self.version)
        assert problem["code"] == code, problem
        return problem


def tell(world: World, kept: Path) -> None:
    """``kept``: the folder with everything the platform has written down."""
    story = Story(world)
    july_6_off_the_catalogue(story)
    july_6_a_plan_goes_to_the_unit_in_charge(story)
    july_7_approved_on_condition(story)
    july_7_names_do_not_pass_outside(story)
    july_7_a_secret_plan_leaves_no_words(story, kept)
    july_7_inside_july_8_outside(story)
    the_register_suggests_an_item(story)
    july_8_no_refusal_without_a_reason(story)
    waiting = july_8_another_plan_is_left_lying(story)
    withheld.july_10_addressed_to_another_town(world)
    withheld.july_10_it_is_filed_and_on_record(world)
    withheld.july_10_members_see_that_it_is_on_file(world)
    july_16_undecided_is_told_once(story, waiting)
    withheld.july_16_the_school_files_a_day_late(world)
    withheld.october_9_nobody_renewed_it(world)
    withheld.october_12_for_good_it_takes_a_rule(world)


def july_6_off_the_catalogue(story: Story) -> None:  # CAT-12
    world = story.world
    world.it_is("2026-07-06T09:00")
    words = {"title": FLOOD["title"], "text": WHOLE}
    for item in ("FY-R1/flood-donations", "FY-R1/plan-1"):
        problem = world("liu-fang").is_refused(f"{PUBLICATION}/disclosures", {"item": item, **words})
        assert problem["code"] == "OFF_CATALOGUE", problem
        assert "approved off-catalogue plan" in problem["accepted"]


def july_6_a_plan_goes_to_the_unit_in_charge(story: Story) -> None:  # CAT-12 CAT-13 PUB-16 A-02
    world = story.world
    problem = world("liu-fang").is_refused(PLANS, FLOOD)
    assert problem["code"] == "UNKNOWN_CODE", "the town has no such channel yet"
    group = {"channel": "wechat-group", "name_zh": "村民微信群", "name_en": "Village chat group", "audience": "outside"}
    world("he-jing").does(f"{CATALOGUE}/towns/fengyang/channels", group | {"evidence": ["posted"]})
    done = world("liu-fang").does(PLANS, FLOOD)
    settled(world)
    assert done["result"] == {"plan": "FY-R1/plan-1", "number": 1, "unit": "FY-DJB", "decision_due": "2026-07-07"}
    page = world("sun-wei").get(f"{CATALOGUE}/towns/fengyang/plans", stage="submitted")["items"][0]
    assert (page["unit"], page["on_behalf_of"], page["due"], page["overdue"]) == ("FY-DJB", "FY", "2026-07-07", False)
    assert page["title"] == FLOOD["title"]
    for outsider in ("zhou-dahai", "han-dong", "chen-xiuying"):
        assert world(outsider).raw(f"{PLANS}/1").status_code == 404
    problem = world("liu-fang").is_refused(
        f"{PUBLICATION}/disclosures", {"item": "FY-R1/plan-1", "title": "x", "text": "x"}
    )
    assert problem["code"] == "OFF_CATALOGUE", "not before it is approved"


def july_7_approved_on_condition(story: Story) -> None:  # CAT-12 P-16 P-04
    world = story.world
    world.it_is("2026-07-07T10:00")
    version = world("sun-wei").get(f"{PLANS}/1")["stream_version"]
    conditions = {"conditions": [{"kind": "no-names-outside", "names": NAMES}]}
    problem = world("qian-li").is_refused(f"{PLANS}/1/approval", conditions, version=version)
    assert problem["code"] == "NOT_YOUR_REMIT"
    problem = world("liu-fang").is_refused(f"{PLANS}/1/approval", conditions, version=version)
    assert problem["code"] == "NOT_YOUR_REMIT"
    nameless = {"conditions": [{"kind": "no-names-outside"}]}
    problem = world("sun-wei").is_refused(f"{PLANS}/1/approval", nameless, version=version)
    assert problem["code"] == "MISSING_FIELD"
    done = world("sun-wei").does(f"{PLANS}/1/approval", conditions, version=version)
    assert done["result"] == {"item": "FY-R1/plan-1"}
    settled(world)
    duty = world("ma-xiaoyan").get(f"{PUBLICATION}/obligations/{DUTY}")
    assert (duty["due"], duty["state"], duty["duty"]) == ("2026-07-10", "open", "triggered")


def july_7_names_do_not_pass_outside(story: Story) -> None:  # CAT-12
    world = story.world
    words = {"title": FLOOD["title"], "text": WHOLE, "summary": "防汛捐款收支"}
    named = {"outside": {"text": "已发放给张桂兰6,000.00元、李**6,000.00元。", "summary": "防汛捐款收支"}}
    done = world("ma-xiaoyan").does(f"{PUBLICATION}/disclosures", {"obligation": DUTY, **words, **named})
    story.disclosure, story.version = done["id"], done["version"]
    examined(story, approves=False)
    problem = story.stays("liu-fang", "approve", "CONDITION_NOT_MET")
    assert problem["facts"]["places"] == ["text"]
    assert "张桂兰" not in str(problem)
    story.moves("liu-fang", "return", {"reason": "对外版本应隐去姓名"})
    story.moves("ma-xiaoyan", "revise", {**words, "outside": {"text": MASKED, "summary": "防汛捐款收支"}})
    examined(story, approves=True)


def examined(story: Story, *, approves: bool) -> None:
    story.moves("ma-xiaoyan", "submit", {"attested_by": ["liu-fang", "ma-xiaoyan"]})
    story.moves("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True})
    if approves:
        story.moves("liu-fang", "approve")


def july_7_inside_july_8_outside(story: Story) -> None:  # PUB-04 PUB-29
    world = story.world
    world.it_is("2026-07-07T16:00")
    story.moves("ma-xiaoyan", "release-inside", {"channels": [BOARD]})
    settled(world)
    duty = world("ma-xiaoyan").get(f"{PUBLICATION}/obligations/{DUTY}")
    assert (duty["state"], duty["late_workdays"]) == ("fulfilled", 0)
    world.it_is("2026-07-08T16:30")
    story.moves("ma-xiaoyan", "release-outside", {"channels": [COLUMN, GROUP]})
    settled(world)
    assert world("chen-xiuying").get(f"{PUBLICATION}/shown/{story.disclosure}")["text"] == WHOLE
    assert world("zhou-dahai").get(f"{PUBLICATION}/shown/{story.disclosure}")["text"] == MASKED
    for name in NAMES:
        assert story.disclosure not in world("anyone").raw(f"{PUBLICATION}/shown", q=name).text


def the_register_suggests_an_item(story: Story) -> None:  # CAT-12 CAT-21
    listed = story.world("he-jing").get(f"{CATALOGUE}/towns/fengyang/plans")["items"]
    page = next(row for row in listed if row["number"] == 1)
    assert (page["stage"], page["decided_by"], page["late_workdays"]) == ("approved", "sun-wei", 0)
    suggestion = page["suggestion"]
    assert (suggestion["category"], suggestion["title"]) == ("C6", FLOOD["title"])
    assert suggestion["terms"]["methods"] == FLOOD["methods"]


def july_7_a_secret_plan_leaves_no_words(story: Story, kept: Path) -> None:  # PUB-35 CAT-14
    world = story.world
    title, content, reason = SECRET
    plan = {"category": "C8", "title": title, "content": f"秘密 {content}", "reason": reason}
    world("liu-fang").does(PLANS, plan | {"scope": "inside", "methods": ["activity-room-board"]})
    settled(world)
    version = world("he-tao").get(f"{PLANS}/2")["stream_version"]
    refusal = {"ground": "state-secret", "citation": "《中华人民共和国保守国家秘密法》"}
    problem = world("liu-fang").is_refused(f"{PLANS}/2/secrecy-refusal", refusal, version=version)
    assert problem["code"] == "NOT_YOUR_REMIT"
    version = world("he-tao").does(f"{PLANS}/2/secrecy-refusal", refusal, version=version)["version"]
    problem = world("he-jing").is_refused(f"{PLANS}/2/approval", {}, version=version)
    assert problem["code"] == "SECRECY_REFUSED"
    settled(world)
    page = world("he-tao").get(f"{PLANS}/2")
    assert (page["stage"], page["title"], page["content"], page["reason"]) == ("secrecy-refused", "", "", "")
    for word in SECRET:
        assert world("he-tao").get(f"{PUBLICATION}/shown/count", q=word)["count"] == 0
    assert written_in(kept, *SECRET, FLOOD["title"]) == {FLOOD["title"]}, "what was approved stands there in clear"


def written_in(kept: Path, *words: str) -> set[str]:
    """Which of the words stand in any file: databases with their logs, Kafka's segments, documents, output."""
    wanted = {form: word for word in words for form in (word.encode(), json.dumps(word)[1:-1].encode())}
    files = (file for file in kept.rglob("*") if file.is_file() and file.suffix not in (".index", ".timeindex"))
    return {word for file in files for content in [bytes_of(file)] for form, word in wanted.items() if form in content}


def bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:  # PostgreSQL has put it away in the meantime
        return b""


def july_8_no_refusal_without_a_reason(story: Story) -> None:  # CAT-12
    world = story.world
    plan = FLOOD | {"title": "防汛值守补贴", "urgent": False}
    world("liu-fang").does(PLANS, plan)
    settled(world)
    version = world("sun-wei").get(f"{PLANS}/3")["stream_version"]
    problem = world("sun-wei").is_refused(f"{PLANS}/3/refusal", {"reason": " "}, version=version)
    assert problem["code"] == "REASON_REQUIRED"
    assert world("sun-wei").get(f"{PLANS}/3")["stage"] == "submitted", "a refusal changes nothing"
    version = world("sun-wei").does(f"{PLANS}/3/refusal", {"reason": "目录3.10已含此项"}, version=version)["version"]
    settled(world)
    page = world("liu-fang").get(f"{PLANS}/3")
    assert (page["stage"], page["refusal"], page["suggestion"]) == ("refused", "目录3.10已含此项", None)


def july_8_another_plan_is_left_lying(story: Story) -> dict[str, Any]:  # P-16
    world = story.world
    world("liu-fang").does(PLANS, FLOOD | {"title": "防汛物资去向", "urgent": False})
    settled(world)
    before = world("liu-fang").get(f"{PLANS}/4")
    assert (before["due"], before["overdue"], before["overdue_from"]) == ("2026-07-15", False, None)
    assert [row["count"] for row in before["reckoning"]][-1] == 5
    return dict(before)


def july_16_undecided_is_told_once(story: Story, before: dict[str, Any]) -> None:  # P-16
    world = story.world
    for instant in ("2026-07-15T18:00", "2026-07-16T08:00", "2026-07-16T09:00"):
        world.it_is(instant)
    late = world("sun-wei").get(f"{PLANS}/4")
    assert (late["overdue"], late["overdue_from"]) == (True, "2026-07-16")
    assert late["stream_version"] == before["stream_version"] + 1, "told once"
