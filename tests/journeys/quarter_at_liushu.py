"""S02 over the year, dues at Liushu Village: what the first quarter takes the place of, four other ways to make known,
two fine-tunes, a rule change, a member who leaves, another secretary.

Told over HTTP on a branch whose catalogue is in force since October 2025. Start at :func:`tell`.
"""

from dataclasses import dataclass
from typing import Any

import httpx2

from tests.journeys import ways_at_liushu
from tests.journeys.dues_at_liushu import settled
from tests.journeys.people import World
from tests.journeys.road_across_new_year import (
    PUBLICATION,
    a_catalogue_in_force_since_october_2025,
    shown_inside,
    shown_outside,
)

ARCHIVE = "/api/archive/v1"
DUES, RULES = "FY-R1/3.9", "FY-R1/4.2"
Q4, Q1, Q2 = (f"{DUES}/replacement/{quarter}" for quarter in ("2025-Q4", "2026-Q1", "2026-Q2"))
MAY, JUNE = f"{DUES}/fine-tune/2026-05", f"{DUES}/fine-tune/2026-06"
CHANGED = f"{RULES}/republication/2026-05-18"


@dataclass
class Quarter:
    world: World
    last: str = ""  # the disclosure of the last quarter of 2025
    first: str = ""  # of the first quarter
    rules: str = ""  # of the rules of procedure, shown on 02-10

    def duty(self, name: str, asker: str = "ma-xiaoyan") -> dict[str, Any]:
        return dict(self.world(asker).get(f"{PUBLICATION}/obligations/{name}"))

    def overdue(self, asker: str, **where: str) -> list[str]:
        rows = self.world(asker).get(f"{PUBLICATION}/obligations", state="overdue", limit="100", **where)["items"]
        return [row["obligation"] for row in rows]

    def attests_no_change(self, name: str) -> None:
        path = f"{PUBLICATION}/obligations/{name}/no-change"
        self.world("ma-xiaoyan").does(path, version=self.duty(name)["version"])
        settled(self.world)


def tell(client: httpx2.Client) -> Quarter:
    world = World(client)
    a_catalogue_in_force_since_october_2025(client, world)
    quarter = Quarter(world)
    january_12_the_last_quarter_of_2025(quarter)
    february_10_the_rules_of_procedure(quarter)
    april_10_the_first_quarter_is_shown(quarter)
    april_13_the_quarter_before_is_history(quarter)
    ways_at_liushu.tell(world)
    may_9_no_change_on_a_make_up_saturday(quarter)
    may_18_the_rules_change(quarter)
    june_11_a_fine_tune_is_overdue(quarter)
    june_12_it_is_made_good_two_days_late(quarter)
    june_15_the_new_rules_are_shown(quarter)
    what_hu_ping_could_read_in_april(quarter)
    july_15_the_second_quarter_is_anothers(quarter)
    the_figures_count_duties(quarter)
    return quarter


def january_12_the_last_quarter_of_2025(quarter: Quarter) -> None:  # PUB-24
    quarter.world.it_is("2026-01-12T09:00")
    assert quarter.duty(Q4)["due"] == "2026-01-15"
    quarter.last = shown_inside(quarter.world, Q4, "wang-jianjun", "2025年第四季度党费收缴情况")
    quarter.world.it_is("2026-01-14T09:00")
    shown_outside(quarter.world, quarter.last)


def february_10_the_rules_of_procedure(quarter: Quarter) -> None:  # PUB-22
    quarter.world.it_is("2026-02-10T09:00")
    rules = {
        "obligation": f"{RULES}/first/2025-10-01",
        "title": "议事规则和决策程序",
        "text": "重大事项经党员大会讨论。",
    }
    quarter.rules = ways_at_liushu.shown(quarter.world, rules, ways_at_liushu.INTRANET)
    owed = quarter.world("ma-xiaoyan").get(f"{PUBLICATION}/obligations", organisation="FY-R1", limit="100")["items"]
    assert {duty["duty"] for duty in owed if duty["item"] == RULES} == {"first"}, "it comes round in no period"


def april_10_the_first_quarter_is_shown(quarter: Quarter) -> None:  # PUB-24
    quarter.world.it_is("2026-04-10T14:00")
    quarter.first = shown_inside(quarter.world, Q1, "wang-jianjun", "2026年第一季度党费收缴情况")
    assert (quarter.duty(Q1)["state"], quarter.duty(Q1)["late_workdays"]) == ("fulfilled", 0)
    quarter.world("hu-ping").get(f"{PUBLICATION}/shown/{quarter.first}")
    inside, outside = (quarter.world(who).get(f"{PUBLICATION}/shown/{quarter.last}") for who in ("hu-ping", "anyone"))
    assert (inside["superseded_by"], outside["superseded_by"]) == (quarter.first, None)


def april_13_the_quarter_before_is_history(quarter: Quarter) -> None:  # PUB-24
    quarter.world.it_is("2026-04-13T09:00")
    shown_outside(quarter.world, quarter.first)
    zhou = quarter.world("zhou-dahai")
    assert [row["disclosure"] for row in zhou.get(f"{PUBLICATION}/shown", item=DUES)["items"]] == [quarter.first]
    before = zhou.get(f"{PUBLICATION}/shown/{quarter.last}")
    assert (before["period"], before["superseded_by"]) == ("2025-Q4", quarter.first)
    assert "第四季度" in before["text"], "and stays readable"


