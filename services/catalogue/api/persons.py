"""HTTP to what is kept of a person: holds, restriction, and erasure by two, with its certificate."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, Field, StringConstraints

from services.catalogue.api.bodies import Body, PersonId, Slug
from services.catalogue.api.parts import Parts
from services.catalogue.domain.person import (
    PERSON,
    ConfirmErasure,
    LiftHold,
    LiftRestriction,
    Person,
    PersonCommand,
    PlaceHold,
    RequestErasure,
    Restrict,
    WithdrawErasure,
)
from services.catalogue.events import ErasureGround, HoldGround, PersonErased
from shared.cloudevents import structured
from shared.decider import Refused
from shared.handling import Do
from shared.web import Api, CommandDesk, Done, Reader

Reason = Annotated[str, StringConstraints(max_length=500)]
Who = Annotated[PersonId, Path()]


class HoldBody(Body):
    hold: Slug = Field(description="The hold's name, by which it is lifted.", examples=["case-2026-17"])
    ground: HoldGround
    reason: Reason


class LiftBody(Body):
    reason: Reason


class GroundBody(Body):
    ground: ErasureGround = Field(description="One of the five of PIPL Art. 47.")


class ErasurePage(BaseModel):
    """How far it is; the certificate is the event that ends it, with the id for which the log has a receipt."""

    person: str
    state: str = Field(examples=["active", "restricted", "requested", "confirmed", "erased"])
    holds: list[str]
    ground: str
    requested_by: str
    requested_on: date | None
    confirmed_by: str
    keys: int
    keys_digest: str
    destroyed_at: datetime | None
    event_id: str
    certificate: dict[str, Any] | None


def add(router: Api, parts: Parts) -> None:
    for more in (_holds, _restriction, _erasure, _reading):
        more(router, parts)


def _done(parts: Parts, desk: CommandDesk, person: str, command: PersonCommand) -> Done:
    """By whoever may for every town that the person belongs to now: of several, or of none, by the county (ORG-16)."""
    towns = _towns(parts, person, desk.now)
    *_, acting = [desk.may(town=town) for town in towns]
    return desk.handle(Do(PERSON, person, command), acting=acting, town=towns[0] if len(towns) == 1 else "")


def _towns(parts: Parts, person: str, at: datetime) -> list[str]:
    """Where they are a member, of the staff, or in post; '' for the county's own, and for nowhere."""
    return sorted(parts.register.standing(person, at).towns) or [""]


def _holds(router: Api, parts: Parts) -> None:
    @router.post("/persons/{person}/holds", action="person.hold", status_code=201)
    def place_hold(person: Who, body: HoldBody, desk: CommandDesk) -> Done:
        """While it stands nothing that is known of the person is erased."""
        command = PlaceHold(person, body.hold, body.ground, body.reason, desk.standing.person, desk.today)
        return _done(parts, desk, person, command)

    @router.post("/persons/{person}/holds/{hold}/lifting", action="person.hold")
    def lift_hold(person: Who, hold: Annotated[Slug, Path()], body: LiftBody, desk: CommandDesk) -> Done:
        return _done(parts, desk, person, LiftHold(person, hold, body.reason, desk.standing.person, desk.today))


def _restriction(router: Api, parts: Parts) -> None:
    @router.post("/persons/{person}/restriction", action="person.restrict", status_code=201)
    def restrict_person(person: Who, body: GroundBody, desk: CommandDesk) -> Done:
        """Kept, but shown to nobody (PIPL Art. 47)."""
        return _done(parts, desk, person, Restrict(person, body.ground, desk.standing.person, desk.today))

    @router.post("/persons/{person}/restriction/lifting", action="person.restrict")
    def lift_restriction(person: Who, desk: CommandDesk) -> Done:
        return _done(parts, desk, person, LiftRestriction(person, desk.standing.person, desk.today))


def _erasure(router: Api, parts: Parts) -> None:
    path = "/persons/{person}/erasure"

    @router.post(path, action="person.erase", status_code=201)
    def request_erasure(person: Who, body: GroundBody, desk: CommandDesk) -> Done:
        """The first of two: says why."""
        return _done(parts, desk, person, RequestErasure(person, body.ground, desk.standing.person, desk.today))

    @router.post(f"{path}/withdrawal", action="person.erase")
    def withdraw_erasure(person: Who, desk: CommandDesk) -> Done:
        return _done(parts, desk, person, WithdrawErasure(person, desk.standing.person, desk.today))

    @router.post(f"{path}/confirmation", action="person.erase.confirm")
    def confirm_erasure(person: Who, desk: CommandDesk) -> Done:
        """The second: from here on there is no way back."""
        posts = tuple(post.post for post in parts.register.standing(person, desk.now).posts)
        return _done(parts, desk, person, ConfirmErasure(person, posts, desk.standing.person, desk.today))


def _reading(router: Api, parts: Parts) -> None:
    @router.get("/persons/{person}/erasure", action="person.erase.read")
    def erasure(person: Who, reader: Reader) -> ErasurePage:
        """What has been decided of the person's data, and the certificate once it is done."""
        for town in _towns(parts, person, reader.now):
            reader.may(town=town)
        state: Person = parts.handler.state(PERSON, person)[1]
        if not state.registered and state.confirmed is None:
            raise Refused("NOT_FOUND", "There is no such person.")
        return _page(parts, person, state)


def _page(parts: Parts, person: str, state: Person) -> ErasurePage:
    erased, asked = state.erased, state.requested
    recorded = [e for e in parts.handler.journal.stream(PERSON.stream(person)) if e.name == PersonErased.__name__]
    return ErasurePage(
        person=person,
        state=_state(state),
        holds=sorted(state.holds),
        ground=asked.ground if asked else "",
        requested_by=asked.by if asked else "",
        requested_on=asked.on if asked else None,
        confirmed_by=state.confirmed.confirmed_by if state.confirmed else "",
        keys=erased.keys if erased else 0,
        keys_digest=erased.keys_digest if erased else "",
        destroyed_at=erased.destroyed_at if erased else None,
        event_id=recorded[0].event_id if recorded else "",
        certificate=structured(recorded[0], parts.county) if recorded else None,
    )


def _state(state: Person) -> str:
    if state.erased:
        return "erased"
    if state.confirmed:
        return "confirmed"
    if state.requested:
        return "requested"
    return "restricted" if state.restricted else "active"
