"""The register and the catalogues over HTTP, in the demo county as it stands after 2026-01-20."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from httpx2 import Response
from openpyxl import load_workbook
from starlette.testclient import TestClient

from services.catalogue.main import build
from services.cli.demo import CATALOGUE, XLSX, Stage, load_catalogues, read
from shared.running import LocalPlatform, Running
from shared.settings import Settings
from tests.catalogue.sheets import DUES, HEADER, book


class County:
    """A client that signs in as whoever acts."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.keys = count(1)

    def ask(self, person: str, path: str, **query: str) -> Response:
        return self.client.get(f"{CATALOGUE}{path}", params=query, headers=self._headers(person))

    def do(self, person: str, path: str, body: Any = None, version: int | None = None, **more: Any) -> Response:
        headers = self._headers(person) | {"Idempotency-Key": f"test-{next(self.keys)}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.post(f"{CATALOGUE}{path}", json=body, headers=headers, **more)

    def _headers(self, person: str) -> dict[str, str]:
        if not person:
            return {}
        token = self.client.post("/dev/token", json={"person": person}).json()["access_token"]
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    settings = Settings(environment="development", var=tmp_path_factory.mktemp("var"), founder="jiang-ping")
    platform = LocalPlatform(settings)
    service = build(platform)
    running = Running(platform, [service])
    running.start()
    client = TestClient(service.app)
    load_catalogues(Stage(client, lambda _step: None), read("qingshan.yaml"))
    assert running.settle()  # so that all of it is shown
    yield County(client)
    running.stop()


def code(answer: Response) -> str:
    return str(answer.json().get("code", answer.status_code))


def test_a_county_is_founded_once(county: County) -> None:
    body = read("qingshan.yaml")["county"]
    assert code(county.do("jiang-ping", "/county", body)) == "ALREADY_REGISTERED"
    assert code(county.do("zhou-dahai", "/county", body)) == "NOT_YOUR_REMIT"


def test_six_catalogues_are_in_force_from_february_on(county: County) -> None:  # ORG-13 CAT-21, S01
    branches = ["FY-A1", "FY-E1", "FY-H1", "FY-O1", "FY-R1", "FY-S1"]
    lines = county.ask("he-jing", "/towns/fengyang/coverage").json()["organisations"]
    assert {line["organisation"]: line["catalogue_from"] for line in lines} == dict.fromkeys(branches, "2026-02-01")
    assert code(county.ask("", "/organisations/FY-R1/catalogue", on="2026-01-31")) == "NOT_IN_FORCE"
    assert county.ask("", "/organisations/FY-R1/catalogue", on="2026-02-01").json()["version"] == 1


def test_the_imported_catalogue_covers_all_fifty_sub_items(county: County) -> None:  # CAT-04 to CAT-11
    items = county.ask("ma-xiaoyan", "/organisations/FY-R1/items", on="2026-02-01", limit="100").json()["items"]
    assert len(items) == 50


def test_types_differ_by_reasons_not_by_omission(county: County) -> None:  # CAT-02, S01
    page = county.ask("li-min", "/towns/fengyang/templates/enterprise").json()
    out = {line["sub_item"] for line in page["lines"] if not line["included"] and line["reason"]}
    assert (out, len(page["lines"]), page["missing"]) == ({"5.4", "5.5", "5.6"}, 50, [])


def test_who_is_outside_sees_only_what_goes_outside(county: County) -> None:  # ORG-11
    path, day = "/organisations/FY-R1/items/4.3", "2026-02-01"
    assert [county.ask(who, path, on=day).status_code for who in ("", "zhou-dahai", "luo-lan")] == [404, 404, 404]
    assert [county.ask(who, path, on=day).status_code for who in ("chen-xiuying", "li-min", "fang-zheng")] == [200] * 3


def test_a_unit_does_not_author_for_another(county: County) -> None:  # CAT-01 ORG-09, S01
    answer = county.do("qian-li", "/towns/fengyang/templates/rural/items", {"items": [{"sub_item": "7.6"}]})
    assert code(answer) == "NOT_YOUR_REMIT"


def test_a_missing_time_limit_is_named(county: County) -> None:  # CAT-03, S01
    item = {"sub_item": "3.9", "content": "党费", "scope": "inside", "methods": ["meeting"]}
    answer = county.do("sun-wei", "/towns/fengyang/templates/rural/items", {"items": [item]})
    assert (answer.status_code, code(answer)) == (422, "MISSING_FIELD")
    assert answer.json()["errors"] == [{"pointer": "/items/0/kind", "detail": "The time limit of 3.9 is missing."}]


def test_another_towns_office_changes_nothing_here(county: County) -> None:  # ORG-16
    body = {"units": {"C1": "FY-DZB"}, "on": "2026-02-01"}
    assert code(county.do("tang-ning", "/towns/fengyang/division", body)) == "NOT_YOUR_REMIT"


def test_an_adopted_catalogue_takes_no_second_draft(county: County) -> None:  # CAT-16, S01
    assert code(county.do("he-jing", "/organisations/FY-E1/catalogue/draft")) == "STEP_OUT_OF_ORDER"


def without_trace(text: str) -> str:
    """A problem names the request it answered; all else stays the same."""
    return re.sub(r'"trace_id":"[0-9a-f]+"', "", text)


HESHAN_UNITS = {"units": dict.fromkeys((f"C{n}" for n in range(1, 9)), "HS"), "on": "2026-01-20"}


def test_every_bad_cell_of_a_sheet_is_named_and_nothing_imported(county: County) -> None:
    assert county.do("tang-ning", "/towns/heshan/division", HESHAN_UNITS).status_code == 201
    before = county.ask("tang-ning", "/organisations/HS-R1/catalogue/draft").text
    rows = (HEADER, [*DUES[:5], "飞鸽传书", *DUES[6:]], [*DUES[:6], None, DUES[7]])
    files = {"file": ("目录.xlsx", book(*rows))}
    answer = county.do("tang-ning", "/organisations/HS-R1/catalogue/import", files=files)
    assert (answer.status_code, code(answer)) == (422, "IMPORT_REFUSED")
    assert [e["pointer"] for e in answer.json()["errors"]] == ["F2", "H2", "B3"]
    assert without_trace(county.ask("tang-ning", "/organisations/HS-R1/catalogue/draft").text) == without_trace(before)


def test_a_rehearsed_import_says_what_it_would_do_and_does_nothing(county: County) -> None:
    assert county.do("tang-ning", "/towns/heshan/division", HESHAN_UNITS).status_code == 201
    files = {"file": ("catalogue.xlsx", book(HEADER, [*DUES[:7], "东坪村党支部"]))}
    path = "/organisations/HS-R1/catalogue/import"
    answer = county.do("tang-ning", f"{path}?dry_run=true", files=files)
    assert (answer.status_code, answer.json()["result"]["items"], answer.json()["version"]) == (201, 1, 0)
    assert len(answer.json()["result"]["not_covered"]) == 49
    done = county.do("tang-ning", path, files=files).json()
    assert done["version"] == 1
    seen = county.client.get(
        f"{CATALOGUE}/organisations/HS-R1/catalogue/draft",
        headers=county._headers("tang-ning") | {"Wait-For": done["position"]},
    )
    assert [i["sub_item"] for i in seen.json()["items"]] == ["3.9"]


def test_a_catalogue_leaves_as_a_sheet_and_comes_back(county: County) -> None:  # CAT-21
    path, day = "/organisations/FY-R1/catalogue", "2026-02-01"
    sheet = county.ask("he-jing", f"{path}.xlsx", on=day)
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, XLSX)
    heshan = county.do("tang-ning", "/towns/heshan/division", HESHAN_UNITS)
    assert heshan.status_code == 201
    files = {"file": ("catalogue.xlsx", sheet.content)}
    told = county.do("tang-ning", "/organisations/HS-R1/catalogue/import?dry_run=true", files=files)
    assert "is no organisation of the town" in told.json()["errors"][0]["detail"], "another town's units are not ours"
    outside = load_workbook(BytesIO(county.ask("", f"{path}.xlsx", on=day).content)).worksheets[0]
    assert not any(str(row[1].value).startswith("4.3") for row in outside.iter_rows(min_row=3)), "ORG-11"
    assert code(county.ask("", f"{path}.xlsx", on="2026-01-31")) == "NOT_IN_FORCE"


