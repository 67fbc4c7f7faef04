"""A round is counted with all that was said in it, and a decision has one result (PUB-17)."""

from dataclasses import replace

from services.publication.domain.decision import DECISION
from services.publication.domain.decision_commands import DraftPart
from shared.testing import scenario
from tests.publication.test_major_decision import ITEM, RESULT, WHOLE, after, refused


def test_a_decision_has_one_result() -> None:  # PUB-17
    refused(*WHOLE, when=DraftPart("result", ITEM, "x2"), code="STEP_OUT_OF_ORDER")
    refused(*WHOLE, when=replace(RESULT, disclosure="x2"), code="STEP_OUT_OF_ORDER")
    scenario(DECISION, given=after(*WHOLE[:-1]), when=DraftPart("result", ITEM, "x2"), then=[])
    scenario(DECISION, given=after(*WHOLE), when=DraftPart("follow-up", ITEM, "x2"), then=[])
