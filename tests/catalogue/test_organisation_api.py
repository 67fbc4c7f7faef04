"""Organisations over HTTP, in the demo county on 2026-01-20: what a town sets up, who may know it, and who may not."""

import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook
from starlette.testclient import TestClient

from services.catalogue.api.rights import RIGHTS
from services.catalogue.main import build
from services.cli.demo import CATALOGUE, Stage, load_catalogues, read
from shared.events import Context
from shared.policy import ACTIONS
from shared.running import LocalPlatform, Running
from shared.service import Service
from shared.settings import Settings
from tests.catalogue.test_api import County, code

pytestmark = pytest.mark.in_order
LATER = "2026-02-02"


class Set(County):
    """The county, whose tickers are asked when a test says so."""

    service: Service
    seen = ""

    def ticks(self) -> None:
        platform = self.client.app.state.web.platform  # type: ignore[attr-defined]  # an ASGI app of ours
        dos = [do for ticker in self.service.tickers for do in ticker.due(platform.clock.now())]
        for do in dos:
            context = Context(town=getattr(do.command, "town", ""), actor="service:catalogue")
            self.seen = f"catalogue:{self.service.handler.handle(do, context=context).position}"

    def does(self, person: str, path: str, body: Any = None, version: int | None = None, **more: Any) -> dict[str, Any]:
        answer = self.do(person, path, body, version, **more)
        assert answer.is_success, answer.text
        self.seen = answer.json()["position"]
        return dict(answer.json())

    def sees(self, person: str, path: str, **query: str) -> Any:
        """What somebody is answered once the views show what was done last."""
        answer = self.ask(person, path, **query, **({"after": self.seen} if self.seen else {}))
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Set]:
    settings = Settings(environment="development", var=tmp_path_factory.mktemp("var"), founder="jiang-ping")
    platform = LocalPlatform(settings)
    service = build(platform)
    running = Running(platform, [service])
    running.start()
    client = TestClient(service.app)
    load_catalogues(Stage(client, lambda _step: None), read("qingshan.yaml"))
    county = Set(client)
    county.service = service
    yield county
    running.stop()


def test_what_a_town_has_not_set_up_is_shown_as_an_error(county: Set) -> None:  # ORG-08 A-17
    errors = county.sees("tang-ning", "/towns/heshan/configuration")["errors"]
    found = {(e["code"], e["about"]) for e in errors}
    assert found >= {("CATEGORY_UNASSIGNED", f"C{n}") for n in range(1, 9)} | {("NO_LEADING_GROUP", "HS")}
    assert code(county.ask("tang-ning", "/towns/fengyang/configuration")) == "NOT_YOUR_REMIT"  # ORG-16


def test_an_item_of_an_unassigned_category_cannot_be_authored(county: Set) -> None:  # ORG-08 A-17
    item = {"items": [{"sub_item": "7.6"}]}
    assert code(county.do("tang-ning", "/towns/heshan/templates/rural/items", item)) == "CATEGORY_UNASSIGNED"


FORMING = {"head": "zhao-guoqiang", "members": ["li-min", "sun-wei", "qian-li"], "on": "2026-01-20"}


def test_a_leading_group_is_headed_by_the_principal_person_and_worked_for_by_the_cdi(
    county: Set,
) -> None:  # ORG-05 A-18
    path = "/organisations/FY/leading-group"
    assert code(county.do("he-jing", path, FORMING | {"head": "li-min"})) == "NOT_ELIGIBLE"
    county.does("he-jing", path, FORMING)
    group = county.sees("chen-xiuying", path)
    assert (group["head"], group["office"], group["head_is_principal"]) == ("zhao-guoqiang", "FY-CDI", True)
    assert [g["body"] for g in county.sees("he-jing", "/towns/fengyang/leading-groups")["items"]] == ["FY"]
    codes = {e["code"] for e in county.sees("he-jing", "/towns/fengyang/configuration")["errors"]}
    assert not codes & {"NO_LEADING_GROUP", "CATEGORY_UNASSIGNED", "NO_TARGET_DATE"}


