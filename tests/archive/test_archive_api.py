"""Over HTTP: the file of a year with all that belongs to it, and what anyone could see at an instant."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.archive.main import build
from services.catalogue import events as c
from services.feedback import events as f
from services.publication import events as p
from tests.feedback.world import World, corrected, noon, released

INSIDE, OUTSIDE = ("members:FY-R1",), ("society",)
OPINION: dict[str, Any] = {
    "opinion": "o1", "receipt_number": "柳意〔2026〕1号", "town": "fengyang", "organisation": "FY-R1",
    "disclosure": "dues-q1",
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The story of the Q1 dues: inside, outside, corrected inside, an opinion answered; Hu Ping left on 05-01."""
    world = World(build, tmp_path, noon(4, 10, 9))
    world.tell(*approved())
    for hour, fact in ((noon(4, 10, 14), released(True, INSIDE, at=noon(4, 10, 14))),
                       (noon(4, 13, 9), released(False, OUTSIDE, at=noon(4, 13, 9))),
                       (noon(4, 14, 10), released(True, INSIDE, version=2, text="6210", at=noon(4, 14, 10))),
                       (noon(4, 14, 10), corrected(INSIDE, at=noon(4, 14, 10)))):  # fmt: skip
        world.clock.instant = hour
        world.tell(*fact)
    hear_opinion(world)
    world.clock.instant = noon(5, 6)
    left = c.MemberLeft(organisation="FY-R1", person="hu-ping", on=date(2026, 5, 1))
    world.tell(c.REGISTRY, "organisation-FY-R1", left)
    world.tell(*released(True, INSIDE, disclosure="rota", title="Rota", at=noon(5, 6)))
    yield world
    world.close()


def approved() -> Any:
    fact = p.DisclosureApproved(
        disclosure="dues-q1", town="fengyang", organisation="FY-R1", item="FY-R1/3.9", version=1, title="Dues Q1",
        approver="wang-jianjun", author="ma-xiaoyan", reviewer="he-tao", attested_by=("wang-jianjun", "ma-xiaoyan"),
        register_number="FY-R1-2026-0001", content_digest="sha256:00", on=date(2026, 4, 10),
    )  # fmt: skip
    return p.REGISTRY, "disclosure-dues-q1", fact


def hear_opinion(world: World) -> None:
    at = world.clock.instant
    by: dict[str, Any] = {"by": "wang-jianjun", "at": at}
    received = f.OpinionReceived(
        **OPINION, channel="online", giver="zhou-dahai", giver_kind="masses", text="too high", at=at,
        acknowledge_by=at.date(), due=at.date(), audience="society",
    )  # fmt: skip
    decided = f.OpinionDecided(**OPINION, **by, disposition="adopt")
    replied = f.OpinionReplied(**OPINION, **by, text="lowered", general=False, audience="person:zhou-dahai")
    for fact in (received, decided, replied):
        world.tell(f.REGISTRY, "opinion-o1", fact)


def seen(world: World, asker: str, at: datetime, **who: str) -> set[tuple[str, int]]:
    answer = world.ask(asker, "/as-of", at=at.isoformat(), **who)
    assert answer.status_code == 200, answer.text
    return {(row["disclosure"], row["version"]) for row in answer.json()["shown"]}


def test_the_file_holds_versions_evidence_approval_opinion_and_reply(world: World) -> None:  # ARC-01 to ARC-04
    [head] = world.ask("ma-xiaoyan", "/files", organisation="FY-R1").json()
    assert (head["number"], head["year"]) == ("柳树-2026-001", 2026)
    papers = world.ask("ma-xiaoyan", "/files/FY-R1/2026").json()["papers"]
    assert [x["ref"] for x in papers] == [
        "dues-q1/v1/approval", "dues-q1/v1", "dues-q1/v1/inside/1-meeting", "dues-q1/v1/outside/1-website",
        "dues-q1/v2", "dues-q1/v2/inside/1-meeting", "o1/opinion", "o1/handling/2", "o1/reply/3", "rota/v1",
        "rota/v1/inside/1-meeting",
    ]  # fmt: skip
    assert [x["serial"] for x in papers] == list(range(1, 12))
    texts = {x["ref"]: x["content"].get("text") for x in papers}
    assert (texts["dues-q1/v1"], texts["dues-q1/v2"], texts["o1/reply/3"]) == ("6120", "6210", "lowered")


def test_the_file_does_not_tell_who_gave_an_opinion(world: World) -> None:  # FBK-11, ARC-03
    assert "zhou-dahai" not in world.ask("wang-jianjun", "/files/FY-R1/2026").text


