"""S02, dues at Liushu Village: the quarter, the month, and who hears first; then an opinion and its answer.

Told over HTTP on whatever platform answers. Each function is a day; :func:`tell` is the whole story in order.
"""

import io
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook

from tests.journeys.people import World

PUBLICATION = "/api/publication/v1"
FEEDBACK = "/api/feedback/v1"
ARCHIVE = "/api/archive/v1"
AUDIT = "/api/audit/v1"
DUTY = "FY-R1/3.9/replacement/2026-Q1"
TEXT = "本季度应缴党费党员43名，实收6,120.00元，上缴6,120.00元。"
RIGHT_TEXT = "本季度应缴党费党员43名，实收6,210.00元，上缴6,210.00元。"
LED = "柳树村党支部2026年第一季度党费收缴情况已公开"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOARD = {"channel": "activity-room-board", "place": "柳树村党员活动室", "posted_at": "2026-04-10T14:00:00+08:00"}
MEETING = {"channel": "meeting", "on": "2026-04-10", "present": 38, "of": 43, "minutes": "党员大会通报"}


@dataclass
class Dues:
    """The disclosure the story is about, as far as it has come."""

    world: World
    id: str = ""
    version: int = 0

    @property
    def path(self) -> str:
        return f"{PUBLICATION}/disclosures/{self.id}"

    def moves(self, name: str, step: str, body: Any = None, **extra: Any) -> dict[str, Any]:
        done = self.world(name).does(f"{self.path}/{step}", body, version=self.version, **extra)
        self.version = done["version"]
        return done

    def stays(self, name: str, step: str, code: str, body: Any = None, **extra: Any) -> dict[str, Any]:
        problem = self.world(name).is_refused(f"{self.path}/{step}", body, version=self.version, **extra)
        assert problem["code"] == code, problem
        return problem


def tell(world: World) -> Dues:
    dues = Dues(world)
    the_duty_shows_how_it_was_reckoned(dues)
    april_8_ma_drafts_and_the_gate_finds_an_id_number(dues)
    april_9_nobody_approves_their_own(dues)
    april_9_he_tao_reviews(dues)
    from_april_10_on(dues)
    return dues


def the_duty_shows_how_it_was_reckoned(dues: Dues) -> None:  # PUB-01 PUB-23 PUB-24
    ma = dues.world("ma-xiaoyan")
    duty = ma.get(f"{PUBLICATION}/obligations/{DUTY}")
    assert (duty["due"], duty["state"], duty["provisional"]) == ("2026-04-15", "open", False)
    assert duty["reckoning"], "the due date shows its days"
    assert DUTY in [task["obligation"] for task in ma.get(f"{PUBLICATION}/tasks")]
    dues.world("zhou-dahai").finds_nothing(f"{PUBLICATION}/obligations/{DUTY}")


def april_8_ma_drafts_and_the_gate_finds_an_id_number(dues: Dues) -> None:  # PUB-35
    dues.world.it_is("2026-04-08T09:00")
    ma = dues.world("ma-xiaoyan")
    body = {"obligation": DUTY, "title": "2026年第一季度党费收缴情况", "text": TEXT, "summary": TEXT, "led_text": LED}
    done = ma.does(f"{PUBLICATION}/disclosures", body)
    dues.id, dues.version = done["id"], done["version"]
    sheet = ("dues.xlsx", sheet_with("C3", "11010519491231002X"), XLSX)
    problem = dues.stays("ma-xiaoyan", "attachments", "PERSONAL_DATA_FOUND", files={"file": sheet})
    assert "C3" in str(problem)
    assert "11010519491231002X" not in str(problem)
    masked = dues.moves("ma-xiaoyan", "attachments", files={"file": sheet}, data={"mask": "true"})
    assert any("C3" in place for place in masked["result"]["masked"])
    digest = masked["result"]["digest"]
    kept = ma.raw(f"{dues.path}/attachments/{digest}")
    assert kept.status_code == 200
    assert b"11010519491231002X" not in kept.content
    dues.moves("ma-xiaoyan", "submit", {"attested_by": ["wang-jianjun", "ma-xiaoyan"]})


