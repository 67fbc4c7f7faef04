"""Attachments under the personal-data gate: sheets cell by cell, plain text line by line; documents, PDFs and what
stands beside the cells of a sheet each in a file of their own. Start at :func:`examine`.

Works on bytes in memory. What it cannot read it says so of; what is broken, blown up or holds programs is refused.
"""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook

from services.publication.domain.pdf import examine_pdf, is_pdf
from services.publication.domain.word import examine_document, is_document
from services.publication.domain.workbook_places import hidden_words, words_of
from shared.decider import Refused
from shared.personal_data.gate import (
    Examined,
    Found,
    covered,
    find,
    is_personal_name,
    kind_of_number,
    spans,
)
from shared.workbooks import NotAWorkbook, must_be_bounded

TEXT_SUFFIXES = (".csv", ".txt", ".md", ".tsv")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
AUTHORS = ("creator", "lastModifiedBy")
WORKBOOK_PART = "xl/workbook.xml"
SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
OLD_OFFICE = bytes.fromhex("D0CF11E0A1B11AE1")
PROGRAMS = re.compile(r"(?:.*/)?(?:vbaProject\.bin|vbaData\.xml|activeX/.*|embeddings/.*)")
DOCUMENT_SUFFIXES = (".docx", ".docm", ".pdf")


def examine(name: str, content: bytes) -> Examined:
    """What the gate finds in a document, and its covered copy."""
    _must_hold_no_programs(content)
    if is_workbook(content):
        return _examine_workbook(content)
    if is_word_document(content):
        return examine_document(content)
    if is_pdf(content):
        return examine_pdf(content)
    if name.lower().endswith((*WORKBOOK_SUFFIXES, *DOCUMENT_SUFFIXES)):
        raise _unreadable()
    if name.lower().endswith(TEXT_SUFFIXES):
        text, encoding = decoded(content)
        found = find([("line", text)])
        return Examined(found, True, covered(text).encode(encoding) if found else None)
    return Examined((), readable=False)


def _must_hold_no_programs(content: bytes) -> None:
    """Neither macros nor files within the file; the formats of old Office may hold either unseen."""
    if content.startswith(OLD_OFFICE):
        detail = "The formats of old Office cannot be looked through."
        raise Refused("INVALID", detail, accepted=".docx, .xlsx or .pdf", pointer="/file")
    if any(PROGRAMS.fullmatch(part) for part in _parts(content)):
        detail = "The file holds macros or other files."
        raise Refused("INVALID", detail, accepted="the same without them", pointer="/file")


def _parts(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return archive.namelist()
    except zipfile.BadZipFile:
        return []


def is_word_document(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return is_document(archive)
    except zipfile.BadZipFile:
        return False


def is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if WORKBOOK_PART not in archive.namelist():
                return False
    except zipfile.BadZipFile:
        return False
    try:
        must_be_bounded(content)
    except NotAWorkbook as broken:
        raise _unreadable() from broken
    return True


def workbooks_of(content: bytes) -> tuple[Workbook, Workbook]:
    """With the results that formulas had, and with the formulas. Raises ``INVALID`` if a sheet of it is not listed."""
    workbook = _opened(content, values=False)
    if len(workbook.worksheets) < _sheets(content):
        raise _unreadable()
    return _opened(content, values=True), workbook


def _examine_workbook(content: bytes) -> Examined:
    found, workbook = _looked_through(content)
    if not found:
        return Examined((), True)
    for cell in cells_of(workbook):
        _cover(cell)
    for words in list(words_of(workbook)):
        if spans(words.text):
            words.put(covered(words.text))
    for name in AUTHORS:
        setattr(workbook.properties, name, None)
    out = BytesIO()
    workbook.save(out)
    hidden = out.getvalue()
    return Examined(found, True, None if _looked_through(hidden)[0] else hidden)


def _looked_through(content: bytes) -> tuple[tuple[Found, ...], Workbook]:
    """Cells, what stands beside them, and the parts of the file that no sheet shows."""
    results, workbook = workbooks_of(content)
    found = [f for book in (results, workbook) for f in _found_in(book)]
    found += [Found(words.place, span.kind) for words in words_of(workbook) for span in spans(words.text)[:1]]
    found += [Found(place, span.kind) for place, text in hidden_words(content) for span in spans(text)[:1]]
    found += _authors(workbook)
    return tuple({f.place: f for f in found}.values()), workbook


def _authors(workbook: Workbook) -> Iterator[Found]:
    for name in AUTHORS:
        value = str(getattr(workbook.properties, name) or "")
        if is_personal_name(value) or spans(value):
            yield Found(f"properties ({name})", "author-name")


def _opened(content: bytes, *, values: bool) -> Workbook:
    """``values``: the results that formulas had when the sheet was saved, else the formulas."""
    try:
        return load_workbook(BytesIO(content), data_only=values)
    except Exception as unreadable:
        raise _unreadable() from unreadable


def _sheets(content: bytes) -> int:
    """How many sheets lie in the file, whether or not the workbook lists them."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return sum(SHEET_PART.fullmatch(name) is not None for name in archive.namelist())


def _unreadable() -> Refused:
    return Refused("INVALID", "The sheet cannot be opened whole.", pointer="/file")


def _found_in(workbook: Workbook) -> Iterator[Found]:
    for cell in cells_of(workbook):
        place = f"{covered(cell.parent.title)}!{cell.coordinate}"
        if kind := _kind(cell.value):
            yield Found(place, kind)
        if cell.comment and (hits := spans(cell.comment.text)):
            yield Found(f"{place} (comment)", hits[0].kind)


def cells_of(workbook: Workbook) -> Iterator[Cell]:
    """The cells that are there; walking the rows would make all those up to the farthest."""
    for sheet in workbook.worksheets:
        for _, cell in sorted(sheet._cells.items()):
            if isinstance(cell, Cell) and (cell.value is not None or cell.comment):
                yield cell


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return kind_of_number(value)
    hits = spans(str(value))
    return hits[0].kind if hits else ""


def _cover(cell: Cell) -> None:
    if kind_found := _kind(cell.value):
        text = f"{cell.value:.0f}" if isinstance(cell.value, int | float) else str(cell.value)
        hidden = covered(text)
        cell.value = hidden if hidden != text else f"({kind_found})"
    if cell.comment and spans(cell.comment.text):
        cell.comment.text = covered(cell.comment.text)


def decoded(content: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Refused("INVALID", "The text is neither UTF-8 nor GB 18030.", pointer="/file")
