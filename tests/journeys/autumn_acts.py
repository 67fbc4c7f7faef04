"""What no scenario tells but any county does: groups, posts and persons, referrals, sessions, appraisals, plans missed.

Told at Liushu and its neighbours in the autumn of 2026; :func:`tell` goes from 10-13 to the New Year.
"""

from typing import Any

from tests.journeys import matters_in_autumn as matters
from tests.journeys import withheld_at_liushu as withheld
from tests.journeys.changes_in_spring import AUDIT, CATALOGUE, acts
from tests.journeys.dues_at_liushu import FEEDBACK, PUBLICATION, XLSX, settled, sheet_with
from tests.journeys.people import World
from tests.journeys.stepping import INTRANET, WEBSITE, Stepping
from tests.journeys.ways_at_liushu import SHELF

ORGANISATIONS, FENGYANG = f"{CATALOGUE}/organisations", f"{CATALOGUE}/towns/fengyang"
HOSPITAL = f"{ORGANISATIONS}/FY-H1/leading-group"
ITEM = "FY-R1/6.4"


def tell(world: World) -> None:
    world.it_is("2026-10-13T09:00")
    persons_are_held_hidden_and_erased(world)
    posts_and_members_move(world)
    units_refer_to_each_other(world)
    two_withholdings_are_never_filed(world)
    a_draft_is_refused_and_one_loses_an_attachment(world)
    cadre = matters.october_13_a_cadre_matter_is_opened(world)
    matters.a_round_is_prolonged_and_the_decision_dropped(world)
    matters.a_short_study_is_over(world)
    inquiry, appraisal = a_session_and_an_appraisal_are_set(world)
    releases_are_planned_and_one_is_missed(world)
    matters.october_14_the_inspection_is_announced(cadre)
    matters.october_15_it_is_held(cadre)
    october_16_the_session_is_held(world, inquiry)
    matters.october_16_the_notice_is_torn_down(cadre)
    october_20_a_day_off_is_added(world)
    matters.october_20_it_is_up_again_and_then_not_needed(cadre)
    november_10_what_was_promised_is_late(world, inquiry, appraisal)
    world.it_is("2027-01-04T09:00")  # nobody else was asked for an appraisal in 2026


def a_leading_group_of_the_hospital(world: World) -> None:  # ORG-05
    formed = {"head": "xu-wen", "members": ["tian-yu"], "on": "2026-05-14"}
    world("he-jing").does(HOSPITAL, formed)
    settled(world)


def its_head_changes_with_the_secretary(world: World) -> None:  # ORG-05 ORG-07
    world.it_is("2026-06-02T09:00")
    version = 1
    for act, body in (
        ("head", {"head": "tian-yu"}),
        ("members", {"joined": ["bai-lu"]}),
        ("office", {"office": "FY-DJB"}),
        ("dissolution", {}),
    ):
        done = world("he-jing").does(f"{HOSPITAL}/{act}", body | {"on": "2026-06-02"}, version=version)
        version = done["version"]


def persons_are_held_hidden_and_erased(world: World) -> None:
    """Of two new members one is held and hidden for a while, the other erased by two keepers."""
    keeper, persons = world("he-jing"), f"{CATALOGUE}/persons"
    joined = [{"person": p, "name_zh": zh, "name_en": p} for p, zh in (("pan-yue", "潘月"), ("qiu-shi", "邱石"))]
    keeper.does(f"{ORGANISATIONS}/FY-E1/members", {"persons": joined, "on": "2026-09-01"})
    settled(world)
    held = {"hold": "case-2026-17", "ground": "discipline", "reason": "核查中"}
    world("li-min").does(f"{persons}/pan-yue/holds", held)
    world("li-min").does(f"{persons}/pan-yue/holds/case-2026-17/lifting", {"reason": "核查结束"})
    keeper.does(f"{persons}/pan-yue/restriction", {"ground": "consent-withdrawn"})
    keeper.does(f"{persons}/pan-yue/restriction/lifting")
    keeper.does(f"{ORGANISATIONS}/FY-E1/members/pan-yue/transfer", {"to": "FY-O1", "on": "2026-10-13"})
    keeper.does(f"{ORGANISATIONS}/FY-E1/members/qiu-shi/leaving", {"on": "2026-10-13"})
    ground = {"ground": "purpose-ended"}
    world("jiang-ping").does(f"{persons}/qiu-shi/erasure", ground)
    world("jiang-ping").does(f"{persons}/qiu-shi/erasure/withdrawal")
    world("jiang-ping").does(f"{persons}/qiu-shi/erasure", ground)
    world("fang-zheng").does(f"{persons}/qiu-shi/erasure/confirmation")
    settled(world)