def test_a_town_catalogue_is_the_union_of_the_units_parts(county: County) -> None:  # CAT-01
    path, day = "/towns/fengyang/catalogue", "2026-02-01"
    lines = county.ask("he-jing", path, on=day, type="rural", limit="100").json()["items"]
    wrote = {(line["category"], line["unit"]) for line in lines}
    dzb, djb = ("C1", "FY-DZB"), {(f"C{n}", "FY-DJB") for n in range(2, 7)}
    assert (len(lines), wrote) == (50, {dzb, *djb, ("C7", "FY-CDI"), ("C8", "FY")})
    book = load_workbook(BytesIO(county.ask("he-jing", f"{path}.xlsx", on=day).content))
    assert book.sheetnames == ["FY-A1", "FY-E1", "FY-H1", "FY-O1", "FY-R1", "FY-S1"]
    public = county.ask("", path, on=day, limit="100").json()["items"]
    assert {line["scope"] for line in public} == {"inside-then-outside", "outside"}


def test_versions_are_compared_that_there_are(county: County) -> None:  # CAT-21
    path = "/organisations/FY-R1/catalogue/differences"
    same = county.ask("he-jing", path, old="1", new="1").json()
    assert (same["added"], same["removed"], same["changed"]) == ([], [], [])
    assert code(county.ask("he-jing", path, old="1", new="2")) == "NOT_FOUND"


