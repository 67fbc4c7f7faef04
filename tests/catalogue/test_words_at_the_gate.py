"""What a catalogue says is read by many and never erased: it passes the gate for personal data, as disclosures do."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.catalogue.domain import codes
from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_commands import RefuseChange
from services.catalogue.domain.change_lines import LineDraft
from services.catalogue.domain.importing import Importer, items_of
from services.catalogue.domain.item import ExclusionDraft
from services.catalogue.domain.plan import PLAN, ApprovePlan, Plan, RefusePlan, RefusePlanForSecrecy
from services.catalogue.domain.sheet import Reading, Row
from services.catalogue.domain.template import TEMPLATE, AuthorTemplate, Template
from services.catalogue.domain.withholding import WITHHOLDING
from services.catalogue.events import Condition
from shared.decider import Refused
from tests.catalogue import test_change as changes
from tests.catalogue import test_plan as plans
from tests.catalogue.facts import DUES, UNITS
from tests.catalogue.test_withholding_rules import filing

SAID = "反映人 110101199003074514，138  1234  5678"


def said(field: str) -> dict[str, Any]:
    return {field: SAID}


def refused(error: pytest.ExceptionInfo[Refused], pointer: str) -> bool:
    """With the place, and without the number."""
    told = error.value
    return (told.code, told.pointer) == ("PERSONAL_DATA_FOUND", pointer) and "1990" not in f"{told.detail}{told.facts}"


@pytest.mark.parametrize("field", ["title", "content", "reason"])
def test_a_plan_holds_nothing_personal(field: str) -> None:
    """CAT-12, PUB-31."""
    draft = replace(plans.FLOOD, **said(field))
    with pytest.raises(Refused) as error:
        PLAN.decide(Plan(), replace(plans.SUBMIT, draft=draft))
    assert refused(error, f"/{field}")


def test_what_is_decided_of_a_plan_holds_nothing_personal() -> None:  # CAT-12, PUB-31
    submitted = PLAN.replay(PLAN.decide(Plan(), plans.SUBMIT))
    with pytest.raises(Refused) as error:
        PLAN.decide(submitted, RefusePlan(plans.deciding(), SAID))
    assert refused(error, "/reason")
    with pytest.raises(Refused) as error:
        PLAN.decide(submitted, ApprovePlan(plans.deciding(), (Condition(kind="as-stated", text=SAID),)))
    assert refused(error, "/conditions/0/text")
    with pytest.raises(Refused) as error:
        PLAN.decide(submitted, RefusePlanForSecrecy("he-tao", "state-secret", SAID, date(2026, 7, 7)))
    assert refused(error, "/citation")


def test_a_change_is_asked_for_and_refused_without_anybodys_number() -> None:  # CAT-16, PUB-31
    with pytest.raises(Refused) as error:
        CHANGE.decide(CHANGE.initial, changes.asking(changes.TERMINATE, reason=SAID))
    assert refused(error, "/reason")
    with pytest.raises(Refused) as error:
        CHANGE.decide(CHANGE.initial, changes.asking(replace(changes.TERMINATE, reason=SAID)))
    assert refused(error, "/lines/0/reason")
    asked = CHANGE.replay([changes.requested()])
    with pytest.raises(Refused) as error:
        CHANGE.decide(asked, RefuseChange(SAID, "FY-DJB", "FY-DJB", "sun-wei", changes.JUL_7))
    assert refused(error, "/reason")


def test_a_new_wording_holds_nothing_personal() -> None:  # CAT-03, CAT-16, PUB-31
    text = replace(DUES, content=SAID)
    with pytest.raises(Refused) as error:
        CHANGE.decide(CHANGE.initial, changes.asking(LineDraft("change", "3.9", text)))
    assert refused(error, "/lines/0/text/content")


@pytest.mark.parametrize("field", ["content", "basis", "title_zh", "reason"])
def test_a_template_holds_nothing_personal(field: str) -> None:
    """CAT-03, PUB-31."""
    author = AuthorTemplate("fengyang", "rural", "FY-DJB", UNITS, items=(replace(DUES, **said(field)),))
    with pytest.raises(Refused) as error:
        TEMPLATE.decide(Template(), author)
    assert refused(error, f"/items/0/{field}")


def test_an_exclusion_holds_nothing_personal() -> None:  # CAT-02, PUB-31
    author = AuthorTemplate("fengyang", "rural", "FY-DJB", UNITS, exclusions=(ExclusionDraft("3.9", SAID),))
    with pytest.raises(Refused) as error:
        TEMPLATE.decide(Template(), author)
    assert refused(error, "/exclusions/0/reason")


def test_an_imported_exclusion_with_a_number_is_named_by_its_cell() -> None:  # CAT-02, PUB-31
    cells = {"item": "B7", "content": "D7", "unit": "F7"}
    row = Row(7, cells, "", exclusion=ExclusionDraft("3.9", SAID))
    read = items_of(Reading([row]), Importer("FY-R1", "", UNITS, codes.Channels()))
    assert [(bad.cell, bad.code) for bad in read.bad] == [("D7", "PERSONAL_DATA_FOUND")]
    assert read.exclusions == []


def test_the_citation_of_a_withholding_holds_nothing_personal() -> None:  # CAT-15, PUB-31
    with pytest.raises(Refused) as error:
        WITHHOLDING.decide(WITHHOLDING.initial, filing(citation=SAID))
    assert refused(error, "/citation")
