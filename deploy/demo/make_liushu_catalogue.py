"""Writes Liushu Village's catalogue as officials keep it: a title row, merged categories, everything in words.

Run it after changing ``templates.yaml``: ``python deploy/demo/make_liushu_catalogue.py``.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from services.catalogue.domain import codes

HERE = Path(__file__).parent
HEADER = ("类别", "公开事项", "公开内容", "公开依据", "公开范围", "公开方式", "公开时限", "责任单位")
NUMERALS = "一二三四五六七八"
UNITS = {"C1": "镇党政办", "C7": "镇纪委", "C8": "柳树村党支部"}
SCOPES = {"inside": "党内", "inside-then-outside": "先党内后党外", "outside": "向社会公开"}
KINDS = {"long-term": "长期公开", "staged": "逐段公开", "immediate": "即时公开"}
CYCLES = {"quarterly": "每季度更换", "yearly": "每年一次"}
CHANNELS = codes.INSIDE_CHANNELS | codes.PUBLIC_CHANNELS
WIDTHS = (18, 30, 46, 34, 16, 36, 20, 14)


def limit(item: dict[str, Any]) -> str:
    words = CYCLES[item["cycle"]] if item["kind"] == "periodic" else KINDS[item["kind"]]
    return f"{words}，每月微调" if item.get("fine_tune") else words


def row(item: dict[str, Any]) -> tuple[str, ...]:
    known = codes.SUB_ITEMS[item["sub_item"]]
    category = f"{NUMERALS[int(known.category[1]) - 1]}、{codes.CATEGORIES[known.category][0]}"
    scope = "党内、本村村民" if known.code == "5.4" else SCOPES[item["scope"]]
    methods = "、".join(CHANNELS[method] for method in item["methods"])
    unit = UNITS.get(known.category, "镇党建办")
    title = f"{known.code} {known.title_zh}"
    return (category, title, item["content"], item["basis"], scope, methods, limit(item), unit)


def workbook(items: list[dict[str, Any]]) -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "柳树村党支部"
    sheet.append(("柳树村党支部党务公开目录",))
    sheet.append(HEADER)
    for item in items:
        sheet.append(row(item))
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADER))
    first = 3
    for number in range(4, sheet.max_row + 2):
        if sheet.cell(number, 1).value != sheet.cell(first, 1).value:
            sheet.merge_cells(start_row=first, start_column=1, end_row=number - 1, end_column=1)
            first = number
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet["A1"].font = Font(bold=True, size=16)
    for column, width in zip("ABCDEFGH", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    book.properties.created = book.properties.modified = datetime(2026, 1, 9)  # noqa: DTZ001 - the format has no zone
    return book


if __name__ == "__main__":
    content = yaml.safe_load((HERE / "templates.yaml").read_text(encoding="utf-8"))
    workbook(content["items"]).save(HERE / "liushu-catalogue.xlsx")
