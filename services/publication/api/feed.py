"""Disclosures as an Atom feed (RFC 4287): one entry a disclosure, updated when a correction is shown."""

from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree

from sqlalchemy import RowMapping

ATOM = "http://www.w3.org/2005/Atom"


def atom(rows: Iterable[RowMapping], page: str, now: datetime) -> bytes:
    """``page`` is the address under which each disclosure is found."""
    entries = list(rows)
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
    _add(feed, "id", page)
    _add(feed, "title", "党务公开")
    _add(feed, "updated", max((row["shown_from"] for row in entries), default=now).isoformat())
    for row in entries:
        feed.append(_entry(row, page))
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(row: RowMapping, page: str) -> ElementTree.Element:
    entry = ElementTree.Element("entry")
    address = f"{page}/{row['disclosure']}"
    _add(entry, "id", address)
    _add(entry, "title", row["title"])
    _add(entry, "updated", row["shown_from"].isoformat())
    ElementTree.SubElement(entry, "link", {"href": address})
    author = ElementTree.SubElement(entry, "author")
    _add(author, "name", row["organisation"])
    _add(entry, "summary", row["summary"] or row["text"][:200])
    return entry


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = _speakable(text)


def _speakable(text: str) -> str:
    """XML 1.0 has no place for most control characters."""
    return "".join(c for c in text if c >= " " or c in "\t\n\r")
