"""What the services say of procedures on the pages of the furnished portal: one of each, in the middle of its way."""

from typing import Any

ACTS = [
    {"act": "MajorDecisionOpened", "by": "ma-xiaoyan", "by_zh": "马小燕", "by_en": "Ma Xiaoyan", "note": ""},
    {"act": "SolicitingClosed", "by": "", "by_zh": "", "by_en": "", "note": ""},
]
ACTED = [act | {"post": "", "at": "2026-04-10T01:00:00Z"} for act in ACTS]
DAYS = [
    {"day": "2026-04-03", "kind": "receipt-day", "count": 0},
    {"day": "2026-04-04", "kind": "holiday", "count": 1},
    {"day": "2026-04-05", "kind": "weekend", "count": 2},
]
ROUND: dict[str, Any] = {
    "decision": "x1",
    "organisation": "FY-R1",
    "title": "旧仓库处置方案",
    "round": "inside",
    "disclosure": "d1",
    "opens": "2026-04-03",
    "until": "2026-04-05",
    "days": 2,
    "reckoning": DAYS,
    "earliest": "2026-04-06",
    "closed": True,
    "opinions": 3,
}
DECISION: dict[str, Any] = {
    "decision": "x1",
    "town": "fengyang",
    "organisation": "FY-R1",
    "item": "FY-R1/6.5",
    "title": "出售旧仓库",
    "outside": True,
    "opened_by": "ma-xiaoyan",
    "on": "2026-04-01",
    "stage": "soliciting-inside",
    "version": 5,
    "result": "",
    "published_on": None,
    "notified_on": "2026-04-02",
    "evidence": {"channel": "meeting", "on": "2026-04-02", "present": 35, "of": 42},
    "weighed": [{"gist": "公开拍卖", "opinions": 2, "taken": False, "reason": "已成危房"}],
    "rounds": [ROUND],
    "drafts": [{"part": "solicitation", "disclosure": "d1", "stage": "inside"}],
    "acts": ACTED,
}
PUBLICITY = {
    "disclosure": "d1",
    "first_day": "2026-04-03",
    "last_day": "2026-04-10",
    "workdays": 5,
    "provisional": True,
    "at": "2026-04-02T09:00:00Z",
    "down_at": None,
    "ended": False,
    "reckoning": [{"day": "2026-04-03", "kind": "workday", "count": 1}],
    "moves": [{"was": "2026-04-09", "reason": "calendar"}],
}
CADRE: dict[str, Any] = {
    "cadre": "k1",
    "organisation": "FY-R1",
    "unit": "FY-DJB",
    "kind": "appointment",
    "stage": "publicity",
    "on": "2026-03-30",
    "noticed_on": "2026-03-31",
    "inspected_on": "2026-04-01",
    "decided_on": None,
    "notice": "d1",
    "version": 6,
    "candidates": [
        {"number": 1, "name": "李强", "present_post": "委员", "meant_post": "副书记", "withdrawn": False},
        {"number": 2, "name": "张三", "present_post": "", "meant_post": "副书记", "withdrawn": True},
    ],
    "objections": [
        {"number": 1, "candidate": 1, "opinion": "", "objector": "", "text": "工龄有疑问", "on": "2026-04-07"}
        | {"outcome": "", "reason": ""}
    ],
    "publicity": PUBLICITY,
    "earliest": "2026-04-11",
    "drafts": [{"part": "publicity", "disclosure": "d1", "stage": "outside"}],
    "acts": ACTED,
}
SESSION: dict[str, Any] = {
    "session": "s1",
    "organisation": "FY-R1",
    "kind": "inquiry",
    "topic": "党费使用",
    "place": "活动室",
    "on": "2026-04-10",
    "audience": "members:FY-R1",
    "stage": "scheduled",
    "published_at": None,
    "version": 4,
}
QUESTION: dict[str, Any] = {
    "number": 1,
    "text": "结余多少?",
    "at": "2026-04-09T01:00:00Z",
    "own": True,
    "answer": "",
    "answered_by": "",
    "answered_at": None,
    "in_writing": False,
    "due": None,
    "provisional": False,
    "reckoning": [],
    "overdue_from": None,
    "late_workdays": 0,
}
ANSWERED = QUESTION | {"number": 2, "answer": "6210元。", "answered_by": "wang-jianjun"}
ANSWERED |= {"answered_at": "2026-04-10T03:00:00Z"}
PROMISED = QUESTION | {"number": 3, "answered_by": "wang-jianjun", "due": "2026-04-24", "reckoning": DAYS}
APPRAISAL = {
    "number": 1,
    "opens": "2026-03-01",
    "closes": "2026-03-10",
    "results_due": {"due": "2026-03-24", "parameter": "P-19.results", "provisional": False, "days": DAYS},
    "cancelled": False,
    "disclosure": "",
    "published_on": None,
    "late_workdays": None,
    "results_overdue": True,
}
LATER = APPRAISAL | {"number": 2, "opens": "2026-11-01", "closes": "2026-11-10", "results_overdue": False}
YEAR = {
    "organisation": "FY-R1",
    "town": "fengyang",
    "year": 2026,
    "required": 2,
    "scheduled": 2,
    "held": 1,
    "due": "2026-12-31",
    "state": "scheduled",
    "version": 2,
    "appraisals": [APPRAISAL, LATER],
}
FIGURES = {"prepared": 43, "delivered": 42, "by_email": 5, "waiting": 1, "failures": 2, "read": 30}
OFFICER = {
    "post": "FY-DJB/unit-officer",
    "kind": "unit-officer",
    "title_zh": "负责人",
    "title_en": "Officer",
    "organisation": "FY-DJB",
    "town": "fengyang",
}

ANSWERS: dict[str, dict[str, Any]] = {
    "publication": {
        "/decisions": {"items": [DECISION]},
        "/decisions/x1": DECISION,
        "/soliciting": [ROUND],
        "/cadre-matters": {"items": [CADRE]},
        "/cadre-matters/k1": CADRE,
        "/disclosures/d1/notices": [FIGURES | {"version": 2}],
    },
    "feedback": {
        "/sessions": {"items": [SESSION, SESSION | {"session": "s2", "stage": "published"}]},
        "/sessions/s1": SESSION | {"questions": [QUESTION, ANSWERED, PROMISED]},
    },
    "audit": {"/appraisals": [YEAR]},
    "catalogue": {"/towns/fengyang/division": {"units": {"C5": "FY-DJB"}}},
}
PAGES = (
    "/soliciting",
    "/organisations/FY-R1/decisions",
    "/organisations/FY-R1/decisions/new",
    "/decisions/x1",
    *(f"/decisions/x1/{step}" for step in ("notification", "rounds", "summary", "dropping")),
    "/organisations/FY-R1/cadre-matters",
    "/organisations/FY-R1/cadre-matters/new",
    "/cadre-matters/k1",
    "/cadre-matters/k1/objections",
    "/cadre-matters/k1/objections/1/settlement",
    "/sessions",
    "/organisations/FY-R1/sessions/new",
    "/sessions/s1",
    "/sessions/s1/questions/1/answer",
    "/organisations/FY-R1/appraisals",
    "/towns/fengyang/appraisals",
    "/organisations/FY-R1/appraisals/2026/new",
    "/organisations/FY-R1/appraisals/2026/1/results",
)
