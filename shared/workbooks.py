"""Whether an .xlsx may be opened at all: how much it unpacks to and how many cells it would make, before a
reader of workbooks sees it.

A few bytes can name a range of billions of cells (a merge, a link, a table), and readers make them all.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from xml.parsers import expat

from shared.decider import Refused

PARTS_MAX = 2_000
UNPACKED_BYTES_MAX = 100_000_000
XML_BYTES_MAX = 25_000_000
CELLS_MAX = 100_000
RANGES = frozenset({"mergeCell", "hyperlink", "table"})
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")


class NotAWorkbook(Exception):
    """Not a zip of readable XML, or XML that declares a document type or entities."""


def must_be_bounded(content: bytes) -> None:
    """Raises ``Refused('TOO_LARGE')`` for what would cost too much to open, :class:`NotAWorkbook` for the rest."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            xml = [part for part in parts if part.filename.endswith((".xml", ".rels", ".vml"))]
            _must_unpack_to_little(parts, xml)
            count = _Count()
            for part in xml:
                count.read(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, expat.ExpatError) as broken:
        raise NotAWorkbook from broken


def _must_unpack_to_little(parts: list[zipfile.ZipInfo], xml: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > PARTS_MAX or unpacked > UNPACKED_BYTES_MAX or sum(p.file_size for p in xml) > XML_BYTES_MAX:
        raise _too_large(f"{XML_BYTES_MAX} bytes of sheets, {UNPACKED_BYTES_MAX} bytes in all")


@dataclass
class _Count:
    """The cells that the parts read so far would come to."""

    cells: int = 0

    def read(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        parser = expat.ParserCreate(namespace_separator="|")
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = _declared
        with archive.open(part) as stream:
            parser.ParseFile(stream)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition("|")[2]
        if kind == "c":
            self.cells += 1
        elif kind in RANGES:
            self.cells += _area(attributes.get("ref", ""))
        if self.cells > CELLS_MAX:
            raise _too_large(f"{CELLS_MAX} cells")


def _area(reference: str) -> int:
    found = _RANGE.fullmatch(reference.upper())
    if not found:
        return 1
    left, top, right, bottom = found.groups()
    return (abs(_column(right) - _column(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _declared(*_: object) -> None:
    raise NotAWorkbook


def _too_large(limit: str) -> Refused:
    return Refused("TOO_LARGE", "The sheet is too large to be opened here.", accepted=limit, pointer="/file")
