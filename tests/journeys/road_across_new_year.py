"""S03, the road that crossed the New Year: staged work, re-planned once, closed by its summary, filed and consulted.

Told over HTTP on whatever platform answers. Each function is a day; :func:`tell` is the whole story in order.
"""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx2

from services.cli import demo
from tests.journeys.people import World

CATALOGUE, PUBLICATION = "/api/catalogue/v1", "/api/publication/v1"
FEEDBACK, ARCHIVE = "/api/feedback/v1", "/api/archive/v1"
ROAD, STUDY = "FY-R1/3.8", "FY-R1/2.2"
MILESTONES = (("开工", "2025-10-20"), ("路基", "2025-12-18"), ("铺装", "2026-04-24"))


class Earlier(demo.Stage):
    """The demo's beginnings, told in the autumn of 2025."""

    def act(self, *told: Any, **more: Any) -> Any:
        if "json" in more:
            more["json"] = json.loads(json.dumps(more["json"]).replace("2026-01-05", "2025-09-01"))
        return super().act(*told, **more)


@dataclass
class Road:
    world: World
    matter: str = ""
    study: str = ""

    def page(self, matter: str = "", asker: str = "wang-jianjun") -> dict[str, Any]:
        return dict(self.world(asker).get(f"{PUBLICATION}/matters/{matter or self.matter}"))

    def duty(self, name: str) -> dict[str, Any]:
        return dict(self.world("wang-jianjun").get(f"{PUBLICATION}/obligations/{name}"))

    def dossier(self, asker: str = "ma-xiaoyan") -> dict[str, Any]:
        return dict(self.world(asker).get(f"{ARCHIVE}/dossiers/{self.matter}"))

    def dossiers(self, asker: str, **wanted: str) -> list[str]:
        found = self.world(asker).get(f"{ARCHIVE}/dossiers", **({"organisation": "FY-R1"} | wanted))
        return [row["matter"] for row in found["items"]]

    def acts(self, name: str, step: str, body: Any = None) -> dict[str, Any]:
        return self.world(name).does(
            f"{PUBLICATION}/matters/{self.matter}/{step}", body, version=self.page()["version"]
        )

    @property
    def summary(self) -> str:
        return f"{ROAD}/summary/{self.matter}"

    def stage(self, number: int) -> str:
        return f"{ROAD}/stage/{self.matter}/{number}"


def tell(client: httpx2.Client) -> Road:
    world = World(client)
    a_catalogue_in_force_since_october_2025(client, world)
    road = Road(world)
    october_20_the_work_begins(road)
    stage_1_is_shown_on_time(road)
    december_18_the_road_bed_is_done(road)
    new_year_passes_and_nothing_is_owed_for_it(road)
    january_4_stage_2_on_a_make_up_sunday(road)
    april_20_the_paving_is_put_off(road)
    june_3_a_member_is_answered(road)
    june_26_nothing_closes_without_its_summary(road)
    july_1_liu_inherits_what_the_branch_owes(road)
    july_24_the_summary_closes_it(road)
    july_24_its_papers_are_to_be_filed(road)
    august_17_ma_files_the_matter_as_one(road)
    it_is_found_by_those_who_may_know_of_it(road)
    a_members_consultation_is_on_record(road)
    return road


def a_catalogue_in_force_since_october_2025(client: httpx2.Client, world: World) -> None:
    stage, data = Earlier(client, lambda _step: None), demo.read("qingshan.yaml")
    stage.day("2025-09-01T09:00:00+08:00", "county, towns, organisations")
    demo._found(stage, data)
    names = demo.made_up(data["names"])
    for town in data["towns"]:
        demo._settle_town(stage, data, town, names)
    demo._write_templates(stage, demo.read("templates.yaml") | {"types": ["rural"]})
    path = f"{CATALOGUE}/organisations/FY-R1/catalogue"
    drafted = world("sun-wei").does(f"{path}/draft")
    world("zhao-guoqiang").does(f"{path}/adoption", {"effective": "2025-10-01"}, version=drafted["version"])


