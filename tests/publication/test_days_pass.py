"""As days pass: duties are raised, fall overdue and move by themselves, each once; a new quarter replaces the old."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.catalogue import events as c
from shared import calendars
from tests.publication.liushu import DUES, ITEMS, WORDS, Liushu, adopted, at

JUNE = "FY-R1/3.9/fine-tune/2026-06"
NEXT = "FY-R1/3.9/replacement/2026-Q2"


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(1, 31, 12))
    yield world
    world.close()


def duties(liushu: Liushu, **params: str) -> dict[str, str]:
    rows = liushu.ask("wang-jianjun", "/obligations", organisation="FY-R1", limit="100", **params).json()["items"]
    return {row["obligation"]: row["state"] for row in rows}


def showing_the_dues(liushu: Liushu) -> None:
    liushu.go_to(at(4, 9, 9))
    shown = liushu.drafted()
    liushu.approved(shown)
    liushu.go_to(at(4, 10, 14))
    liushu.released_inside(shown)


def test_nothing_is_owed_before_the_catalogue_is_in_force(liushu: Liushu) -> None:  # CAT-20, PUB-01
    assert duties(liushu) == {}
    early = liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/4.2"} | WORDS)
    assert early.json()["code"] == "NOT_IN_FORCE"
    off = liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/9.9"} | WORDS)
    assert off.json()["code"] == "OFF_CATALOGUE"


def test_the_quarters_duties_are_raised_as_it_begins_and_once(liushu: Liushu) -> None:  # PUB-01
    liushu.clock.instant = at(2, 1, 8)
    assert liushu.tick().count("ObligationRaised") == 4
    assert liushu.tick() == []
    liushu.clock.instant = at(4, 1, 8)
    assert liushu.tick().count("ObligationRaised") == 3


def test_long_silence_loses_no_duty_and_doubles_none(liushu: Liushu) -> None:  # PUB-01
    liushu.go_to(at(12, 31, 12))
    known = duties(liushu)
    replacements = [f"FY-R1/3.9/replacement/2026-Q{n}" for n in (1, 2, 3, 4)]
    assert set(replacements) <= set(known)
    assert liushu.tick() == []


def test_a_fine_tune_attested_on_a_make_up_saturday_is_on_time(liushu: Liushu) -> None:  # PUB-25
    showing_the_dues(liushu)
    liushu.go_to(at(5, 9, 10))
    may = "FY-R1/3.9/fine-tune/2026-05"
    version = liushu.ask("ma-xiaoyan", f"/obligations/{may}").json()["version"]
    assert liushu.do("ma-xiaoyan", f"/obligations/{may}/no-change", version=version).status_code == 200
    row = liushu.ask("ma-xiaoyan", f"/obligations/{may}").json()
    assert (row["state"], row["late_workdays"], row["attested_by"]) == ("fulfilled", 0, "ma-xiaoyan")


def test_a_duty_fallen_overdue_is_listed_and_met_late(liushu: Liushu) -> None:  # PUB-01, PUB-33
    showing_the_dues(liushu)
    liushu.go_to(at(6, 10, 20))
    assert duties(liushu)[JUNE] == "open"
    liushu.go_to(at(6, 12, 9))
    assert JUNE in duties(liushu, state="overdue")
    row = liushu.ask("li-min", f"/obligations/{JUNE}").json()
    assert (row["overdue_from"], row["state"]) == ("2026-06-11", "overdue")
    liushu.do("ma-xiaoyan", f"/obligations/{JUNE}/no-change", version=row["version"])
    assert liushu.ask("li-min", f"/obligations/{JUNE}").json()["late_workdays"] == 2
    assert duties(liushu)[NEXT] == "open"
    figures = liushu.ask("li-min", "/timeliness", town="fengyang").json()[0]
    assert (figures["met_late"], figures["met_on_time"]) == (1, 1)


def test_a_corrected_calendar_moves_what_is_open_and_keeps_the_old_day(liushu: Liushu) -> None:
    """PUB-01, 3.7."""
    liushu.go_to(at(6, 1, 9))
    known = calendars.load_calendar(2026)
    notice = c.CalendarPublished(
        year=2026,
        version=9,
        source="notice",
        holidays=(*known.holidays, date(2026, 6, 10)),
        make_up_workdays=tuple(known.make_up_workdays),
    )
    liushu.tell(c.REGISTRY, "calendar-2026", notice)
    assert liushu.tick() == ["ObligationDueMoved"]
    row = liushu.ask("wang-jianjun", f"/obligations/{JUNE}").json()
    assert (row["due"], row["moves"]) == ("2026-06-11", [{"was": "2026-06-10", "reason": "calendar"}])
    assert liushu.tick() == []


def test_a_towns_own_day_moves_what_is_open(liushu: Liushu) -> None:  # P-02
    liushu.go_to(at(6, 1, 9))
    fact = c.ParameterSet(town="fengyang", parameter="P-02.fine-tune", value="12", on=date(2026, 6, 1))
    liushu.tell(c.REGISTRY, "town-fengyang", fact)
    liushu.tick()
    assert liushu.ask("wang-jianjun", f"/obligations/{JUNE}").json()["due"] == "2026-06-12"


def test_an_item_dropped_from_the_catalogue_owes_nothing_further(liushu: Liushu) -> None:  # CAT-20
    liushu.go_to(at(2, 1, 9))
    liushu.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 4, 1), 2, ITEMS[1:]))
    liushu.go_to(at(4, 1, 9))
    assert "FY-R1/3.9/fine-tune/2026-05" not in duties(liushu)
    refused = liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/3.9"} | WORDS)
    assert refused.json()["code"] == "OFF_CATALOGUE"


def test_a_new_quarter_makes_the_former_one_history_for_those_who_see_it(liushu: Liushu) -> None:  # PUB-24
    liushu.go_to(at(4, 10, 9))
    former = liushu.drafted()
    liushu.approved(former)
    liushu.released_inside(former)
    liushu.clock.instant = at(4, 13, 9)
    liushu.released_outside(former)
    liushu.go_to(at(7, 10, 9))
    latter = liushu.drafted(obligation=NEXT)
    liushu.approved(latter)
    liushu.released_inside(latter)

    def listed(person: str, **params: str) -> list[str]:
        rows = liushu.ask(person, "/shown", **params).json()["items"]
        return [row["disclosure"] for row in rows]

    assert (listed("chen-xiuying"), listed("zhou-dahai")) == ([latter], [former])
    liushu.clock.instant = at(7, 13, 9)
    liushu.released_outside(latter)
    assert (listed("chen-xiuying"), listed("zhou-dahai")) == ([latter], [latter])
    assert listed("zhou-dahai", history="true") == [latter, former]
    page = liushu.ask("zhou-dahai", f"/shown/{former}").json()
    assert (page["title"], page["superseded_by"]) == (WORDS["title"], latter)


def test_a_late_correction_of_a_former_quarter_stays_history(liushu: Liushu) -> None:  # PUB-24, PUB-31
    liushu.go_to(at(4, 10, 9))
    former = liushu.drafted(obligation=DUES)
    liushu.approved(former)
    liushu.released_inside(former)
    liushu.go_to(at(7, 10, 9))
    latter = liushu.drafted(obligation=NEXT)
    liushu.approved(latter)
    liushu.released_inside(latter)
    liushu.step("ma-xiaoyan", former, "corrections", WORDS | {"text": "更正", "note": "有误"})
    liushu.approved(former)
    liushu.released_inside(former)
    rows = liushu.ask("chen-xiuying", "/shown").json()["items"]
    assert [row["disclosure"] for row in rows] == [latter]
    assert liushu.ask("chen-xiuying", f"/shown/{former}").json()["version"] == 2


def test_lists_go_on_page_by_page(liushu: Liushu) -> None:  # PUB-34
    liushu.go_to(at(4, 10, 9))
    made = []
    for _ in range(3):
        made.append(liushu.drafted())
        liushu.approved(made[-1])
        liushu.released_inside(made[-1])
    first = liushu.ask("chen-xiuying", "/shown", limit="2", history="true").json()
    rest = liushu.ask("chen-xiuying", "/shown", limit="2", history="true", cursor=first["next"]).json()
    seen = [row["disclosure"] for row in (*first["items"], *rest["items"])]
    assert (sorted(seen), rest["next"]) == (sorted(made), None)


def test_what_is_overdue_is_measured_until_it_is_made_good(liushu: Liushu) -> None:  # PUB-33
    def overdue() -> float:
        told = liushu.client.get("/metrics").text
        return next(
            float(line.rsplit(" ", 1)[1])
            for line in told.splitlines()
            if line.startswith('gongkai_obligations_overdue{service="publication",town="fengyang"}')
        )

    liushu.go_to(at(4, 8, 9))
    disclosure = liushu.drafted()
    liushu.approved(disclosure)
    liushu.clock.instant = at(4, 15, 9)
    before = overdue()
    liushu.clock.instant = at(4, 16, 9)
    assert overdue() == before + 1
    liushu.released_inside(disclosure)
    assert overdue() == before


def figures_of(liushu: Liushu, item: str) -> dict[str, int]:
    rows = liushu.ask("li-min", "/timeliness", organisation="FY-R1", by="item").json()
    return next(row for row in rows if row["item"] == item)


def test_what_is_not_published_at_all_is_late_too(liushu: Liushu) -> None:  # PUB-33, PUB-36
    liushu.go_to(at(7, 1, 9))
    earlier = figures_of(liushu, "FY-R1/3.9")["late_workdays"]
    liushu.go_to(at(7, 2, 9))
    assert 0 < earlier < figures_of(liushu, "FY-R1/3.9")["late_workdays"]


def test_a_duty_of_hours_that_lapsed_today_is_in_one_count(liushu: Liushu) -> None:  # PUB-29, PUB-33
    liushu.go_to(at(4, 9, 9))
    told = {"item": "FY-R1/4.3", "what": "事", "happened_at": at(4, 9, 8).isoformat(), "limit_hours": 2}
    assert liushu.do("ma-xiaoyan", "/triggers", told).status_code == 201
    liushu.go_to(at(4, 9, 15))
    row = figures_of(liushu, "FY-R1/4.3")
    assert (row["overdue"], row["not_yet_due"]) == (1, 0)
