"""A portal with something on every page: one disclosure that was corrected, its duty, desk, opinion, file and
trace.
"""

from typing import Any

from services.portal.traces.spans import Seen
from shared.telemetry import names
from tests.portal import filed, procedural, staged
from tests.portal.fakes import Stage, stage

WRITTEN = {
    "title": "2026年第一季度党费收缴、管理和使用情况",
    "text": "党员43名，收缴党费6210.00元。\n\n已全部上缴镇党委。",
    "summary": "43名党员缴纳党费6210元，全部上缴。",
    "led_text": "一季度党费6210元，全部上缴。",
    "attachments": [{"name": "收缴表.xlsx", "digest": "sha256:1", "media_type": "", "bytes": 30000, "scan": "masked"}],
    "content_digest": "sha256:" + "9f86d081" * 8,
    "register_number": "FY-R1-2026-0001",
}
OF = {"disclosure": "d1", "organisation": "FY-R1", "town": "fengyang", "item": "FY-R1/3.9", "sub_item": "3.9"}
NAMES = {"organisation_zh": "柳树村党支部", "organisation_en": "Liushu Village Party Branch"}
CORRECTED = {"replaces": 1, "note": "金额由6120元更正为6210元。", "corrected_at": None, "version": 2}
SHOWN: dict[str, Any] = {
    **WRITTEN,
    **OF,
    **NAMES,
    **CORRECTED,
    "side": "outside",
    "first_person": "wang-jianjun",
    "first_person_zh": "王建军",
    "first_person_en": "Wang Jianjun",
    "shown_from": "2026-04-16T01:00:00Z",
    "channels": [
        {"channel": "public-column", "place": "村委会门口", "sheet": "A3", "posted_at": "2026-04-16T01:00:00Z"},
        {"channel": "meeting", "on": "2026-04-15", "present": 38, "of": 43},
    ],
}
FORMER = SHOWN | {"version": 1, "replaces": 0, "note": "", "corrected_at": "2026-04-16T01:00:00Z"}
STEP = {"post": "FY-R1/clerk", "organisation": "FY-R1", "at": "2026-04-08T01:00:00Z", "version": 1, "note": ""}
WORK = {
    **WRITTEN,
    **OF,
    "stage": "draft",
    "version": 1,
    "stream_version": 7,
    "item_title": "党费情况",
    "kind": "periodic",
    "item_scope": "inside-then-outside",
    "duty": "replacement",
    "period": "2026-Q1",
    "authors": ["ma-xiaoyan"],
    "attested_by": ["wang-jianjun"],
    "reviewer": "he-tao",
    "inside_at": "2026-04-10T06:00:00Z",
    "note": "",
    "earliest_outside": "2026-04-11T06:00:00Z",
    "steps": [
        STEP | {"step": "DisclosureDrafted", "actor": "ma-xiaoyan", "actor_zh": "马小燕", "actor_en": "Ma Xiaoyan"}
    ],
}
DUTY = {
    **OF,
    "obligation": "FY-R1/3.9/fine-tune/2026-05",
    "title": "党费情况",
    "title_en": "Party dues",
    "duty": "fine-tune",
    "period": "2026-05",
    "due": "2026-05-11",
    "state": "open",
    "version": 1,
    "trigger": "2026-05-10",
    "moves": [],
    "reckoning": [
        {"day": "2026-05-09", "kind": "make-up", "count": 1},
        {"day": "2026-05-10", "kind": "weekend", "count": 1},
        {"day": "2026-05-11", "kind": "workday", "count": 2},
    ],
}
SUSPENDED = DUTY | {"state": "suspended", "withholding": "w1", "withheld_until": "2026-06-30", "late_workdays": 3}
ENDED = DUTY | {"state": "ended", "ended_on": "2026-05-20", "late_workdays": 0}
STAGED = DUTY | {"duty": "stage", "kind": "staged", "matter": "m1", "milestone": "完成招标"}
MISSED = {
    "side": "inside",
    "at": "2026-04-10T02:00:00Z",
    "reason": "NOT_IN_FORCE",
    "owner": "wang-jianjun",
    "version": 1,
}
WITHHELD = {
    "item": "FY-R1/3.9",
    "notice_zh": "暂不公开，已备案",
    "notice_en": "Not made public for now; filed for the record",
    "until": "2026-06-30",
}
TOLD = {
    **OF,
    **NAMES,
    "title": WRITTEN["title"],
    "version": 2,
    "replaces": 1,
    "note": "",
    "told_at": "2026-04-10T06:00:00Z",
    "read_at": None,
}
TASK = {
    **OF,
    "title": "党费情况",
    "version": 1,
    "earliest": None,
    "obligation": "",
    "duty": "",
    "period": "",
    "due": None,
}
OPINION = {
    "opinion": "o1",
    "version": 1,
    "receipt_number": "柳意〔2026〕1号",
    "organisation": "FY-R1",
    "disclosure": "d1",
    "title": WRITTEN["title"],
    "channel": "online",
    "giver_kind": "anonymous",
    "text": "收缴表看不清，请重贴。",
    "at": "2026-04-13T01:00:00Z",
    "due": "2026-05-07",
    "stage": "received",
    "disposition": "",
    "reason": "",
    "reply": "",
    "handler": "",
    "reckoning": DUTY["reckoning"],
}
POSTS = [
    {
        "post": "FY-R1/secretary",
        "kind": "secretary",
        "title_zh": "党支部书记",
        "title_en": "Branch secretary",
        "organisation": "FY-R1",
        "person": "wang-jianjun",
        "name_zh": "王建军",
        "name_en": "Wang Jianjun",
    },
    {
        "post": "FY-R1/clerk",
        "kind": "clerk",
        "title_zh": "党务干事",
        "title_en": "Branch clerk",
        "organisation": "FY-R1",
        "person": "ma-xiaoyan",
        "name_zh": "马小燕",
        "name_en": "Ma Xiaoyan",
    },
]
ITEM = {
    "id": "FY-R1/3.9",
    "sub_item": "3.9",
    "title_zh": "党费收缴、管理和使用情况",
    "title_en": "Party dues",
    "unit": "FY-DJB",
    "content": "缴纳、上缴和使用情况",
    "scope": "inside-then-outside",
    "methods": ["meeting", "public-column"],
    "kind": "periodic",
    "cycle": "quarterly",
    "fine_tune": "monthly",
}
BRANCH = {
    "organisation": "FY-R1",
    "town": "fengyang",
    "type": "rural",
    "level": "branch",
    "posts": POSTS,
    "name_zh": "柳树村党支部",
    "name_en": "Liushu Village Party Branch",
}
PAPER = {
    **OF,
    "serial": 1,
    "kind": "version",
    "title": WRITTEN["title"],
    "digest": WRITTEN["content_digest"],
    "retention": "permanent",
    "at": "2026-04-10T06:00:00Z",
    "version": 1,
}
TRACED = STEP | {
    "step": "approved",
    "person": "wang-jianjun",
    "person_name_zh": "王建军",
    "person_name_en": "Wang Jianjun",
    "post_title_zh": "党支部书记",
    "post_title_en": "Branch secretary",
    "for_organisation": "FY-R1",
    "first_person_responsible": "wang-jianjun",
    "reference": "FY-R1-2026-0001",
}
FILE = {"file": "f", "organisation": "FY-R1", "year": 2026, "number": "柳树-2026-001"}
AS_OF = {"shown": [SHOWN | {"audiences": ["society"], "valid_from": "2026-04-16T01:00:00Z", "valid_to": None}]}
NOTICE = {
    "receipt_number": "柳意〔2026〕1号",
    "disposition": "adopt",
    "reply": "已重贴。",
    "replied_at": SHOWN["shown_from"],
}

