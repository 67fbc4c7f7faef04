"""A catalogue is drafted, adopted with an effective day, in force from then on, and never edited in place."""

from dataclasses import replace
from datetime import date

import pytest

from services.catalogue.domain import codes
from services.catalogue.domain.catalogue import CATALOGUE, AdoptCatalogue, CatalogueEvent, DraftCatalogue
from services.catalogue.domain.item import checked, item_of
from services.catalogue.events import REGISTRY, CatalogueAdopted, CatalogueDrafted, Exclusion, Item
from services.catalogue.views.catalogues import Catalogues
from shared.decider import Refused
from shared.scope import SOCIETY, members
from shared.testing import recorded, scenario, view_of
from tests.catalogue.facts import UNITS, usual

JAN_20, FEB_1 = date(2026, 1, 20), date(2026, 2, 1)
ALL = frozenset(codes.CATEGORIES)


def item(sub_item: str) -> Item:
    return item_of("FY-R1", checked(usual(sub_item), codes.Channels()), UNITS[codes.category_of(sub_item)])


def drafting(*subs: str, categories: frozenset[str] = ALL) -> DraftCatalogue:
    return DraftCatalogue("FY-R1", "fengyang", tuple(item(s) for s in subs), (), "template:rural/1", categories)


def drafted(*subs: str) -> CatalogueEvent:
    return CatalogueDrafted(
        catalogue="FY-R1",
        organisation="FY-R1",
        town="fengyang",
        version=1,
        items=tuple(item(s) for s in subs),
        exclusions=(),
        source="template:rural/1",
    )


def adopted(*subs: str) -> CatalogueEvent:
    return CatalogueAdopted(
        **drafted(*subs).model_dump(exclude={"source"}),
        effective=FEB_1,
        adopted_by="zhao-guoqiang",
        on_behalf_of="FY",
        on=JAN_20,
    )


ADOPT = AdoptCatalogue(FEB_1, "zhao-guoqiang", "FY", JAN_20)


def test_a_draft_lists_its_items_in_the_order_of_the_code_list() -> None:
    scenario(CATALOGUE, given=[], when=drafting("3.10", "3.9"), then=[drafted("3.9", "3.10")])


def test_a_unit_that_drafts_leaves_the_other_units_parts_standing() -> None:  # CAT-01
    command = drafting("7.6", categories=frozenset({"C7"}))
    scenario(CATALOGUE, given=[drafted("3.9", "7.1")], when=command, then=[drafted("3.9", "7.6")])


def test_a_unit_drafts_its_part_though_nothing_of_it_applies() -> None:  # CAT-02
    none = tuple(Exclusion(sub_item=code, reason="无此事项") for code in codes.SUB_ITEMS if code.startswith("7."))
    command = replace(drafting(categories=frozenset({"C7"})), exclusions=none)
    (fact,) = CATALOGUE.decide(CATALOGUE.replay([drafted("3.9", "7.1")]), command)
    assert isinstance(fact, CatalogueDrafted)
    assert ([item.sub_item for item in fact.items], fact.exclusions) == (["3.9"], none)
    scenario(CATALOGUE, given=[], when=drafting(), then=Refused("MISSING_FIELD", ""))
    alone = CATALOGUE.decide(CATALOGUE.initial, command)
    scenario(CATALOGUE, given=alone, when=ADOPT, then=Refused("MISSING_FIELD", ""))


def test_the_head_adopts_a_draft_on_behalf_of_the_committee() -> None:  # CAT-03, A-02
    scenario(CATALOGUE, given=[drafted("3.9")], when=ADOPT, then=[adopted("3.9")])


def test_nothing_is_adopted_without_a_draft() -> None:
    scenario(CATALOGUE, given=[], when=ADOPT, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_a_catalogue_is_not_in_force_before_it_was_adopted() -> None:  # CAT-21
    late = AdoptCatalogue(date(2026, 1, 19), "zhao-guoqiang", "FY", JAN_20)
    scenario(CATALOGUE, given=[drafted("3.9")], when=late, then=Refused("WRONG_DATE", ""))


def test_an_adopted_catalogue_is_not_edited_in_place() -> None:  # CAT-16, S01
    given = [drafted("3.9"), adopted("3.9")]
    scenario(CATALOGUE, given=given, when=drafting("3.9", "3.10"), then=Refused("STEP_OUT_OF_ORDER", ""))


def test_a_catalogue_is_in_force_from_its_effective_day_on() -> None:  # CAT-21, S01
    state = CATALOGUE.replay([drafted("3.9"), adopted("3.9")])
    assert state.in_force(FEB_1).version == 1
    with pytest.raises(Refused, match="NOT_IN_FORCE"):
        state.in_force(date(2026, 1, 31))


def shown() -> Catalogues:
    facts = (drafted("3.9", "3.10", "4.3"), adopted("3.9", "3.10", "4.3"))
    events = [recorded(REGISTRY, "catalogue-FY-R1", f, n, version=n) for n, f in enumerate(facts, 1)]
    return view_of(Catalogues, events)


def test_the_view_knows_what_was_in_force_on_a_day() -> None:  # CAT-21
    view = shown()
    version = view.in_force("FY-R1", FEB_1)
    assert version is not None
    assert (version["version"], version["source"]) == (1, "template:rural/1")
    assert view.in_force("FY-R1", date(2026, 1, 31)) is None


def test_an_outsider_sees_only_what_goes_outside() -> None:  # ORG-11
    view = shown()
    version = view.in_force("FY-R1", FEB_1)
    assert version is not None
    outsider, member = frozenset({SOCIETY}), frozenset({SOCIETY, members("FY-R1")})
    assert [i.sub_item for i in view.items_of(version, outsider)] == ["3.9"]
    assert [i.sub_item for i in view.items_of(version, member)] == ["3.9", "3.10", "4.3"]
