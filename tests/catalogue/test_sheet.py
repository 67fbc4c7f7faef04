"""A sheet in the officials' layout becomes items, or every bad cell of it is named (CAT-03, issue 2)."""

from collections.abc import Sequence

import pytest

from services.catalogue.api import workbook
from services.catalogue.domain import codes, sheet, wording
from services.catalogue.domain.importing import Imported, Importer, items_of
from shared.decider import Refused
from tests.catalogue.facts import UNITS
from tests.catalogue.sheets import DUES, ENGLISH, FUNDS, HEADER, ORGANISATION, book, with_part

NAMES = {"FY-DJB": ("凤阳镇党建办", "Party Building Office"), "FY-R1": ("柳树村党支部", "Liushu Village Branch")}


def imported(content: bytes, unit: str = "") -> Imported:
    page = workbook.sheets(content)[0]
    reading = sheet.read(page.grid, codes.Channels(), page.banners)
    assert reading is not None
    return items_of(reading, Importer("FY-R1", unit, UNITS, codes.Channels(), NAMES))


def bad(*rows: Sequence[object], unit: str = "") -> list[tuple[str, str]]:
    return [(b.cell, b.code) for b in imported(book(*rows), unit).bad]


def changed(row: Sequence[object], column: str, value: object) -> list[object]:
    cells = list(row)
    cells["ABCDEFGH".index(column)] = value
    return cells


def test_a_row_becomes_an_item_of_the_unit_in_charge() -> None:  # CAT-03
    (item,) = imported(book(HEADER, DUES)).items
    assert (item.id, item.scope, item.kind, item.cycle, item.fine_tune, item.unit) == (
        "FY-R1/3.9",
        "inside-then-outside",
        "periodic",
        "quarterly",
        "monthly",
        "FY-DJB",
    )
    assert item.methods == ("meeting", "public-column")


def test_a_sheet_that_does_not_say_what_is_major_leaves_it_to_the_template() -> None:  # PUB-17
    def majors(*rows: Sequence[object]) -> list[bool]:
        page = workbook.sheets(book(*rows))[0]
        reading = sheet.read(page.grid, codes.Channels(), page.banners)
        assert reading is not None
        importer = Importer("FY-R1", "", UNITS, codes.Channels(), NAMES, majors=frozenset({"3.9"}))
        return [item.major for item in items_of(reading, importer).items]

    header = (*HEADER, "重大事项")
    assert majors(HEADER, DUES, FUNDS) == [True, False]
    assert majors(header, (*DUES, ""), (*FUNDS, "是")) == [True, True]
    assert majors(header, (*DUES, "否"), (*FUNDS, "No")) == [False, False]
    assert bad(header, (*DUES, "也许")) == [("I2", "UNKNOWN_CODE")]


def test_a_limit_in_hours_is_read_from_its_column_or_from_the_words_or_left_to_the_template() -> None:  # PUB-29 A-08
    def hours(*rows: Sequence[object]) -> list[int]:
        page = workbook.sheets(book(*rows))[0]
        reading = sheet.read(page.grid, codes.Channels(), page.banners)
        assert reading is not None
        importer = Importer("FY-R1", "", UNITS, codes.Channels(), NAMES, hours={"3.9": 6, "3.10": 6})
        return [item.limit_hours for item in items_of(reading, importer).items]

    header, soon = (*HEADER, "限时（小时）"), changed(DUES, "G", "即时公开")
    assert hours(HEADER, soon, FUNDS) == [6, 0], "of an immediate item alone"
    assert hours(HEADER, changed(DUES, "G", "即时公开（2小时内）")) == [2]
    assert hours(HEADER, changed(DUES, "G", "即时公开（1个工作日内）")) == [0]
    assert [hours(header, (*soon, cell)) for cell in (4, "4小时", "4 hours", 0, "")] == [[4], [4], [4], [0], [6]]
    assert bad(header, (*soon, "半天")) == [("I2", "UNKNOWN_CODE")]
    assert bad(header, (*DUES, 4)) == [("I2", "INVALID")]


def test_a_title_row_and_blank_rows_may_stand_above_the_header() -> None:
    rows: tuple[Sequence[object], ...] = (["柳树村党支部党务公开目录"], [], ["填报单位：", "柳树村"], HEADER, DUES)
    assert [i.sub_item for i in imported(book(*rows, merged=["A1:H1"])).items] == ["3.9"]


def test_a_category_merged_over_rows_holds_for_each_of_them() -> None:
    rows = (HEADER, DUES, changed(FUNDS, "A", None))
    assert [i.sub_item for i in imported(book(*rows, merged=["A2:A3"])).items] == ["3.9", "3.10"]


def test_a_scope_merged_over_rows_holds_for_each_of_them() -> None:
    rows = (HEADER, changed(DUES, "E", "党内"), changed(FUNDS, "E", None))
    found = imported(book(HEADER, changed(rows[1], "F", "党员大会"), rows[2], merged=["E2:E3"]))
    assert [i.scope for i in found.items] == ["inside", "inside"]


def test_a_heading_merged_across_the_sheet_is_no_item() -> None:
    rows = (HEADER, [ORGANISATION], changed(DUES, "A", None), ["备注：本目录自公布之日起施行"])
    assert [i.sub_item for i in imported(book(*rows, merged=["A2:H2", "A4:H4"])).items] == ["3.9"]


