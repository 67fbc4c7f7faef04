"""A town divides the eight categories among its member units, and sets its own parameters, each from a day on.

The state keeps every dated line, so that the unit in charge on a past day can still be told (ORG-08).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from services.catalogue.domain import codes, own_channels
from services.catalogue.domain.own_channels import DefineChannel, OwnChannel, WithdrawChannel
from services.catalogue.events import ChannelDefined, ChannelWithdrawn, DivisionSet, ParameterSet, TownRegistered
from shared.decider import Decider, Refused
from shared.parameters import PARAMETERS, value_to_set

TARGET_DATE = "target-date"  # by when every organisation has a catalogue in force (ORG-13)
OWN_CHANNELS = (codes.PARAMETER_INSIDE_CHANNELS, codes.PARAMETER_PUBLIC_CHANNELS)
AUTHORITIES = "catalogue-authorities"  # whose catalogue another body decides on: "FY-S1=QS-EDU, FY-H1=QS-HB"
KNOWN_PARAMETERS = frozenset(PARAMETERS) | {TARGET_DATE, AUTHORITIES, *OWN_CHANNELS}


@dataclass(frozen=True)
class RegisterTown:
    town: str
    name_zh: str
    name_en: str
    on: date | None = None


@dataclass(frozen=True)
class SetDivision:
    """``units``: category to the member unit in charge of it from ``on``; those left out stay as they are."""

    town: str
    units: Mapping[str, str]
    on: date


@dataclass(frozen=True)
class SetParameters:
    town: str
    values: Mapping[str, str]
    on: date


TownCommand = RegisterTown | SetDivision | SetParameters | DefineChannel | WithdrawChannel
TownEvent = TownRegistered | DivisionSet | ParameterSet | ChannelDefined | ChannelWithdrawn
Dated = tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class Town:
    registered: bool = False
    division: Mapping[str, Dated] = field(default_factory=dict)
    parameters: Mapping[str, Dated] = field(default_factory=dict)
    own_channels: Mapping[str, tuple[OwnChannel, ...]] = field(default_factory=dict)

    def in_charge(self, category: str, on: date) -> str:
        """The member unit in charge of a category on a day; empty if none is: a configuration error (A-17)."""
        return value_on(self.division.get(category, ()), on)

    def parameter(self, name: str, on: date) -> str:
        return value_on(self.parameters.get(name, ()), on)

    def authority(self, organisation: str, on: date) -> str:
        """Who decides on its catalogue in place of the town's units, as with a county-run school (A-02)."""
        pairs = (pair.partition("=") for pair in _listed(self.parameter(AUTHORITIES, on)))
        return next((body.strip() for name, _, body in pairs if name.strip() == organisation), "")

    def unassigned(self, on: date) -> list[str]:
        return [category for category in codes.CATEGORIES if not self.in_charge(category, on)]

    def channels(self, on: date) -> codes.Channels:
        inside, public = codes.PARAMETER_INSIDE_CHANNELS, codes.PARAMETER_PUBLIC_CHANNELS
        named = codes.Channels().with_own(_listed(self.parameter(inside, on)), _listed(self.parameter(public, on)))
        own = own_channels.on_day(self.own_channels, on)
        return named.with_own(*([o.code for o in own if o.audience == side] for side in ("inside", "outside")))


def value_on(lines: Dated, on: date) -> str:
    """The value of the latest line that holds on a day; of two from the same day, the later said."""
    holding = [line for line in lines if line[0] <= on]
    return max(enumerate(holding), key=lambda pair: (pair[1][0], pair[0]))[1][1] if holding else ""


def decide(town: Town, command: TownCommand) -> list[TownEvent]:
    match command:
        case RegisterTown():
            return register_town(town, command)
        case SetDivision():
            return set_division(town, command)
        case SetParameters():
            return set_parameters(town, command)
        case DefineChannel():
            _must_be_registered(town)
            return [*own_channels.define(town.own_channels, command)]
        case WithdrawChannel():
            _must_be_registered(town)
            return [*own_channels.withdraw(town.own_channels, command)]
        case _:
            assert_never(command)


