"""Documents and PDFs are read like sheets: the place is named, a copy covered or the file refused, nothing hidden."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from services.publication.domain.sheets import examine
from shared.decider import Refused
from shared.personal_data.gate import Found, covered, spans
from tests.publication.liushu import ID_NUMBER, Liushu, at

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CORE = 'xmlns:cp="c" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def run(text: str, tag: str = "t") -> str:
    return f"<w:r><w:{tag}>{text}</w:{tag}></w:r>"


def docx(*paragraphs: str, author: str = "", **parts: str) -> bytes:
    """A Word file of these paragraphs; ``parts`` are further ones of ``word/``."""
    body = "".join(paragraphs)
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        archive.writestr(
            "docProps/core.xml", f"<cp:properties {CORE}><dc:creator>{author}</dc:creator></cp:properties>"
        )
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:part {W}>{content}</w:part>")
    return out.getvalue()


def p(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def part(content: bytes, name: str = "word/document.xml") -> str:
    return zipfile.ZipFile(BytesIO(content)).read(name).decode()


TABLE = f"<w:tbl><w:tr><w:tc>{p(run('姓名'))}</w:tc><w:tc>{p(run(ID_NUMBER))}</w:tc></w:tr></w:tbl>"


def test_a_document_names_paragraph_and_cell() -> None:  # PUB-31, ARC-08
    found = examine("a.docx", docx(p(run("党费")), p(run("电话13812345678")), TABLE)).found
    assert found == (
        Found("paragraph 2", "mobile-number"),
        Found("table 1 row 1 column 2", "id-number"),
    )


def test_a_number_is_found_and_covered_though_word_has_cut_it_up() -> None:  # PUB-31
    seen = examine("a.docx", docx(p(run("号码" + ID_NUMBER[:7]), run(ID_NUMBER[7:] + "&amp;其他"))))
    assert [f.kind for f in seen.found] == ["id-number"]
    assert seen.covered
    assert ID_NUMBER[7:] not in part(seen.covered)
    assert "&amp;其他" in part(seen.covered)
    assert examine("a.docx", seen.covered).found == ()


def test_what_a_document_hides_is_found_and_taken_out() -> None:  # PUB-31
    deleted = f'<w:del w:author="马小燕">{run("删去的话", "delText")}</w:del>'
    comment = f'<w:comment w:author="马小燕">{p(run("请核对"))}</w:comment>'
    seen = examine("a.docx", docx(p(run("正文"), deleted), comments=comment))
    assert {f.kind for f in seen.found} == {"tracked-change", "comment"}
    assert seen.covered
    left = part(seen.covered) + part(seen.covered, "word/comments.xml")
    assert [words for words in ("删去的话", "请核对", "马小燕") if words in left] == []
    assert "正文" in left


@pytest.mark.parametrize("name", ["header1", "footer1", "footnotes"])
def test_headers_footers_and_notes_are_read_too(name: str) -> None:
    """PUB-31."""
    content = docx(p(run("正文")), **{name: p(run("13812345678"))})
    assert examine("a.docx", content).found == (Found(f"{name} paragraph 1", "mobile-number"),)


def test_the_author_of_a_file_is_personal_and_an_office_is_not() -> None:  # PUB-31
    seen = examine("a.docx", docx(p(run("正文")), author="马小燕"))
    assert seen.found == (Found("properties (creator)", "author-name"),)
    assert seen.covered
    assert "马小燕" not in part(seen.covered, "docProps/core.xml")
    assert examine("a.docx", docx(p(run("正文")), author="凤阳镇党政办")).found == ()


def test_the_author_of_a_sheet_is_found_and_taken_out() -> None:  # PUB-31
    book = Workbook()
    book.properties.creator = "马小燕"
    out = BytesIO()
    book.save(out)
    seen = examine("a.xlsx", out.getvalue())
    assert seen.found == (Found("properties (creator)", "author-name"),)
    assert load_workbook(BytesIO(seen.covered or b"")).properties.creator != "马小燕"


def pdf(*pages: str, author: str = "") -> bytes:
    """Pages of Latin text; an empty one is a scan."""
    writer = PdfWriter()
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")})
    font[NameObject("/BaseFont")] = NameObject("/Helvetica")
    for text in pages:
        page = writer.add_blank_page(200, 200)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode() if text else b"")
        page[NameObject("/Contents")] = stream
    if author:
        writer.add_metadata({"/Author": author})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_names_the_page_and_is_not_covered() -> None:  # PUB-31, ARC-08
    seen = examine("a.pdf", pdf("dues", f"no {ID_NUMBER}", author="马小燕"))
    assert seen.found == (Found("properties (Author)", "author-name"), Found("page 2", "id-number"))
    assert seen.covered is None


def test_pages_that_nobody_can_read_are_named() -> None:  # PUB-31
    seen = examine("a.pdf", pdf("dues", ""))
    assert (seen.readable, seen.unread) == (False, ("page 2",))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(bytes.fromhex("D0CF11E0A1B11AE1") + b"old", id="old Office"),
        pytest.param(docx(vbaProject="").replace(b"vbaProject.xml", b"vbaProject.bin"), id="macros"),
        pytest.param(b"%PDF-1.7 broken", id="broken PDF"),
        pytest.param(docx("<w:p>"), id="broken document"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_through_whole_is_refused(content: bytes) -> None:
    """PUB-31."""
    with pytest.raises(Refused) as refusal:
        examine("a.bin", content)
    assert refusal.value.code == "INVALID"


def test_a_document_that_unpacks_without_end_is_refused() -> None:  # PUB-31
    with pytest.raises(Refused) as refusal:
        examine("a.docx", docx(p(run("0" * 30_000_000))))
    assert refusal.value.code == "TOO_LARGE"


def test_an_entity_bomb_is_no_document() -> None:  # PUB-31
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f'<!DOCTYPE a [<!ENTITY a "aa">]><w:document {W}>&a;</w:document>')
    with pytest.raises(Refused) as refusal:
        examine("a.docx", out.getvalue())
    assert refusal.value.code == "INVALID"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("凤阳镇人民路5号2单元301室", ["home-address"]),
        ("幸福小区12号楼3单元502室", ["home-address"]),
        ("柳树村3组12号", ["home-address"]),
        ("家庭住址：青山县凤阳镇柳树村", ["home-address"]),
        ("现住凤阳镇人民路5号", ["home-address"]),
        ("公开栏位于人民路5号", []),
        ("柳树村2026年第一季度", []),
        ("凤阳镇柳树村党支部第4号文件", []),
        ("住房公积金12户", []),
        ("救助困难户3户", []),
    ],
)
def test_an_address_that_leads_to_a_door_is_found(text: str, kinds: list[str]) -> None:
    """PUB-31, ARC-08: where an office is may be said, where somebody lives not."""
    assert [span.kind for span in spans(text)] == kinds
    assert (covered(text) == text, len(covered(text))) == (not kinds, len(text))
    assert spans(covered(text)) == []


def test_a_pdf_is_refused_with_advice_even_if_it_is_to_be_masked(tmp_path: Path) -> None:  # PUB-31
    liushu = Liushu(tmp_path, at(4, 8, 9))
    made = liushu.drafted()
    answer = liushu.attach(made, "a.pdf", pdf(ID_NUMBER), mask=True).json()
    assert (answer["code"], answer["facts"]["places"]) == (
        "PERSONAL_DATA_FOUND", [{"place": "page 1", "kind": "id-number"}],
    )  # fmt: skip
    assert "make the PDF again" in str(answer)
    masked = liushu.attach(made, "a.docx", docx(p(run(ID_NUMBER))), mask=True).json()
    assert masked["result"]["masked"] == ["paragraph 1"]
    scanned = liushu.attach(made, "scan.pdf", pdf("")).json()
    assert scanned["result"]["scan"] == "not-readable"
    stored = liushu.ask("ma-xiaoyan", f"/disclosures/{made}").json()["attachments"]
    assert [a["name"] for a in stored] == ["a.docx", "scan.pdf"]
    liushu.close()
