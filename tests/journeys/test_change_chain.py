"""A change of a catalogue goes through four steps by four persons, and binds only when it was announced."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.clock import at
from tests.journeys.fengyang import fengyang
from tests.journeys.house import House

CATALOGUE = "/catalogue/v1/organisations/FY-R1"
CHANGES, CASES, FILINGS = "/catalogue/v1/changes", "/audit/v1/cases", "/audit/v1/filings"
DISCLOSURES, SHOWN = "/publication/v1/disclosures", "/publication/v1/shown"
REASON = "事项已并入镇综治中心统一公开"
MEETING = {"channel": "meeting", "on": "2026-07-10", "present": 30, "of": 43, "minutes": "第7号"}
BOARD = {"channel": "activity-room-board", "place": "党员活动室", "posted_at": "2026-07-10T14:00:00+08:00"}
COLUMN = {"channel": "public-column", "place": "村口", "sheet": "A3", "posted_at": "2026-07-13T09:00:00+08:00"}
WORDS = {"title": "关于终止公开事项6.5的公告", "text": "自公告之日起终止，原因如下。", "summary": "终止6.5"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = fengyang(tmp_path)
    yield house
    house.close()


def requested(house: House, person: str = "ma-xiaoyan", **more: Any) -> dict[str, Any]:
    body = {"base_version": 1, "reason": REASON, "lines": [{"kind": "terminate", "sub_item": "6.5"}]} | more
    return house.do(person, f"{CATALOGUE}/changes", body)


def approved(house: House, **more: Any) -> str:
    done = requested(house, **more)
    house.do("sun-wei", f"{CHANGES}/{done['id']}/approval", version=done["version"])
    return str(done["id"])


def step(house: House, person: str, path: str, act: str, body: Any = None) -> dict[str, Any]:
    return house.do(person, f"{path}/{act}", body, version=house.get("he-jing", path)["version"])


def refused(house: House, person: str, path: str, act: str, body: Any = None) -> str:
    return house.refused(person, f"{path}/{act}", body, version=house.get("he-jing", path)["version"])


def filed(house: House, **more: Any) -> str:
    change = approved(house, **more)
    step(house, "zhao-guoqiang", f"{CASES}/{change}", "audit", {"note": "同意"})
    step(house, "jiang-ping", f"{FILINGS}/{change}", "receipt")
    return change


def drafted(house: House, change: str, item: str = "FY-R1/6.5") -> str:
    """An announcement, examined by two others."""
    body = {"item": item, "announces": change, **WORDS}
    done = house.do("ma-xiaoyan", DISCLOSURES, body)
    steps: list[tuple[str, str, Any]] = [
        ("ma-xiaoyan", "submit", {"attested_by": ["ma-xiaoyan"]}),
        ("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}),
        ("liu-fang", "approve", None),
    ]
    for person, act, what in steps:
        done = house.do(person, f"{DISCLOSURES}/{done['id']}/{act}", what, version=done["version"])
    return str(done["id"])


def release(house: House, person: str, disclosure: str, side: str, *channels: Any) -> Any:
    version = house.services["publication"].handler.journal.stream(f"disclosure-{disclosure}")[-1].version
    path = f"{DISCLOSURES}/{disclosure}/release-{side}"
    return house.command(person, path, {"channels": list(channels)}, version=version)


def announced(house: House, change: str, item: str = "FY-R1/6.5") -> str:
    disclosure = drafted(house, change, item)
    house.clock.instant = at(date(2026, 7, 10), 14)
    assert release(house, "liu-fang", disclosure, "inside", MEETING, BOARD).status_code == 200
    house.clock.instant = at(date(2026, 7, 13), 9)
    assert release(house, "liu-fang", disclosure, "outside", COLUMN).status_code == 200
    return disclosure


def test_a_change_binds_after_all_four_steps_and_the_chain_is_one_answer(house: House) -> None:  # CAT-16 to CAT-19
    change = filed(house)
    page = house.get("liu-fang", f"{CHANGES}/{change}")
    assert [s["state"] for s in page["steps"]] == ["done", "done", "done", "waiting"]
    assert house.get("liu-fang", f"{CATALOGUE}/catalogue")["version"] == 1
    announced(house, change)
    page = house.get("liu-fang", f"{CHANGES}/{change}")
    acts = {(a["act"], a["person"], a["post"]) for s in page["steps"] for a in s["acts"]}
    assert acts >= {
        ("requested", "ma-xiaoyan", "FY-R1/clerk"),
        ("approved", "sun-wei", "FY-DJB/unit-officer"),
        ("audited", "zhao-guoqiang", "FY/leading-group-head"),
        ("received", "jiang-ping", "QS/county-office"),
        ("announced-inside", "liu-fang", "FY-R1/secretary"),
        ("announced-outside", "liu-fang", "FY-R1/secretary"),
    }
    assert [s["state"] for s in page["steps"]] == ["done"] * 4
    assert [s["due"]["due"] if s["due"] else None for s in page["steps"]] == [
        None,
        "2026-07-13",
        "2026-07-13",
        "2026-07-09",
    ]
    assert [d["count"] for d in page["steps"][3]["due"]["days"]] == [0, 1, 2, 3]
    version = house.get("liu-fang", f"{CATALOGUE}/catalogue")
    assert (version["version"], version["effective"]) == (2, "2026-07-13")
    assert "6.5" not in {item["sub_item"] for item in version["items"]}


def test_each_step_out_of_order_is_refused_by_its_name(house: House) -> None:  # CAT-16 to CAT-19, A-21
    done = requested(house)
    change = done["id"]
    draft = {"item": "FY-R1/6.5", "announces": change, **WORDS}
    assert house.refused("ma-xiaoyan", DISCLOSURES, draft) == "FILING_REQUIRED"
    path = f"{CHANGES}/{change}/approval"
    assert house.refused("qian-li", path, version=done["version"]) == "NOT_YOUR_REMIT"
    assert house.refused("ma-xiaoyan", path, version=done["version"]) == "NOT_YOUR_REMIT"
    assert house.refused("zhao-guoqiang", f"{CASES}/{change}/audit", {}, version=1) == "NOT_FOUND"
    house.do("sun-wei", path, version=done["version"])
    assert house.refused("sun-wei", f"{CASES}/{change}/audit", {}, version=1) == "NOT_YOUR_REMIT"
    assert house.refused("jiang-ping", f"{FILINGS}/{change}/receipt", version=1) == "NOT_FOUND"
    assert house.refused("ma-xiaoyan", DISCLOSURES, draft) == "FILING_REQUIRED"
    step(house, "zhao-guoqiang", f"{CASES}/{change}", "audit", {})
    assert house.refused("ma-xiaoyan", DISCLOSURES, draft) == "FILING_REQUIRED"
    assert refused(house, "he-jing", f"{FILINGS}/{change}", "receipt") == "NOT_YOUR_REMIT"
    step(house, "jiang-ping", f"{FILINGS}/{change}", "receipt")
    assert refused(house, "jiang-ping", f"{FILINGS}/{change}", "receipt") == "STEP_OUT_OF_ORDER"
    other = {"item": "FY-R1/4.2", "announces": change, **WORDS}
    assert house.refused("ma-xiaoyan", DISCLOSURES, other) == "OFF_CATALOGUE"
    announced(house, change)
    assert house.refused("ma-xiaoyan", DISCLOSURES, draft) == "STEP_OUT_OF_ORDER"


def test_it_is_announced_by_another_person_in_the_items_channels_inside_first(house: House) -> None:  # CAT-19, A-20
    change = filed(house)
    disclosure = drafted(house, change)
    house.clock.instant = at(date(2026, 7, 10), 14)
    assert release(house, "liu-fang", disclosure, "outside", COLUMN).json()["code"] == "INSIDE_FIRST"
    assert release(house, "liu-fang", disclosure, "inside", MEETING).json()["code"] == "MISSING_FIELD"
    assert release(house, "ma-xiaoyan", disclosure, "inside", MEETING, BOARD).json()["code"] == "SELF_APPROVAL"
    assert release(house, "liu-fang", disclosure, "inside", MEETING, BOARD).status_code == 200
    assert house.get("liu-fang", f"{CATALOGUE}/catalogue")["version"] == 1
    assert "ChangeAnnounced" not in house.facts("catalogue", "change")


def test_what_is_terminated_keeps_its_pages_with_a_notice_and_the_catalogue_explains(house: House) -> None:
    shown = _shown_before(house)
    assert house.get("", f"{SHOWN}/{shown}")["notice"] is None
    change = filed(house)
    announcement = announced(house, change)
    page = house.get("", f"{SHOWN}/{shown}")
    assert (page["notice"]["kind"], page["notice"]["explanation"]) == ("terminate", REASON)
    assert page["notice"]["disclosures"] == [announcement]
    (public,) = house.get("", f"{CATALOGUE}/catalogue")["changes"]
    assert (public["sub_item"], public["kind"], public["reason"]) == ("6.5", "terminate", REASON)
    assert house.get("", f"{CATALOGUE}/catalogue", on="2026-07-12")["changes"] == []


def _shown_before(house: House) -> str:
    """Something of the item was shown inside and outside while it was in the catalogue."""
    done = house.do("ma-xiaoyan", DISCLOSURES, {"item": "FY-R1/6.5", **WORDS})
    steps: list[tuple[str, str, Any]] = [
        ("ma-xiaoyan", "submit", {"attested_by": ["ma-xiaoyan"]}),
        ("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}),
        ("liu-fang", "approve", None),
    ]
    for person, act, what in steps:
        done = house.do(person, f"{DISCLOSURES}/{done['id']}/{act}", what, version=done["version"])
    disclosure = str(done["id"])
    board, column = (
        BOARD | {"posted_at": "2026-07-06T10:00:00+08:00"},
        COLUMN | {"posted_at": "2026-07-07T11:00:00+08:00"},
    )
    house.clock.instant = at(date(2026, 7, 6), 10)
    assert release(house, "ma-xiaoyan", disclosure, "inside", board).status_code == 200
    house.clock.instant = at(date(2026, 7, 7), 11)
    answer = release(house, "ma-xiaoyan", disclosure, "outside", column)
    assert answer.status_code == 200, answer.text
    return disclosure


def test_an_inside_items_change_is_not_told_to_outsiders(house: House) -> None:  # CAT-19, ORG-11
    lines = [{"kind": "revoke", "sub_item": "7.7"}]
    change = str(requested(house, lines=lines)["id"])
    done = {"version": 1}
    house.do("li-min", f"{CHANGES}/{change}/approval", version=done["version"])
    step(house, "zhao-guoqiang", f"{CASES}/{change}", "audit", {})
    step(house, "jiang-ping", f"{FILINGS}/{change}", "receipt")
    disclosure = drafted(house, change, "FY-R1/7.7")
    house.clock.instant = at(date(2026, 7, 10), 14)
    assert release(house, "liu-fang", disclosure, "inside", MEETING, BOARD).status_code == 200
    assert house.get("", f"{CATALOGUE}/catalogue")["changes"] == []
    assert house.get("zhou-dahai", f"{CATALOGUE}/catalogue/changes") == []
    assert [c["kind"] for c in house.get("chen-xiuying", f"{CATALOGUE}/catalogue")["changes"]] == ["revoke"]


def test_several_items_of_one_unit_change_together_and_a_new_one_is_added(house: House) -> None:  # CAT-21, A-19, S01
    text = {"sub_item": "3.12", "title_zh": "党员志愿服务时长", "title_en": "Hours", "content": "时长"}
    more: dict[str, Any] = {"scope": "inside-then-outside", "audience_outside": "society", "kind": "immediate"}
    more |= {"methods": ["meeting", "public-column"]}
    within = {"scope": "inside", "audience_outside": "", "methods": ["meeting"]}
    inside = {"kind": "add", "sub_item": "3.12", "text": text | more | within}
    body = {"base_version": 1, "reason": REASON, "lines": [inside, {"kind": "terminate", "sub_item": "6.5"}]}
    assert house.refused("ma-xiaoyan", f"{CATALOGUE}/changes", body) == "INVALID"
    own = {"kind": "terminate", "sub_item": "6.5", "reason": "事项已办结"}
    shown = _shown_before(house)
    change = filed(house, lines=[{"kind": "add", "sub_item": "3.12", "text": text | more}, own])
    assert [line["reason"] for line in house.get("he-jing", f"{CASES}/{change}")["lines"]] == ["", "事项已办结"]
    first = announced(house, change)
    assert house.get("liu-fang", f"{CATALOGUE}/catalogue")["version"] == 1
    house.clock.instant = at(date(2026, 7, 13), 10)
    disclosure = drafted(house, change, "FY-R1/3.12")
    assert release(house, "liu-fang", disclosure, "inside", MEETING | {"on": "2026-07-13"}).status_code == 200
    house.clock.instant = at(date(2026, 7, 16), 10)
    column = COLUMN | {"posted_at": "2026-07-16T09:30:00+08:00"}
    assert release(house, "liu-fang", disclosure, "outside", column).status_code == 200
    page = house.get("liu-fang", f"{CATALOGUE}/catalogue")
    assert page["version"] == 2
    assert [i["sub_item"] for i in page["items"]] == ["3.9", "3.12", "4.2", "7.7"]
    told = {c["sub_item"]: (c["reason"], c["disclosures"]) for c in house.get("", f"{CATALOGUE}/catalogue")["changes"]}
    assert told == {"3.12": (REASON, [disclosure]), "6.5": ("事项已办结", [first])}, "each with its own reason (A-19)"
    notice = house.get("", f"{SHOWN}/{shown}")["notice"]
    assert (notice["explanation"], notice["disclosures"]) == ("事项已办结", [first])


def test_a_catalogue_in_force_is_not_edited_in_place(house: House) -> None:  # CAT-21, S01
    assert house.refused("sun-wei", f"{CATALOGUE}/catalogue/draft") in ("STEP_OUT_OF_ORDER", "TEMPLATE_INCOMPLETE")


def test_of_two_who_change_one_item_the_second_learns_what_stands(house: House) -> None:  # CAT-21
    first = requested(house)
    body = {"base_version": 1, "reason": "另", "lines": [{"kind": "revoke", "sub_item": "6.5"}]}
    answer = house.command("liu-fang", f"{CATALOGUE}/changes", body)
    assert answer.json()["code"] == "VERSION_CONFLICT"
    assert answer.json()["facts"] == {"version": 1, "changes": [first["id"]]}
    refuse = {"reason": "不予同意"}
    house.do("sun-wei", f"{CHANGES}/{first['id']}/refusal", refuse, version=first["version"])
    assert house.command("liu-fang", f"{CATALOGUE}/changes", body).status_code == 201


def test_a_request_sent_twice_is_one(house: House) -> None:  # CAT-16
    body = {"base_version": 1, "reason": REASON, "lines": [{"kind": "terminate", "sub_item": "6.5"}]}
    first, again = (house.do("ma-xiaoyan", f"{CATALOGUE}/changes", body, key="one") for _ in range(2))
    assert (again["repeated"], again["id"]) == (True, first["id"])
    assert house.facts("catalogue", "change") == ["ChangeRequested"]


def test_the_audit_returns_it_and_it_comes_again(house: House) -> None:  # CAT-17
    change = approved(house)
    step(house, "zhao-guoqiang", f"{CASES}/{change}", "return", {"reason": "理由不足"})
    page = house.get("liu-fang", f"{CHANGES}/{change}")
    assert (page["stage"], page["steps"][1]["acts"][0]["note"]) == ("returned", "理由不足")
    body = {"base_version": 1, "reason": "补充理由", "lines": [{"kind": "terminate", "sub_item": "6.5"}]}
    house.do("ma-xiaoyan", f"{CHANGES}/{change}/revision", body, version=page["version"])
    page = house.get("liu-fang", f"{CHANGES}/{change}")
    house.do("zhou-min", f"{CHANGES}/{change}/approval", version=page["version"])
    step(house, "he-jing", f"{CASES}/{change}", "audit", {})
    assert house.get("jiang-ping", f"{FILINGS}/{change}")["stage"] == "submitted"


def test_the_county_returns_a_filing_and_the_office_completes_it(house: House) -> None:  # CAT-18, A-04
    change = approved(house)
    step(house, "zhao-guoqiang", f"{CASES}/{change}", "audit", {})
    step(house, "jiang-ping", f"{FILINGS}/{change}", "return", {"missing": "缺审核意见"})
    more = {"supplement": "补审核意见"}
    assert refused(house, "liu-fang", f"{FILINGS}/{change}", "resubmission", more) == "NOT_YOUR_REMIT"
    step(house, "he-jing", f"{FILINGS}/{change}", "resubmission", more)
    step(house, "jiang-ping", f"{FILINGS}/{change}", "receipt")
    page = house.get("he-jing", f"{CHANGES}/{change}")
    acts = [(a["act"], a["person"]) for a in page["steps"][2]["acts"]]
    assert acts == [
        ("submitted", ""),
        ("returned-for-completion", "jiang-ping"),
        ("submitted", "he-jing"),
        ("received", "jiang-ping"),
    ]


def test_without_a_receipt_it_is_deemed_received_once_and_flagged(house: House) -> None:  # A-04, P-18
    change = approved(house)
    step(house, "zhao-guoqiang", f"{CASES}/{change}", "audit", {})
    house.go_to(at(date(2026, 7, 13), 23))
    assert house.get("jiang-ping", f"{FILINGS}/{change}")["stage"] == "submitted"
    told = house.go_to(at(date(2026, 7, 14), 8))
    assert told.count("FilingReceived") == 1
    assert house.go_to(at(date(2026, 7, 14), 9)).count("FilingReceived") == 0
    filing = house.get("jiang-ping", f"{FILINGS}/{change}")
    assert (filing["stage"], filing["deemed"], filing["number"]) == ("received", True, "")
    assert house.get("he-jing", f"{CHANGES}/{change}")["stage"] == "filed"
    done = step(house, "jiang-ping", f"{FILINGS}/{change}", "receipt")
    filing = house.get("jiang-ping", f"{FILINGS}/{change}")
    assert (filing["number"], filing["deemed"], filing["received_on"]) == (done["result"]["number"], True, "2026-07-14")


def test_two_years_without_running_come_to_the_same_facts(house: House, tmp_path: Path) -> None:  # P-18
    waiting = approved(house, lines=[{"kind": "terminate", "sub_item": "4.2"}])
    change = approved(house)
    step(house, "zhao-guoqiang", f"{CASES}/{change}", "audit", {})
    told = house.go_to(at(date(2028, 7, 14), 9))
    once = ("CaseFellOverdue", "FilingReceived", "AnnouncementFellOverdue")
    assert [told.count(name) for name in once] == [1, 1, 1]
    page = house.get("he-jing", f"{CHANGES}/{change}")
    assert page["steps"][2]["overdue_from"] == "2026-07-14"
    assert (page["steps"][3]["due"]["due"], page["steps"][3]["overdue_from"]) == ("2026-07-17", "2026-07-18")
    late = house.get("he-jing", f"{CASES}/{waiting}")
    assert (late["due_on"], late["overdue_from"]) == ("2026-07-13", "2026-07-14")
    assert house.go_to(at(date(2028, 7, 15), 9)).count("CaseFellOverdue") == 0


def test_a_corrected_calendar_moves_what_is_open_and_keeps_the_old_day(house: House) -> None:  # P-18
    change = approved(house)
    body = {"year": 2026, "source": "更正", "holidays": ["2026-07-09"], "make_up_workdays": []}
    house.do("jiang-ping", "/catalogue/v1/calendars", body)
    assert house.go_to(at(date(2026, 7, 8), 9)).count("CaseDueMoved") == 1
    case = house.get("he-jing", f"{CASES}/{change}")
    assert (case["due_on"], case["owed"]["moves"]) == ("2026-07-14", ["2026-07-13"])


def test_told_a_second_time_nothing_happens_twice(house: House) -> None:  # CAT-17 to CAT-19
    announced(house, filed(house))
    before = {name: service.handler.journal.head() for name, service in house.services.items()}
    for name in house.services:
        house.hear_again(name)
    assert before == {name: service.handler.journal.head() for name, service in house.services.items()}


def test_the_chain_is_for_the_desk_the_town_the_unit_and_the_county(house: House) -> None:  # ORG-11, ORG-16
    change = filed(house)
    for path in (f"{CHANGES}/{change}", f"{CASES}/{change}", f"{FILINGS}/{change}"):
        county = () if path.startswith(CASES) else ("jiang-ping",)
        for person in ("liu-fang", "li-min", "sun-wei", *county):
            assert house.ask(person, path).status_code == 200, (person, path)
        for person in ("", "chen-xiuying", "zhou-dahai", "lin-hua", "han-dong", "tang-ning"):
            answer = house.ask(person, path)
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND"), (person, path)
    listed = house.get("sun-wei", CHANGES, town="fengyang")["items"]
    assert [row["change"] for row in listed] == [change]


def test_the_county_does_not_learn_of_a_change_that_was_never_filed(house: House) -> None:  # ORG-16
    change = approved(house)
    for path in (f"{CHANGES}/{change}", f"{CASES}/{change}"):
        assert house.ask("jiang-ping", path).status_code == 404, path
    assert house.get("jiang-ping", CHANGES)["items"] == []
    step(house, "zhao-guoqiang", f"{CASES}/{change}", "audit", {})
    assert house.get("jiang-ping", f"{CHANGES}/{change}")["stage"] == "audited"
    assert [row["change"] for row in house.get("jiang-ping", CHANGES)["items"]] == [change]
    assert house.ask("jiang-ping", f"{CASES}/{change}").status_code == 404


def test_the_county_counts_filings_without_content(house: House) -> None:  # ORG-16, CAT-18
    filed(house)
    (row,) = house.get("jiang-ping", "/audit/v1/filing-figures")
    assert row == {
        "town": "fengyang",
        "about": "change",
        "submitted": 1,
        "received": 1,
        "deemed": 0,
        "returned": 0,
        "late": 0,
    }
    (listed,) = house.get("jiang-ping", FILINGS, superior="QS")["items"]
    assert "内容" not in str(listed)


def test_a_county_run_schools_catalogue_is_decided_on_by_its_own_authority(
    house: House,
) -> None:  # A-02, CAT-16, ORG-16
    office: dict[str, Any] = {
        "organisation": "QS-EDU",
        "type": "organ",
        "level": "unit",
        "superior": "QS",
        "on": "2024-01-01",
    }
    officer = {"person": "qin-yu", "name_zh": "秦玉", "name_en": "Qin Yu", "kind": "unit-officer", "on": "2024-01-01"}
    titles = {"title_zh": "负责人", "title_en": "Officer"}
    office |= {"name_zh": "县教育局党组", "name_en": "Education", "posts": [officer | titles]}
    house.do("jiang-ping", "/catalogue/v1/organisations", {"town": "", "organisations": [office]})
    values = {"values": {"catalogue-authorities": "FY-S1=QS-EDU"}, "on": "2026-07-01"}
    house.do("he-jing", "/catalogue/v1/towns/fengyang/parameters", values)
    body = {"base_version": 1, "reason": REASON, "lines": [{"kind": "terminate", "sub_item": "6.5"}]}
    done = house.do("gao-jie", "/catalogue/v1/organisations/FY-S1/changes", body)
    path = f"{CHANGES}/{done['id']}/approval"
    assert house.refused("sun-wei", path, version=done["version"]) == "NOT_YOUR_REMIT"
    assert house.get("qin-yu", f"{CHANGES}/{done['id']}")["unit"] == "QS-EDU"
    house.do("qin-yu", path, version=done["version"])
    other = requested(house)
    assert house.ask("qin-yu", f"{CHANGES}/{other['id']}").status_code == 404
    assert house.refused("qin-yu", f"{CHANGES}/{other['id']}/approval", version=other["version"]) == "NOT_FOUND"
    facts = [e.data for e in house.services["catalogue"].handler.journal.read(0) if e.name == "ChangeApproved"]
    assert [(f["unit"], f["on_behalf_of"]) for f in facts] == [("QS-EDU", "QS")]
