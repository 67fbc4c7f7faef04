"""What a reader may not see does not exist for them, on any path: page, list, search, count, feed, file, screen."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from shared.identity import PostKind
from tests.publication.liushu import DUES, WORDS, Liushu, at

OUTSIDERS = ("", "zhou-dahai", "wu-gang", "luo-lan", "hu-ping")
INSIDERS = ("chen-xiuying", "guo-changfu", "ma-xiaoyan", "li-min")
SECRET = "柳树内部通报"
LONG_AGO = date(2026, 1, 1)


def world(folder: Path) -> Liushu:
    """Hu Ping left the branch on 1 May; it is 8 May."""
    made = Liushu(folder, at(2, 1, 8))
    left = c.MemberLeft(organisation="FY-R1", person="hu-ping", on=date(2026, 5, 1))
    made.tell(c.REGISTRY, "organisation-FY-R1", left)
    made.go_to(at(5, 8, 9))
    return made


@pytest.fixture(scope="module")
def liushu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liushu]:
    """Shared by the tests here, of which none shows anything further."""
    made = world(tmp_path_factory.mktemp("liushu"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def disclosure(liushu: Liushu) -> str:
    """Shown inside, with an attachment."""
    made = liushu.drafted(title=SECRET)
    assert liushu.attach(made, "sheet.txt", b"6120").status_code == 201
    liushu.approved(made)
    liushu.released_inside(made)
    return made


def digest_of(liushu: Liushu, disclosure: str) -> str:
    page = liushu.ask("ma-xiaoyan", f"/disclosures/{disclosure}").json()
    return str(page["attachments"][0]["digest"])


def single_pages(liushu: Liushu, disclosure: str) -> list[str]:
    shown = f"/shown/{disclosure}"
    attachment = f"/attachments/{digest_of(liushu, disclosure)}"
    ways = ["", "/versions", "/versions/1", "/sheet", attachment]
    return [f"{shown}{way}" for way in ways]


@pytest.mark.parametrize("reader", OUTSIDERS)
def test_no_page_of_it_exists_for_outsiders(liushu: Liushu, disclosure: str, reader: str) -> None:
    """ORG-11, PUB-02, A-25."""
    work = [f"/disclosures/{disclosure}", f"/disclosures/{disclosure}/attachments/{digest_of(liushu, disclosure)}"]
    for path in [*single_pages(liushu, disclosure), *work]:
        answer = liushu.ask(reader, path)
        unknown = liushu.ask(reader, path.replace(disclosure, "no-such"))
        assert (path, answer.status_code, answer.json()["code"]) == (path, 404, "NOT_FOUND")
        assert (answer.json()["detail"], answer.json()["title"]) == (unknown.json()["detail"], unknown.json()["title"])


@pytest.mark.parametrize("reader", OUTSIDERS)
def test_no_list_search_count_feed_or_screen_tells_outsiders_of_it(
    liushu: Liushu, disclosure: str, reader: str
) -> None:
    """ORG-11, PUB-02, A-25."""
    lists: list[dict[str, Any]] = [
        {},
        {"q": SECRET},
        {"organisation": "FY-R1"},
        {"item": "FY-R1/3.9"},
        {"history": True},
        {"town": "fengyang"},
    ]
    for params in lists:
        assert liushu.ask(reader, "/shown", **params).json()["items"] == []
        assert liushu.ask(reader, "/shown/count", **params).json() == {"count": 0}
    for path in ("/feed.atom", "/led"):
        assert disclosure not in liushu.ask(reader, path).text
    assert disclosure not in liushu.ask(reader, "/tasks").text


@pytest.mark.parametrize("reader", INSIDERS)
def test_every_path_has_it_for_those_in_scope(liushu: Liushu, disclosure: str, reader: str) -> None:
    """PUB-02: the tests above could not fail if the paths were wrong."""
    for path in single_pages(liushu, disclosure):
        assert (path, liushu.ask(reader, path).status_code) == (path, 200)
    assert liushu.ask(reader, "/shown", q=SECRET).json()["items"][0]["disclosure"] == disclosure
    assert liushu.ask(reader, "/shown/count").json() == {"count": 1}
    assert SECRET in liushu.ask(reader, "/feed.atom").text


@pytest.mark.parametrize("reader", ["chen-xiuying", "zhou-dahai", "wu-gang", ""])
def test_a_draft_is_for_the_desk_only(liushu: Liushu, reader: str) -> None:
    """PUB-35."""
    draft = liushu.drafted()
    assert liushu.ask(reader, f"/disclosures/{draft}").status_code in (401, 404)
    assert liushu.ask(reader, "/disclosures", organisation="FY-R1").status_code in (401, 404)
    assert liushu.ask(reader, f"/shown/{draft}").status_code == 404
    assert liushu.ask("he-tao", f"/disclosures/{draft}").status_code == 200


@pytest.mark.parametrize("reader", ["chen-xiuying", "zhou-dahai", "wu-gang"])
def test_nobody_else_can_act_on_it_or_learn_that_it_is_there(liushu: Liushu, disclosure: str, reader: str) -> None:
    """ORG-11, CAT-14."""
    bodies: dict[str, dict[str, Any] | None] = {
        "approve": None,
        "submit": {"attested_by": []},
        "release-outside": {"channels": []},
    }
    for act, body in bodies.items():
        assert liushu.step(reader, disclosure, act, body).json()["code"] == "NOT_FOUND"


@pytest.mark.parametrize("reader", ["chen-xiuying", "wu-gang"])
def test_nothing_is_learnt_from_persons_that_the_register_does_not_know(
    liushu: Liushu, disclosure: str, reader: str
) -> None:
    """ORG-11."""
    bodies: dict[str, dict[str, Any]] = {
        "submit": {"attested_by": ["nobody"]},
        "corrections": WORDS | {"note": "金额有误", "found_by": "nobody"},
        "evidence": {"version": 1, "side": "inside", "place": 0, "reads": [{"reader": "nobody", "on": "2026-05-08"}]},
    }
    for act, body in bodies.items():
        assert (act, liushu.step(reader, disclosure, act, body).json()["code"]) == (act, "NOT_FOUND")


@pytest.mark.parametrize(
    ("person", "item", "code"),
    [
        ("chen-xiuying", "", "NOT_FOUND"),
        ("wu-gang", "", "NOT_FOUND"),
        ("wu-gang", "FY-E1/3.9", "NOT_FOUND"),
        ("chen-xiuying", "FY-R1/3.9", "NOT_YOUR_REMIT"),
    ],
)
def test_a_draft_does_not_tell_which_duties_there_are(liushu: Liushu, person: str, item: str, code: str) -> None:
    """ORG-11: one that another organisation has is answered as one that nobody has."""
    for duty in (DUES, "FY-R1/3.9/replacement/1999-Q1"):
        answer = liushu.do(person, "/disclosures", WORDS | {"obligation": duty, "item": item})
        assert (duty, answer.json()["code"]) == (duty, code)


def test_a_correction_shown_inside_is_unknown_outside(tmp_path: Path) -> None:  # PUB-04, PUB-31
    liushu = world(tmp_path)
    made = liushu.drafted()
    liushu.approved(made)
    liushu.released_inside(made)
    liushu.clock.instant = at(5, 11, 9)
    liushu.released_outside(made)
    liushu.step("ma-xiaoyan", made, "corrections", WORDS | {"text": SECRET, "note": "金额有误"})
    liushu.approved(made)
    liushu.released_inside(made)
    seen = liushu.ask("zhou-dahai", f"/shown/{made}/versions").json()
    assert [(v["version"], v["corrected_at"]) for v in seen] == [(1, None)]
    assert liushu.ask("zhou-dahai", f"/shown/{made}/versions/2").status_code == 404
    assert liushu.ask("zhou-dahai", "/shown", q=SECRET).json()["items"] == []
    assert liushu.ask("chen-xiuying", f"/shown/{made}").json()["version"] == 2
    liushu.close()


def test_duties_and_the_register_are_for_those_with_a_post(liushu: Liushu, disclosure: str) -> None:  # ORG-11
    for path in ("/obligations", "/register", "/timeliness"):
        answer = liushu.ask("zhou-dahai", path, organisation="FY-R1", year=2026)
        assert (answer.status_code, disclosure in answer.text) == (403, False)
    assert (
        liushu.ask("wang-jianjun", "/register", organisation="FY-R1", year=2026).json()["items"][0]["title"] == SECRET
    )


def test_the_titles_in_the_register_are_neither_the_countys_nor_a_units(tmp_path: Path) -> None:  # ORG-16
    liushu = world(tmp_path)
    officers = (
        ("QS", "county", "", PostKind.COUNTY_OFFICE, "jiang-ping"),
        ("FY-DZB", "unit", "fengyang", PostKind.UNIT_OFFICER, "qian-li"),
    )
    for org, level, town, kind, person in officers:
        fields: dict[str, Any] = {"type": "organ", "level": level, "name_zh": org, "name_en": org, "on": LONG_AGO}
        post = {"post": f"{org}/{kind.value}", "kind": kind, "title_zh": org, "title_en": org, "person": person}
        stream = (c.REGISTRY, f"organisation-{org}")
        liushu.tell(*stream, c.OrganisationRegistered(organisation=org, town=town, **fields))
        liushu.tell(*stream, c.PostTaken(organisation=org, on=LONG_AGO, **post))
    made = liushu.drafted(title=SECRET)
    liushu.approved(made)
    for person in ("jiang-ping", "qian-li"):
        assert liushu.ask(person, "/timeliness", organisation="FY-R1").status_code == 200
        assert SECRET not in liushu.ask(person, "/register", organisation="FY-R1", year=2026).text
    for person in ("ma-xiaoyan", "guo-changfu", "li-min"):
        assert SECRET in liushu.ask(person, "/register", organisation="FY-R1", year=2026).text
    liushu.close()


def test_what_was_shown_stays_the_secretarys_of_that_day(tmp_path: Path) -> None:  # ORG-07, ORG-15, S02
    liushu = world(tmp_path)
    made = liushu.drafted()
    liushu.approved(made)
    liushu.released_inside(made)
    liushu.go_to(at(7, 15, 9))
    post = {"organisation": "FY-R1", "post": "FY-R1/secretary"}
    left = c.PostLeft(person="wang-jianjun", on=date(2026, 7, 1), **post)
    titles = {"title_zh": "党支部书记", "title_en": "Secretary"}
    took = c.PostTaken(person="chen-xiuying", kind=PostKind.SECRETARY, on=date(2026, 7, 1), **titles, **post)
    for fact in (left, took):
        liushu.tell(c.REGISTRY, "organisation-FY-R1", fact)
    for path in (f"/shown/{made}", f"/shown/{made}/versions/1", f"/shown/{made}/sheet"):
        assert liushu.ask("guo-changfu", path).json()["first_person"] == "wang-jianjun"
    liushu.close()
