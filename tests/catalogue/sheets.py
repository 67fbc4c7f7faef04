"""Builds workbooks as officials send them, well-formed and otherwise."""

import io
import zipfile
from collections.abc import Iterable, Sequence

from openpyxl import Workbook

HEADER = ("类别", "公开事项", "公开内容", "公开依据", "公开范围", "公开方式", "公开时限", "责任单位")
ENGLISH = ("Category", "Item", "Content", "Basis", "Scope", "Method", "Time limit", "Responsible unit")
ORGANISATION = "三、党的组织管理情况"
DUES = (
    ORGANISATION,
    "3.9 党费收缴、管理和使用情况",
    "收缴数额",
    "党费规定",
    "先党内后党外",
    "党员大会、党务公开栏",
    "每季度更换，每月微调",
    "镇党建办",
)
FUNDS = (
    ORGANISATION,
    "3.10 党务工作经费管理使用情况",
    "经费收支",
    "党费规定",
    "党内",
    "党员大会",
    "每季度更换",
    "镇党建办",
)


def book(*rows: Sequence[object], merged: Iterable[str] = ()) -> bytes:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The same archive with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info.filename))
        new.writestr(name, part)
    return out.getvalue()
