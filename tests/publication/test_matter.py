"""Staged work: opened with a plan, re-planned in time, a stage for each milestone, a summary at its real end."""

from collections.abc import Sequence
from datetime import date

import pytest

from services.publication.domain.matter import (
    MATTER,
    CloseMatter,
    EndMatter,
    MatterCommand,
    PassDay,
    ReachMilestone,
    RecordPublic,
)
from services.publication.domain.matter_plan import OpenMatter, ReplanMatter
from services.publication.domain.schedule import ItemInForce
from services.publication.events import (
    MatterClosed,
    MatterEnded,
    MatterEvent,
    MatterMadePublic,
    MatterOpened,
    MatterReplanned,
    MilestoneReached,
)
from services.publication.events.matters import Milestone
from shared import testing
from shared.decider import Refused

STARTS, ROAD_BED, PAVING, ENDS = date(2025, 10, 20), date(2025, 12, 18), date(2026, 4, 24), date(2026, 6, 26)
ITEM = ItemInForce("FY-R1/3.8", "3.8", "FY-R1", "fengyang", "党员活动", "Activities", "staged", date(2025, 1, 1))
PLAN = (("开工", STARTS), ("路基", ROAD_BED), ("铺装", PAVING))
NAMES = {
    "matter": "road",
    "town": "fengyang",
    "organisation": "FY-R1",
    "item": "FY-R1/3.8",
    "title": "东口道路硬化",
    "title_en": "Dongkou road",
}
OPENED = MatterOpened(
    **NAMES,
    item_title="党员活动",
    starts=STARTS,
    ends=ENDS,
    milestones=tuple(Milestone(number=n, name=name, on=on) for n, (name, on) in enumerate(PLAN, 1)),
    opened_by="wang-jianjun",
    on=STARTS,
)


def scenario(*, given: Sequence[MatterEvent], when: MatterCommand, then: Sequence[MatterEvent] | Refused) -> None:
    testing.scenario(MATTER, given=given, when=when, then=then)


def opening(**changed: object) -> OpenMatter:
    words = {"title": "东口道路硬化", "title_en": "Dongkou road", "by": "wang-jianjun", "on": STARTS}
    plan = {"starts": STARTS, "ends": ENDS, "milestones": PLAN}
    return OpenMatter(**{"matter": "road", "item": ITEM, **words, **plan, **changed})  # type: ignore[arg-type]  # changed at will


def reached(number: int, how: str = "planned", on: date | None = None, by: str = "") -> MilestoneReached:
    name, day = PLAN[number - 1]
    return MilestoneReached(**NAMES, number=number, name=name, on=on or day, how=how, by=by)


def ended(on: date = ENDS, *, cross_year: bool = True, owed: bool = True, by: str = "") -> MatterEnded:
    how = "confirmed" if by else "planned"
    return MatterEnded(**NAMES, on=on, how=how, cross_year=cross_year, summary_owed=owed, by=by)


def replanning(moved: tuple[tuple[int, date], ...], today: date, **changed: object) -> ReplanMatter:
    said = {"added": (), "ends": None, "reason": "雨季", "by": "wang-jianjun", "cross_year_summary": True}
    return ReplanMatter(**{"moved": moved, "today": today, **said, **changed})  # type: ignore[arg-type]  # changed at will


def shown(part: str, side: str, on: date, *, whole: bool = False, number: int = 0) -> RecordPublic:
    own = f"FY-R1/3.8/{part}/road" + (f"/{number}" if number else "")
    return RecordPublic(part, number, own, f"{part}-{number}", 1, side, on, whole)  # type: ignore[arg-type]  # two words


ALL_REACHED: list[MatterEvent] = [OPENED, *(reached(n) for n in (1, 2, 3))]


def test_staged_work_is_opened_with_its_milestones() -> None:  # PUB-26
    scenario(given=[], when=opening(), then=[OPENED])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"item": None}, "OFF_CATALOGUE"),
        ({"title": " "}, "MISSING_FIELD"),
        ({"milestones": ()}, "MISSING_FIELD"),
        ({"milestones": (("", STARTS),)}, "MISSING_FIELD"),
        ({"ends": date(2025, 10, 19)}, "INVALID"),
        ({"milestones": (("完工", date(2026, 6, 27)),)}, "INVALID"),
        ({"on": date(2024, 12, 31)}, "NOT_IN_FORCE"),
        ({"title": "联系 13812345678"}, "PERSONAL_DATA_FOUND"),
    ],
)
def test_an_unfit_plan_is_refused(changed: dict[str, object], code: str) -> None:  # PUB-26
    scenario(given=[], when=opening(**changed), then=Refused(code, ""))