def test_a_department_has_a_group_of_its_own_and_every_change_has_a_day(county: Set) -> None:  # ORG-05
    path = "/organisations/FY-DJB/leading-group"
    county.does("he-jing", path, {"head": "sun-wei", "on": "2026-01-20"})
    joined = county.does("he-jing", f"{path}/members", {"joined": ["qian-li"], "on": LATER}, version=1)
    assert code(county.do("he-jing", f"{path}/office", {"office": "HS", "on": LATER}, version=2)) == "UNKNOWN_CODE"
    county.does("he-jing", f"{path}/office", {"office": "FY-DZB", "on": LATER}, version=joined["version"])
    assert county.sees("he-jing", path, on="2026-02-01")["members"] == []
    later = county.sees("he-jing", path, on=LATER)
    assert (later["members"], later["office"]) == (["qian-li"], "FY-DZB")


def test_the_usual_division_is_set_in_one_act(county: Set) -> None:  # ORG-08 A-17, S01
    body = {"party_government_office": "FY-DZB", "party_building_office": "FY-DJB", "on": LATER}
    county.does("he-jing", "/towns/fengyang/division/defaults", body)
    page = county.sees("", "/towns/fengyang/division", on=LATER)
    usual = {"C1": "FY-DZB", **dict.fromkeys(("C2", "C3", "C4", "C5", "C6"), "FY-DJB"), "C7": "FY-CDI", "C8": "FY-CDI"}
    assert (page["units"], page["unassigned"]) == (usual, [])


def test_every_item_names_one_unit_of_its_town(county: Set) -> None:  # ORG-09 ORG-06
    for branch in ("FY-R1", "FY-E1", "FY-O1", "FY-S1", "FY-H1", "FY-A1"):
        items = county.sees("li-min", f"/organisations/{branch}/items", on="2026-02-01", limit="100")["items"]
        assert {item["unit"] for item in items} <= {"FY-DZB", "FY-DJB", "FY-CDI", "FY"}
        assert {item["id"].split("/")[0] for item in items} == {branch}


def test_a_vacancy_is_told_to_whom_it_is_to_fill(county: Set) -> None:  # ORG-07
    county.ticks()
    found = county.sees("tang-ning", "/towns/heshan/vacancies")["items"]
    assert [(v["organisation"], v["owner"], v["until"]) for v in found] == [("HS", "tang-ning", None)]
    assert county.sees("he-jing", "/towns/fengyang/vacancies")["items"] == []
    assert code(county.ask("he-jing", "/towns/heshan/vacancies")) == "NOT_YOUR_REMIT"  # ORG-16
    measured = 'gongkai_first_person_vacancies{service="catalogue",town="heshan"} '
    assert f"{measured}1.0" in county.client.get("/metrics").text
    post = {"person": "shi-lei", "name_zh": "石磊", "name_en": "Shi Lei", "kind": "committee-secretary"}
    post |= {"title_zh": "镇党委书记", "title_en": "Secretary", "on": "2026-01-19"}
    done = county.does("tang-ning", "/organisations/HS/posts", {"posts": [post]})
    county.ask("tang-ning", "/towns", after=done["position"])
    county.ticks()
    assert county.sees("tang-ning", "/towns/heshan/vacancies")["items"] == []
    assert f"{measured}0.0" in county.client.get("/metrics").text
    ended = county.sees("tang-ning", "/towns/heshan/vacancies", history="true")["items"]
    assert [v["until"] for v in ended] == ["2026-01-19"]


ASKING = {"kind": "consult", "subject_kind": "item", "subject": "FY-R1/3.9", "question": "范围是否妥当", "due": LATER}


def test_units_consult_one_another_and_each_step_is_recorded(county: Set) -> None:  # ORG-10
    asked = county.does("qian-li", "/towns/fengyang/referrals", ASKING | {"to_unit": "FY-DJB"})
    path = f"/referrals/{asked['id']}"
    answer = {"accepted": True, "answer": "妥当"}
    assert code(county.do("li-min", f"{path}/answer", answer, version=1)) == "NOT_YOUR_REMIT"  # ORG-09
    assert code(county.do("sun-wei", f"{path}/countersignature", {"agreed": True}, version=1)) == "STEP_OUT_OF_ORDER"
    county.does("sun-wei", f"{path}/answer", answer, version=1)
    assert code(county.do("sun-wei", f"{path}/answer", answer, version=2)) == "STEP_OUT_OF_ORDER"
    page = county.sees("qian-li", "/towns/fengyang/referrals")["items"][0]
    assert (page["state"], page["question"], page["answer"], page["ended_by"]) == (
        "answered",
        "范围是否妥当",
        "妥当",
        "sun-wei",
    )


