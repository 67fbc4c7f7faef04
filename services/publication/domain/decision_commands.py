"""A major decision as it stands, and what may be asked of it. Days and parameters come in with the command."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, assert_never

from services.publication.events.decisions import (
    DecisionEvent,
    DecisionResultPublished,
    MajorDecisionDropped,
    MajorDecisionNotified,
    MajorDecisionOpened,
    OpinionsSummarised,
    Round,
    SolicitingClosed,
    SolicitingOpened,
    SolicitingProlonged,
    Weighed,
)
from services.publication.events.parts import ChannelEvidence
from shared.workdays import Calendar

Part = Literal["solicitation", "result", "follow-up"]
DAYS_MAX = 366


@dataclass(frozen=True)
class Solicited:
    """A round as it stands."""

    opens: date
    days: int
    until: date
    disclosure: str = ""
    closed: bool = False
    opinions: int = 0

    @property
    def earliest_after(self) -> date:
        return self.until + timedelta(days=1)


@dataclass(frozen=True)
class Decision:
    opened: MajorDecisionOpened | None = None
    notified: date | None = None
    inside: Solicited | None = None
    society: Solicited | None = None
    summarised: bool = False
    published: bool = False
    result: str = ""  # the disclosure that was published as its result
    dropped: bool = False

    def round(self, name: Round) -> Solicited | None:
        return self.inside if name == "inside" else self.society


@dataclass(frozen=True)
class OpenDecision:
    decision: str
    town: str
    organisation: str
    item: str
    title: str
    outside: bool
    audience_inside: str
    audience_outside: str
    by: str
    on: date


@dataclass(frozen=True)
class NotifyInside:
    """``on`` is the day it was notified, ``today`` the day that is recorded."""

    on: date
    evidence: ChannelEvidence
    by: str
    today: date


@dataclass(frozen=True)
class OpenSoliciting:
    """``least`` is the town's P-15 for this round; ``shown``: its disclosure has been shown to those asked."""

    round: Round
    days: int
    least: int
    disclosure: str
    shown: bool
    calendar: Calendar
    by: str
    on: date


@dataclass(frozen=True)
class ProlongSoliciting:
    round: Round
    least: int
    calendar: Calendar


@dataclass(frozen=True)
class CloseSoliciting:
    """``opinions`` came in up to ``until``; None: up to the last day, whichever that is."""

    round: Round
    opinions: int
    today: date
    until: date | None = None


@dataclass(frozen=True)
class SummariseOpinions:
    weighed: tuple[Weighed, ...]
    by: str
    on: date


@dataclass(frozen=True)
class MakePartPublic:
    """One of its disclosures is about to be shown; the same transaction shows it."""

    part: Part
    disclosure: str
    version: int
    by: str
    on: date


@dataclass(frozen=True)
class DraftPart:
    """A disclosure is about to be drafted as part of it."""

    part: str
    item: str
    disclosure: str


@dataclass(frozen=True)
class DropDecision:
    reason: str
    by: str
    on: date


DecisionCommand = (
    OpenDecision
    | NotifyInside
    | OpenSoliciting
    | ProlongSoliciting
    | CloseSoliciting
    | SummariseOpinions
    | MakePartPublic
    | DraftPart
    | DropDecision
)


def evolve(decision: Decision, event: DecisionEvent) -> Decision:
    match event:
        case MajorDecisionOpened():
            return Decision(event)
        case MajorDecisionNotified():
            return replace(decision, notified=event.on)
        case SolicitingOpened():
            opened = Solicited(event.opens, event.days, event.until, event.disclosure)
            return _with_round(decision, event.round, opened)
        case SolicitingProlonged() | SolicitingClosed():
            gone_on = _with_round(decision, event.round, _gone_on(decision.round(event.round), event))
            counted_anew = isinstance(event, SolicitingClosed) and event.was is not None
            return replace(gone_on, summarised=gone_on.summarised and not counted_anew)
        case OpinionsSummarised():
            return replace(decision, summarised=True)
        case DecisionResultPublished():
            return replace(decision, published=True, result=event.disclosure)
        case MajorDecisionDropped():
            return replace(decision, dropped=True)
        case _:
            assert_never(event)


def _gone_on(running: Solicited | None, event: SolicitingProlonged | SolicitingClosed) -> Solicited | None:
    if running is None:
        return None
    if isinstance(event, SolicitingClosed):
        return replace(running, closed=True, opinions=event.opinions)
    return replace(running, until=event.until, days=(event.until - running.opens).days)


def _with_round(decision: Decision, name: Round, solicited: Solicited | None) -> Decision:
    if name == "inside":
        return replace(decision, inside=solicited)
    return replace(decision, society=solicited)
