"""Over HTTP: the file of a staged matter is owed, filed as one, found by its words, and consulted on the record."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.archive.main import build
from services.catalogue import events as c
from services.feedback import events as f
from services.publication import events as p
from services.publication.events.matters import Milestone
from shared.clock import at
from tests.feedback.world import CALENDAR, World, noon, released

INSIDE, OUTSIDE = ("members:FY-R1",), ("society",)
MATTER: dict[str, Any] = {
    "matter": "road", "town": "fengyang", "organisation": "FY-R1", "item": "FY-R1/3.8", "title": "东口道路硬化",
}  # fmt: skip
BED = Milestone(number=1, name="路基", on=date(2026, 5, 12))
CLOSED = date(2026, 7, 24)
SUMMARY = "ＡＢＣ 沥青铺装完成"
WHAT_FOR = {"purpose": "核对工期"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The road from its plan to its close on 24 July: one stage for members alone, a summary for all, an opinion."""
    world = World(build, tmp_path, noon(5, 6))
    days: dict[str, Any] = {"starts": date(2026, 5, 6), "ends": date(2026, 7, 1), "milestones": (BED,)}
    opened = p.MatterOpened(**MATTER, **days, item_title="工程", opened_by="wang-jianjun", on=date(2026, 5, 6))
    world.tell(p.REGISTRY, "matter-road", opened)
    shown(world, "stage-1", "路基完工", "路基已压实", noon(5, 15))
    shown(world, "summary", "道路硬化总结", SUMMARY, noon(7, 22))
    world.clock.instant = noon(7, 24, 9)
    told = released(False, OUTSIDE, disclosure="summary", title="道路硬化总结", text=SUMMARY, at=noon(7, 24, 9))
    world.tell(*told)
    hear_opinion(world)
    closed = p.MatterClosed(**MATTER, on=CLOSED, cross_year=False, summary="summary", stages=("stage-1",))
    world.tell(p.REGISTRY, "matter-road", closed)
    yield world
    world.close()


def shown(world: World, disclosure: str, title: str, text: str, when: datetime) -> None:
    world.clock.instant = when
    fact = p.DisclosureApproved(
        disclosure=disclosure, town="fengyang", organisation="FY-R1", item="FY-R1/3.8", version=1, title=title,
        approver="wang-jianjun", author="ma-xiaoyan", reviewer="he-tao", attested_by=("wang-jianjun", "ma-xiaoyan"),
        register_number="FY-R1-2026-0001", content_digest="sha256:00", on=when.date(),
    )  # fmt: skip
    world.tell(p.REGISTRY, f"disclosure-{disclosure}", fact)
    world.tell(*released(True, INSIDE, disclosure=disclosure, title=title, text=text, at=when))


def hear_opinion(world: World) -> None:
    of: dict[str, Any] = {
        "opinion": "o1", "receipt_number": "柳意〔2026〕1号", "town": "fengyang", "organisation": "FY-R1",
        "disclosure": "stage-1", "at": world.clock.now(),
    }  # fmt: skip
    day, by = world.clock.now().date(), {"by": "wang-jianjun"}
    said: dict[str, Any] = {"channel": "online", "giver": "chen-xiuying", "giver_kind": "member", "text": "路灯不亮"}
    received = f.OpinionReceived(**of, **said, acknowledge_by=day, due=day, audience=INSIDE[0])
    replied = f.OpinionReplied(**of, **by, text="已修好", general=False, audience="person:chen-xiuying")
    for fact in (received, f.OpinionDecided(**of, **by, disposition="adopt"), replied):
        world.tell(f.REGISTRY, "opinion-o1", fact)


def page(world: World, asker: str) -> dict[str, Any]:
    answer = world.ask(asker, "/dossiers/road")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def listed(world: World, asker: str, **wanted: str) -> list[str]:
    answer = world.ask(asker, "/dossiers", **({"organisation": "FY-R1"} | wanted))
    assert answer.status_code == 200, answer.text
    return [row["matter"] for row in answer.json()["items"]]


