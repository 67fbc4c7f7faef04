"""HTTP to the rules a town sets itself: who is in charge of what, and its parameters with all they ever were."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from services.catalogue.api.bodies import Body, Slug
from services.catalogue.api.leading_groups import cdi_of
from services.catalogue.api.parts import Parts
from services.catalogue.api.register import must_be_unit
from services.catalogue.domain.division import usual_division
from services.catalogue.domain.leading_group import LEADING_GROUP
from services.catalogue.domain.town import TOWN, SetDivision
from services.catalogue.events import REGISTRY, ParameterSet
from shared import scope
from shared.decider import Refused
from shared.fields import Day
from shared.handling import Do
from shared.parameters import PARAMETERS
from shared.web import Api, CommandDesk, Done, Page, Reader


class UsualDivisionBody(Body):
    """``cdi`` and ``office``: without one, where the CDI's secretary sits, and the leading group's office."""

    party_government_office: Slug
    party_building_office: Slug
    publicity: Slug | None = None
    cdi: Slug | None = None
    office: Slug | None = None
    on: Day


class SetLine(BaseModel):
    """``by`` is shown to those who oversee the town."""

    value: str
    since: date
    recorded_at: datetime
    post: str
    by: str


class ParameterPage(BaseModel):
    """``since`` is absent while the default holds. ``history``: every value that was set, as it was set."""

    parameter: str
    meaning: str
    unit: str
    default: str
    value: str
    since: date | None
    history: list[SetLine]


def add(router: Api, parts: Parts) -> None:
    _usual_division(router, parts)
    _parameters(router, parts)


def _usual_division(router: Api, parts: Parts) -> None:
    @router.post("/towns/{town}/division/defaults", action="division.keep", status_code=201)
    def set_usual_division(town: str, body: UsualDivisionBody, desk: CommandDesk) -> Done:
        """The eight categories in one act, as the plan and A-17 divide them (ORG-08)."""
        acting = desk.may(town=town)
        parts.town(town)
        units = usual_division(
            party_government_office=body.party_government_office,
            party_building_office=body.party_building_office,
            publicity=body.publicity or "",
            cdi=body.cdi or cdi_of(parts, town, body.on),
            office=body.office or _group_office(parts, town, body.on),
        )
        for category, unit in units.items():
            if not unit:
                raise Refused("MISSING_FIELD", f"No unit is known for {category}: name it.", pointer="/cdi")
            must_be_unit(parts, unit, town, category)
        return desk.handle(Do(TOWN, town, SetDivision(town, units, body.on)), acting=acting, town=town)


def _group_office(parts: Parts, town: str, on: date) -> str:
    """Where the office of the town's leading group is (A-18)."""
    for org in parts.register.organisations(town):
        if org.level == "town-committee":
            stood = parts.handler.state(LEADING_GROUP, org.organisation)[1].on(on)
            return stood.office if stood else org.organisation
    return ""


def _parameters(router: Api, parts: Parts) -> None:
    @router.get("/towns/{town}/parameters", action="register.read")
    def parameters(town: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> Page[ParameterPage]:
        """P-01 to P-21 as they hold on a day, since when, by whom, and every value before (requirements 3.7)."""
        reader.may(town=town)
        parts.town(town)
        day = on or reader.today
        told = _told(parts, town, named=reader.standing.sees(scope.oversight(town), town))
        known = sorted({*PARAMETERS, *told})
        return reader.page((_parameter(name, told.get(name, []), day) for name in known), lambda p: p.parameter)


def _told(parts: Parts, town: str, *, named: bool) -> dict[str, list[SetLine]]:
    """What was ever set, in the order in which it was."""
    told: dict[str, list[SetLine]] = {}
    for event in parts.handler.journal.stream(TOWN.stream(town)):
        if event.name != ParameterSet.__name__:
            continue
        fact = ParameterSet.model_validate(REGISTRY.upcast(event))
        by = event.context.actor if named else ""
        line = SetLine(value=fact.value, since=fact.on, recorded_at=event.recorded_at, post=event.context.post, by=by)
        told.setdefault(fact.parameter, []).append(line)
    return told


def _parameter(name: str, told: list[SetLine], day: date) -> ParameterPage:
    holding = [line for line in told if line.since <= day]
    latest = max(enumerate(holding), key=lambda pair: (pair[1].since, pair[0]))[1] if holding else None
    known = PARAMETERS.get(name)
    default = str(known.default) if known else ""
    return ParameterPage(
        parameter=name,
        meaning=known.meaning if known else "",
        unit=known.unit if known else "",
        default=default,
        value=latest.value if latest else default,
        since=latest.since if latest else None,
        history=told,
    )