def october_20_the_work_begins(road: Road) -> None:  # PUB-26
    road.world.it_is("2025-10-20T09:00")
    plan = [{"name": name, "on": on} for name, on in MILESTONES]
    work = {"title": "东口道路硬化和党员先锋岗", "title_en": "Dongkou road hardening"}
    days = {"starts": "2025-10-20", "ends": "2026-06-26", "milestones": plan}
    wang = road.world("wang-jianjun")
    road.matter = wang.does(f"{PUBLICATION}/matters", {"item": ROAD} | work | days)["id"]
    study = {"item": STUDY, "title": "2025年度理论学习计划", "starts": "2025-10-20", "ends": "2025-12-31"}
    road.study = wang.does(f"{PUBLICATION}/matters", study | {"milestones": plan[:1]})["id"]
    settled(road.world)
    first, second, third = road.page()["milestones"]
    assert (first["due"], first["state"]) == ("2025-11-03", "open")
    assert (second["due"], second["state"], third["state"]) == ("2026-01-04", "planned", "planned")
    assert [(part["reckoning"][-1]["day"], part["reckoning"][-1]["count"]) for part in (first, second)] == [
        ("2025-11-03", 10),
        ("2026-01-04", 10),
    ]
    road.world("zhou-dahai").finds_nothing(f"{PUBLICATION}/matters/{road.matter}")


def stage_1_is_shown_on_time(road: Road) -> None:  # PUB-26, PUB-33
    road.world.it_is("2025-10-28T09:00")
    shown = shown_inside(road.world, road.stage(1), "wang-jianjun")
    road.world.it_is("2025-10-30T09:30")
    shown_outside(road.world, shown)
    assert (road.duty(road.stage(1))["state"], road.duty(road.stage(1))["late_workdays"]) == ("fulfilled", 0)
    assert road.duty(road.stage(1))["matter"] == road.matter
    assert [(told["part"], told["number"], told["side"]) for told in road.page()["history"]] == [
        ("stage", 1, "inside"),
        ("stage", 1, "outside"),
    ]


def december_18_the_road_bed_is_done(road: Road) -> None:  # PUB-26
    road.world.it_is("2025-12-18T10:00")
    stage = road.duty(road.stage(2))
    assert (stage["due"], stage["state"], stage["milestone"]) == ("2026-01-04", "open", "路基")
    kinds = {day["day"]: day["kind"] for day in stage["reckoning"]}
    assert [kinds[f"2026-01-0{n}"] for n in (1, 2, 3, 4)] == ["holiday", "holiday", "holiday", "make-up"]


def new_year_passes_and_nothing_is_owed_for_it(road: Road) -> None:  # PUB-28, A-01
    for instant in ("2025-12-31T20:00", "2026-01-01T09:00"):
        road.world.it_is(instant)
        assert road.page()["summary_due"] is None
        road.world("wang-jianjun").finds_nothing(f"{PUBLICATION}/obligations/{road.summary}")
    study = road.page(road.study)
    assert (study["stage"], study["cross_year"], study["summary_due"]) == ("ended", False, "2026-01-29")


def january_4_stage_2_on_a_make_up_sunday(road: Road) -> None:  # PUB-26, PUB-33
    road.world.it_is("2026-01-04T09:00")
    shown_inside(road.world, road.stage(2), "wang-jianjun")
    assert (road.duty(road.stage(2))["state"], road.duty(road.stage(2))["late_workdays"]) == ("fulfilled", 0)


def april_20_the_paving_is_put_off(road: Road) -> None:  # PUB-26
    road.world.it_is("2026-04-20T09:00")
    later = {"moved": [{"number": 3, "on": "2026-05-20"}]}
    version = road.page()["version"]
    path = f"{PUBLICATION}/matters/{road.matter}/replan"
    problem = road.world("wang-jianjun").is_refused(path, later, version=version)
    assert problem["code"] == "REASON_REQUIRED"
    road.acts("wang-jianjun", "replan", later | {"reason": "连续降雨，沥青不能摊铺"})
    paving = road.page()["milestones"][2]
    assert (paving["on"], paving["due"], paving["state"]) == ("2026-05-20", "2026-06-03", "planned")
    assert [earlier["on"] for earlier in paving["was"]] == ["2026-04-24"]
    road.world.it_is("2026-05-20T09:00")
    stage = road.duty(road.stage(3))
    assert (stage["due"], stage["state"]) == ("2026-06-03", "open")
    road.world.it_is("2026-06-01T09:00")
    shown_inside(road.world, road.stage(3), "wang-jianjun")
    assert road.duty(road.stage(3))["late_workdays"] == 0


