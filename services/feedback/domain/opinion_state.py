"""What has become of an opinion, folded from its facts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, assert_never

from services.feedback.events import (
    Duty,
    OpinionAcknowledged,
    OpinionAssigned,
    OpinionClosed,
    OpinionDecided,
    OpinionDueMoved,
    OpinionEvent,
    OpinionExtended,
    OpinionFellOverdue,
    OpinionReceived,
    OpinionReplied,
)

Stage = Literal["unknown", "received", "acknowledged", "assigned", "decided", "replied", "closed"]


@dataclass(frozen=True)
class Opinion:
    stage: Stage = "unknown"
    opinion: str = ""
    receipt_number: str = ""
    town: str = ""
    organisation: str = ""
    disclosure: str = ""
    title: str = ""
    audience: str = ""
    giver: str = ""
    criticised: str = ""
    handler: str = ""
    acknowledge_by: date = date.min
    due: date = date.min
    provisional: bool = False
    extended: bool = False
    noticed: frozenset[tuple[Duty, date]] = frozenset()


def evolve(state: Opinion, event: OpinionEvent) -> Opinion:
    match event:
        case OpinionReceived():
            return _received(event)
        case OpinionAcknowledged():
            return replace(state, stage="acknowledged")
        case OpinionAssigned():
            return replace(state, stage="decided" if state.stage == "decided" else "assigned", handler=event.handler)
        case OpinionDecided():
            return replace(state, stage="decided")
        case OpinionExtended():
            return replace(state, due=event.due, provisional=event.provisional, extended=True)
        case OpinionDueMoved():
            moved = replace(state, acknowledge_by=event.acknowledge_by, due=event.due)
            return replace(moved, provisional=event.provisional)
        case OpinionReplied():
            return replace(state, stage="replied")
        case OpinionClosed():
            return replace(state, stage="closed")
        case OpinionFellOverdue():
            missed = (event.duty, event.from_day - timedelta(days=1))
            return replace(state, noticed=state.noticed | {missed})
        case _:
            assert_never(event)


def _received(event: OpinionReceived) -> Opinion:
    return Opinion(
        stage="received",
        opinion=event.opinion,
        receipt_number=event.receipt_number,
        town=event.town,
        organisation=event.organisation,
        disclosure=event.disclosure,
        title=event.title,
        audience=event.audience,
        giver=event.giver,
        criticised=event.criticised,
        acknowledge_by=event.acknowledge_by,
        due=event.due,
        provisional=event.provisional,
    )
