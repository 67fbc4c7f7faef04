"""A .pdf under the personal-data gate: page by page, with its properties and annotations; it is refused, never covered.

What is covered in a PDF is often still in it, so the gate covers none: the source is mended and the PDF made again.
Pages without text (scans) cannot be read, and the gate says which.
"""

from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from services.publication.domain.personal_data_gate import Examined, Found, is_personal_name, spans
from shared.decider import Refused

MAGIC = b"%PDF-"
PAGES_MAX = 500
CHARACTERS_MAX = 2_000_000
ACTIVE = ("/JavaScript", "/EmbeddedFiles")
FAULTS = (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError)


def is_pdf(content: bytes) -> bool:
    return MAGIC in content[:1024]


def examine_pdf(content: bytes) -> Examined:
    """Raises ``INVALID`` for what is broken, encrypted or active, ``TOO_LARGE`` for what is too long to be read."""
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        _must_be_plain(reader)
        found, unread = _pages(reader)
        return Examined((*_properties(reader), *found), readable=not unread, unread=tuple(unread))
    except FAULTS as broken:
        raise Refused("INVALID", "The PDF cannot be opened whole.", pointer="/file") from broken


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


def _pages(reader: PdfReader) -> tuple[list[Found], list[str]]:
    """What is found on each page, and the pages that have nothing to be read."""
    found: list[Found] = []
    unread, characters = [], 0
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        characters += len(text)
        if characters > CHARACTERS_MAX:
            raise Refused("TOO_LARGE", "The PDF holds too much text.", accepted=f"{CHARACTERS_MAX} characters")
        if not text.strip():
            unread.append(f"page {number}")
        found += [Found(f"page {number}", span.kind) for span in spans(text)]
        for note in page.annotations or ():
            words = str(note.get_object().get("/Contents", ""))
            found += [Found(f"page {number} (comment)", span.kind) for span in spans(words)]
    return list(dict.fromkeys(found)), unread


def _properties(reader: PdfReader) -> Iterator[Found]:
    for name, value in (reader.metadata or {}).items():
        text = str(value)
        if (name == "/Author" and is_personal_name(text)) or (name != "/CreationDate" and spans(text)):
            yield Found(f"properties ({name.strip('/')})", "author-name")