def june_3_a_member_is_answered(road: Road) -> None:  # ARC-03, ARC-04
    road.world.it_is("2026-06-03T10:00")
    chen, ma, wang = (road.world(name) for name in ("chen-xiuying", "ma-xiaoyan", "wang-jianjun"))
    about = {"disclosure": road.duty(road.stage(3))["disclosure"], "text": "桥头一段还没有路灯。"}
    given = chen.does(f"{FEEDBACK}/opinions", about)
    path, version = f"{FEEDBACK}/opinions/{given['id']}", given["version"]
    version = ma.does(f"{path}/acknowledgement", version=version)["version"]
    version = ma.does(f"{path}/assignment", {"handler": "ma-xiaoyan"}, version=version)["version"]
    version = wang.does(f"{path}/decision", {"disposition": "adopt"}, version=version)["version"]
    ma.does(f"{path}/reply", {"text": "路灯月底前装好。"}, version=version)
    settled(road.world)


def june_26_nothing_closes_without_its_summary(road: Road) -> None:  # PUB-27
    road.world.it_is("2026-06-26T15:00")
    page = road.page()
    assert (page["stage"], page["cross_year"]) == ("ended", True)
    path = f"{PUBLICATION}/matters/{road.matter}/close"
    problem = road.world("wang-jianjun").is_refused(path, version=page["version"])
    assert problem["code"] == "SUMMARY_MISSING"
    assert road.page()["version"] == page["version"], "a refusal changes nothing"


def july_1_liu_inherits_what_the_branch_owes(road: Road) -> None:  # ORG-06, ORG-07
    road.world.it_is("2026-06-30T18:00")
    assert road.duty(road.summary)["first_person"] == "wang-jianjun"
    road.world.it_is("2026-07-01T09:00")
    duty = dict(road.world("liu-fang").get(f"{PUBLICATION}/obligations/{road.summary}"))
    assert (duty["due"], duty["organisation"], duty["first_person"]) == ("2026-07-24", "FY-R1", "liu-fang")
    page = road.page(asker="liu-fang")
    assert (page["summary_obligation"], page["summary_reckoning"][-1]["day"]) == (road.summary, "2026-07-24")


def july_24_the_summary_closes_it(road: Road) -> None:  # PUB-27
    road.world.it_is("2026-07-22T09:00")
    shown = shown_inside(road.world, road.summary, "liu-fang")
    assert road.page(asker="liu-fang")["stage"] == "ended", "it goes outside as well"
    road.world.it_is("2026-07-24T09:30")
    shown_outside(road.world, shown)
    page = road.page(asker="liu-fang")
    assert (page["stage"], page["closed_on"], page["summary"]) == ("closed", "2026-07-24", shown)
    told = [(part["part"], part["number"]) for part in page["history"] if part["side"] == "inside"]
    assert told == [("stage", 1), ("stage", 2), ("stage", 3), ("summary", 0)]
    duty = dict(road.world("liu-fang").get(f"{PUBLICATION}/obligations/{road.summary}"))
    assert (duty["state"], duty["late_workdays"], duty["first_person"]) == ("fulfilled", 0, "liu-fang")


def july_24_its_papers_are_to_be_filed(road: Road) -> None:  # ARC-05, P-20
    owed = road.dossier()
    assert (owed["stage"], owed["due_on"], owed["overdue"]) == ("owed", "2026-08-21", False)
    counted = [(day["day"], day["count"]) for day in owed["due"]["days"]]
    assert (counted[0], counted[-1]) == (("2026-07-24", 0), ("2026-08-21", 20))
    assert owed["defects"] == [], "complete, intact and readable"
    assert road.dossiers("li-min", organisation="", town="fengyang", stage="owed") == [road.matter]
    road.world("chen-xiuying").finds_nothing(f"{ARCHIVE}/dossiers/{road.matter}")


