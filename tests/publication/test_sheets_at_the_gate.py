"""A sheet is read beside its cells, too: wherever a number stands its place is named, and what can be covered is."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from services.publication.domain.sheets import examine
from shared.personal_data.gate import Found
from tests.publication.liushu import ID_NUMBER

PHONE = "13812345678"


def book(write: Callable[[Workbook, Any], object]) -> bytes:
    made = Workbook()
    page = made.worksheets[0]
    page["A1"] = "党费"
    write(made, page)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(name: str, xml: str) -> bytes:
    """The same sheet with another part in its file."""
    content = BytesIO(book(lambda _made, _page: None))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr(name, xml)
    return content.getvalue()


def listing(_: Workbook, page: Any) -> None:
    choices = DataValidation(type="list", formula1=f'"{PHONE},其他"')
    page.add_data_validation(choices)
    choices.add("B1")


@pytest.mark.parametrize(
    ("place", "write"),
    [
        ("Sheet (oddHeader)", lambda _, page: setattr(page.oddHeader.center, "text", f"证 {ID_NUMBER}")),
        ("Sheet (oddFooter)", lambda _, page: setattr(page.oddFooter.left, "text", PHONE)),
        ("sheet 1 (title)", lambda _, page: setattr(page, "title", PHONE)),
        ("properties (description)", lambda made, _: setattr(made.properties, "description", ID_NUMBER)),
        ("properties (keywords)", lambda made, _: setattr(made.properties, "keywords", PHONE)),
        ("Sheet!A1 (link)", lambda _, page: setattr(page["A1"], "hyperlink", f"tel:{PHONE}")),
        ("Sheet (list 1)", listing),
        ("defined names", lambda made, _: made.defined_names.add(DefinedName("联系", attr_text=f'"{PHONE}"'))),
    ],
)
def test_what_stands_beside_the_cells_is_found_and_covered(place: str, write: Callable[[Workbook, Any], Any]) -> None:
    """PUB-31, ARC-08."""
    seen = examine("a.xlsx", book(write))
    assert {found.place for found in seen.found} >= {place}
    assert not any(PHONE in found.place for found in seen.found)
    assert seen.covered
    assert examine("a.xlsx", seen.covered).found == ()
    assert load_workbook(BytesIO(seen.covered)).worksheets[0]["A1"].value == "党费"


@pytest.mark.parametrize(
    ("name", "xml"),
    [
        (
            "xl/drawings/drawing9.xml",
            "<d><a:p xmlns:a='a'><a:r><a:x/><a:t>1381234</a:t></a:r><a:t>5678</a:t></a:p></d>",
        ),
        ("xl/charts/chart9.xml", f"<c><v>{PHONE}</v></c>"),
        ("xl/pivotCache/pivotCacheRecords9.xml", f"<r><s v='{PHONE}'/></r>"),
        ("customXml/item9.xml", f"<p><x>{PHONE}</x></p>"),
    ],
)
def test_the_parts_that_no_cell_shows_are_read(name: str, xml: str) -> None:
    """PUB-31, ARC-08."""
    assert examine("a.xlsx", with_part(name, xml)).found == (Found(name, "mobile-number"),)


def test_an_id_in_a_chart_is_no_number_of_anybody() -> None:  # PUB-31
    xml = "<c><uniqueId val='{41111111-1111-1111-1111-111111111111}'/></c>"
    assert examine("a.xlsx", with_part("xl/charts/chart9.xml", xml)).found == ()