def posts_and_members_move(world: World) -> None:  # ORG-07 ORG-14
    keeper, chamber = world("he-jing"), f"{ORGANISATIONS}/FY-A1/posts"
    ding = {"post": "FY-A1/secretary", "person": "ding-ming"}
    keeper.does(f"{chamber}/left", ding | {"on": "2026-10-12"})
    world.it_is("2026-10-13T10:00")
    again = ding | {"kind": "secretary", "title_zh": "党支部书记", "title_en": "Branch secretary", "on": "2026-10-13"}
    keeper.does(chamber, {"posts": [again]})
    world.it_is("2026-10-13T11:00")
    liushu = f"{ORGANISATIONS}/FY-R1"
    chen = {"post": "FY-R1/supervisor-2", "person": "chen-xiuying"}
    keeper.does(f"{liushu}/supervisors", chen | {"on": "2026-10-13"})
    settled(world)
    looked = {"kind": "looked", "subject": ITEM, "note": "公开栏已更新"}
    world("chen-xiuying").does(f"{liushu}/supervision", looked)
    keeper.does(f"{liushu}/supervisors/removal", chen | {"ground": "health", "on": "2026-10-14"})
    keeper.does(f"{FENGYANG}/channels/wechat-group/withdrawal", {"on": "2026-10-15"})


def units_refer_to_each_other(world: World) -> None:  # ORG-10
    sun, about = world("sun-wei"), {"subject_kind": "item", "subject": ITEM, "to_unit": "FY-CDI", "due": "2026-10-20"}
    ids = {
        kind: sun.does(f"{FENGYANG}/referrals", about | {"kind": kind, "question": "请协助核对"})["id"]
        for kind in ("refer", "consult", "countersign")
    }
    settled(world)
    li, path = world("li-min"), f"{CATALOGUE}/referrals"
    li.does(f"{path}/{ids['refer']}/answer", {"accepted": True, "answer": "已核对"}, version=1)
    li.does(f"{path}/{ids['countersign']}/countersignature", {"agreed": True}, version=1)
    sun.does(f"{path}/{ids['consult']}/withdrawal", {"reason": "已自行查明"}, version=1)


def two_withholdings_are_never_filed(world: World) -> None:  # CAT-15 A-11
    """One is refused by its reviewer, one taken back before anybody reviewed it."""
    path = f"{CATALOGUE}/withholdings"
    for sub_item, act, who in (("4.4", "refusal", "he-tao"), ("6.4", "withdrawal", "liu-fang")):
        body = withheld.CASE_OF_X | {"sub_item": sub_item, "until": "2026-12-31"}
        done = world("liu-fang").does(f"{ORGANISATIONS}/FY-R1/withholdings", body)
        said = {"ground": "shorter-time-suffices"} if act == "refusal" else None
        world(who).does(f"{path}/{done['id']}/{act}", said, version=done["version"])
    settled(world)


def drafted(world: World, title: str, **more: Any) -> Stepping:
    body = {"item": ITEM, "title": title, "text": f"{title}。", "summary": title} | more
    done = world("ma-xiaoyan").does(f"{PUBLICATION}/disclosures", body)
    return Stepping(world, done["id"], done["version"], "liu-fang")


def a_draft_is_refused_and_one_loses_an_attachment(world: World) -> None:  # PUB-35
    secret = drafted(world, "值守点位安排")
    secret.moves("ma-xiaoyan", "submit", {"attested_by": ["ma-xiaoyan"]})
    ground = {"cleared": False, "ground": "state-secret", "citation": "《中华人民共和国保守国家秘密法》"}
    secret.moves("he-tao", "review", ground)
    plain = drafted(world, "走访慰问情况")
    path, sheet = f"{PUBLICATION}/disclosures/{plain.id}", ("list.xlsx", sheet_with("B2", "慰问品"), XLSX)
    done = world("ma-xiaoyan").does(f"{path}/attachments", version=plain.version, files={"file": sheet})
    plain.version = done["version"]
    plain.moves("ma-xiaoyan", f"attachments/{done['result']['digest']}/remove")
    plain.examined()
    plain.moves("ma-xiaoyan", "release-inside", {"channels": [SHELF]})
    read = {"version": 1, "side": "inside", "place": 0, "reads": [{"on": "2026-10-13", "reader": "chen-xiuying"}]}
    plain.moves("ma-xiaoyan", "evidence", read)
    settled(world)
    world("chen-xiuying").does(f"{PUBLICATION}/inbox/{plain.id}/1/read")