def test_a_countersignature_is_given_by_another_person_or_refused_with_a_reason(county: Set) -> None:  # ORG-10
    body = ASKING | {"kind": "countersign", "to_unit": "FY-CDI"}
    asked = county.does("sun-wei", "/towns/fengyang/referrals", body)
    path = f"/referrals/{asked['id']}"
    assert code(county.do("li-min", f"{path}/answer", {"accepted": True}, version=1)) == "STEP_OUT_OF_ORDER"
    assert code(county.do("li-min", f"{path}/countersignature", {"agreed": False}, version=1)) == "REASON_REQUIRED"
    county.does("li-min", f"{path}/countersignature", {"agreed": True}, version=1)
    withdrawing = county.do("sun-wei", f"{path}/withdrawal", {"reason": "不再需要"}, version=2)
    assert code(withdrawing) == "STEP_OUT_OF_ORDER"


def test_what_units_ask_of_one_another_is_theirs_and_the_oversights(county: Set) -> None:  # ORG-10 ORG-03
    mine = county.sees("qian-li", "/towns/fengyang/referrals")["items"]
    assert {page["from_unit"] for page in mine} == {"FY-DZB"}
    assert len(county.sees("zhao-guoqiang", "/towns/fengyang/referrals")["items"]) == 2
    for stranger in ("ma-xiaoyan", "tang-ning", "chen-xiuying"):
        assert code(county.ask(stranger, "/towns/fengyang/referrals")) == "NOT_YOUR_REMIT"
    other = county.does("sun-wei", "/towns/fengyang/referrals", ASKING | {"to_unit": "FY-CDI"})["id"]
    for stranger in ("qian-li", "tang-ning"):
        answers = [county.do(stranger, f"/referrals/{r}/withdrawal", {}, version=1) for r in (other, "none")]
        assert [code(answer) for answer in answers] == ["NOT_FOUND", "NOT_FOUND"]  # ORG-16
        assert len({answer.json()["detail"] for answer in answers}) == 1
    county.does("sun-wei", f"/referrals/{other}/withdrawal", {"reason": "不再需要"}, version=1)


def test_coverage_begins_with_nobody_and_knows_the_target(county: Set) -> None:  # ORG-13 A-31, S01
    page = county.sees("he-jing", "/towns/fengyang/coverage")
    assert (page["target"], page["met"], page["covered"], len(page["uncovered"])) == ("2026-02-28", None, [], 6)
    assert county.sees("he-jing", "/towns/fengyang/coverage", on="2026-03-01")["met"] is False
    assert county.sees("jiang-ping", "/towns/fengyang/coverage")["target"] == "2026-02-28"  # ORG-16
    bad = {"values": {"target-date": "end of 2011"}, "on": LATER}
    assert code(county.do("he-jing", "/towns/fengyang/parameters", bad)) == "WRONG_DATE"


def test_a_supervisor_is_hired_over_http_for_the_towns_term(county: Set) -> None:  # ORG-14 P-13
    page = county.sees("", "/organisations/FY-R1/supervisors")["items"]
    assert [(p["person"], p["since"], p["until"]) for p in page] == [("guo-changfu", "2026-01-12", "2028-01-12")]
    again = {"person": "zhou-dahai", "post": "FY-R1/supervisor-2", "on": LATER}
    assert code(county.do("he-jing", "/organisations/FY-R1/supervisors", again)) == "NOT_A_MEMBER"
    county.does("guo-changfu", "/organisations/FY-R1/supervision", {"kind": "inspected", "note": "公开栏已更新"})
    assert [e["note"] for e in county.sees("li-min", "/organisations/FY-R1/supervision")["items"]] == ["公开栏已更新"]
    assert code(county.ask("ma-xiaoyan", "/organisations/FY-R1/supervision")) == "NOT_YOUR_REMIT"