def test_only_an_item_of_kind_staged_has_staged_work() -> None:  # PUB-26
    dues = ItemInForce("FY-R1/3.9", "3.9", "FY-R1", "fengyang", "党费", "Dues", "periodic", date(2025, 1, 1))
    scenario(given=[], when=opening(item=dues), then=Refused("INVALID", ""))


def test_a_milestone_is_reached_when_its_planned_day_comes() -> None:  # PUB-26
    scenario(given=[OPENED], when=PassDay(STARTS, True), then=[reached(1)])


def test_each_milestone_is_reached_once_however_long_nobody_looked() -> None:  # PUB-26
    scenario(given=[OPENED, reached(1)], when=PassDay(PAVING, True), then=[reached(2), reached(3)])
    scenario(given=ALL_REACHED, when=PassDay(PAVING, True), then=[])


def test_a_year_passes_without_anything_being_owed_at_its_end() -> None:  # PUB-28, A-01
    scenario(given=[OPENED, reached(1), reached(2)], when=PassDay(date(2026, 1, 1), True), then=[])


def test_a_milestone_may_be_reached_sooner() -> None:  # PUB-26
    day = date(2025, 12, 10)
    command = ReachMilestone(2, day, "wang-jianjun", day, True)
    scenario(given=[OPENED, reached(1)], when=command, then=[reached(2, "confirmed", day, "wang-jianjun")])


@pytest.mark.parametrize(
    ("number", "on", "code"),
    [
        (1, STARTS, "STEP_OUT_OF_ORDER"),
        (9, STARTS, "NOT_FOUND"),
        (2, date(2025, 10, 19), "INVALID"),
        (2, date(2025, 12, 11), "INVALID"),
    ],
)
def test_what_was_reached_or_cannot_have_been_is_refused(number: int, on: date, code: str) -> None:  # PUB-26
    command = ReachMilestone(number, on, "wang-jianjun", date(2025, 12, 10), True)
    scenario(given=[OPENED, reached(1)], when=command, then=Refused(code, ""))


def test_a_milestone_put_off_in_time_keeps_its_old_day_in_history() -> None:  # PUB-26, S03
    today, later = date(2026, 4, 20), date(2026, 5, 20)
    moved = (Milestone(number=3, name="铺装", on=later),)
    replanned = MatterReplanned(
        **NAMES, moved=moved, ends=ENDS, ended_before=ENDS, reason="雨季", by="wang-jianjun", on=today
    )
    given: list[MatterEvent] = [OPENED, reached(1), reached(2)]
    scenario(given=given, when=replanning(((3, later),), today), then=[replanned])
    scenario(given=[*given, replanned], when=PassDay(date(2026, 5, 19), True), then=[])
    scenario(given=[*given, replanned], when=PassDay(later, True), then=[reached(3, on=later)])


def test_a_milestone_and_an_end_are_added_with_a_reason() -> None:  # PUB-26
    today, longer = date(2026, 4, 20), date(2026, 7, 31)
    added = (("验收", date(2026, 7, 20)),)
    replanned = MatterReplanned(
        **NAMES,
        added=(Milestone(number=4, name="验收", on=date(2026, 7, 20)),),
        ends=longer,
        ended_before=ENDS,
        reason="雨季",
        by="wang-jianjun",
        on=today,
    )
    given: list[MatterEvent] = [OPENED, reached(1), reached(2)]
    scenario(given=given, when=replanning((), today, added=added, ends=longer), then=[replanned])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": " "}, "REASON_REQUIRED"),
        ({"moved": ((9, date(2026, 5, 20)),)}, "NOT_FOUND"),
        ({"moved": ((3, date(2026, 4, 19)),)}, "INVALID"),
        ({"moved": ((3, date(2026, 6, 27)),)}, "INVALID"),
        ({"ends": date(2026, 4, 1)}, "INVALID"),
        ({"reason": "问 13812345678"}, "PERSONAL_DATA_FOUND"),
    ],
)
def test_an_unfit_change_of_plan_is_refused(changed: dict[str, object], code: str) -> None:  # PUB-26
    command = replanning(**{"moved": ((3, date(2026, 5, 20)),), "today": date(2026, 4, 20), **changed})  # type: ignore[arg-type]  # changed at will
    scenario(given=[OPENED, reached(1), reached(2)], when=command, then=Refused(code, ""))