def register_town(town: Town, command: RegisterTown) -> list[TownEvent]:
    if town.registered:
        raise Refused("ALREADY_REGISTERED", f"The town {command.town} is registered.")
    return [TownRegistered(town=command.town, name_zh=command.name_zh, name_en=command.name_en, on=command.on)]


def set_division(town: Town, command: SetDivision) -> list[TownEvent]:  # ORG-08
    _must_be_registered(town)
    for category, unit in command.units.items():
        if category not in codes.CATEGORIES:
            raise Refused("UNKNOWN_CODE", f"{category} is not a category.", "C1 to C8", f"/units/{category}")
        if not unit:
            raise Refused("MISSING_FIELD", "A category has one unit in charge.", pointer=f"/units/{category}")
    return [
        DivisionSet(town=command.town, category=category, unit=unit, on=command.on)
        for category, unit in sorted(command.units.items())
        if town.in_charge(category, command.on) != unit
    ]


def _must_be_readable(name: str, value: str) -> None:
    """A parameter of requirements 3.7 is a whole number in its range: every service reckons with it."""
    if name == TARGET_DATE:
        _must_be_a_day(value)
    if name == AUTHORITIES:
        _must_be_pairs(value)
    if name not in PARAMETERS:
        return
    try:
        value_to_set(name, value)
    except ValueError as unreadable:
        known = PARAMETERS[name]
        raise Refused("UNKNOWN_CODE", str(unreadable), f"a number of {known.unit}", f"/values/{name}") from unreadable


def _must_be_pairs(value: str) -> None:
    for pair in _listed(value):
        organisation, _, body = pair.partition("=")
        if not (organisation.strip() and body.strip()):
            detail = "An organisation, and who decides on its catalogue."
            raise Refused("UNKNOWN_CODE", detail, "FY-S1=QS-EDU", f"/values/{AUTHORITIES}")


def _must_be_a_day(value: str) -> None:
    try:
        date.fromisoformat(value)
    except ValueError as unreadable:
        detail = "The target is a day."
        raise Refused("WRONG_DATE", detail, "2026-02-28", f"/values/{TARGET_DATE}") from unreadable


def set_parameters(town: Town, command: SetParameters) -> list[TownEvent]:
    _must_be_registered(town)
    for name, value in command.values.items():
        if name not in KNOWN_PARAMETERS:
            raise Refused("UNKNOWN_CODE", f"{name} is not a parameter.", "P-01 to P-21", f"/values/{name}")
        if not value.strip():
            raise Refused("MISSING_FIELD", "A parameter has a value.", pointer=f"/values/{name}")
        _must_be_readable(name, value)
    return [
        ParameterSet(town=command.town, parameter=name, value=value, on=command.on)
        for name, value in sorted(command.values.items())
        if town.parameter(name, command.on) != value
    ]


def evolve(town: Town, event: TownEvent) -> Town:
    match event:
        case TownRegistered():
            return replace(town, registered=True)
        case DivisionSet():
            return replace(town, division=_with(town.division, event.category, event.on, event.unit))
        case ParameterSet():
            return replace(town, parameters=_with(town.parameters, event.parameter, event.on, event.value))
        case ChannelDefined() | ChannelWithdrawn():
            return replace(town, own_channels=own_channels.told(town.own_channels, event))
        case _:
            assert_never(event)


def _must_be_registered(town: Town) -> None:
    if not town.registered:
        raise Refused("NOT_FOUND", "There is no such town.")


def _with(table: Mapping[str, Dated], name: str, on: date, value: str) -> dict[str, Dated]:
    return {**table, name: (*table.get(name, ()), (on, value))}


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


TOWN: Decider[Town, TownCommand, TownEvent] = Decider("town", Town(), decide, evolve)