def test_a_member_moves_to_another_town_in_one_act(county: Set) -> None:  # ORG-11
    hers = county.sees("luo-lan", "/organisations/HS-R1/members", limit="100")["items"]
    path = "/organisations/FY-R1/members/chen-xiuying/transfer"
    assert code(county.do("he-jing", path, {"to": "FY-R1", "on": LATER})) == "OWN_ORGANISATION"
    county.does("jiang-ping", path, {"to": "HS-R1", "on": LATER})
    assert code(county.do("he-jing", path, {"to": "FY-E1", "on": LATER})) == "NOT_A_MEMBER"
    on_the_day = [
        [m["person"] for m in county.sees(who, f"/organisations/{where}/members", on=day, limit="100")["items"]]
        for where, who in (("FY-R1", "ma-xiaoyan"), ("HS-R1", "luo-lan"))
        for day in ("2026-02-01", LATER)
    ]
    assert ["chen-xiuying" in persons for persons in on_the_day] == [True, False, False, True]
    assert len(on_the_day[3]) == len(hers) + 1


def test_the_office_of_one_town_makes_nobody_a_member_in_another(county: Set) -> None:  # ORG-11 ORG-16
    path = "/organisations/FY-O1/members/he-jing/transfer"
    assert code(county.do("he-jing", path, {"to": "HS-R1", "on": LATER})) == "NOT_YOUR_REMIT"
    assert code(county.ask("he-jing", "/organisations/HS-R1/members", on=LATER)) == "NOT_YOUR_REMIT"


def test_the_receiving_town_is_told_in_a_fact_of_its_own(county: Set) -> None:  # ORG-11 ORG-16
    stream = list(county.service.handler.journal.stream("organisation-HS-R1"))
    assert [(e.name, e.context.town) for e in stream if e.data.get("person") == "chen-xiuying"] == [
        ("MemberAdmitted", "heshan")
    ]


def test_who_is_a_member_is_for_those_entitled_to_know(county: Set) -> None:  # ORG-11
    for stranger in ("zhou-dahai", "luo-lan", "tang-ning", "jiang-ping", "qian-li"):
        assert code(county.ask(stranger, "/organisations/FY-R1/members")) == "NOT_YOUR_REMIT"
    assert code(county.ask("", "/organisations/FY-R1/members")) == "SIGN_IN_NEEDED"


def test_a_member_is_told_the_five_rights(county: Set) -> None:  # ORG-12
    page = county.sees("luo-lan", "/me/rights")
    assert page["member_of"] == ["HS-R1"]
    assert [right["right"] for right in page["rights"]] == ["read", "comment", "apply", "appraise", "report"]
    assert {r["right"] for r in page["rights"] if r["available"]} >= {"read", "comment"}
    assert all(r["available"] == any(a in ACTIONS for a in RIGHTS[r["right"]]) for r in page["rights"])
    assert county.sees("zhou-dahai", "/me/rights")["member_of"] == []


def test_who_has_several_posts_acts_in_the_one_they_choose(county: Set) -> None:  # ORG-15
    posts = {post["post"] for post in county.sees("zhao-guoqiang", "/me")["posts"]}
    assert posts == {"FY/committee-secretary", "FY/leading-group-head"}
    headers = county._headers("li-min") | {"Gongkai-Acting-As": "FY/leading-group-office", "Idempotency-Key": "act"}
    refused = county.client.post(f"{CATALOGUE}/towns/fengyang/referrals", json=ASKING, headers=headers)
    assert code(refused) == "POST_NOT_HELD"
    done = county.does("qian-li", "/towns/fengyang/referrals", ASKING | {"to_unit": "FY-CDI", "subject": "FY-R1/3.1"})
    fact = next(iter(county.service.handler.journal.stream(done["stream"])))
    acted = (fact.context.actor, fact.context.post, fact.context.organisation)
    assert acted == ("qian-li", "FY-DZB/unit-officer", "FY-DZB")


def test_a_parameter_tells_its_history(county: Set) -> None:  # P-01 to P-21
    county.does("he-jing", "/towns/fengyang/parameters", {"values": {"P-03": "8"}, "on": LATER})
    page = {p["parameter"]: p for p in county.sees("li-min", "/towns/fengyang/parameters", limit="100")["items"]}
    assert (page["P-03"]["value"], page["P-03"]["default"], page["P-03"]["since"]) == ("10", "10", None)
    assert [(line["value"], line["since"], line["by"]) for line in page["P-03"]["history"]] == [("8", LATER, "he-jing")]
    later = county.sees("chen-xiuying", "/towns/fengyang/parameters", on=LATER, limit="100")["items"]
    assert [(p["value"], p["history"][0]["by"]) for p in later if p["parameter"] == "P-03"] == [("8", "")]


