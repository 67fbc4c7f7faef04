"""How an item is said in the officials' columns: scope, method and time limit in words, Chinese or English.

The inverse of ``wording``: whatever is said here is understood there as the same. Start at :func:`row_of`.
"""

from collections.abc import Mapping
from typing import Literal

from services.catalogue.domain import codes, wording
from services.catalogue.events import Exclusion, Item
from shared.scope import Scope

Language = Literal["zh", "en"]
COLUMNS = ("category", "item", "content", "basis", "scope", "methods", "limit", "unit", "major", "hours")
TITLES = ("title_zh", "title_en")
HEADINGS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "category": "类别",
        "item": "公开事项",
        "content": "公开内容",
        "basis": "公开依据",
        "scope": "公开范围",
        "methods": "公开方式",
        "limit": "公开时限",
        "unit": "责任单位",
        "major": "重大事项",
        "hours": "限时（小时）",
        "title_zh": "中文名称",
        "title_en": "英文名称",
    },
    "en": {
        "category": "Category",
        "item": "Item",
        "content": "Content",
        "basis": "Basis",
        "scope": "Scope",
        "methods": "Method",
        "limit": "Time limit",
        "unit": "Responsible unit",
        "major": "Major",
        "hours": "Limit in hours",
        "title_zh": "Chinese title",
        "title_en": "English title",
    },
}
NOT_APPLICABLE: Mapping[Language, str] = {"zh": "不适用：", "en": "Not applicable: "}
_YES_NO: Mapping[Language, tuple[str, str]] = {"zh": ("否", "是"), "en": ("no", "yes")}
_NUMERALS = "一二三四五六七八"
_CHANNELS: Mapping[Language, Mapping[str, str]] = {
    "zh": {**codes.INSIDE_CHANNELS, **codes.PUBLIC_CHANNELS},
    "en": {
        "meeting": "member meeting",
        "activity-room-board": "activity room board",
        "reading-room": "reading room",
        "public-column": "public column",
        "led": "LED screen",
        "touch-screen": "touch screen",
        "news-media": "news media",
    },
}
_KINDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {"long-term": "长期公开", "staged": "逐段公开", "immediate": "即时公开", "periodic": ""},
    "en": {"long-term": "long-term", "staged": "staged", "immediate": "immediate", "periodic": "periodic: "},
}
_CYCLES: Mapping[Language, Mapping[str, str]] = {
    "zh": {"monthly": "每月更换", "quarterly": "每季度更换", "half-yearly": "每半年更换", "yearly": "每年更换"},
    "en": {"monthly": "monthly", "quarterly": "quarterly", "half-yearly": "half-yearly", "yearly": "yearly"},
}
_INSIDE: Mapping[Language, Mapping[str, str]] = {
    "zh": {Scope.TOWN_MEMBERS: "（全镇党员）", Scope.NAMED: "（指定党员）"},
    "en": {Scope.TOWN_MEMBERS: " (town members)", Scope.NAMED: " (named persons)"},
}
_FIRST: Mapping[Language, Mapping[str, str]] = {
    "zh": {Scope.TOWN_MEMBERS: "（先告知全镇）", Scope.NAMED: "（先告知指定人员）"},
    "en": {Scope.TOWN_MEMBERS: " (town first)", Scope.NAMED: " (named persons first)"},
}
_OUTSIDE: Mapping[Language, Mapping[str, str]] = {
    "zh": {Scope.SOCIETY: "向社会公开", Scope.UNIT_STAFF: "本单位职工群众"},
    "en": {Scope.SOCIETY: "society", Scope.UNIT_STAFF: "unit staff"},
}


def row_of(item: Item, language: Language, unit: str) -> dict[str, str]:
    """The cells of an item by column; ``unit`` is what the responsible unit is called."""
    return {
        "category": category(item.category, language),
        "item": f"{item.sub_item} {item.title_zh if language == 'zh' else item.title_en}",
        "content": item.content,
        "basis": item.basis,
        "scope": scope(item, language),
        "methods": methods(item.methods, language),
        "limit": limit(item, language),
        "unit": unit,
        "major": _YES_NO[language][item.major],
        "hours": str(item.limit_hours) if item.kind == "immediate" else "",
        **_titles(item, language),
    }


def exclusion_row(exclusion: Exclusion, language: Language) -> dict[str, str]:
    usual = codes.SUB_ITEMS.get(exclusion.sub_item)
    title = (usual.title_zh if language == "zh" else usual.title_en) if usual else ""
    return {
        "category": category(codes.category_of(exclusion.sub_item), language),
        "item": f"{exclusion.sub_item} {title}".strip(),
        "content": f"{NOT_APPLICABLE[language]}{exclusion.reason}",
    }


def category(code: str, language: Language) -> str:
    title_zh, title_en = codes.CATEGORIES[code]
    return f"{_NUMERALS[int(code[1]) - 1]}、{title_zh}" if language == "zh" else f"{code} {title_en}"


def scope(item: Item, language: Language) -> str:
    outside = _OUTSIDE[language].get(item.audience_outside or "", "")
    if item.scope == "outside":
        return outside + _FIRST[language].get(item.audience_inside, "")
    inside = _INSIDE[language].get(item.audience_inside, "")
    if item.scope == "inside":
        return ("党内" if language == "zh" else "inside the Party") + inside
    return f"先党内{inside}后{outside}" if language == "zh" else f"inside the Party{inside} first, then {outside}"


def methods(known: tuple[str, ...], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(_CHANNELS[language].get(method, method) for method in known)


def limit(item: Item, language: Language) -> str:
    said = _KINDS[language][item.kind] + (_CYCLES[language][item.cycle] if item.cycle else "")
    if item.fine_tune:
        said += "，每月微调" if language == "zh" else ", monthly fine-tuning"
    if item.limit_days:
        days = item.limit_days
        said += f"（{days}个工作日内）" if language == "zh" else f", within {days} working days"
    return said


def _titles(item: Item, language: Language) -> dict[str, str]:
    """Both titles in columns of their own, where the item's text alone would not bring them back."""
    main = item.title_zh if language == "zh" else item.title_en
    if wording.titles(item.sub_item, main) == (item.title_zh, item.title_en):
        return {}
    return {"title_zh": item.title_zh, "title_en": item.title_en}
