"""A person: registered once, by a short name that never changes; held, restricted, and in the end erased.

Posts and memberships stand with organisations. What the register knows of someone as a person can be destroyed: asked
for by one keeper, confirmed by another, never while it is held as evidence or the person is in office.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import assert_never

from services.catalogue.events import (
    ErasureConfirmed,
    ErasureGround,
    ErasureRequested,
    ErasureWithdrawn,
    HoldGround,
    HoldLifted,
    HoldPlaced,
    PersonErased,
    PersonEvent,
    PersonRegistered,
    PersonRestricted,
    RestrictionLifted,
)
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class RegisterPerson:
    """Registering the same person again under the same names changes nothing: rolls overlap."""

    person: str
    name_zh: str
    name_en: str
    on: date


@dataclass(frozen=True)
class PlaceHold:
    person: str
    hold: str
    ground: HoldGround
    reason: str
    by: str
    on: date


@dataclass(frozen=True)
class LiftHold:
    person: str
    hold: str
    reason: str
    by: str
    on: date


@dataclass(frozen=True)
class Restrict:
    person: str
    ground: ErasureGround
    by: str
    on: date


@dataclass(frozen=True)
class LiftRestriction:
    person: str
    by: str
    on: date


@dataclass(frozen=True)
class RequestErasure:
    person: str
    ground: ErasureGround
    by: str
    on: date


@dataclass(frozen=True)
class WithdrawErasure:
    person: str
    by: str
    on: date


@dataclass(frozen=True)
class ConfirmErasure:
    """``posts`` are those the person holds that day, as the register says."""

    person: str
    posts: tuple[str, ...]
    by: str
    on: date


@dataclass(frozen=True)
class CompleteErasure:
    """The keys have been destroyed. ``acting_for`` is the organisation that confirmed it."""

    person: str
    keys: int
    keys_digest: str
    destroyed_at: datetime
    acting_for: str = ""


PersonCommand = (
    RegisterPerson
    | PlaceHold
    | LiftHold
    | Restrict
    | LiftRestriction
    | RequestErasure
    | WithdrawErasure
    | ConfirmErasure
    | CompleteErasure
)


@dataclass(frozen=True)
class Person:
    name_zh: str = ""
    name_en: str = ""
    holds: frozenset[str] = field(default=frozenset())
    restricted: bool = False
    requested: ErasureRequested | None = None
    confirmed: ErasureConfirmed | None = None
    erased: PersonErased | None = None

    @property
    def registered(self) -> bool:
        """Whether the register knows them; of whom it is to know nothing it does not."""
        return bool(self.name_zh) and self.confirmed is None


def decide(person: Person, command: PersonCommand) -> list[PersonEvent]:
    match command:
        case RegisterPerson():
            return register(person, command)
        case CompleteErasure():
            return complete(person, command)
        case PlaceHold():
            return place_hold(person, command)
        case LiftHold():
            return lift_hold(person, command)
        case Restrict():
            return restrict(person, command)
        case LiftRestriction():
            return lift_restriction(person, command)
        case RequestErasure():
            return request(person, command)
        case WithdrawErasure():
            return withdraw(person, command)
        case ConfirmErasure():
            return confirm(person, command)
        case _:
            assert_never(command)


def register(person: Person, command: RegisterPerson) -> list[PersonEvent]:
    if not command.name_zh.strip():
        raise Refused("MISSING_FIELD", "A person has a name.", pointer="/name_zh")
    if person.confirmed:
        raise Refused("PERSON_ERASED", f"{command.person} has been erased.", "another short name")
    if person.registered:
        if (person.name_zh, person.name_en) == (command.name_zh, command.name_en):
            return []
        raise Refused("ALREADY_REGISTERED", f"{command.person} is registered under another name.")
    return [PersonRegistered(person=command.person, name_zh=command.name_zh, name_en=command.name_en, on=command.on)]


def place_hold(person: Person, command: PlaceHold) -> list[PersonEvent]:
    _must_be_known(person)
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "A hold needs a reason.", "a reason", "/reason")
    if command.hold in person.holds:
        return []
    return [
        HoldPlaced(
            person=command.person,
            hold=command.hold,
            ground=command.ground,
            reason=command.reason.strip(),
            by=command.by,
            on=command.on,
        )
    ]


def lift_hold(person: Person, command: LiftHold) -> list[PersonEvent]:
    _must_be_known(person)
    if command.hold not in person.holds:
        raise Refused("NOT_FOUND", "There is no such hold.")
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "Lifting a hold needs a reason.", "a reason", "/reason")
    reason = command.reason.strip()
    return [HoldLifted(person=command.person, hold=command.hold, reason=reason, by=command.by, on=command.on)]


def restrict(person: Person, command: Restrict) -> list[PersonEvent]:
    """Where it may not be erased yet, or cannot be, it is no longer used (PIPL Art. 47)."""
    _must_be_known(person)
    if person.restricted:
        return []
    return [PersonRestricted(person=command.person, ground=command.ground, by=command.by, on=command.on)]


def lift_restriction(person: Person, command: LiftRestriction) -> list[PersonEvent]:
    _must_be_known(person)
    if not person.restricted:
        return []
    return [RestrictionLifted(person=command.person, by=command.by, on=command.on)]


def request(person: Person, command: RequestErasure) -> list[PersonEvent]:
    _must_be_known(person)
    if person.requested:
        raise Refused("STEP_OUT_OF_ORDER", "It has been asked for.", "another person's confirmation")
    return [ErasureRequested(person=command.person, ground=command.ground, by=command.by, on=command.on)]


def withdraw(person: Person, command: WithdrawErasure) -> list[PersonEvent]:
    _must_be_known(person)
    if not person.requested:
        raise Refused("STEP_OUT_OF_ORDER", "Nobody has asked for it.")
    return [ErasureWithdrawn(person=command.person, by=command.by, on=command.on)]


def confirm(person: Person, command: ConfirmErasure) -> list[PersonEvent]:
    """By a second person, who is not the one concerned; not while it is evidence, nor for someone in office."""
    _must_be_known(person)
    if person.requested is None:
        raise Refused("STEP_OUT_OF_ORDER", "Nobody has asked for it.", "a request by another person")
    if command.by in (person.requested.by, command.person):
        raise Refused("SELF_APPROVAL", "Whoever asked for it, or is concerned, does not confirm it.", "another person")
    if person.holds:
        raise Refused("PERSON_HELD", "What is known of this person is held as evidence.", "every hold lifted first")
    if command.posts:
        raise Refused("STILL_IN_OFFICE", "The person holds a post.", "every post left first")
    return [
        ErasureConfirmed(
            person=command.person,
            ground=person.requested.ground,
            requested_by=person.requested.by,
            confirmed_by=command.by,
            on=command.on,
        )
    ]


def complete(person: Person, command: CompleteErasure) -> list[PersonEvent]:
    """What has been done is certified once."""
    decided = person.confirmed
    if decided is None or person.erased:
        return []
    return [
        PersonErased(
            person=command.person,
            ground=decided.ground,
            requested_by=decided.requested_by,
            confirmed_by=decided.confirmed_by,
            keys=command.keys,
            keys_digest=command.keys_digest,
            destroyed_at=command.destroyed_at,
        )
    ]


def _must_be_known(person: Person) -> None:
    if person.confirmed:
        raise Refused("PERSON_ERASED", "This person has been erased.")
    if not person.registered:
        raise Refused("NOT_FOUND", "There is no such person.")


def evolve(person: Person, event: PersonEvent) -> Person:
    match event:
        case PersonRegistered():
            return Person(event.name_zh, event.name_en)
        case HoldPlaced():
            return replace(person, holds=person.holds | {event.hold})
        case HoldLifted():
            return replace(person, holds=person.holds - {event.hold})
        case PersonRestricted():
            return replace(person, restricted=True)
        case RestrictionLifted():
            return replace(person, restricted=False)
        case ErasureRequested():
            return replace(person, requested=event)
        case ErasureWithdrawn():
            return replace(person, requested=None)
        case ErasureConfirmed():
            return replace(person, confirmed=event)
        case PersonErased():
            return replace(person, erased=event)
        case _:
            assert_never(event)


PERSON: Decider[Person, PersonCommand, PersonEvent] = Decider("person", Person(), decide, evolve)
