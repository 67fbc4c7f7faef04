"""A cadre matter over HTTP: its days stand on the notice and hold the appointment back (PUB-18)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from services.feedback import events as f
from services.publication.views.cadre_matters import CadreMatters
from shared import calendars
from shared.clock import at
from tests.publication.liushu import ITEMS, WORDS, Liushu, adopted, item

SUN, CALENDAR = "sun-wei", calendars.load_all()
APRIL_27, MAY_12 = date(2026, 4, 27), date(2026, 5, 12)


def moment(month: int, day: int, hour: int) -> datetime:
    return at(date(2026, month, day), hour)


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, moment(4, 24, 8))
    staff, out = {"audience_outside": "unit-staff"}, {"audience_outside": "society"}
    stages = (
        item("5.4", "immediate", "考察预告", **staff),
        item("5.5", "immediate", "任前公示", **out),
        item("5.6", "immediate", "干部任免", **out),
    )
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 4, 1), 2, (*ITEMS, *stages)))
    world.tell(c.REGISTRY, "town-fengyang", c.DivisionSet(town="fengyang", category="C5", unit="FY-DJB", on=APRIL_27))
    for unit, person in (("FY-DJB", SUN), ("FY-DZB", "qian-li")):
        fields: dict[str, Any] = {"type": "organ", "level": "unit", "name_zh": unit, "name_en": unit}
        made = c.OrganisationRegistered(organisation=unit, town="fengyang", on=date(2025, 1, 1), **fields)
        world.tell(c.REGISTRY, f"organisation-{unit}", made)
        post = {"post": f"{unit}/officer", "kind": "unit-officer", "title_zh": "干事", "title_en": "Officer"}
        taken = c.PostTaken.model_validate({"organisation": unit, "person": person, "on": date(2025, 1, 1), **post})
        world.tell(c.REGISTRY, f"organisation-{unit}", taken)
    world.go_to(moment(4, 27, 8))
    yield world
    world.close()


def done(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def act(world: Liushu, cadre: str, step: str, body: dict[str, Any] | None = None, person: str = SUN) -> Any:
    version = world.service.handler.journal.stream(f"cadre-{cadre}")[-1].version
    return world.do(person, f"/cadre-matters/{cadre}/{step}", body, version=version)


def opened(world: Liushu) -> str:
    people = [{"name": "李强", "present_post": "党政办主任", "meant_post": "副镇长"}]
    return str(done(world.do(SUN, "/cadre-matters", {"organisation": "FY-R1", "candidates": people}), 201)["id"])


def shown(world: Liushu, cadre: str, stage: str, sub_item: str, when: datetime) -> str:
    """The stage's notice, through all its steps: inside a day before, outside at ``when``."""
    body = {"item": f"FY-R1/{sub_item}", "part_of": f"cadre-{cadre}/{stage}"} | WORDS
    draft = str(done(world.do("ma-xiaoyan", "/disclosures", body), 201)["id"])
    world.approved(draft)
    world.go_to(max(when - timedelta(hours=24), world.clock.now()))
    inside = [{"channel": "intranet", "url": "http://intranet.example/1"}]
    done(world.step("ma-xiaoyan", draft, "release-inside", {"channels": inside}))
    world.go_to(world.clock.now() + timedelta(hours=24))
    outside = [{"channel": "website", "url": "https://fengyang.example/5"}]
    done(world.step("ma-xiaoyan", draft, "release-outside", {"channels": outside}))
    return draft