def a_session_and_an_appraisal_are_set(world: World) -> tuple[str, str]:  # PUB-20 SUP-10
    sessions, liu = f"{FEEDBACK}/organisations/FY-R1/sessions", world("liu-fang")
    about = {"kind": "inquiry", "topic": "防汛捐款", "on": "2026-10-16", "place": "村部"}
    inquiry, other = (liu.does(sessions, about | more)["id"] for more in ({}, {"topic": "鱼塘", "kind": "hearing"}))
    settled(world)
    acts(world, "liu-fang", f"{FEEDBACK}/sessions/{other}", "cancellation", {"reason": "事项已撤回"})
    for text in ("余款多少？", "如何发放？"):
        world("chen-xiuying").does(f"{FEEDBACK}/sessions/{inquiry}/questions", {"text": text})
    appraisals = f"{AUDIT}/organisations/FY-R1/appraisals"
    held = liu.does(appraisals, {"year": 2026, "opens": "2026-10-14", "closes": "2026-10-16"})
    done = liu.does(appraisals, {"year": 2026, "opens": "2026-12-01", "closes": "2026-12-02"})
    liu.does(f"{appraisals}/2026/2/cancellation", {"reason": "并入第一次"}, version=done["version"])
    assert held["version"] == 1
    return str(inquiry), appraisals


def releases_are_planned_and_one_is_missed(world: World) -> None:
    """One is called off; one would go by a channel that the town has given up by then."""
    for title in ("帮扶计划", "帮扶进度"):
        made = drafted(world, title)
        made.examined()
        if title == "帮扶计划":
            made.moves("ma-xiaoyan", "schedule-inside", {"at": "2026-10-14T09:00:00+08:00", "channels": INTRANET})
            made.moves("ma-xiaoyan", "schedules/inside/cancel")
        else:
            made.moves("ma-xiaoyan", "release-inside", {"channels": INTRANET})
            group = {"channel": "other", "code": "wechat-group", "details": {"posted": "2026-10-15 15:00"}}
            later = {"at": "2026-10-15T15:00:00+08:00", "channels": [group, *WEBSITE]}
            made.moves("ma-xiaoyan", "schedule-outside", later)


def october_16_the_session_is_held(world: World, inquiry: str) -> None:  # PUB-20
    world.it_is("2026-10-16T15:00")
    session = f"{FEEDBACK}/sessions/{inquiry}"
    acts(world, "liu-fang", session, "questions/1/answer", {"text": "余款600元。"})
    acts(world, "liu-fang", session, "questions/2/promise", {})
    acts(world, "liu-fang", session, "record")


def october_20_a_day_off_is_added(world: World) -> None:
    """What falls due later moves by a day."""
    world.it_is("2026-10-20T09:00")
    known = world("jiang-ping").get(f"{CATALOGUE}/calendars/2026")["days"]
    days = {kind: [day["day"] for day in known if day["kind"] == kind] for kind in ("holiday", "make-up")}
    notice = {"year": 2026, "source": "临时放假通知", "make_up_workdays": days["make-up"]}
    world("jiang-ping").does(f"{CATALOGUE}/calendars", notice | {"holidays": [*days["holiday"], "2026-10-26"]})
    settled(world)


def november_10_what_was_promised_is_late(world: World, inquiry: str, appraisals: str) -> None:  # SUP-11
    world.it_is("2026-11-06T18:00")
    world.it_is("2026-11-10T09:00")
    acts(world, "liu-fang", f"{FEEDBACK}/sessions/{inquiry}", "questions/2/answer", {"text": "按户发放。"})
    results = drafted(world, "民主评议结果")
    results.examined()
    results.inside()
    settled(world)
    (year,) = world("liu-fang").get(f"{AUDIT}/appraisals", organisation="FY-R1", year="2026")
    world("liu-fang").does(f"{appraisals}/2026/1/results", {"disclosure": results.id}, version=year["version"])
    settled(world)
