"""The gate finds personal numbers wherever they hide, names the place, and covers them; sums of money pass."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from services.publication.domain.sheets import examine
from shared.decider import Refused
from shared.personal_data.gate import Found, covered, find, spans
from tests.publication.liushu import ID_NUMBER, sheet

CARD = "6222021234567890128"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (ID_NUMBER, ["id-number"]),
        ("11010519491231002X", ["id-number"]),
        ("身份证１１０１０５１９４９１２３１００２Ｘ号", ["id-number"]),
        ("110101 19900307 4514", ["id-number"]),
        ("110101900307451", ["id-number"]),
        ("4111111111111111", ["bank-card"]),
        ("4111 1111 1111 1111", ["bank-card"]),
        ("4111-1111-1111-1111", ["bank-card"]),
        ("13812345678", ["mobile-number"]),
        ("+86 138 1234 5678", ["mobile-number"]),
        ("电话13812345678，备用15912345678", ["mobile-number", "mobile-number"]),
        ("43 6120 13812345678", ["mobile-number"]),
        ("党员43名，6,120.00元", []),
        ("文号20260410000000001", []),
        ("110101199013074515", []),
        ("0512-65123456", []),
        ("2026-04-10 至 2026-04-15", []),
        ("4111111111111112", []),
    ],
)
def test_numbers_that_identify_are_found_and_others_pass(text: str, kinds: list[str]) -> None:
    """PUB-31, ARC-08."""
    assert [span.kind for span in spans(text)] == kinds


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("138  1234  5678", ["mobile-number"]),
        ("138\t1234\t5678", ["mobile-number"]),
        ("138.1234.5678", ["mobile-number"]),
        ("138·1234·5678", ["mobile-number"]),
        ("138/1234/5678", ["mobile-number"]),
        ("86138  1234  5678", ["mobile-number"]),
        ("138  12345678", ["mobile-number"]),
        ("1101 0119  9003  0745 14", ["id-number"]),
        ("11010519491231002 X", ["id-number"]),
        ("4111  1111  1111  1111", ["bank-card"]),
        ("138\u200b12345678", ["mobile-number"]),
        ("1\u20603\ufe0f8\u00ad1234\u03365678", ["mobile-number"]),
        ("138\u000012345678", ["mobile-number"]),
        ("138.12345678", []),
        ("150  20260410", []),
        ("6120\t4380\t5230\t1000", []),
        ("2021/2022/2023/2024/2025", []),
        ("2026.04.10/2026.04.15", []),
        ("192.168.100.100", []),
    ],
)
def test_a_number_is_found_however_its_groups_are_set_apart(text: str, kinds: list[str]) -> None:
    """PUB-31, ARC-08."""
    assert [span.kind for span in spans(text)] == kinds
    assert spans(covered(text)) == []


def test_what_nobody_sees_is_covered_in_its_place() -> None:  # PUB-31
    assert covered("电话138\u200b1234\u200b5678。") == "电话138********78。"


def test_a_place_is_field_line_and_column() -> None:  # PUB-31
    assert find([("text", "第一行\n联系13812345678")]) == (Found("text:2:3", "mobile-number"),)


def test_covered_text_identifies_no_longer() -> None:  # PUB-31
    hidden = covered(f"号码{ID_NUMBER}，电话138 1234 5678。")
    assert hidden == "号码110*************14，电话138********78。"
    assert spans(hidden) == []


def test_a_sheet_names_the_cell() -> None:  # PUB-31
    assert examine("dues.xlsx", sheet()).found == (Found("Sheet1!C7", "id-number"),)


def test_a_number_cell_is_found_though_it_has_lost_its_last_digits() -> None:  # PUB-31
    assert examine("dues.xlsx", sheet(int(ID_NUMBER))).found == (Found("Sheet1!C7", "id-number"),)


def test_a_phone_kept_as_a_number_is_found() -> None:  # PUB-31
    assert examine("dues.xlsx", sheet(13812345678)).found == (Found("Sheet1!C7", "mobile-number"),)


def test_a_workbook_by_another_name_is_still_read() -> None:  # PUB-31
    assert examine("dues.bin", sheet()).found


def test_hidden_sheets_and_comments_are_read() -> None:  # PUB-31
    workbook = Workbook()
    hidden = workbook.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "x"
    hidden["A1"].comment = Comment("13812345678", "Ma")
    out = BytesIO()
    workbook.save(out)
    assert examine("a.xlsx", out.getvalue()).found == (Found("Hidden!A1 (comment)", "mobile-number"),)


@pytest.mark.parametrize("number", [ID_NUMBER, int(ID_NUMBER), 13812345678, CARD])
def test_a_covered_sheet_holds_nothing_personal_and_keeps_the_rest(number: str | int) -> None:
    """PUB-31."""
    copy = examine("dues.xlsx", sheet(number)).covered or sheet(number)
    assert examine("dues.xlsx", copy).found == ()
    page = load_workbook(BytesIO(copy))["Sheet1"]
    assert (page["A1"].value, page["B2"].value) == ("党费明细", 6120)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_text_files_are_read_in_either_encoding(encoding: str) -> None:
    """PUB-31."""
    content = "姓名,电话\n王建军,13812345678".encode(encoding)
    assert examine("roll.csv", content).found == (Found("line:2:5", "mobile-number"),)


def test_a_broken_sheet_is_refused() -> None:  # PUB-31
    content = sheet()
    broken = content.replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheetX.xml")
    with pytest.raises(Refused) as refusal:
        examine("dues.xlsx", broken)
    assert refusal.value.code == "INVALID"


def test_what_cannot_be_read_says_so() -> None:  # PUB-31
    assert not examine("photo.png", b"\x89PNG").readable
