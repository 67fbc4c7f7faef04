"""Written anew, an item keeps what its writer left out, and loses what they emptied."""

from dataclasses import replace
from typing import Any

import pytest

from services.catalogue.api.bodies import ItemBody
from services.catalogue.domain import codes
from services.catalogue.domain.item import LEFT_OUT, ItemDraft, checked, kept
from services.catalogue.domain.template import TEMPLATE, AuthorTemplate, Template, TemplateEvent
from services.catalogue.events import TemplateItem, TemplateItemSet, TemplateStarted
from shared.decider import Refused
from shared.testing import scenario
from tests.catalogue.facts import DUES, UNITS, usual

FULL = replace(
    DUES,
    title_zh="党费",
    title_en="Dues",
    basis="党费管理规定",
    audience_inside="town-members",
    audience_outside="unit-staff",
    limit_days=3,
    major=True,
    reason="上级要求",
)
FOUR = {name: getattr(DUES, name) for name in ("content", "scope", "methods", "kind", "cycle")}
STANDS = checked(FULL, codes.Channels())
STARTED: TemplateEvent = TemplateStarted(town="fengyang", type="rural")
SET: TemplateEvent = TemplateItemSet(town="fengyang", type="rural", item=STANDS, unit="FY-DJB", reason="上级要求")
EMPTIED: dict[str, Any] = {
    "title_zh": "党费的收缴、管理、使用情况",
    "title_en": "Collection, management and use of Party dues",
    "basis": "",
    "audience_inside": "members",
    "audience_outside": "society",
    "fine_tune": None,
    "limit_days": 0,
    "limit_hours": 0,
    "major": False,
}


def sent(**more: Any) -> ItemDraft:
    return ItemBody.model_validate({"sub_item": "3.9", **FOUR, "methods": list(DUES.methods)} | more).draft()


def anew(draft: ItemDraft) -> tuple[TemplateItem, str]:
    """As it stands in a template after it was written again."""
    template: Template = TEMPLATE.replay([STARTED, SET])
    facts = TEMPLATE.decide(template, AuthorTemplate("fengyang", "rural", "FY-DJB", UNITS, items=(draft,)))
    now: Template = TEMPLATE.replay(facts, template)
    return now.items["3.9"], now.reasons["3.9"]


def test_what_is_left_out_of_an_item_written_anew_stays_as_it_was() -> None:  # CAT-03 PUB-17
    assert anew(sent(content="党费收缴明细")) == (STANDS.model_copy(update={"content": "党费收缴明细"}), "上级要求")
    again = AuthorTemplate("fengyang", "rural", "FY-DJB", UNITS, items=(sent(),))
    scenario(TEMPLATE, given=[STARTED, SET], when=again, then=[])


@pytest.mark.parametrize("name", sorted({*LEFT_OUT} - {"reason", "title_zh", "title_en"}))
def test_what_is_emptied_is_cleared_and_nothing_beside_it(name: str) -> None:  # CAT-03 PUB-17
    assert anew(sent(**{name: None}))[0] == STANDS.model_copy(update={name: EMPTIED[name]})


def test_no_false_and_blank_are_said_too() -> None:  # CAT-03 PUB-17
    item, reason = anew(sent(major=False, basis="", limit_days=0, fine_tune="", reason=""))
    assert (item.major, item.basis, item.limit_days, item.fine_tune, reason) == (False, "", 0, None, "")
    titles = anew(sent(title_zh=None, title_en=""))[0]
    assert (titles.title_zh, titles.title_en) == (usual_title("3.9"))


def usual_title(sub_item: str) -> tuple[str, str]:
    return codes.SUB_ITEMS[sub_item].title_zh, codes.SUB_ITEMS[sub_item].title_en


def test_an_item_that_was_not_there_has_nothing_to_keep() -> None:  # CAT-03
    assert checked(kept(sent(), None), codes.Channels()) == checked(DUES_BARE, codes.Channels())


DUES_BARE = replace(DUES, fine_tune="")


def test_of_another_kind_or_scope_it_keeps_no_limit_and_no_readers_of_the_old() -> None:  # CAT-03 CAT-20
    item, reason = anew(sent(kind="long-term", cycle=""))
    assert (item.kind, item.cycle, item.fine_tune, item.limit_days, reason) == ("long-term", "", None, 0, "")
    inside = anew(sent(scope="inside", methods=["meeting"]))[0]
    assert (inside.audience_inside, inside.audience_outside) == ("town-members", None)


@pytest.mark.parametrize("name", ["content", "scope", "methods", "kind"])
def test_the_four_fields_are_never_kept_from_before(name: str) -> None:  # CAT-03
    draft = sent(**{name: [] if name == "methods" else ""})
    command = AuthorTemplate("fengyang", "rural", "FY-DJB", UNITS, items=(draft,))
    scenario(TEMPLATE, given=[STARTED, SET], when=command, then=Refused("MISSING_FIELD", ""))


def test_hours_are_for_an_immediate_item_and_stand_instead_of_days() -> None:  # PUB-29 A-08
    soon = replace(usual("6.5"), kind="immediate", cycle="", limit_hours=4)
    assert checked(soon, codes.Channels()).limit_hours == 4
    with pytest.raises(Refused, match="immediate"):
        checked(replace(DUES, limit_hours=4), codes.Channels())
    with pytest.raises(Refused, match="days or in hours"):
        checked(replace(soon, limit_days=1), codes.Channels())
    with pytest.raises(Refused, match="cannot wait"):
        checked(replace(soon, limit_hours=73), codes.Channels())
    was = checked(soon, codes.Channels())
    in_days = replace(soon, limit_hours=0, limit_days=1, unsaid=frozenset({"limit_hours"}))
    assert (kept(in_days, was).limit_days, kept(in_days, was).limit_hours) == (1, 0)
