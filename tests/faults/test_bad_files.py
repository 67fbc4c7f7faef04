"""Files that are too large, are none, or would unpack to more than fits: refused in time, and nothing is kept."""

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openpyxl import Workbook

from tests.faults.sending import DISCLOSURES, Sender, nothing_written, refused

IMPORT = "/api/catalogue/v1/organisations/FY-R1/catalogue/import"
TOO_LARGE, INVALID, MALFORMED = (413, "TOO_LARGE"), (422, "INVALID"), (400, "MALFORMED")
EVERYWHERE = b'ref="A1:XFD1048576"'
Change = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def draft(sender: Sender) -> dict[str, Any]:
    return sender.draft()


@pytest.fixture(autouse=True)
def journals_are_unchanged(sender: Sender, draft: dict[str, Any]) -> Iterator[None]:
    with nothing_written(sender):
        yield


def attach(sender: Sender, draft: dict[str, Any], name: str, content: bytes, **form: str) -> Any:
    path = f"{DISCLOSURES}/{draft['id']}/attachments"
    version = {"If-Match": f'"{draft["version"]}"'}
    return sender.post(path, files={"file": (name, content)}, data=form, headers=version)


def sheet(change: Change = lambda part: part) -> bytes:
    """A workbook of one cell, its sheet's XML changed."""
    plain, changed = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.worksheets[0]["A1"] = "党费"
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, change(part) if name.startswith("xl/worksheets/") else part)
    return changed.getvalue()


def after_the_cells(more: bytes) -> Change:
    return lambda part: part.replace(b"</sheetData>", b"</sheetData>" + more)


def rows(count: int) -> bytes:
    return b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(2, count))


LARGE = {
    "spaces": lambda: sheet(lambda part: part + b" " * 90_000_000),
    "cells": lambda: sheet(lambda part: part.replace(b"</sheetData>", rows(300_000) + b"</sheetData>")),
    "merge": lambda: sheet(after_the_cells(b"<mergeCells><mergeCell " + EVERYWHERE + b"/></mergeCells>")),
    "link": lambda: sheet(after_the_cells(b"<hyperlinks><hyperlink " + EVERYWHERE + b' location="x"/></hyperlinks>')),
}
BROKEN: dict[str, Callable[[], bytes]] = {
    "text": lambda: b"hello",
    "nothing": lambda: b"",
    "cut": lambda: sheet()[:-30],
    "not XML": lambda: sheet(lambda _part: b"garbage"),
    "entities": lambda: sheet(lambda part: b'<!DOCTYPE x [<!ENTITY a "b">]>' + part[part.index(b"<worksheet") :]),
    "another zip": lambda: _zip({"a.txt": b"hello"}),
}


def _zip(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return made.getvalue()


@pytest.mark.parametrize("kind", LARGE)
def test_a_sheet_that_unpacks_to_too_much_is_refused_unopened(sender: Sender, draft: dict[str, Any], kind: str) -> None:
    content = LARGE[kind]()
    assert len(content) < 3_000_000, "small as it comes"
    refused(attach(sender, draft, "dues.xlsx", content), TOO_LARGE)
    refused(attach(sender, draft, "dues.xlsx", content, mask="true"), TOO_LARGE)
    refused(sender.post(IMPORT, "he-jing", files={"file": ("catalogue.xlsx", content)}), TOO_LARGE)


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_called_a_sheet_and_is_none_is_refused(sender: Sender, draft: dict[str, Any], kind: str) -> None:
    content = BROKEN[kind]()
    refused(attach(sender, draft, "dues.xlsx", content), INVALID)
    refused(sender.post(IMPORT, "he-jing", files={"file": ("a.xlsx", content)}), (422, "NOT_A_WORKBOOK"))


def test_a_cell_far_out_is_found_without_walking_there(sender: Sender, draft: dict[str, Any]) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>11010519491231002</v></c></row>'
    content = sheet(lambda part: part.replace(b"</sheetData>", far + b"</sheetData>"))
    refused(sender.post(IMPORT, "he-jing", files={"file": ("a.xlsx", content)}), TOO_LARGE)
    names = sheet(lambda part: part.replace(b"</sheetData>", far.replace(b"002<", b"0021<") + b"</sheetData>"))
    found = refused(attach(sender, draft, "a.xlsx", names), (422, "PERSONAL_DATA_FOUND"))
    assert "XFD1048576" in str(found)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(sender: Sender, draft: dict[str, Any]) -> None:
    refused(attach(sender, draft, "photo.png", b"x" * 20_100_000), TOO_LARGE)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"garbage"),
        ("multipart/form-data; boundary=x", b"garbage"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx',
        ),
        ("application/json", b"{}"),
        ("text/plain", b"hello"),
        ("application/x-www-form-urlencoded", b"file=a"),
    ],
    ids=["no boundary", "not parts", "cut", "JSON", "text", "a field"],
)
def test_a_form_that_holds_no_file_is_refused(sender: Sender, draft: dict[str, Any], kind: str, body: bytes) -> None:
    path = f"{DISCLOSURES}/{draft['id']}/attachments"
    headers = {"Content-Type": kind, "If-Match": f'"{draft["version"]}"'}
    refused(sender.post(path, content=body, headers=headers), MALFORMED, INVALID)


def test_a_name_with_a_nul_character_is_refused(sender: Sender, draft: dict[str, Any]) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\0.txt"\r\n\r\nx\r\n--x--\r\n'
    path = f"{DISCLOSURES}/{draft['id']}/attachments"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "If-Match": f'"{draft["version"]}"'}
    refused(sender.post(path, content=part, headers=headers), MALFORMED)
