"""A disclosure is examined by two others before it is registered, and shown inside before outside (S02)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.publication.domain.disclosure import DISCLOSURE, DisclosureCommand
from services.publication.domain.drafting import (
    AddAttachment,
    DraftDisclosure,
    OpenCorrection,
    ReviseDisclosure,
)
from services.publication.domain.examination import (
    ApproveDisclosure,
    ClearSecrecy,
    RefuseSecrecy,
    ReturnDisclosure,
    SubmitDisclosure,
)
from services.publication.domain.register import APPROVALS, EnterApproval
from services.publication.domain.release import ReleaseInside, ReleaseOutside
from services.publication.domain.schedule import ItemInForce
from services.publication.domain.versions import Content
from services.publication.events import (
    DisclosureEvent,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    RegisterEntered,
    SecrecyRefused,
    VersionCorrected,
)
from services.publication.events.parts import ActivityRoomBoard, Attachment, LedScreen, Meeting, PublicColumn, Website
from shared.clock import at, business_day
from shared.decider import Refused
from shared.personal_data.gate import Found
from shared.testing import scenario
from tests.publication.liushu import ID_NUMBER

MA, HE, WANG = "ma-xiaoyan", "he-tao", "wang-jianjun"
APRIL_8, APRIL_10, APRIL_14 = date(2026, 4, 8), date(2026, 4, 10), date(2026, 4, 14)
DAY = timedelta(hours=24)
ITEM = ItemInForce(
    "FY-R1/3.9", "3.9", "FY-R1", "fengyang", "党费收缴", "Dues", "periodic", date(2026, 2, 1), "quarterly",
    scope="inside-then-outside", audience_outside="society",
)  # fmt: skip
WORDS = Content("一季度党费", "43名党员，6,120.00元", "已上缴", "一季度党费6120元已上缴")


def said(field: str, words: str) -> Content:
    fields: dict[str, Any] = {field: words}
    return replace(WORDS, **fields)


MEETING = Meeting(on=APRIL_10, present=38, of=43, minutes="4")
BOARD = ActivityRoomBoard(place="活动室", posted_at=at(APRIL_10, 14))
COLUMN = PublicColumn(place="村口", posted_at=at(date(2026, 4, 13), 9))
WEBSITE = Website(url="https://fengyang.example/3.9")
LED = LedScreen(screen="hall", shown_from=at(APRIL_14), shown_to=at(date(2026, 4, 30)))

DRAFT = DraftDisclosure("d1", ITEM, None, WORDS, MA, APRIL_8)
SUBMIT = SubmitDisclosure(MA, (WANG, MA))
CLEAR = ClearSecrecy(HE, confirms_scope=True, confirms_time_limit=True)
APPROVE = ApproveDisclosure(WANG, "FY-R1-2026-0001", APRIL_10)


def inside(when: datetime, *channels: Any) -> ReleaseInside:
    """Through these channels, or at a meeting of that day and on the board from then on."""
    today = business_day(when)
    here = (MEETING.model_copy(update={"on": today}), BOARD.model_copy(update={"posted_at": when}))
    return ReleaseInside(MA, when, today, channels or here)


def outside(when: datetime, *channels: Any, lead: timedelta = DAY) -> ReleaseOutside:
    screen = LED.model_copy(update={"shown_from": when, "shown_to": when + 14 * DAY})
    here = (COLUMN.model_copy(update={"posted_at": when}), WEBSITE, screen)
    return ReleaseOutside(MA, when, business_day(when), channels or here, lead)


INSIDE, OUTSIDE = inside(at(APRIL_10, 14)), outside(at(date(2026, 4, 13), 9))
CORRECT = OpenCorrection(replace(WORDS, text="43名党员，6,210.00元"), "6,120 应为 6,210", HE, MA, APRIL_14)


def after(*commands: DisclosureCommand) -> list[DisclosureEvent]:
    """What has happened once these were done in turn."""
    facts: list[DisclosureEvent] = []
    for command in commands:
        facts += DISCLOSURE.decide(DISCLOSURE.replay(facts), command)
    return facts


APPROVED = (DRAFT, SUBMIT, CLEAR, APPROVE)


def refused(*given: DisclosureCommand, when: DisclosureCommand, code: str) -> None:
    scenario(DISCLOSURE, given=after(*given), when=when, then=Refused(code, ""))


def test_the_whole_way_of_a_quarter() -> None:  # PUB-04, PUB-31, PUB-35
    facts = after(*APPROVED, INSIDE, OUTSIDE)
    assert [type(fact).__name__ for fact in facts] == [
        "DisclosureDrafted",
        "DisclosureSubmitted",
        "SecrecyCleared",
        "DisclosureApproved",
        "DisclosureReleasedInside",
        "DisclosureReleasedOutside",
    ]
    shown_inside, shown_outside = facts[-2:]
    assert isinstance(shown_inside, DisclosureReleasedInside)
    assert isinstance(shown_outside, DisclosureReleasedOutside)
    assert shown_inside.audiences == ("members:FY-R1", "desk:FY-R1", "oversight:fengyang")
    assert shown_outside.audiences == ("society",)
    assert shown_inside.content_digest == shown_outside.content_digest == WORDS.digest


def test_an_item_outside_the_catalogue_is_not_drafted() -> None:  # PUB-01
    refused(when=replace(DRAFT, item=None), code="OFF_CATALOGUE")


def test_an_item_not_yet_in_force_is_not_drafted() -> None:  # CAT-20
    refused(when=replace(DRAFT, on=date(2026, 1, 31)), code="NOT_IN_FORCE")


@pytest.mark.parametrize("field", ["title", "text"])
def test_a_draft_says_something(field: str) -> None:
    """PUB-31."""
    refused(when=replace(DRAFT, content=said(field, "  ")), code="MISSING_FIELD")


@pytest.mark.parametrize("field", ["title", "text", "summary", "led_text"])
def test_no_words_with_an_identity_number_pass(field: str) -> None:
    """PUB-31, ARC-08."""
    refused(when=replace(DRAFT, content=said(field, f"号码{ID_NUMBER}")), code="PERSONAL_DATA_FOUND")


def test_a_refusal_for_personal_data_does_not_repeat_it() -> None:  # ARC-08
    with pytest.raises(Refused) as refusal:
        DISCLOSURE.decide(DISCLOSURE.initial, replace(DRAFT, content=replace(WORDS, text=ID_NUMBER)))
    assert ID_NUMBER not in repr(vars(refusal.value))
    assert refusal.value.facts == {"places": [{"place": "text:1:1", "kind": "id-number"}]}


def test_an_attachment_with_personal_data_names_the_cell() -> None:  # PUB-31
    sheet = Attachment(name="dues.xlsx", digest="sha256:1", media_type="", bytes=1)
    with pytest.raises(Refused, match="Sheet1!C7"):
        DISCLOSURE.decide(
            DISCLOSURE.replay(after(DRAFT)), AddAttachment(sheet, (Found("Sheet1!C7", "id-number"),), (), MA)
        )


def test_truth_is_attested_by_somebody() -> None:  # PUB-31
    refused(DRAFT, when=SubmitDisclosure(MA, ()), code="MISSING_FIELD")


@pytest.mark.parametrize("given", [(DRAFT,), (DRAFT, SUBMIT), (DRAFT, SUBMIT, CLEAR), APPROVED])
def test_an_author_never_approves(given: tuple[DisclosureCommand, ...]) -> None:
    """A-22."""
    refused(*given, when=replace(APPROVE, by=MA), code="SELF_APPROVAL")


def test_an_author_does_not_review() -> None:  # PUB-35, A-22
    refused(DRAFT, SUBMIT, when=replace(CLEAR, by=MA), code="SELF_APPROVAL")


def test_a_reviewer_does_not_approve() -> None:
    refused(DRAFT, SUBMIT, CLEAR, when=replace(APPROVE, by=HE), code="SELF_APPROVAL")


def test_whoever_revised_is_an_author_too() -> None:
    revised = ReviseDisclosure(replace(WORDS, text="改"), WANG)
    refused(DRAFT, revised, SUBMIT, CLEAR, when=APPROVE, code="SELF_APPROVAL")


@pytest.mark.parametrize(
    ("given", "when"),
    [
        ((DRAFT,), CLEAR),
        ((DRAFT,), APPROVE),
        ((DRAFT, SUBMIT), APPROVE),
        ((DRAFT, SUBMIT), ReviseDisclosure(WORDS, MA)),
        ((DRAFT, SUBMIT, CLEAR), INSIDE),
        ((DRAFT, SUBMIT, CLEAR), OUTSIDE),
        ((*APPROVED, INSIDE), INSIDE),
        ((*APPROVED, INSIDE, OUTSIDE), OUTSIDE),
        (APPROVED, CORRECT),
    ],
)
def test_no_step_is_taken_out_of_order(given: tuple[DisclosureCommand, ...], when: DisclosureCommand) -> None:
    """PUB-35."""
    refused(*given, when=when, code="STEP_OUT_OF_ORDER")


def test_the_reviewer_confirms_scope_and_time_limit() -> None:  # CAT-13
    refused(DRAFT, SUBMIT, when=ClearSecrecy(HE, True, False), code="MISSING_FIELD")


def test_a_secrecy_refusal_keeps_ground_reviewer_and_digest_only() -> None:  # PUB-35, CAT-14
    refusal = SecrecyRefused(
        disclosure="d1",
        town="fengyang",
        organisation="FY-R1",
        item="FY-R1/3.9",
        version=1,
        draft="d1/1",
        ground="party-secret",
        citation="第7条",
        reviewer=HE,
        digest=WORDS.digest,
    )
    when = RefuseSecrecy(HE, "party-secret", "第7条")
    scenario(DISCLOSURE, given=after(DRAFT, SUBMIT), when=when, then=[refusal])
    assert WORDS.text not in repr(DISCLOSURE.replay([*after(DRAFT, SUBMIT), refusal]).versions)


def test_a_secrecy_refusal_needs_a_ground_of_the_list() -> None:
    refused(DRAFT, SUBMIT, when=RefuseSecrecy(HE, "dislike", "第7条"), code="REASON_REQUIRED")


def test_refused_words_do_not_come_back() -> None:  # PUB-35
    again = (DRAFT, SUBMIT, RefuseSecrecy(HE, "party-secret", "第7条"))
    refused(*again, when=ReviseDisclosure(WORDS, MA), code="SECRECY_REFUSED")
    refused(*again, when=SUBMIT, code="SECRECY_REFUSED")


def test_a_mistake_seen_after_approval_goes_back_as_long_as_nobody_was_shown_it() -> None:  # PUB-35
    returned = (*APPROVED, ReturnDisclosure(WANG, "金额有误"))
    refused(*returned, when=INSIDE, code="STEP_OUT_OF_ORDER")
    assert after(*returned, ReviseDisclosure(replace(WORDS, text="43人"), MA), SUBMIT, CLEAR, APPROVE, INSIDE)
    refused(*APPROVED, INSIDE, when=ReturnDisclosure(WANG, "金额有误"), code="STEP_OUT_OF_ORDER")


def test_what_was_returned_may_be_revised_and_goes_the_whole_way_again() -> None:
    returned = (DRAFT, SUBMIT, CLEAR, ReturnDisclosure(WANG, "写明人数"))
    refused(*returned, when=APPROVE, code="STEP_OUT_OF_ORDER")
    assert after(*returned, ReviseDisclosure(replace(WORDS, text="43人"), MA), SUBMIT, CLEAR, APPROVE)


def test_nothing_is_shown_outside_before_inside() -> None:  # PUB-04
    refused(*APPROVED, when=outside(at(APRIL_10, 10), COLUMN), code="INSIDE_FIRST")


def test_the_same_instant_is_not_earlier() -> None:
    no_lead = outside(INSIDE.at, lead=timedelta())
    refused(*APPROVED, INSIDE, when=no_lead, code="INSIDE_FIRST")


def test_a_day_lies_between_inside_and_outside() -> None:  # A-05, P-01
    refused(*APPROVED, INSIDE, when=outside(INSIDE.at + DAY - timedelta(seconds=1)), code="LEAD_TOO_SHORT")
    assert after(*APPROVED, INSIDE, outside(INSIDE.at + DAY))


@pytest.mark.parametrize("channel", [COLUMN, WEBSITE, LED])
def test_no_public_channel_inside(channel: Any) -> None:
    """PUB-11 to PUB-15."""
    refused(*APPROVED, when=inside(INSIDE.at, MEETING, channel), code="CHANNEL_NOT_FOR_SCOPE")


@pytest.mark.parametrize("channel", [MEETING, BOARD])
def test_no_inside_channel_outside(channel: Any) -> None:
    """PUB-05 to PUB-10."""
    refused(*APPROVED, INSIDE, when=outside(OUTSIDE.at, channel), code="CHANNEL_NOT_FOR_SCOPE")


def test_an_inside_only_item_stays_inside() -> None:  # PUB-02
    own = replace(DRAFT, item=replace(ITEM, scope="inside", audience_outside=None))
    refused(own, SUBMIT, CLEAR, APPROVE, INSIDE, when=OUTSIDE, code="CHANNEL_NOT_FOR_SCOPE")


def test_a_led_screen_shows_only_approved_short_text() -> None:  # PUB-13
    silent = replace(DRAFT, content=replace(WORDS, led_text=""))
    refused(silent, SUBMIT, CLEAR, APPROVE, INSIDE, when=OUTSIDE, code="MISSING_FIELD")


CORRECTED = (*APPROVED, INSIDE, OUTSIDE, CORRECT, SUBMIT, CLEAR, APPROVE)


def test_a_correction_is_a_new_version_shown_inside_first() -> None:  # PUB-31
    refused(*CORRECTED, when=outside(at(date(2026, 4, 16))), code="INSIDE_FIRST")
    *_, shown, marked = after(*CORRECTED, inside(at(APRIL_14, 14)))
    assert isinstance(shown, DisclosureReleasedInside)
    assert isinstance(marked, VersionCorrected)
    assert (shown.version, shown.replaces, marked.note) == (2, 1, CORRECT.note)


def test_a_correction_never_overwrites_the_false_version() -> None:  # PUB-31
    state = DISCLOSURE.replay(after(*CORRECTED, inside(at(APRIL_14, 14))))
    assert [v.content.text for v in state.versions] == [WORDS.text, CORRECT.content.text]
    assert set(state.current.attested_by) == {WANG, MA}


def test_a_correction_goes_through_the_same_channels() -> None:  # PUB-31
    refused(*CORRECTED, when=inside(at(APRIL_14, 14), MEETING), code="MISSING_FIELD")


def test_a_correction_of_a_correction_reaches_those_who_still_read_the_first() -> None:  # PUB-31
    """The second version never came outside: the third goes where the first went."""
    third = replace(CORRECT, content=replace(WORDS, text="43名党员，6,211.00元"))
    once = (*CORRECTED, inside(at(APRIL_14, 14)))
    twice = (*once, third, SUBMIT, CLEAR, APPROVE, inside(at(APRIL_14, 16)))
    column = COLUMN.model_copy(update={"posted_at": at(date(2026, 4, 16))})
    refused(*twice, when=outside(at(date(2026, 4, 16)), column), code="MISSING_FIELD")
    assert after(*twice, outside(at(date(2026, 4, 16))))


def test_a_meeting_with_more_present_than_members_is_no_evidence() -> None:  # PUB-05
    crowded = MEETING.model_copy(update={"present": MEETING.of + 1})
    refused(*APPROVED, when=inside(at(APRIL_10, 14), crowded), code="INVALID")


def test_a_correction_says_what_was_wrong() -> None:  # PUB-31
    refused(*APPROVED, INSIDE, when=replace(CORRECT, note=" "), code="REASON_REQUIRED")


def test_the_register_has_no_gap() -> None:  # 先审核、后登记、再公开
    entry = EnterApproval(
        "FY-R1/2026", 2, "FY-R1-2026-0002", "d1", "fengyang", "FY-R1", "FY-R1/3.9", 1, "d1/1", "党费", WANG, APRIL_10
    )
    first = RegisterEntered(**{name: getattr(entry, name) for name in entry.__dataclass_fields__} | {"number": 1})
    scenario(APPROVALS, given=[], when=entry, then=Refused("VERSION_CONFLICT", ""))
    scenario(APPROVALS, given=[first], when=entry, then=[first.model_copy(update={"number": 2})])