def test_a_milestone_is_not_put_off_once_its_day_has_come() -> None:  # PUB-26: no lateness is taken away
    command = replanning(((2, date(2026, 2, 1)),), date(2025, 12, 18))
    scenario(given=[OPENED, reached(1)], when=command, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_work_that_crossed_the_year_owes_its_summary_at_its_real_end() -> None:  # PUB-27, PUB-28, A-01
    scenario(given=ALL_REACHED, when=PassDay(ENDS, True), then=[ended()])


def test_a_town_may_let_cross_year_work_end_without_a_summary() -> None:
    given: list[MatterEvent] = [*ALL_REACHED, ended(owed=False)]
    scenario(given=ALL_REACHED, when=PassDay(ENDS, False), then=[given[-1]])
    closed = MatterClosed(**NAMES, on=ENDS, cross_year=True, summary="", stages=(), by="liu-fang")
    scenario(given=given, when=CloseMatter("liu-fang", ENDS, False), then=[closed])


def test_work_within_a_year_owes_its_summary_whatever_the_town_says() -> None:  # PUB-27
    end = date(2025, 12, 31)
    whole = [opening(ends=end, milestones=PLAN[:2])]
    facts = MATTER.decide(MATTER.initial, whole[0])
    came = MATTER.decide(MATTER.replay(facts), PassDay(end, False))
    assert came == [reached(1), reached(2), ended(end, cross_year=False)]


def test_work_may_end_sooner_and_what_was_not_reached_never_is() -> None:  # PUB-27
    day = date(2026, 4, 1)
    given: list[MatterEvent] = [OPENED, reached(1), reached(2)]
    over = ended(day, by="wang-jianjun")
    scenario(given=given, when=EndMatter(day, "wang-jianjun", day, True), then=[over])
    scenario(given=[*given, over], when=PassDay(date(2028, 1, 1), True), then=[])


def test_an_act_finds_the_matter_as_the_day_has_made_it() -> None:  # PUB-26
    command = CloseMatter("wang-jianjun", date(2026, 4, 25), True)
    scenario(given=[OPENED], when=command, then=Refused("STEP_OUT_OF_ORDER", ""))
    late = EndMatter(date(2026, 4, 25), "wang-jianjun", date(2026, 4, 25), True)
    over = ended(date(2026, 4, 25), by="wang-jianjun")
    scenario(given=[OPENED], when=late, then=[reached(1), reached(2), reached(3), over])


def test_nothing_closes_without_its_summary() -> None:  # PUB-27, S03
    command = CloseMatter("wang-jianjun", ENDS, True)
    scenario(given=[*ALL_REACHED, ended()], when=command, then=Refused("SUMMARY_MISSING", ""))


def test_the_summary_closes_the_matter_once_it_is_wherever_the_item_goes() -> None:  # PUB-27, S03
    given: list[MatterEvent] = [*ALL_REACHED, ended()]
    inside, outside = date(2026, 7, 22), date(2026, 7, 24)
    own = {"part": "summary", "obligation": "FY-R1/3.8/summary/road", "disclosure": "summary-0", "version": 1}
    first = MatterMadePublic(**NAMES, **own, side="inside", on=inside)
    then = MatterMadePublic(**NAMES, **own, side="outside", on=outside)
    closed = MatterClosed(**NAMES, on=outside, cross_year=True, summary="summary-0", stages=())
    scenario(given=given, when=shown("summary", "inside", inside), then=[first])
    scenario(given=[*given, first], when=shown("summary", "outside", outside, whole=True), then=[then, closed])


def test_a_stage_is_told_of_once_and_closes_nothing() -> None:  # PUB-26
    day = date(2025, 10, 28)
    own = {"part": "stage", "number": 1, "obligation": "FY-R1/3.8/stage/road/1", "disclosure": "stage-1", "version": 1}
    told = MatterMadePublic(**NAMES, **own, side="inside", on=day)
    given: list[MatterEvent] = [OPENED, reached(1)]
    scenario(given=given, when=shown("stage", "inside", day, whole=True, number=1), then=[told])
    scenario(given=[*given, told], when=shown("stage", "inside", day, whole=True, number=1), then=[])


def test_a_matter_whose_item_has_left_the_catalogue_is_closed_by_hand() -> None:
    closed = MatterClosed(**NAMES, on=ENDS, cross_year=True, summary="", stages=(), by="wang-jianjun")
    command = CloseMatter("wang-jianjun", ENDS, True, item_left=True)
    scenario(given=[*ALL_REACHED, ended()], when=command, then=[closed])


def test_a_closed_matter_stays_closed() -> None:  # PUB-27
    closed = MatterClosed(**NAMES, on=ENDS, cross_year=True, summary="s", stages=(), by="")
    command = CloseMatter("wang-jianjun", ENDS, True)
    given: list[MatterEvent] = [*ALL_REACHED, ended(), closed]
    scenario(given=given, when=command, then=Refused("STEP_OUT_OF_ORDER", ""))
    scenario(given=given, when=replanning((), ENDS, reason="再"), then=Refused("STEP_OUT_OF_ORDER", ""))


def test_nobody_plans_what_was_never_opened() -> None:  # PUB-26
    scenario(given=[], when=replanning((), STARTS), then=Refused("NOT_FOUND", ""))