def test_english_headers_and_words_are_understood() -> None:
    row = (
        "C3",
        "3.9 Collection, management and use of Party dues",
        "dues",
        "",
        "inside, then outside",
        "meeting, public-column, LED screen",
        "periodic quarterly, monthly fine-tuning",
        "Party Building Office",
    )
    (item,) = imported(book(ENGLISH, row)).items
    assert (item.cycle, item.fine_tune, item.methods) == ("quarterly", "monthly", ("meeting", "public-column", "led"))


def test_spaces_inside_a_header_do_not_matter() -> None:
    assert len(imported(book(["类 别", "公开 事项", "公开\n内容", *HEADER[3:]], DUES)).items) == 1


def test_a_number_column_of_its_own_names_the_item() -> None:
    rows = (["编号", *HEADER], ["3.9", *changed(DUES, "B", "党费收缴情况")])
    (item,) = imported(book(*rows)).items
    assert (item.sub_item, item.title_zh) == ("3.9", "党费收缴情况")


def test_a_running_number_does_not_name_an_item() -> None:
    rows = (["序号", *HEADER], [1, *DUES], [2, *FUNDS])
    assert [i.sub_item for i in imported(book(*rows)).items] == ["3.9", "3.10"]


def test_a_number_cell_that_lost_its_zero_is_told_by_the_title() -> None:
    rows = (["编号", *HEADER], [3.1, *changed(FUNDS, "B", "党务工作经费管理使用情况")])
    assert [i.sub_item for i in imported(book(*rows)).items] == ["3.10"]


def test_a_number_cell_that_may_mean_two_items_is_refused() -> None:
    rows = (["编号", *HEADER], [3.1, *changed(FUNDS, "B", "经费")])
    assert bad(*rows) == [("C2", "UNKNOWN_CODE")]


def test_a_sub_item_marked_not_applicable_is_an_exclusion_with_its_reason() -> None:  # CAT-02
    found = imported(book(HEADER, DUES, changed(FUNDS, "C", "不适用：本支部没有专项经费")))
    assert [(e.sub_item, e.reason) for e in found.exclusions] == [("3.10", "本支部没有专项经费")]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("A", "七、党风廉政建设情况", "UNKNOWN_CODE"),
        ("B", "9.9 未知事项", "UNKNOWN_CODE"),
        ("C", None, "MISSING_FIELD"),
        ("E", None, "MISSING_FIELD"),
        ("E", "某处", "UNKNOWN_CODE"),
        ("F", "飞鸽传书", "UNKNOWN_CODE"),
        ("F", None, "MISSING_FIELD"),
        ("G", None, "MISSING_FIELD"),
        ("G", "长期公开、即时公开", "UNKNOWN_CODE"),
        ("H", "县财政局", "UNKNOWN_CODE"),
    ],
)
def test_a_bad_cell_is_named_with_its_reason(column: str, value: str | None, code: str) -> None:  # CAT-03
    assert bad(HEADER, FUNDS, changed(DUES, column, value)) == [(f"{column}3", code)]


def test_a_public_channel_for_an_inside_item_is_a_bad_cell() -> None:  # S01
    assert bad(HEADER, changed(FUNDS, "F", "党员大会、LED显示屏")) == [("F2", "CHANNEL_NOT_FOR_SCOPE")]


def test_all_bad_cells_are_named_at_once_in_the_order_of_the_sheet() -> None:
    rows = (HEADER, changed(changed(DUES, "G", None), "C", None), changed(FUNDS, "F", "飞鸽"))
    assert [cell for cell, _ in bad(*rows)] == ["C2", "G2", "F3"]


def test_the_same_item_twice_is_refused() -> None:
    assert bad(HEADER, DUES, DUES) == [("B3", "TWICE")]


def test_a_unit_imports_only_its_own_categories() -> None:  # CAT-01
    assert bad(HEADER, DUES, unit="FY-CDI") == [("B2", "NOT_YOUR_REMIT")]


def test_a_header_without_rows_is_refused() -> None:
    assert bad(HEADER) == [("A1", "MISSING_FIELD")]


def test_what_is_no_workbook_is_refused() -> None:
    for content in (b"", b"%PDF-1.7", book(HEADER)[:200], with_part(b"PK\x05\x06" + bytes(18), "a.txt", b"a")):
        with pytest.raises(Refused, match="NOT_A_WORKBOOK"):
            workbook.sheets(content)


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    bomb = with_part(book(HEADER), "xl/worksheets/sheet9.xml", bytes(30_000_000))
    with pytest.raises(Refused, match="TOO_LARGE"):
        workbook.sheets(bomb)


def test_a_workbook_that_declares_entities_is_refused() -> None:
    evil = with_part(book(HEADER), "xl/sharedStrings.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "a">]><sst/>')
    with pytest.raises(Refused, match="NOT_A_WORKBOOK"):
        workbook.sheets(evil)


def test_a_sheet_of_too_many_rows_is_refused() -> None:
    with pytest.raises(Refused, match="TOO_LARGE"):
        workbook.sheets(book(HEADER, *([["x"]] * (workbook.ROWS_MAX + 1))))


@pytest.mark.parametrize("channel", [*codes.INSIDE_CHANNELS.items(), *codes.PUBLIC_CHANNELS.items()])
def test_every_channel_of_the_code_list_is_understood_by_its_name(channel: tuple[str, str]) -> None:  # PUB-07
    code, name = channel
    assert wording.methods(name, codes.Channels()) == ([code], [])
