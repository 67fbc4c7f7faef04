"""Four changes of Liushu's catalogue over May Day 2026: refused, returned by the audit, returned by the county, bound.

While they wait the county corrects the calendar, and days move. Each function is a day (CAT-16 to CAT-19, P-18).
"""

from dataclasses import dataclass, field
from typing import Any

from tests.journeys.dues_at_liushu import BOARD, MEETING, PUBLICATION, settled
from tests.journeys.people import World
from tests.journeys.stepping import Stepping

CATALOGUE, AUDIT = "/api/catalogue/v1", "/api/audit/v1"
REFUSED, AUDITED, FILED, BOUND = "FY-R1/4.4", "FY-R1/3.10", "FY-R1/4.6", "FY-R1/4.3"
REASON = "事项已并入支部工作手册"


@dataclass
class Changes:
    """The changes by the item that each is about."""

    world: World
    ids: dict[str, str] = field(default_factory=dict)

    def of(self, item: str) -> str:
        return f"{CATALOGUE}/changes/{self.ids[item]}"

    def case(self, item: str) -> str:
        return f"{AUDIT}/cases/{self.ids[item]}"

    def filing(self, item: str) -> str:
        return f"{AUDIT}/filings/{self.ids[item]}"

    def asked(self, item: str) -> dict[str, Any]:
        line = {"kind": "terminate", "sub_item": item.partition("/")[2]}
        return {"base_version": 1, "reason": REASON, "lines": [line]}


def acts(world: World, name: str, thing: str, act: str, body: Any = None) -> dict[str, Any]:
    """A command to a thing as it stands, and everyone has heard of it."""
    page = world(name).get(thing)
    done = world(name).does(f"{thing}/{act}", body, version=page.get("stream_version", page["version"]))
    settled(world)
    return done


def april_29_four_are_asked_for(changes: Changes) -> None:
    world = changes.world
    world.it_is("2026-04-29T07:30")
    for item in (REFUSED, AUDITED, FILED, BOUND):
        path = f"{CATALOGUE}/organisations/FY-R1/changes"
        changes.ids[item] = world("wang-jianjun").does(path, changes.asked(item))["id"]
    settled(world)
    acts(world, "sun-wei", changes.of(REFUSED), "refusal", {"reason": "此项应继续公开"})
    for item in (AUDITED, FILED, BOUND):
        acts(world, "sun-wei", changes.of(item), "approval")
    for item in (FILED, BOUND):
        acts(world, "zhao-guoqiang", changes.case(item), "audit", {"note": "同意"})


def april_30_one_is_on_record(changes: Changes) -> None:
    acts(changes.world, "jiang-ping", changes.filing(BOUND), "receipt")


def may_7_the_county_wants_more(changes: Changes) -> None:
    """On the day the calendar is corrected, which has moved what was open."""
    world = changes.world
    filing, case = world("jiang-ping").get(changes.filing(FILED)), world("he-jing").get(changes.case(AUDITED))
    assert (filing["due_on"], case["due_on"]) == ("2026-05-11", "2026-05-11")
    acts(world, "jiang-ping", changes.filing(FILED), "return", {"missing": "缺党员大会记录"})
    acts(world, "he-jing", changes.filing(FILED), "resubmission", {"supplement": "已附记录"})


def may_11_received_and_late(changes: Changes) -> None:
    acts(changes.world, "jiang-ping", changes.filing(FILED), "receipt")


def may_13_the_audit_returns_one_and_one_binds(changes: Changes) -> None:
    world = changes.world
    acts(world, "zhao-guoqiang", changes.case(AUDITED), "return", {"reason": "理由不充分"})
    acts(world, "wang-jianjun", changes.of(AUDITED), "revision", changes.asked(AUDITED))
    words = {"title": "终止公开事项4.3的公告", "text": REASON, "summary": REASON}
    body = {"item": BOUND, "announces": changes.ids[BOUND], **words}
    notice = Stepping.approved(world, body, "wang-jianjun")
    board = BOARD | {"posted_at": "2026-05-13T10:00:00+08:00"}
    notice.moves("ma-xiaoyan", "release-inside", {"channels": [MEETING | {"on": "2026-05-13"}, board]})
    settled(world)
    page = world("he-jing").get(changes.of(BOUND))
    assert page["stage"] == "announced", page
    assert world("chen-xiuying").get(f"{PUBLICATION}/shown/{notice.id}")["text"] == REASON