ANSWERS: dict[str, dict[str, Any]] = {
    "catalogue": {
        "/me": {
            "person": "ma-xiaoyan",
            "name_zh": "马小燕",
            "name_en": "Ma Xiaoyan",
            "posts": POSTS,
            "member_of": ["FY-R1"],
        },
        "/towns": {"items": [{"town": "fengyang", "name_zh": "凤阳镇", "name_en": "Fengyang Town"}]},
        "/organisations": {"items": [BRANCH]},
        "/organisations/FY-R1": BRANCH,
        "/organisations/FY-R1/items/3.9": ITEM,
        "/organisations/FY-R1/withheld": [WITHHELD],
        "/organisations/FY-R1/catalogue": {
            "version": 1,
            "effective": "2026-02-01",
            "items": [ITEM, *staged.ITEMS],
        },
    },
    "publication": {
        "/shown": {"items": [SHOWN, SHOWN | {"side": "inside", "replaces": 0}]},
        "/shown/d1": SHOWN,
        "/shown/d1/sheet": SHOWN | {"sheet": "A3"},
        "/shown/d1/versions": [SHOWN, FORMER],
        "/shown/d1/versions/1": FORMER,
        "/led": [{"disclosure": "d1", "text": WRITTEN["led_text"]}],
        "/disclosures/d1": WORK,
        "/obligations": {"items": [DUTY]},
        f"/obligations/{DUTY['obligation']}": DUTY,
        "/tasks": [
            TASK | {"step": "draft", "obligation": DUTY["obligation"], "due": "2026-05-08", "duty": "fine-tune"},
            *(TASK | {"step": step} for step in ("submit", "review", "approve", "decide-redisclosure", "redisclose")),
            TASK | {"step": "release-inside", "missed": MISSED},
            TASK | {"step": "release-outside", "planned": "2026-04-12T06:00:00Z"},
        ],
        **staged.ANSWERS,
        "/inbox": {"items": [TOLD, TOLD | {"read_at": "2026-04-11T06:00:00Z"}]},
        "/inbox/count": {"count": 1},
        "/notice-preference": {"channels": ["inbox", "email"], "address": "ma@example.org"},
    },
    "feedback": {
        "/opinions": {"items": [OPINION]},
        "/opinions/o1": OPINION,
        "/mine": {"items": [OPINION]},
        "/notices": [NOTICE],
    },
    "archive": {"/files": [FILE | {"papers": 1}], "/files/FY-R1/2026": FILE | {"papers": [PAPER]}, "/as-of": AS_OF},
    "audit": {"/traces/d1": {**OF, "title": WRITTEN["title"], "steps": [TRACED]}},
}

