"""What stands on the pages of catalogues, their changes, work plans, withholdings, filings and own channels."""

from typing import Any

OF = {"organisation": "FY-R1", "town": "fengyang"}
WORDING: dict[str, Any] = {
    "id": "FY-R1/6.5", "sub_item": "6.5", "title_zh": "涉及切身利益重要事项办理情况", "title_en": "Important matters",
    "category": "C6", "content": "办理情况", "basis": "", "scope": "inside-then-outside", "audience_inside": "members",
    "audience_outside": "society", "methods": ["meeting", "wechat-group"], "kind": "immediate", "cycle": "",
    "fine_tune": None, "limit_days": 0, "unit": "FY-DJB", "summary": "", "major": False,
}  # fmt: skip
DUE = {"due": "2026-04-15", "days": [{"day": "2026-04-13", "kind": "workday", "count": 1}]}
SOMEONE = {"person": "sun-wei", "name_zh": "孙伟", "name_en": "Sun Wei"}
NOBODY = {"person": "", "name_zh": "", "name_en": ""}


def acted(act: str, person: str, post: str, **more: str) -> dict[str, Any]:
    names = {"name_zh": "孙伟", "name_en": "Sun Wei"} if person else {"name_zh": "", "name_en": ""}
    told = {"act": act, "person": person, "post": post, "post_organisation": post.partition("/")[0], "on": "2026-04-08"}
    return told | names | {"item": "", "note": ""} | more


def chain(*states: str) -> list[dict[str, Any]]:
    names = ("approval", "audit", "filing", "announcement")
    steps = enumerate(zip(names, states, strict=True), start=1)
    return [{"number": n, "name": name, "state": s, "acts": [], "moves": []} for n, (name, s) in steps]


CHANGE: dict[str, Any] = {
    **OF, "change": "c1", "stage": "requested", "unit": "FY-DJB", "round": 1, "base_version": 1, "number": "",
    "lines": [
        {"kind": "terminate", "item": "FY-R1/6.5", "sub_item": "6.5", "was": WORDING, "becomes": None},
        {"kind": "change", "item": "FY-R1/6.4", "sub_item": "6.4",
         "was": WORDING | {"id": "FY-R1/6.4", "sub_item": "6.4"},
         "becomes": WORDING | {"id": "FY-R1/6.4", "sub_item": "6.4", "content": "每月的办理情况", "cycle": "monthly"}},
    ],
    "reason": "事项已并入镇综治中心", "requested_by": "liu-fang", "requested_on": "2026-04-08", "version": 1,
    "steps": chain("waiting", "to come", "to come", "to come"),
}  # fmt: skip
CHANGE["steps"][0]["acts"] = [acted("requested", "liu-fang", "FY-R1/secretary", note="事项已并入镇综治中心")]
CHANGE["steps"][1] |= {"due": DUE, "moves": ["2026-04-14"], "overdue_from": "2026-04-16"}
CASE: dict[str, Any] = {
    **OF, "change": "c1", "round": 1, "stage": "open", "unit": "FY-DJB", "opened_on": "2026-04-08", "version": 3,
    "lines": [{"kind": "terminate", "item": "FY-R1/6.5", "sub_item": "6.5", "title_zh": "事项", "title_en": "Matter"}],
    "due_on": "2026-04-15", "overdue_from": None, "decided_on": None,
}  # fmt: skip
FILING: dict[str, Any] = {
    **OF, "filing": "FY-R1/3.9/1", "about": "withholding", "reference": "FY-R1/3.9/1", "addressed_to": "FY-R1",
    "stage": "submitted", "matter": "temporarily-not", "items": ["FY-R1/3.9"], "round": 2, "number": "",
    "deemed": False, "late_workdays": 1, "submitted_on": "2026-04-08", "due_on": "2026-04-15", "received_on": None,
    "version": 2, "ground": "case-under-investigation", "missing": "依据", "supplement": "已补", "submitted_by": NOBODY,
    "received_by": NOBODY, "owed": {"due": DUE, "moves": []},
}  # fmt: skip
PLAN: dict[str, Any] = {
    **OF, "plan": "FY-R1/plan-1", "number": 1, "category": "C6", "unit": "FY-DJB", "on_behalf_of": "FY",
    "stage": "submitted", "title": "暴雨受灾救助", "content": "救助名单和金额", "reason": "群众关注",
    "names": ["周大海"],
    "terms": {"category": "C6", "scope": "inside-then-outside", "audience_inside": "members",
              "audience_outside": "society", "methods": ["meeting", "public-column"], "limit_days": 2,
              "trigger": "2026-04-08", "urgent": False},
    "conditions": [], "submitted_by": "liu-fang", "submitted_on": "2026-04-08", "due": "2026-04-15",
    "provisional": False, "reckoning": DUE["days"], "overdue": False, "overdue_from": None, "decided_by": "",
    "decided_on": None, "late_workdays": None, "refusal": "", "suggestion": None, "stream_version": 1,
}  # fmt: skip
DECIDED = {"decided_by": "sun-wei", "decided_on": "2026-04-09", "late_workdays": 1, "stage": "approved"}
CONDITIONS = [
    {"kind": "no-names-outside", "text": "", "names": ["周大海"]},
    {"kind": "as-stated", "text": "另报", "names": []},
]
WITHHOLDING: dict[str, Any] = {
    **OF, "withholding": "FY-R1/3.9/1", "item": "FY-R1/3.9", "sub_item": "3.9", "kind": "temporarily-not",
    "ground": "case-under-investigation", "citation": "条例第九条", "until": "2026-06-30", "addressed_to": "FY",
    "late_workdays": 2, "reviewer": "he-tao", "filed_by": "ma-xiaoyan", "filed_on": "2026-04-08", "number": "",
    "deemed": False, "received_on": None, "ended": "", "ended_on": None, "version": 1,
}  # fmt: skip
ENDED = {"withholding": "FY-R1/3.9/0", "ended": "expired", "ended_on": "2026-04-01", "number": "凤党公备〔2026〕1号"}
OWN = {
    "channel": "wechat-group", "name_zh": "党员微信群", "name_en": "Members' chat group", "audience": "inside",
    "evidence": ["group", "sent-at"], "since": "2026-01-01", "until": None,
}  # fmt: skip
BOUND = {
    "change": "c0", "item": "FY-R1/6.3", "sub_item": "6.3", "kind": "terminate", "title_zh": "来信来访",
    "title_en": "Letters", "reason": "事项已并入镇综治中心", "number": "青党公备〔2026〕1号", "disclosures": ["d1"],
    "on": "2026-03-09",
}  # fmt: skip
EXCLUDED = {"sub_item": "5.1", "reason": "村党支部无此事项"}
DIFFERENCES = {
    **OF, "old": 1, "new": 2, "added": [WORDING], "removed": [WORDING], "newly_excluded": [EXCLUDED],
    "no_longer_excluded": [], "changed": [{"sub_item": "6.5", "fields": [
        {"field": "methods", "old": ["meeting"], "new": ["meeting", "wechat-group"]},
        {"field": "fine_tune", "old": None, "new": "monthly"}, {"field": "major", "old": False, "new": True}]}],
}  # fmt: skip
VERSION = {"version": 1, "effective": "2026-02-01", "adopted_on": "2026-01-20"}
CODES = {
    "categories": [{"code": "C6", "name_zh": "联系和服务群众", "name_en": "Contact and service", "sub_items": [
        {"code": "6.5", "name_zh": "重要事项办理情况", "name_en": "Important matters", "kind": "immediate",
         "scope": "outside", "cycle": "", "audience_outside": "society"}]}],
}  # fmt: skip

