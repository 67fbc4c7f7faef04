"""S02 from May to July, dues at Liushu Village after the quarter: two fine-tunes, a rule change, another secretary.

Told over HTTP on the demo county, which stands on 2026-04-08. Start at :func:`tell`.
"""

from dataclasses import dataclass
from typing import Any

from tests.journeys.people import World
from tests.journeys.road_across_new_year import PUBLICATION, settled, shown_inside

ARCHIVE = "/api/archive/v1"
DUES, RULES = "FY-R1/3.9", "FY-R1/4.2"
Q1, Q2 = f"{DUES}/replacement/2026-Q1", f"{DUES}/replacement/2026-Q2"
MAY, JUNE = f"{DUES}/fine-tune/2026-05", f"{DUES}/fine-tune/2026-06"
CHANGED = f"{RULES}/republication/2026-05-18"


@dataclass
class Quarter:
    world: World
    first: str = ""  # the disclosure of the first quarter
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


def tell(world: World) -> Quarter:
    quarter = Quarter(world)
    april_10_the_first_quarter_is_shown(quarter)
    may_9_no_change_on_a_make_up_saturday(quarter)
    may_18_the_rules_change(quarter)
    june_11_a_fine_tune_is_overdue(quarter)
    june_12_it_is_made_good_two_days_late(quarter)
    june_15_the_new_rules_are_shown(quarter)
    july_15_the_second_quarter_is_anothers(quarter)
    the_figures_count_duties(quarter)
    return quarter


def april_10_the_first_quarter_is_shown(quarter: Quarter) -> None:  # PUB-24
    quarter.world.it_is("2026-04-10T14:00")
    shown = quarter.world("chen-xiuying").get(f"{PUBLICATION}/shown", item=RULES)["items"]
    quarter.rules = shown[0]["disclosure"]
    quarter.first = shown_inside(quarter.world, Q1, "wang-jianjun", "第一季度党费收缴情况")
    assert quarter.duty(Q1)["state"] == "fulfilled"
    quarter.world("hu-ping").get(f"{PUBLICATION}/shown/{quarter.first}")


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
    april = {"at": "2026-04-20T12:00:00+08:00", "audience": "members:FY-R1", "disclosure": quarter.first}
    assert quarter.world("li-min").get(f"{ARCHIVE}/as-of", **april)["shown"], "what Hu Ping could read in April"


def july_15_the_second_quarter_is_anothers(quarter: Quarter) -> None:  # ORG-07, ORG-15, PUB-24
    quarter.world.it_is("2026-07-15T09:00")
    second = shown_inside(quarter.world, Q2, "liu-fang", "第二季度党费收缴情况")
    before, after = quarter.duty(Q1, "li-min"), quarter.duty(Q2, "li-min")
    assert (before["first_person"], after["first_person"]) == ("wang-jianjun", "liu-fang")
    assert (after["late_workdays"], after["organisation"]) == (0, "FY-R1")
    former = quarter.world("chen-xiuying").get(f"{PUBLICATION}/shown/{quarter.first}")
    assert former["superseded_by"] == second


def the_figures_count_duties(quarter: Quarter) -> None:  # PUB-33, PUB-36
    rows = quarter.world("li-min").get(f"{PUBLICATION}/timeliness", organisation="FY-R1", by="item")
    dues = next(row for row in rows if row["item"] == DUES)
    assert (dues["met_on_time"], dues["met_late"]) == (3, 1), "two quarters and May in time, June late"
    assert dues["overdue"] == 2, "the fine-tunes of February and March, which nobody met"
    assert (dues["on_time_rate"], dues["late_workdays"]) == (0.5, 2)
