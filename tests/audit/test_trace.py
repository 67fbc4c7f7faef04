"""The accountability trace: who did what for a disclosure, in which post, when it held and when it was recorded."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.audit.main import build
from services.catalogue import events as c
from services.feedback import events as f
from services.publication import events as p
from shared.events import Event
from tests.feedback.world import World, corrected, noon, released

OF: dict[str, Any] = {
    "disclosure": "dues-q1", "town": "fengyang", "organisation": "FY-R1", "item": "FY-R1/3.9", "version": 1,
    "title": "Dues Q1",
}  # fmt: skip
STREAM = "disclosure-dues-q1"
CLERK = {"actor": "ma-xiaoyan", "post": "FY-R1/clerk", "organisation": "FY-R1"}
REVIEWER = {"actor": "he-tao", "post": "FY-R1/secrecy-reviewer", "organisation": "FY-R1"}
SECRETARY = {"actor": "wang-jianjun", "post": "FY-R1/secretary", "organisation": "FY-R1"}
INSIDE, OUTSIDE = ("members:FY-R1",), ("society",)


def drafted() -> Event:
    return p.DisclosureDrafted(
        **OF, text="6120", sub_item="3.9", item_title="Dues", kind="periodic", item_scope="inside-then-outside",
        audience_inside="members:FY-R1", author="ma-xiaoyan", on=date(2026, 4, 8),
    )  # fmt: skip


def submitted() -> Event:
    attested = ("wang-jianjun", "ma-xiaoyan")
    return p.DisclosureSubmitted(**OF, submitted_by="ma-xiaoyan", attested_by=attested, content_digest="sha256:00")


def cleared() -> Event:
    confirmed: dict[str, Any] = {"confirmed_scope": "inside", "confirmed_time_limit": "", "content_digest": "sha256:00"}
    return p.SecrecyCleared(**OF, reviewer="he-tao", **confirmed)


def approved() -> Event:
    people: dict[str, Any] = {"approver": "wang-jianjun", "author": "ma-xiaoyan", "reviewer": "he-tao"}
    number = {"register_number": "FY-R1-2026-0001", "content_digest": "sha256:00"}
    return p.DisclosureApproved(**OF, **people, **number, attested_by=("wang-jianjun",), on=date(2026, 4, 10))


def opinion(name: type[f.OpinionReceived | f.OpinionReplied], **more: Any) -> tuple[Any, str, Event]:
    of: dict[str, Any] = {
        "opinion": "o1",
        "receipt_number": "柳意〔2026〕1号",
        "town": "fengyang",
        "organisation": "FY-R1",
    }
    return f.REGISTRY, "opinion-o1", name(**of, disclosure="dues-q1", at=noon(4, 20), **more)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The dues of Q1, up to the reply to a villager; in July Liu Fang follows Wang Jianjun as secretary."""
    world = World(build, tmp_path, noon(4, 8))
    facts = [(drafted(), CLERK), (submitted(), CLERK), (cleared(), REVIEWER), (approved(), SECRETARY)]
    for day, (fact, who) in zip((8, 9, 9, 10), facts, strict=True):
        world.clock.instant = noon(4, day)
        world.tell(p.REGISTRY, STREAM, fact, who)
    world.clock.instant = noon(4, 13)
    world.tell(*released(True, INSIDE, at=noon(4, 10, 14)), CLERK)  # recorded three days after it was held
    world.tell(*released(False, OUTSIDE, at=noon(4, 13)), CLERK)
    world.tell(*corrected(INSIDE, at=noon(4, 13)), CLERK)
    about = {"text": "x", "channel": "online", "giver": "zhou-dahai", "giver_kind": "masses"}
    due = {"acknowledge_by": date(2026, 4, 21), "due": date(2026, 5, 12)}
    world.tell(*opinion(f.OpinionReceived, **about, **due), {"actor": "zhou-dahai"})
    reply: dict[str, Any] = {"text": "y", "general": False, "by": "wang-jianjun"}
    world.tell(*opinion(f.OpinionReplied, **reply), SECRETARY)
    world.clock.instant = noon(7, 15)
    successors(world)
    yield world
    world.close()


def successors(world: World) -> None:
    post, on = {"organisation": "FY-R1", "post": "FY-R1/secretary"}, date(2026, 7, 1)
    world.tell(c.REGISTRY, "organisation-FY-R1", c.PostLeft(**post, person="wang-jianjun", on=on))
    titles: dict[str, Any] = {"kind": "secretary", "title_zh": "支部书记", "title_en": "Branch secretary"}
    world.tell(c.REGISTRY, "organisation-FY-R1", c.PostTaken(**post, **titles, person="liu-fang", on=on))


def steps(world: World, asker: str = "li-min") -> list[dict[str, Any]]:
    answer = world.ask(asker, "/traces/dues-q1")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["steps"])


def test_the_trace_names_who_did_each_step_in_which_post(world: World) -> None:  # ORG-15, PUB-31
    assert [(s["step"], s["person"], s["post"]) for s in steps(world)] == [
        ("proposed", "ma-xiaoyan", "FY-R1/clerk"),
        ("submitted", "ma-xiaoyan", "FY-R1/clerk"),
        ("attested", "wang-jianjun", "FY-R1/secretary"),
        ("attested", "ma-xiaoyan", "FY-R1/clerk"),
        ("reviewed", "he-tao", "FY-R1/secrecy-reviewer"),
        ("approved", "wang-jianjun", "FY-R1/secretary"),
        ("released-inside", "ma-xiaoyan", "FY-R1/clerk"),
        ("released-outside", "ma-xiaoyan", "FY-R1/clerk"),
        ("corrected", "ma-xiaoyan", "FY-R1/clerk"),
        ("opinion-received", "", ""),
        ("replied", "wang-jianjun", "FY-R1/secretary"),
    ]