def test_a_file_exists_only_for_those_who_keep_or_oversee_it(world: World) -> None:  # ARC-06
    for person in ("zhou-dahai", "chen-xiuying", "wu-gang", ""):
        assert world.ask(person, "/files/FY-R1/2026").status_code == 404, person
        assert world.ask(person, "/files", organisation="FY-R1").status_code == 404, person
    assert world.ask("li-min", "/files/FY-R1/2026").status_code == 200


def test_what_a_villager_could_see(world: World) -> None:  # ARC-02, PUB-03
    assert seen(world, "", noon(4, 12)) == set()
    assert seen(world, "", noon(4, 20)) == {("dues-q1", 1)}
    assert seen(world, "zhou-dahai", noon(4, 20), person="zhou-dahai") == {("dues-q1", 1)}


def test_what_hu_ping_could_read_in_april_is_still_answerable(world: World) -> None:  # S02, ORG-15
    april = seen(world, "li-min", noon(4, 12), person="hu-ping")
    after = seen(world, "li-min", noon(4, 20), person="hu-ping")
    assert (april, after) == ({("dues-q1", 1)}, {("dues-q1", 1), ("dues-q1", 2)})
    assert seen(world, "hu-ping", noon(5, 6), person="hu-ping") == {("dues-q1", 1)}  # society's only
    assert seen(world, "chen-xiuying", noon(5, 6), person="chen-xiuying") >= {("rota", 1)}


def test_a_former_member_reads_nothing_here_that_is_closed_to_them_now(world: World) -> None:  # ORG-11, design 1.5
    assert seen(world, "hu-ping", noon(4, 12), person="hu-ping") == set()
    between = {"since": noon(4, 9).isoformat(), "until": noon(4, 12).isoformat()}
    answer = world.ask("hu-ping", "/difference", person="hu-ping", **between).json()
    assert (answer["appeared"], answer["gone"]) == ([], [])


def test_what_another_organisation_opened_to_a_member_by_name_is_not_the_clerks_to_read(world: World) -> None:
    """ORG-11, ARC-06."""
    told = released(True, ("person:chen-xiuying",), disclosure="talk", title="Talk", at=noon(5, 6))
    world.tell(told[0], told[1], told[2].model_copy(update={"organisation": "FY-E1", "item": "FY-E1/6.1"}))
    seen_by = {p: ("talk", 1) in seen(world, p, noon(5, 6), person="chen-xiuying")
               for p in ("chen-xiuying", "ma-xiaoyan", "guo-changfu", "li-min")}  # fmt: skip
    assert seen_by == {"chen-xiuying": True, "ma-xiaoyan": False, "guo-changfu": False, "li-min": True}


def test_for_others_one_asks_only_with_a_post(world: World) -> None:  # ARC-06
    at = noon(4, 20).isoformat()
    for asker in ("zhou-dahai", "wu-gang", ""):
        assert world.ask(asker, "/as-of", at=at, audience="members:FY-R1").status_code == 404
        assert world.ask(asker, "/as-of", at=at, person="chen-xiuying").status_code == 404
    assert world.ask("hu-ping", "/as-of", at=at, audience="members:FY-R1").status_code == 404
    assert world.ask("hu-ping", "/as-of", at=at, person="chen-xiuying").status_code == 404
    assert seen(world, "guo-changfu", noon(4, 20), audience="members:FY-R1") == {("dues-q1", 2)}


def test_what_was_known_before_the_correction(world: World) -> None:  # ARC-02
    known = noon(4, 14, 9).isoformat()
    at = noon(4, 14, 9)
    assert seen(world, "ma-xiaoyan", at, audience="members:FY-R1", known_at=known) == {("dues-q1", 1)}
    assert seen(world, "ma-xiaoyan", at, audience="members:FY-R1", known_at=noon(4, 9).isoformat()) == set()


def test_the_difference_of_two_instants(world: World) -> None:  # ARC-02
    between = {"since": noon(4, 11).isoformat(), "until": noon(4, 20).isoformat()}
    answer = world.ask("ma-xiaoyan", "/difference", audience="members:FY-R1", **between).json()
    assert [(r["disclosure"], r["version"]) for r in answer["appeared"]] == [("dues-q1", 2)]
    assert [(r["disclosure"], r["version"]) for r in answer["gone"]] == [("dues-q1", 1)]


def test_the_archive_does_not_know_the_future(world: World) -> None:  # ARC-02
    answer = world.ask("", "/as-of", at=noon(6, 1).isoformat())
    assert answer.json()["code"] == "INVALID"
    assert world.ask("", "/as-of", at="2026-04-20T12:00:00").status_code == 422
