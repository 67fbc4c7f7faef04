"""Reads a roll of members, or a list of organisations, from the cells of a sheet: every bad cell is named at once.

The header may stand in any of the first rows and in any order of columns, in Chinese or English. Start at
:func:`members_in` and :func:`organisations_in`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from services.catalogue.domain.roll import Period, Roll, RollLine, TakeOverRoll, take_over_roll
from services.catalogue.domain.sheet import BadCell, cell_name
from services.catalogue.events import MemberAdmitted
from shared.decider import Refused

Line = TypeVar("Line")
Grid = Mapping[tuple[int, int], object]
Names = Mapping[str, tuple[str, ...]]
HEADER_ROWS_MAX = 10
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
MEMBER_COLUMNS: Names = {
    "person": ("编号", "人员编号", "id", "person"),
    "name_zh": ("姓名", "name"),
    "name_en": ("英文名", "姓名拼音", "english name"),
    "since": ("转入日期", "起始日期", "加入日期", "from"),
    "until": ("转出日期", "终止日期", "离开日期", "to", "until"),
}
ORGANISATION_COLUMNS: Names = {
    "organisation": ("编号", "组织编号", "id", "organisation"),
    "name_zh": ("名称", "党组织名称", "name"),
    "name_en": ("英文名", "英文名称", "english name"),
    "type": ("类型", "党组织类型", "type"),
    "level": ("层级", "level"),
    "superior": ("上级", "上一级党组织", "superior"),
    "since": ("成立日期", "起始日期", "from"),
}
TYPES = {
    "企业": "enterprise", "农村": "rural", "机关": "organ", "学校": "school", "医院": "hospital", "社会组织": "social",
    "其他": "other",
}  # fmt: skip
LEVELS = {"党支部": "branch", "支部": "branch", "党总支": "general-branch", "总支": "general-branch", "单位": "unit"}


@dataclass(frozen=True)
class Member:
    line: RollLine
    name_zh: str
    name_en: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Listed:
    """An organisation as a line of the sheet says it."""

    organisation: str
    name_zh: str
    name_en: str
    type: str
    level: str
    superior: str
    since: date
    cells: Mapping[str, str]


@dataclass
class Read(Generic[Line]):
    """What could be read, and every cell that could not."""

    lines: list[Line] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)


@dataclass
class _Row:
    """One row by the names of its columns; faults are collected where they stand."""

    values: Mapping[str, object]
    cells: Mapping[str, str]
    bad: list[BadCell]

    def fault(self, column: str, code: str, detail: str) -> None:
        self.bad.append(BadCell(self.cells[column], code, detail))

    def text(self, column: str, *, needed: bool = False) -> str:
        words = str(self.values.get(column) or "").strip()
        if needed and not words:
            self.fault(column, "MISSING_FIELD", f"The {column} is missing.")
        return words

    def day(self, column: str, *, needed: bool = False) -> date | None:
        value = self.values.get(column)
        if value is None or not str(value).strip():
            if needed:
                self.fault(column, "MISSING_FIELD", "The day is missing.")
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        found = DAY.fullmatch(str(value).strip())
        try:
            year, month, on = (int(part) for part in found.groups()) if found else (0, 0, 0)
            return date(year, month, on)
        except ValueError:
            self.fault(column, "WRONG_DATE", "That is no day; 2026-01-05 is one.")
            return None

    def coded(self, column: str, codes: Mapping[str, str]) -> str:
        words = self.text(column, needed=True)
        if words and words not in codes and words not in codes.values():
            self.fault(column, "UNKNOWN_CODE", f"{words!r} is none of {'、'.join(codes)}.")
        return codes.get(words, words)


def members_in(
    grid: Grid,
    roll: Roll,
    known: Callable[[str], bool],
    elsewhere: Callable[[str], tuple[Period, ...]] = lambda _person: (),
) -> Read[Member]:
    """The lines of a roll, each held against what is recorded.

    ``known`` tells who is registered already, ``elsewhere`` when somebody was a member of other organisations.
    """
    read = Read[Member]()
    rows = _rows(grid, MEMBER_COLUMNS, ("person", "since"), read.bad)
    for row in rows:
        before = len(read.bad)
        person = row.text("person", needed=True)
        if person and not ID.fullmatch(person):
            row.fault("person", "UNKNOWN_CODE", "An id has small letters, digits and hyphens.")
        name, english = row.text("name_zh"), row.text("name_en")
        if person and not name and not known(person):
            row.fault("name_zh", "MISSING_FIELD", f"{person} is not registered: a name is needed.")
        since, until = row.day("since", needed=True), row.day("until")
        if len(read.bad) > before or since is None:
            continue
        member = Member(RollLine(person, since, until), name, english, row.cells)
        roll = _held_against(roll, member, row, elsewhere(person))
        read.lines.append(member)
    _must_have_lines(rows, read.bad)
    return read


def _held_against(roll: Roll, member: Member, row: _Row, elsewhere: tuple[Period, ...]) -> Roll:
    """The roll with this line, or a fault at the day that contradicts what is recorded."""
    try:
        told = take_over_roll(roll, TakeOverRoll("", (member.line,), {member.line.person: elsewhere}))
    except Refused as refusal:
        row.fault(refusal.pointer.rsplit("/", 1)[-1], refusal.code, refusal.detail)
        return roll
    for fact in told:
        roll = roll.admitted(fact) if isinstance(fact, MemberAdmitted) else roll.departed(fact)
    return roll


def organisations_in(grid: Grid) -> Read[Listed]:
    """The lines of a list of organisations; where each may stand is asked by the rule of registering (ORG-02)."""
    read = Read[Listed]()
    rows = _rows(grid, ORGANISATION_COLUMNS, ("organisation", "name_zh", "type", "superior", "since"), read.bad)
    seen: set[str] = set()
    for row in rows:
        before = len(read.bad)
        organisation, superior = row.text("organisation", needed=True), row.text("superior", needed=True)
        for column, value in (("organisation", organisation), ("superior", superior)):
            if value and not SLUG.fullmatch(value):
                row.fault(column, "UNKNOWN_CODE", "An id has letters, digits and hyphens.")
        if organisation in seen:
            row.fault("organisation", "ALREADY_REGISTERED", f"{organisation} stands twice in the sheet.")
        seen.add(organisation)
        name, since = row.text("name_zh", needed=True), row.day("since", needed=True)
        kind, level = row.coded("type", TYPES), row.coded("level", LEVELS) if row.text("level") else "branch"
        if len(read.bad) == before and since is not None:
            english = row.text("name_en") or name
            read.lines.append(Listed(organisation, name, english, kind, level, superior, since, row.cells))
    _must_have_lines(rows, read.bad)
    return read


def _must_have_lines(rows: Sequence[_Row], bad: list[BadCell]) -> None:
    if not rows and not bad:
        bad.append(BadCell("A1", "MISSING_FIELD", "The sheet has a header, but no lines."))


def _rows(grid: Grid, columns: Names, needed: Sequence[str], bad: list[BadCell]) -> list[_Row]:
    """The rows below the header that hold anything."""
    header = _header(grid, columns)
    missing = [columns[name][0] for name in needed if name not in header[1]]
    if missing:
        bad.append(BadCell("A1", "MISSING_FIELD", f"No row is a header with {'、'.join(missing)}."))
        return []
    top, places = header
    rows = []
    for number in sorted({row for row, _ in grid if row > top}):
        values = {name: grid[number, column] for name, column in places.items() if (number, column) in grid}
        if values:
            cells = {name: cell_name(number, places.get(name, 1)) for name in columns}
            rows.append(_Row(values, cells, bad))
    return rows


def _header(grid: Grid, columns: Names) -> tuple[int, dict[str, int]]:
    """The row that names most columns, and where each is; the first row if none does."""
    found: list[tuple[int, dict[str, int]]] = []
    for number in sorted({row for row, _ in grid})[:HEADER_ROWS_MAX]:
        words = {str(value).strip().lower(): column for (row, column), value in grid.items() if row == number}
        places = {name: words[w] for name, known in columns.items() for w in known if w in words}
        found.append((number, places))
    return max(found, key=lambda pair: len(pair[1]), default=(1, {}))
