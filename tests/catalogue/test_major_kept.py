"""Whether an item is a major decision outlives a change of its text (PUB-17)."""

from dataclasses import replace

from services.catalogue.domain.catalogue import CATALOGUE
from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_lines import LineDraft
from services.catalogue.events import ChangeRequested
from tests.catalogue.facts import DUES
from tests.catalogue.test_change import DUES_ITEM, asking, version


def test_a_change_that_does_not_say_whether_the_item_is_major_leaves_it_so() -> None:  # PUB-17 CAT-16
    before = CATALOGUE.replay([version(1, DUES_ITEM.model_copy(update={"major": True}))])
    drafts = {said: replace(DUES, content="党费收缴明细", major=said) for said in (None, True, False)}
    became: dict[bool | None, bool] = {}
    for said, text in drafts.items():
        (fact,) = CHANGE.decide(CHANGE.initial, asking(LineDraft("change", "3.9", text), catalogue=before))
        assert isinstance(fact, ChangeRequested)
        assert fact.lines[0].becomes
        became[said] = fact.lines[0].becomes.major
    assert became == {None: True, True: True, False: False}
