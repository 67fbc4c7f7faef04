"""What staged work is at a moment: its plan as it stands, what was reached and shown, whether it has ended."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, assert_never

from services.publication.events import (
    MatterClosed,
    MatterEnded,
    MatterEvent,
    MatterFact,
    MatterMadePublic,
    MatterOpened,
    MatterReplanned,
    MilestoneReached,
)
from services.publication.events.matters import Milestone
from shared.decider import Refused


@dataclass(frozen=True)
class Matter:
    """``reached`` says when, by the milestone's number; ``shown`` what was made public, on which side."""

    stage: Literal["unknown", "open", "ended", "closed"] = "unknown"
    opened: MatterOpened | None = None
    starts: date = date.min
    ends: date = date.max
    milestones: tuple[Milestone, ...] = ()
    reached: dict[int, date] = field(default_factory=dict)
    shown: tuple[tuple[str, str, int, str], ...] = ()
    stage_disclosures: tuple[str, ...] = ()
    ended_on: date = date.max
    closed_on: date = date.max
    cross_year: bool = False
    summary_owed: bool = True

    @property
    def waiting(self) -> tuple[Milestone, ...]:
        return tuple(part for part in self.milestones if part.number not in self.reached)


def opened(matter: Matter) -> MatterOpened:
    if matter.opened is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    return matter.opened


def names(matter: Matter) -> dict[str, str]:
    first = opened(matter)
    return {name: getattr(first, name) for name in MatterFact.model_fields}


def evolve(matter: Matter, event: MatterEvent) -> Matter:
    match event:
        case MatterOpened():
            return Matter("open", event, event.starts, event.ends, event.milestones)
        case MatterReplanned():
            return _replanned(matter, event)
        case MilestoneReached():
            return replace(matter, reached={**matter.reached, event.number: event.on})
        case MatterEnded():
            ended = replace(matter, stage="ended", ended_on=event.on)
            return replace(ended, cross_year=event.cross_year, summary_owed=event.summary_owed)
        case MatterMadePublic():
            shown = (event.obligation, event.disclosure, event.version, event.side)
            stages = (event.disclosure,) if event.part == "stage" else ()
            disclosures = (*matter.stage_disclosures, *stages)
            return replace(matter, shown=(*matter.shown, shown), stage_disclosures=disclosures)
        case MatterClosed():
            return replace(matter, stage="closed", closed_on=event.on)
        case _:
            assert_never(event)


def _replanned(matter: Matter, event: MatterReplanned) -> Matter:
    moved = {part.number: part for part in event.moved}
    kept = tuple(moved.get(part.number, part) for part in matter.milestones)
    return replace(matter, milestones=(*kept, *event.added), ends=event.ends)
