"""A change that comes again remembers who took which step; one change goes to one circle of readers."""

from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_commands import ApproveChange
from services.catalogue.domain.change_lines import LineDraft
from services.catalogue.events import ChangeApproved
from shared.decider import Refused
from shared.testing import scenario
from tests.catalogue.test_change import APPROVE, JUL_8, RETURNED, TERMINATE, approved, asking, requested


def test_items_for_inside_and_for_outside_are_two_changes() -> None:  # CAT-16, CAT-19
    both = asking(TERMINATE, LineDraft("revoke", "3.9"))
    scenario(CHANGE, given=[], when=both, then=Refused("INVALID", ""))


def test_who_asked_in_an_earlier_round_does_not_approve_and_is_told_to_the_audit() -> None:  # CAT-17, A-21
    given = [requested(by="zhou-min"), approved(), RETURNED, requested(round=2)]
    own = ApproveChange("FY-DJB", "FY-DJB", "zhou-min", JUL_8)
    scenario(CHANGE, given=given, when=own, then=Refused("SELF_APPROVAL", ""))
    (fact,) = CHANGE.decide(CHANGE.replay(given), APPROVE)
    assert isinstance(fact, ChangeApproved)
    assert fact.earlier == ("zhou-min", "sun-wei")