def test_a_calendar_is_told_day_by_day_and_version_by_version(county: Set) -> None:  # requirements 3.7
    year = county.sees("", "/calendars/2026")
    days = {day["day"]: day["kind"] for day in year["days"]}
    assert len(days) == 365
    told = [days[day] for day in ("2026-02-14", "2026-02-15", "2026-02-24", "2026-03-01")]
    assert told == ["make-up-workday", "holiday", "workday", "weekend"]
    notice = {"year": 2026, "source": "更正", "holidays": ["2026-01-01"], "make_up_workdays": []}
    county.does("jiang-ping", "/calendars", notice)
    versions = [(n["year"], n["version"]) for n in county.sees("", "/calendars")["items"] if n["year"] == 2026]
    assert versions == [(2026, 1), (2026, 2)]
    assert county.sees("", "/calendars/2026", version="1")["holidays"] == year["holidays"]


def sheet(*rows: Sequence[object]) -> dict[str, Any]:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return {"files": {"file": ("roll.xlsx", stream.getvalue())}}


ROLL = ("编号", "姓名", "转入日期", "转出日期")
LI, SUN = ("li-xin", "李新", date(2025, 3, 1), None), ("sun-qi", "孙琪", "2024-07-01", "2025年12月31日")


def test_a_roll_is_rehearsed_and_then_taken_over_with_its_days(county: Set) -> None:  # ORG-11 A-24
    path, book = "/organisations/FY-A1/members/import", sheet(("凤阳商会党支部",), ROLL, LI, SUN)
    rehearsed = county.does("he-jing", f"{path}?dry_run=true", **book)
    assert rehearsed["result"] == {"lines": 2, "dry_run": True, "facts": 3}
    before = county.sees("he-jing", "/organisations/FY-A1/members", limit="100")["items"]
    county.does("he-jing", path, **book)
    after = county.sees("he-jing", "/organisations/FY-A1/members", limit="100")["items"]
    assert {m["person"] for m in after} - {m["person"] for m in before} == {"li-xin"}
    assert next(m for m in after if m["person"] == "li-xin")["name_zh"] == "李新"
    past = county.sees("he-jing", "/organisations/FY-A1/members", on="2025-06-01", limit="100")["items"]
    assert {"li-xin", "sun-qi"} <= {m["person"] for m in past}
    assert county.does("he-jing", f"{path}?dry_run=true", **book)["result"]["facts"] == 0


def test_every_bad_cell_of_a_roll_is_named_and_nothing_taken_over(county: Set) -> None:  # ORG-11
    bad = (
        ("Wu Kai", "吴凯", "2025-01-01", None),
        ("he-yu", "", "2025-02-30", None),
        ("li-xin", "李新", "2025-01-01", None),
    )
    answer = county.do(
        "he-jing", "/organisations/FY-A1/members/import", **sheet(ROLL, *bad, ("xu-an", "徐安", LATER, None))
    )
    assert (answer.status_code, code(answer)) == (422, "IMPORT_REFUSED")
    assert [e["pointer"] for e in answer.json()["errors"]] == ["A2", "B3", "C3", "C4"]
    known = county.sees("he-jing", "/organisations/FY-A1/members", on=LATER, limit="100")["items"]
    assert "xu-an" not in {m["person"] for m in known}


ORGANISATIONS = ("编号", "名称", "类型", "层级", "上级", "成立日期")