def april_9_nobody_approves_their_own(dues: Dues) -> None:
    dues.world.it_is("2026-04-09T09:00")
    dues.stays("ma-xiaoyan", "approve", "SELF_APPROVAL")
    dues.stays("wang-jianjun", "approve", "STEP_OUT_OF_ORDER")


def april_9_he_tao_reviews(dues: Dues) -> None:  # CAT-13 PUB-35
    dues.moves("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True})


def april_10_wang_approves(dues: Dues) -> None:  # PUB-35
    dues.world.it_is("2026-04-10T09:00")
    number = dues.moves("wang-jianjun", "approve")["result"]["register_number"]
    settled(dues.world)
    year = dues.world("ma-xiaoyan").get(f"{PUBLICATION}/register", organisation="FY-R1", year="2026")["items"]
    (entry,) = [row for row in year if row["disclosure"] == dues.id]
    assert (entry["register_number"], entry["approver"], entry["version"]) == (number, "wang-jianjun", 1)


def april_10_inside_before_outside(dues: Dues) -> None:  # PUB-02 PUB-04 PUB-05 PUB-09
    world = dues.world
    world.it_is("2026-04-10T10:00")
    column = {"channel": "public-column", "place": "村委会门口", "posted_at": "2026-04-10T10:00:00+08:00"}
    dues.stays("ma-xiaoyan", "release-outside", "INSIDE_FIRST", {"channels": [column]})
    world.it_is("2026-04-10T14:00")
    done = dues.moves("ma-xiaoyan", "release-inside", {"channels": [MEETING, BOARD]})
    world("ma-xiaoyan").seen["publication"] = done["position"]
    settled(world)
    duty = world("ma-xiaoyan").get(f"{PUBLICATION}/obligations/{DUTY}")
    assert (duty["state"], duty["late_workdays"]) == ("fulfilled", 0)
    (told,) = world("ma-xiaoyan").get(f"{PUBLICATION}/disclosures/{dues.id}/notices")  # PUB-19
    assert (told["prepared"], told["delivered"], told["waiting"]) == (43, 43, 0)
    (notice,) = [n for n in world("chen-xiuying").get(f"{PUBLICATION}/inbox")["items"] if n["disclosure"] == dues.id]
    assert notice["title"] == world("chen-xiuying").get(f"{PUBLICATION}/shown/{dues.id}")["title"]
    for outsider in ("zhou-dahai", "luo-lan", "anyone"):
        nothing_is_there(dues, outsider)


def april_11_too_early_for_the_public(dues: Dues) -> None:  # PUB-04 P-01
    dues.world.it_is("2026-04-11T09:00")
    column = {"channel": "public-column", "place": "村委会门口", "posted_at": "2026-04-11T09:00:00+08:00"}
    problem = dues.stays("ma-xiaoyan", "release-outside", "LEAD_TOO_SHORT", {"channels": [column]})
    assert "2026-04-11T06:00" in str(problem["facts"]) or "2026-04-11T14:00" in str(problem["facts"])


def april_13_the_public_sees_it(dues: Dues) -> None:  # PUB-03 PUB-11 PUB-12 PUB-13
    dues.world.it_is("2026-04-13T09:00")
    dues.moves("ma-xiaoyan", "release-outside", {"channels": public_channels("2026-04-13T09:00:00+08:00")})
    settled(dues.world)
    page = dues.world("zhou-dahai").get(f"{PUBLICATION}/shown/{dues.id}")
    assert "6,120.00" in page["text"]
    assert {c["channel"] for c in page["channels"]} >= {"public-column", "website", "led"}
    assert next(c["rendered"] for c in page["channels"] if c["channel"] == "website") == page["content_digest"]
    assert page["feedback"]["kind"] == "feedback"
    assert dues.id in [row["disclosure"] for row in dues.world("anyone").get(f"{PUBLICATION}/shown", q="党费")["items"]]


def april_14_a_correction(dues: Dues) -> None:  # PUB-31
    world = dues.world
    world.it_is("2026-04-14T09:00")
    opened = {
        "title": "2026年第一季度党费收缴情况（更正）",
        "text": RIGHT_TEXT,
        "summary": RIGHT_TEXT,
        "led_text": LED,
        "note": "实收金额误为6,120.00元，应为6,210.00元。",
        "found_by": "he-tao",
    }
    dues.moves("ma-xiaoyan", "corrections", opened)
    dues.moves("ma-xiaoyan", "submit", {"attested_by": ["wang-jianjun", "ma-xiaoyan"]})
    dues.moves("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True})
    dues.moves("wang-jianjun", "approve")
    settled(world)
    assert world("ma-xiaoyan").get(dues.path)["attested_by"] == ["wang-jianjun", "ma-xiaoyan"]
    outside = {"channels": public_channels("2026-04-14T10:00:00+08:00")}
    dues.stays("ma-xiaoyan", "release-outside", "INSIDE_FIRST", outside)
    world.it_is("2026-04-14T14:00")
    board = BOARD | {"posted_at": "2026-04-14T14:00:00+08:00"}
    dues.moves("ma-xiaoyan", "release-inside", {"channels": [MEETING | {"on": "2026-04-14"}, board]})
    settled(world)
    inside = world("chen-xiuying").get(f"{PUBLICATION}/shown/{dues.id}")
    outside_still = world("zhou-dahai").get(f"{PUBLICATION}/shown/{dues.id}")
    assert "6,210.00" in inside["text"]
    assert "6,120.00" in outside_still["text"]


def april_15_the_correction_goes_outside(dues: Dues) -> None:
    world = dues.world
    world.it_is("2026-04-15T15:00")
    dues.moves("ma-xiaoyan", "release-outside", {"channels": public_channels("2026-04-15T15:00:00+08:00")})
    settled(world)
    zhou = world("zhou-dahai")
    assert "6,210.00" in zhou.get(f"{PUBLICATION}/shown/{dues.id}")["text"]
    versions = zhou.get(f"{PUBLICATION}/shown/{dues.id}/versions")
    assert [v["version"] for v in versions] == [2, 1]
    old = zhou.get(f"{PUBLICATION}/shown/{dues.id}/versions/1")
    assert "6,120.00" in old["text"], "the false version is kept"


def april_16_zhou_asks_and_is_answered(dues: Dues) -> None:  # FBK-07 FBK-08 FBK-09 FBK-10
    world = dues.world
    world.it_is("2026-04-16T10:00")
    zhou, ma, wang = world("zhou-dahai"), world("ma-xiaoyan"), world("wang-jianjun")
    given = zhou.does(f"{FEEDBACK}/opinions", {"disclosure": dues.id, "text": "公开栏位置太高，看不清。"})
    opinion, version = given["id"], given["version"]
    assert given["result"]["receipt_number"].startswith("柳")
    path = f"{FEEDBACK}/opinions/{opinion}"
    version = ma.does(f"{path}/acknowledgement", version=version)["version"]
    version = ma.does(f"{path}/assignment", {"handler": "ma-xiaoyan"}, version=version)["version"]
    problem = ma.is_refused(f"{path}/closing", version=version)
    assert problem["code"] == "REPLY_MISSING"
    refused = wang.is_refused(f"{path}/decision", {"disposition": "not-adopt"}, version=version)
    assert refused["code"] == "REASON_REQUIRED"
    version = wang.does(f"{path}/decision", {"disposition": "adopt"}, version=version)["version"]
    world.it_is("2026-04-17T10:00")
    version = ma.does(f"{path}/reply", {"text": "公开栏已下移，谢谢。"}, version=version)["version"]
    ma.does(f"{path}/closing", version=version)
    settled(world)
    (mine,) = [o for o in zhou.get(f"{FEEDBACK}/mine")["items"] if o["opinion"] == opinion]
    assert mine["reply"] == "公开栏已下移，谢谢。"
    world("chen-xiuying").finds_nothing(path)


def later_the_archive_and_the_trace_tell_it_all(dues: Dues) -> None:  # ARC-01 ARC-02 ARC-03 ORG-15
    world = dues.world
    world.it_is("2026-04-20T09:00")
    settled(world)
    file = world("ma-xiaoyan").get(f"{ARCHIVE}/files/FY-R1/2026")
    kinds = {paper["kind"] for paper in file["papers"] if dues.id in str(paper)}
    assert {"version", "approval", "channel-evidence"} <= kinds
    assert {"opinion", "reply"} <= {paper["kind"] for paper in file["papers"]}
    world("zhou-dahai").finds_nothing(f"{ARCHIVE}/files/FY-R1/2026")
    villager, member = "society", "members:FY-R1"
    seen = {
        (audience, at): texts_seen(world, audience, at, dues.id)
        for audience in (villager, member)
        for at in ("2026-04-10T12:00", "2026-04-12T12:00", "2026-04-14T20:00", "2026-04-16T12:00")
    }
    assert seen[villager, "2026-04-12T12:00"] == []
    assert seen[member, "2026-04-10T12:00"] == []
    assert seen[member, "2026-04-12T12:00"] == [TEXT]
    assert seen[villager, "2026-04-14T20:00"] == [TEXT]
    assert seen[member, "2026-04-14T20:00"] == [RIGHT_TEXT]
    assert seen[villager, "2026-04-16T12:00"] == [RIGHT_TEXT]
    trace = world("li-min").get(f"{AUDIT}/traces/{dues.id}")
    told = str(trace)
    for name in ("ma-xiaoyan", "he-tao", "wang-jianjun", "FY-R1/clerk", "FY-R1/secretary"):
        assert name in told
    world("zhou-dahai").finds_nothing(f"{AUDIT}/traces/{dues.id}")


def nothing_is_there(dues: Dues, outsider: str) -> None:
    """By link, list, search, count, feed, versions, attachments, archive or opinion: it does not exist (ORG-11)."""
    person, id_ = dues.world(outsider), dues.id
    for path in (f"shown/{id_}", f"shown/{id_}/versions", f"shown/{id_}/versions/1", f"shown/{id_}/sheet"):
        person.finds_nothing(f"{PUBLICATION}/{path}")
    person.finds_nothing(f"{PUBLICATION}/disclosures/{id_}")
    for params in ({}, {"q": "党费"}, {"organisation": "FY-R1"}):
        assert id_ not in person.raw(f"{PUBLICATION}/shown", **params).text
    assert person.get(f"{PUBLICATION}/shown/count", q="第一季度党费收缴")["count"] == 0
    assert id_ not in person.raw(f"{PUBLICATION}/feed.atom").text
    assert id_ not in person.raw(f"{PUBLICATION}/led").text
    assert id_ not in person.raw(f"{PUBLICATION}/inbox").text
    given = person.is_refused(f"{FEEDBACK}/opinions", {"disclosure": id_, "text": "看不到的内容"})
    assert given["code"] in ("NOT_FOUND", "SIGN_IN_NEEDED")


def texts_seen(world: World, audience: str, at: str, disclosure: str) -> list[str]:
    answer = world("li-min").get(f"{ARCHIVE}/as-of", at=f"{at}:00+08:00", audience=audience, disclosure=disclosure)
    return [row["text"] for row in answer["shown"]]


def public_channels(at: str) -> list[dict[str, Any]]:
    return [
        {"channel": "public-column", "place": "村委会门口", "sheet": "A3", "posted_at": at},
        {"channel": "website", "url": "http://127.0.0.1/"},
        {"channel": "led", "screen": "村口", "shown_from": at, "shown_to": "2026-04-30T18:00:00+08:00"},
    ]


def from_april_10_on(dues: Dues) -> None:
    april_10_wang_approves(dues)
    april_10_inside_before_outside(dues)
    april_11_too_early_for_the_public(dues)
    april_13_the_public_sees_it(dues)
    april_14_a_correction(dues)
    april_15_the_correction_goes_outside(dues)
    april_16_zhou_asks_and_is_answered(dues)
    later_the_archive_and_the_trace_tell_it_all(dues)


def settled(world: World) -> None:
    """Wait until what was done is everywhere: the clock's own answer waits for it."""
    answer = world.client.post("/dev/clock", json={"advance": {"minutes": 0}}, timeout=120)
    assert answer.status_code == 200, answer.text


def sheet_with(cell: str, value: str) -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    page["A1"], page["B1"], page["C1"] = "姓名", "金额", "证件"
    page[cell] = value
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
