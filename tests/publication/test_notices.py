"""Members are told when something is shown for them, through a channel they chose, and tracked until it is there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.catalogue import events as c
from services.publication.domain.notices import (
    ATTEMPTS_MAX,
    NOTICES,
    PrepareNotices,
    ReadNotice,
    RecordDelivery,
    RecordFailure,
)
from services.publication.domain.preference import PREFERENCE, ChooseChannels
from services.publication.events.notices import NoticeDelivered, NoticeFailed, NoticesPrepared, Recipient
from services.publication.reactions import notices as told
from services.publication.views.inbox import Inbox
from shared.clock import at as instant
from shared.decider import Refused
from shared.identity.register import Register
from shared.mail import NotSent
from shared.testing import scenario
from tests.publication.liushu import WORDS, Liushu, at

MEMBERS = {"wang-jianjun", "ma-xiaoyan", "he-tao", "guo-changfu", "chen-xiuying", "hu-ping"}
WHEN = instant(date(2026, 4, 10), 14)
CHEN, HU = Recipient(person="chen-xiuying", channel="email"), Recipient(person="hu-ping", channel="inbox")
PREPARE = PrepareNotices("d1", 1, "fengyang", "FY-R1", "FY-R1/3.9", (CHEN, HU), WHEN)


def facts(*commands: object) -> list[object]:
    told_so_far: list[object] = []
    for command in commands:
        told_so_far += NOTICES.decide(NOTICES.replay(told_so_far), command)  # type: ignore[arg-type]  # of any kind
    return told_so_far


def test_what_lies_in_an_inbox_is_there_at_once() -> None:  # PUB-19
    prepared, delivered = facts(PREPARE)
    assert isinstance(prepared, NoticesPrepared)
    assert isinstance(delivered, NoticeDelivered)
    assert (delivered.persons, delivered.channel) == (("hu-ping",), "inbox")
    assert facts(PREPARE, PREPARE) == [prepared, delivered]


def test_an_email_that_fails_to_the_last_lies_in_the_inbox() -> None:  # PUB-19
    failure = RecordFailure("chen-xiuying", "email", "away", WHEN)
    *_, last, delivered = facts(PREPARE, *[failure] * ATTEMPTS_MAX)
    assert isinstance(last, NoticeFailed)
    assert isinstance(delivered, NoticeDelivered)
    assert (last.attempt, delivered.persons, delivered.channel) == (ATTEMPTS_MAX, ("chen-xiuying",), "inbox")
    assert facts(PREPARE, *[failure] * (ATTEMPTS_MAX + 1)) == facts(PREPARE, *[failure] * ATTEMPTS_MAX)


def test_a_notice_is_delivered_and_read_once() -> None:  # PUB-19
    sent, seen = RecordDelivery("chen-xiuying", "email", WHEN), ReadNotice("chen-xiuying", WHEN)
    assert facts(PREPARE, sent, sent, seen, seen) == facts(PREPARE, sent, seen)


def test_nobody_reads_anothers_notice() -> None:  # PUB-19
    given = NOTICES.decide(NOTICES.initial, PREPARE)
    scenario(NOTICES, given=given, when=ReadNotice("zhou-dahai", WHEN), then=Refused("NOT_FOUND", ""))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (ChooseChannels("chen", ()), "MISSING_FIELD"),
        (ChooseChannels("chen", ("pigeon",)), "UNKNOWN_CODE"),
        (ChooseChannels("chen", ("email",), "chen"), "MISSING_FIELD"),
    ],
)
def test_one_chooses_at_least_one_channel_that_there_is(command: ChooseChannels, code: str) -> None:
    """PUB-19."""
    scenario(PREFERENCE, given=[], when=command, then=Refused(code, ""))


@dataclass
class Post:
    """A mail server in memory; ``away`` as long as it is said to be."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False

    def send(self, address: str, subject: str, text: str) -> None:
        if self.away:
            raise NotSent("away")
        self.sent.append((address, subject + text))


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(4, 8, 9))
    yield world
    world.close()


@pytest.fixture
def post(liushu: Liushu) -> Post:
    """The platform with a mail server, to which Chen wants hers sent."""
    server = Post()
    register = next(v for v in liushu.service.views if isinstance(v, Register))
    inbox = next(v for v in liushu.service.views if isinstance(v, Inbox))
    telling = told.Telling(register, inbox, liushu.platform.vault, server, "https://gongkai.example")
    kept = [r for r in liushu.service.reactions if r.name != "members-told-of-inside-release"]
    liushu.service.reactions = [*kept, told.on_shown_inside(telling)]
    others = [t for t in liushu.service.tickers if t.name != "notices-mailed"]
    liushu.service.tickers = [*others, told.mailed(telling)]
    chosen = liushu.do("chen-xiuying", "/notice-preference", {"channels": ["email"], "address": "chen@example.org"})
    assert chosen.status_code == 200, chosen.text
    return server