TRACE = "0af7651916cd43dd8448eb211c80319c"
FOLLOWED = "1bf7651916cd43dd8448eb211c80319d"
RELEASE = "POST /api/publication/v1/disclosures/{disclosure}/release-inside"
ZERO = 1_775_800_800_000_000_000


def span(number: int, name: str, process: str, *, under: int = 0, by: int = 0, **says: str) -> Seen:
    """A span of a made-up trace: ``under`` its parent, or elsewhere and caused ``by`` one of it."""
    began, says = ZERO + number * 5_000_000, {getattr(names, key.upper()): value for key, value in says.items()}
    links = ((TRACE, f"{by:016x}"),) if by else ()
    trace, parent = FOLLOWED if by else TRACE, f"{under:016x}" if under else ""
    ended = began + 7_000_000
    kind = "server" if name == RELEASE else "internal"
    return Seen(trace, f"{number:016x}", parent, links, process, name, kind, began, ended, number == 6, says)


SPANS = (
    span(1, RELEASE, "portal"),
    span(2, RELEASE, "publication", under=1),
    span(3, names.COMMAND, "publication", under=2, action="disclosure.release-inside", command_id="c1"),
    span(4, names.APPEND, "publication", under=3, events="1", position="17"),
    span(5, "process publication", "archive", by=3, views="files shown_history", position="17"),
    span(6, names.COMMAND, "archive", by=3),
)

OPEN_PAGES = (
    "/dev/traces?recorded=no",
    f"/dev/traces/{TRACE}",
    "/",
    "/organisations",
    "/organisations/FY-R1",
    "/disclosures/d1",
    "/disclosures/d1?version=1",
    "/disclosures/d1/sheet",
    "/display/FY-R1",
    "/opinions",
    "/opinions/new?disclosure=d1",
    "/opinions/look-up",
    "/nothing",
    *filed.OPEN_PAGES,
)
DESK_PAGES = (
    "/me",
    "/inbox",
    "/tasks",
    f"/duties/{DUTY['obligation']}",
    "/drafts/new",
    "/work/d1",
    "/work/d1/edit",
    "/work/d1/attach",
    "/work/d1/submit",
    "/work/d1/review",
    "/work/d1/approve",
    "/work/d1/release-inside",
    "/work/d1/release-outside",
    "/work/d1/correct",
    "/opinions",
    "/opinions/new",
    "/opinions/o1",
    "/archive",
    "/archive/FY-R1/2026",
    "/as-of?at=2026-04-14T10:00",
    "/trace/d1",
    "/disclosures/d1",
    "/organisations/FY-R1",
    *staged.PAGES,
    *procedural.PAGES,
    *filed.DESK_PAGES,
)


def furnished(**settings: Any) -> Stage:
    scene = stage(**settings)
    if scene.portal.traces is not None:
        scene.portal.traces.add(SPANS)
    for service, answers in (*ANSWERS.items(), *filed.ANSWERS.items(), *procedural.ANSWERS.items()):
        for path, answer in answers.items():
            scene.answer(service, "GET", path, answer)
    return scene