def test_the_first_person_responsible_is_the_one_of_that_time(world: World) -> None:  # ORG-15, ORG-07
    assert {s["first_person_responsible"] for s in steps(world)} == {"wang-jianjun"}
    second = p.DisclosureDrafted(**{**drafted().model_dump(), "disclosure": "dues-q2"})
    world.tell(p.REGISTRY, "disclosure-dues-q2", second, CLERK)
    [step] = world.ask("li-min", "/traces/dues-q2").json()["steps"]
    assert step["first_person_responsible"] == "liu-fang"


def test_names_and_titles_are_those_of_the_time(world: World) -> None:  # ORG-15
    approval = next(s for s in steps(world) if s["step"] == "approved")
    assert (approval["person_name_en"], approval["post_title_en"]) == ("Wang-Jianjun", "SECRETARY")
    assert approval["reference"] == "FY-R1-2026-0001"


def test_a_step_has_two_times_and_its_place_in_the_journal(world: World) -> None:  # ORG-15
    inside = next(s for s in steps(world) if s["step"] == "released-inside")
    assert (inside["at"], inside["recorded_at"]) == ("2026-04-10T06:00:00Z", "2026-04-13T04:00:00Z")
    assert (inside["service"], inside["position"], inside["command_id"]) == ("publication", 5, "command-5")


def test_the_trace_does_not_tell_who_gave_an_opinion(world: World) -> None:  # FBK-11
    assert "zhou-dahai" not in world.ask("li-min", "/traces/dues-q1").text


def test_a_trace_exists_only_for_those_who_oversee_the_organisation(world: World) -> None:  # SUP-01
    for person in ("zhou-dahai", "chen-xiuying", "wu-gang", "wang-jianjun", ""):
        assert world.ask(person, "/traces/dues-q1").json()["code"] == "NOT_FOUND", person
        assert world.ask(person, "/traces", organisation="FY-R1").status_code == 404, person
    assert world.ask("ma-xiaoyan", "/traces/dues-q1").json()["code"] == "NOT_YOUR_REMIT"  # its desk knows of it
    for person in ("li-min", "liu-fang", "guo-changfu"):
        assert len(steps(world, person)) == 11


def test_an_organisations_disclosures_are_listed_with_their_steps(world: World) -> None:  # SUP-01
    [row] = world.ask("li-min", "/traces", organisation="FY-R1").json()["items"]
    assert (row["disclosure"], row["title"], row["steps"]) == ("dues-q1", "Dues Q1", 9)
    assert (row["first_at"], row["last_at"]) == ("2026-04-08T04:00:00Z", "2026-04-20T04:00:00Z")


def test_the_trace_tells_when_receipt_was_acknowledged_and_time_extended(world: World) -> None:  # FBK-08, P-11
    of: dict[str, Any] = {"opinion": "o1", "receipt_number": "柳意〔2026〕1号", "town": "fengyang"}
    of |= {"organisation": "FY-R1", "disclosure": "dues-q1", "at": noon(4, 21), "by": "ma-xiaoyan"}
    days: dict[str, Any] = {"due_before": date(2026, 5, 12), "due": date(2026, 6, 2)}
    world.tell(f.REGISTRY, "opinion-o1", f.OpinionAcknowledged(**of), CLERK)
    world.tell(f.REGISTRY, "opinion-o1", f.OpinionExtended(**of, **days, reason="meeting on 1 June"), CLERK)
    steps = world.ask("li-min", "/traces/dues-q1").json()["steps"][-2:]
    assert [(s["step"], s["person"]) for s in steps] == [
        ("opinion-acknowledged", "ma-xiaoyan"), ("opinion-extended", "ma-xiaoyan"),
    ]  # fmt: skip


def test_what_was_refused_for_secrecy_is_not_told_by_its_title(world: World) -> None:  # A-11, PUB-35
    of = OF | {"disclosure": "plan", "title": "Name of the source"}
    fields: dict[str, Any] = {"sub_item": "3.9", "item_title": "Dues", "kind": "periodic", "on": date(2026, 4, 8)}
    scope = {"item_scope": "inside", "audience_inside": "members:FY-R1"}
    draft = p.DisclosureDrafted(**of, **fields, **scope, text="secret", author="ma-xiaoyan")
    names = {name: of[name] for name in ("disclosure", "town", "organisation", "item", "version")}
    ground = {"ground": "state-secret", "citation": "art. 9", "digest": "sha256:00"}
    world.tell(p.REGISTRY, "disclosure-plan", draft, CLERK)
    world.tell(p.REGISTRY, "disclosure-plan", p.SecrecyRefused(**names, **ground, reviewer="he-tao"), REVIEWER)
    for answer in (world.ask("li-min", "/traces/plan"), world.ask("li-min", "/traces", organisation="FY-R1")):
        assert (answer.status_code, "Name of the source" in answer.text) == (200, False)