def shown(liushu: Liushu) -> str:
    made = liushu.drafted()
    liushu.approved(made)
    liushu.released_inside(made)
    return made


def test_every_member_in_scope_is_told_and_it_is_counted(liushu: Liushu) -> None:  # PUB-19, S02
    made = shown(liushu)
    (figures,) = liushu.ask("guo-changfu", f"/disclosures/{made}/notices").json()
    assert (figures["prepared"], figures["delivered"], figures["waiting"]) == (len(MEMBERS), len(MEMBERS), 0)
    for member in MEMBERS:
        (notice,) = liushu.ask(member, "/inbox").json()["items"]
        assert (notice["disclosure"], notice["title"], notice["read_at"]) == (made, WORDS["title"], None)
    for other in ("zhou-dahai", "wu-gang", "li-min"):
        assert liushu.ask(other, "/inbox").json()["items"] == []
        assert liushu.ask(other, "/inbox/count").json() == {"count": 0}
    assert liushu.ask("zhou-dahai", f"/disclosures/{made}/notices").status_code == 404


def test_a_member_marks_their_own_notice_as_read(liushu: Liushu) -> None:  # PUB-19, PUB-36
    made = shown(liushu)
    assert liushu.do("chen-xiuying", f"/inbox/{made}/1/read").status_code == 200
    assert liushu.ask("chen-xiuying", "/inbox", unread=True).json()["items"] == []
    assert liushu.ask("chen-xiuying", "/inbox/count").json() == {"count": 0}
    assert liushu.ask("hu-ping", "/inbox/count").json() == {"count": 1}
    for stranger in ("zhou-dahai", "wu-gang"):
        assert liushu.do(stranger, f"/inbox/{made}/1/read").json()["code"] == "NOT_FOUND"


def test_who_has_left_finds_nothing_in_their_inbox_any_more(liushu: Liushu) -> None:  # ORG-11, PUB-19
    shown(liushu)
    left = c.MemberLeft(organisation="FY-R1", person="hu-ping", on=date(2026, 4, 9))
    liushu.tell(c.REGISTRY, "organisation-FY-R1", left)
    liushu.clock.instant = at(4, 10, 9)
    assert liushu.ask("hu-ping", "/inbox").json()["items"] == []
    assert liushu.ask("hu-ping", "/inbox/count").json() == {"count": 0}
    made = shown(liushu)
    (figures,) = liushu.ask("li-min", f"/disclosures/{made}/notices").json()
    assert figures["prepared"] == len(MEMBERS) - 1


def test_an_email_says_where_and_never_what(liushu: Liushu, post: Post) -> None:  # PUB-19, PUB-02
    made = shown(liushu)
    liushu.tick()
    ((address, text),) = post.sent
    assert address == "chen@example.org"
    assert f"https://gongkai.example/d/{made}" in text
    assert not [words for words in WORDS.values() if words in text]
    (figures,) = liushu.ask("li-min", f"/disclosures/{made}/notices").json()
    assert (figures["delivered"], figures["by_email"]) == (len(MEMBERS), 1)
    liushu.tick()
    assert len(post.sent) == 1


def test_an_email_is_tried_again_when_the_server_is_back(liushu: Liushu, post: Post) -> None:  # PUB-19
    post.away = True
    made = shown(liushu)
    liushu.tick()
    (figures,) = liushu.ask("li-min", f"/disclosures/{made}/notices").json()
    assert (figures["waiting"], figures["failures"]) == (1, 1)
    post.away = False
    liushu.tick()
    assert post.sent == [], "not at once"
    liushu.clock.instant += timedelta(hours=1)
    liushu.tick()
    assert len(post.sent) == 1
    (figures,) = liushu.ask("li-min", f"/disclosures/{made}/notices").json()
    assert figures["waiting"] == 0


def test_a_slow_server_does_not_hold_the_lease_for_long(
    liushu: Liushu, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PUB-19: what is left goes out another time; and every attempt is recorded by itself."""
    shown(liushu)
    (mailing,) = [ticker for ticker in liushu.service.tickers if ticker.name == "notices-mailed"]
    assert mailing.one_by_one
    monkeypatch.setattr(told, "SENDING_SECONDS", -1.0)
    liushu.tick()
    assert post.sent == []
    monkeypatch.setattr(told, "SENDING_SECONDS", 60.0)
    liushu.tick()
    assert len(post.sent) == 1


def test_an_address_is_kept_sealed(liushu: Liushu, post: Post) -> None:  # PUB-19
    stored = [str(event.data) for event in liushu.service.handler.journal.read(0)]
    assert not [data for data in stored if "chen@example.org" in data]
    assert liushu.ask("chen-xiuying", "/notice-preference").json()["address"] == "chen@example.org"
    assert liushu.ask("hu-ping", "/notice-preference").json() == {"channels": ["inbox"], "address": ""}
    assert post.sent == []
