"""A catalogue as officials keep it in a sheet: found by its header, read row by row, every bad cell named at once.

Pure: the grid comes in as cells by (row, column), merged cells already filled. Start at :func:`read`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.catalogue.domain import codes, wording
from services.catalogue.domain.item import ExclusionDraft, ItemDraft

HEADER_ROWS_MAX = 20
HEADERS: Mapping[str, tuple[str, ...]] = {
    "number": ("序号", "编号", "事项编号", "no", "no.", "number", "code", "sub-item", "item no."),
    "category": ("类别", "公开类别", "事项类别", "类别名称", "category", "class"),
    "item": ("公开事项", "事项", "公开项目", "事项名称", "项目", "item", "disclosure item", "matter"),
    "content": ("公开内容", "内容", "具体内容", "主要内容", "content", "contents", "details"),
    "basis": ("公开依据", "依据", "basis", "legal basis"),
    "scope": ("公开范围", "范围", "公开对象", "scope", "audience"),
    "methods": (
        "公开方式",
        "公开形式",
        "方式",
        "形式",
        "公开载体",
        "method",
        "methods",
        "channel",
        "channels",
        "form",
    ),
    "limit": ("公开时限", "时限", "公开时间", "公开期限", "time limit", "timing", "deadline", "when"),
    "unit": ("责任单位", "责任主体", "公开主体", "责任部门", "responsible unit", "unit", "responsible"),
    "hours": ("限时（小时）", "限时(小时)", "限时小时", "小时数", "limit in hours", "hours"),
    "major": ("重大事项", "是否重大事项", "重大", "major", "major decision"),
    "title_zh": ("中文名称", "chinese title"),
    "title_en": ("英文名称", "english title"),
}
NEEDED = ("item", "content", "scope", "methods", "limit")
_BY_HEADER = {name: column for column, names in HEADERS.items() for name in names}

Grid = Mapping[tuple[int, int], object]


@dataclass(frozen=True)
class BadCell:
    cell: str  # "F7"
    code: str
    detail: str


@dataclass(frozen=True)
class Row:
    """A row that could be read: an item or an exclusion, where it stands, and which unit it names."""

    number: int
    cells: Mapping[str, str]  # column name to the cell's own name, such as "F7"
    unit: str
    item: ItemDraft | None = None
    exclusion: ExclusionDraft | None = None

    @property
    def sub_item(self) -> str:
        return self.item.sub_item if self.item else self.exclusion.sub_item if self.exclusion else ""


@dataclass
class Reading:
    rows: list[Row] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One row of the grid under a known header."""

    number: int
    columns: Mapping[str, int]
    grid: Grid

    def raw(self, column: str) -> object:
        return self.grid.get((self.number, self.columns[column])) if column in self.columns else None

    def text(self, column: str) -> str:
        value = self.raw(column)
        return "" if value is None else str(value).strip()

    def cell(self, column: str) -> str:
        return cell_name(self.number, self.columns.get(column, min(self.columns.values())))


def read(grid: Grid, channels: codes.Channels, banners: frozenset[int] = frozenset()) -> Reading | None:
    """The catalogue in a grid, or ``None`` if no row looks like its header. ``banners``: rows merged across."""
    found = _header(grid)
    if found is None:
        return None
    header, columns = found
    reading, category = Reading(), ""
    for number in sorted({row for row, _ in grid if row > header}):
        line = Line(number, columns, grid)
        category = line.text("category") or category
        if number in banners:
            category = _banner_category(line, category)
        elif _has_content(line) and not _repeats_header(line):
            _read_line(line, category, channels, reading)
    return reading


