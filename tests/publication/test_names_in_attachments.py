"""A name that a plan's approval masks does not pass outside in what is attached either (CAT-12, S05)."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from services.publication.domain import reading
from services.publication.domain.conditions import must_be_met
from services.publication.domain.reading import places_of
from services.publication.domain.versions import Content
from services.publication.events.parts import Attachment, Condition
from shared.decider import Refused
from tests.publication.liushu import COLUMN, Liushu, at
from tests.publication.test_documents_at_the_gate import TABLE, docx, p, pdf, run
from tests.publication.test_planned_matters import WORDS, approved

NAMES = ("陈秀英", "Guo Changfu")
MASKED = WORDS | {"text": "发放给12户共6,000.00元。"}
ITEM = {"item": "FY-R1/plan-1"}


def workbook(title: str = "名单", **cells: str) -> bytes:
    """A sheet of these cells; ``Z9`` is a comment on A1."""
    book, out = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    sheet["A1"] = "领取人"
    for place, text in cells.items():
        if place == "Z9":
            sheet["A1"].comment = Comment(text, "")
        else:
            sheet[place] = text
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "places"),
    [
        ("a.xlsx", workbook(B3="陈 秀英"), ["名单!B3"]),
        ("a.xlsx", workbook(B3="陈", C3="秀英"), ["名单!B3"]),
        ("a.xlsx", workbook(Z9="问过陈秀英"), ["名单!A1 (comment)"]),
        ("a.xlsx", workbook(title="陈秀英", B3="陈秀英"), ["sheet 1 (title)", "passage 3"]),
        ("a.docx", docx(p(run("捐款")), p(run("GUO"), run(" changfu领取"))), ["paragraph 2"]),
        ("a.docx", docx(TABLE.replace("姓名", "陈秀英")), ["table 1 row 1 column 1"]),
        ("a.docx", docx(p(run("x")), footer1=p(run("陈\u200b秀英"))), ["footer1 paragraph 1"]),
        ("a.pdf", pdf("dues", "Guo Changfu 300"), ["page 2"]),
        ("a.pdf", pdf("dues", ""), ["page 2 (unreadable)"]),
        ("a.txt", "捐款\n发给陈\n秀英".encode("gb18030"), ["line 2"]),
        ("a.jpg", b"\xff\xd8\xff", ["(unreadable)"]),
        ("a.xlsx", workbook(B3="陈**"), []),
        ("a.docx", docx(p(run("陈某、郭某"))), []),
        ("a.pdf", pdf("12 households, 6,000.00"), []),
    ],
)
def test_the_place_of_a_name_is_found_whatever_the_file(name: str, content: bytes, places: list[str]) -> None:
    """CAT-12, S05."""
    found = places_of(NAMES, reading.read(name, content))
    assert list(found) == places
    assert not [name for name in NAMES if name in "".join(found)]


def test_what_was_not_looked_through_counts_as_if_a_name_stood_there() -> None:  # CAT-12
    sheet = Attachment(name="名单.txt", digest="sha256:0", media_type="text/plain", bytes=1)
    content, condition = Content("捐款", "x", attachments=(sheet,)), Condition(kind="no-names-outside", names=NAMES)
    with pytest.raises(Refused) as refused:
        must_be_met([condition], content)
    assert refused.value.facts["places"] == ["名单.txt (not looked through)"]
    must_be_met([condition], content, {"sha256:0": ()})
    must_be_met([Condition(kind="as-stated", text="张榜七日")], content)


def test_a_name_in_the_note_of_a_correction_is_found() -> None:  # CAT-12, PUB-31
    with pytest.raises(Refused) as refused:
        must_be_met([Condition(kind="no-names-outside", names=NAMES)], Content("捐款", "x"), note="陈秀英漏列")
    assert refused.value.facts["places"] == ["note"]


@pytest.fixture
def liushu(tmp_path: Path) -> Liushu:
    made = Liushu(tmp_path, at(4, 8, 9))
    approved(made, 1, *NAMES)
    return made


def drafted(liushu: Liushu, *files: tuple[str, bytes], **words: Any) -> str:
    made = str(liushu.do("ma-xiaoyan", "/disclosures", ITEM | MASKED | words).json()["id"])
    for name, content in files:
        assert liushu.attach(made, name, content).status_code == 201
    return made


def column(liushu: Liushu) -> dict[str, Any]:
    return {"channels": [COLUMN | {"posted_at": liushu.clock.now().isoformat()}]}


def test_a_list_with_a_name_is_shown_inside_and_refused_outside(liushu: Liushu) -> None:  # CAT-12, S05
    made = drafted(liushu, ("list.xlsx", workbook(B3="陈秀英", C3="300")))
    liushu.approved(made)
    liushu.released_inside(made)
    liushu.go_to(at(4, 9, 15))
    answer = liushu.step("ma-xiaoyan", made, "release-outside", column(liushu))
    assert (answer.status_code, answer.json()["code"]) == (409, "CONDITION_NOT_MET")
    assert answer.json()["facts"]["places"] == ["list.xlsx 名单!B3"]
    assert "陈秀英" not in answer.text
    assert liushu.ask("zhou-dahai", f"/shown/{made}").status_code == 404
    assert liushu.ask("chen-xiuying", f"/shown/{made}").status_code == 200


def test_a_list_that_is_left_out_outside_or_masked_passes(liushu: Liushu) -> None:  # CAT-12, A-05
    made = drafted(liushu, ("list.xlsx", workbook(B3="陈秀英")), ("masked.xlsx", workbook(B3="陈**")))
    masked = liushu.ask("ma-xiaoyan", f"/disclosures/{made}").json()["attachments"][1]["digest"]
    outside = {"outside": {"text": MASKED["text"], "summary": "捐款收支", "attachments": [masked]}}
    assert liushu.step("ma-xiaoyan", made, "revise", MASKED | outside).status_code == 200
    liushu.approved(made)
    liushu.released_inside(made)
    liushu.go_to(at(4, 9, 15))
    assert liushu.step("ma-xiaoyan", made, "release-outside", column(liushu)).status_code == 200
    shown = liushu.ask("zhou-dahai", f"/shown/{made}").json()
    assert [a["name"] for a in shown["attachments"]] == ["masked.xlsx"]


def test_a_declared_outside_text_with_such_a_list_is_not_approved(liushu: Liushu) -> None:  # CAT-12, A-05
    made = drafted(liushu, ("scan.pdf", pdf("", "Guo Changfu")))
    scan = liushu.ask("ma-xiaoyan", f"/disclosures/{made}").json()["attachments"][0]["digest"]
    outside = {"outside": {"text": MASKED["text"], "summary": "捐款收支", "attachments": [scan]}}
    assert liushu.step("ma-xiaoyan", made, "revise", MASKED | outside).status_code == 200
    liushu.step("ma-xiaoyan", made, "submit", {"attested_by": ["wang-jianjun"]})
    cleared = {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}
    assert liushu.step("he-tao", made, "review", cleared).status_code == 200
    answer = liushu.step("wang-jianjun", made, "approve")
    assert answer.json()["code"] == "CONDITION_NOT_MET"
    assert answer.json()["facts"]["places"] == ["scan.pdf page 2", "scan.pdf page 1 (unreadable)"]


def test_a_planned_release_is_missed_for_a_name_in_a_list(liushu: Liushu) -> None:  # CAT-12, PUB-04
    made = drafted(liushu, ("list.txt", "陈秀英300元".encode()))
    liushu.approved(made)
    liushu.released_inside(made)
    when = at(4, 9, 15).isoformat()
    plan = {"at": when, "channels": [COLUMN | {"posted_at": when}]}
    assert liushu.step("ma-xiaoyan", made, "schedule-outside", plan).status_code == 201
    liushu.go_to(at(4, 9, 15))
    last = liushu.service.handler.journal.stream(f"disclosure-{made}")[-1]
    assert (last.name, last.data["reason"]) == ("ScheduledReleaseMissed", "CONDITION_NOT_MET")
    assert liushu.ask("zhou-dahai", f"/shown/{made}").status_code == 404