def test_of_two_who_write_one_item_the_second_learns_of_the_first(county: County) -> None:  # CAT-21
    path = "/towns/fengyang/templates/rural"
    seen = int(county.ask("sun-wei", path).headers["ETag"].strip('"'))
    known = next(i for i in read("templates.yaml")["items"] if i["sub_item"] == "3.8")
    first, second = known | {"content": "先写的人"}, known | {"content": "后写的人"}
    assert code(county.do("sun-wei", f"{path}/items", {"items": [second]})) == "VERSION_NEEDED"
    done = county.do("sun-wei", f"{path}/items", {"items": [first]}, version=seen)
    late = county.do("sun-wei", f"{path}/items", {"items": [second]}, version=seen)
    assert (code(late), late.json()["facts"]["version"]) == ("VERSION_CONFLICT", done.json()["version"])
    again = county.do("sun-wei", f"{path}/items", {"items": [second]}, version=late.json()["facts"]["version"])
    assert again.status_code == 201


def test_a_departure_from_the_usual_is_answered_with_a_warning(county: County) -> None:  # CAT-13 CAT-20
    path = "/towns/fengyang/templates/social/items"
    known = next(i for i in read("templates.yaml")["items"] if i["sub_item"] == "3.1")
    version = int(county.ask("sun-wei", "/towns/fengyang/templates/social").headers["ETag"].strip('"'))
    answer = county.do("sun-wei", path, {"items": [known | {"kind": "immediate"}]}, version=version)
    told = [(w["pointer"], w["code"]) for w in answer.json()["result"]["warnings"]]
    assert told == [("/items/0/kind", "KIND_UNSUITABLE"), ("/items/0/kind", "DEFAULT_OVERRIDDEN")]


def test_plans_that_come_at_once_get_a_number_each(county: County) -> None:  # CAT-12
    plan = {"category": "C6", "title": "修桥", "content": "捐款", "reason": "目录内没有", "scope": "inside"}
    people = ["ma-xiaoyan", "wang-jianjun"] * 3
    path, body = "/organisations/FY-R1/plans", plan | {"methods": ["meeting"]}
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda person: county.do(person, path, body), people))
    assert sorted(answer.json()["result"]["number"] for answer in answers) == [1, 2, 3, 4, 5, 6]
    assert code(county.do("sun-wei", path, body)) == "NOT_YOUR_REMIT"
    assert code(county.do("ma-xiaoyan", path, body | {"reason": ""})) == "REASON_REQUIRED"


