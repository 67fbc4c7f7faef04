"""The variants of S02 over HTTP: document, briefing, reading room, touch screen, a town's own; and who sees what."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from shared.scope import Scope
from tests.publication.liushu import COLUMN, ITEMS, MEETING, WEBSITE, WORDS, Liushu, adopted, at, item

ON = date(2026, 3, 1)
NAMED = item("7.7", "immediate", "违纪党员处理", scope="inside", audience_inside=Scope.NAMED, audience_outside=None)
URGENT = item("6.5", "immediate", "切身利益事项")


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    """8 April; the town has a chat group for members and a loudspeaker for everybody."""
    world = Liushu(tmp_path, at(2, 1, 8))
    for channel, audience, evidence in (
        ("wechat-group", "inside", ("group", "sent-at")),
        ("loudspeaker", "outside", ("place",)),
    ):
        defined = {"name_zh": channel, "name_en": channel, "audience": audience, "evidence": evidence, "on": ON}
        world.tell(c.REGISTRY, "town-fengyang", c.ChannelDefined(town="fengyang", channel=channel, **defined))
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 3, 1), 2, (*ITEMS, NAMED, URGENT)))
    world.go_to(at(4, 8, 9))
    yield world
    world.close()


def inside(liushu: Liushu, *channels: dict[str, Any], **drafted: str) -> str:
    made = liushu.drafted(**drafted)
    liushu.approved(made)
    body = {"channels": liushu.evidence(list(channels))}
    answer = liushu.step("ma-xiaoyan", made, "release-inside", body)
    assert answer.status_code == 200, answer.text
    return made


def outside(liushu: Liushu, made: str, *channels: dict[str, Any]) -> None:
    liushu.clock.instant = at(4, 13, 9)
    body = {"channels": liushu.evidence(list(channels))}
    answer = liushu.step("ma-xiaoyan", made, "release-outside", body)
    assert answer.status_code == 200, answer.text


DOCUMENT = {"channel": "document", "number": "柳支〔2026〕4号", "distribution": ["各党小组"]}
BRIEFING = {"channel": "briefing", "issue": "2026年第4期", "recipients": ["全体党员"]}
SHELF = {"channel": "reading-room", "place": "文件阅览室", "shelf": "乙-3"}
CHAT = {"channel": "other", "code": "wechat-group", "details": {"group": "柳树党员群", "sent-at": "14:00"}}


@pytest.mark.parametrize("channel", [DOCUMENT, BRIEFING, SHELF, CHAT])
def test_members_are_told_by_document_briefing_shelf_or_chat(liushu: Liushu, channel: dict[str, Any]) -> None:
    """S02, PUB-02, PUB-06, PUB-07, PUB-10, PUB-16."""
    made = inside(liushu, channel)
    page = liushu.ask("chen-xiuying", f"/shown/{made}").json()
    assert page["channels"] == [channel]
    assert liushu.ask("zhou-dahai", f"/shown/{made}").status_code == 404


def test_who_has_read_it_on_the_shelf_is_entered_and_stays_on_the_desk(liushu: Liushu) -> None:  # PUB-10, A-29
    made = inside(liushu, SHELF)
    entry = {"version": 1, "side": "inside", "place": 0, "reads": [{"on": "2026-04-09", "reader": "chen-xiuying"}]}
    assert liushu.step("ma-xiaoyan", made, "evidence", entry).status_code == 201
    unknown = entry | {"reads": [{"on": "2026-04-09", "reader": "nobody-at-all"}]}
    assert liushu.step("ma-xiaoyan", made, "evidence", unknown).json()["code"] == "INVALID"
    (row,) = liushu.ask("guo-changfu", f"/disclosures/{made}/evidence").json()
    assert row["later"][0]["reads"] == entry["reads"]
    for reader in ("zhou-dahai", "wu-gang", ""):
        assert liushu.ask(reader, f"/disclosures/{made}/evidence").json()["code"] in ("NOT_FOUND", "SIGN_IN_NEEDED")
    assert "2026-04-09" not in liushu.ask("chen-xiuying", f"/shown/{made}").text


def test_a_photo_is_kept_where_somebody_has_one(liushu: Liushu) -> None:  # PUB-09, A-29
    made = inside(liushu, {"channel": "activity-room-board", "place": "活动室", "posted_at": ""})
    version = liushu.service.handler.journal.stream(f"disclosure-{made}")[-1].version
    answer = liushu.client.post(
        f"/api/publication/v1/disclosures/{made}/evidence/documents",
        files={"file": ("board.jpg", b"\xff\xd8\xff")},
        data={"version": "1", "side": "inside", "place": "0"},
        headers={"Authorization": "Bearer ma-xiaoyan", "Idempotency-Key": "photo", "If-Match": f'"{version}"'},
    )
    assert answer.status_code == 201, answer.text
    liushu.catch_up()
    path = f"/disclosures/{made}/evidence/documents/{answer.json()['result']['digest']}"
    assert liushu.ask("li-min", path).content == b"\xff\xd8\xff"
    assert liushu.ask("zhou-dahai", path).status_code == 404


def test_a_touch_screen_reads_what_was_released_on_it(liushu: Liushu) -> None:  # S02, PUB-14, PUB-32
    made = inside(liushu, MEETING)
    assert liushu.ask("chen-xiuying", "/kiosk/hall-1").json() == []
    outside(liushu, made, {"channel": "touch-screen", "device": "hall-1"})
    (entry,) = liushu.ask("", "/kiosk/hall-1").json()
    assert (entry["title"], entry["plain"]) == (WORDS["title"], WORDS["summary"])
    assert liushu.ask("", "/kiosk/hall-2").json() == []


def test_the_same_content_comes_in_large_type_and_plain_words(liushu: Liushu) -> None:  # PUB-32
    made = inside(liushu, MEETING)
    outside(liushu, made, COLUMN, WEBSITE)
    page, plain, sheet = (liushu.ask("", f"/shown/{made}{way}").json() for way in ("", "/plain", "/sheet"))
    assert (plain["title"], plain["plain"]) == (page["title"], page["summary"])
    assert (sheet["text"], sheet["sheet"], sheet["places"]) == (page["text"], "A3", ["村口"])


def test_a_loudspeaker_is_for_everybody_and_not_for_members_alone(liushu: Liushu) -> None:  # PUB-16
    made = liushu.drafted()
    liushu.approved(made)
    speaker = {"channel": "other", "code": "loudspeaker", "details": {"place": "村口"}}
    answer = liushu.step("ma-xiaoyan", made, "release-inside", {"channels": [speaker]})
    assert answer.json()["code"] == "CHANNEL_NOT_FOR_SCOPE"
    withdrawn = c.ChannelWithdrawn(town="fengyang", channel="wechat-group", on=date(2026, 4, 8))
    liushu.tell(c.REGISTRY, "town-fengyang", withdrawn)
    answer = liushu.step("ma-xiaoyan", made, "release-inside", {"channels": [CHAT]})
    assert answer.json()["code"] == "CHANNEL_NOT_FOR_SCOPE"


def test_each_reader_is_told_where_to_say_what_they_think(liushu: Liushu) -> None:  # PUB-02, PUB-03
    made = inside(liushu, MEETING)
    entry = liushu.ask("chen-xiuying", f"/shown/{made}").json()["feedback"]
    assert (entry["kind"], entry["disclosure"]) == ("comment", made)
    outside(liushu, made, COLUMN)
    assert liushu.ask("", f"/shown/{made}").json()["feedback"]["kind"] == "feedback"


def test_named_persons_alone_find_what_is_for_them(liushu: Liushu) -> None:  # A-25, CAT-14, A-11
    made = liushu.drafted(obligation="", item="FY-R1/7.7")
    liushu.approved(made)
    body = {"channels": liushu.evidence([MEETING]), "ground": "case-under-investigation", "citation": "条例第12条"}
    refused = liushu.step("ma-xiaoyan", made, "release-inside", body | {"named": ["nobody-at-all"]})
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == ("INVALID", "/named")
    unfounded = liushu.step("ma-xiaoyan", made, "release-inside", body | {"named": ["chen-xiuying"], "ground": ""})
    assert unfounded.json()["code"] == "REASON_REQUIRED"
    assert liushu.step("ma-xiaoyan", made, "release-inside", body | {"named": ["chen-xiuying"]}).status_code == 200
    seen = {p: liushu.ask(p, f"/shown/{made}").status_code for p in ("chen-xiuying", "hu-ping", "li-min", "wu-gang")}
    assert seen == {"chen-xiuying": 200, "hu-ping": 404, "li-min": 200, "wu-gang": 404}


def test_an_immediate_matter_goes_outside_at_once_with_a_reason(liushu: Liushu) -> None:  # P-01
    made = inside(liushu, MEETING, obligation="", item="FY-R1/6.5")
    liushu.clock.instant = at(4, 8, 10)
    body = {"channels": liushu.evidence([COLUMN])}
    assert liushu.step("ma-xiaoyan", made, "release-outside", body).json()["code"] == "LEAD_TOO_SHORT"
    answer = liushu.step("ma-xiaoyan", made, "release-outside", body | {"lead_reason": "防汛"})
    assert answer.status_code == 200, answer.text


def test_a_supervisor_reaches_any_item_in_two_steps(liushu: Liushu) -> None:  # PUB-34, ORG-14
    made = inside(liushu, MEETING)
    (row,) = liushu.ask("guo-changfu", "/shown", item="FY-R1/3.9").json()["items"]
    assert liushu.ask("guo-changfu", f"/shown/{row['disclosure']}").json()["disclosure"] == made


WHOLE = "救助困难党员2名：张大山、李小河，共支出1,000.00元。"
SHORT = {"text": "救助困难党员2名：张**、李**，共支出1,000.00元。"}


def test_whoever_may_read_the_whole_is_not_given_the_shortened_text(liushu: Liushu) -> None:  # A-05, PUB-04
    answer = liushu.do("ma-xiaoyan", "/disclosures", {"item": "FY-R1/3.9"} | WORDS | {"text": WHOLE, "outside": SHORT})
    made = str(answer.json()["id"])
    liushu.approved(made)
    liushu.released_inside(made)
    liushu.clock.instant = at(4, 13, 9)
    liushu.released_outside(made)
    assert liushu.ask("chen-xiuying", f"/shown/{made}").json()["text"] == WHOLE
    for path in (f"/shown/{made}", f"/shown/{made}/versions/1", f"/shown/{made}/sheet"):
        assert (path, liushu.ask("", path).json()["text"]) == (path, SHORT["text"])
    assert liushu.ask("chen-xiuying", f"/shown/{made}/sheet").json()["text"] == SHORT["text"], "it hangs in public"
    for path in ("/shown", "/feed.atom", "/led", f"/shown/{made}/plain", f"/shown/{made}/versions"):
        assert "张大山" not in liushu.ask("", path).text
    assert liushu.ask("", "/shown/count", q="张大山").json() == {"count": 0}
    assert liushu.ask("chen-xiuying", "/shown/count", q="张大山").json() == {"count": 1}