def _header(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The first row that names the item and at least three more columns."""
    for number in sorted({row for row, _ in grid})[:HEADER_ROWS_MAX]:
        columns: dict[str, int] = {}
        for column, value in sorted((c, str(v)) for (r, c), v in grid.items() if r == number):
            name = _column(value)
            if name:
                columns.setdefault(name, column)
        if "item" in columns and len(columns) >= 4:
            return number, columns
    return None


def _column(value: str) -> str:
    """The column that a header cell names; spaces inside words (公 开 事 项) and colons do not matter."""
    words = value.lower().strip(" ：:*\n\u3000")
    return _BY_HEADER.get(re.sub(r"\s+", " ", words)) or _BY_HEADER.get(re.sub(r"\s+", "", words), "")


def missing_columns(grid: Grid) -> list[str]:
    """The needed columns that the header lacks, in the officials' words."""
    found = _header(grid)
    return [] if found is None else [HEADERS[name][0] for name in NEEDED if name not in found[1]]


def _read_line(line: Line, category: str, channels: codes.Channels, reading: Reading) -> None:
    known = wording.sub_item(line.raw("number"), line.text("item"))
    bad = _bad_place(line, known, category, reading)
    if bad:
        reading.bad.append(bad)
        return
    cells = {column: line.cell(column) for column in HEADERS}
    reason = _not_applicable(line.text("content"))
    if reason is not None:
        if not reason:
            reading.bad.append(BadCell(line.cell("content"), "REASON_REQUIRED", f"Why is {known} left out?"))
        exclusion = ExclusionDraft(known, reason)
        reading.rows.append(Row(line.number, cells, line.text("unit"), exclusion=exclusion))
        return
    draft, faults = _item(line, known, channels)
    reading.bad += faults
    reading.rows.append(Row(line.number, cells, line.text("unit"), item=draft))


def _bad_place(line: Line, known: str, category: str, reading: Reading) -> BadCell | None:
    """What is wrong with the row as a whole: which sub-item it is, twice the same, under a foreign category."""
    if known not in codes.SUB_ITEMS and not codes.is_extra(known):
        column = "number" if line.text("number") and not line.text("item") else "item"
        words = line.text(column) or line.text("number")
        return BadCell(line.cell(column), "UNKNOWN_CODE", f"{words!r} is none of the 50 sub-items.")
    twice = next((row for row in reading.rows if row.sub_item == known), None)
    if twice:
        return BadCell(line.cell("item"), "TWICE", f"{known} stands in row {twice.number} already.")
    if category and wording.category(category) != codes.category_of(known):
        at = line.cell("category" if "category" in line.columns else "item")
        return BadCell(at, "UNKNOWN_CODE", f"{known} does not belong to {category!r}.")
    return None


def _item(line: Line, known: str, channels: codes.Channels) -> tuple[ItemDraft, list[BadCell]]:
    usual = codes.SUB_ITEMS.get(known)
    reach = wording.reach(line.text("scope"))
    methods, unknown = wording.methods(line.text("methods"), channels)
    major, hours = wording.yes(line.text("major")), wording.hours(line.text("hours"))
    limit = wording.limit(line.text("limit"), usual.cycle if usual else "")
    faults = [
        _blank(line, "content", "content", bool(line.text("content"))),
        _blank(line, "scope", "scope", reach is not None),
        _blank(line, "methods", "method", bool(methods or unknown)),
        _blank(line, "limit", "time limit", limit is not None),
        _blank(line, "major", "yes or no", major is not None or not line.text("major")),
        _blank(line, "hours", "number of hours", hours is not None or not line.text("hours")),
    ]
    faults += [
        BadCell(line.cell("methods"), "UNKNOWN_CODE", f"{word!r} is not a channel of the town.") for word in unknown
    ]
    bad = [fault for fault in faults if fault]
    title_zh, title_en = wording.titles(known, wording.title_of(line.text("item")))
    draft = ItemDraft(
        sub_item=known,
        title_zh=line.text("title_zh") or title_zh,
        title_en=line.text("title_en") or title_en,
        content=line.text("content"),
        basis=line.text("basis"),
        scope=reach.scope if reach else "",
        audience_inside=reach.audience_inside if reach else "",
        audience_outside=reach.audience_outside if reach else "",
        methods=tuple(methods),
        kind=limit.kind if limit else "",
        cycle=limit.cycle if limit else "",
        fine_tune=limit.fine_tune if limit else "",
        limit_days=limit.limit_days if limit else 0,
        major=major,
        limit_hours=_hours(hours, limit),
        unsaid=frozenset() if _said(hours, limit) else frozenset({"limit_hours"}),
    )
    return draft, bad


def _said(hours: int | None, limit: wording.Limit | None) -> bool:
    """In its own column, or with the time limit."""
    return hours is not None or bool(limit and (limit.limit_hours or limit.limit_days))


def _hours(hours: int | None, limit: wording.Limit | None) -> int:
    return hours if hours is not None else limit.limit_hours if limit else 0


def _blank(line: Line, column: str, words: str, understood: bool) -> BadCell | None:
    if understood:
        return None
    if line.text(column):
        return BadCell(line.cell(column), "UNKNOWN_CODE", f"{line.text(column)!r} is not understood as one {words}.")
    return BadCell(line.cell(column), "MISSING_FIELD", f"The {words} is missing.")


def _not_applicable(content: str) -> str | None:
    """The reason given after "not applicable"; ``None`` if the row is an ordinary item."""
    marked = re.match(r"(?:不适用|不涉及|not applicable|n/a)\s*(.*)$", content, re.IGNORECASE | re.DOTALL)
    if not marked:
        return None
    bracketed = re.fullmatch(r"[(（](.*)[)）]", marked[1], re.DOTALL)
    return bracketed[1].strip() if bracketed else re.sub(r"^[:：,，。(（-]\s*", "", marked[1]).strip()


def _has_content(line: Line) -> bool:
    return any(line.text(column) for column in line.columns if column != "category")


def _repeats_header(line: Line) -> bool:
    return all(_BY_HEADER.get(line.text(c).lower()) == c for c in line.columns if line.text(c))


def _banner_category(line: Line, category: str) -> str:
    """A row merged across the sheet is a heading, which may name the category, or a note."""
    texts = [line.text(column) for column in line.columns if line.text(column)]
    return texts[0] if texts and wording.category(texts[0]) else category


def cell_name(row: int, column: int) -> str:
    """``(7, 6)`` is ``F7``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"
