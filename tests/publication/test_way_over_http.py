"""The quarter's dues on their whole way over HTTP: drafted, examined, shown inside, then outside, corrected (S02)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publication.liushu import (
    COLUMN,
    DUES,
    ID_NUMBER,
    LED,
    RELEASED_OUTSIDE,
    WORDS,
    Liushu,
    at,
    sheet,
)


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(2, 1, 8))
    world.go_to(at(4, 8, 9))
    yield world
    world.close()


def test_duties_stand_raised_with_their_days(liushu: Liushu) -> None:  # PUB-01, PUB-22, PUB-23
    rows = liushu.ask("wang-jianjun", "/obligations", organisation="FY-R1").json()["items"]
    days = {row["obligation"]: row["due"] for row in rows}
    assert days[DUES] == "2026-04-15"
    assert days["FY-R1/4.2/first/2026-02-01"] == "2026-03-05"
    assert [days[f"FY-R1/3.9/fine-tune/2026-{m}"] for m in ("02", "03", "05", "06")] == [
        "2026-02-10",
        "2026-03-10",
        "2026-05-11",
        "2026-06-10",
    ]


def test_the_way_from_duty_to_society(liushu: Liushu) -> None:  # PUB-01, PUB-04, PUB-31, PUB-35
    disclosure = liushu.drafted()
    refused = liushu.attach(disclosure, "dues.xlsx", sheet())
    assert (refused.status_code, refused.json()["code"]) == (422, "PERSONAL_DATA_FOUND")
    assert refused.json()["facts"]["places"][0]["place"] == "Sheet1!C7"
    assert ID_NUMBER not in refused.text
    masked = liushu.attach(disclosure, "dues.xlsx", sheet(), mask=True)
    assert (masked.status_code, masked.json()["result"]["masked"]) == (201, ["Sheet1!C7"])

    own = liushu.step("ma-xiaoyan", disclosure, "approve")
    assert own.json()["code"] == "SELF_APPROVAL"
    liushu.clock.instant = at(4, 10, 9)
    liushu.approved(disclosure)
    early = liushu.step("ma-xiaoyan", disclosure, "release-outside", {"channels": [COLUMN]})
    assert early.json()["code"] == "INSIDE_FIRST"

    liushu.clock.instant = at(4, 10, 14)
    liushu.released_inside(disclosure)
    duty = liushu.ask("wang-jianjun", f"/obligations/{DUES}").json()
    assert (duty["state"], duty["fulfilled_on"], duty["late_workdays"]) == ("fulfilled", "2026-04-10", 0)
    assert liushu.ask("zhou-dahai", f"/shown/{disclosure}").status_code == 404
    assert liushu.ask("chen-xiuying", f"/shown/{disclosure}").json()["title"] == WORDS["title"]

    liushu.clock.instant = at(4, 11, 9)
    soon = liushu.step("ma-xiaoyan", disclosure, "release-outside", {"channels": [COLUMN]})
    assert soon.json()["code"] == "LEAD_TOO_SHORT"
    assert soon.json()["facts"]["earliest"] == "2026-04-11T06:00:00+00:00"
    liushu.clock.instant = at(4, 13, 9)
    liushu.released_outside(disclosure)
    page = liushu.ask("zhou-dahai", f"/shown/{disclosure}").json()
    assert {c["channel"] for c in page["channels"]} == {"public-column", "website", "led"}
    assert liushu.ask("", "/led").json()[0]["text"] == WORDS["led_text"]


def test_a_correction_goes_the_whole_way_again(liushu: Liushu) -> None:  # PUB-31
    disclosure = liushu.drafted()
    liushu.approved(disclosure)
    liushu.released_inside(disclosure)
    liushu.clock.instant = at(4, 13, 9)
    liushu.released_outside(disclosure)
    right = WORDS | {"text": WORDS["text"].replace("6,120", "6,210"), "note": "6,120 应为 6,210"}
    opened = liushu.step("ma-xiaoyan", disclosure, "corrections", right | {"found_by": "he-tao"})
    assert opened.status_code == 201, opened.text
    liushu.approved(disclosure)
    liushu.released_inside(disclosure)
    assert liushu.ask("zhou-dahai", f"/shown/{disclosure}").json()["version"] == 1
    liushu.clock.instant = at(4, 14, 9)
    liushu.released_outside(disclosure)
    versions = liushu.ask("", f"/shown/{disclosure}/versions").json()
    assert [(v["version"], v["replaces"]) for v in versions] == [(2, 1), (1, 0)]
    assert versions[1]["corrected_at"] == "2026-04-14T01:00:00Z"
    work = liushu.ask("he-tao", f"/disclosures/{disclosure}").json()
    assert set(work["attested_by"]) == {"wang-jianjun", "ma-xiaoyan"}
    assert work["register_number"] == "FY-R1-2026-0002"


def test_a_correction_leaves_out_no_channel(liushu: Liushu) -> None:  # PUB-31
    disclosure = liushu.drafted()
    liushu.approved(disclosure)
    liushu.released_inside(disclosure)
    liushu.step("ma-xiaoyan", disclosure, "corrections", WORDS | {"text": "更正", "note": "有误"})
    liushu.approved(disclosure)
    only_one = {"channels": [{"channel": "intranet", "url": "http://intranet.example/1"}]}
    answer = liushu.step("ma-xiaoyan", disclosure, "release-inside", only_one)
    assert answer.json()["facts"] == {"left_out": ["meeting", "activity-room-board"]}


def test_a_retried_command_changes_the_world_once(liushu: Liushu) -> None:
    body = {"obligation": DUES} | WORDS
    first = liushu.do("ma-xiaoyan", "/disclosures", body, key="same").json()
    again = liushu.do("ma-xiaoyan", "/disclosures", body, key="same").json()
    assert (first["id"], again["repeated"]) == (again["id"], True)


def test_a_stale_version_is_refused(liushu: Liushu) -> None:
    disclosure = liushu.drafted()
    liushu.step("ma-xiaoyan", disclosure, "revise", WORDS | {"text": "新的内容"})
    stale = liushu.do("ma-xiaoyan", f"/disclosures/{disclosure}/revise", WORDS, version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "VERSION_CONFLICT")


def test_each_person_is_given_the_step_that_waits_for_them(liushu: Liushu) -> None:  # PUB-01, A-22
    def steps(person: str) -> set[str]:
        return {t["step"] for t in liushu.ask(person, "/tasks").json() if t["obligation"] == DUES}

    assert steps("ma-xiaoyan") == {"draft"}
    disclosure = liushu.drafted()
    assert steps("ma-xiaoyan") == {"submit"}
    liushu.step("ma-xiaoyan", disclosure, "submit", {"attested_by": ["ma-xiaoyan"]})
    assert (steps("he-tao"), steps("ma-xiaoyan"), steps("chen-xiuying")) == ({"review"}, set(), set())
    cleared = {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}
    liushu.step("he-tao", disclosure, "review", cleared)
    assert (steps("wang-jianjun"), steps("he-tao")) == ({"approve"}, set())
    liushu.step("wang-jianjun", disclosure, "approve")
    assert steps("ma-xiaoyan") == {"release-inside"}
    liushu.released_inside(disclosure)
    waiting = [t for t in liushu.ask("ma-xiaoyan", "/tasks").json() if t["disclosure"] == disclosure]
    assert (waiting[0]["step"], waiting[0]["earliest"]) == ("release-outside", "2026-04-09T01:00:00Z")


def test_an_item_for_inside_only_is_never_shown_outside(liushu: Liushu) -> None:  # PUB-02
    answer = liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/4.3"} | WORDS)
    disclosure = str(answer.json()["id"])
    liushu.approved(disclosure)
    liushu.released_inside(disclosure)
    liushu.clock.instant = at(4, 13, 9)
    refused = liushu.step("ma-xiaoyan", disclosure, "release-outside", {"channels": RELEASED_OUTSIDE})
    assert refused.json()["code"] == "CHANNEL_NOT_FOR_SCOPE"


def test_a_led_screen_plays_within_its_window_only(liushu: Liushu) -> None:  # PUB-13
    disclosure = liushu.drafted()
    liushu.approved(disclosure)
    liushu.released_inside(disclosure)
    liushu.clock.instant = at(4, 13, 9)
    liushu.released_outside(disclosure)
    assert [line["screen"] for line in liushu.ask("", "/led").json()] == [LED["screen"]]
    liushu.clock.instant = at(5, 1, 9)
    assert liushu.ask("", "/led").json() == []


def test_only_persons_of_the_register_answer_for_its_truth(tmp_path: Path) -> None:  # PUB-31
    liushu = Liushu(tmp_path, at(4, 8, 9))
    made = liushu.drafted()
    answer = liushu.step("ma-xiaoyan", made, "submit", {"attested_by": ["ma-xiaoyan", "nobody-at-all"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
    liushu.approved(made)
    liushu.released_inside(made)
    correction = WORDS | {"note": "wrong", "found_by": "nobody-at-all"}
    assert liushu.step("ma-xiaoyan", made, "corrections", correction).json()["code"] == "INVALID"
    liushu.close()


def test_who_attests_is_in_post_and_who_submits_attests_too(tmp_path: Path) -> None:  # PUB-31
    liushu = Liushu(tmp_path, at(4, 8, 9))
    made = liushu.drafted()
    answer = liushu.step("ma-xiaoyan", made, "submit", {"attested_by": ["ma-xiaoyan", "chen-xiuying"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
    assert liushu.step("ma-xiaoyan", made, "submit", {"attested_by": ["wang-jianjun"]}).status_code == 200
    page = liushu.ask("ma-xiaoyan", f"/disclosures/{made}").json()
    assert page["attested_by"] == ["wang-jianjun", "ma-xiaoyan"]
    liushu.close()


def test_who_approves_may_return_but_not_who_wrote(tmp_path: Path) -> None:  # A-22, PUB-35
    liushu = Liushu(tmp_path, at(4, 8, 9))
    made = liushu.drafted()
    liushu.approved(made)
    codes = {p: liushu.step(p, made, "return", {"reason": "wrong sum"}).json().get("code")
             for p in ("ma-xiaoyan", "guo-changfu", "zhou-dahai")}  # fmt: skip
    assert codes == {"ma-xiaoyan": "SELF_APPROVAL", "guo-changfu": "NOT_YOUR_REMIT", "zhou-dahai": "NOT_FOUND"}
    assert liushu.step("wang-jianjun", made, "return", {"reason": "wrong sum"}).status_code == 200
    page = liushu.ask("ma-xiaoyan", f"/disclosures/{made}").json()
    assert (page["stage"], page["register_number"], page["approver"]) == ("draft", "", "")
    liushu.close()


def test_the_note_of_a_correction_outlives_its_return(tmp_path: Path) -> None:  # PUB-31
    liushu = Liushu(tmp_path, at(4, 8, 9))
    made = liushu.drafted()
    liushu.approved(made)
    liushu.released_inside(made)
    liushu.step("ma-xiaoyan", made, "corrections", WORDS | {"text": "6,210", "note": "6,120 was wrong"})
    liushu.step("ma-xiaoyan", made, "submit", {"attested_by": ["ma-xiaoyan"]})
    assert liushu.step("he-tao", made, "return", {"reason": "say which month"}).status_code == 200
    page = liushu.ask("ma-xiaoyan", f"/disclosures/{made}").json()
    assert (page["note"], page["steps"][-1]["note"]) == ("6,120 was wrong", "say which month")
    liushu.close()
