"""What raises, suspends and ends duties beside the quarter: changed content, what happens, withholdings, versions."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from services.catalogue import events as c
from shared.identity import PostKind
from tests.publication.liushu import ITEMS, WORDS, Liushu, adopted, at, item

RULES, MEETING_LIFE = "FY-R1/4.2", "FY-R1/4.3"
FIRST = f"{RULES}/first/2026-02-01"
AGAIN = f"{RULES}/republication/2026-05-18"
Q2 = "FY-R1/3.9/replacement/2026-Q2"
DUES_ITEM = {"sub_item": "3.9", "kind": "periodic", "title": "党费收缴"}


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(2, 1, 8))
    world.go_to(at(2, 1, 9))
    yield world
    world.close()


def duty(liushu: Liushu, obligation: str) -> dict[str, Any]:
    answer = liushu.ask("li-min", f"/obligations/{obligation}")
    return dict(answer.json()) if answer.status_code == 200 else {}


def states(liushu: Liushu, state: str = "") -> dict[str, str]:
    rows = liushu.ask("li-min", "/obligations", organisation="FY-R1", limit="100", state=state).json()["items"]
    return {row["obligation"]: row["state"] for row in rows}


def shown_inside(liushu: Liushu, obligation: str) -> str:
    disclosure = liushu.drafted(obligation=obligation)
    liushu.approved(disclosure)
    liushu.released_inside(disclosure)
    return disclosure


def changed(liushu: Liushu, **body: Any) -> Any:
    return liushu.do(
        "ma-xiaoyan", "/content-changes", {"item": RULES, "what": "议事规则修订", "on": "2026-05-18"} | body
    )


def adopt(liushu: Liushu, effective: date, version: int, *items: c.Item) -> None:
    fact = adopted(effective, version, items)
    liushu.tell(c.REGISTRY, "catalogue-FY-R1", fact)


# --- long-term content, PUB-22 ---


def test_a_rule_change_is_to_be_made_public_again_20_workdays_later(liushu: Liushu) -> None:  # PUB-22, S02
    liushu.go_to(at(2, 10, 9))
    first = shown_inside(liushu, FIRST)
    liushu.go_to(at(5, 18, 9))
    assert changed(liushu).status_code == 201
    row = duty(liushu, AGAIN)
    assert (row["due"], row["state"], row["cause"]) == ("2026-06-15", "open", f"{RULES}/1")
    liushu.go_to(at(6, 15, 9))
    again = shown_inside(liushu, AGAIN)
    assert (duty(liushu, AGAIN)["state"], duty(liushu, AGAIN)["late_workdays"]) == ("fulfilled", 0)
    assert liushu.ask("chen-xiuying", f"/shown/{first}").json()["superseded_by"] == again


def test_long_term_content_never_expires(liushu: Liushu) -> None:  # PUB-22
    first = shown_inside(liushu, FIRST)
    liushu.clock.instant = at(2, 2, 9).replace(year=2031)
    shown = liushu.ask("chen-xiuying", "/shown", item=RULES).json()["items"]
    assert [row["disclosure"] for row in shown] == [first]


def test_one_republication_makes_good_all_changes_before_it(liushu: Liushu) -> None:  # PUB-22, PUB-36
    liushu.go_to(at(5, 20, 9))
    changed(liushu)
    changed(liushu, on="2026-05-19")
    shown_inside(liushu, f"{RULES}/republication/2026-05-19")
    assert {duty(liushu, name)["state"] for name in (FIRST, AGAIN)} == {"fulfilled"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"what": ""}, "MISSING_FIELD"),
        ({"on": "2026-06-02"}, "INVALID"),
        ({"item": "FY-R1/3.9"}, "INVALID"),
        ({"item": "FY-R1/9.9"}, "OFF_CATALOGUE"),
        ({"on": "2026-01-31"}, "NOT_IN_FORCE"),
        ({"what": "电话 13812345678"}, "PERSONAL_DATA_FOUND"),
    ],
)
def test_an_unfit_change_is_refused_and_raises_nothing(liushu: Liushu, body: dict[str, str], code: str) -> None:
    """PUB-22."""
    liushu.go_to(at(6, 1, 9))
    before = states(liushu)
    assert changed(liushu, **body).json()["code"] == code
    assert states(liushu) == before


def test_a_catalogue_that_alters_long_term_content_asks_for_it_anew(liushu: Liushu) -> None:  # PUB-22, A-19
    altered = item("4.2", "long-term", "议事规则", content="议事规则和表决办法")
    liushu.go_to(at(5, 1, 9))
    adopt(liushu, date(2026, 5, 18), 2, ITEMS[0], altered, ITEMS[2])
    liushu.go_to(at(5, 18, 9))
    assert duty(liushu, AGAIN)["due"] == "2026-06-15"
    assert FIRST in states(liushu)


def test_a_new_version_that_leaves_an_item_alone_asks_for_nothing(liushu: Liushu) -> None:  # PUB-22
    adopt(liushu, date(2026, 5, 18), 2, *ITEMS)
    liushu.go_to(at(5, 18, 9))
    assert not any("republication" in name for name in states(liushu))


def test_long_term_content_is_looked_at_every_year(liushu: Liushu) -> None:  # PUB-22, decision 0039
    look = f"{RULES}/existence-check/2027-02-01"
    liushu.go_to(at(1, 31, 9).replace(year=2027))
    assert not duty(liushu, look)
    liushu.go_to(at(2, 1, 9).replace(year=2027))
    version = duty(liushu, look)["version"]
    unseen = liushu.do("ma-xiaoyan", f"/obligations/{look}/no-change", version=version)
    assert unseen.json()["code"] == "STEP_OUT_OF_ORDER"
    shown = shown_inside(liushu, FIRST)
    assert liushu.do("ma-xiaoyan", f"/obligations/{look}/no-change", version=version).status_code == 200
    row = duty(liushu, look)
    assert (row["state"], row["attested_by"], row["disclosure"]) == ("fulfilled", "ma-xiaoyan", "")
    assert liushu.ask("chen-xiuying", f"/shown/{shown}").json()["superseded_by"] is None


def test_a_look_nobody_took_is_overdue(liushu: Liushu) -> None:  # PUB-22
    liushu.go_to(at(4, 1, 9).replace(year=2027))
    assert states(liushu, "overdue")[f"{RULES}/existence-check/2027-02-01"] == "overdue"


# --- immediate, PUB-29 ---


def happened(liushu: Liushu, **body: Any) -> Any:
    fact = {"item": MEETING_LIFE, "what": "洪水", "happened_at": "2026-07-06T08:00:00+08:00"}
    return liushu.do("ma-xiaoyan", "/triggers", fact | body)


def test_what_happened_is_due_three_workdays_later(liushu: Liushu) -> None:  # PUB-29, A-08, P-04
    liushu.go_to(at(5, 6, 9))
    answer = happened(liushu, happened_at="2026-05-06T08:00:00+08:00")
    row = duty(liushu, f"{MEETING_LIFE}/triggered/{answer.json()['id']}")
    assert (row["due"], row["due_at"]) == ("2026-05-09", None), "a make-up Saturday"


def test_a_duty_says_what_was_told_to_those_who_may_read_its_file(liushu: Liushu) -> None:  # PUB-29, PUB-22, ORG-16
    liushu.go_to(at(7, 6, 9))
    made = f"{MEETING_LIFE}/triggered/{happened(liushu).json()['id']}"
    changed(liushu, on="2026-07-01", what="换届")
    changed(liushu, on="2026-07-02", what="议事规则修订")
    assert duty(liushu, made)["told"] == "洪水"
    assert [duty(liushu, f"{RULES}/republication/2026-07-0{day}")["told"] for day in (1, 2)] == ["换届", "议事规则修订"]
    assert duty(liushu, "FY-R1/3.9/replacement/2026-Q3")["told"] == ""
    post = {"post": "FY/unit-officer", "kind": PostKind.UNIT_OFFICER, "title_zh": "干事", "title_en": "Officer"}
    taken = c.PostTaken(organisation="FY", person="qian-li", on=date(2026, 1, 5), **post)
    liushu.tell(c.REGISTRY, "organisation-FY", taken)
    assert liushu.ask("qian-li", f"/obligations/{made}").json()["told"] == "", "a unit sees the duty alone"


def test_what_cannot_wait_is_due_in_hours(liushu: Liushu) -> None:  # PUB-29, A-08
    liushu.go_to(at(7, 6, 9))
    made = f"{MEETING_LIFE}/triggered/{happened(liushu, limit_hours=4).json()['id']}"
    assert (duty(liushu, made)["due"], duty(liushu, made)["due_at"]) == ("2026-07-06", "2026-07-06T04:00:00Z")
    liushu.go_to(at(7, 6, 13))
    assert made in states(liushu, "overdue")
    assert duty(liushu, made)["state"] == "overdue"
    shown_inside(liushu, made)
    assert (duty(liushu, made)["state"], duty(liushu, made)["late_workdays"]) == ("fulfilled", 1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"what": " "}, "MISSING_FIELD"),
        ({"happened_at": "2026-07-06T12:00:00+08:00"}, "INVALID"),
        ({"item": RULES}, "INVALID"),
        ({"item": "FY-R1/9.9"}, "OFF_CATALOGUE"),
    ],
)
def test_an_unfit_trigger_is_refused(liushu: Liushu, body: dict[str, str], code: str) -> None:  # PUB-29
    liushu.go_to(at(7, 6, 9))
    assert happened(liushu, **body).json()["code"] == code


# --- withholdings, CAT-15 ---


def filed(liushu: Liushu, on: date, until: date | None, withholding: str = "FY-R1/3.9/1") -> None:
    names = {"withholding": withholding, "town": "fengyang", "organisation": "FY-R1", "item": "FY-R1/3.9"}
    terms = {"sub_item": "3.9", "kind": "temporarily-not" if until else "not-suitable", "until": until, "on": on}
    why = {"ground": "case-under-investigation", "citation": "规则", "addressed_to": "FY", "filed_by": "liu-fang"}
    fact = c.WithholdingFiled(**names, **terms, **why, late_workdays=0)
    liushu.tell(c.REGISTRY, f"withholding-{withholding}", fact)


def over(liushu: Liushu, on: date, reason: str = "expired", withholding: str = "FY-R1/3.9/1") -> None:
    names = {"withholding": withholding, "town": "fengyang", "organisation": "FY-R1", "item": "FY-R1/3.9"}
    fact = c.WithholdingEnded(**names, sub_item="3.9", reason=reason, on=on)
    liushu.tell(c.REGISTRY, f"withholding-{withholding}", fact)


def test_a_withheld_duty_waits_and_is_overdue_from_the_day_it_stands_again(liushu: Liushu) -> None:  # CAT-15, S05
    liushu.go_to(at(7, 10, 9))
    filed(liushu, date(2026, 7, 10), date(2026, 10, 8))
    row = duty(liushu, Q2)
    assert (row["state"], row["withheld_until"], row["due"]) == ("suspended", "2026-10-08", "2026-07-15")
    liushu.go_to(at(10, 8, 9))
    assert Q2 not in states(liushu, "overdue")
    liushu.go_to(at(10, 9, 9))
    over(liushu, date(2026, 10, 9))
    liushu.go_to(at(10, 9, 10))
    row = duty(liushu, Q2)
    assert (row["state"], row["due"], row["overdue_from"]) == ("overdue", "2026-07-15", "2026-10-09")
    assert Q2 in states(liushu, "overdue")


def test_filed_a_day_late_it_waits_too_and_the_day_stays(liushu: Liushu) -> None:  # CAT-15, S05
    liushu.go_to(at(7, 16, 9))
    filed(liushu, date(2026, 7, 16), None)
    assert (duty(liushu, Q2)["state"], duty(liushu, Q2)["late_workdays"]) == ("suspended", 1)
    figures = liushu.ask("li-min", "/timeliness", organisation="FY-R1", by="item").json()
    dues = next(row for row in figures if row["item"] == "FY-R1/3.9")
    assert dues["withheld_late"] == 6, "all that stood late when it was filed"


def test_a_duty_raised_while_its_item_is_withheld_waits_too(liushu: Liushu) -> None:  # CAT-15
    liushu.go_to(at(3, 20, 9))
    filed(liushu, date(2026, 3, 20), None)
    liushu.go_to(at(7, 1, 9))
    assert states(liushu)["FY-R1/3.9/replacement/2026-Q3"] == "suspended"
    liushu.go_to(at(12, 1, 9))
    assert "FY-R1/3.9/replacement/2026-Q3" not in states(liushu, "overdue")


def test_one_withholding_may_take_the_place_of_another(liushu: Liushu) -> None:  # CAT-15
    liushu.go_to(at(7, 10, 9))
    filed(liushu, date(2026, 7, 10), date(2026, 10, 8))
    filed(liushu, date(2026, 9, 1), None, "FY-R1/3.9/2")
    over(liushu, date(2026, 9, 1), "replaced")
    liushu.go_to(at(10, 20, 9))
    assert duty(liushu, Q2)["state"] == "suspended"


def test_a_withholding_filed_and_withdrawn_before_the_views_moved_leaves_the_duty_open(liushu: Liushu) -> None:
    """CAT-15: both told at once, in one batch."""
    liushu.go_to(at(7, 10, 9))
    with patch.object(liushu, "catch_up"):
        filed(liushu, date(2026, 7, 10), None)
        over(liushu, date(2026, 7, 10), "withdrawn")
    liushu.catch_up()
    liushu.go_to(at(7, 10, 10))
    assert duty(liushu, Q2)["state"] == "open"
    assert [e.name for e in liushu.service.handler.journal.stream(f"obligation-{Q2}")][1:] == [
        "ObligationSuspended", "ObligationResumed",
    ]  # fmt: skip


def test_a_duty_that_nobody_resumed_stands_again_as_time_passes(liushu: Liushu) -> None:  # CAT-15
    liushu.go_to(at(7, 10, 9))
    filed(liushu, date(2026, 7, 10), None)
    with patch.object(liushu.service, "reactions", ()):
        over(liushu, date(2026, 7, 13), "withdrawn")
    assert duty(liushu, Q2)["state"] == "suspended"
    liushu.go_to(at(7, 13, 9))
    assert duty(liushu, Q2)["state"] == "open"


# --- what a change of the catalogue does to running periods, A-19 ---


def test_an_item_that_leaves_the_catalogue_ends_what_is_owed_of_it(liushu: Liushu) -> None:  # A-19, CAT-16
    liushu.go_to(at(5, 15, 9))
    adopt(liushu, date(2026, 5, 15), 2, *ITEMS[1:])
    liushu.go_to(at(5, 15, 10))
    row = duty(liushu, Q2)
    assert (row["state"], row["ended_on"]) == ("ended", "2026-05-15")
    liushu.go_to(at(8, 1, 9))
    assert not any(state in ("open", "overdue") for name, state in states(liushu).items() if "/3.9/" in name)
    figures = liushu.ask("li-min", "/timeliness", organisation="FY-R1", by="item").json()
    dues = next(row for row in figures if row["item"] == "FY-R1/3.9")
    assert (dues["missed"], dues["on_time_rate"]) == (4, 0.0), "Q1, and fine-tunes of February, March and May"


def test_a_period_under_way_keeps_its_cycle_and_the_next_has_the_new_one(liushu: Liushu) -> None:
    monthly = item(**DUES_ITEM, cycle="monthly")
    liushu.go_to(at(5, 15, 9))
    adopt(liushu, date(2026, 5, 15), 2, monthly, *ITEMS[1:])
    liushu.go_to(at(8, 1, 9))
    dues = {name.removeprefix("FY-R1/3.9/") for name in states(liushu) if "/3.9/" in name}
    quarterly = {"replacement/2026-Q1", "replacement/2026-Q2", *(f"fine-tune/2026-0{n}" for n in (2, 3, 5, 6))}
    assert dues == quarterly | {"replacement/2026-07", "replacement/2026-08"}


def test_a_longer_cycle_takes_in_what_the_shorter_did_not_cover(liushu: Liushu) -> None:
    monthly = item(**DUES_ITEM, cycle="monthly")
    adopt(liushu, date(2026, 4, 1), 2, monthly, *ITEMS[1:])
    liushu.go_to(at(5, 15, 9))
    adopt(liushu, date(2026, 5, 15), 3, *ITEMS)
    liushu.go_to(at(7, 1, 9))
    dues = {name.removeprefix("FY-R1/3.9/") for name in states(liushu) if "/3.9/" in name}
    assert dues >= {"replacement/2026-04", "replacement/2026-05", "replacement/2026-Q2", "fine-tune/2026-06"}
    assert "replacement/2026-06" not in dues


def test_a_shorter_limit_moves_what_is_open_and_makes_nothing_late(liushu: Liushu) -> None:
    soon = item("4.2", "long-term", "议事规则", limit_days=10)
    liushu.go_to(at(3, 4, 9))
    adopt(liushu, date(2026, 3, 4), 2, ITEMS[0], soon, ITEMS[2])
    liushu.go_to(at(3, 4, 10))
    assert duty(liushu, FIRST)["due"] == "2026-03-05"
    changed(liushu, on="2026-03-04")
    adopt(liushu, date(2026, 3, 10), 3, ITEMS[0], item("4.2", "long-term", "议事规则", limit_days=15), ITEMS[2])
    liushu.go_to(at(3, 10, 9))
    row = duty(liushu, f"{RULES}/republication/2026-03-04")
    assert (row["due"], [move["was"] for move in row["moves"]]) == ("2026-03-25", ["2026-03-18"])


# --- who answers for it, ORG-06, ORG-07 ---


def test_a_duty_is_the_organisations_and_answered_for_by_who_was_first_person(liushu: Liushu) -> None:
    """ORG-06, ORG-07, ORG-15, S03."""
    liushu.go_to(at(4, 10, 9))
    shown_inside(liushu, "FY-R1/3.9/replacement/2026-Q1")
    liushu.go_to(at(7, 1, 9))
    post = {"post": "FY-R1/secretary", "organisation": "FY-R1"}
    liushu.tell(c.REGISTRY, "organisation-FY-R1", c.PostLeft(**post, person="wang-jianjun", on=date(2026, 7, 1)))
    taken = c.PostTaken(
        **post, kind="secretary", title_zh="书记", title_en="Secretary", person="liu-fang", on=date(2026, 7, 1)
    )
    liushu.tell(c.REGISTRY, "organisation-FY-R1", taken)
    liushu.go_to(at(7, 15, 9))
    met, open_still = duty(liushu, "FY-R1/3.9/replacement/2026-Q1"), duty(liushu, Q2)
    assert (met["first_person"], open_still["first_person"]) == ("wang-jianjun", "liu-fang")
    assert {met["organisation"], open_still["organisation"]} == {"FY-R1"}


def test_a_draft_for_no_duty_meets_none(liushu: Liushu) -> None:  # PUB-01, PUB-36
    liushu.go_to(at(4, 10, 9))
    before = states(liushu)
    answer = liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/3.9"} | WORDS)
    liushu.approved(answer.json()["id"])
    liushu.released_inside(answer.json()["id"])
    assert states(liushu) == before