def test_baishui_joins_later_with_its_organisations_from_a_sheet(county: Set) -> None:  # ORG-16 ORG-01 ORG-02, 8.0
    names = {"name_zh": "白水镇", "name_en": "Baishui Town"}
    county.does("jiang-ping", "/towns", {"town": "baishui", "on": LATER, **names})
    person = {
        "person": "lu-qing",
        "name_zh": "陆青",
        "name_en": "Lu Qing",
        "kind": "leading-group-office",
        "on": "2026-01-20",
    }
    committee: dict[str, Any] = {
        "organisation": "BS",
        "type": "organ",
        "level": "town-committee",
        "superior": "QS",
        "on": "2026-01-20",
    }
    committee |= {
        "name_zh": "白水镇党委",
        "name_en": "Baishui",
        "posts": [person | {"title_zh": "干事", "title_en": "Clerk"}],
    }
    county.does("jiang-ping", "/organisations", {"town": "baishui", "organisations": [committee]})
    county.sees("jiang-ping", "/towns")
    path, day = "/towns/baishui/organisations/import", date(2026, 1, 20)
    book = sheet(
        ORGANISATIONS,
        ("BS-G1", "河东总支", "农村", "党总支", "BS", day),
        ("BS-R1", "河东村支部", "农村", "支部", "BS-G1", day),
    )
    assert county.does("lu-qing", f"{path}?dry_run=true", **book)["result"]["lines"] == 2
    county.does("lu-qing", path, **book)
    assert county.sees("", "/organisations/BS-R1")["superiors"] == ["BS-G1", "BS", "QS"]
    for stranger in ("he-jing", "tang-ning"):
        assert code(county.ask(stranger, "/towns/baishui/coverage")) == "NOT_YOUR_REMIT"
    assert county.sees("jiang-ping", "/towns/baishui/coverage")["uncovered"] == ["BS-G1", "BS-R1"]


def test_an_organisation_of_a_sheet_under_anothers_town_or_under_itself_is_refused_by_its_cell(
    county: Set,
) -> None:  # ORG-02
    day = date(2026, 1, 20)
    rows = ("BS-R2", "甲", "农村", "支部", "FY", day), ("BS-G2", "乙", "农村", "党总支", "BS-G3", day)
    ring, odd = ("BS-G3", "丙", "农村", "党总支", "BS-G2", day), ("BS-R3", "丁", "渔村", "支部", "BS", day)
    answer = county.do("lu-qing", "/towns/baishui/organisations/import", **sheet(ORGANISATIONS, *rows, ring, odd))
    assert code(answer) == "IMPORT_REFUSED"
    assert {e["pointer"] for e in answer.json()["errors"]} == {"E2", "E3", "E4", "C5"}
    assert code(county.ask("", "/organisations/BS-R2")) == "NOT_FOUND"


def test_an_organisation_moves_and_acts_before_keep_their_superior(county: Set) -> None:  # ORG-02
    county.does("lu-qing", "/organisations/BS-R1/placements", {"superior": "BS", "on": LATER})
    assert county.sees("", "/organisations/BS-R1", on="2026-02-01")["superior"] == "BS-G1"
    assert county.sees("", "/organisations/BS-R1", on=LATER)["superior"] == "BS"
    for superior in ("FY", "BS-R1"):
        refused = county.do("lu-qing", "/organisations/BS-G1/placements", {"superior": superior, "on": LATER})
        assert code(refused) == "WRONG_SUPERIOR"
    up = {"superior": "FY", "on": LATER}
    assert code(county.do("jiang-ping", "/organisations/QS/placements", up)) == "WRONG_SUPERIOR"  # ORG-03


def test_the_county_oversees_and_does_not_edit_what_a_town_decides(county: Set) -> None:  # ORG-16
    units, item = {"units": {"C1": "FY-DZB"}, "on": LATER}, {"items": [{"sub_item": "3.9"}]}
    assert code(county.do("jiang-ping", "/towns/fengyang/templates/rural/items", item)) == "NOT_YOUR_REMIT"
    assert code(county.do("jiang-ping", "/organisations/FY-R1/catalogue/draft")) == "NOT_YOUR_REMIT"
    for person in ("jiang-ping", "fang-zheng"):
        assert code(county.do(person, "/towns/fengyang/division", units)) == "NOT_YOUR_REMIT"
        values = {"values": {"P-01": "48"}, "on": LATER}
        assert code(county.do(person, "/towns/fengyang/parameters", values)) == "NOT_YOUR_REMIT"
    assert code(county.do("jiang-ping", "/towns/fengyang/referrals", ASKING | {"to_unit": "FY"})) == "NOT_YOUR_REMIT"
