"""Opens an .xlsx as a grid of cells with merged ones filled, within limits that a hostile file cannot exceed.

Everything is checked before openpyxl sees it: that it is a zip, how large it unpacks, that its XML declares nothing.
"""

import io
import zipfile
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from shared.decider import Refused
from shared.workbooks import NotAWorkbook, must_be_bounded

SHEET_BYTES_MAX = 5_000_000
UNPACKED_BYTES_MAX = 40_000_000
RATIO_MAX = 200
PARTS_MAX = 500
ROWS_MAX = 2_000
COLUMNS_MAX = 60
CELL_CHARACTERS_MAX = 4_200  # the longest text, and the words before it
BANNER_COLUMNS_MIN = 3


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells, merged ones filled, and the rows that are one cell merged across."""

    title: str
    grid: dict[tuple[int, int], object]
    banners: frozenset[int]


def sheets(content: bytes) -> list[Sheet]:
    """All sheets of a workbook. Refuses NOT_A_WORKBOOK or TOO_LARGE; never unpacks more than the limits."""
    _must_be_bounded(content)
    try:
        book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        SyntaxError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
    ) as broken:
        raise _not_a_workbook() from broken
    return [_sheet(sheet) for sheet in book.worksheets]


def _must_be_bounded(content: bytes) -> None:
    if len(content) > SHEET_BYTES_MAX:
        raise Refused("TOO_LARGE", "The file is too large.", f"{SHEET_BYTES_MAX} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive)
        must_be_bounded(content)
    except (zipfile.BadZipFile, NotAWorkbook) as broken:
        raise _not_a_workbook() from broken


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if "xl/workbook.xml" not in archive.namelist():
        raise _not_a_workbook()
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    bomb = unpacked > UNPACKED_BYTES_MAX or (unpacked > 1_000_000 and unpacked / packed > RATIO_MAX)
    if bomb or len(parts) > PARTS_MAX:
        raise Refused("TOO_LARGE", "The file unpacks to too much.", f"{UNPACKED_BYTES_MAX} bytes unpacked")


def _sheet(sheet: Worksheet) -> Sheet:
    if sheet.max_row > ROWS_MAX or sheet.max_column > COLUMNS_MAX:
        raise Refused(
            "TOO_LARGE", f"The sheet {sheet.title!r} is too large.", f"{ROWS_MAX} rows, {COLUMNS_MAX} columns"
        )
    grid: dict[tuple[int, int], object] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None and str(cell.value).strip():
                grid[(cell.row, cell.column)] = _bounded(cell.value)
    banners = set()
    for merged in sheet.merged_cells.ranges:
        value = grid.get((merged.min_row, merged.min_col))
        if merged.max_col - merged.min_col + 1 >= BANNER_COLUMNS_MIN:
            banners |= set(range(merged.min_row, merged.max_row + 1))
        if value is not None:
            grid |= {
                (row, column): value
                for row in range(merged.min_row, min(merged.max_row, ROWS_MAX) + 1)
                for column in range(merged.min_col, min(merged.max_col, COLUMNS_MAX) + 1)
            }
    return Sheet(sheet.title, grid, frozenset(banners))


def _bounded(value: object) -> object:
    return value[:CELL_CHARACTERS_MAX] if isinstance(value, str) else value


def _not_a_workbook() -> Refused:
    return Refused("NOT_A_WORKBOOK", "The file is not a readable .xlsx workbook.", accepted="an .xlsx file")
