"""How officials write scope, method and time limit in their sheets, in Chinese or English, and what they mean by it.

Each function answers with codes, or ``None`` / the unknown words when it cannot be sure: nothing is guessed.
"""

import re
from dataclasses import dataclass

from services.catalogue.domain import codes

_CATEGORY_NUMERALS = "一二三四五六七八"
_LISTED = re.compile(r"[、,，;；\n\r]")
_SEPARATORS = re.compile(r"[、,，;；/\n\r+]|\band\b|以及|和|及")

CHANNEL_WORDS: dict[str, tuple[str, ...]] = {
    "meeting": ("党员大会", "支部党员大会", "党员会议", "党员会", "会议", "支部大会", "member meeting"),
    "document": ("文件", "党内文件", "发文"),
    "briefing": ("简报", "情况通报", "通报"),
    "intranet": ("内网", "局域网", "办公内网", "党内网络"),
    "activity-room-board": (
        "党员活动室公示栏",
        "活动室公示栏",
        "党员活动室",
        "党内公示栏",
        "activity room board",
    ),
    "reading-room": ("文件阅览室", "阅览室", "reading room"),
    "public-column": ("党务公开栏", "公开栏", "公示栏", "宣传栏", "public column", "column"),
    "website": ("党建网站", "网站", "政府网站", "互联网"),
    "led": ("led显示屏", "led屏", "电子显示屏", "显示屏", "led screen"),
    "touch-screen": ("电子触摸屏", "触摸屏", "触摸查询机", "touch screen"),
    "news-media": ("新闻媒体", "媒体", "报纸", "电视", "广播", "news media"),
}
_NAMES = {name.lower(): code for code, name in (*codes.INSIDE_CHANNELS.items(), *codes.PUBLIC_CHANNELS.items())}
_CHANNELS = {word: code for code, words in CHANNEL_WORDS.items() for word in (code, *words)} | _NAMES

YES, NO = ("是", "有", "√", "✓", "yes", "y", "true", "1"), ("否", "无", "×", "no", "n", "false", "0")


@dataclass(frozen=True)
class Reach:
    scope: str
    audience_inside: str = ""
    audience_outside: str = ""


@dataclass(frozen=True)
class Limit:
    kind: str
    cycle: str = ""
    fine_tune: str = ""
    limit_days: int = 0
    limit_hours: int = 0


def hours(text: str) -> int | None:
    """``4``, ``4小时`` or ``4 hours``; ``None`` for anything else."""
    found = re.fullmatch(r"(\d{1,3})(?:\.0)?\s*(?:个?小时内?|hours?|h)?", _plain(text))
    return int(found[1]) if found else None


def yes(text: str) -> bool | None:
    """``是`` or ``否``; ``None`` for anything else."""
    words = text.strip().lower()
    return True if words in YES else False if words in NO else None


def reach(text: str) -> Reach | None:
    """``先党内后党外`` is inside, then outside; ``全体党员`` inside; ``向社会公开`` outside."""
    words = _plain(text)
    staff = re.search(r"职工|村民|教师|本单位|unit staff", words) is not None
    inside = re.search(r"党内|党员|inside|members", words) is not None
    outside = staff or re.search(r"党外|社会|群众|outside|society|public", words) is not None
    first = _audience_inside(words)
    society = re.search(r"社会|society", words) is not None
    to = "society" if society else "unit-staff" if staff else ""
    match (inside, outside):
        case (True, True):
            return Reach("inside-then-outside", first, to)
        case (True, False):
            return Reach("inside", first)
        case (False, True):
            return Reach("outside", first, to)
        case _:
            return None


def _audience_inside(words: str) -> str:
    if re.search(r"全镇党员|先告知全镇|town members|town first", words):
        return "town-members"
    return "named" if re.search(r"指定党员|指定人员|named persons", words) else ""


def methods(text: str, channels: codes.Channels) -> tuple[list[str], list[str]]:
    """The channels named in a cell, and the words that name none."""
    own = {code.lower(): code for code in channels.inside | channels.public}
    known: list[str] = []
    unknown: list[str] = []
    for listed in _LISTED.split(_plain(text)):
        whole = own.get(listed.strip())
        for part in [] if whole else _SEPARATORS.split(listed):
            word = part.strip(" 。.()（）等")
            code = _CHANNELS.get(word) or own.get(word)
            if code:
                known.append(code)
            elif word:
                unknown.append(word)
        known += [whole] if whole else []
    return known, unknown


