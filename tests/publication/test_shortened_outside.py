"""A shortened text may go outside instead of the whole: declared, approved with it, and adding nothing (A-05)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.drafting import (
    AddAttachment,
    DraftDisclosure,
    OpenCorrection,
    RemoveAttachment,
    ReviseDisclosure,
)
from services.publication.domain.outside_text import as_outside
from services.publication.domain.versions import Content, OutsideWords
from services.publication.events import (
    DisclosureApproved,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    VersionCorrected,
)
from services.publication.events.parts import Attachment
from shared.clock import at
from tests.publication.liushu import ID_NUMBER
from tests.publication.test_disclosure import (
    APPROVE,
    CLEAR,
    DRAFT,
    HE,
    MA,
    SUBMIT,
    after,
    inside,
    outside,
    refused,
)

APRIL_10, APRIL_13, APRIL_14 = at(date(2026, 4, 10), 14), at(date(2026, 4, 13), 9), at(date(2026, 4, 14), 14)
WHOLE = "救助困难党员2名：张大山、李小河，各500元。共支出1,000.00元。"
SHORT = "救助困难党员2名：张**、李**，各500元。共支出1,000.00元。"
WORDS = Content("困难救助", WHOLE, "救助2名", "救助已发放", outside=OutsideWords("困难救助", SHORT, "救助2名"))
STEPS = (SUBMIT, CLEAR, APPROVE)


def drafted(words: OutsideWords | None) -> DraftDisclosure:
    return replace(DRAFT, content=replace(WORDS, outside=words))


def short(text: str) -> OutsideWords:
    return OutsideWords("困难救助", text)


def test_outside_gets_the_shortened_text_and_inside_the_whole() -> None:  # A-05, PUB-04
    *_, within, without = after(drafted(WORDS.outside), *STEPS, inside(APRIL_10), outside(APRIL_13))
    assert isinstance(within, DisclosureReleasedInside)
    assert isinstance(without, DisclosureReleasedOutside)
    assert (within.text, without.text, without.shortened) == (WHOLE, SHORT, True)
    assert "张大山" not in without.model_dump_json()


def test_what_is_shown_outside_was_approved_and_gives_the_whole_not_away() -> None:  # A-05, PUB-35
    facts = after(drafted(WORDS.outside), *STEPS, inside(APRIL_10), outside(APRIL_13))
    approved, within, without = facts[-3:]
    assert isinstance(approved, DisclosureApproved)
    assert isinstance(within, DisclosureReleasedInside)
    assert isinstance(without, DisclosureReleasedOutside)
    assert (within.content_digest, without.content_digest) == (approved.content_digest, approved.outside_digest)
    assert without.content_digest == as_outside(WORDS).digest != WORDS.digest


@pytest.mark.parametrize(
    "text",
    ["", "救助2名", "救助困难党员。", SHORT, WHOLE, "共支出1,000.00元。", "救助困难党员某某、某某"],
)
def test_leaving_out_and_marking_is_shortening(text: str) -> None:
    """A-05."""
    assert after(drafted(short(text) if text else None), SUBMIT)


@pytest.mark.parametrize(
    "text",
    ["救助困难党员3名", "共支出1,000元", "各50元", "李小河、张大山", "救助困难党员2名，已全部脱贫", "共支出500元"],
)
def test_whatever_was_not_said_inside_is_not_said_outside(text: str) -> None:
    """A-05: a changed number, a changed order, one word more."""
    refused(drafted(short(text)), when=SUBMIT, code="INVALID")


def test_the_shortened_text_passes_the_same_gate() -> None:  # A-05, PUB-31
    refused(when=drafted(short(f"证件{ID_NUMBER}")), code="PERSONAL_DATA_FOUND")
    refused(when=drafted(short(" ")), code="MISSING_FIELD")


ROLL = Attachment(name="roll.txt", digest="sealed-1", clear="clear-1", media_type="", bytes=1)
PLAN = Attachment(name="plan.txt", digest="sealed-2", clear="clear-2", media_type="", bytes=1)
ATTACHED = (drafted(WORDS.outside), AddAttachment(ROLL, (), (), MA), AddAttachment(PLAN, (), (), MA))


def going_outside(*digests: str) -> ReviseDisclosure:
    assert WORDS.outside
    return ReviseDisclosure(replace(WORDS, outside=replace(WORDS.outside, attachments=digests)), MA)


def test_only_the_attachments_that_are_named_go_outside() -> None:
    *_, within, without = after(*ATTACHED, going_outside("clear-2"), *STEPS, inside(APRIL_10), outside(APRIL_13))
    assert isinstance(within, DisclosureReleasedInside)
    assert isinstance(without, DisclosureReleasedOutside)
    assert [a.name for a in within.attachments] == ["roll.txt", "plan.txt"]
    assert [a.name for a in without.attachments] == ["plan.txt"]
    refused(*ATTACHED, when=going_outside("clear-9"), code="INVALID")


def test_an_attachment_that_is_removed_goes_nowhere() -> None:
    state = DISCLOSURE.replay(after(*ATTACHED, going_outside("clear-1"), RemoveAttachment("sealed-1", MA)))
    assert state.current.content.outside == WORDS.outside


SHOWN = (drafted(WORDS.outside), *STEPS, inside(APRIL_10), outside(APRIL_13))


def corrected(words: OutsideWords | None) -> OpenCorrection:
    right = replace(WORDS, text=WHOLE.replace("1,000", "1,200"), outside=words)
    return OpenCorrection(right, "李小河应为700元", HE, MA, date(2026, 4, 14))


def test_a_correction_does_not_tell_outside_what_was_left_out() -> None:  # A-05, PUB-31
    refused(*SHOWN, corrected(None), when=SUBMIT, code="MISSING_FIELD")
    refused(*SHOWN, corrected(short("共支出1,200.00元")), when=SUBMIT, code="REASON_REQUIRED")


def test_a_correction_says_outside_what_outside_may_know() -> None:  # A-05, PUB-31
    words = OutsideWords("困难救助", "共支出1,200.00元。", note="总额有误")
    later = outside(APRIL_14 + timedelta(days=1))
    *_, shown, marked = after(*SHOWN, corrected(words), *STEPS, inside(APRIL_14), later)
    assert isinstance(shown, DisclosureReleasedOutside)
    assert isinstance(marked, VersionCorrected)
    assert (shown.note, marked.note) == ("总额有误", "总额有误")
    assert "李小河" not in shown.model_dump_json() + marked.model_dump_json()
