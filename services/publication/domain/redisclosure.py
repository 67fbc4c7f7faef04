"""The rules of re-disclosure (PUB-30): opinions raise the question, the responsible person decides, with a reason.

One adopted opinion raises it (FBK-13); of a major matter, several do, whatever became of them. Decided either way, it
is raised again only by opinions that were not among those considered.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.publication.events.redisclosure import (
    Cause,
    Choice,
    RedisclosureAsked,
    RedisclosureBegun,
    RedisclosureDecided,
    RedisclosureEvent,
)
from shared.decider import Decider, Refused
from shared.personal_data import gate
from shared.personal_data.gate import must_hold_nothing_personal

SEVERAL = 3  # opinions on a major matter


@dataclass(frozen=True)
class Redisclosure:
    """``pending``: the opinions of a question that nobody has decided; ``due``: those that a new version is owed to."""

    asked: RedisclosureAsked | None = None
    considered: frozenset[str] = frozenset()
    pending: tuple[str, ...] = ()
    due: tuple[str, ...] = ()


@dataclass(frozen=True)
class AskRedisclosure:
    disclosure: str
    town: str
    organisation: str
    version: int
    opinions: tuple[str, ...]
    cause: Cause
    owner: str
    on: date


@dataclass(frozen=True)
class DecideRedisclosure:
    choice: Choice
    reason: str
    by: str
    on: date


@dataclass(frozen=True)
class BeginRedisclosure:
    """The new version is opened in the same transaction."""

    version: int
    by: str
    on: date


RedisclosureCommand = AskRedisclosure | DecideRedisclosure | BeginRedisclosure


def decide(state: Redisclosure, command: RedisclosureCommand) -> list[RedisclosureEvent]:
    match command:
        case AskRedisclosure():
            return ask(state, command)
        case DecideRedisclosure():
            return decide_redisclosure(state, command)
        case BeginRedisclosure():
            return begin(state, command)
        case _:
            assert_never(command)


def ask(state: Redisclosure, command: AskRedisclosure) -> list[RedisclosureEvent]:
    new = tuple(o for o in dict.fromkeys(command.opinions) if o not in state.considered)
    if not new or (command.cause == "several" and len(new) < SEVERAL):
        return []
    return [
        RedisclosureAsked(
            disclosure=command.disclosure,
            town=command.town,
            organisation=command.organisation,
            opinions=new,
            version=command.version,
            cause=command.cause,
            owner=command.owner,
            on=command.on,
        )
    ]


def decide_redisclosure(state: Redisclosure, command: DecideRedisclosure) -> list[RedisclosureEvent]:
    """Either way it is recorded; that nothing is necessary needs a reason."""
    names = _names(state)
    if not state.pending:
        raise Refused("STEP_OUT_OF_ORDER", "No such question is open.", accepted="an adopted opinion raises it")
    reason = command.reason.strip()
    if command.choice == "not-necessary" and not reason:
        raise Refused("REASON_REQUIRED", "Say why nothing is made public again.", "a reason", "/reason")
    must_hold_nothing_personal(gate.find([("reason", reason)]), "/reason")
    return [
        RedisclosureDecided(
            **names, opinions=state.pending, choice=command.choice, reason=reason, by=command.by, on=command.on
        )
    ]


def begin(state: Redisclosure, command: BeginRedisclosure) -> list[RedisclosureEvent]:
    names = _names(state)
    if not state.due:
        detail = "Nobody has decided that it is made public again."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="that decision, or a correction")
    return [RedisclosureBegun(**names, opinions=state.due, version=command.version, by=command.by, on=command.on)]


def _names(state: Redisclosure) -> dict[str, str]:
    if state.asked is None:
        raise Refused("STEP_OUT_OF_ORDER", "No such question is open.", accepted="an adopted opinion raises it")
    asked = state.asked
    return {"disclosure": asked.disclosure, "town": asked.town, "organisation": asked.organisation}


def evolve(state: Redisclosure, event: RedisclosureEvent) -> Redisclosure:
    match event:
        case RedisclosureAsked():
            pending = (*state.pending, *event.opinions)
            return replace(state, asked=event, considered=state.considered | {*event.opinions}, pending=pending)
        case RedisclosureDecided():
            due = (*state.due, *event.opinions) if event.choice == "re-disclose" else state.due
            return replace(state, pending=(), due=due)
        case RedisclosureBegun():
            return replace(state, due=())
        case _:
            assert_never(event)


REDISCLOSURE: Decider[Redisclosure, RedisclosureCommand, RedisclosureEvent] = Decider(
    "redisclosure", Redisclosure(), decide, evolve
)
