"""Whatever is asked of a template or a catalogue, in whatever order: it ends in no invalid state, and a refusal changes
nothing.
"""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from services.catalogue.domain import codes
from services.catalogue.domain.catalogue import CATALOGUE, AdoptCatalogue, Catalogue, DraftCatalogue
from services.catalogue.domain.item import ExclusionDraft, ItemDraft, checked, item_of
from services.catalogue.domain.template import (
    TEMPLATE,
    AuthorTemplate,
    CompleteTemplate,
    Template,
    TemplateCommand,
    TemplateEvent,
)
from services.catalogue.events import (
    CatalogueAdopted,
    CatalogueDrafted,
    Exclusion,
    Item,
    TemplateCompleted,
    TemplateItemSet,
)
from shared.decider import Refused
from tests.catalogue.facts import UNITS, usual

JAN_5 = date(2026, 1, 5)
FEW = ["3.9", "3.10", "4.3", "5.4", "7.6", "8.1"]
_units = st.sampled_from(sorted({*UNITS.values()}))
_subs = st.sampled_from([*FEW, "3.12", "9.9"])


def _draft(sub_item: str, blank: str, content: str) -> ItemDraft:
    known = sub_item if sub_item in codes.SUB_ITEMS else "3.9"
    draft = replace(usual(known), sub_item=sub_item, content=content, title_zh="事项")
    return replace(draft, **{blank: () if blank == "methods" else ""}) if blank else draft  # type: ignore[arg-type]  # one field


_items = st.builds(
    _draft, _subs, st.sampled_from(["", "", "", "scope", "kind", "methods"]), st.sampled_from(["甲", "乙"])
)
_left_out = st.builds(ExclusionDraft, _subs, st.sampled_from(["", "理由"]))
_rest = AuthorTemplate("fengyang", "rural", "", UNITS)


def _settling(unit: str) -> AuthorTemplate:
    """Everything of a unit's categories that the story does not touch."""
    own = [s for s in codes.SUB_ITEMS if UNITS[codes.category_of(s)] == unit and s not in FEW]
    return replace(_rest, unit=unit, items=tuple(map(usual, own)))


_commands: st.SearchStrategy[TemplateCommand] = st.one_of(
    st.builds(
        lambda unit, items, left, seen: replace(
            _rest, unit=unit, items=tuple(items), exclusions=tuple(left), seen=seen
        ),
        _units,
        st.lists(_items, max_size=3),
        st.lists(_left_out, max_size=2),
        st.booleans(),
    ),
    _units.map(_settling),
    st.just(CompleteTemplate("fengyang", "rural")),
)


@over(st.lists(_commands, max_size=14))
@settings(deadline=None)
def test_no_history_of_a_template_ends_in_an_invalid_state(commands: list[TemplateCommand]) -> None:
    """CAT-02, CAT-03, CAT-04 to CAT-11, CAT-21."""
    template, facts = Template(), list[TemplateEvent]()
    for command in commands:
        before = template
        try:
            new = TEMPLATE.decide(template, command)
        except Refused:
            assert template == before
            continue
        facts += new
        template = TEMPLATE.replay(new, template)
        if any(isinstance(fact, TemplateCompleted) for fact in new):
            assert template.missing() == []
            assert template.version == before.version + 1
    assert TEMPLATE.replay(facts) == template
    assert not template.items.keys() & template.exclusions.keys()
    assert all(exclusion.reason for exclusion in template.exclusions.values())
    assert all(i.content and i.methods for i in template.items.values())
    wrote = {(fact.item.sub_item, fact.unit) for fact in facts if isinstance(fact, TemplateItemSet)}
    assert all(UNITS[codes.category_of(sub_item)] == unit for sub_item, unit in wrote)


def item(sub_item: str) -> Item:
    return item_of("FY-R1", checked(usual(sub_item), codes.Channels()), UNITS[codes.category_of(sub_item)])


def _drafting(subs: list[str], left: list[str], categories: frozenset[str], *, seen: bool) -> DraftCatalogue:
    own = [s for s in dict.fromkeys(subs) if codes.category_of(s) in categories]
    out = [s for s in dict.fromkeys(left) if codes.category_of(s) in categories and s not in own]
    exclusions = tuple(Exclusion(sub_item=s, reason="理由") for s in out)
    return DraftCatalogue("FY-R1", "fengyang", tuple(map(item, own)), exclusions, "template:rural/1", categories, seen)


_few = st.lists(st.sampled_from(FEW), max_size=4)
_categories = st.frozensets(st.sampled_from(sorted(codes.CATEGORIES)), min_size=1)
_days = st.integers(-3, 40).map(lambda n: JAN_5 + timedelta(n))
_steps: st.SearchStrategy[DraftCatalogue | AdoptCatalogue] = st.one_of(
    st.builds(lambda s, x, cs, seen: _drafting(s, x, cs, seen=seen), _few, _few, _categories, st.booleans()),
    st.builds(lambda effective, on: AdoptCatalogue(effective, "zhao-guoqiang", "FY", on), _days, _days),
)


@over(st.lists(_steps, max_size=14))
@settings(deadline=None)
def test_no_history_of_a_catalogue_ends_in_an_invalid_state(commands: list[DraftCatalogue | AdoptCatalogue]) -> None:
    """CAT-01, CAT-03, CAT-21, A-02."""
    catalogue = Catalogue()
    for command in commands:
        before = catalogue
        try:
            catalogue = CATALOGUE.replay(CATALOGUE.decide(catalogue, command), catalogue)
        except Refused:
            assert catalogue == before
            continue
        if isinstance(command, DraftCatalogue) and before.draft:
            kept = {i for i in before.draft.items if i.category not in command.categories}
            assert catalogue.draft is not None
            assert kept <= set(catalogue.draft.items), "other units' parts stand"
    stated: list[CatalogueDrafted | CatalogueAdopted] = [*catalogue.versions]
    stated += [catalogue.draft] if catalogue.draft else []
    for version in stated:
        subs = [i.sub_item for i in version.items]
        assert subs or (isinstance(version, CatalogueDrafted) and version.exclusions)
        assert subs == sorted(set(subs), key=codes.place_of), "each once, in the order of the code list"
        assert not set(subs) & {e.sub_item for e in version.exclusions}
    for offset in range(-3, 45):
        _is_in_force_or_nothing(catalogue, JAN_5 + timedelta(offset))


def _is_in_force_or_nothing(catalogue: Catalogue, day: date) -> None:
    holding = [version for version in catalogue.versions if version.effective <= day]
    try:
        found = [catalogue.in_force(day)]
    except Refused:
        found = []
    assert bool(found) == bool(holding)
    assert all(version in holding and version.on <= version.effective for version in found)
