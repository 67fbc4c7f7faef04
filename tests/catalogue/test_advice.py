"""Kind and scope have defaults by content; whoever departs from them without a reason is warned, never refused."""

from dataclasses import replace

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.catalogue.domain import advice, codes
from services.catalogue.domain.item import ItemDraft, checked
from tests.catalogue.facts import DUES, usual

USUAL = {  # requirements 1.2, read by hand: kind and scope of each sub-item
    "long-term": "1.1 1.4 3.1 3.2 4.1 4.2 5.11 7.1",
    "immediate": "1.2 1.3 3.3 4.4 5.1 5.2 5.3 5.4 5.5 5.6 5.7 5.9 6.4 6.5 7.7",
    "staged": "1.5 1.6 2.2 2.3 3.4 3.5 3.8 7.3",
    "periodic": "2.1 3.6 3.7 3.9 3.10 3.11 4.3 4.5 4.6 5.8 5.10 6.1 6.2 6.3 7.2 7.4 7.5 7.6",
}
INSIDE = "2.1 2.2 2.3 3.5 3.7 3.10 3.11 4.3 4.4 4.5 4.6 5.3 5.8 5.9 5.10 5.11 7.1 7.2 7.4 7.5 7.7"
BOTH = "1.2 1.3 1.5 1.6 3.4 3.6 3.8 3.9 5.4 6.1 7.6"


def said(draft: ItemDraft) -> list[tuple[str, str]]:
    return [(a.pointer, a.code) for a in advice.of(draft)]


def test_the_defaults_are_those_of_the_code_list() -> None:  # CAT-13, requirements 1.2
    for kind, subs in USUAL.items():
        assert {codes.SUB_ITEMS[sub].kind for sub in subs.split()} == {kind}
    for scope, subs in (("inside", INSIDE), ("inside-then-outside", BOTH)):
        assert {codes.SUB_ITEMS[sub].scope for sub in subs.split()} == {scope}
    rest = set(codes.SUB_ITEMS) - {*INSIDE.split(), *BOTH.split(), "8.1"}
    assert {codes.SUB_ITEMS[sub].scope for sub in rest} == {"outside"}


@pytest.mark.parametrize("sub_item", codes.SUB_ITEMS)
def test_the_usual_raises_no_warning(sub_item: str) -> None:  # CAT-13
    assert said(usual(sub_item)) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "staged", "cycle": ""}, "kind"), ({"cycle": "yearly"}, "cycle"), ({"scope": "inside"}, "scope")],
)
def test_a_default_overridden_without_a_reason_is_pointed_out(change: dict[str, str], field: str) -> None:  # CAT-13
    assert said(replace(DUES, **change)) == [(f"/{field}", "DEFAULT_OVERRIDDEN")]  # type: ignore[arg-type]  # one field


def test_a_default_overridden_with_a_reason_is_not_pointed_out() -> None:  # CAT-13
    assert said(replace(DUES, scope="inside", reason="村民已从村务公开得知")) == []


def test_a_kind_that_does_not_suit_the_content_is_pointed_out_even_with_a_reason() -> None:  # CAT-20
    draft = replace(DUES, kind="immediate", cycle="", fine_tune="", reason="有关同志要求")
    assert said(draft) == [("/kind", "KIND_UNSUITABLE")]
    assert checked(draft, codes.Channels()).kind == "immediate", "warned, not refused"


def test_what_lasts_or_goes_in_phases_may_be_either() -> None:  # CAT-20, 1.1
    assert said(replace(usual("1.1"), kind="staged")) == []
    assert said(replace(usual("1.1"), kind="immediate")) == [
        ("/kind", "KIND_UNSUITABLE"),
        ("/kind", "DEFAULT_OVERRIDDEN"),
    ]


@pytest.mark.parametrize("kind", ["long-term", "periodic", "staged", "immediate"])
def test_other_matters_may_have_any_kind_and_scope(kind: str) -> None:  # CAT-11 CAT-20
    cycle = "quarterly" if kind == "periodic" else ""
    assert said(replace(usual("8.1"), kind=kind, cycle=cycle, scope="inside")) == []


_drafts = st.builds(
    lambda sub, kind, scope, reason: replace(usual(sub), kind=kind, scope=scope, cycle="quarterly", reason=reason),
    st.sampled_from(list(codes.SUB_ITEMS)),
    st.sampled_from(["long-term", "periodic", "staged", "immediate"]),
    st.sampled_from(["inside", "inside-then-outside", "outside"]),
    st.sampled_from(["", "理由"]),
)


@over(_drafts)
def test_whatever_is_advised_the_item_is_what_was_written(draft: ItemDraft) -> None:  # CAT-13 CAT-20
    item = checked(draft, codes.Channels())
    assert (item.kind, item.scope) == (draft.kind, draft.scope)
    assert all(a.pointer in ("/kind", "/cycle", "/scope") and a.detail for a in advice.of(draft))
    if (draft.kind, draft.scope) != (codes.SUB_ITEMS[draft.sub_item].kind, codes.SUB_ITEMS[draft.sub_item].scope):
        listed = draft.sub_item not in ("8.1", "1.1")
        assert not listed or draft.reason or said(draft)