def test_a_county_run_schools_plan_is_decided_by_its_own_authority(county: County) -> None:  # CAT-12 A-02
    officer = {"person": "qin-yu", "name_zh": "秦玉", "name_en": "Qin Yu", "kind": "unit-officer", "on": "2024-01-01"}
    office: dict[str, Any] = {
        "organisation": "QS-EDU",
        "type": "organ",
        "level": "unit",
        "superior": "QS",
        "on": "2024-01-01",
    }
    titles = {"title_zh": "负责人", "title_en": "Officer"}
    office |= {"name_zh": "县教育局党组", "name_en": "Education", "posts": [officer | titles]}
    assert county.do("jiang-ping", "/organisations", {"town": "", "organisations": [office]}).status_code == 201
    values = {"values": {"catalogue-authorities": "FY-S1=QS-EDU"}, "on": "2026-01-20"}
    assert county.do("he-jing", "/towns/fengyang/parameters", values).status_code == 201
    plan = {"category": "C6", "title": "助学", "content": "助学金", "reason": "目录内没有", "scope": "inside"}
    paths = {who: f"/organisations/{who}/plans" for who in ("FY-S1", "FY-A1")}
    body = plan | {"methods": ["meeting"]}
    theirs = county.do("lin-hua", paths["FY-S1"], body).json()
    other = county.do("ding-ming", paths["FY-A1"], body).json()
    assert (theirs["result"]["unit"], other["result"]["unit"]) == ("QS-EDU", "FY-DJB")
    waiting = county._headers("qin-yu") | {"Wait-For": other["position"]}
    seen = [county.client.get(f"{CATALOGUE}{path}/1", headers=waiting).status_code for path in paths.values()]
    assert seen == [200, 404]
    assert code(county.do("sun-wei", f"{paths['FY-S1']}/1/approval", {}, version=1)) == "NOT_YOUR_REMIT"
    for act, said in (("approval", {}), ("refusal", {"reason": "不属目录外事项"})):
        answers = [county.do("qin-yu", f"{paths['FY-A1']}/{n}/{act}", said, version=1).json() for n in (1, 99)]
        assert [answer["code"] for answer in answers] == ["NOT_FOUND"] * 2, "as to who reads it (ORG-16)"
        assert answers[0]["detail"] == answers[1]["detail"]
    assert county.do("qin-yu", f"{paths['FY-S1']}/1/approval", {}, version=1).status_code == 200


def test_what_is_no_workbook_is_refused(county: County) -> None:
    files = {"file": ("catalogue.xlsx", b"not a zip")}
    assert code(county.do("he-jing", "/organisations/FY-R1/catalogue/import", files=files)) == "NOT_A_WORKBOOK"


def test_the_secretary_changes_on_the_recorded_day(county: County) -> None:  # ORG-07, S02
    page = "/organisations/FY-R1"
    assert county.ask("", page, on="2026-06-30").json()["first_person"] == "wang-jianjun"
    assert county.ask("", page, on="2026-07-01").json()["first_person"] == "liu-fang"
    assert county.ask("", page, on="2026-06-30").json()["superiors"] == ["FY", "QS"]


def test_an_adoption_names_the_version_it_read(county: County) -> None:  # CAT-21
    path = "/organisations/FY-S1/catalogue/adoption"
    assert code(county.do("zhao-guoqiang", path, {"effective": "2026-03-01"})) == "VERSION_NEEDED"
    assert code(county.do("zhao-guoqiang", path, {"effective": "2026-03-01"}, version=1)) == "VERSION_CONFLICT"


def test_a_person_is_registered_with_a_name(county: County) -> None:  # ORG-01
    nameless = {"town": "fengyang", "persons": [{"person": "zhou-dahai"}], "on": "2026-02-01"}
    answer = county.do("he-jing", "/persons", nameless)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/persons/0/name_zh")


def test_only_the_head_adopts(county: County) -> None:  # CAT-03
    answer = county.do("sun-wei", "/organisations/FY-S1/catalogue/adoption", {"effective": "2026-03-01"}, version=2)
    assert code(answer) == "NOT_YOUR_REMIT"


def test_a_town_sets_only_parameters_that_there_are(county: County) -> None:
    body = {"values": {"P-99": "1"}, "on": "2026-01-20"}
    assert code(county.do("he-jing", "/towns/fengyang/parameters", body)) == "UNKNOWN_CODE"
