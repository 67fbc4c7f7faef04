"""What a sheet says beside its cells: titles, headers, properties, links, lists to choose from, drawings, charts.

Each place is named, and covered where the gate can write it anew. Start at :func:`words_of`; what lies in other parts
of the file is read by :func:`hidden_words`, and never covered.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from xml.parsers import expat

from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from shared.personal_data.gate import covered

EDGES = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
PROPERTIES = ("title", "subject", "description", "keywords", "category", "contentStatus", "identifier")
LIST_WORDS = ("formula1", "formula2", "prompt", "promptTitle", "error", "errorTitle")
LINK_WORDS = ("target", "location", "tooltip", "display")
HIDDEN = re.compile(
    r"xl/(?:drawings|charts|diagrams|threadedComments|pivotCache|externalLinks|tables|queryTables)/.*"
    r"|xl/(?:connections|metadata)\.xml|docProps/(?:custom|app)\.xml|customXml/.*"
)
HIDDEN_ATTRIBUTES = frozenset({"v", "name", "descr", "title", "val", "Target", "displayName", "uniqueName"})


@dataclass(frozen=True)
class Words:
    """``put`` writes the place anew."""

    place: str
    text: str
    put: Callable[[str], None]


def words_of(workbook: Workbook) -> Iterator[Words]:
    """Everything beside the cells that has words and can be written anew."""
    for number, sheet in enumerate(workbook.worksheets, start=1):
        yield Words(f"sheet {number} (title)", sheet.title, _retitled(sheet, number))
        place = covered(sheet.title)
        yield from _edges(sheet, place)
        yield from _lists(sheet, place)
        yield from _links(sheet, place)
    for name in PROPERTIES:
        yield from _fields(workbook.properties, (name,), f"properties ({name})")
    for defined in list(workbook.defined_names.values()):
        yield from _fields(defined, ("attr_text", "comment"), "defined names")


def hidden_words(content: bytes) -> Iterator[tuple[str, str]]:
    """The words of the file's other parts, each with the part's name."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if HIDDEN.fullmatch(name) and name.endswith((".xml", ".rels", ".vml")):
                yield from ((covered(name), words) for words in _texts(archive.read(name)))


def _texts(xml: bytes) -> list[str]:
    """Paragraph by paragraph, since a number may be cut up; and those attributes that hold words."""
    reading = _Reading([], [])
    parser = expat.ParserCreate()
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.running.append
    parser.Parse(xml, True)
    return [text for text in reading.texts if text.strip()]


@dataclass
class _Reading:
    texts: list[str]
    running: list[str]
    paragraphs: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.paragraphs += name.rpartition(":")[2] == "p"
        named = (value for key, value in attributes.items() if key in HIDDEN_ATTRIBUTES)
        self.texts.extend(value for value in named if not value.startswith("{"))  # those are ids

    def end(self, name: str) -> None:
        self.paragraphs -= name.rpartition(":")[2] == "p"
        if not self.paragraphs:
            self.texts.append("".join(self.running))
            self.running.clear()


def _edges(sheet: Worksheet, place: str) -> Iterator[Words]:
    """What is printed above and below each page."""
    for name in EDGES:
        edge = getattr(sheet, name)
        for part in (edge.left, edge.center, edge.right):
            yield from _fields(part, ("text",), f"{place} ({name})")


def _lists(sheet: Worksheet, place: str) -> Iterator[Words]:
    """What a cell may be filled with, and the hints for it."""
    for number, rule in enumerate(sheet.data_validations.dataValidation, start=1):
        yield from _fields(rule, LIST_WORDS, f"{place} (list {number})")


def _links(sheet: Worksheet, place: str) -> Iterator[Words]:
    for _, cell in sorted(sheet._cells.items()):
        link = getattr(cell, "hyperlink", None)
        if link is not None:
            yield from _fields(link, LINK_WORDS, f"{place}!{cell.coordinate} (link)")


def _fields(holder: Any, names: tuple[str, ...], place: str) -> Iterator[Words]:
    for name in names:
        if text := getattr(holder, name, None):
            yield Words(place, str(text), partial(setattr, holder, name))


def _retitled(sheet: Worksheet, number: int) -> Callable[[str], None]:
    """A title takes no stars."""

    def put(_: str) -> None:
        sheet.title = f"Sheet {number}"

    return put
