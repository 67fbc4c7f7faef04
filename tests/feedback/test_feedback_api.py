"""Over HTTP: who may give an opinion on what, who learns of it, and how its giver gets the answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from services.feedback.main import build
from tests.feedback.world import World, noon, released

INSIDE, OUTSIDE = ("members:FY-R1",), ("society",)
HANDLED = ("assignment", "decision", "reply", "closing")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Dues are public; the rota is for Liushu's members alone."""
    world = World(build, tmp_path, noon(4, 14))
    world.tell(*released(True, INSIDE, at=noon(4, 10)))
    world.tell(*released(False, OUTSIDE, at=noon(4, 13)))
    world.tell(*released(True, INSIDE, disclosure="rota", title="Rota", at=noon(4, 13)))
    yield world
    world.close()


def give(world: World, person: str, disclosure: str = "dues-q1", **more: Any) -> str:
    answer = world.do(person, "/opinions", {"disclosure": disclosure, "text": "too high to read", **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def handle(world: World, opinion: str, handler: str = "wang-jianjun") -> None:
    """Assigned, adopted and answered."""
    bodies = {"assignment": {"handler": handler}, "decision": {"disposition": "adopt"}, "reply": {"text": "lowered"}}
    version = 1
    for step, body in bodies.items():
        answer = world.do(handler, f"/opinions/{opinion}/{step}", body, version=version)
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]


def test_a_villagers_opinion_gets_a_receipt_number_and_its_days(world: World) -> None:  # FBK-07, FBK-10, P-11
    body = {"disclosure": "dues-q1", "text": "too high to read"}
    first = world.do("zhou-dahai", "/opinions", body).json()
    second = world.do("chen-xiuying", "/opinions", body).json()
    assert first["result"] == {"receipt_number": "柳意〔2026〕1号", "due": "2026-05-08"}
    assert second["result"]["receipt_number"] == "柳意〔2026〕2号"
    page = world.ask("zhou-dahai", f"/opinions/{first['id']}").json()
    assert (page["acknowledge_by"], page["due"]) == ("2026-04-15", "2026-05-08")
    assert [d["note"] for d in page["reckoning"]].count("holiday") == 5
    assert page["reckoning"][-1]["count"] == 15


def test_a_retry_gives_one_opinion_and_the_same_number(world: World) -> None:  # FBK-07
    body = {"disclosure": "dues-q1", "text": "too high to read"}
    first = world.do("zhou-dahai", "/opinions", body, key="retry-1").json()
    again = world.do("zhou-dahai", "/opinions", body, key="retry-1").json()
    assert again["repeated"] is True
    assert (again["id"], again["result"]) == (first["id"], first["result"])
    assert len(world.ask("ma-xiaoyan", "/opinions", organisation="FY-R1").json()["items"]) == 1


def test_an_opinion_on_what_its_giver_may_not_see_finds_nothing(world: World) -> None:  # FBK-10, PUB-02
    body = {"disclosure": "rota", "text": "x"}
    unknown = {"disclosure": "never-was", "text": "x"}
    for person in ("zhou-dahai", "wu-gang", ""):
        refusals = [world.do(person, "/opinions", b).json() for b in (body, unknown)]
        assert {r["code"] for r in refusals} == {"NOT_FOUND"}
        assert refusals[0]["detail"] == refusals[1]["detail"]
    assert world.do("chen-xiuying", "/opinions", body).status_code == 201


def test_without_text_there_is_no_opinion(world: World) -> None:  # FBK-07
    answer = world.do("zhou-dahai", "/opinions", {"disclosure": "dues-q1", "text": "  "})
    assert (answer.status_code, answer.json()["code"]) == (422, "MISSING_FIELD")


def test_an_opinion_goes_all_the_way_to_its_reply(world: World) -> None:  # FBK-08, FBK-09
    opinion = give(world, "zhou-dahai")
    closing = world.do("wang-jianjun", f"/opinions/{opinion}/closing", version=1)
    assert closing.json()["code"] == "REPLY_MISSING"
    handle(world, opinion)
    page = world.ask("zhou-dahai", f"/opinions/{opinion}")
    assert (page.json()["stage"], page.json()["disposition"], page.json()["reply"]) == ("replied", "adopt", "lowered")
    closed = world.do("wang-jianjun", f"/opinions/{opinion}/closing", version=int(page.headers["ETag"].strip('"')))
    assert closed.status_code == 200
    [own] = world.ask("zhou-dahai", "/mine").json()["items"]
    assert (own["opinion"], own["stage"], own["handler"]) == (opinion, "closed", "")


def test_an_opinion_exists_only_for_its_giver_and_its_desk(world: World) -> None:  # FBK-10, FBK-11
    opinion = give(world, "chen-xiuying", "rota")
    handle(world, opinion)
    for person in ("zhou-dahai", "hu-ping", "wu-gang"):
        assert world.ask(person, f"/opinions/{opinion}").json()["code"] == "NOT_FOUND"
        assert world.ask(person, "/opinions", organisation="FY-R1").status_code == 404
        assert world.ask(person, "/organisations/FY-R1/counts").status_code == 404
        assert world.ask(person, "/mine").json()["items"] == []
        assert world.do(person, f"/opinions/{opinion}/closing", version=5).json()["code"] == "NOT_FOUND"


def test_the_register_does_not_tell_who_gave_an_opinion(world: World) -> None:  # FBK-11
    give(world, "chen-xiuying")
    for person in ("ma-xiaoyan", "wang-jianjun", "li-min"):
        answer = world.ask(person, "/opinions", organisation="FY-R1")
        assert len(answer.json()["items"]) == 1
        assert "chen-xiuying" not in answer.text


def test_a_supervisor_reads_what_was_said_and_not_who_said_it(world: World) -> None:  # ORG-14, FBK-11
    opinion = give(world, "chen-xiuying")
    seen = world.ask("guo-changfu", f"/opinions/{opinion}")
    assert (seen.json()["text"], seen.json()["giver"]) != ("", "chen-xiuying")
    assert "chen-xiuying" not in seen.text
    assert world.do("guo-changfu", f"/opinions/{opinion}/acknowledgement", version=1).json()["code"] == "NOT_FOUND"


def test_only_the_handler_learns_who_gave_it(world: World) -> None:  # FBK-11
    opinion = give(world, "chen-xiuying")
    handle(world, opinion, handler="wang-jianjun")
    seen = world.ask("wang-jianjun", f"/opinions/{opinion}").json()
    assert (seen["giver_zh"], seen["giver_en"]) == ("chen-xiuying", "Chen-Xiuying")
    assert "hen-" not in world.ask("li-min", f"/opinions/{opinion}").text
    givers = {p: world.ask(p, f"/opinions/{opinion}").json()["giver"] for p in ("wang-jianjun", "ma-xiaoyan", "li-min")}
    assert givers == {"wang-jianjun": "chen-xiuying", "ma-xiaoyan": "", "li-min": ""}


def test_the_person_criticised_learns_nothing_of_the_giver(world: World) -> None:  # FBK-11
    opinion = give(world, "chen-xiuying", criticised="wang-jianjun")
    assert world.ask("wang-jianjun", f"/opinions/{opinion}").json()["giver"] == ""
    assert world.ask("ma-xiaoyan", f"/opinions/{opinion}").json()["giver"] == "chen-xiuying"
    body = {"handler": "wang-jianjun"}
    assert world.do("ma-xiaoyan", f"/opinions/{opinion}/assignment", body, version=1).status_code == 403


def test_an_opinion_is_handled_by_an_officer(world: World) -> None:  # FBK-08
    opinion = give(world, "zhou-dahai")
    answer = world.do("ma-xiaoyan", f"/opinions/{opinion}/assignment", {"handler": "hu-ping"}, version=1)
    assert answer.json()["code"] == "NOT_ELIGIBLE"


def test_an_unnamed_giver_reads_the_answer_with_a_code(world: World) -> None:  # FBK-07, FBK-09
    body = {"disclosure": "dues-q1", "text": "too high"}
    given = world.do("", "/opinions", body, key="slip-1").json()
    code = given["result"]["code"]
    assert world.do("", "/opinions", body, key="slip-1").json()["result"]["code"] == code
    handle(world, given["id"])
    found = world.client.get("/api/feedback/v1/lookup", headers={"Look-Up-Code": code.upper()}).json()
    assert (found["stage"], found["reply"]) == ("replied", "lowered")
    wrong = world.client.get("/api/feedback/v1/lookup", headers={"Look-Up-Code": "aaaaa-bbbbb"})
    assert wrong.json()["code"] == "NOT_FOUND"


def test_neither_code_nor_person_of_an_anonymous_opinion_is_kept(world: World) -> None:  # FBK-07, FBK-11
    body = {"disclosure": "rota", "text": "unfair", "anonymous": True}
    given = world.do("chen-xiuying", "/opinions", body).json()
    events = world.service.handler.journal.read(0)
    kept = "".join(f"{event.data} {event.context}" for event in events)
    assert len(events) == 2
    assert "chen-xiuying" not in kept
    assert given["result"]["code"] not in kept


def test_a_general_notice_reaches_its_scope_and_no_further(world: World) -> None:  # FBK-09
    given = world.do("chen-xiuying", "/opinions", {"disclosure": "rota", "text": "unfair", "anonymous": True})
    handle(world, given.json()["id"])
    seen = {p: world.ask(p, "/notices", disclosure="rota").json() for p in ("hu-ping", "zhou-dahai", "")}
    assert [n["reply"] for n in seen["hu-ping"]] == ["lowered"]
    assert seen["zhou-dahai"] == seen[""] == []


def test_a_slip_from_the_box_is_answered_to_those_who_were_meant_to_read(world: World) -> None:  # FBK-01, FBK-09
    audiences = (*INSIDE, "desk:FY-R1", "oversight:fengyang")
    world.tell(*released(True, audiences, disclosure="plan", title="Plan", at=noon(4, 13)))
    slip = {"channel": "suggestion-box", "text": "unclear", "disclosure": "plan"}
    handle(world, world.do("ma-xiaoyan", "/organisations/FY-R1/opinions", slip).json()["id"])
    seen = {p: len(world.ask(p, "/notices", disclosure="plan").json()) for p in ("chen-xiuying", "zhou-dahai")}
    assert seen == {"chen-xiuying": 1, "zhou-dahai": 0}


def test_an_opinion_on_a_correction_still_inside_stays_inside(world: World) -> None:  # FBK-10, PUB-31
    world.tell(*released(True, INSIDE, version=2, title="Dues Q1, corrected", at=noon(4, 14), replaces=1))
    opinion = give(world, "chen-xiuying", anonymous=True)
    handle(world, opinion)
    seen = {p: len(world.ask(p, "/notices", disclosure="dues-q1").json()) for p in ("hu-ping", "zhou-dahai", "")}
    assert seen == {"hu-ping": 1, "zhou-dahai": 0, "": 0}


def test_the_desk_enters_what_came_by_another_way(world: World) -> None:  # FBK-01, FBK-02
    slip = {"text": "more light", "channel": "suggestion-box"}
    call = {"text": "too high", "channel": "telephone", "giver": "zhou-dahai", "disclosure": "dues-q1"}
    for body in (slip, call):
        assert world.do("ma-xiaoyan", "/organisations/FY-R1/opinions", body).status_code == 201
    rows = world.ask("ma-xiaoyan", "/opinions", organisation="FY-R1").json()["items"]
    assert {(r["channel"], r["giver_kind"]) for r in rows} == {("suggestion-box", "anonymous"), ("telephone", "masses")}
    assert len(world.ask("zhou-dahai", "/mine").json()["items"]) == 1
    assert world.do("chen-xiuying", "/organisations/FY-R1/opinions", slip).status_code == 403


def test_what_is_not_answered_in_time_is_noticed_once_and_listed(world: World) -> None:  # FBK-08
    opinion = give(world, "zhou-dahai")
    world.clock.instant = noon(5, 8)
    assert world.tick() == ["OpinionFellOverdue"]  # not acknowledged by 04-15
    world.clock.advance(timedelta(days=1))
    assert (world.tick(), world.tick()) == (["OpinionFellOverdue"], [])
    [late] = world.ask("li-min", "/opinions", organisation="FY-R1", overdue=True).json()["items"]
    assert (late["opinion"], late["overdue_from"]) == (opinion, "2026-05-09")


def test_the_answers_time_is_extended_from_its_due_date(world: World) -> None:  # FBK-08, P-11
    opinion = give(world, "zhou-dahai")
    body = {"reason": "needs the county"}
    extended = world.do("wang-jianjun", f"/opinions/{opinion}/extension", body, version=1)
    assert extended.status_code == 200
    assert world.ask("zhou-dahai", f"/opinions/{opinion}").json()["due"] == "2026-05-28"
    again = world.do("wang-jianjun", f"/opinions/{opinion}/extension", body, version=2)
    assert again.json()["code"] == "ALREADY_EXTENDED"


def test_a_stale_version_is_refused(world: World) -> None:  # FBK-08
    opinion = give(world, "zhou-dahai")
    world.do("wang-jianjun", f"/opinions/{opinion}/acknowledgement", version=1)
    stale = world.do("ma-xiaoyan", f"/opinions/{opinion}/assignment", {"handler": "ma-xiaoyan"}, version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "VERSION_CONFLICT")


def test_an_open_answer_moves_with_a_newly_published_calendar(world: World) -> None:  # P-11, requirements 3.7
    world.clock.instant = noon(12, 21)
    opinion = give(world, "zhou-dahai")
    page = world.ask("zhou-dahai", f"/opinions/{opinion}").json()
    assert (page["due"], page["provisional"]) == ("2027-01-11", True)
    assert "OpinionDueMoved" not in world.tick()
    new_year: dict[str, Any] = {"year": 2027, "version": 1, "source": "State Council", "make_up_workdays": ()}
    holiday = c.CalendarPublished(**new_year, holidays=(date(2027, 1, 1),))
    world.tell(c.REGISTRY, "calendar-2027", holiday)
    assert (world.tick(), world.tick()) == (["OpinionDueMoved"], [])
    page = world.ask("zhou-dahai", f"/opinions/{opinion}").json()
    assert (page["due"], page["provisional"], page["acknowledge_by"]) == ("2027-01-12", False, "2026-12-22")


def test_opinions_given_at_once_get_one_number_each(world: World) -> None:  # FBK-07
    def given(number: int) -> str:
        headers = {"Authorization": "Bearer zhou-dahai", "Idempotency-Key": f"at-once-{number}"}
        body = {"disclosure": "dues-q1", "text": f"opinion {number}"}
        answer = world.client.post("/api/feedback/v1/opinions", json=body, headers=headers)
        return str(answer.json()["result"]["receipt_number"])

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(given, range(12)))
    assert sorted(numbers) == sorted(f"柳意〔2026〕{n}号" for n in range(1, 13))
