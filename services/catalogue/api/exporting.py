"""Catalogues as .xlsx in the officials' column layout: one organisation's, or a whole town's with a sheet for each.

What the asker may not see is not in it. Importing a sheet again gives the same items. Start at :func:`book`.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Response
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from services.catalogue.api.parts import Parts
from services.catalogue.domain import codes, phrasing
from services.catalogue.domain.phrasing import Language
from services.catalogue.events import Exclusion, Item
from services.catalogue.views.catalogues import Row
from shared.decider import Refused
from shared.fields import Day
from shared.web import Api, Reader
from shared.web.reader import Reading

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {}}}}
SHEET_TITLE_MAX = 31
WIDTHS = (18, 30, 46, 34, 20, 36, 20, 14, 10, 12, 24, 24)


@dataclass(frozen=True)
class Filed:
    """One catalogue as it is to be written. ``units``: what each responsible unit is called."""

    sheet: str
    heading: str
    items: Sequence[Item]
    exclusions: Sequence[Exclusion]
    units: Mapping[str, str]


def add(router: Api, parts: Parts) -> None:
    @router.get(
        "/organisations/{organisation}/catalogue.xlsx",
        action="catalogue.read",
        response_class=Response,
        responses=SHEET,
    )
    def export_catalogue(organisation: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> Response:
        """The catalogue in force on a day (today); headings by Accept-Language."""
        reader.may(organisation)
        day = on or reader.today
        version = parts.catalogues.in_force(organisation, day)
        if version is None:
            if parts.register.organisation(organisation) is None:
                raise Refused("NOT_FOUND", "There is no such organisation.")
            raise Refused("NOT_IN_FORCE", f"No catalogue of {organisation} is in force on {day}.")
        language = _language(reader)
        return _download(book([_filed(parts, reader, version, language)], language), f"{organisation}-{day}.xlsx")

    @router.get("/towns/{town}/catalogue.xlsx", action="catalogue.read", response_class=Response, responses=SHEET)
    def export_town(town: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> Response:
        """Every catalogue of the town in force on a day (today), a sheet for each organisation."""
        reader.may()
        parts.town(town)
        day, language = on or reader.today, _language(reader)
        filed = [_filed(parts, reader, v, language) for v in parts.catalogues.in_force_of_town(town, day)]
        if not filed:
            raise Refused("NOT_IN_FORCE", f"No catalogue of {town} is in force on {day}.")
        return _download(book(filed, language), f"{town}-{day}.xlsx")


def _language(reader: Reading) -> Language:
    """Chinese, unless somebody asks for English first."""
    return "en" if reader.request.headers.get("accept-language", "").lower().startswith("en") else "zh"


def _filed(parts: Parts, reader: Reading, version: Row, language: Language) -> Filed:
    known = {o.organisation: (o.name_zh, o.name_en) for o in parts.register.organisations(version["town"])}
    place = 0 if language == "zh" else 1
    units = {organisation: names[place] or organisation for organisation, names in known.items()}
    organisation, effective = version["organisation"], version["effective"]
    name = units.get(organisation) or str(organisation)
    exclusions = [Exclusion.model_validate(row) for row in parts.catalogues.exclusions_of(version)]
    items = parts.catalogues.items_of(version, reader.audiences)
    return Filed(organisation, _heading(name, version["version"], effective, language), items, exclusions, units)


def _heading(name: str, version: int, effective: date, language: Language) -> str:
    if language == "zh":
        return f"{name}党务公开目录（第{version}版，自{effective}起施行）"
    return f"Disclosure catalogue of {name} (version {version}, in force from {effective})"


def book(filed: Sequence[Filed], language: Language) -> bytes:
    """The workbook; texts are written as texts, whatever a spreadsheet would make of them."""
    workbook = Workbook()
    for unused in workbook.worksheets:
        workbook.remove(unused)
    for one in filed:
        _write(workbook.create_sheet(re.sub(r"[\[\]:*?/\\]", "-", one.sheet)[:SHEET_TITLE_MAX]), one, language)
    kept = io.BytesIO()
    workbook.save(kept)
    return kept.getvalue()


def _write(sheet: Worksheet, filed: Filed, language: Language) -> None:
    rows = [(i.sub_item, phrasing.row_of(i, language, filed.units.get(i.unit, i.unit))) for i in filed.items]
    rows += [(e.sub_item, phrasing.exclusion_row(e, language)) for e in filed.exclusions]
    rows.sort(key=lambda row: codes.place_of(row[0]))
    titled = any(column in row for _, row in rows for column in phrasing.TITLES)
    columns = (*phrasing.COLUMNS, *(phrasing.TITLES if titled else ()))
    _cells(sheet, 1, [filed.heading])
    _cells(sheet, 2, [phrasing.HEADINGS[language][column] for column in columns])
    for number, (_, row) in enumerate(rows, start=3):
        _cells(sheet, number, [row.get(column, "") for column in columns])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(phrasing.COLUMNS))
    sheet.cell(1, 1).font = Font(bold=True, size=16)
    sheet.freeze_panes = "A3"
    for width, letter in zip(WIDTHS, "ABCDEFGHIJKL", strict=True):
        sheet.column_dimensions[letter].width = width


def _cells(sheet: Worksheet, row: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub(" ", text) or None)
        if cell.data_type == "f":  # a text that begins with = stays one, and is never reckoned
            cell.data_type = "s"
            cell.quotePrefix = True
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def _download(content: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, Accept-Language",
    }
    return Response(content, media_type=XLSX, headers=headers)
