"""What publication tells of staged work, for the pages of it: one matter under way, and the lists it stands in."""

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
ANSWERS = {
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
)
