"""A template settles all 50 sub-items, each written by the unit in charge of its category."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.catalogue.domain import codes
from services.catalogue.domain.item import ExclusionDraft, ItemDraft, checked
from services.catalogue.domain.template import TEMPLATE, AuthorTemplate, CompleteTemplate, TemplateEvent
from services.catalogue.events import TemplateCompleted, TemplateItemSet, TemplateStarted
from shared.decider import Refused
from shared.scope import Scope
from shared.testing import scenario
from tests.catalogue.facts import DUES, UNITS, usual

STARTED: TemplateEvent = TemplateStarted(town="fengyang", type="rural")


def written_by(unit: str, *items: ItemDraft, exclusions: Sequence[ExclusionDraft] = ()) -> AuthorTemplate:
    return AuthorTemplate("fengyang", "rural", unit, UNITS, items=items, exclusions=tuple(exclusions))


def whole() -> list[TemplateEvent]:
    facts: list[TemplateEvent] = [STARTED]
    for code in codes.SUB_ITEMS:
        item = checked(usual(code), codes.Channels())
        facts.append(TemplateItemSet(town="fengyang", type="rural", item=item, unit=UNITS[codes.category_of(code)]))
    return facts


def test_a_complete_item_is_accepted_as_draft() -> None:  # CAT-03, S01
    item = checked(DUES, codes.Channels())
    then = [STARTED, TemplateItemSet(town="fengyang", type="rural", item=item, unit="FY-DJB")]
    scenario(TEMPLATE, given=[], when=written_by("FY-DJB", DUES), then=then)


@pytest.mark.parametrize("blank", [{"content": " "}, {"scope": ""}, {"methods": ()}, {"kind": ""}, {"cycle": ""}])
def test_an_item_that_lacks_one_of_the_four_is_refused(blank: dict[str, object]) -> None:  # CAT-03, S01
    draft = replace(DUES, **blank)  # type: ignore[arg-type]  # one field at a time
    scenario(TEMPLATE, given=[STARTED], when=written_by("FY-DJB", draft), then=Refused("MISSING_FIELD", ""))


def test_the_refusal_of_a_blank_points_at_it() -> None:  # CAT-03
    with pytest.raises(Refused) as refused:
        TEMPLATE.decide(TEMPLATE.initial, written_by("FY-DJB", DUES, replace(DUES, kind="")))
    assert (refused.value.pointer, refused.value.detail) == ("/items/1/kind", "The time limit of 3.9 is missing.")


def test_a_unit_does_not_write_what_another_is_in_charge_of() -> None:  # CAT-01 ORG-09, S01
    command = written_by("FY-DZB", usual("7.6"))
    scenario(TEMPLATE, given=[STARTED], when=command, then=Refused("NOT_YOUR_REMIT", ""))


def test_nobody_writes_an_unassigned_category() -> None:  # ORG-08, A-17
    command = replace(written_by("FY-DJB", DUES), in_charge={})
    scenario(TEMPLATE, given=[STARTED], when=command, then=Refused("CATEGORY_UNASSIGNED", ""))


def test_an_inside_only_item_has_no_public_channel() -> None:  # PUB-04, S01
    command = written_by("FY-DJB", replace(usual("4.3"), methods=("meeting", "led")))
    scenario(TEMPLATE, given=[STARTED], when=command, then=Refused("CHANNEL_NOT_FOR_SCOPE", ""))


def test_a_town_may_have_channels_of_its_own() -> None:  # PUB-22
    channels = codes.Channels().with_own(["village-radio"], [])
    item = checked(replace(usual("4.3"), methods=("village-radio",)), channels)
    assert item.methods == ("village-radio",)


def test_an_exclusion_says_why() -> None:  # CAT-02, S01
    command = written_by("FY-DJB", exclusions=[ExclusionDraft("5.4", " ")])
    scenario(TEMPLATE, given=[STARTED], when=command, then=Refused("REASON_REQUIRED", ""))


def test_an_inspection_notice_goes_to_the_units_staff() -> None:  # CAT-08
    assert checked(usual("5.4"), codes.Channels()).audience_outside is Scope.UNIT_STAFF


CATEGORIES = [
    pytest.param(f"C{n}", count, id=f"CAT-{n + 3:02}") for n, count in enumerate((6, 3, 11, 6, 11, 5, 7, 1), 1)
]


@pytest.mark.parametrize(("category", "count"), CATEGORIES)
def test_a_template_covers_every_sub_item_of_a_category_or_is_not_completed(category: str, count: int) -> None:
    listed = [f"{category[1:]}.{n}" for n in range(1, count + 1)]
    assert [s.code for s in codes.SUB_ITEMS.values() if s.category == category] == listed
    for missing in (listed, listed[:1], listed[-1:]):
        given = [f for f in whole() if not isinstance(f, TemplateItemSet) or f.item.sub_item not in missing]
        with pytest.raises(Refused) as refused:
            TEMPLATE.decide(TEMPLATE.replay(given), CompleteTemplate("fengyang", "rural"))
        assert (refused.value.code, refused.value.facts) == ("TEMPLATE_INCOMPLETE", {"missing": missing})


@pytest.mark.parametrize(("category", "count"), CATEGORIES)
def test_a_category_may_be_excluded_with_a_reason_for_each_sub_item(category: str, count: int) -> None:  # CAT-02
    own = [s for s in codes.SUB_ITEMS if codes.category_of(s) == category]
    given = [f for f in whole() if not isinstance(f, TemplateItemSet) or f.item.sub_item not in own]
    excluding = written_by(UNITS[category], exclusions=[ExclusionDraft(s, "本类型组织没有此项") for s in own])
    template = TEMPLATE.replay([*given, *TEMPLATE.decide(TEMPLATE.replay(given), excluding)])
    assert [e.reason for e in template.exclusions.values()] == ["本类型组织没有此项"] * count
    assert TEMPLATE.decide(template, CompleteTemplate("fengyang", "rural"))
    silent = written_by(UNITS[category], exclusions=[ExclusionDraft(own[0], "")])
    scenario(TEMPLATE, given=given, when=silent, then=Refused("REASON_REQUIRED", ""))


def test_a_unit_may_add_an_item_behind_the_listed_ones() -> None:  # CAT-21, S01
    extra = replace(DUES, sub_item="3.12", title_zh="党员志愿服务时长")
    item = checked(extra, codes.Channels())
    assert (item.title_zh, item.title_en) == ("党员志愿服务时长", "党员志愿服务时长")
    command = replace(written_by("FY-DJB", extra), seen=False)
    scenario(
        TEMPLATE,
        given=whole(),
        when=command,
        then=[TemplateItemSet(town="fengyang", type="rural", item=item, unit="FY-DJB")],
    )
    scenario(TEMPLATE, given=whole(), when=written_by("FY-DZB", extra), then=Refused("NOT_YOUR_REMIT", ""))
    untitled = written_by("FY-DJB", replace(DUES, sub_item="3.12"))
    scenario(TEMPLATE, given=whole(), when=untitled, then=Refused("MISSING_FIELD", ""))


def test_what_somebody_has_written_is_not_replaced_unseen() -> None:  # CAT-21
    mine = replace(written_by("FY-DJB", replace(DUES, content="党费收缴、上缴和下拨")), seen=False)
    scenario(TEMPLATE, given=whole(), when=mine, then=Refused("VERSION_NEEDED", ""))
    assert TEMPLATE.decide(TEMPLATE.replay(whole()), replace(mine, seen=True))
    same = replace(written_by("FY-DJB", usual("3.8")), seen=False)
    scenario(TEMPLATE, given=whole(), when=same, then=[])


def test_why_an_item_is_not_as_usual_is_kept() -> None:  # CAT-13
    draft = replace(usual("3.9"), scope="inside", reason="另行公开")
    (fact,) = TEMPLATE.decide(TEMPLATE.replay([STARTED]), written_by("FY-DJB", draft))
    assert isinstance(fact, TemplateItemSet)
    assert fact.reason == "另行公开"


def test_a_template_that_settles_all_fifty_is_completed_as_a_version() -> None:  # CAT-04 to CAT-11
    then = [TemplateCompleted(town="fengyang", type="rural", version=1)]
    scenario(TEMPLATE, given=whole(), when=CompleteTemplate("fengyang", "rural"), then=then)


def test_the_code_list_has_eight_categories_and_fifty_sub_items() -> None:  # CAT-04 to CAT-11
    counts = {c: sum(s.category == c for s in codes.SUB_ITEMS.values()) for c in codes.CATEGORIES}
    assert list(counts.values()) == [6, 3, 11, 6, 11, 5, 7, 1]


@over(
    st.lists(st.sampled_from(sorted(codes.SUB_ITEMS)), min_size=1, max_size=6),
    st.sampled_from(sorted({*UNITS.values()})),
)
def test_whatever_a_unit_gets_into_a_template_is_of_its_own_categories(subs: list[str], unit: str) -> None:  # CAT-01
    try:
        facts = TEMPLATE.decide(TEMPLATE.initial, written_by(unit, *(usual(s) for s in subs)))
    except Refused:
        facts = []
    got_in = [f.item.sub_item for f in facts if isinstance(f, TemplateItemSet)]
    assert got_in == ([] if any(UNITS[codes.category_of(s)] != unit for s in subs) else subs)