def may_9_no_change_on_a_make_up_saturday(quarter: Quarter) -> None:  # PUB-25
    quarter.world.it_is("2026-05-09T10:00")
    assert quarter.duty(MAY)["due"] == "2026-05-11"
    quarter.attests_no_change(MAY)
    may = quarter.duty(MAY)
    assert (may["state"], may["late_workdays"], may["attested_by"]) == ("fulfilled", 0, "ma-xiaoyan")


def may_18_the_rules_change(quarter: Quarter) -> None:  # PUB-22
    quarter.world.it_is("2026-05-18T10:00")
    change = {"item": RULES, "what": "表决改为无记名投票", "on": "2026-05-18"}
    quarter.world("ma-xiaoyan").does(f"{PUBLICATION}/content-changes", change)
    settled(quarter.world)
    duty = quarter.duty(CHANGED)
    assert (duty["due"], duty["state"], duty["parameter"]) == ("2026-06-15", "open", "P-05")
    quarter.world("chen-xiuying").get(f"{PUBLICATION}/shown/{quarter.rules}")


def june_11_a_fine_tune_is_overdue(quarter: Quarter) -> None:  # PUB-01, SUP-15, ORG-14
    quarter.world.it_is("2026-06-10T20:00")
    assert quarter.duty(JUNE)["state"] == "open"
    quarter.world.it_is("2026-06-11T08:00")
    june = quarter.duty(JUNE)
    assert (june["due"], june["overdue_from"]) == ("2026-06-10", "2026-06-11")
    assert JUNE in quarter.overdue("guo-changfu", organisation="FY-R1")
    assert JUNE in quarter.overdue("li-min", town="fengyang", organisation="FY-R1")


def june_12_it_is_made_good_two_days_late(quarter: Quarter) -> None:  # PUB-25, PUB-33
    quarter.world.it_is("2026-06-12T16:00")
    quarter.attests_no_change(JUNE)
    june, whole = quarter.duty(JUNE), quarter.duty(Q2)
    assert (june["state"], june["late_workdays"]) == ("fulfilled", 2)
    assert (whole["state"], whole["due"], whole["moves"]) == ("open", "2026-07-15", []), "its clock is untouched"
    assert JUNE not in quarter.overdue("li-min", town="fengyang", organisation="FY-R1")


def june_15_the_new_rules_are_shown(quarter: Quarter) -> None:  # PUB-22, ORG-11
    quarter.world.it_is("2026-06-15T09:00")
    new = shown_inside(quarter.world, CHANGED, "wang-jianjun", "议事规则（修订）")
    assert quarter.duty(CHANGED)["late_workdays"] == 0
    former = quarter.world("chen-xiuying").get(f"{PUBLICATION}/shown/{quarter.rules}")
    assert former["superseded_by"] == new, "the former rules stay readable, and say what took their place"
    quarter.world("hu-ping").finds_nothing(f"{PUBLICATION}/shown/{new}")


def what_hu_ping_could_read_in_april(quarter: Quarter) -> None:  # ORG-11, ORG-15, ARC-06
    """A member until 05-01: the answer holds what the branch had shown its members by then, and nothing later."""
    quarter.world("hu-ping").finds_nothing(f"{PUBLICATION}/shown/{quarter.rules}")
    ask, path = quarter.world("li-min"), f"{ARCHIVE}/as-of"
    april = ask.get(path, at="2026-04-12T12:00:00+08:00", person="hu-ping")["shown"]
    assert {quarter.first, quarter.last, quarter.rules} <= {row["disclosure"] for row in april}
    for instant in ("2026-04-12T12:00:00+08:00", "2026-06-15T09:00:00+08:00"):
        own = quarter.world("hu-ping").get(path, at=instant, person="hu-ping")["shown"]
        assert quarter.rules not in {row["disclosure"] for row in own}, "closed to Hu Ping since"


def july_15_the_second_quarter_is_anothers(quarter: Quarter) -> None:  # ORG-07, ORG-15, PUB-24
    quarter.world.it_is("2026-07-15T09:00")
    second = shown_inside(quarter.world, Q2, "liu-fang", "2026年第二季度党费收缴情况")
    before, after = quarter.duty(Q1, "li-min"), quarter.duty(Q2, "li-min")
    assert (before["first_person"], after["first_person"]) == ("wang-jianjun", "liu-fang")
    assert (after["late_workdays"], after["organisation"]) == (0, "FY-R1")
    former = quarter.world("chen-xiuying").get(f"{PUBLICATION}/shown/{quarter.first}")
    assert former["superseded_by"] == second


def the_figures_count_duties(quarter: Quarter) -> None:  # PUB-33, PUB-36
    rows = quarter.world("li-min").get(f"{PUBLICATION}/timeliness", organisation="FY-R1", by="item")
    dues = next(row for row in rows if row["item"] == DUES)
    assert (dues["met_on_time"], dues["met_late"]) == (4, 1), "three quarters and May in time, June late"
    assert dues["overdue"] == 4, "the fine-tunes of November, December, February and March, which nobody met"
    assert round(dues["on_time_rate"], 2) == 0.44
    four = [late_so_far(quarter, month) for month in ("2025-11", "2025-12", "2026-02", "2026-03")]
    assert dues["late_workdays"] == 2 + sum(four), "June's two days, and every day on which the four are still not met"


def late_so_far(quarter: Quarter, month: str) -> int:
    overdue = quarter.duty(f"{DUES}/fine-tune/{month}", "li-min")
    assert overdue["state"] == "overdue"
    return int(overdue["late_workdays"])