def limit(text: str, usual_cycle: str = "") -> Limit | None:
    """``每季度更换、每月微调`` is periodic, quarterly, fine-tuned monthly. Exactly one kind, or ``None`` (CAT-20)."""
    words = _plain(text)
    fine_tune = "monthly" if re.search(r"每?月微调|monthly fine|fine-?tun", words) else ""
    cycle = _cycle(re.sub(r"每?月微调|monthly fine-?\s?tun\w*", "", words))
    kinds = {
        "long-term": re.search(r"长期|long-?\s?term", words) is not None,
        "periodic": bool(cycle or fine_tune) or re.search(r"定期|常规|periodic", words) is not None,
        "staged": re.search(r"逐段|阶段|分段|staged", words) is not None,
        "immediate": re.search(r"即时|随时|及时|immediate", words) is not None,
    }
    named = [kind for kind, is_meant in kinds.items() if is_meant]
    if len(named) != 1:
        return None
    days = re.search(r"(\d{1,3})\s*(?:个)?(?:工作日|working days?)", words)
    limit_days = int(days[1]) if days else 0
    if named[0] != "periodic":
        hourly = re.search(r"(\d{1,3})\s*(?:个)?(?:小时|hours?)", words) if named[0] == "immediate" else None
        return Limit(named[0], limit_days=limit_days, limit_hours=int(hourly[1]) if hourly else 0)
    return Limit("periodic", cycle or usual_cycle or "quarterly", fine_tune, limit_days)


def _cycle(words: str) -> str:
    patterns = {
        "half-yearly": r"半年|half-?\s?year",
        "quarterly": r"季度|每季|quarter",
        "monthly": r"每月|按月|monthly",
        "yearly": r"每年|年度|按年|一年|yearly|annual",
    }
    return next((cycle for cycle, pattern in patterns.items() if re.search(pattern, words)), "")


def category(text: str) -> str:
    """The category that a cell names by code, by numeral or by title; empty if none."""
    words = text.strip()
    by_code = re.match(r"[Cc]?([1-8])(?!\d)(?!\.\d)", words)
    if by_code:
        return f"C{by_code[1]}"
    for code, (zh, en) in codes.CATEGORIES.items():
        if zh in words or en.lower() in words.lower():
            return code
    numeral = re.match(r"[（(]?([一二三四五六七八])[）)、.．]", words)
    return f"C{_CATEGORY_NUMERALS.index(numeral[1]) + 1}" if numeral else ""


def sub_item(number: object, title: str) -> str:
    """The sub-item named by a number, or by number or title in the item's text; empty if unclear.

    A sheet that holds 3.10 as a number shows 3.1: then the title decides.
    """
    by_title = _by_title(title)
    if isinstance(number, int | float) and not isinstance(number, bool):
        fitting = [code for code in codes.SUB_ITEMS if "." in str(float(number)) and float(code) == float(number)]
        fitting = [by_title] if by_title in fitting else fitting
        return fitting[0] if len(fitting) == 1 else (by_title if not fitting else "")
    for text in (str(number or "").strip(), title.strip()):
        written = re.match(r"[（(]?([1-8]\.\d{1,2})(?!\d)", text)
        if written:
            return written[1]
    return by_title


def _by_title(text: str) -> str:
    words = _bare(text)
    return next(
        (c for c, s in codes.SUB_ITEMS.items() if words and words in (_bare(s.title_zh), _bare(s.title_en))),
        "",
    )


def titles(code: str, title: str) -> tuple[str, str]:
    """Chinese and English title of an item of which a sheet says one; what it does not say is the usual one."""
    usual = codes.SUB_ITEMS.get(code)
    usual_zh, usual_en = (usual.title_zh, usual.title_en) if usual else (title, title)
    if not title:
        return usual_zh, usual_en
    return (title, usual_en) if re.search(r"[\u4e00-\u9fff]", title) else (usual_zh, title)


def title_of(text: str) -> str:
    """The item's text without its number."""
    return re.sub(r"^[（(]?\s*[1-8]\.\d{1,2}\s*[）)、.．:：]?\s*", "", text.strip())


def _bare(text: str) -> str:
    return re.sub(r"[\s、,，()（）]", "", title_of(text)).lower()


def _plain(text: str) -> str:
    return text.strip().lower().replace("ＬＥＤ", "led")
