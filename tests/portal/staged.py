"""What publication tells of staged work, of what is planned, and of disclosing anew, for the pages of them."""

from typing import Any

RECKONING = [
    {"day": "2026-05-09", "kind": "make-up", "count": 1},
    {"day": "2026-05-10", "kind": "weekend", "count": 1},
    {"day": "2026-05-11", "kind": "workday", "count": 2},
]
EARLIER = {"on": "2026-04-24", "reason": "连续降雨，沥青不能摊铺", "changed_on": "2026-04-20"}
PLANNED: dict[str, Any] = {
    "number": 2,
    "name": "铺装",
    "on": "2026-05-20",
    "was": [EARLIER],
    "reached": None,
    "how": "",
    "due": "2026-06-03",
    "provisional": False,
    "reckoning": RECKONING,
    "obligation": "",
    "state": "planned",
}
REACHED = PLANNED | {
    "number": 1,
    "name": "开工",
    "on": "2026-04-08",
    "was": [],
    "reached": "2026-04-08",
    "how": "planned",
    "due": "2026-04-22",
    "obligation": "FY-R1/3.8/stage/m1/1",
    "state": "open",
}
MATTER: dict[str, Any] = {
    "matter": "m1",
    "town": "fengyang",
    "organisation": "FY-R1",
    "item": "FY-R1/3.8",
    "item_title": "创先争优情况",
    "title": "村道硬化工程",
    "title_en": "Paving the road",
    "starts": "2026-03-01",
    "ends": "2026-09-30",
    "stage": "open",
    "ended_on": None,
    "cross_year": False,
    "summary_owed": True,
    "closed_on": None,
    "summary": "",
    "version": 3,
    "milestones": [REACHED, PLANNED],
    "ends_before": [EARLIER | {"on": "2026-08-31"}],
    "history": [{"part": "stage", "number": 1, "disclosure": "d1", "version": 1, "side": "inside", "on": "2026-04-10"}],
    "summary_due": None,
    "summary_state": "",
    "summary_obligation": "",
    "summary_reckoning": [],
}
SUMMARY = {
    "summary_due": "2026-07-24",
    "summary_state": "open",
    "summary_obligation": "FY-R1/3.8/summary/m1",
    "summary_reckoning": RECKONING,
}
ENDED = MATTER | SUMMARY | {"matter": "m2", "stage": "ended", "ended_on": "2026-06-26", "cross_year": True}
CLOSED = ENDED | {"matter": "m3", "stage": "closed", "closed_on": "2026-07-24", "summary": "d1", "history": []}
STAGED_ITEM = {
    "id": "FY-R1/3.8",
    "sub_item": "3.8",
    "title_zh": "创先争优情况",
    "title_en": "Striving for excellence",
    "unit": "FY-DJB",
    "scope": "inside-then-outside",
    "methods": ["activity-room-board", "public-column"],
    "kind": "staged",
}
LONG_TERM_ITEM = STAGED_ITEM | {"id": "FY-R1/4.2", "sub_item": "4.2", "kind": "long-term", "title_zh": "议事规则"}
IMMEDIATE_ITEM = STAGED_ITEM | {"id": "FY-R1/4.4", "sub_item": "4.4", "kind": "immediate", "title_zh": "民主生活会"}
ITEMS = [STAGED_ITEM, LONG_TERM_ITEM, IMMEDIATE_ITEM]
TO_COME = {"schedule": "s1", "side": "inside", "at": "2026-04-12T06:00:00Z", "by": "ma-xiaoyan", "version": 1}
MISSED = {
    "side": "outside",
    "at": "2026-04-09T02:00:00Z",
    "reason": "NOT_IN_FORCE",
    "owner": "wang-jianjun",
    "version": 1,
}
PLANNED_WORK = {
    "disclosure": "d1",
    "organisation": "FY-R1",
    "item_title": "党费情况",
    "title": "第一季度党费",
    "planned": [TO_COME],
    "missed": [MISSED],
}
QUESTION: dict[str, Any] = {
    "disclosure": "d1",
    "organisation": "FY-R1",
    "asked_version": 1,
    "owner": "wang-jianjun",
    "asked_on": "2026-04-09",
    "state": "pending",
    "opinions": ["o1", "o2"],
    "pending": ["o1", "o2"],
    "due": ["o1"],
    "reason": "",
    "decided_by": "",
    "decided_on": None,
    "new_version": 0,
    "version": 2,
}
ANSWERS = {
    "/disclosures": {"items": [PLANNED_WORK]},
    "/redisclosures": {"items": [QUESTION]},
    "/matters": {"items": [MATTER, ENDED, CLOSED]},
    "/matters/m1": MATTER,
    "/matters/m2": ENDED,
    "/matters/m3": CLOSED,
}
PAGES = (
    "/organisations/FY-R1/matters",
    "/organisations/FY-R1/matters/new",
    "/matters/m1",
    "/matters/m2",
    "/matters/m3",
    "/matters/m1/replan",
    "/matters/m1/milestones/2/reached",
    "/matters/m1/end",
    "/organisations/FY-R1/happened",
    "/organisations/FY-R1/content-changed",
    "/organisations/FY-R1/planned-releases",
    "/organisations/FY-R1/redisclosures",
    "/work/d1/plan-inside",
    "/work/d1/plan-outside",
    "/work/d1/decide-redisclosure",
    "/work/d1/redisclose",
)