def filed(world: World) -> None:
    answer = world.do("ma-xiaoyan", "/dossiers/road/filing", {}, version=page(world, "ma-xiaoyan")["version"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"] == {"number": "柳树-2026-002"}


def consulted(world: World, person: str) -> None:
    assert world.do(person, "/dossiers/road/consultations", WHAT_FOR).status_code == 201


def test_a_closed_matter_is_owed_with_the_reckoning_of_its_day(world: World) -> None:  # ARC-05, P-20, S03
    owed = page(world, "ma-xiaoyan")
    assert (owed["stage"], owed["due_on"], owed["overdue"]) == ("owed", "2026-08-21", False)
    days = owed["due"]["days"]
    assert (days[0]["day"], days[-1]["day"], days[-1]["count"]) == ("2026-07-24", "2026-08-21", 20)
    assert (owed["defects"], owed["may_file"]) == ([], True)


def test_its_day_moves_with_a_corrected_calendar_and_keeps_the_old_one(world: World) -> None:  # P-20, 3.7
    holidays = (*CALENDAR.holidays, date(2026, 8, 3))
    world.tell(c.REGISTRY, "calendar-2026", CALENDAR.model_copy(update={"version": 2, "holidays": holidays}))
    assert world.tick() == ["DossierDueMoved"]
    moved = page(world, "ma-xiaoyan")
    assert (moved["due_on"], moved["moves"]) == ("2026-08-24", ["2026-08-21"])
    assert world.tick() == []


def test_what_is_not_filed_in_time_is_listed_as_overdue(world: World) -> None:  # ARC-05
    world.clock.instant = at(date(2026, 8, 21), 20)
    assert (world.tick(), listed(world, "li-min", stage="overdue")) == ([], [])
    world.clock.instant = at(date(2026, 8, 22), 9)
    assert (world.tick(), world.tick()) == (["DossierFellOverdue"], [])
    town = {"organisation": "", "town": "fengyang"}
    assert [listed(world, "li-min", **town, stage=stage) for stage in ("overdue", "owed", "filed")] == [
        ["road"], ["road"], [],
    ]  # fmt: skip


def test_everything_of_the_matter_lies_in_its_one_file(world: World) -> None:  # ARC-01, ARC-02, ARC-03, ARC-04
    filed(world)
    done = page(world, "ma-xiaoyan")
    assert (done["number"], done["stage"], done["filed_on"]) == ("柳树-2026-002", "filed", "2026-07-24")
    assert [(paper["place"], paper["ref"]) for paper in done["papers"]] == list(
        enumerate(
            (
                "road/plan/1",
                "stage-1/v1/approval",
                "stage-1/v1",
                "stage-1/v1/inside/1-meeting",
                "summary/v1/approval",
                "summary/v1",
                "summary/v1/inside/1-meeting",
                "summary/v1/outside/1-website",
                "o1/opinion",
                "o1/handling/2",
                "o1/reply/3",
            ),
            start=1,
        )
    )


def test_only_its_own_desk_files_it_and_only_once(world: World) -> None:  # ARC-05
    version = page(world, "ma-xiaoyan")["version"]
    codes = [world.do(x, "/dossiers/road/filing", {}, version=version).json()["code"]
             for x in ("he-tao", "li-min", "guo-changfu", "chen-xiuying", "wu-gang")]  # fmt: skip
    assert codes == ["NOT_YOUR_REMIT", "NOT_YOUR_REMIT", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]
    filed(world)
    again = world.do("ma-xiaoyan", "/dossiers/road/filing", {}, version=page(world, "ma-xiaoyan")["version"])
    assert again.json()["code"] == "STEP_OUT_OF_ORDER"


def test_a_retried_filing_has_the_same_number(world: World) -> None:  # design 1.2
    version = page(world, "ma-xiaoyan")["version"]
    once, twice = (
        world.do("ma-xiaoyan", "/dossiers/road/filing", {}, version=version, key="file-it").json() for _ in range(2)
    )
    assert (once["result"], once["repeated"]) == ({"number": "柳树-2026-002"}, False)
    assert (twice["result"], twice["repeated"]) == ({"number": "柳树-2026-002"}, True)


def test_what_comes_after_the_filing_stands_beside_it(world: World) -> None:  # ARC-05
    filed(world)
    shown(world, "stage-1", "路基完工", "路基已压实", noon(8, 18))
    world.tell(*released(True, INSIDE, disclosure="stage-1", version=2, at=noon(8, 18), replaces=1))
    beside = [paper["ref"] for paper in page(world, "ma-xiaoyan")["papers"] if paper["place"] == 0]
    assert beside == ["stage-1/v2", "stage-1/v2/inside/1-meeting"]


def test_a_filed_matter_is_found_by_its_number_and_by_what_was_made_public(world: World) -> None:  # ARC-06
    filed(world)
    found = {
        q: listed(world, "ma-xiaoyan", q=q) for q in ("柳树-2026-002", "沥青", "abc", "压实", "东口", "路灯", "桥")
    }
    assert found == {
        "柳树-2026-002": ["road"], "沥青": ["road"], "abc": ["road"], "压实": ["road"], "东口": ["road"],
        "路灯": [], "桥": [],
    }  # fmt: skip


def test_a_member_reads_what_was_shown_once_the_consultation_is_logged(world: World) -> None:  # ARC-06, S03
    assert world.ask("chen-xiuying", "/dossiers/road").status_code == 404, "not filed yet"
    filed(world)
    before = page(world, "chen-xiuying")
    assert (before["opens"], {bool(paper["content"]) for paper in before["papers"]}) == (False, {False})
    consulted(world, "chen-xiuying")
    after = page(world, "chen-xiuying")
    assert {paper["kind"] for paper in after["papers"]} == {"version", "channel-evidence"}
    assert next(x["content"]["text"] for x in after["papers"] if x["kind"] == "version") == "路基已压实"
    [entry] = world.ask("ma-xiaoyan", "/dossiers/road/consultations").json()
    assert (entry["person"], entry["purpose"]) == ("chen-xiuying", WHAT_FOR["purpose"])
    assert world.ask("chen-xiuying", "/dossiers/road/consultations").status_code == 404
    world.clock.instant += timedelta(days=1)
    assert page(world, "chen-xiuying")["opens"] is False, "of the day"


def test_nothing_of_what_was_not_shown_to_a_member_is_told(world: World) -> None:  # PUB-02, FBK-07, design 1.5
    world.tell(*released(True, ("person:guo-changfu",), disclosure="stage-1", version=2, title="约谈", at=noon(7, 24)))
    filed(world)
    consulted(world, "chen-xiuying")
    told = world.ask("chen-xiuying", "/dossiers/road").text
    told += world.ask("chen-xiuying", "/dossiers", organisation="FY-R1").text
    for hidden in ("约谈", "路灯", "东口道路", "已修好", "o1/", "approval", "stage-1/v2"):
        assert hidden not in told, hidden
    assert listed(world, "chen-xiuying", q="约谈") == []
    assert listed(world, "chen-xiuying", q="沥青") == ["road"]


def test_a_consultation_takes_a_purpose_and_a_right_to_look(world: World) -> None:  # ARC-06, ORG-11
    filed(world)
    path = "/dossiers/road/consultations"
    assert world.do("chen-xiuying", path, {}).json()["code"] == "REASON_REQUIRED"
    for outsider in ("zhou-dahai", "wu-gang", "nobody-known"):
        assert world.do(outsider, path, WHAT_FOR).json()["code"] == "NOT_FOUND", outsider
        assert world.ask(outsider, "/dossiers/road").status_code == 404, outsider
        assert world.ask(outsider, "/dossiers", organisation="FY-R1").status_code == 404, outsider
    assert world.ask("ma-xiaoyan", path).json() == []


def test_who_oversees_it_consults_on_the_record_too(world: World) -> None:  # ARC-06, ORG-14
    filed(world)
    for overseer in ("li-min", "guo-changfu", "he-tao"):
        assert page(world, overseer)["opens"] is False
        consulted(world, overseer)
        assert page(world, overseer)["opens"] is True
    assert page(world, "ma-xiaoyan")["opens"], "who keeps the file reads it"
    opinion = {x["ref"]: x["content"] for x in page(world, "he-tao")["papers"]}["o1/opinion"]
    assert opinion == {}, "what an opinion says is for those who keep the register of opinions (FBK-07)"