def august_17_ma_files_the_matter_as_one(road: Road) -> None:  # ARC-01, ARC-02, ARC-05
    road.world.it_is("2026-08-17T09:00")
    ma, before = road.world("ma-xiaoyan"), road.dossier()
    done = ma.does(f"{ARCHIVE}/dossiers/{road.matter}/filing", {}, version=before["version"])
    assert done["result"] == {"number": "柳树-2026-002"}
    filed = road.dossier()
    assert (filed["stage"], filed["filed_on"], filed["late_workdays"]) == ("filed", "2026-08-17", 0)
    assert (filed["filed_by"], filed["number"]) == ("ma-xiaoyan", "柳树-2026-002")
    kinds = Counter(paper["kind"] for paper in filed["papers"])
    said = {"plan": 2, "opinion": 1, "handling": 1, "reply": 1}
    assert kinds == {"approval": 4, "version": 4, "channel-evidence": 6} | said, "two of four outside as well"
    assert {paper["file"] for paper in filed["papers"]} == {"FY-R1/2025", "FY-R1/2026"}, "where they lie"
    assert [paper["place"] for paper in filed["papers"]] == list(range(1, 20))


def it_is_found_by_those_who_may_know_of_it(road: Road) -> None:  # ARC-06, ORG-11
    for asker in ("ma-xiaoyan", "chen-xiuying", "li-min"):
        assert [road.dossiers(asker, q=words) for words in ("柳树-2026-002", "硬化", "路灯")] == [
            [road.matter], [road.matter], [],
        ], asker  # fmt: skip
    for outsider in ("zhou-dahai", "wu-gang", "anyone"):
        road.world(outsider).finds_nothing(f"{ARCHIVE}/dossiers", organisation="FY-R1", q="硬化")
        road.world(outsider).finds_nothing(f"{ARCHIVE}/dossiers/{road.matter}")


def a_members_consultation_is_on_record(road: Road) -> None:  # ARC-06
    chen, path = road.world("chen-xiuying"), f"{ARCHIVE}/dossiers/{road.matter}/consultations"
    assert not any(paper["content"] for paper in road.dossier("chen-xiuying")["papers"])
    assert chen.is_refused(path, {"purpose": ""})["code"] == "REASON_REQUIRED"
    chen.does(path, {"purpose": "核对总结与工期"})
    read = {paper["kind"]: paper["content"] for paper in road.dossier("chen-xiuying")["papers"]}
    assert read.keys() == {"version", "channel-evidence"}, "what was shown to her, and nothing of the rest"
    assert read["version"]["text"].startswith("东口道路硬化")
    [entry] = road.world("ma-xiaoyan").get(path)
    assert (entry["person"], entry["purpose"]) == ("chen-xiuying", "核对总结与工期")


def shown_inside(world: World, obligation: str, secretary: str, title: str = "东口道路硬化") -> str:
    """Drafted, examined by the two others, and shown on the board of the activity room now; the disclosure."""
    ma, words = world("ma-xiaoyan"), f"{title}：{world.now():%Y-%m-%d}"
    body = {"obligation": obligation, "title": title, "text": words, "summary": words}
    done = ma.does(f"{PUBLICATION}/disclosures", body)
    disclosure, path = done["id"], f"{PUBLICATION}/disclosures/{done['id']}"
    board = {"channel": "activity-room-board", "place": "柳树村党员活动室", "posted_at": now(world)}
    steps: tuple[tuple[str, str, Any], ...] = (
        ("ma-xiaoyan", "submit", {"attested_by": [secretary, "ma-xiaoyan"]}),
        ("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}),
        (secretary, "approve", None),
        ("ma-xiaoyan", "release-inside", {"channels": [board]}),
    )
    for who, step, said in steps:
        done = world(who).does(f"{path}/{step}", said, version=done["version"])
    settled(world)
    return str(disclosure)


def shown_outside(world: World, disclosure: str) -> None:
    ma, path = world("ma-xiaoyan"), f"{PUBLICATION}/disclosures/{disclosure}"
    column = {"channel": "public-column", "place": "村委会门口", "sheet": "A3", "posted_at": now(world)}
    version = ma.get(path)["stream_version"]
    ma.does(f"{path}/release-outside", {"channels": [column]}, version=version)
    settled(world)


def now(world: World) -> str:
    return world.now().isoformat()


def settled(world: World) -> None:
    """Wait until what was done is everywhere: the clock's own answer waits for it."""
    answer = world.client.post("/dev/clock", json={"advance": {"minutes": 0}}, timeout=120)
    assert answer.status_code == 200, answer.text
