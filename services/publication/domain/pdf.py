"""A .pdf under the personal-data gate: page by page, with its properties and annotations; it is refused, never covered.

What is covered in a PDF is often still in it, so the gate covers none: the source is mended and the PDF made again.
Pages without text (scans) cannot be read, and the gate says which.
"""

from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from shared.decider import Refused
from shared.personal_data.gate import Examined, Found, is_personal_name, spans

MAGIC = b"%PDF-"
PAGES_MAX = 500
CHARACTERS_MAX = 2_000_000
PROPERTY, COMMENT = "properties (", " (comment)"
ACTIVE = ("/JavaScript", "/EmbeddedFiles")
FAULTS = (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError)


def is_pdf(content: bytes) -> bool:
    return MAGIC in content[:1024]


def examine_pdf(content: bytes) -> Examined:
    """Raises ``INVALID`` for what is broken, encrypted or active, ``TOO_LARGE`` for what is too long to be read."""
    found: list[Found] = []
    unread: list[str] = []
    for place, text in pages_of(content):
        if place.startswith(PROPERTY):
            author = place == f"{PROPERTY}Author)" and is_personal_name(text)
            if author or (place != f"{PROPERTY}CreationDate)" and spans(text)):
                found.append(Found(place, "author-name"))
            continue
        if has_no_text(place, text):
            unread.append(place)
        found += [Found(place, span.kind) for span in spans(text)]
    return Examined(tuple(dict.fromkeys(found)), readable=not unread, unread=tuple(unread))


def pages_of(content: bytes) -> list[tuple[str, str]]:
    """Everything that can be read in it, with its place: properties, pages, and what is noted on them."""
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        _must_be_plain(reader)
        return [*_properties(reader), *_pages(reader)]
    except FAULTS as broken:
        raise Refused("INVALID", "The PDF cannot be opened whole.", pointer="/file") from broken


def has_no_text(place: str, text: str) -> bool:
    """A page that is a picture."""
    return place.startswith("page ") and not place.endswith(COMMENT) and not text.strip()


def _must_be_plain(reader: PdfReader) -> None:
    if reader.is_encrypted:
        raise Refused("INVALID", "The PDF is encrypted.", accepted="one that can be read", pointer="/file")
    if len(reader.pages) > PAGES_MAX:
        raise Refused("TOO_LARGE", "The PDF has too many pages.", accepted=f"{PAGES_MAX} pages", pointer="/file")
    names = reader.root_object.get("/Names")
    names = names.get_object() if names is not None else {}
    if any(active in names for active in ACTIVE):
        detail = "The PDF holds scripts or other files."
        raise Refused("INVALID", detail, accepted="a PDF of pages alone", pointer="/file")


def _pages(reader: PdfReader) -> Iterator[tuple[str, str]]:
    characters = 0
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        characters += len(text)
        if characters > CHARACTERS_MAX:
            raise Refused("TOO_LARGE", "The PDF holds too much text.", accepted=f"{CHARACTERS_MAX} characters")
        yield f"page {number}", text
        for note in page.annotations or ():
            yield f"page {number}{COMMENT}", str(note.get_object().get("/Contents", ""))


def _properties(reader: PdfReader) -> Iterator[tuple[str, str]]:
    for name, value in (reader.metadata or {}).items():
        yield f"{PROPERTY}{name.strip('/')})", str(value)
