"""Conditions of a plan's approval bind what is shown outside; the refusal says where, and never names anybody."""

import pytest

from services.publication.domain.conditions import must_be_met
from services.publication.domain.versions import Content
from services.publication.events.parts import Attachment, Condition
from shared.decider import Refused

NAMES = Condition(kind="no-names-outside", names=("陈秀英", "Guo Changfu"))
SHEET = Attachment(name="陈秀英.txt", digest="sha256:0", media_type="text/plain", bytes=1)


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (Content("捐款收支", "发给陈秀英300元"), ["text"]),
        (Content("捐款收支", "发给陈 秀 英300元"), ["text"]),
        (Content("Guo  changfu", "x", summary="ＧＵＯ ＣＨＡＮＧＦＵ"), ["title", "summary"]),
        (Content("捐款收支", "x", led_text="陈秀英"), ["led_text"]),
        (Content("捐款收支", "x", attachments=(SHEET,)), ["attachments"]),
    ],
)
def test_a_name_that_was_to_be_masked_is_found_wherever_it_stands(content: Content, places: list[str]) -> None:
    """CAT-12, S05."""
    with pytest.raises(Refused) as refused:
        must_be_met([NAMES], content, {SHEET.digest: ()})
    assert (refused.value.code, refused.value.facts["places"]) == ("CONDITION_NOT_MET", places)
    assert "陈" not in refused.value.detail
    assert "Guo" not in str(refused.value.facts)


def test_masked_names_pass() -> None:  # CAT-12, S05
    must_be_met([NAMES, Condition(kind="as-stated", text="张榜七日")], Content("捐款收支", "发给陈**等12户共6,000元"))


def test_what_was_to_stay_inside_is_not_shown_outside_at_all() -> None:  # CAT-12
    with pytest.raises(Refused, match="CONDITION_NOT_MET"):
        must_be_met([Condition(kind="inside-only")], Content("捐款收支", "x"))