ANSWERS: dict[str, dict[str, Any]] = {
    "catalogue": {
        "/codes": CODES,
        "/towns/fengyang/channels": [OWN, OWN | {"channel": "old", "until": "2026-03-01"}],
        "/towns/fengyang/plans": {"items": [PLAN]},
        "/organisations/FY-R1/catalogue/versions": {"items": [VERSION, VERSION | {"version": 2}]},
        "/organisations/FY-R1/catalogue/differences": DIFFERENCES,
        "/changes": {"items": [CHANGE, CHANGE | {"change": "c2", "stage": "returned"}]},
        "/changes/c1": CHANGE,
        "/organisations/FY-R1/plans": {"items": [PLAN, PLAN | DECIDED | {"number": 2}]},
        "/organisations/FY-R1/plans/1": PLAN,
        "/organisations/FY-R1/plans/2": PLAN | DECIDED | {"number": 2, "conditions": CONDITIONS},
        "/withholdings": {"items": [WITHHOLDING, WITHHOLDING | ENDED]},
    },
    "audit": {
        "/cases": {"items": [CASE]},
        "/filings": {"items": [FILING]},
        "/filings/FY-R1/3.9/1": FILING,
    },
}
OPEN_PAGES = (
    "/organisations/FY-R1/catalogue",
    "/organisations/FY-R1/catalogue?on=2026-03-01",
    "/organisations/FY-R1/catalogue/differences?old=1&new=2",
    "/towns/fengyang/channels",
)
DESK_PAGES = (
    *OPEN_PAGES,
    "/organisations/FY-R1/changes",
    "/organisations/FY-R1/changes/new?change=change&item=3.9",
    "/changes/c1",
    "/changes/c1/revision",
    "/filings",
    "/filings/FY-R1/3.9/1",
    "/organisations/FY-R1/plans",
    "/organisations/FY-R1/plans/new",
    "/organisations/FY-R1/plans/1",
    "/organisations/FY-R1/plans/2",
    "/organisations/FY-R1/withholdings",
    "/organisations/FY-R1/withholdings/new?sub_item=3.9",
    "/withholdings/FY-R1/3.9/1",
)
