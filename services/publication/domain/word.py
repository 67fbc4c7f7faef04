"""A .docx under the personal-data gate: paragraph by paragraph and cell by cell, with headers, notes and what it hides.

Deleted text, comments and the names of its editors go out with the file though nobody sees them: they are found too.
The covered copy is the same file with these bytes replaced, so that whatever else is in it stays as it was.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from re import compile as pattern
from xml.parsers import expat

from shared.decider import Refused
from shared.personal_data.gate import Examined, Found, covered, is_personal_name, spans
from shared.workbooks import NotAWorkbook, must_be_bounded

DOCUMENT_PART = "word/document.xml"
READ = pattern(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments\w*)\.xml")
PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml")
NAMES = ("creator", "lastModifiedBy", "Manager", "lpwstr")
TEXTS, CHANGES = ("t", "instrText", "delText"), ("ins", "del", "moveFrom", "moveTo")
_AUTHOR = pattern(rb'(w:(?:author|initials))="[^"]*"')


@dataclass
class Segment:
    """Characters that stand together in the file, from byte to byte."""

    start: int
    end: int
    text: str
    deleted: bool = False


@dataclass
class Passage:
    """A paragraph with its place; ``changed``: with tracked changes in it."""

    place: str
    segments: list[Segment] = field(default_factory=list)
    changed: bool = False

    @property
    def text(self) -> str:
        return "".join(s.text for s in self.segments if not s.deleted)


def is_document(archive: zipfile.ZipFile) -> bool:
    return DOCUMENT_PART in archive.namelist()


def examine_document(content: bytes) -> Examined:
    parts, read = _opened(content)
    named = {name: read.pop(name) for name in PROPERTIES if name in read}
    found = tuple(dict.fromkeys((*_found(read), *_authors(named))))
    if not found:
        return Examined((), readable=True)
    changed = {name: _AUTHOR.sub(rb'\1=""', _covered(name, parts[name], passages)) for name, passages in read.items()}
    changed |= {name: _blanked(parts[name], passages) for name, passages in named.items()}
    return Examined(found, True, _rewritten(content, changed))


def paragraphs_of(content: bytes) -> Iterator[tuple[str, str]]:
    """Everything that can be read in it, with its place."""
    for name, passages in _opened(content)[1].items():
        for passage in passages:
            place = f"properties ({passage.place})" if name in PROPERTIES else passage.place
            yield place, "".join(segment.text for segment in passage.segments)


def _opened(content: bytes) -> tuple[dict[str, bytes], dict[str, list[Passage]]]:
    """The parts that hold text, and what each says; the properties last. Raises ``INVALID`` for what is broken."""
    try:
        must_be_bounded(content)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            there = archive.namelist()
            wanted = (*(n for n in there if READ.fullmatch(n)), *(n for n in PROPERTIES if n in there))
            parts = {name: archive.read(name) for name in wanted}
        return parts, {name: _Part(name).passages(part) for name, part in parts.items()}
    except (NotAWorkbook, zipfile.BadZipFile, expat.ExpatError, UnicodeDecodeError) as broken:
        raise Refused("INVALID", "The document cannot be opened whole.", pointer="/file") from broken


def _found(read: dict[str, list[Passage]]) -> Iterator[Found]:
    for name, passages in read.items():
        for passage in passages:
            if "comments" in name and passage.text.strip():
                yield Found(passage.place, "comment")
                continue
            if passage.changed:
                yield Found(passage.place, "tracked-change")
            yield from (Found(passage.place, span.kind) for span in spans(passage.text))


def _authors(named: dict[str, list[Passage]]) -> Iterator[Found]:
    for passages in named.values():
        for passage in passages:
            if is_personal_name(passage.text) or spans(passage.text):
                yield Found(f"properties ({passage.place})", "author-name")


def _covered(name: str, part: bytes, passages: list[Passage]) -> bytes:
    """Comments and deleted text gone, the rest as long as it was."""
    spliced: list[tuple[Segment, str]] = []
    for passage in passages:
        hidden, at = covered(passage.text), 0
        for segment in passage.segments:
            if segment.deleted or "comments" in name:
                spliced.append((segment, ""))
            if not segment.deleted:
                kept, at = hidden[at : at + len(segment.text)], at + len(segment.text)
                if kept != segment.text and "comments" not in name:
                    spliced.append((segment, kept))
    return _spliced(part, spliced)


def _blanked(part: bytes, passages: list[Passage]) -> bytes:
    return _spliced(part, [(segment, "") for passage in passages for segment in passage.segments])


def _spliced(part: bytes, pieces: list[tuple[Segment, str]]) -> bytes:
    for segment, text in sorted(pieces, key=lambda piece: piece[0].start, reverse=True):
        part = part[: segment.start] + escape(text, quote=False).encode() + part[segment.end :]
    return part


def _rewritten(content: bytes, changed: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry, changed.get(entry.filename) or old.read(entry))
    return out.getvalue()


class _Part:
    """Reads one part of the file, keeping where in it each character stands."""

    def __init__(self, name: str) -> None:
        self._name = name.removeprefix("word/").removeprefix("docProps/").removesuffix(".xml")
        self._found: list[Passage] = []
        self._open: list[Passage] = []
        self._stack: list[str] = []
        self._tables, self._rows, self._cells = 0, [0], [0]
        self._paragraphs = 0

    def passages(self, part: bytes) -> list[Passage]:
        if not part.lstrip(b"\xef\xbb\xbf").startswith(b"<"):
            raise NotAWorkbook
        part.decode()  # whatever is not UTF-8 would be spliced wrongly
        self._part = part
        parser = expat.ParserCreate(namespace_separator="|")
        parser.buffer_text = False
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = lambda text: self._text(parser.CurrentByteIndex, text)
        parser.Parse(part, True)
        return [passage for passage in self._found if passage.segments or passage.changed]

    def _start(self, name: str, _: dict[str, str]) -> None:
        kind = name.rpartition("|")[2]
        self._stack.append(kind)
        match kind:
            case "tbl":
                self._tables += 1
                self._rows.append(0)
                self._cells.append(0)
            case "tr":
                self._rows[-1] += 1
                self._cells[-1] = 0
            case "tc":
                self._cells[-1] += 1
            case "p":
                self._paragraphs += 1
                self._begin(self._place())
            case _ if kind in NAMES:
                self._begin(kind)
            case _ if kind in CHANGES and self._open:
                self._open[-1].changed = True
            case _:
                pass

    def _begin(self, place: str) -> None:
        passage = Passage(place)
        self._open.append(passage)
        self._found.append(passage)

    def _place(self) -> str:
        prefix = "" if self._name == "document" else f"{self._name} "
        if "tc" in self._stack:
            return f"{prefix}table {self._tables} row {self._rows[-1]} column {self._cells[-1]}"
        return f"{prefix}paragraph {self._paragraphs}"

    def _end(self, name: str) -> None:
        kind = name.rpartition("|")[2]
        self._stack.pop()
        if kind == "tbl":
            self._rows.pop()
            self._cells.pop()
        if kind == "p" or kind in NAMES:
            self._open.pop()

    def _text(self, start: int, text: str) -> None:
        kind = self._stack[-1] if self._stack else ""
        if self._open and (kind in TEXTS or kind in NAMES):
            raw = (
                self._part[start : self._part.index(b";", start) + 1] if self._part[start : start + 1] == b"&" else b""
            )
            end = start + len(raw or text.encode())
            self._open[-1].segments.append(Segment(start, end, text, deleted=kind == "delText"))
