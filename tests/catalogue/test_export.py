"""A catalogue leaves as a sheet in the officials' layout and comes back from it with the same items."""

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.catalogue.api import workbook
from services.catalogue.api.exporting import Filed, book
from services.catalogue.domain import codes, differences, phrasing, sheet, wording
from services.catalogue.domain.importing import Imported, Importer, items_of
from services.catalogue.domain.item import ItemDraft, checked, item_of
from services.catalogue.domain.phrasing import Language
from services.catalogue.events import Exclusion, Item
from tests.catalogue.facts import UNITS, usual

CHANNELS = codes.Channels().with_own(["WeChat-and-more"], ["村村响广播"])
NAMES = {unit: (f"镇{unit}", f"Town {unit}") for unit in {*UNITS.values(), "FY-R1"}}
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def item(draft: ItemDraft) -> Item:
    return item_of("FY-R1", checked(draft, CHANNELS), UNITS[codes.category_of(draft.sub_item)])


def written(items: list[Item], exclusions: list[Exclusion], language: Language = "zh") -> bytes:
    units = {unit: names[0 if language == "zh" else 1] for unit, names in NAMES.items()}
    return book([Filed("FY-R1", "柳树村党支部党务公开目录", items, exclusions, units)], language)


def back(content: bytes) -> Imported:
    page = workbook.sheets(content)[0]
    reading = sheet.read(page.grid, CHANNELS, page.banners)
    assert reading is not None
    return items_of(reading, Importer("FY-R1", "", UNITS, CHANNELS, NAMES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fifty_usual_items_come_back_as_they_left(language: Language) -> None:  # CAT-03 CAT-21
    items = [item(usual(sub_item)) for sub_item in codes.SUB_ITEMS]
    found = back(written(items, [], language))
    assert (found.items, found.bad) == (items, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_columns_are_those_of_the_officials(language: Language) -> None:  # CAT-03
    content = written([item(usual("3.9"))], [Exclusion(sub_item="5.4", reason="公司董事会任免")], language)
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    heading, *rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    assert heading == [phrasing.HEADINGS[language][column] for column in phrasing.COLUMNS]
    assert len(heading) == 10
    assert [row[8] for row in rows] == ["否" if language == "zh" else "no", None], "PUB-17"
    assert [str(row[1])[:3] for row in rows] == ["3.9", "5.4"]
    assert [e.reason for e in back(content).exclusions] == ["公司董事会任免"]


def test_a_text_is_never_a_formula() -> None:
    content = written([item(replace(usual("3.9"), content='=HYPERLINK("http://x","y")', basis="+1"))], [])
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    assert page["C3"].data_type == "s"
    assert back(content).items[0].content == '=HYPERLINK("http://x","y")'


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_major_decision_stays_one_through_a_sheet(language: Language) -> None:  # PUB-17 CAT-03
    items = [item(replace(usual("3.9"), major=True)), item(usual("3.10"))]
    assert [i.major for i in back(written(items, [], language)).items] == [True, False]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_limit_in_hours_stays_one_through_a_sheet(language: Language) -> None:  # PUB-29 A-08
    soon = replace(usual("6.5"), kind="immediate", cycle="")
    items = [item(replace(soon, sub_item="6.4", limit_hours=4)), item(soon)]
    content = written(items, [], language)
    page = workbook.sheets(content)[0]
    reading = sheet.read(page.grid, CHANNELS, page.banners)
    assert reading is not None
    of_template = Importer("FY-R1", "", UNITS, CHANNELS, NAMES, hours={"6.4": 8, "6.5": 8})
    assert [i.limit_hours for i in items_of(reading, of_template).items] == [4, 0], "0 is said, too"


def test_an_added_item_comes_back_with_both_titles() -> None:  # CAT-21, S01
    extra = replace(usual("3.9"), sub_item="3.12", title_zh="党员志愿服务时长", title_en="Volunteer hours")
    items = [item(usual("3.9")), item(extra)]
    assert [back(written(items, [], language)).items for language in LANGUAGES] == [items, items]


_words = st.text(st.sampled_from("党费收缴 abcXYZ。，（）1=+-@\n&<>\"'"), min_size=1, max_size=30)
_titles = st.sampled_from(["", "党费收缴、管理", "党费 2026", "Party dues", "WiFi 公开"])
_days = st.sampled_from([0, 0, 1, 20, 366])


def _complete(sub: str, scope: str, kind: str, more: dict[str, Any]) -> ItemDraft:
    outside = "" if scope == "inside" else more.pop("audience_outside")
    more.pop("audience_outside", None)
    cycle, fine_tune = (more.pop("cycle"), more.pop("fine_tune"))
    periodic = kind == "periodic"
    hours = more.pop("limit_hours") if kind == "immediate" else more.pop("limit_hours") * 0
    inside_methods, methods = ("meeting", "WeChat-and-more"), ("meeting", "led", "村村响广播")
    return ItemDraft(
        sub,
        scope=scope,
        kind=kind,
        cycle=cycle if periodic else "",
        fine_tune=fine_tune if periodic else "",
        audience_outside=outside,
        limit_hours=0 if more["limit_days"] else hours,
        methods=inside_methods if scope == "inside" else methods,
        **more,
    )


_drafts = st.builds(
    _complete,
    st.sampled_from([*codes.SUB_ITEMS]),
    st.sampled_from(["inside", "inside-then-outside", "outside"]),
    st.sampled_from(["long-term", "periodic", "staged", "immediate"]),
    st.fixed_dictionaries(
        {
            "content": _words.filter(lambda text: text.strip() != ""),
            "basis": _words,
            "title_zh": _titles,
            "title_en": _titles,
            "audience_inside": st.sampled_from(["", "members", "town-members", "named"]),
            "audience_outside": st.sampled_from(["", "unit-staff", "society"]),
            "cycle": st.sampled_from(["monthly", "quarterly", "half-yearly", "yearly"]),
            "fine_tune": st.sampled_from(["", "monthly"]),
            "limit_days": _days,
            "limit_hours": st.integers(0, 72),
            "major": st.booleans(),
        }
    ),
)


@over(st.lists(_drafts, min_size=1, max_size=6, unique_by=lambda draft: draft.sub_item), st.sampled_from(LANGUAGES))
@settings(max_examples=60, deadline=None)
def test_whatever_is_exported_comes_back_the_same(drafts: list[ItemDraft], language: Language) -> None:  # CAT-21
    items = sorted((item(draft) for draft in drafts), key=lambda i: codes.place_of(i.sub_item))
    found = back(written(items, [], language))
    assert (found.bad, found.items) == ([], items)


def test_every_channel_that_is_written_is_understood() -> None:  # PUB-16
    known = tuple(sorted(CHANNELS.inside | CHANNELS.public))
    for language in LANGUAGES:
        assert wording.methods(phrasing.methods(known, language), CHANNELS) == (list(known), [])


def test_two_versions_differ_by_what_was_added_removed_and_changed() -> None:  # CAT-21
    same, gone = item(usual("3.1")), item(usual("3.8"))
    old, new = item(usual("3.9")), item(replace(usual("3.9"), cycle="yearly", content="党费"))
    was, now = [Exclusion(sub_item="5.4", reason="甲")], [Exclusion(sub_item="3.8", reason="乙")]
    found = differences.between([same, gone, old], [new, same, item(usual("3.10"))], was, now)
    assert [i.sub_item for i in found.added] == ["3.10"]
    assert [i.sub_item for i in found.removed] == ["3.8"]
    ((changed,), fields) = found.changed, [f.field for f in found.changed[0].fields]
    assert (changed.sub_item, fields) == ("3.9", ["content", "cycle"])
    assert (found.newly_excluded, found.no_longer_excluded) == (tuple(now), tuple(was))


@over(
    st.lists(st.sampled_from([*codes.SUB_ITEMS]), max_size=8), st.lists(st.sampled_from([*codes.SUB_ITEMS]), max_size=8)
)
def test_what_was_added_one_way_was_removed_the_other(old: list[str], new: list[str]) -> None:  # CAT-21
    before, after = ([item(usual(s)) for s in dict.fromkeys(subs)] for subs in (old, new))
    there, again = differences.between(before, after), differences.between(after, before)
    assert (there.added, there.removed) == (again.removed, again.added)
    assert not differences.between(before, before).added
