"""Reading an attachment for what its matter's approval does not let outside: where a name stands in it (CAT-12, S05).

It is read as the personal-data gate reads it: cell by cell, paragraph by paragraph, page by page. A place is said,
never a name; and what nobody can read is said too, for names may stand in it.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.publication.domain.pdf import has_no_text, is_pdf, pages_of
from services.publication.domain.sheets import (
    AUTHORS,
    TEXT_SUFFIXES,
    cells_of,
    decoded,
    is_word_document,
    is_workbook,
    workbooks_of,
)
from services.publication.domain.word import paragraphs_of

UNREADABLE = "(unreadable)"
EDGES = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")


@dataclass(frozen=True)
class Read:
    """The passages of a document with their places, in order; ``unread`` are the places that nobody can read."""

    passages: tuple[tuple[str, str], ...]
    unread: tuple[str, ...] = ()


def read(name: str, content: bytes) -> Read:
    """Raises ``INVALID`` for what is broken, as the gate does."""
    if is_workbook(content):
        return Read(tuple(dict.fromkeys(p for book in workbooks_of(content) for p in _of_workbook(book))))
    if is_word_document(content):
        return Read(tuple(paragraphs_of(content)))
    if is_pdf(content):
        pages = tuple(pages_of(content))
        return Read(pages, tuple(f"{place} {UNREADABLE}" for place, text in pages if has_no_text(place, text)))
    if name.lower().endswith(TEXT_SUFFIXES):
        lines = decoded(content)[0].split("\n")
        return Read(tuple((f"line {number}", line) for number, line in enumerate(lines, start=1)))
    return Read((), (UNREADABLE,))


def places_of(names: Iterable[str], document: Read) -> tuple[str, ...]:
    """Where any of these names begins, however it is typed or broken over lines or cells; and what is unread."""
    sought = {plain(name) for name in names} - {""}
    texts = [plain(text) for _, text in document.passages]
    starts, whole = list(accumulate(map(len, texts), initial=0)), "".join(texts)
    found = {bisect_right(starts, at) - 1 for name in sought for at in _all(name, whole)}
    places = (nameless(document.passages[number][0], sought, f"passage {number + 1}") for number in sorted(found))
    return tuple(dict.fromkeys((*places, *document.unread)))


def nameless(label: str, names: Iterable[str], otherwise: str) -> str:
    """What a sheet or file is called, unless it is called by one of the names."""
    return otherwise if any(plain(name) in plain(label) for name in names) else label


def plain(text: str) -> str:
    """However it is spaced or typed: 陈 秀英 is 陈秀英.

    >>> plain(" 陈 秀英 "), plain("ＣＨＥＮ Xiuying"), plain("陈\\u200b秀英")
    ('陈秀英', 'chenxiuying', '陈秀英')
    """
    joined = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return joined if joined.isascii() else "".join(c for c in joined if unicodedata.category(c) != "Cf")


def _all(name: str, text: str) -> Iterator[int]:
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + 1)


def _of_workbook(workbook: Workbook) -> Iterator[tuple[str, str]]:
    for number, sheet in enumerate(workbook.worksheets, start=1):
        yield f"sheet {number} (title)", sheet.title
        yield from ((f"{sheet.title} ({edge})", text) for edge, text in _edges(sheet))
    for cell in cells_of(workbook):
        place = f"{cell.parent.title}!{cell.coordinate}"
        if cell.value is not None:
            yield place, str(cell.value)
        if cell.comment:
            yield f"{place} (comment)", cell.comment.text
    for name in AUTHORS:
        yield f"properties ({name})", str(getattr(workbook.properties, name) or "")


def _edges(sheet: Worksheet) -> Iterator[tuple[str, str]]:
    """What is printed above and below each page."""
    for name in EDGES:
        edge = getattr(sheet, name)
        for part in (edge.left, edge.center, edge.right):
            if part.text:
                yield name, part.text
