"""Under the lid (S05, 07-10 to 10-12): what is withheld is filed upward, receipted, and ends by itself."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from services.catalogue import events as c
from services.publication import events as p
from shared.clock import at
from shared.decider import Decider
from shared.events import Context
from shared.handling import Do
from tests.journeys.fengyang import fengyang, tell
from tests.journeys.house import House

pytestmark = pytest.mark.in_order
ORGANISATIONS, WITHHOLDINGS, FILINGS = "/catalogue/v1/organisations", "/catalogue/v1/withholdings", "/audit/v1/filings"
LIUSHU, SCHOOL = f"{ORGANISATIONS}/FY-R1", f"{ORGANISATIONS}/FY-S1"
CASE_OF_X = {
    "sub_item": "7.7",
    "kind": "temporarily-not",
    "ground": "case-under-investigation",
    "citation": "监督执纪工作规则第六十四条",
    "until": "2026-10-08",
    "addressed_to": "FY",
    "reviewer": "he-tao",
}
REFUSED, FIRST = "FY-R1/7.7/1", "FY-R1/7.7/3"


def filed(house: House, person: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Proposed by one, and filed with the word of the reviewer who was asked."""
    done = house.do(person, f"{path}/withholdings", body)
    return house.do(body["reviewer"], f"{WITHHOLDINGS}/{done['id']}/confirmation", version=done["version"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """On 2026-07-10, 7.7 at Liushu and 4.2 at the school are due on 07-15."""
    house = fengyang(tmp_path_factory.mktemp("house"), at(date(2026, 7, 10), 9))
    for organisation, sub_item in (("FY-R1", "7.7"), ("FY-S1", "6.5")):
        _owe(house, organisation, sub_item)
    yield house
    house.close()


def _owe(house: House, organisation: str, sub_item: str) -> None:
    """Something happened on 07-10 that makes the item due on 07-15 (P-04)."""
    item = f"{organisation}/{sub_item}"
    fact = p.ObligationRaised(
        obligation=f"{item}/triggered/2026-07-10",
        town="fengyang",
        organisation=organisation,
        item=item,
        title=f"事项{sub_item}",
        sub_item=sub_item,
        kind="immediate",
        duty=p.Duty.TRIGGERED,
        period="2026-07-10",
        trigger=date(2026, 7, 10),
        due=date(2026, 7, 15),
        parameter="P-04",
    )
    telling: Decider[None, Any, Any] = Decider("obligation", None, lambda _s, told: [told], lambda s, _e: s)
    context = Context(town="fengyang", actor="service:publication")
    house.services["publication"].handler.handle(Do(telling, fact.obligation, fact), context=context)
    house.services["publication"].handler.forget(f"obligation-{fact.obligation}")
    house.settle()


def test_0710_addressed_to_another_town_it_is_refused(house: House) -> None:  # CAT-15, A-03, S05
    wrong = CASE_OF_X | {"addressed_to": "HS"}
    assert house.refused("liu-fang", f"{LIUSHU}/withholdings", wrong) == "WRONG_SUPERIOR"


def test_0710_until_its_reviewer_has_confirmed_it_nothing_is_filed(house: House) -> None:  # CAT-15, A-11, A-22
    done = house.do("liu-fang", f"{LIUSHU}/withholdings", CASE_OF_X)
    path = f"{WITHHOLDINGS}/{done['id']}"
    (row,) = house.get("he-tao", WITHHOLDINGS, organisation="FY-R1")["items"]
    assert (row["stage"], row["proposed_by"], row["reviewer"]) == ("proposed", "liu-fang", "he-tao")
    assert house.get("chen-xiuying", f"{LIUSHU}/withheld") == []
    assert house.get("liu-fang", WITHHOLDINGS, organisation="FY-R1", standing=True)["items"] == []
    assert house.facts("audit", "filing") == []
    assert "ObligationSuspended" not in house.facts("publication", "obligation")
    assert house.refused("liu-fang", f"{LIUSHU}/withholdings", CASE_OF_X) == "STEP_OUT_OF_ORDER"
    for person in ("liu-fang", "ma-xiaoyan", "zhao-guoqiang"):
        assert house.refused(person, f"{path}/confirmation", version=1) == "NOT_YOUR_REMIT"
    for person in ("chen-xiuying", "ye-qing", "han-dong"):
        assert house.refused(person, f"{path}/confirmation", version=1) == "NOT_FOUND"


def test_0710_the_reviewer_refuses_it_for_a_ground_and_it_is_proposed_anew(house: House) -> None:  # CAT-15, PUB-35
    path = f"{WITHHOLDINGS}/{REFUSED}"
    assert house.refused("he-tao", f"{path}/refusal", {"ground": ""}, version=1) == "REASON_REQUIRED"
    house.do("he-tao", f"{path}/refusal", {"ground": "shorter-time-suffices"}, version=1)
    (row,) = house.get("liu-fang", WITHHOLDINGS, organisation="FY-R1")["items"]
    assert (row["stage"], row["refused_for"], row["ended"]) == ("refused", "shorter-time-suffices", "")
    assert house.refused("he-tao", f"{path}/confirmation", version=2) == "STEP_OUT_OF_ORDER"
    second = house.do("liu-fang", f"{LIUSHU}/withholdings", CASE_OF_X)
    house.do("ma-xiaoyan", f"{WITHHOLDINGS}/{second['id']}/withdrawal", version=1)
    assert house.get("liu-fang", WITHHOLDINGS, organisation="FY-R1")["items"][0]["stage"] == "taken-back"
    assert house.facts("catalogue", "withholding").count("WithholdingFiled") == 0


def test_0710_liu_files_temporarily_not_and_the_committee_has_it_on_record(house: House) -> None:  # CAT-15, S05
    done = filed(house, "liu-fang", LIUSHU, CASE_OF_X)
    assert done["id"] == FIRST
    filing = house.get("zhao-guoqiang", f"{FILINGS}/{FIRST}")
    assert (filing["addressed_to"], filing["ground"], filing["late_workdays"]) == ("FY", "case-under-investigation", 0)
    assert house.refused("jiang-ping", f"{FILINGS}/{FIRST}/receipt", version=filing["version"]) == "NOT_YOUR_REMIT"
    done = house.do("he-jing", f"{FILINGS}/{FIRST}/receipt", version=filing["version"])
    assert done["result"]["number"] == "凤党公备〔2026〕1号"
    assert house.facts("publication", "obligation")[-1] == "ObligationSuspended"
    row, *_ = house.get("liu-fang", WITHHOLDINGS, organisation="FY-R1")["items"]
    assert (row["number"], row["ended"], row["until"]) == ("凤党公备〔2026〕1号", "", "2026-10-08")


def test_0710_whoever_may_receive_it_opens_it_and_its_reviewer_gives_no_receipt(house: House) -> None:  # CAT-15, A-22
    assert house.get("xu-lan", f"{FILINGS}/{FIRST}")["addressed_to"] == "FY"
    (filed,) = [e for e in house.services["audit"].handler.journal.read(0) if e.name == "FilingSubmitted"]
    assert tuple(filed.data["persons"]) == ("liu-fang", "he-tao")


def test_0710_members_see_that_it_is_on_file_and_outsiders_see_nothing(house: House) -> None:  # CAT-15, ORG-11, S05
    (mark,) = house.get("chen-xiuying", f"{LIUSHU}/withheld")
    assert (mark["sub_item"], mark["notice_zh"]) == ("7.7", "暂不公开，已备案")
    assert set(mark) == {"item", "sub_item", "kind", "notice_zh", "notice_en", "until", "number"}
    for person in ("", "zhou-dahai", "lin-hua", "luo-lan", "han-dong"):
        assert house.get(person, f"{LIUSHU}/withheld") == []
        assert house.ask(person, WITHHOLDINGS, organisation="FY-R1").status_code == 404
        assert house.ask(person, f"{FILINGS}/{FIRST}").status_code == 404


def test_0716_the_school_files_a_day_late_and_that_stays_recorded(house: House) -> None:  # CAT-15, SUP-15, S05
    house.go_to(at(date(2026, 7, 16), 10))
    late = {
        "sub_item": "6.5",
        "kind": "not-suitable",
        "ground": "personal-privacy",
        "citation": "个人信息保护法第十三条",
    }
    filed(house, "lin-hua", SCHOOL, late | {"addressed_to": "FY", "reviewer": "ye-qing"})
    (row,) = house.get("li-min", WITHHOLDINGS, organisation="FY-S1")["items"]
    assert row["late_workdays"] == 1
    (filing,) = house.get("li-min", FILINGS, organisation="FY-S1")["items"]
    assert filing["late_workdays"] == 1
    figures = house.get("jiang-ping", "/audit/v1/filing-figures")
    assert [(f["about"], f["submitted"], f["late"]) for f in figures] == [("withholding", 2, 1)]


def test_1009_nobody_renewed_it_so_it_ended_once(house: House) -> None:  # CAT-15, S05
    assert house.go_to(at(date(2026, 10, 8), 23)).count("WithholdingEnded") == 0
    told = house.go_to(at(date(2026, 10, 9), 0, 5))
    assert [told.count(n) for n in ("WithholdingEnded", "ObligationResumed", "ObligationFellOverdue")] == [1, 1, 1]
    assert house.go_to(at(date(2026, 10, 9), 9)).count("WithholdingEnded") == 0
    row = house.get("liu-fang", WITHHOLDINGS, organisation="FY-R1")["items"][0]
    assert (row["ended"], row["ended_on"]) == ("expired", "2026-10-09")
    assert house.get("chen-xiuying", f"{LIUSHU}/withheld") == []


def test_1012_for_good_without_a_rule_it_is_refused_and_with_one_it_is_late(house: House) -> None:  # CAT-14, S05
    house.go_to(at(date(2026, 10, 12), 9))
    body = CASE_OF_X | {"kind": "not-suitable", "until": None, "citation": ""}
    answer = house.command("liu-fang", f"{LIUSHU}/withholdings", body)
    assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == ("REASON_REQUIRED", "/citation")
    done = filed(house, "liu-fang", LIUSHU, body | {"citation": "监督执纪工作规则第六十四条"})
    assert done["id"] == "FY-R1/7.7/4"
    row = house.get("liu-fang", WITHHOLDINGS, organisation="FY-R1")["items"][0]
    assert row["late_workdays"] == 3  # 10-09, the make-up workday 10-10, and 10-12
    (mark,) = house.get("chen-xiuying", f"{LIUSHU}/withheld")
    assert (mark["kind"], mark["notice_zh"]) == ("not-suitable", "不宜公开，已备案")


def test_1013_a_new_filing_replaces_the_one_that_stands(house: House) -> None:  # CAT-15
    house.go_to(at(date(2026, 10, 13), 9))
    again = CASE_OF_X | {"until": "2026-12-31"}
    filed(house, "liu-fang", LIUSHU, again)
    rows = house.get("liu-fang", WITHHOLDINGS, organisation="FY-R1")["items"]
    assert [(r["withholding"], r["ended"], r["late_workdays"]) for r in rows[:2]] == [
        ("FY-R1/7.7/5", "", 0),
        ("FY-R1/7.7/4", "replaced", 3),
    ]
    house.do("liu-fang", f"{WITHHOLDINGS}/FY-R1/7.7/5/withdrawal", version=rows[0]["version"])
    assert house.get("chen-xiuying", f"{LIUSHU}/withheld") == []


def test_after_all_nothing_of_a_content_stands_in_any_fact_of_it(house: House) -> None:  # CAT-15
    told = [
        str(event.data)
        for service in house.services.values()
        for event in service.handler.journal.read(0)
        if event.stream.startswith(("withholding-", "filing-"))
    ]
    assert told
    assert not [text for text in told if "内容" in text or "事项" in text]


def test_a_branch_under_a_general_branch_files_with_that(house: House) -> None:
    moved = c.OrganisationPlaced(organisation="FY-R1", superior="FY-S1", on=date(2026, 10, 13))
    tell(house, [("organisation-FY-R1", moved)])
    assert house.refused("liu-fang", f"{LIUSHU}/withholdings", CASE_OF_X | {"until": "2026-12-31"}) == "WRONG_SUPERIOR"
    body = CASE_OF_X | {"until": "2026-12-31", "addressed_to": "FY-S1"}
    filed(house, "liu-fang", LIUSHU, body)
    filing = house.get("lin-hua", f"{FILINGS}/FY-R1/7.7/6")
    assert house.do("lin-hua", f"{FILINGS}/FY-R1/7.7/6/receipt", version=filing["version"])["result"]["number"]
