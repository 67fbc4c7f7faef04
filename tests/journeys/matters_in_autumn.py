"""A second cadre matter, a decision that is dropped, and a short course of study at Liushu in October 2026.

A notice comes down and goes up again, a round of opinions is prolonged, and a file waits while the calendar changes.
"""

from dataclasses import dataclass
from typing import Any

from tests.journeys.changes_in_spring import CATALOGUE, acts
from tests.journeys.dues_at_liushu import PUBLICATION, settled
from tests.journeys.people import World
from tests.journeys.road_across_new_year import shown_inside
from tests.journeys.stepping import Stepping

STUDY = "FY-R1/2.2"
NOTICE = {"text": "周强同志拟任村委会委员，现予公示。", "summary": "任前公示"}


@dataclass
class Cadre:
    world: World
    id: str
    notice: Stepping | None = None

    def acts(self, step: str, body: Any = None) -> None:
        acts(self.world, "sun-wei", f"{PUBLICATION}/cadre-matters/{self.id}", step, body)

    def stage(self, part: str, sub_item: str) -> Stepping:
        """Shown inside; the outside follows the next day."""
        body = {"item": f"FY-R1/{sub_item}", "part_of": f"cadre-{self.id}/{part}", "title": "任前公示"} | NOTICE
        made = Stepping.approved(self.world, body, "liu-fang")
        made.inside()
        settled(self.world)
        return made


def october_13_a_cadre_matter_is_opened(world: World) -> Cadre:  # PUB-18
    meant = {"name": "周强", "present_post": "村民小组长", "meant_post": "村委会委员"}
    body = {"organisation": "FY-R1", "candidates": [meant]}
    cadre = Cadre(world, world("sun-wei").does(f"{PUBLICATION}/cadre-matters", body)["id"])
    settled(world)
    cadre.notice = cadre.stage("inspection-notice", "5.4")
    return cadre


def october_14_the_inspection_is_announced(cadre: Cadre) -> None:
    cadre.world.it_is("2026-10-14T12:00")
    assert cadre.notice
    cadre.notice.outside()
    settled(cadre.world)


def october_15_it_is_held(cadre: Cadre) -> None:
    cadre.world.it_is("2026-10-15T16:00")
    cadre.acts("inspection", {"on": "2026-10-15"})
    cadre.notice = cadre.stage("publicity", "5.5")


def october_16_the_notice_is_torn_down(cadre: Cadre) -> None:
    cadre.world.it_is("2026-10-16T16:30")
    assert cadre.notice
    cadre.notice.outside()
    settled(cadre.world)
    cadre.world.it_is("2026-10-17T10:00")
    cadre.acts("taking-down", {"reason": "公示栏被大风吹倒"})


def october_20_it_is_up_again_and_then_not_needed(cadre: Cadre) -> None:
    cadre.acts("putting-up")
    cadre.acts("withdrawal", {"candidate": 1, "reason": "本人放弃"})


def a_round_is_prolonged_and_the_decision_dropped(world: World) -> None:  # PUB-17 P-15
    done = world("liu-fang").does(f"{PUBLICATION}/decisions", {"item": "FY-R1/6.5", "title": "出租鱼塘"})
    path, words = f"{PUBLICATION}/decisions/{done['id']}", {"title": "鱼塘出租方案", "text": "拟出租村鱼塘。"}
    body = {"item": "FY-R1/6.5", "part_of": f"decision-{done['id']}/solicitation", "summary": "征求意见"} | words
    draft = Stepping.approved(world, body, "liu-fang")
    draft.inside()
    settled(world)
    meeting = {"channel": "meeting", "on": "2026-10-13", "present": 35, "of": 42, "minutes": "党员大会通报"}
    acts(world, "liu-fang", path, "notification", {"on": "2026-10-13", "told_through": meeting})
    acts(world, "liu-fang", path, "rounds", {"round": "inside", "days": 7, "disclosure": draft.id})
    more = {"values": {"P-15": "9"}, "on": "2026-10-13"}
    world("he-jing").does(f"{CATALOGUE}/towns/fengyang/parameters", more)
    settled(world)
    (asked,) = world("liu-fang").get(path)["rounds"]
    assert (asked["days"], asked["until"]) == (9, "2026-10-22")
    acts(world, "liu-fang", path, "dropping", {"reason": "承租人退出"})


def a_short_study_is_over(world: World) -> None:  # PUB-27 ARC-05
    """Its file is owed, and the day for it will move."""
    work = {"item": STUDY, "title": "秋季学习", "starts": "2026-10-13", "ends": "2026-10-31"}
    plan = {"milestones": [{"name": "集中学习", "on": "2026-10-31"}]}
    study = world("liu-fang").does(f"{PUBLICATION}/matters", work | plan)["id"]
    settled(world)
    path = f"{PUBLICATION}/matters/{study}"
    acts(world, "liu-fang", path, "milestones/1/reached", {})
    shown_inside(world, f"{STUDY}/stage/{study}/1", "liu-fang", "秋季集中学习")
    acts(world, "liu-fang", path, "end", {})
    shown_inside(world, f"{STUDY}/summary/{study}", "liu-fang", "秋季学习总结")
    assert world("liu-fang").get(path)["stage"] == "closed"
