"""Each channel has evidence of its own, on its own side; what comes of it later is added and changes no release."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.publication.domain.channels import INSIDE, OUTSIDE, OwnChannel, TownChannels
from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.evidence import AddEvidence, fields_of
from services.publication.domain.examination import SummaryRule
from services.publication.events import DisclosureReleasedInside, DisclosureReleasedOutside, EvidenceAdded
from services.publication.events import parts as p
from shared.clock import at
from shared.decider import Refused
from shared.scope import Scope
from tests.publication.test_disclosure import APPROVED, DRAFT, HE, ITEM, MA, SUBMIT, after, inside, outside, refused

DAY = timedelta(days=1)
APRIL_10, APRIL_13 = at(date(2026, 4, 10), 14), at(date(2026, 4, 13), 9)
WECHAT = OwnChannel("wechat-group", "inside", ("group", "sent-at"))
SPEAKER = OwnChannel("loudspeaker", "outside", ("place",))
TOWN = TownChannels((SPEAKER, WECHAT))
EVIDENCE: dict[str, p.Value] = {
    "meeting": p.Meeting(on=date(2026, 4, 10), present=38, of=43, minutes="4"),
    "document": p.NumberedDocument(number="柳支〔2026〕4号", distribution=("各党小组",)),
    "briefing": p.Briefing(issue="2026年第4期", recipients=("全体党员",)),
    "intranet": p.Intranet(url="http://intranet.example/4", access_log="内网日志2026-04"),
    "activity-room-board": p.ActivityRoomBoard(place="党员活动室", posted_at=APRIL_10),
    "reading-room": p.ReadingRoom(place="文件阅览室", shelf="乙-3"),
    "public-column": p.PublicColumn(place="村口", sheet="A3", posted_at=APRIL_13),
    "website": p.Website(url="https://fengyang.example/3.9"),
    "led": p.LedScreen(screen="hall", play_list="早间", shown_from=APRIL_13, shown_to=APRIL_13 + DAY),
    "touch-screen": p.TouchScreen(device="touch-1"),
    "news-media": p.NewsMedia(outlet="青山日报", on=date(2026, 4, 13), link="https://daily.example/1"),
}


def shown(*channels: Any, side: str = "inside", **more: Any) -> Any:
    """The release that these channels make."""
    given = APPROVED if side == "inside" else (*APPROVED, inside(APRIL_10))
    command = inside(APRIL_10, *channels) if side == "inside" else outside(APRIL_13, *channels)
    return after(*given, replace(command, **more))[-1]


@pytest.mark.parametrize("channel", INSIDE)
def test_an_inside_channel_leaves_its_own_evidence(channel: str) -> None:
    """PUB-05 PUB-06 PUB-07 PUB-08 PUB-09 PUB-10."""
    release = shown(EVIDENCE[channel])
    assert isinstance(release, DisclosureReleasedInside)
    assert release.channels == (EVIDENCE[channel],)
    refused(*APPROVED, inside(APRIL_10), when=outside(APRIL_13, EVIDENCE[channel]), code="CHANNEL_NOT_FOR_SCOPE")


@pytest.mark.parametrize("channel", OUTSIDE)
def test_a_public_channel_leaves_its_own_evidence(channel: str) -> None:
    """PUB-11 PUB-12 PUB-13 PUB-14 PUB-15."""
    release = shown(EVIDENCE[channel], side="outside")
    assert isinstance(release, DisclosureReleasedOutside)
    kept = release.channels[0].model_dump(exclude={"rendered", "feed"})
    assert kept == EVIDENCE[channel].model_dump(exclude={"rendered", "feed"})
    refused(*APPROVED, when=inside(APRIL_10, EVIDENCE[channel]), code="CHANNEL_NOT_FOR_SCOPE")


def test_a_website_is_evidence_of_the_version_it_renders() -> None:  # PUB-12
    release = shown(EVIDENCE["website"], side="outside")
    assert release.channels[0].rendered == release.content_digest


def test_a_touch_screen_is_given_the_feed_it_reads() -> None:  # PUB-14
    assert shown(EVIDENCE["touch-screen"], side="outside").channels[0].feed == "/kiosk/touch-1"


@pytest.mark.parametrize(
    ("channel", "said", "pointer"),
    [
        ("meeting", {"on": date(2026, 4, 11)}, "/channels/0/on"),
        ("meeting", {"present": 44}, "/channels/0/present"),
        ("activity-room-board", {"posted_at": APRIL_10 + DAY}, "/channels/0/posted_at"),
        ("activity-room-board", {"removed_at": APRIL_10 - DAY}, "/channels/0/removed_at"),
    ],
)
def test_what_has_not_happened_is_no_evidence(channel: str, said: dict[str, Any], pointer: str) -> None:
    """PUB-05, PUB-09."""
    wrong = EVIDENCE[channel].model_copy(update=said)
    with pytest.raises(Refused) as refusal:
        shown(wrong)
    assert (refusal.value.code, refusal.value.pointer) == ("INVALID", pointer)


@pytest.mark.parametrize(
    ("channel", "said"),
    [("led", {"shown_to": APRIL_13}), ("news-media", {"on": date(2026, 4, 14)})],
)
def test_a_screen_plays_for_a_while_and_a_paper_has_appeared(channel: str, said: dict[str, Any]) -> None:
    """PUB-13, PUB-15."""
    with pytest.raises(Refused, match="INVALID"):
        shown(EVIDENCE[channel].model_copy(update=said), side="outside")


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("public-column", {"posted_at": APRIL_10}),
        ("led", {"shown_from": APRIL_10}),
        ("news-media", {"on": date(2026, 4, 10)}),
    ],
)
def test_no_public_channel_showed_it_before_the_lead_had_passed(channel: str, said: dict[str, Any]) -> None:
    """PUB-04, P-01."""
    early = outside(APRIL_13, EVIDENCE[channel].model_copy(update=said))
    refused(*APPROVED, inside(APRIL_10), when=early, code="LEAD_TOO_SHORT")


def test_nothing_is_shown_before_it_was_approved() -> None:  # 先审核、后登记、再公开
    board = EVIDENCE["activity-room-board"].model_copy(update={"posted_at": at(date(2026, 4, 9), 9)})
    refused(*APPROVED, when=inside(APRIL_10, board), code="STEP_OUT_OF_ORDER")


def own(code: str, **details: str) -> p.OtherChannel:
    return p.OtherChannel(code=code, details=details)


def test_a_town_publishes_through_channels_of_its_own() -> None:  # PUB-16
    chat = own("wechat-group", **{"group": "柳树党员群", "sent-at": "14:00"})
    assert shown(chat, town=TOWN).channels == (chat,)
    speaker = own("loudspeaker", place="村口")
    assert shown(speaker, side="outside", town=TOWN).channels == (speaker,)


def test_a_town_declares_whom_its_channels_reach() -> None:  # PUB-16
    chat = own("wechat-group", **{"group": "柳树党员群", "sent-at": "14:00"})
    wide = replace(outside(APRIL_13, chat), town=TOWN)
    refused(*APPROVED, inside(APRIL_10), when=wide, code="CHANNEL_NOT_FOR_SCOPE")
    refused(*APPROVED, when=inside(APRIL_10, chat), code="CHANNEL_NOT_FOR_SCOPE")  # of a town that has none


@pytest.mark.parametrize(
    ("details", "code"),
    [({"group": "柳树党员群"}, "MISSING_FIELD"), ({"group": "群", "sent-at": "14:00", "more": "x"}, "INVALID")],
)
def test_a_towns_channel_has_the_evidence_that_the_town_asks_for(details: dict[str, str], code: str) -> None:
    """PUB-16."""
    refused(*APPROVED, when=replace(inside(APRIL_10, own("wechat-group", **details)), town=TOWN), code=code)


def test_a_town_may_hold_releases_to_the_items_methods() -> None:  # PUB-34
    strict = TownChannels((), only_methods=True)
    item = replace(ITEM, methods=("meeting", "public-column"))
    given = (replace(DRAFT, item=item), *APPROVED[1:])
    refused(*given, when=replace(inside(APRIL_10), town=strict), code="CHANNEL_NOT_FOR_SCOPE")
    assert after(*given, replace(inside(APRIL_10, EVIDENCE["meeting"]), town=strict))
    assert after(*given, inside(APRIL_10)), "else further channels are welcome"


def add(place: int = 0, side: Any = "inside", version: int = 1, **said: Any) -> AddEvidence:
    return AddEvidence(version, side, place, MA, APRIL_13, **said)


def test_what_comes_later_is_added_and_the_release_stays() -> None:  # A-29, PUB-09
    given = (*APPROVED, inside(APRIL_10))
    removed = add(1, removed_at=APRIL_10 + DAY)
    facts = after(*given, removed)
    assert isinstance(facts[-1], EvidenceAdded)
    assert (facts[-1].channel, facts[-1].removed_at) == ("activity-room-board", APRIL_10 + DAY)
    assert DISCLOSURE.replay(facts) == DISCLOSURE.replay(facts[:-1])


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("meeting", {"minutes": "会议记录第4号"}),
        ("intranet", {"access_log": "日志"}),
        ("reading-room", {"reads": (p.ReadEntry(on=date(2026, 4, 11), reader=HE),)}),
        ("activity-room-board", {"document": p.Attachment(name="p.jpg", digest="d", media_type="", bytes=1)}),
    ],
)
def test_each_channel_takes_evidence_of_its_kind_later(channel: str, said: dict[str, Any]) -> None:
    """PUB-05, PUB-08, PUB-09, PUB-10, A-29."""
    assert after(*APPROVED, inside(APRIL_10, EVIDENCE[channel]), add(**said))
    assert set(said) <= set(fields_of(channel))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (add(0), "MISSING_FIELD"),
        (add(0, removed_at=APRIL_13), "INVALID"),
        (add(1, removed_at=APRIL_10 - DAY), "INVALID"),
        (add(1, removed_at=APRIL_13 + DAY), "INVALID"),
        (add(7, minutes="4"), "INVALID"),
        (add(0, side="outside", minutes="4"), "STEP_OUT_OF_ORDER"),
        (add(0, version=2, minutes="4"), "STEP_OUT_OF_ORDER"),
    ],
)
def test_evidence_is_of_a_channel_that_was_used_and_fits_it(command: AddEvidence, code: str) -> None:
    """A-29."""
    refused(*APPROVED, inside(APRIL_10), when=command, code=code)


def of_scope(audience: Scope) -> tuple[Any, ...]:
    return (replace(DRAFT, item=replace(ITEM, audience_inside=audience)), *APPROVED[1:])


@pytest.mark.parametrize(
    ("audience", "reached"),
    [(Scope.MEMBERS, "members:FY-R1"), (Scope.TOWN_MEMBERS, "town-members:fengyang")],
)
def test_a_release_reaches_the_audience_of_its_item(audience: Scope, reached: str) -> None:
    """A-25."""
    release = after(*of_scope(audience), inside(APRIL_10))[-1]
    assert isinstance(release, DisclosureReleasedInside)
    assert reached in release.audiences


def named(when: datetime, *persons: str, ground: str = "personal-privacy", citation: str = "第12条") -> Any:
    return replace(inside(when), named=persons, ground=ground, citation=citation)


def test_named_persons_alone_are_told_on_a_ground_somebody_answers_for() -> None:  # CAT-14, A-11, A-25
    given = of_scope(Scope.NAMED)
    refused(*given, when=named(APRIL_10), code="MISSING_FIELD")
    refused(*given, when=named(APRIL_10, "chen-xiuying", ground=""), code="REASON_REQUIRED")
    refused(*given, when=named(APRIL_10, "chen-xiuying", citation=" "), code="REASON_REQUIRED")
    release = after(*given, named(APRIL_10, "chen-xiuying"))[-1]
    assert isinstance(release, DisclosureReleasedInside)
    assert release.audiences == ("person:chen-xiuying", "desk:FY-R1", "oversight:fengyang")
    assert (release.ground, release.released_by) == ("personal-privacy", MA)


def test_what_is_for_members_is_not_told_to_some_of_them() -> None:  # CAT-14
    refused(*APPROVED, when=named(APRIL_10, "chen-xiuying"), code="INVALID")


def test_an_immediate_matter_may_go_outside_at_once_with_a_reason() -> None:  # P-01, A-05
    given = (replace(DRAFT, item=replace(ITEM, kind="immediate")), *APPROVED[1:], inside(APRIL_10))
    hour = timedelta(hours=1)
    refused(*given, when=outside(APRIL_10 + hour), code="LEAD_TOO_SHORT")
    release = after(*given, replace(outside(APRIL_10 + hour), lead_reason="防汛"))[-1]
    assert isinstance(release, DisclosureReleasedOutside)
    assert release.lead_reason == "防汛"
    refused(*given, when=replace(outside(APRIL_10), lead_reason="防汛"), code="INSIDE_FIRST")


def test_other_matters_wait_whatever_the_reason() -> None:  # P-01
    when = replace(outside(APRIL_10 + timedelta(hours=1)), lead_reason="防汛")
    refused(*APPROVED, inside(APRIL_10), when=when, code="LEAD_TOO_SHORT")


def test_a_town_may_ask_for_a_summary_and_bound_it() -> None:  # PUB-34
    silent = replace(DRAFT, content=replace(DRAFT.content, summary=""))
    refused(silent, when=replace(SUBMIT, summary=SummaryRule(needed=True)), code="MISSING_FIELD")
    refused(DRAFT, when=replace(SUBMIT, summary=SummaryRule(longest=2)), code="OUT_OF_RANGE")
    assert after(DRAFT, replace(SUBMIT, summary=SummaryRule(needed=True, longest=3)))