def test_the_days_are_printed_on_the_notice_and_hold_the_appointment_back(liushu: Liushu) -> None:  # PUB-18, A-26
    cadre = opened(liushu)
    shown(liushu, cadre, "inspection-notice", "5.4", moment(4, 28, 8))
    assert act(liushu, cadre, "inspection", {"on": "2026-04-28"}).json()["code"] == "PERIOD_TOO_SHORT"
    liushu.go_to(moment(4, 29, 7))
    done(act(liushu, cadre, "inspection", {"on": "2026-04-29"}))
    notice = shown(liushu, cadre, "publicity", "5.5", moment(4, 30, 7))
    page = liushu.ask("", f"/shown/{notice}/publicity").json()
    assert (page["first_day"], page["last_day"]) == ("2026-04-30", "2026-05-09")
    liushu.go_to(moment(5, 9, 18))
    early = act(liushu, cadre, "appointment")
    assert (early.status_code, early.json()["code"]) == (409, "PERIOD_TOO_SHORT")
    assert early.json()["facts"]["earliest"] == "2026-05-10"
    opinion_on(liushu, notice)
    liushu.go_to(moment(5, 11, 9))
    assert act(liushu, cadre, "appointment").json()["facts"]["objections"] == [1]
    done(act(liushu, cadre, "objections/1/settlement", {"outcome": "not-established", "reason": "查无此事"}))
    done(act(liushu, cadre, "appointment"))
    shown(liushu, cadre, "appointment", "5.6", moment(5, 12, 10))
    matter = liushu.ask(SUN, f"/cadre-matters/{cadre}").json()
    assert (matter["stage"], matter["decided_on"], matter["publicity"]["ended"]) == ("decided", "2026-05-11", True)
    assert (matter["candidates"][0]["name"], matter["objections"][0]["reason"]) == ("李强", "查无此事")


def opinion_on(world: Liushu, disclosure: str, given: datetime | None = None) -> None:
    fact = f.OpinionReceived(
        opinion="o1",
        receipt_number="柳意〔2026〕1号",
        town="fengyang",
        organisation="FY-R1",
        disclosure=disclosure,
        channel="online",
        giver_kind="masses",
        text="有异议",
        at=given or world.clock.now(),
        acknowledge_by=MAY_12,
        due=MAY_12,
    )
    world.tell(f.REGISTRY, "opinion-o1", fact)


def test_an_opinion_is_an_objection_though_the_view_has_not_caught_up(liushu: Liushu) -> None:  # PUB-18
    cadre = opened(liushu)
    shown(liushu, cadre, "inspection-notice", "5.4", moment(4, 28, 8))
    liushu.go_to(moment(4, 29, 7))
    done(act(liushu, cadre, "inspection", {"on": "2026-04-29"}))
    notice = shown(liushu, cadre, "publicity", "5.5", moment(4, 30, 7))
    view = next(view for view in liushu.service.views if isinstance(view, CadreMatters))
    with liushu.service.engine.begin() as tx:
        tx.execute(view.notices.delete())
    opinion_on(liushu, notice)
    names = [event.name for event in liushu.service.handler.journal.stream(f"cadre-{cadre}")]
    assert names.count("ObjectionReceived") == 1


def test_what_is_said_of_a_notice_is_heard_from_its_first_release_on(liushu: Liushu) -> None:  # PUB-18, P-01
    cadre = opened(liushu)
    shown(liushu, cadre, "inspection-notice", "5.4", moment(4, 28, 8))
    liushu.go_to(moment(4, 29, 7))
    done(act(liushu, cadre, "inspection", {"on": "2026-04-29"}))
    body = {"item": "FY-R1/5.5", "part_of": f"cadre-{cadre}/publicity"} | WORDS
    notice = str(done(liushu.do("ma-xiaoyan", "/disclosures", body), 201)["id"])
    liushu.approved(notice)
    said = {"text": "曾受处分", "objector": "某某"}
    assert act(liushu, cadre, "objections", said).json()["code"] == "STEP_OUT_OF_ORDER"
    inside = [{"channel": "intranet", "url": "http://intranet.example/1"}]
    done(liushu.step("ma-xiaoyan", notice, "release-inside", {"channels": inside}))
    opinion_on(liushu, notice)
    done(act(liushu, cadre, "objections", said), 201)
    matter = liushu.ask(SUN, f"/cadre-matters/{cadre}").json()
    assert [(o["opinion"], o["late"]) for o in matter["objections"]] == [("o1", False), ("", False)]
    assert matter["publicity"] is None


def test_what_arrives_after_the_appointment_though_given_in_time_has_an_owner(liushu: Liushu) -> None:  # PUB-18
    cadre = opened(liushu)
    shown(liushu, cadre, "inspection-notice", "5.4", moment(4, 28, 8))
    liushu.go_to(moment(4, 29, 7))
    done(act(liushu, cadre, "inspection", {"on": "2026-04-29"}))
    notice = shown(liushu, cadre, "publicity", "5.5", moment(4, 30, 7))
    liushu.go_to(moment(5, 10, 9))
    done(act(liushu, cadre, "appointment"))
    liushu.go_to(moment(5, 12, 9))
    opinion_on(liushu, notice, moment(5, 8, 9))
    (late,) = liushu.ask(SUN, f"/cadre-matters/{cadre}").json()["objections"]
    assert (late["opinion"], late["late"], late["owner"]) == ("o1", True, "wang-jianjun")
    done(act(liushu, cadre, "objections/1/settlement", {"outcome": "not-established", "reason": "查无此事"}))


