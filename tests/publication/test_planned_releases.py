"""A planned release is asked everything again when its time has come, and is missed with an owner if it may not be."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.examination import ReturnDisclosure
from services.publication.domain.planning import CancelSchedule, RunSchedule, ScheduleRelease
from services.publication.domain.present import Present
from services.publication.events import (
    CorrectionOpened,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    ReleaseScheduleCancelled,
    ScheduledReleaseMissed,
)
from services.publication.events.parts import ActivityRoomBoard, Meeting, PublicColumn
from shared.clock import at, business_day
from tests.publication.liushu import BOARD, COLUMN, Liushu
from tests.publication.liushu import at as hour
from tests.publication.test_disclosure import APPROVED, CORRECT, DAY, MA, WANG, after, inside, refused

Shown = DisclosureReleasedInside | DisclosureReleasedOutside
NOW, PLANNED = at(date(2026, 4, 10), 9), at(date(2026, 4, 10), 14)
LATER = PLANNED + DAY


def plan(when: datetime = PLANNED, side: Any = "inside", **more: Any) -> ScheduleRelease:
    board = ActivityRoomBoard(place="活动室", posted_at=when)
    column = PublicColumn(place="村口", posted_at=when)
    channels = (board,) if side == "inside" else (column,)
    return replace(ScheduleRelease(f"s-{side}", side, when, channels, MA, NOW, business_day(NOW), DAY), **more)


def run(when: datetime = PLANNED, side: str = "inside", **more: Any) -> RunSchedule:
    command = RunSchedule(f"s-{side}", when, business_day(when), DAY, timedelta(), present=None, owner=WANG)
    return replace(command, **more)


def test_it_is_shown_when_its_time_has_come() -> None:  # PUB-04, PUB-35
    facts = after(*APPROVED, plan(), plan(LATER, "outside"), run(), run(LATER, "outside"))
    assert isinstance(facts[-2], DisclosureReleasedInside)
    assert isinstance(facts[-1], DisclosureReleasedOutside)
    assert (facts[-1].at, facts[-1].released_by) == (LATER, MA)
    assert after(*APPROVED, plan(), run(), run()) == after(*APPROVED, plan(), run())


def test_a_plan_that_is_run_some_seconds_late_counts_as_run_at_its_instant() -> None:
    """PUB-04, P-01: or the outside release a day later would come too early for its lead."""
    late = (run(PLANNED + timedelta(seconds=9)), run(LATER + timedelta(seconds=3), "outside"))
    facts = after(*APPROVED, plan(), plan(LATER, "outside"), *late)
    assert [fact.at for fact in facts[-2:] if isinstance(fact, Shown)] == [PLANNED, LATER]
    after_a_minute = PLANNED + timedelta(seconds=61)
    last = after(*APPROVED, plan(), run(after_a_minute))[-1]
    assert isinstance(last, DisclosureReleasedInside)
    assert last.at == after_a_minute


def missed(*commands: Any) -> tuple[str, str]:
    last = after(*commands)[-1]
    assert isinstance(last, ScheduledReleaseMissed)
    return last.reason, last.owner


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ((plan(), ReturnDisclosure(WANG, "金额有误"), run()), "STEP_OUT_OF_ORDER"),
        ((plan(), run(present=Present(business_day(PLANNED), None))), "NOT_IN_FORCE"),
        ((plan(), run(PLANNED + timedelta(hours=3))), "PLAN_LAPSED"),
        ((plan(), plan(LATER, "outside"), run(LATER, "outside")), "INSIDE_FIRST"),
        ((plan(), plan(LATER, "outside"), run(PLANNED + timedelta(hours=1)), run(LATER, "outside")), "LEAD_TOO_SHORT"),
    ],
)
def test_what_no_longer_stands_is_not_shown_and_somebody_is_named(commands: tuple[Any, ...], reason: str) -> None:
    """PUB-04, PUB-35."""
    assert missed(*APPROVED, *commands) == (reason, WANG)


def test_a_correction_calls_off_what_was_planned_of_the_version_it_replaces() -> None:  # PUB-04
    facts = after(*APPROVED, inside(PLANNED), plan(LATER, "outside"), CORRECT)
    called_off, opened = facts[-2:]
    assert isinstance(called_off, ReleaseScheduleCancelled)
    assert (called_off.schedule, called_off.version, called_off.by) == ("s-outside", 1, MA)
    assert isinstance(opened, CorrectionOpened)
    assert DISCLOSURE.replay(facts).planned("outside") is None


def test_a_plan_that_was_called_off_does_nothing() -> None:
    cancelled = (*APPROVED, plan(), CancelSchedule("inside", MA))
    assert after(*cancelled, run()) == after(*cancelled)
    refused(*cancelled, when=CancelSchedule("inside", MA), code="STEP_OUT_OF_ORDER")


@pytest.mark.parametrize(
    ("given", "when", "code"),
    [
        (APPROVED[:-1], plan(), "STEP_OUT_OF_ORDER"),
        (APPROVED, plan(NOW), "INVALID"),
        ((*APPROVED, plan()), plan(LATER), "STEP_OUT_OF_ORDER"),
        (APPROVED, plan(LATER, "outside"), "INSIDE_FIRST"),
        ((*APPROVED, plan()), plan(PLANNED + timedelta(hours=23), "outside"), "LEAD_TOO_SHORT"),
        ((*APPROVED, inside(PLANNED)), plan(PLANNED + timedelta(hours=23), "outside"), "LEAD_TOO_SHORT"),
        (APPROVED, plan(channels=(Meeting(on=date(2026, 4, 11), present=1, of=2),)), "INVALID"),
        (APPROVED, plan(channels=(PublicColumn(place="村口", posted_at=PLANNED),)), "CHANNEL_NOT_FOR_SCOPE"),
    ],
)
def test_a_plan_could_come_true(given: tuple[Any, ...], when: Any, code: str) -> None:
    """PUB-04."""
    refused(*given, when=when, code=code)


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, hour(4, 8, 9))
    yield world
    world.close()


def planned_at(liushu: Liushu, disclosure: str) -> None:
    """Inside on 9 April at 14:00, outside a day later."""
    for side, channel, when in (("inside", BOARD, hour(4, 9, 14)), ("outside", COLUMN, hour(4, 10, 14))):
        body = {"at": when.isoformat(), "channels": [channel | {"posted_at": when.isoformat()}]}
        answer = liushu.step("ma-xiaoyan", disclosure, f"schedule-{side}", body)
        assert answer.status_code == 201, answer.text


def test_the_ticker_shows_it_with_its_attachment(liushu: Liushu) -> None:  # PUB-04
    made = liushu.drafted()
    liushu.attach(made, "sheet.txt", b"6120")
    liushu.approved(made)
    planned_at(liushu, made)
    assert liushu.ask("chen-xiuying", f"/shown/{made}").status_code == 404
    liushu.go_to(hour(4, 9, 14))
    page = liushu.ask("chen-xiuying", f"/shown/{made}").json()
    assert page["shown_from"] == "2026-04-09T06:00:00Z"
    assert (
        liushu.ask("chen-xiuying", f"/shown/{made}/attachments/{page['attachments'][0]['digest']}").content == b"6120"
    )
    assert liushu.ask("", f"/shown/{made}").status_code == 404
    liushu.go_to(hour(4, 10, 14))
    assert liushu.ask("", f"/shown/{made}").json()["side"] == "outside"
    towns = {e.name: e.context.town for e in liushu.service.handler.journal.stream(f"disclosure-{made}")}
    assert (towns["DisclosureReleasedInside"], towns["DisclosureReleasedOutside"]) == ("fengyang", "fengyang")


def test_an_organisations_planned_and_missed_releases_are_listed(liushu: Liushu) -> None:  # PUB-04
    other, made = liushu.drafted(), liushu.drafted()
    liushu.approved(made)
    planned_at(liushu, made)

    def listed() -> dict[str, list[tuple[str, int, int]]]:
        rows = [liushu.ask("ma-xiaoyan", "/disclosures", organisation="FY-R1", planned=p) for p in ("true", "false")]
        found = [[(r["disclosure"], len(r["planned"]), len(r["missed"])) for r in a.json()["items"]] for a in rows]
        return dict(zip(("planned", "all"), map(sorted, found), strict=True))

    assert listed() == {"planned": [(made, 2, 0)], "all": sorted([(other, 0, 0), (made, 2, 0)])}
    liushu.go_to(hour(4, 9, 18))
    assert listed()["planned"] == [(made, 1, 1)]


def test_what_was_missed_is_its_owners_task_until_it_is_done(liushu: Liushu) -> None:  # PUB-04
    made = liushu.drafted()
    liushu.approved(made)
    planned_at(liushu, made)
    liushu.go_to(hour(4, 9, 18))
    (task,) = [t for t in liushu.ask("ma-xiaoyan", "/tasks").json() if t["disclosure"] == made]
    assert (task["step"], task["missed"]["reason"], task["missed"]["owner"]) == (
        "release-inside", "PLAN_LAPSED", "ma-xiaoyan",
    )  # fmt: skip
    liushu.released_inside(made)
    assert liushu.ask("ma-xiaoyan", f"/disclosures/{made}").json()["missed"] == []
