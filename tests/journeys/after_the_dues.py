"""The year 2026 at Liushu after the dues of April, in the order of its days: what several stories tell of one county.

Their functions are called here by turns, so that one platform lives through all of them; what no scenario tells is
in ``changes_in_spring`` and ``autumn_acts``. Start at :func:`tell`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys import (
    autumn_acts,
    changes_in_spring,
    quarter_at_liushu,
    test_cadre_publicity,
    test_warehouse_sale,
    under_the_lid,
    withheld_at_liushu,
)
from tests.journeys.changes_in_spring import acts
from tests.journeys.dues_at_liushu import ARCHIVE, FEEDBACK, PUBLICATION, settled
from tests.journeys.people import World
from tests.journeys.road_across_new_year import shown_inside

BEGINS = "2026-04-20T09:00:00+08:00"
STUDY = "FY-R1/2.2"


@dataclass
class Year:
    world: World
    kept: Path  # the folder with everything the platform has written down
    study: str = ""

    def shown_of(self, item: str) -> str:
        rows = self.world("chen-xiuying").get(f"{PUBLICATION}/shown", item=item)["items"]
        return str(rows[0]["disclosure"])


def tell(world: World, kept: Path) -> None:
    year = Year(world, kept)
    april_20_someone_asks(year)
    until_may_13(year)
    may_14_the_calendar_stands_again(year)
    until_july_5(year)
    until_july_20(year)
    until_september_2(year)
    withheld_at_liushu.october_9_nobody_renewed_it(world)
    withheld_at_liushu.october_12_for_good_it_takes_a_rule(world)
    autumn_acts.tell(world)


def april_20_someone_asks(year: Year) -> None:
    """Chen wants to be told by e-mail, which nobody takes; of two opinions one gets more time, one falls overdue."""
    world = year.world
    world.it_is("2026-04-20T09:00")
    chosen = {"channels": ["inbox", "email"], "address": "chen@fengyang.example"}
    world("chen-xiuying").does(f"{PUBLICATION}/notice-preference", chosen)
    dues = year.shown_of(quarter_at_liushu.DUES)
    for text in ("应收名单能否公开？", "上缴日期是哪天？"):
        given = world("zhou-dahai").does(f"{FEEDBACK}/opinions", {"disclosure": dues, "text": text})
    settled(world)
    acts(world, "wang-jianjun", f"{FEEDBACK}/opinions/{given['id']}", "extension", {"reason": "待镇里核对"})


def until_may_13(year: Year) -> None:
    """A cadre's publicity, the changes, and May's fine-tune, by turns."""
    world, changes = year.world, changes_in_spring.Changes(year.world)
    matter = test_cadre_publicity.april_24_sun_wei_opens_the_matter(world)
    test_cadre_publicity.april_27_the_inspection_is_announced(world, matter)
    test_cadre_publicity.april_28_it_is_held(world, matter)
    changes_in_spring.april_29_four_are_asked_for(changes)
    notice = test_cadre_publicity.april_30_the_notice_goes_up(world, matter)
    changes_in_spring.april_30_one_is_on_record(changes)
    test_cadre_publicity.may_7_the_calendar_is_issued_again(world, notice)
    changes_in_spring.may_7_the_county_wants_more(changes)
    quarter_at_liushu.may_9_no_change_on_a_make_up_saturday(quarter_of(year))
    test_cadre_publicity.may_10_is_a_day_too_early(world, matter, notice)
    changes_in_spring.may_11_received_and_late(changes)
    test_cadre_publicity.may_12_the_appointment(world, matter)
    changes_in_spring.may_13_the_audit_returns_one_and_one_binds(changes)


def quarter_of(year: Year) -> quarter_at_liushu.Quarter:
    dues, rules = year.shown_of(quarter_at_liushu.DUES), year.shown_of(quarter_at_liushu.RULES)
    return quarter_at_liushu.Quarter(year.world, first=dues, rules=rules)


def may_14_the_calendar_stands_again(year: Year) -> None:
    """And a course of study begins, the second part of which is brought forward (PUB-26)."""
    world = year.world
    world.it_is("2026-05-14T09:00")
    world("jiang-ping").does("/api/catalogue/v1/calendars", {"year": 2026})
    plan = [{"name": "动员", "on": "2026-05-14"}, {"name": "集中学习", "on": "2026-06-30"}]
    work = {"item": STUDY, "title": "党纪学习", "starts": "2026-05-14", "ends": "2026-07-31", "milestones": plan}
    year.study = world("wang-jianjun").does(f"{PUBLICATION}/matters", work)["id"]
    settled(world)
    sooner = {"moved": [{"number": 2, "on": "2026-06-26"}], "reason": "农忙提前"}
    acts(world, "wang-jianjun", f"{PUBLICATION}/matters/{year.study}", "replan", sooner)
    shown_inside(world, f"{STUDY}/stage/{year.study}/1", "wang-jianjun", "党纪学习动员")
    autumn_acts.a_leading_group_of_the_hospital(world)


def until_july_5(year: Year) -> None:
    world, quarter = year.world, quarter_of(year)
    quarter_at_liushu.may_18_the_rules_change(quarter)
    autumn_acts.its_head_changes_with_the_secretary(world)
    quarter_at_liushu.june_11_a_fine_tune_is_overdue(quarter)
    quarter_at_liushu.june_12_it_is_made_good_two_days_late(quarter)
    quarter_at_liushu.june_15_the_new_rules_are_shown(quarter)
    study = f"{PUBLICATION}/matters/{year.study}"
    acts(world, "wang-jianjun", study, "milestones/2/reached", {})
    shown_inside(world, f"{STUDY}/stage/{year.study}/2", "wang-jianjun", "党纪集中学习")
    acts(world, "wang-jianjun", study, "end", {})
    shown_inside(world, f"{STUDY}/summary/{year.study}", "wang-jianjun", "党纪学习总结")
    assert world("wang-jianjun").get(study)["stage"] == "closed"
    acts(world, "ma-xiaoyan", f"{ARCHIVE}/dossiers/{year.study}", "filing", {})
    world("chen-xiuying").does(f"{ARCHIVE}/dossiers/{year.study}/consultations", {"purpose": "核对学习安排"})


def until_july_20(year: Year) -> None:
    world, story = year.world, under_the_lid.Story(year.world)
    under_the_lid.july_6_off_the_catalogue(story)
    under_the_lid.july_6_a_plan_goes_to_the_unit_in_charge(story)
    under_the_lid.july_7_approved_on_condition(story)
    under_the_lid.july_7_names_do_not_pass_outside(story)
    under_the_lid.july_7_a_secret_plan_leaves_no_words(story, year.kept)
    under_the_lid.july_7_inside_july_8_outside(story)
    under_the_lid.july_8_no_refusal_without_a_reason(story)
    waiting: dict[str, Any] = under_the_lid.july_8_another_plan_is_left_lying(story)
    withheld_at_liushu.july_10_addressed_to_another_town(world)
    withheld_at_liushu.july_10_it_is_filed_and_on_record(world)
    quarter_at_liushu.july_15_the_second_quarter_is_anothers(quarter_of(year))
    under_the_lid.july_16_undecided_is_told_once(story, waiting)
    withheld_at_liushu.july_16_the_school_files_a_day_late(world)


def until_september_2(year: Year) -> None:
    world = year.world
    sale = test_warehouse_sale.opened_on_august_1(world)
    draft = test_warehouse_sale.august_3_told_and_asked_inside(world, sale)
    test_warehouse_sale.august_11_asked_in_society(world, sale, draft)
    result = test_warehouse_sale.august_20_too_early(world, sale)
    test_warehouse_sale.august_27_weighed_and_public(world, sale, result)
    test_warehouse_sale.september_one_opinion_shows_it_unclear(world, result)