def test_a_calendar_issued_again_moves_the_notice_that_is_up(liushu: Liushu) -> None:  # PUB-18, 3.7
    cadre = opened(liushu)
    shown(liushu, cadre, "inspection-notice", "5.4", moment(4, 28, 8))
    liushu.go_to(moment(4, 29, 7))
    done(act(liushu, cadre, "inspection", {"on": "2026-04-29"}))
    notice = shown(liushu, cadre, "publicity", "5.5", moment(4, 30, 7))
    year = CALENDAR.years[2026]
    days = {"holidays": tuple(sorted(year.holidays | {date(2026, 5, 8)})), "make_up_workdays": (date(2026, 5, 9),)}
    again = c.CalendarPublished.model_validate({"year": 2026, "version": 9, "source": "again", **days})
    liushu.tell(c.REGISTRY, "calendar-2026", again)
    liushu.clock.instant = moment(5, 7, 9)
    assert "PublicityMoved" in liushu.tick()
    page = liushu.ask("zhou-dahai", f"/shown/{notice}/publicity").json()
    assert (page["last_day"], page["moves"]) == ("2026-05-11", [{"was": "2026-05-09", "reason": "calendar"}])
    assert "PublicityMoved" not in liushu.tick()
    liushu.clock.instant = moment(5, 12, 9)
    assert "PublicityEnded" in liushu.tick()
    assert "PublicityEnded" not in liushu.tick()


def test_a_stage_made_public_beside_the_procedure_is_refused(liushu: Liushu) -> None:  # PUB-18
    for part_of in ("", "decision-d1/result"):
        body = {"item": "FY-R1/5.6", "part_of": part_of} | WORDS
        refusal = liushu.do("ma-xiaoyan", "/disclosures", body)
        assert (refusal.status_code, refusal.json()["code"]) == (409, "STEP_OUT_OF_ORDER")


def test_no_major_decision_is_opened_for_a_stage_of_a_cadre_matter(liushu: Liushu) -> None:  # PUB-18, PUB-17
    refusal = liushu.do("ma-xiaoyan", "/decisions", {"item": "FY-R1/5.6", "title": "任命"})
    assert (refusal.status_code, refusal.json()["code"]) == (409, "STEP_OUT_OF_ORDER")


def test_a_cadre_matter_is_the_work_of_the_unit_in_charge(liushu: Liushu) -> None:  # PUB-18, ORG-08, ORG-09
    cadre = opened(liushu)
    people = {"organisation": "FY-R1", "candidates": [{"name": "甲", "meant_post": "乙"}]}
    assert liushu.do("qian-li", "/cadre-matters", people).json()["code"] == "NOT_YOUR_REMIT"
    assert liushu.do("ma-xiaoyan", "/cadre-matters", people).json()["code"] == "NOT_YOUR_REMIT"
    for step in ("appointment", "putting-up"):
        hidden = act(liushu, cadre, step, person="qian-li")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "NOT_FOUND")
    assert act(liushu, cadre, "appointment", person="ma-xiaoyan").json()["code"] == "NOT_YOUR_REMIT"
    for stranger in ("qian-li", "chen-xiuying", "zhou-dahai", "wu-gang", ""):
        assert liushu.ask(stranger, f"/cadre-matters/{cadre}").status_code in (401, 403, 404)
    rows = liushu.ask("ma-xiaoyan", "/cadre-matters", organisation="FY-R1").json()["items"]
    assert [row["cadre"] for row in rows] == [cadre]


def test_names_are_sealed_wherever_they_are_kept(liushu: Liushu) -> None:  # PUB-18
    cadre = opened(liushu)
    kept = str([event.data for event in liushu.service.handler.journal.stream(f"cadre-{cadre}")])
    assert "李强" not in kept
    assert "sealed:1:" in kept
