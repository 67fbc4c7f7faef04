"""Staged work (逐段公开): opened with a plan, a stage for each milestone reached, a summary at its real end (PUB-26).

A planned day counts as reached when it comes, unless it was re-planned before: silence neither loses a stage nor
makes one late that was put off in time (decision 0040). Nothing is owed at a year's end; work that crosses it owes
its summary at its real end, unless the town has switched that off (A-01). What it all means for a matter is in
``matter_state``. Start at :func:`decide`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never

from services.publication.domain import matter_plan
from services.publication.domain.matter_plan import OpenMatter, ReplanMatter
from services.publication.domain.matter_state import Matter, evolve, names, opened
from services.publication.events import (
    MatterClosed,
    MatterEnded,
    MatterEvent,
    MatterMadePublic,
    MilestoneReached,
)
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class PassDay:
    """A day has come. ``cross_year_summary`` is the town's switch (A-01) as it stands on the day of the end."""

    today: date
    cross_year_summary: bool


@dataclass(frozen=True)
class ReachMilestone:
    number: int
    on: date
    by: str
    today: date
    cross_year_summary: bool


@dataclass(frozen=True)
class EndMatter:
    on: date
    by: str
    today: date
    cross_year_summary: bool


@dataclass(frozen=True)
class RecordPublic:
    """A stage or the summary was shown on a side; ``whole``: with that it is where the item wants it."""

    part: Literal["stage", "summary"]
    number: int
    obligation: str
    disclosure: str
    version: int
    side: Literal["inside", "outside"]
    on: date
    whole: bool


@dataclass(frozen=True)
class CloseMatter:
    """``item_left``: the item has left the catalogue, and nothing is owed of it any more (A-19)."""

    by: str
    on: date
    cross_year_summary: bool
    item_left: bool = False


MatterCommand = OpenMatter | ReplanMatter | PassDay | ReachMilestone | EndMatter | RecordPublic | CloseMatter


def decide(matter: Matter, command: MatterCommand) -> list[MatterEvent]:
    match command:
        case OpenMatter():
            return matter_plan.open_matter(matter, command)
        case RecordPublic():
            return record_public(matter, command)
        case PassDay():
            return pass_day(matter, command)
        case ReplanMatter() | ReachMilestone() | EndMatter() | CloseMatter():
            return act(matter, command)
        case _:
            assert_never(command)


def act(matter: Matter, command: ReplanMatter | ReachMilestone | EndMatter | CloseMatter) -> list[MatterEvent]:
    """What a person does finds the matter as the day has made it, whether or not anything looked before."""
    opened(matter)
    today = command.on if isinstance(command, CloseMatter) else command.today
    came = pass_day(matter, PassDay(today, command.cross_year_summary))
    now = MATTER.replay(came, matter)
    match command:
        case ReplanMatter():
            return [*came, *matter_plan.replan(now, command)]
        case ReachMilestone():
            return [*came, *reach(now, command)]
        case EndMatter():
            return [*came, *end(now, command)]
        case CloseMatter():
            return [*came, *close(now, command)]
        case _:
            assert_never(command)


def pass_day(matter: Matter, command: PassDay) -> list[MatterEvent]:
    """Milestones and the end whose planned day has come, in the order of their days; each once (PUB-26)."""
    if matter.stage != "open":
        return []
    facts: list[MatterEvent] = list(_reached_by_plan(matter, min(command.today, matter.ends)))
    if matter.ends <= command.today:
        facts.append(_ended(matter, matter.ends, "", command.cross_year_summary))
    return facts


def _reached_by_plan(matter: Matter, until: date) -> Iterable[MilestoneReached]:
    waiting = sorted(matter.waiting, key=lambda part: (part.on, part.number))
    for part in waiting:
        if part.on <= until:
            fields = {"number": part.number, "name": part.name, "on": part.on}
            yield MilestoneReached(**names(matter), **fields, how="planned")


def reach(matter: Matter, command: ReachMilestone) -> list[MatterEvent]:
    """Confirmed by a person, sooner than planned: the stage is due P-03 after the real day."""
    must_be_under_way(matter)
    part = next((part for part in matter.milestones if part.number == command.number), None)
    if part is None:
        raise Refused("NOT_FOUND", "The matter has no such milestone.")
    if part not in matter.waiting:
        raise Refused("STEP_OUT_OF_ORDER", f"The milestone was reached on {matter.reached[part.number]}.")
    must_lie_within(matter, command.on, command.today)
    fields = {"number": part.number, "name": part.name, "on": command.on, "by": command.by}
    return [MilestoneReached(**names(matter), **fields, how="confirmed")]


def end(matter: Matter, command: EndMatter) -> list[MatterEvent]:
    """Sooner than planned; milestones that were not reached by then never will be."""
    must_be_under_way(matter)
    must_lie_within(matter, command.on, command.today)
    return [_ended(matter, command.on, command.by, command.cross_year_summary)]


def _ended(matter: Matter, on: date, by: str, cross_year_summary: bool) -> MatterEnded:
    """Work that ends in another year than it began owes stages, and a summary now and not before (PUB-28, A-01)."""
    crossed = on.year != matter.starts.year
    return MatterEnded(
        **names(matter),
        on=on,
        how="confirmed" if by else "planned",
        cross_year=crossed,
        summary_owed=not crossed or cross_year_summary,
        by=by,
    )


def record_public(matter: Matter, command: RecordPublic) -> list[MatterEvent]:
    """The summary, once it is wherever the item wants it, closes the matter (PUB-27)."""
    shown = (command.obligation, command.disclosure, command.version, command.side)
    if matter.stage == "unknown" or shown in matter.shown:
        return []
    fields = ("part", "number", "obligation", "disclosure", "version", "side", "on")
    said = {name: getattr(command, name) for name in fields}
    facts: list[MatterEvent] = [MatterMadePublic(**names(matter), **said)]
    if command.part == "summary" and command.whole and matter.stage == "ended":
        facts.append(_closed(matter, command.on, command.disclosure, ""))
    return facts


def close(matter: Matter, command: CloseMatter) -> list[MatterEvent]:
    """Nothing closes without its summary (PUB-27); by hand only what owes none."""
    if matter.stage == "closed":
        raise Refused("STEP_OUT_OF_ORDER", f"The matter has been closed on {matter.closed_on}.")
    if matter.stage == "open":
        detail = f"The work goes on until {matter.ends}."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="the end of the work first")
    if matter.summary_owed and not command.item_left:
        detail = "The summary of this work has not been made public in all its scope."
        raise Refused("SUMMARY_MISSING", detail, accepted="a disclosure of the summary; it closes the matter")
    return [_closed(matter, command.on, "", command.by)]


def _closed(matter: Matter, on: date, summary: str, by: str) -> MatterClosed:
    stages = tuple(dict.fromkeys(matter.stage_disclosures))
    own = {"cross_year": matter.cross_year, "summary": summary, "stages": stages, "by": by}
    return MatterClosed(**names(matter), on=on, **own)


def must_be_under_way(matter: Matter) -> None:
    if matter.stage != "open":
        raise Refused("STEP_OUT_OF_ORDER", f"The work ended on {matter.ended_on}.")


def must_lie_within(matter: Matter, day: date, today: date) -> None:
    if not matter.starts <= day <= today:
        detail = "It happened after the work began, and by today."
        raise Refused("INVALID", detail, accepted=f"{matter.starts} to {today}", pointer="/on")


MATTER: Decider[Matter, MatterCommand, MatterEvent] = Decider("matter", Matter(), decide, evolve)
